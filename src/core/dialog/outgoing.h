/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request of ours on its way: its transaction, and what is needed to send it once more with credentials (RFC 3261 section
 * 22.2) or another CSeq. A small part of the usages. Without credentials in struct cf_usage nothing is kept.
 */
#ifndef CF_CORE_DIALOG_OUTGOING_H
#define CF_CORE_DIALOG_OUTGOING_H

#include "core/dialog/dialog.h"
#include "core/dialog/usage.h"

/** A request of ours. Zeroed: none is out. */
struct cf_outgoing {
    struct cf_tx_id tx;        /**< zero: none is out */
    uint32_t cseq;             /**< its number */
    enum cf_sip_method method; /**< its method */
    uint8_t attempts;          /**< challenges answered so far */
    bool is_to_peer;           /**< it went to the peer that we have credentials for */
    struct cf_str message;     /**< owned copy; absent without credentials */
};

/** Is a request out? */
static inline bool cf_outgoing_is_out(const struct cf_outgoing *out) {
    return cf_tx_id_is_set(out->tx);
}

/**
 * Send @p message by @p route. Errors of cf_endpoint_request(); nothing is out then. @p out must be idle.
 */
CF_MUST_USE enum cf_err cf_outgoing_send(struct cf_outgoing *out, const struct cf_usage *usage, const struct cf_route *route,
                                         struct cf_str message, cf_usec now);

/**
 * @p event is a final response to @p out. If it is a challenge that we may answer, the request is sent again with credentials and
 * the next CSeq of @p dialog and true is returned. Else @p out is idle and false is returned.
 */
bool cf_outgoing_on_final(struct cf_outgoing *out, const struct cf_usage *usage, struct cf_dialog *dialog,
                          const struct cf_endpoint_event *event, cf_usec now);

/** Forget the request; its transaction goes on without us. */
void cf_outgoing_fini(struct cf_outgoing *out, const struct cf_usage *usage);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing whole messages for the usages of a dialog: requests of ours and responses to the peer's, with what the profile says of
 * us. The message lives in memory of its own just until the endpoint has its copy.
 */
#ifndef CF_CORE_DIALOG_MESSAGE_OUT_H
#define CF_CORE_DIALOG_MESSAGE_OUT_H

#include "core/dialog/dialog.h"
#include "core/dialog/outgoing.h"

/** A request to write. Views are borrowed; absent ones are left out. */
struct cf_outline {
    enum cf_sip_method method;
    unsigned profile;     /**< set of enum cf_ua_profile_fields */
    struct cf_str fields; /**< whole lines */
    struct cf_str more;   /**< further whole lines */
    struct cf_str content_type;
    struct cf_str body;
};

/** A response to write. Views are borrowed; absent ones are left out. */
struct cf_answer {
    uint16_t status;
    unsigned profile;     /**< set of enum cf_ua_profile_fields */
    struct cf_str reason; /**< absent: the usual phrase */
    struct cf_str fields; /**< whole lines */
    struct cf_str more;   /**< further whole lines */
    struct cf_str content_type;
    struct cf_str body;
};

/**
 * Send @p outline in @p dialog as @p out, which is idle; the next CSeq of @p dialog is used up. CF_ERR_NO_ROOM: larger than a
 * message may be. CF_ERR_NO_MEMORY, those of cf_endpoint_request(): nothing was sent.
 */
CF_MUST_USE enum cf_err cf_usage_send(const struct cf_usage *usage, struct cf_dialog *dialog, struct cf_outgoing *out,
                                      const struct cf_outline *outline, cf_usec now);

/** ACK to the 2xx with @p cseq, into @p ret_draft, which the caller ends. */
CF_MUST_USE enum cf_err cf_usage_write_ack(const struct cf_usage *usage, const struct cf_dialog *dialog, uint32_t cseq,
                                           struct cf_str description, struct cf_draft *ret_draft);

/** Write @p answer to @p request, with the tag of @p dialog, into @p ret_draft, which the caller ends. */
CF_MUST_USE enum cf_err cf_usage_write_answer(const struct cf_usage *usage, const struct cf_dialog *dialog,
                                              const struct cf_sip_message *request, const struct cf_answer *answer,
                                              struct cf_draft *ret_draft);

/** Write and send @p answer to @p request of server transaction @p tx. */
CF_MUST_USE enum cf_err cf_usage_answer(const struct cf_usage *usage, const struct cf_dialog *dialog, struct cf_tx_id tx,
                                        const struct cf_sip_message *request, const struct cf_answer *answer, cf_usec now);

#endif

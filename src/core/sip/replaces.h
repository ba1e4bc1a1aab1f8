/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Header fields that name a dialog: Replaces (RFC 3891 section 6.1), Join (RFC 3911 section 7.1), Target-Dialog (RFC 4538 section
 * 7). A format; views into the text.
 */
#ifndef CF_CORE_SIP_REPLACES_H
#define CF_CORE_SIP_REPLACES_H

#include "core/sip/params.h"

/** A dialog as its other end would name it. */
struct cf_sip_dialog_ref {
    struct cf_str call_id;
    struct cf_str to_tag;   /**< Target-Dialog: its remote-tag */
    struct cf_str from_tag; /**< Target-Dialog: its local-tag */
    bool is_early_only;     /**< Replaces: early-only */
};

/** Parse all of @p text: Replaces or Join. CF_ERR_MALFORMED: also without or with two of a tag. */
CF_MUST_USE enum cf_err cf_sip_replaces_parse(struct cf_str text, struct cf_sip_dialog_ref *ret);

/** Parse all of @p text: Target-Dialog. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_target_dialog_parse(struct cf_str text, struct cf_sip_dialog_ref *ret);

/** Value of Replaces or Join. */
void cf_sip_put_replaces(struct cf_writer *w, const struct cf_sip_dialog_ref *ref);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a session description, or a line of it, was not taken: for the 488 and its Warning header (RFC 3261 sections 21.4.26 and
 * 20.43). The texts are our own, nothing of the peer's is in them. Pure, any thread.
 */
#ifndef CF_CORE_OFFER_REFUSAL_H
#define CF_CORE_OFFER_REFUSAL_H

#include "base/writer.h"

/** A reason. */
enum cf_refusal_reason {
    CF_REFUSAL_NONE, /**< it was taken */
#define X(name, warn_code, text) CF_REFUSAL_##name,
#include "core/offer/refusal_table.h"
#undef X
    CF_REFUSAL_COUNT,
};

/** The line number that stands for the description as a whole. */
#define CF_REFUSAL_ALL_LINES UINT16_MAX

/** A refusal and its place. Value type. */
struct cf_refusal {
    enum cf_refusal_reason reason;
    uint16_t line;   /**< index of the m-line, the first is 0; CF_REFUSAL_ALL_LINES */
    uint32_t offset; /**< MALFORMED and LIMIT: octets from the start of the description */
};

/** Code for the Warning header; 0 for CF_REFUSAL_NONE. */
uint16_t cf_refusal_warn_code(enum cf_refusal_reason reason);

/** English text, never NULL. */
struct cf_str cf_refusal_text(enum cf_refusal_reason reason);

/** The text for a Warning header, without quotes, fit to be quoted: "Media line 2: Incompatible media format". */
void cf_put_refusal(struct cf_writer *w, const struct cf_refusal *refusal);

#endif

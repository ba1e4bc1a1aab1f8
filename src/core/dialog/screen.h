/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a user agent server looks at in every request before it thinks about it (RFC 3261 section 8.2): is the method allowed,
 * are the required extensions known, can the body be read, has it come twice. A policy: a pure function of the rules and the
 * message.
 */
#ifndef CF_CORE_DIALOG_SCREEN_H
#define CF_CORE_DIALOG_SCREEN_H

#include "core/sip/builder.h"
#include "core/sip/option_tags.h"

/** What we take. Borrowed arrays. */
struct cf_screen {
    unsigned methods; /**< set of CF_SIP_METHOD_BIT() */
    uint32_t options; /**< set of CF_SIP_OPTION_BIT(): what a Require may name */
    const struct cf_str
        *types; /**< media types of bodies: "application/sdp"; multipart is always taken apart and each part judged */
    size_t type_count;
    const struct cf_str *encodings; /**< Content-Encodings that can be undone: "deflate"; identity is always taken */
    size_t encoding_count;
};

/**
 * Status to refuse @p request with: 400, 405, 415, 416, 420; 0: go on. The fields that the answer needs (Allow, Unsupported,
 * Accept, Accept-Encoding) are written into @p fields as whole lines; CF_SCREEN_FIELDS_MAX octets are enough for it, and what
 * does not fit is left out. ACK and CANCEL are always let through.
 */
unsigned cf_screen_request(const struct cf_screen *screen, const struct cf_sip_message *request, struct cf_writer *fields);

/** Room for the fields of cf_screen_request(). */
#define CF_SCREEN_FIELDS_MAX 1024

#endif

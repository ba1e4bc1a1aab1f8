/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `confer call` and `confer load` do before anything else: the loop, where the server is, from where it is reached, what is
 * negotiated. */
#ifndef CF_UA_START_H
#define CF_UA_START_H

#include "core/offer/policy.h"
#include "shell/loop/loop.h"
#include "ua/call_options.h"
#include "ua/media_keys.h"

/** It. */
struct cf_start {
    struct cf_loop *loop;
    struct cf_policy policy;
    struct cf_media_keys keys;
    struct cf_addr local;         /**< address of ours; port 0 */
    struct cf_addr stun;          /**< STUN server; family NONE: none */
    char proxy[CF_CALL_TEXT_MAX]; /**< URI that everything goes through */
};

/** Do it. CF_ERR_NOT_FOUND: no such server; CF_ERR_CONFIG: codecs or suites that there are not (said); CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_start_make(struct cf_start *start, const struct cf_call_options *options);

/** Free. */
void cf_start_free(struct cf_start *start);

#endif

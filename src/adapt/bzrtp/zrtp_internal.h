/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of ZRTP share. Not for others. */
#ifndef CF_ADAPT_BZRTP_ZRTP_INTERNAL_H
#define CF_ADAPT_BZRTP_ZRTP_INTERNAL_H

#include "adapt/bzrtp/zrtp.h"
#include <bzrtp/bzrtp.h>

struct cf_zrtp_channel {
    uint32_t ssrc;
    uint8_t hash[CF_ZRTP_HELLO_HASH_LEN];
    bool is_started;
};

struct cf_zrtp_party {
    bzrtpContext_t *context;
    struct cf_zrtp_channel channels[CF_ZRTP_CHANNELS_MAX];
    /* The provider's. */
    struct cf_zrtp_party *next;
    size_t handshakes;
    bool was_used;
};

#endif

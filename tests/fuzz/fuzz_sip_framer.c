/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams: the first octet says how the rest is split; messages and the end must be the same as in one piece. */
#include "core/sip/framer.h"
#include "core/sip/message.h"
#include "lib/test_mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came out. Keep-alives are told differently when they come in pieces, so they don't count. */
struct seen {
    uint32_t hash;
    unsigned messages;
    unsigned broken;
};

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

static void drain(struct cf_sip_framer *f, struct seen *seen) {
    static struct cf_sip_message message;
    struct cf_sip_framer_event event;
    struct cf_parse_error error;
    while (cf_sip_framer_poll(f, &event)) {
        if (event.kind == CF_SIP_FRAMER_BROKEN) {
            seen->broken++;
            require(event.error.code != CF_OK && event.error.what);
        }
        if (event.kind == CF_SIP_FRAMER_MESSAGE) {
            seen->messages++;
            for (size_t i = 0; i < event.bytes.len; i++) {
                seen->hash = (seen->hash ^ (uint8_t)event.bytes.at[i]) * 16777619U;
            }
            /* Framer and parser agree on where a message ends. */
            if (cf_sip_parse(event.bytes, &message, &error) == CF_OK) {
                require(message.raw.len == event.bytes.len);
            }
        }
    }
}

static struct seen run(struct cf_span stream, size_t piece, bool is_trimmed) {
    struct test_mem mem;
    struct cf_sip_framer f;
    struct seen seen = {.hash = 2166136261U};
    test_mem_init(&mem);
    cf_sip_framer_init(&f, &mem.mem, 2048);
    for (size_t at = 0; at < stream.len; at += piece) {
        size_t len = stream.len - at < piece ? stream.len - at : piece;
        require(cf_sip_framer_on_bytes(&f, (struct cf_span){stream.at + at, len}) == CF_OK);
        drain(&f, &seen);
        if (is_trimmed) {
            cf_sip_framer_trim(&f);
        }
    }
    cf_sip_framer_fini(&f);
    test_mem_fini(&mem);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    struct cf_span stream = {data + 1, size - 1};
    struct seen whole = run(stream, stream.len, false);
    struct seen pieces = run(stream, 1U + data[0] % 64, data[0] >= 128);
    require(whole.hash == pieces.hash && whole.messages == pieces.messages && whole.broken == pieces.broken);
    return 0;
}

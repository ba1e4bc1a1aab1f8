/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stream framer. */
#include "core/sip/framer.h"
#include "core/sip/lines.h"
#include "core/sip/message.h"

void cf_sip_framer_init(struct cf_sip_framer *f, const struct cf_mem *mem, size_t message_max) {
    *f = (struct cf_sip_framer){.mem = mem, .message_max = message_max < CF_SIP_MESSAGE_MAX ? message_max : CF_SIP_MESSAGE_MAX};
}

void cf_sip_framer_fini(struct cf_sip_framer *f) {
    cf_mem_free(f->mem, f->buffer, f->size);
    f->buffer = NULL;
    f->size = f->start = f->end = 0;
}

static void compact(struct cf_sip_framer *f) {
    if (f->start > 0) {
        memmove(f->buffer, f->buffer + f->start, f->end - f->start);
        f->end -= f->start;
        f->start = 0;
    }
}

enum cf_err cf_sip_framer_on_bytes(struct cf_sip_framer *f, struct cf_span bytes) {
    if (f->is_broken || bytes.len == 0) {
        return CF_OK;
    }
    if (f->start == f->end) {
        f->start = f->end = 0;
    }
    if (bytes.len > f->size - f->end) {
        void *buffer = f->buffer;
        if (f->buffer) {
            compact(f);
        }
        if (!cf_mem_grow(f->mem, &buffer, &f->size, f->end + bytes.len, 1)) {
            return CF_ERR_NO_MEMORY;
        }
        f->buffer = buffer;
    }
    memcpy(f->buffer + f->end, bytes.at, bytes.len);
    f->end += bytes.len;
    return CF_OK;
}

static struct cf_str pending(const struct cf_sip_framer *f) {
    return f->buffer ? cf_str_n((const char *)f->buffer + f->start, f->end - f->start) : CF_STR("");
}

/* Give @p len octets out as an event of that kind. */
static bool take(struct cf_sip_framer *f, enum cf_sip_framer_kind kind, size_t len, struct cf_sip_framer_event *ret) {
    *ret = (struct cf_sip_framer_event){.kind = kind, .bytes = cf_str_head(pending(f), len)};
    f->start += len;
    f->scanned = f->head_len = f->body_len = 0;
    return true;
}

static bool break_off(struct cf_sip_framer *f, enum cf_err code, size_t at, const char *what, struct cf_sip_framer_event *ret) {
    struct cf_str bytes = pending(f);
    *ret = (struct cf_sip_framer_event){
        .kind = CF_SIP_FRAMER_BROKEN, .bytes = bytes, .error = {.code = code, .offset = (uint32_t)at, .what = what}};
    f->start = f->end;
    f->is_broken = true;
    return true;
}

/*
 * Ends of lines between messages: two in a row are a ping, one is a pong. One alone is told at once, as nothing may follow it; if
 * it was the first half of a ping, the second half is told as the ping.
 */
static bool poll_keep_alive(struct cf_sip_framer *f, struct cf_sip_framer_event *ret) {
    struct cf_str bytes = pending(f);
    if (bytes.len >= 2 && bytes.at[1] != '\n') {
        return break_off(f, CF_ERR_MALFORMED, 0, "start line", ret);
    }
    if (bytes.len < 2) {
        return false;
    }
    bool is_whole_ping = !f->is_half_ping && cf_str_starts(bytes, CF_STR("\r\n\r\n"));
    bool is_ping = is_whole_ping || f->is_half_ping;
    f->is_half_ping = !is_ping;
    return take(f, is_ping ? CF_SIP_FRAMER_PING : CF_SIP_FRAMER_PONG, is_whole_ping ? 4 : 2, ret);
}

/* Find the blank line; only octets that were not looked at before, but for three that may begin it. */
static bool find_head(struct cf_sip_framer *f) {
    struct cf_str bytes = pending(f);
    size_t at = f->scanned > 3 ? f->scanned - 3 : 0;
    f->scanned = bytes.len;
    for (;; at++) {
        at += cf_str_find(cf_str_skip(bytes, at), '\r');
        if (bytes.len - at < 4) {
            return false;
        }
        if (memcmp(bytes.at + at, "\r\n\r\n", 4) == 0) {
            f->head_len = at + 4;
            return true;
        }
    }
}

/* Content-Length of a complete header. Two of them, or none: nobody knows where the message ends. */
static enum cf_err find_length(struct cf_str head, size_t *ret_at, uint32_t *ret_len) {
    struct cf_sip_scan s = cf_sip_scan_of(head);
    struct cf_sip_line line;
    bool is_found = false;
    enum cf_err err = cf_sip_scan_start_line(&s, &line);
    for (;;) {
        *ret_at = s.at;
        err = cf_sip_scan_field(&s, &line);
        if (err == CF_ERR_NOT_FOUND || err == CF_ERR_TRUNCATED) {
            break;
        }
        if (err == CF_OK && cf_sip_header_of(line.name) == CF_SIP_HEADER_CONTENT_LENGTH) {
            if (is_found || !cf_str_to_u32(line.value, UINT32_MAX, ret_len)) {
                return CF_ERR_MALFORMED;
            }
            is_found = true;
        }
    }
    return is_found ? CF_OK : CF_ERR_MALFORMED;
}

/* Look at the header once it is complete. False: broken, and @p ret says so. */
static bool measure(struct cf_sip_framer *f, struct cf_sip_framer_event *ret) {
    uint32_t body_len = 0;
    size_t at = 0;
    enum cf_err err = find_length(cf_str_head(pending(f), f->head_len), &at, &body_len);
    if (err != CF_OK) {
        break_off(f, err, at, "Content-Length", ret);
        return false;
    }
    if (body_len > f->message_max || f->head_len > f->message_max - body_len) {
        break_off(f, CF_ERR_LIMIT, f->head_len, "message", ret);
        return false;
    }
    f->body_len = body_len;
    return true;
}

bool cf_sip_framer_poll(struct cf_sip_framer *f, struct cf_sip_framer_event *ret) {
    if (f->is_broken || f->start == f->end) {
        return false;
    }
    if (f->head_len == 0) {
        char first = (char)f->buffer[f->start];
        if (first == '\r') {
            return poll_keep_alive(f, ret);
        }
        if (!find_head(f)) {
            return f->scanned > f->message_max && break_off(f, CF_ERR_LIMIT, f->scanned, "message", ret);
        }
        if (!measure(f, ret)) {
            return true;
        }
    }
    if (pending(f).len < f->head_len + f->body_len) {
        return false;
    }
    f->is_half_ping = false;
    return take(f, CF_SIP_FRAMER_MESSAGE, f->head_len + f->body_len, ret);
}

void cf_sip_framer_trim(struct cf_sip_framer *f) {
    if (f->start == f->end || f->is_broken) {
        cf_sip_framer_fini(f);
    } else {
        compact(f);
    }
}

bool cf_sip_framer_is_partial(const struct cf_sip_framer *f) {
    return f->start != f->end;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of imitated Linphones: which they want, and how they are described. */
#include "lib/linphone_internal.h"
#include "lib/test.h"

#define SOUND_FORMATS                                                                                                            \
    "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:97 speex/16000\r\na=fmtp:97 vbr=on\r\n"                    \
    "a=rtpmap:98 speex/8000\r\na=fmtp:98 vbr=on\r\na=rtpmap:101 telephone-event/48000\r\na=rtpmap:102 telephone-event/8000\r\n"
#define PICTURE_FEEDBACK(number)                                                                                                 \
    "a=rtcp-fb:" number " nack pli\r\na=rtcp-fb:" number " nack sli\r\na=rtcp-fb:" number " ack rpsi\r\na=rtcp-fb:" number       \
    " ccm fir\r\n"
#define MID_EXTENSION "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"

static void put(struct cf_writer *w, const char *format, ...) CF_PRINTF(2, 3);

static void put(struct cf_writer *w, const char *format, ...) {
    char text[2000];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof text);
    cf_put(w, cf_str_n(text, (size_t)len));
}

/* --- which --- */

static uint32_t ssrc_of(const struct linphone_client *c, size_t index) {
    return 1000000U * c->number + 100U * c->calls + (uint32_t)index;
}

static struct linphone_line *at(struct linphone_client *c, size_t index) {
    assert_true(index < LINPHONE_LINES_MAX);
    while (c->line_count <= index) {
        c->lines[c->line_count] = (struct linphone_line){.ssrc = ssrc_of(c, c->line_count)};
        c->line_count++;
    }
    return &c->lines[index];
}

static void set(struct linphone_line *line, const char *mid, const char *direction, const char *label, const char *content) {
    uint32_t ssrc = line->ssrc;
    *line = (struct linphone_line){.is_used = true, .ssrc = ssrc};
    linphone_copy(line->mid, sizeof line->mid, cf_str_of(mid));
    linphone_copy(line->direction, sizeof line->direction, cf_str_of(direction));
    linphone_copy(line->label, sizeof line->label, cf_str_of(label));
    linphone_copy(line->content, sizeof line->content, cf_str_of(content));
}

/* Its own device, by the Call-ID of its call. */
static const struct linphone_device *own_device(const struct linphone_client *c) {
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX; i++) {
        if (c->devices[i].is_there && strcmp(c->devices[i].call_id, c->call.call_id) == 0) {
            return &c->devices[i];
        }
    }
    return NULL;
}

static bool has_come(const struct linphone_device *d) {
    return d->status != CF_ENDPOINT_PENDING && d->status != CF_ENDPOINT_DIALING_IN && d->status != CF_ENDPOINT_DIALING_OUT &&
           d->status != CF_ENDPOINT_ALERTING;
}

/* What it would ask for @p d by; empty: nothing. */
static const char *label_for(const struct linphone_client *c, const struct linphone_device *d) {
    bool is_own = strncmp(d->entity + strlen("sip:"), c->user, strlen(c->user)) == 0;
    if (!d->is_there || is_own || !has_come(d)) {
        return "";
    }
    bool by_main = c->is_grid && d->is_sharing;
    enum cf_media_status status = by_main ? d->video : d->miniature;
    bool is_sent = status == CF_MEDIA_SENDRECV || status == CF_MEDIA_SENDONLY;
    return !is_sent ? "" : by_main ? d->label : d->miniature_label;
}

/* When there are more than ten it asks for no miniature at all. */
static bool has_too_many(const struct linphone_client *c) {
    size_t count = 0;
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX; i++) {
        count += label_for(c, &c->devices[i])[0] != '\0' ? 1 : 0;
    }
    return count > 10;
}

static size_t place_of(struct linphone_client *c, const char *label) {
    size_t free_place = 0;
    for (size_t i = 2; i < c->line_count; i++) {
        if (c->lines[i].is_used && strcmp(c->lines[i].label, label) == 0 && strcmp(c->lines[i].mid, "vsMethumbnail") != 0) {
            return i;
        }
        free_place = !c->lines[i].is_used && free_place == 0 ? i : free_place;
    }
    return free_place != 0 ? free_place : c->line_count;
}

static bool is_wanted(const struct linphone_client *c, const char *label) {
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX; i++) {
        const char *other = label_for(c, &c->devices[i]);
        if (other[0] != '\0' && strcmp(other, label) == 0) {
            return true;
        }
    }
    return false;
}

static void plan_others(struct linphone_client *c) {
    char mid[40];
    bool asks = !has_too_many(c);
    for (size_t i = 2; i < c->line_count; i++) {
        if (strcmp(c->lines[i].mid, "vsMethumbnail") != 0 && !(asks && is_wanted(c, c->lines[i].label))) {
            c->lines[i] = (struct linphone_line){.ssrc = c->lines[i].ssrc};
        }
    }
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX && asks; i++) {
        const char *label = label_for(c, &c->devices[i]);
        if (label[0] != '\0') {
            snprintf(mid, sizeof mid, "vs%s", label);
            set(at(c, place_of(c, label)), mid, c->is_held ? "inactive" : "recvonly", label, c->is_grid ? "" : "thumbnail");
        }
    }
}

static const char *main_direction(const struct linphone_client *c) {
    if (c->is_sharing || (c->is_held && !c->is_camera_off)) {
        return "sendonly";
    }
    if (c->is_grid || c->is_held) {
        return c->is_camera_off ? "inactive" : "sendonly";
    }
    return c->is_camera_off ? "recvonly" : "sendrecv";
}

void linphone_plan_lines(struct linphone_client *c) {
    const struct linphone_device *own = own_device(c);
    set(at(c, 0), "as", c->is_held ? "sendonly" : "sendrecv", own != NULL ? own->sound_label : "", "");
    set(at(c, 1), "vs", main_direction(c), "", c->is_sharing ? "slides" : c->is_grid ? "main" : "speaker");
    if (own != NULL || c->line_count > 2) {
        set(at(c, 2), "vsMethumbnail", "sendonly", own != NULL ? own->miniature_label : "", "thumbnail");
    }
    if (c->is_camera_off && c->line_count > 2) {
        c->lines[2] = (struct linphone_line){.ssrc = c->lines[2].ssrc};
    }
    plan_others(c);
    for (size_t i = 1; i < c->line_count && c->is_video_off; i++) {
        c->lines[i] = (struct linphone_line){.ssrc = c->lines[i].ssrc};
    }
    if (c->loses_last_line) {
        c->loses_last_line = false;
        c->line_count--;
    }
}

/* --- how --- */

static const char *profile_of(const struct linphone_client *c) {
    static const char *const names[] = {
        [LINPHONE_PLAIN] = "RTP/AVPF", [LINPHONE_SDES] = "RTP/SAVPF", [LINPHONE_ICE_DTLS] = "UDP/TLS/RTP/SAVPF"};
    return names[c->keying];
}

static void put_keys(const struct linphone_client *c, struct cf_writer *w, size_t index, bool has_port) {
    unsigned port = 30000 + 100 * c->number + 2 * (unsigned)index;
    if (c->keying == LINPHONE_SDES) {
        put(w,
            "a=crypto:1 AEAD_AES_128_GCM inline:%04zuQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWQ==\r\n"
            "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:%04zuQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVph\r\n",
            index, index);
    } else if (c->keying == LINPHONE_ICE_DTLS) {
        put(w, "a=setup:actpass\r\na=fingerprint:SHA-1 77:E6:2E:F3:82:4D:21:D5:92:3A:5F:93:18:01:BF:AB:3B:62:5B:%02X\r\n",
            c->number);
        if (has_port) {
            put(w,
                "a=candidate:1 1 UDP 2130706303 198.51.100.7 %u typ host\r\n"
                "a=candidate:1 2 UDP 2130706302 198.51.100.7 %u typ host\r\n",
                port, port + 1);
        }
    }
}

static void put_session(const struct linphone_client *c, struct cf_writer *w) {
    put(w, "v=0\r\no=%s %u %u IN IP4 198.51.100.7\r\ns=Talk\r\nc=IN IP4 198.51.100.7\r\nb=AS:8000\r\nt=%llu %llu\r\n", c->user,
        2272 + c->calls, c->reinvites + 1, (unsigned long long)c->start_ntp, (unsigned long long)c->stop_ntp);
    if (c->keying == LINPHONE_ICE_DTLS) {
        put(w, "a=ice-pwd:ec375d92f8e20af008bb%04u\r\na=ice-ufrag:17f0%04u\r\n", c->number, c->number);
    }
    put(w, "a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics\r\na=group:BUNDLE as");
}

static void put_attribute(struct cf_writer *w, const char *name, const char *value) {
    if (value[0] != '\0') {
        put(w, "a=%s:%s\r\n", name, value);
    }
}

static void put_line(const struct linphone_client *c, struct cf_writer *w, size_t index, bool is_first) {
    const struct linphone_line *line = &c->lines[index];
    bool has_port = index == 0 || is_first;
    unsigned port = has_port ? 30000 + 100 * c->number + 2 * (unsigned)index : 0;
    if (!line->is_used) {
        put(w, "m=video 0 RTP/AVP 0\r\na=inactive\r\n");
        return;
    }
    put(w, index == 0 ? "m=audio %u %s 96 97 98 0 8 101 102\r\n" SOUND_FORMATS : "m=video %u %s 96\r\na=rtpmap:96 VP8/90000\r\n",
        port, profile_of(c));
    put_keys(c, w, index, has_port);
    if (strcmp(line->direction, "sendrecv") != 0) {
        put(w, "a=%s\r\n", line->direction);
    }
    put(w, "a=rtcp-mux\r\na=mid:%s\r\n" MID_EXTENSION "%s", line->mid, has_port ? "" : "a=bundle-only\r\n");
    if (!is_first) {
        put(w, index == 0 ? "a=extmap:3 urn:ietf:params:rtp-hdrext:csrc-audio-level\r\n"
                            "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on\r\n"
                          : "a=extmap:4 urn:ietf:params:rtp-hdrext:framemarking\r\n");
        put(w, "a=ssrc:%u cname:sip:%s@example.org\r\n", line->ssrc, c->user);
    }
    if (has_port) {
        put(w, "a=rtcp:%u\r\n", port + 1);
    }
    put(w, "a=rtcp-fb:* trr-int 1000\r\na=rtcp-fb:* ccm tmmbr\r\n%s", index == 0 ? "" : PICTURE_FEEDBACK("96"));
    put_attribute(w, "label", line->label);
    put_attribute(w, "content", line->content);
}

void linphone_put_offer(struct linphone_client *c, struct cf_writer *w, bool is_first) {
    if (is_first) {
        c->line_count = 0;
        set(at(c, 0), "as", "sendrecv", "", "");
        set(at(c, 1), "vs", "sendrecv", "", "");
    }
    put_session(c, w);
    for (size_t i = 1; i < c->line_count; i++) {
        if (c->lines[i].is_used) {
            put(w, " %s", c->lines[i].mid);
        }
    }
    put(w, "\r\n");
    for (size_t i = 0; i < c->line_count; i++) {
        put_line(c, w, i, is_first);
    }
}

/* The number that @p offer has for the format that is called @p name. */
static unsigned number_of(struct cf_str offer, const char *name) {
    size_t end = cf_str_find_str(offer, cf_str_of(name));
    assert_true(end < offer.len);
    struct cf_str head = cf_str_head(offer, end);
    size_t begin = head.len;
    while (begin > 0 && head.at[begin - 1] != ':') {
        begin--;
    }
    uint32_t number = 0;
    assert_true(cf_str_to_u32(cf_str_trim(cf_str_skip(head, begin)), 127, &number));
    return number;
}

void linphone_put_answer(struct linphone_client *c, struct cf_writer *w, struct cf_str offer) {
    unsigned opus = number_of(offer, " opus/48000");
    unsigned vp8 = number_of(offer, " VP8/90000");
    assert_true(linphone_has(offer, "a=group:BUNDLE as vs\r\n"));
    c->line_count = 0;
    set(at(c, 0), "as", "sendrecv", "", "");
    set(at(c, 1), "vs", "sendrecv", "", "");
    put_session(c, w);
    put(w, " vs\r\nm=audio %u RTP/AVP %u\r\na=rtpmap:%u opus/48000/2\r\na=fmtp:%u useinbandfec=1\r\na=rtcp-mux\r\na=mid:as\r\n",
        30000 + 100 * c->number, opus, opus, opus);
    put(w, MID_EXTENSION "a=ssrc:%u cname:sip:%s@example.org\r\na=rtcp-fb:* trr-int 1000\r\na=rtcp-fb:* ccm tmmbr\r\n",
        c->lines[0].ssrc, c->user);
    put(w,
        "m=video 0 RTP/AVP %u\r\na=rtpmap:%u VP8/90000\r\na=rtcp-mux\r\na=mid:vs\r\n" MID_EXTENSION
        "a=bundle-only\r\na=ssrc:%u cname:sip:%s@example.org\r\na=rtcp-fb:* trr-int 1000\r\na=rtcp-fb:* ccm tmmbr\r\n",
        vp8, vp8, c->lines[1].ssrc, c->user);
    put(w, "a=rtcp-fb:%u nack pli\r\na=rtcp-fb:%u ccm fir\r\n", vp8, vp8);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines by content and label, as Linphone 5.4 and later asks for them, one by one: stories of tests/vectors/linphone-streams are
 * told to a whole node, offer by offer, and its answers and what it tells the media worker are compared line by line.
 */
#include "core/offer/section.h"
#include "lib/node_alone.h"
#include "lib/test.h"
#include <stdlib.h>

#define FOLDER "tests/vectors/linphone-streams/"
#define MEMBERS_MAX 4
#define LINES_MAX 12
#define PHONE "192.0.2.9:5060"

/* One line of a description in a story. */
struct line {
    char kind[8];
    char port[8];
    char mid[32];
    char direction[16];
    char label[16];
    char content[16];
};

struct member {
    char name[16];
    char sound[16]; /* labels; empty: not known */
    char camera[16];
    char screen[16];
    char departed[16]; /* of its camera before it left */
    char to_tag[64];
    unsigned call;
    unsigned cseq;
    struct cf_media_use uses[LINES_MAX]; /* as the media worker was told */
    bool is_told[LINES_MAX];
};

static struct {
    struct node_alone node;
    struct member members[MEMBERS_MAX];
    size_t member_count;
    char answer[16384]; /* last 200 to an INVITE */
    unsigned status;
} w;

/* --- the node --- */

static struct cf_roster_device *device_of(const char *name) {
    char aor[64];
    struct cf_directory *directory = cf_focus_directory(cf_node_focus(w.node.node));
    snprintf(aor, sizeof aor, "sip:%s@example.org", name);
    for (size_t i = 0; i < directory->handles.slots_used; i++) {
        struct cf_conference *conf = cf_directory_at(directory, i);
        struct cf_roster_participant *p = conf == NULL ? NULL : cf_roster_find(&conf->roster, cf_str_of(aor));
        if (p != NULL) {
            return cf_roster_first_device(p);
        }
    }
    return NULL;
}

static struct member *member_of_leg(struct cf_handle leg) {
    for (size_t i = 0; i < w.member_count; i++) {
        const struct cf_roster_device *device = device_of(w.members[i].name);
        if (device != NULL && cf_handle_eq(device->leg, leg)) {
            return &w.members[i];
        }
    }
    return NULL;
}

static void note_use(struct cf_handle leg, uint16_t index, const struct cf_media_use *use) {
    struct member *member = member_of_leg(leg);
    if (member == NULL || index >= LINES_MAX) {
        fail();
        return;
    }
    member->uses[index] = *use;
    member->is_told[index] = true;
}

static void on_command(void *ctx, const struct cf_media_command *command) {
    (void)ctx;
    if (command->kind == CF_MEDIA_LINE_SET && command->as.line.line.is_active) {
        note_use(command->leg, command->as.line.index, &command->as.line.use);
    } else if (command->kind == CF_MEDIA_LINE_USE) {
        note_use(command->leg, command->as.use.index, &command->as.use.use);
    }
}

static void begin(void) {
    memset(&w, 0, sizeof w);
    struct cf_node_config config = node_config(&w.node);
    config.is_registrar = false;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.9"), &config.live.proxies[0]));
    config.live.proxy_count = 1;
    node_begin_with(&w.node, &config);
    w.node.on_media = on_command;
}

/* Keeps the last final answer to an INVITE. */
static void look_at_answers(void) {
    for (size_t i = 0; i < w.node.sent_count; i++) {
        struct cf_str text = w.node.sent[i].message.text;
        const struct cf_sip_message *message = sip_parse(text);
        if (!message->is_request && message->cseq.method == CF_SIP_METHOD_INVITE && message->status >= 200) {
            w.status = message->status;
            assert_true(text.len < sizeof w.answer);
            memcpy(w.answer, text.at, text.len);
            w.answer[text.len] = '\0';
        }
    }
    node_clear(&w.node);
}

/* --- the phone's side --- */

static struct member *member_called(const char *name) {
    for (size_t i = 0; i < w.member_count; i++) {
        if (strcmp(w.members[i].name, name) == 0) {
            return &w.members[i];
        }
    }
    assert_true(w.member_count < MEMBERS_MAX);
    struct member *member = &w.members[w.member_count++];
    snprintf(member->name, sizeof member->name, "%s", name);
    return member;
}

/* The text that stands for a label in a story. */
static char *label_place(const char *symbol) {
    struct member *member = member_called(symbol + 1);
    return symbol[0] == '#'   ? member->sound
           : symbol[0] == '@' ? member->camera
           : symbol[0] == '^' ? member->screen
                              : member->departed;
}

static bool is_symbol(const char *text) {
    return strchr("#@^?", text[0]) != NULL;
}

/* "vs@bob" and "@bob" with the label in them. */
static void expand(const char *text, char *out, size_t size) {
    size_t plain = strcspn(text, "#@^?");
    const char *label = text[plain] == '\0' ? "" : label_place(text + plain);
    snprintf(out, size, "%.*s%s", (int)plain, text, label);
}

static void put_offer_line(struct cf_writer *out, const struct line *line) {
    char mid[64];
    char label[32];
    char text[1024];
    bool is_audio = strcmp(line->kind, "audio") == 0;
    bool is_unused = strcmp(line->mid, "-") == 0;
    expand(line->mid, mid, sizeof mid);
    expand(line->label, label, sizeof label);
    snprintf(text, sizeof text, "m=%s %d RTP/AVP %s\r\na=%s\r\n", line->kind, strcmp(line->port, "p") == 0 ? 40000 : 0,
             is_unused ? "0" : "96", line->direction);
    cf_put(out, cf_str_of(text));
    if (is_unused) {
        return;
    }
    snprintf(text, sizeof text,
             "a=rtpmap:96 %s\r\na=rtcp-mux\r\na=mid:%s\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n%s",
             is_audio ? "opus/48000/2" : "VP8/90000", mid, strcmp(line->port, "p") == 0 ? "" : "a=bundle-only\r\n");
    cf_put(out, cf_str_of(text));
    cf_put(out, cf_str_of(is_audio ? "a=extmap:3 urn:ietf:params:rtp-hdrext:csrc-audio-level\r\n"
                                     "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on\r\n"
                                   : "a=extmap:4 urn:ietf:params:rtp-hdrext:framemarking\r\na=rtcp-fb:96 nack pli\r\n"
                                     "a=rtcp-fb:96 nack sli\r\na=rtcp-fb:96 ccm fir\r\n"));
    cf_put(out, cf_str_of("a=rtcp-fb:* trr-int 1000\r\na=rtcp-fb:* ccm tmmbr\r\n"));
    if (label[0] != '-') {
        snprintf(text, sizeof text, "a=label:%s\r\n", label);
        cf_put(out, cf_str_of(text));
    }
    if (line->content[0] != '-') {
        snprintf(text, sizeof text, "a=content:%s\r\n", line->content);
        cf_put(out, cf_str_of(text));
    }
}

static void put_offer(struct cf_writer *out, const struct line *lines, size_t count) {
    cf_put_lit(out, "v=0\r\no=x 1 1 IN IP4 192.0.2.9\r\ns=Talk\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\na=group:BUNDLE");
    for (size_t i = 0; i < count; i++) {
        char mid[64];
        expand(lines[i].mid, mid, sizeof mid);
        if (mid[0] != '-') {
            cf_put_char(out, ' ');
            cf_put(out, cf_str_of(mid));
        }
    }
    cf_put_lit(out, "\r\n");
    for (size_t i = 0; i < count; i++) {
        put_offer_line(out, &lines[i]);
    }
}

static void send_request(const struct member *member, const char *method, struct cf_str body) {
    static char text[32768];
    char value[128];
    struct cf_writer out;
    cf_writer_init(&out, text, sizeof text);
    cf_sip_put_request_line(&out, cf_str_of(method), CF_STR("sip:room-tea@example.org"));
    snprintf(value, sizeof value, "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK%s%u%u%s", member->name, member->call, member->cseq,
             method);
    cf_sip_put_field(&out, CF_SIP_HEADER_VIA, cf_str_of(value));
    cf_sip_put_field_dec(&out, CF_SIP_HEADER_MAX_FORWARDS, 70);
    snprintf(value, sizeof value, "<sip:%s@example.org>;tag=%s", member->name, member->name);
    cf_sip_put_field(&out, CF_SIP_HEADER_FROM, cf_str_of(value));
    snprintf(value, sizeof value, "<sip:room-tea@example.org>%s%s", member->to_tag[0] == '\0' ? "" : ";tag=", member->to_tag);
    cf_sip_put_field(&out, CF_SIP_HEADER_TO, cf_str_of(value));
    snprintf(value, sizeof value, "%s-%u", member->name, member->call);
    cf_sip_put_field(&out, CF_SIP_HEADER_CALL_ID, cf_str_of(value));
    snprintf(value, sizeof value, "%u %s", member->cseq, method);
    cf_sip_put_field(&out, CF_SIP_HEADER_CSEQ, cf_str_of(value));
    snprintf(value, sizeof value, "<sip:%s@192.0.2.9;gr=urn:uuid:%s>", member->name, member->name);
    cf_sip_put_field(&out, CF_SIP_HEADER_CONTACT, cf_str_of(value));
    if (body.len > 0) {
        cf_sip_put_body(&out, CF_STR("application/sdp"), body);
    } else {
        cf_sip_end(&out);
    }
    assert_true(cf_writer_ok(&out));
    w.node.now += CF_MSEC(50);
    node_datagram(&w.node, PHONE, cf_writer_str(&out));
    look_at_answers();
}

static void offer(struct member *member, const struct line *lines, size_t count) {
    static char body[16384];
    struct cf_writer out;
    cf_writer_init(&out, body, sizeof body);
    put_offer(&out, lines, count);
    assert_true(cf_writer_ok(&out));
    member->cseq++;
    memset(member->is_told, 0, sizeof member->is_told);
    w.status = 0;
    send_request(member, "INVITE", cf_writer_str(&out));
    assert_int_equal(w.status, 200);
    const struct cf_sip_message *message = sip_parse(cf_str_of(w.answer));
    snprintf(member->to_tag, sizeof member->to_tag, "%.*s", CF_STR_ARG(message->to_tag));
    send_request(member, "ACK", CF_STR_NONE);
}

static void leave(struct member *member) {
    member->cseq++;
    send_request(member, "BYE", CF_STR_NONE);
    memcpy(member->departed, member->camera, sizeof member->departed);
    member->camera[0] = member->sound[0] = member->to_tag[0] = '\0';
    member->call++;
    node_run_until(&w.node, w.node.now + CF_SEC(2));
    node_clear(&w.node);
}

/* --- looking at answers --- */

static void check_str(struct cf_str got, const char *wanted) {
    assert_str(got, strcmp(wanted, "-") == 0 ? CF_STR_NONE : cf_str_of(wanted));
}

static void check_label_text(struct cf_str label) {
    assert_int_equal(label.len, 9);
    for (size_t i = 0; i < label.len; i++) {
        bool is_word = (label.at[i] >= '0' && label.at[i] <= '9') || (label.at[i] >= 'A' && label.at[i] <= 'Z') ||
                       (label.at[i] >= 'a' && label.at[i] <= 'z') || strchr("~-_", label.at[i]) != NULL;
        assert_true(is_word);
    }
}

/* A label that is not known yet is learnt; then it stays. */
static void check_label(struct cf_str got, const char *wanted) {
    char text[32];
    if (is_symbol(wanted) && label_place(wanted)[0] == '\0') {
        check_label_text(got);
        snprintf(label_place(wanted), 16, "%.*s", CF_STR_ARG(got));
    }
    expand(wanted, text, sizeof text);
    check_str(got, text);
}

static void check_line(const struct cf_section *got, const struct line *wanted) {
    char mid[64];
    const struct cf_attributes *a = &got->attributes;
    bool has_port = strcmp(wanted->port, "p") == 0;
    bool is_unused = strcmp(wanted->mid, "-") == 0;
    assert_str(got->media->media, cf_str_of(wanted->kind));
    assert_int_equal(got->media->port != 0, has_port);
    assert_int_equal(a->is_bundle_only, !has_port && !is_unused);
    assert_str(cf_direction_name(a->direction), cf_str_of(wanted->direction));
    check_label(a->label, wanted->label);
    expand(wanted->mid, mid, sizeof mid);
    check_str(a->mid, mid);
    check_str(a->content, wanted->content);
    assert_int_equal(a->extmaps[CF_EXTENSION_MID].id, is_unused ? 0 : 1);
    assert_int_equal(a->ssrc_count, is_unused ? 0 : 1);
    assert_true(is_unused || a->has_rtcp_mux);
}

static void check_group(const struct cf_session_part *session, const struct line *lines, size_t count) {
    struct cf_str rest = session->bundle.mids;
    assert_true(session->has_bundle);
    for (size_t i = 0; i < count; i++) {
        char mid[64];
        expand(lines[i].mid, mid, sizeof mid);
        if (mid[0] != '-') {
            assert_str(cf_sdp_word(&rest), cf_str_of(mid));
        }
    }
    assert_int_equal(cf_sdp_word(&rest).len, 0);
}

static void check_answer(const struct line *lines, size_t count) {
    const struct cf_sip_message *message = sip_parse(cf_str_of(w.answer));
    struct cf_sdp sdp;
    struct cf_parse_error error;
    struct cf_session_part session;
    assert_ok(cf_sdp_load(&w.node.mem.mem, message->body, &sdp, &error));
    assert_int_equal(sdp.media_count, count);
    cf_session_part_read(&sdp, &session);
    for (size_t i = 0; i < count; i++) {
        static struct cf_section section;
        cf_section_read(&session, i, &section);
        check_line(&section, &lines[i]);
    }
    check_group(&session, lines, count);
    cf_sdp_unload(&w.node.mem.mem, &sdp);
}

/* The next word of a story's line; empty at its end. */
static void take_word(struct cf_str *rest, char *out, size_t size) {
    struct cf_str word = cf_sdp_word(rest);
    snprintf(out, size, "%.*s", CF_STR_ARG(word));
}

static void check_use(const struct member *member, struct cf_str text) {
    static const char *const roles[] = {"camera", "thumbnail", "slides", "none"};
    char role[16];
    char who[16];
    char how[16];
    uint32_t index = LINES_MAX;
    if (!cf_str_to_u32(cf_sdp_word(&text), LINES_MAX - 1, &index)) {
        fail_msg("not an index before \"%.*s\"", CF_STR_ARG(text));
    }
    take_word(&text, role, sizeof role);
    take_word(&text, who, sizeof who);
    take_word(&text, how, sizeof how);
    assert_true(member->is_told[index]);
    const struct cf_media_use *use = &member->uses[index];
    assert_string_equal(roles[use->role], role);
    if (how[0] == '\0') {
        assert_int_equal(use->pick.kind, strcmp(who, "speaker") == 0 ? CF_MEDIA_PICK_SPEAKER : CF_MEDIA_PICK_NOBODY);
        return;
    }
    assert_int_equal(use->pick.kind, CF_MEDIA_PICK_MEMBER);
    assert_true(cf_handle_eq(use->pick.leg, device_of(who)->leg));
    assert_int_equal(use->pick.is_small, strcmp(how, "small") == 0);
    assert_int_equal(use->pick.is_slides, strcmp(how, "screen") == 0);
}

/* --- stories --- */

static void read_line(struct cf_str text, struct line *ret) {
    take_word(&text, ret->kind, sizeof ret->kind);
    take_word(&text, ret->port, sizeof ret->port);
    take_word(&text, ret->mid, sizeof ret->mid);
    take_word(&text, ret->direction, sizeof ret->direction);
    take_word(&text, ret->label, sizeof ret->label);
    take_word(&text, ret->content, sizeof ret->content);
    assert_true(ret->content[0] != '\0' && text.len == 0);
}

/* A block of lines: an offer is made when its answer begins, an answer is looked at when it ends. */
struct teller {
    struct member *who;
    enum { NOTHING, OFFER, ANSWER, SHOWS } block;
    struct line lines[LINES_MAX];
    size_t count;
};

static void end_block(struct teller *t) {
    if (t->block == OFFER) {
        offer(t->who, t->lines, t->count);
    } else if (t->block == ANSWER) {
        check_answer(t->lines, t->count);
    }
    t->block = NOTHING;
    t->count = 0;
}

static void tell_line(struct teller *t, struct cf_str text) {
    char name[16];
    char verb[16];
    if (text.at[0] == ' ' && t->block == SHOWS) {
        check_use(t->who, cf_str_trim(text));
        return;
    }
    if (text.at[0] == ' ') {
        assert_true(t->count < LINES_MAX);
        read_line(cf_str_trim(text), &t->lines[t->count++]);
        return;
    }
    end_block(t);
    take_word(&text, name, sizeof name);
    take_word(&text, verb, sizeof verb);
    if (verb[0] == '\0') {
        t->block = strcmp(name, "answer") == 0 ? ANSWER : SHOWS;
        return;
    }
    t->who = member_called(name);
    t->block = strcmp(verb, "offers") == 0 ? OFFER : NOTHING;
    if (strcmp(verb, "leaves") == 0) {
        leave(t->who);
    }
}

static void tell(const char *name) {
    char path[128];
    char text[256];
    struct teller teller = {.block = NOTHING};
    snprintf(path, sizeof path, FOLDER "%s.txt", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    begin();
    while (fgets(text, sizeof text, file) != NULL) {
        if (text[0] != '#' && text[0] != '\n') {
            tell_line(&teller, cf_str_n(text, strcspn(text, "\n")));
        }
    }
    end_block(&teller);
    (void)fclose(file);
    node_end(&w.node);
}

static void three_members(void **state) {
    (void)state;
    tell("three-members");
}

CF_TEST_MAIN(cmocka_unit_test(three_members))

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Offer/answer cases: each file of tests/vectors/sdp is a script of one dialog seen from our side, its outcome the golden
 * transcript of the same name in tests/vectors/transcripts/offer. Blocks of a script begin with a line "== command": set
 * settings, one a line, see apply_setting() offer           the peer's offer; we answer or refuse it our offer       we offer
 *     answer          the peer's answer to it
 *     again           we offer what is agreed once more
 * The rest of a block is the description, without carriage returns. Lines that begin with # are comments.
 */
#include "core/offer/negotiation.h"

#include "lib/test.h"
#include "lib/test_party.h"
#include "lib/transcript.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const cases[] = {
#include "offer_answer_cases.h"
};

#define CASE_COUNT (sizeof cases / sizeof cases[0])
#define SCRIPT_MAX 65536

static struct test_party us;
static struct transcript out;

static void add_text(struct cf_str text) {
    struct cf_str rest = text;
    while (rest.len > 0) {
        struct cf_str line = cf_str_cut(&rest, '\n');
        transcript_add(&out, "%.*s\n", CF_STR_ARG(cf_str_trim(line)));
    }
}

static const char *word_of_keying(enum cf_keying keying) {
    static const char *const words[] = {"plain", "sdes", "dtls", "zrtp"};
    return words[keying];
}

static void add_payload(const struct cf_payload *p) {
    transcript_add(&out, "   %.*s/%u out %u in %u", CF_STR_ARG(cf_codec_row(p->codec)->encoding), p->clock_hz, p->send_type,
                   p->receive_type);
    if (p->codec == CF_CODEC_H264) {
        transcript_add(&out, " profile %d mode %u level out %u in %u", (int)cf_h264_profile_of(&p->remote.h264),
                       p->remote.h264.packetization_mode, p->remote.h264.level_idc, p->local.h264.level_idc);
    }
    transcript_add(&out, p->feedback != 0 ? " feedback %x\n" : "\n", p->feedback);
}

static void add_transport(const struct cf_media_transport *t) {
    char text[4 * CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_addr(&w, &t->local_rtp);
    cf_put_lit(&w, " to ");
    cf_put_addr(&w, &t->remote_rtp);
    cf_put_lit(&w, ", RTCP ");
    cf_put_dec(&w, t->local_rtcp.port);
    cf_put_lit(&w, " to ");
    cf_put_addr(&w, &t->remote_rtcp);
    transcript_add(&out, "   %.*s%s, %s %.*s\n", CF_STR_ARG(cf_writer_str(&w)), t->has_rtcp_mux ? " mux" : "",
                   word_of_keying(t->security.keying), CF_STR_ARG(cf_srtp_suites[t->security.suite].name));
}

static void add_simulcast(const char *which, const struct cf_media_simulcast *simulcast) {
    for (size_t i = 0; i < simulcast->count; i++) {
        const struct cf_media_encoding *e = &simulcast->at[i];
        transcript_add(&out, "   simulcast %s %.*s", which, CF_STR_ARG(cf_media_rid(e)));
        for (uint8_t type = 0; e->has_types && type < CF_PAYLOAD_COUNT; type++) {
            if (cf_media_encoding_has_type(e, type)) {
                transcript_add(&out, " %u", type);
            }
        }
        transcript_add(&out, "\n");
    }
}

static void add_line(const struct cf_media_params *params, size_t index) {
    static const char *const kinds[] = {"other", "audio", "video"};
    const struct cf_media_line *line = &params->lines[index];
    transcript_add(&out, "-- line %zu %s: ", index, kinds[line->kind]);
    if (!line->is_active) {
        transcript_add(&out, "not in use, changed %03x\n", line->changed);
        return;
    }
    transcript_add(&out, "%s%s%schanged %03x, transport %u\n", line->can_send ? "send " : "", line->can_receive ? "receive " : "",
                   line->is_held ? "held " : "", line->changed, line->transport);
    add_transport(cf_media_transport(params, line));
    for (size_t i = 0; i < line->payload_count; i++) {
        add_payload(&line->payloads[i]);
    }
    for (size_t i = 0; i < CF_EXTENSION_COUNT; i++) {
        const struct cf_media_extension *e = &line->extensions[i];
        if (e->id != 0) {
            transcript_add(&out, "   extension %zu id %u%s%s\n", i, e->id, e->can_send ? " send" : "",
                           e->can_receive ? " receive" : "");
        }
    }
    add_simulcast("in", &line->simulcast_in);
    add_simulcast("out", &line->simulcast_out);
    transcript_add(&out, "   mid \"%.*s\" labels \"%.*s\" \"%.*s\" contents %d %d ssrcs %u %u\n",
                   CF_STR_ARG(cf_tag_str(&line->mid)), CF_STR_ARG(cf_tag_str(&line->local_label)),
                   CF_STR_ARG(cf_tag_str(&line->remote_label)), (int)line->local_content, (int)line->remote_content,
                   line->local_ssrc, line->remote_ssrc_count > 0 ? line->remote_ssrcs[0] : 0);
}

static void add_agreement(void) {
    struct cf_media_params *params = cf_negotiation_take_params(&us.n);
    assert_non_null(params);
    transcript_add(&out, "== agreed\n");
    for (size_t i = 0; i < params->line_count; i++) {
        add_line(params, i);
    }
    cf_media_params_free(&us.mem.mem, params);
}

static void add_refusal(enum cf_err err) {
    char text[128];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_refusal(&w, &us.refusal);
    transcript_add(&out, "== refused (%s)\nWarning: %u \"%.*s\"\n", cf_err_name(err), cf_refusal_warn_code(us.refusal.reason),
                   CF_STR_ARG(cf_writer_str(&w)));
}

static void run_offer(struct cf_str text) {
    struct cf_str answer;
    enum cf_err err = cf_negotiation_on_offer(&us.n, text, &us.refusal);
    if (err == CF_OK) {
        err = cf_negotiation_answer(&us.n, &us.session, &answer, &us.refusal);
    }
    if (err != CF_OK) {
        add_refusal(err);
        assert_ok(cf_negotiation_rollback(&us.n));
        return;
    }
    transcript_add(&out, "== our answer\n");
    add_text(answer);
    add_agreement();
}

static void run_our_offer(bool is_again) {
    struct cf_str offer;
    enum cf_err err = is_again ? cf_negotiation_offer_again(&us.n, &offer) : cf_negotiation_offer(&us.n, &us.session, &offer);
    if (err != CF_OK) {
        transcript_add(&out, "== no offer (%s)\n", cf_err_name(err));
        return;
    }
    transcript_add(&out, "== our offer\n");
    add_text(offer);
}

static void run_answer(struct cf_str text) {
    enum cf_err err = cf_negotiation_on_answer(&us.n, text, &us.refusal);
    if (err != CF_OK) {
        add_refusal(err);
        assert_ok(cf_negotiation_rollback(&us.n));
        return;
    }
    add_agreement();
}

static bool is(struct cf_str word, const char *wanted) {
    return cf_str_eq(word, cf_str_of(wanted));
}

static void set_line(struct cf_str rest) {
    uint32_t index = 0;
    assert_true(cf_str_to_u32(cf_sdp_word(&rest), 255, &index));
    struct cf_local_line *line = &us.lines[index];
    struct cf_str name = cf_sdp_word(&rest);
    if (is(name, "refused")) {
        line->is_refused = is(rest, "yes");
    } else if (is(name, "direction")) {
        assert_true(cf_direction_of_name(rest, &line->direction));
    } else if (is(name, "label")) {
        line->label = rest;
    } else if (is(name, "content")) {
        line->content = rest;
    } else if (is(name, "mid")) {
        line->mid = rest;
    } else if (is(name, "kind")) {
        line->kind = is(rest, "audio") ? CF_MEDIA_AUDIO : CF_MEDIA_VIDEO;
    } else if (is(name, "ip6")) {
        line->rtp = (struct cf_addr){.ip = {0x20, 1, 0xD, 0xB8}, .port = 7000, .family = CF_FAMILY_IP6};
        line->rtcp = (struct cf_addr){0};
    } else {
        fail_msg("no such line setting: %.*s", CF_STR_ARG(name));
    }
}

static void set_flag(struct cf_str name, bool value) {
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"secure", &us.session.is_signalling_secure},
        {"plain", &us.policy.allows_plain},
        {"sdes", &us.policy.allows_sdes},
        {"sdes-insecure", &us.policy.allows_sdes_on_insecure_signalling},
        {"mki", &us.policy.allows_mki},
        {"opportunistic", &us.policy.is_opportunistic},
        {"bundle", &us.policy.allows_bundle},
        {"our-order", &us.policy.is_our_order},
        {"mux", &us.policy.offers_rtcp_mux},
        {"simulcast", &us.policy.takes_simulcast},
        {"control", &us.policy.offers_congestion_control},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (is(name, flags[i].name)) {
            *flags[i].flag = value;
            return;
        }
    }
    fail_msg("no such setting: %.*s", CF_STR_ARG(name));
}

/* What browsers insist on: DTLS and ICE. */
static void allow_browsers(void) {
    static const uint8_t fingerprint[32] = {0xC0, 0xFF, 0xEE};
    static struct cf_local_ice ice[8];
    us.policy.ice = CF_POLICY_ICE_FULL;
    us.session.fingerprint = fingerprint;
    for (size_t i = 0; i < 8; i++) {
        ice[i] = (struct cf_local_ice){.count = 1};
        ice[i].candidates[0] = (struct cf_local_candidate){.addr = us.lines[i].rtp, .preference = UINT16_MAX, .component = 1};
        us.lines[i].ice = &ice[i];
    }
}

static void apply_setting(struct cf_str line) {
    struct cf_str rest = line;
    struct cf_str name = cf_sdp_word(&rest);
    uint32_t number = 0;
    if (is(name, "line")) {
        set_line(rest);
    } else if (is(name, "lines")) {
        assert_true(cf_str_to_u32(rest, CF_SDP_MEDIA_MAX, &number));
        us.session.line_count = number;
    } else if (is(name, "audio")) {
        assert_ok(cf_policy_codecs_parse(rest, CF_MEDIA_AUDIO, &us.policy.audio));
    } else if (is(name, "video")) {
        assert_ok(cf_policy_codecs_parse(rest, CF_MEDIA_VIDEO, &us.policy.video));
    } else if (is(name, "suites")) {
        assert_ok(cf_policy_set_suites(&us.policy, rest));
    } else if (is(name, "profile")) {
        us.policy.offer_profile = is(rest, "SAVPF") ? CF_PROFILE_SAVPF : is(rest, "SAVP") ? CF_PROFILE_SAVP : CF_PROFILE_AVP;
    } else if (is(name, "browser")) {
        allow_browsers();
    } else {
        set_flag(name, is(rest, "yes"));
    }
}

static void run_set(struct cf_str body) {
    while (body.len > 0) {
        struct cf_str line = cf_str_trim(cf_str_cut(&body, '\n'));
        if (line.len > 0) {
            apply_setting(line);
        }
    }
}

static void run_block(struct cf_str command, struct cf_str body) {
    if (is(command, "set")) {
        run_set(body);
    } else if (is(command, "offer")) {
        run_offer(body);
    } else if (is(command, "answer")) {
        run_answer(body);
    } else if (is(command, "our offer")) {
        run_our_offer(false);
    } else if (is(command, "again")) {
        run_our_offer(true);
    } else {
        fail_msg("no such command: %.*s", CF_STR_ARG(command));
    }
}

/* Length of @p rest up to the next line that begins a block. */
static size_t block_len(struct cf_str rest) {
    size_t next = cf_str_find_str(rest, CF_STR("\n== "));
    return next < rest.len ? next + 1 : rest.len;
}

static void run_script(struct cf_str script) {
    struct cf_str rest = script;
    while (cf_str_starts(rest, CF_STR("#"))) {
        (void)cf_str_cut(&rest, '\n');
    }
    while (rest.len > 0) {
        assert_true(cf_str_starts(rest, CF_STR("== ")));
        struct cf_str body = cf_str_head(rest, block_len(rest));
        rest = cf_str_skip(rest, body.len);
        struct cf_str command = cf_str_skip(cf_str_trim(cf_str_cut(&body, '\n')), 3);
        run_block(command, body);
    }
}

static void runs_as_in_the_transcript(void **state) {
    static char script[SCRIPT_MAX];
    char path[128];
    const char *name = *state;
    snprintf(path, sizeof path, "tests/vectors/sdp/%s.txt", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(script, 1, sizeof script, file);
    fclose(file);
    assert_in_range(len, 1, sizeof script - 1);
    test_party_init(&us, "focus", 1, 8);
    transcript_init(&out);
    run_script(cf_str_n(script, len));
    snprintf(path, sizeof path, "offer/%s", name);
    transcript_is_file(&out, path);
    transcript_fini(&out);
    test_party_fini(&us);
}

int main(void) {
    struct CMUnitTest tests[CASE_COUNT];
    for (size_t i = 0; i < CASE_COUNT; i++) {
        tests[i] = (struct CMUnitTest){
            .name = cases[i], .test_func = runs_as_in_the_transcript, .initial_state = (void *)(uintptr_t)cases[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

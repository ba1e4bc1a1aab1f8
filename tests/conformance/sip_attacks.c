/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attacks on what reads SIP before anything is known about a peer: mutated grammar (INVITE of death), values of 64 KiB in every
 * header, a thousand headers, hostile multiparts, header smuggling. Work is counted in steps (lib/test_steps.h) and bounded by
 * the length of the message: nothing here is quadratic. CF_ATTACK_ROUNDS=n in the environment mutates longer.
 */
#include "base/rng.h"
#include "core/mime/mime.h"
#include "core/sip/builder.h"
#include "core/sip/check.h"
#include "core/sip/complaint.h"
#include "core/sip/contact.h"
#include "core/sip/digest_field.h"
#include "core/sip/framer.h"
#include "core/sip/refer_to.h"
#include "core/sip/replaces.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_steps.h"
#include <stdlib.h>

/* Steps that a message of @p len octets may cost: about twice what the worst one of ours does. */
#define STEPS_MAX(len) (60000 + 200 * (uint64_t)(len))

#define HEAD                                                                                                                     \
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"

static struct {
    uint64_t canary_before;
    struct cf_sip_message message;
    uint64_t canary_behind;
} guarded = {.canary_before = 0x5AFE5AFE5AFE5AFE, .canary_behind = 0x5AFE5AFE5AFE5AFE};

static char text[4 * CF_SIP_MESSAGE_MAX];
static char out[8 * CF_SIP_MESSAGE_MAX];
static struct cf_writer w;
static struct cf_parse_error parse_error;

static void read_lists(const struct cf_sip_message *msg) {
    struct cf_sip_values it;
    struct cf_str value;
    struct cf_sip_contact contact;
    struct cf_sip_credentials credentials;
    struct cf_sip_refer_to refer;
    for (int id = CF_SIP_HEADER_OTHER; id < CF_SIP_HEADER_COUNT_; id++) {
        cf_sip_values_begin(msg, (enum cf_sip_header)id, &it);
        while (cf_sip_values_next(&it, &value)) {
            cf_writer_init(&w, out, sizeof out);
            if (cf_sip_contact_parse(value, &contact) == CF_OK) {
                cf_sip_put_display(&w, &contact.addr);
                cf_sip_put_aor(&w, &contact.addr.uri);
            }
            cf_sip_put_clean_unquoted(&w, value);
        }
        value = cf_sip_value(msg, (enum cf_sip_header)id);
        (void)!cf_sip_credentials_parse(value, &credentials);
        (void)!cf_sip_refer_to_parse(value, &refer);
    }
}

static void read_bodies(const struct cf_sip_message *msg) {
    struct cf_mime_part part;
    (void)!cf_mime_find(msg, CF_STR("application/sdp"), CF_STR("session"), &part);
    (void)!cf_mime_find_id(msg, CF_STR("x"), &part);
}

static void answer(const struct cf_sip_message *msg, unsigned status) {
    struct cf_addr source = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 1}, .port = 5060};
    char phrase[CF_SIP_COMPLAINT_MAX];
    struct cf_writer why;
    cf_writer_init(&why, phrase, sizeof phrase);
    if (parse_error.code != CF_OK) {
        cf_sip_put_complaint(&why, status, &parse_error);
    }
    assert_true(cf_writer_ok(&why));
    cf_writer_init(&w, out, sizeof out);
    cf_sip_reply_begin_from(&w, msg, &source, status, parse_error.code != CF_OK ? cf_writer_str(&why) : CF_STR_NONE, CF_STR("t"));
    cf_sip_end(&w);
    assert_true(cf_writer_ok(&w));
}

/* Everything that is done with a message of a stranger. Returns the status of the refusal; 0: taken or dropped. */
static unsigned handle(struct cf_str raw) {
    struct cf_sip_message *msg = &guarded.message;
    parse_error = (struct cf_parse_error){.code = CF_OK};
    enum cf_err err = cf_sip_parse(raw, msg, &parse_error);
    if (err == CF_OK) {
        err = cf_sip_check(msg, &parse_error);
    }
    assert_true(parse_error.offset <= raw.len);
    unsigned status = err == CF_OK ? 0 : cf_sip_refusal_status(msg, &parse_error);
    if (msg->is_request) {
        answer(msg, status == 0 ? 200 : status);
    }
    read_lists(msg);
    read_bodies(msg);
    assert_true(guarded.canary_before == 0x5AFE5AFE5AFE5AFE && guarded.canary_behind == 0x5AFE5AFE5AFE5AFE);
    return status;
}

static void stream(struct cf_str raw) {
    struct test_mem mem;
    struct cf_sip_framer framer;
    struct cf_sip_framer_event event;
    test_mem_init(&mem);
    cf_sip_framer_init(&framer, &mem.mem, CF_SIP_MESSAGE_MAX);
    for (size_t at = 0; at < raw.len; at += 1400) {
        assert_ok(cf_sip_framer_on_bytes(&framer, cf_str_span(cf_str_head(cf_str_skip(raw, at), 1400))));
        while (cf_sip_framer_poll(&framer, &event)) {
            assert_true(event.bytes.len <= raw.len);
        }
    }
    cf_sip_framer_fini(&framer);
    test_mem_fini(&mem);
}

/* Handle a message as datagram and as stream, and return the steps it took. */
static uint64_t cost_of(struct cf_str raw) {
    uint64_t before = test_steps();
    handle(raw);
    stream(raw);
    return test_steps() - before;
}

/* The message at its exact size on the heap, where the address sanitizer sees the first octet too far. */
static uint64_t attack(struct cf_str raw) {
    char *copy = test_malloc(raw.len == 0 ? 1 : raw.len);
    memcpy(copy, raw.at, raw.len);
    uint64_t cost = cost_of(cf_str_n(copy, raw.len));
    test_free(copy);
    if (cost > STEPS_MAX(raw.len)) {
        fail_msg("%zu octets cost %llu steps: %.300s", raw.len, (unsigned long long)cost, raw.at);
    }
    return cost;
}

/* -- Mutated grammar -------------------------------------------------------------------------------------------------------- */

static const struct cf_str atoms[] = {
    CF_STR_INIT(":"),
    CF_STR_INIT("\0"),
    CF_STR_INIT("\xFF"),
    CF_STR_INIT("\xC3\x28"),
    CF_STR_INIT(" "),
    CF_STR_INIT("\t"),
    CF_STR_INIT("\r\n "),
    CF_STR_INIT("\r\n"),
    CF_STR_INIT("\r"),
    CF_STR_INIT("\n"),
    CF_STR_INIT("\""),
    CF_STR_INIT("\\"),
    CF_STR_INIT("<"),
    CF_STR_INIT(">"),
    CF_STR_INIT(";"),
    CF_STR_INIT(","),
    CF_STR_INIT("="),
    CF_STR_INIT("@"),
    CF_STR_INIT("%"),
    CF_STR_INIT("%00"),
    CF_STR_INIT("?"),
    CF_STR_INIT("&"),
    CF_STR_INIT("["),
    CF_STR_INIT("]"),
    CF_STR_INIT("::1"),
    CF_STR_INIT("/"),
    CF_STR_INIT("*"),
    CF_STR_INIT("("),
    CF_STR_INIT(")"),
    CF_STR_INIT("sip:"),
    CF_STR_INIT("sips:a@b"),
    CF_STR_INIT("tel:+1"),
    CF_STR_INIT("<sip:a@b>"),
    CF_STR_INIT("SIP/2.0"),
    CF_STR_INIT("SIP/2.0/UDP h"),
    CF_STR_INIT("0"),
    CF_STR_INIT("4294967296"),
    CF_STR_INIT("-1"),
    CF_STR_INIT("tag=x"),
    CF_STR_INIT(";branch=z9hG4bK"),
    CF_STR_INIT("INVITE"),
    CF_STR_INIT("a"),
    CF_STR_INIT("--b"),
    CF_STR_INIT("\r\n--b\r\n"),
    CF_STR_INIT("\r\n--b--"),
    CF_STR_INIT("boundary=b"),
    CF_STR_INIT("multipart/mixed"),
    CF_STR_INIT("Digest "),
    CF_STR_INIT("nonce=\"x\","),
    CF_STR_INIT("\r\n\r\n"),
};

static struct cf_rng rng;

static struct cf_str any_atom(void) {
    return atoms[cf_rng_below(&rng, sizeof atoms / sizeof *atoms)];
}

/* A few atoms, each perhaps many times. */
static void put_noise(unsigned atoms_max) {
    for (unsigned n = cf_rng_below(&rng, atoms_max + 1); n > 0; n--) {
        struct cf_str atom = any_atom();
        unsigned times = cf_rng_chance(&rng, 50000) ? cf_rng_below(&rng, 2000) : 1;
        for (; times > 0; times--) {
            cf_put(&w, atom);
        }
    }
}

static void put_mutated(struct cf_str value) {
    size_t cut = cf_rng_chance(&rng, 300000) ? cf_rng_below(&rng, (uint32_t)value.len + 1) : value.len;
    cf_put(&w, cf_str_head(value, cut));
    if (cut < value.len) {
        put_noise(3);
        cf_put(&w, cf_str_skip(value, cut + cf_rng_below(&rng, 3)));
    }
}

static const struct cf_str good_values[] = {
    CF_STR_INIT("SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bKx;rport;received=192.0.2.1"),
    CF_STR_INIT("\"A \\\"b\\\" c\" <sip:%61:p@h.example:5061;transport=tls;gr=urn:x?a=b&c=d>;tag=1;q=0.5;expires=60"),
    CF_STR_INIT("sip:a@192.0.2.1;tag=2"),
    CF_STR_INIT("1 INVITE"),
    CF_STR_INIT("x@y"),
    CF_STR_INIT("70"),
    CF_STR_INIT("multipart/mixed;boundary=\"b\""),
    CF_STR_INIT("x;to-tag=a;from-tag=b;early-only"),
    CF_STR_INIT("Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:r\", response=\"0\", nc=00000001, qop=auth"),
    CF_STR_INIT("conference;id=1"),
    CF_STR_INIT("terminated;reason=timeout;retry-after=5"),
    CF_STR_INIT("a, b,c ,\r\n d"),
};

static void put_random_field(void) {
    enum cf_sip_header id = (enum cf_sip_header)cf_rng_below(&rng, CF_SIP_HEADER_COUNT_);
    char compact = cf_sip_header_compact(id);
    if (compact != 0 && cf_rng_chance(&rng, 300000)) {
        cf_put_char(&w, compact);
    } else {
        put_mutated(id == CF_SIP_HEADER_OTHER ? CF_STR("X-Other") : cf_sip_header_name(id));
    }
    cf_put(&w, cf_rng_chance(&rng, 200000) ? CF_STR(" \t:") : CF_STR(": "));
    put_mutated(good_values[cf_rng_below(&rng, sizeof good_values / sizeof *good_values)]);
    put_noise(2);
    cf_put_lit(&w, "\r\n");
}

static struct cf_str mutated_message(void) {
    cf_writer_init(&w, text, CF_SIP_MESSAGE_MAX);
    put_mutated(cf_rng_chance(&rng, 800000) ? CF_STR("INVITE sip:a@b;x=y SIP/2.0\r\n") : CF_STR("SIP/2.0 200 OK\r\n"));
    put_mutated(CF_STR(HEAD));
    for (unsigned n = cf_rng_below(&rng, 12); n > 0; n--) {
        put_random_field();
    }
    cf_put_lit(&w, "\r\n");
    put_mutated(CF_STR("--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b\r\nContent-ID: <x>\r\n\r\nx\r\n--b--\r\n"));
    for (unsigned n = cf_rng_chance(&rng, 300000) ? cf_rng_below(&rng, 8) : 0; n > 0 && w.len > 0; n--) {
        text[cf_rng_below(&rng, (uint32_t)w.len)] = (char)cf_rng_u32(&rng);
    }
    return cf_writer_str(&w);
}

static void mutated_messages_do_no_harm_and_little_work(void **state) {
    (void)state;
    const char *rounds_text = getenv("CF_ATTACK_ROUNDS");
    uint32_t rounds = 20000;
    if (rounds_text) {
        assert_true(cf_str_to_u32(cf_str_of(rounds_text), UINT32_MAX, &rounds));
    }
    uint64_t worst = 0;
    uint32_t accepted = 0;
    cf_rng_init(&rng, 0xC0FFEE);
    for (uint32_t i = 0; i < rounds; i++) {
        struct cf_str raw = mutated_message();
        uint64_t per_octet = attack(raw) / (raw.len + 1);
        worst = per_octet > worst ? per_octet : worst;
        accepted += parse_error.code == CF_OK;
    }
    print_message("%u of %u accepted, worst %llu steps an octet\n", accepted, rounds, (unsigned long long)worst);
    /* A mutator whose messages are all refused at the start line would test little. */
    assert_true(accepted > rounds / 100 && accepted < rounds - rounds / 100);
}

/* -- Work grows with the length and not faster ------------------------------------------------------------------------------- */

struct pattern {
    const char *before;
    struct cf_str unit;
    const char *behind;
};

static const struct pattern in_line[] = {
    {"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h", CF_STR_INIT(" "), ";branch=x\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h", CF_STR_INIT("\r\n "), ";branch=x\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h", CF_STR_INIT(";a=b"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\nVia: ", CF_STR_INIT("SIP/2.0/UDP h,"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\nVia", CF_STR_INIT(":"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\nVia", CF_STR_INIT(" "), ": x\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: ", CF_STR_INIT("<"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: ", CF_STR_INIT("\"\\\""), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: ", CF_STR_INIT("<sip:a>,"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: ", CF_STR_INIT("sip:a,"), "<sip:a>\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: ", CF_STR_INIT("a "), "<sip:a>\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: <sip:a>", CF_STR_INIT(";a"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: <sip:a>", CF_STR_INIT(";q=0.1"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: <sip:", CF_STR_INIT("%41"), "@b>\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Contact: <sip:a@b?", CF_STR_INIT("a=b&"), "a=b>\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Route: ", CF_STR_INIT("\\"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Require: ", CF_STR_INIT("x,"), "y\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Supported: ", CF_STR_INIT(","), "y\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Authorization: Digest ", CF_STR_INIT("x=y,"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Subject: ", CF_STR_INIT("\xC3"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Subject: ", CF_STR_INIT("\\\x01"), "\r\n\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "Subject: ", CF_STR_INIT("\x01"), "\r\n\r\n"},
    {"INVITE sip:", CF_STR_INIT("a"), "@b SIP/2.0\r\n" HEAD "\r\n"},
    {"INVITE sip:", CF_STR_INIT("@"), "@b SIP/2.0\r\n" HEAD "\r\n"},
    {"INVITE sip:a@b", CF_STR_INIT(";a"), " SIP/2.0\r\n" HEAD "\r\n"},
    {"INVITE sip:a@[", CF_STR_INIT(":"), "] SIP/2.0\r\n" HEAD "\r\n"},
    {"INVITE sip:a@b SIP/2.0", CF_STR_INIT(" "), "\r\n" HEAD "\r\n"},
};

static const struct pattern in_message[] = {
    {"", CF_STR_INIT("\r\n"), "INVITE sip:a@b SIP/2.0\r\n" HEAD "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD, CF_STR_INIT("Accept: a/b\r\n"), "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD, CF_STR_INIT("X-Y: z\r\n"), "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD, CF_STR_INIT("x\r\n"), "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD, CF_STR_INIT(":\r\n"), "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD, CF_STR_INIT(" \r\n"), "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD, CF_STR_INIT("Via: SIP/2.0/UDP h\r\n"), "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD, CF_STR_INIT("m: <sip:a@b>,<sip:a@b>\r\n"), "\r\n"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "c: multipart/mixed;boundary=b\r\n\r\n", CF_STR_INIT("\r\n--b"), "\r\n\r\n--b--"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "c: multipart/mixed;boundary=b\r\n\r\n", CF_STR_INIT("--b\r\n"), "--b--"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "c: multipart/mixed;boundary=b\r\n\r\n--b\r\n", CF_STR_INIT("A: b\r\n"), "\r\n--b--"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "c: multipart/mixed;boundary=b\r\n\r\n--b\r\n", CF_STR_INIT("\r"), "--b--"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "c: multipart/mixed;boundary=b\r\n\r\n--b\r\n",
     CF_STR_INIT("Content-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\n"), "--b--"},
    {"INVITE sip:a@b SIP/2.0\r\n" HEAD "\r\n", CF_STR_INIT("x"), ""},
};

static uint64_t cost_of_pattern(const struct pattern *p, size_t len) {
    cf_writer_init(&w, text, sizeof text);
    cf_put(&w, cf_str_of(p->before));
    size_t fixed = w.len + strlen(p->behind);
    while (w.len + strlen(p->behind) + p->unit.len <= len + fixed) {
        cf_put(&w, p->unit);
    }
    cf_put(&w, cf_str_of(p->behind));
    return attack(cf_writer_str(&w));
}

static void grows_linearly(const struct pattern *patterns, size_t count, size_t len) {
    for (size_t i = 0; i < count; i++) {
        uint64_t small = cost_of_pattern(&patterns[i], len / 4);
        uint64_t middle = cost_of_pattern(&patterns[i], len / 2);
        uint64_t large = cost_of_pattern(&patterns[i], len);
        /* Half of the length costs twice what a quarter does, and a quarter more for what comes in steps; squares would be four
         * times. Differences, since what a message costs whatever its length depends on what becomes of it. */
        if (large > middle && large - middle > 5 * (middle > small ? middle - small : 0) / 2 + 4096) {
            fail_msg("%s...%s: %llu, %llu, %llu steps", patterns[i].before, patterns[i].behind, (unsigned long long)small,
                     (unsigned long long)middle, (unsigned long long)large);
        }
    }
}

static void work_in_a_line_grows_linearly(void **state) {
    (void)state;
    grows_linearly(in_line, sizeof in_line / sizeof *in_line, CF_SIP_LINE_MAX - 256);
}

static void work_in_a_message_grows_linearly(void **state) {
    (void)state;
    grows_linearly(in_message, sizeof in_message / sizeof *in_message, CF_SIP_MESSAGE_MAX - 1024);
}

/* -- Values and counts beyond every limit --------------------------------------------------------------------------------------
 */

static void put_start(void) {
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "INVITE sip:a@b SIP/2.0\r\n");
}

static void put_name(int id) {
    cf_put(&w, id == CF_SIP_HEADER_OTHER ? CF_STR("X-Other") : cf_sip_header_name((enum cf_sip_header)id));
    cf_put_lit(&w, ": ");
}

static void a_value_of_64_kib_in_any_header_is_refused(void **state) {
    (void)state;
    static const char fillers[] = "a9\"\\,;<%= ";
    for (int id = CF_SIP_HEADER_OTHER; id < CF_SIP_HEADER_COUNT_; id++) {
        for (const char *filler = fillers; *filler; filler++) {
            /* Before the essentials and behind them: in front it is the first of its name. */
            for (int is_behind = 0; is_behind < 2; is_behind++) {
                put_start();
                cf_put(&w, is_behind ? CF_STR(HEAD) : CF_STR(""));
                put_name(id);
                size_t at = w.len;
                cf_put(&w, CF_STR("a"));
                memset(cf_writer_reserve(&w, 65535), *filler, 65535);
                text[at + 65535] = 'a';
                cf_put_lit(&w, "\r\n");
                cf_put(&w, is_behind ? CF_STR("") : CF_STR(HEAD));
                cf_put_lit(&w, "\r\n");
                struct cf_str raw = cf_writer_str(&w);
                attack(raw);
                unsigned status = handle(cf_str_head(raw, CF_SIP_MESSAGE_MAX));
                assert_true(parse_error.code != CF_OK);
                assert_true(status == 0 || status == 400 || status == 513);
                assert_int_equal(status == 0, !is_behind);
            }
        }
    }
}

static void a_thousand_headers_of_any_name_are_refused(void **state) {
    (void)state;
    for (int id = CF_SIP_HEADER_OTHER; id < CF_SIP_HEADER_COUNT_; id++) {
        put_start();
        cf_put_lit(&w, HEAD);
        for (int i = 0; i < 1000; i++) {
            put_name(id);
            cf_put_lit(&w, "a/b\r\n");
        }
        cf_put_lit(&w, "\r\n");
        struct cf_str raw = cf_writer_str(&w);
        attack(raw);
        assert_int_equal(guarded.message.field_count, CF_SIP_FIELDS_MAX);
        unsigned status = handle(raw);
        if (status != 400 && status != 513) {
            fail_msg("header %d: %u, %s %s", id, status, cf_err_name(parse_error.code), parse_error.what);
        }
    }
}

/* -- Smuggling
 * ------------------------------------------------------------------------------------------------------------------- */

/* What a variant of a trusted header must be: seen as what it is, refused, or part of another field. */
enum fate { SEEN, REFUSED, HIDDEN };

static const struct {
    struct cf_str field;
    enum fate fate;
} smuggled[] = {
    {CF_STR_INIT("P-Asserted-Identity: <sip:ceo@b>\r\n"), SEEN},
    {CF_STR_INIT("P-Asserted-Identity : <sip:ceo@b>\r\n"), SEEN},
    {CF_STR_INIT("P-Asserted-Identity\t \t: <sip:ceo@b>\r\n"), SEEN},
    {CF_STR_INIT("p-ASSERTED-identity:<sip:ceo@b>\r\n"), SEEN},
    {CF_STR_INIT("P-Asserted-Identity:\r\n <sip:ceo@b>\r\n"), SEEN},
    {CF_STR_INIT("P-Asserted-Identity :\r\n\t\r\n <sip:ceo@b>\r\n"), SEEN},
    {CF_STR_INIT("X-Y: y\r\n P-Asserted-Identity: <sip:ceo@b>\r\n"), HIDDEN},
    {CF_STR_INIT("X-Y: y\r\n\tP-Asserted-Identity: <sip:ceo@b>\r\n"), HIDDEN},
    {CF_STR_INIT("Subject: \"\\\r\n P-Asserted-Identity: <sip:ceo@b>\r\n"), HIDDEN},
    {CF_STR_INIT("P-Asserted-Identity\r\n : <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("P-Asserted-\r\n Identity: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("P-Asserted-Identity\0: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("P-Asserted-Identity\x0B: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("P-Asserted-Identity\xC2\xA0: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("P-Asserted Identity: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("X-Y: y\nP-Asserted-Identity: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("X-Y: y\rP-Asserted-Identity: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("X-Y: y\n\nP-Asserted-Identity: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("X-Y: y\\\nP-Asserted-Identity: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("P-Asserted-Identity = <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("P-Asserted-Identity\r\n"), REFUSED},
    /* A second essential field, in any dress. */
    {CF_STR_INIT("i: other\r\n"), REFUSED},
    {CF_STR_INIT("I : x\r\n"), REFUSED},
    {CF_STR_INIT("CSEQ:\r\n 1 INVITE\r\n"), REFUSED},
    {CF_STR_INIT("f: <sip:ceo@b>;tag=9\r\n"), REFUSED},
    {CF_STR_INIT("T\t: <sip:ceo@b>\r\n"), REFUSED},
    {CF_STR_INIT("Content-Length: 0\r\nl: 0\r\n"), REFUSED},
    {CF_STR_INIT("Content-Length: 0, 5\r\n"), REFUSED},
    {CF_STR_INIT("Content-Length: +0\r\n"), REFUSED},
    {CF_STR_INIT("Content-Length: 0x0\r\n"), REFUSED},
    {CF_STR_INIT("c: a/b\r\nContent-Type: c/d\r\n"), REFUSED},
    {CF_STR_INIT("Max-Forwards: 70\r\nMax-Forwards: 70\r\n"), REFUSED},
};

static bool is_copied(enum cf_sip_header id) {
    cf_writer_init(&w, out, sizeof out);
    cf_sip_copy_fields(&w, &guarded.message, id);
    struct cf_str copied = cf_writer_str(&w);
    return cf_str_find_str(copied, CF_STR("\r\nP-Asserted-Identity")) < copied.len;
}

static void no_header_is_smuggled(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof smuggled / sizeof *smuggled; i++) {
        cf_writer_init(&w, text, sizeof text);
        cf_put_lit(&w, "INVITE sip:a@b SIP/2.0\r\n" HEAD);
        cf_put(&w, smuggled[i].field);
        cf_put_lit(&w, "\r\n");
        unsigned status = handle(cf_writer_str(&w));
        bool is_seen = cf_sip_field_first(&guarded.message, CF_SIP_HEADER_P_ASSERTED_IDENTITY) != NULL;
        enum fate fate = parse_error.code != CF_OK ? REFUSED : is_seen ? SEEN : HIDDEN;
        if (fate != smuggled[i].fate || (fate == REFUSED) != (status == 400)) {
            fail_msg("%zu: fate %d, status %u, %.*s", i, fate, status, CF_STR_ARG(smuggled[i].field));
        }
        /* What was part of another field does not become a field when that one is copied. */
        assert_false(is_copied(CF_SIP_HEADER_OTHER));
        assert_false(is_copied(CF_SIP_HEADER_SUBJECT));
    }
}

CF_TEST_MAIN(cmocka_unit_test(mutated_messages_do_no_harm_and_little_work), cmocka_unit_test(work_in_a_line_grows_linearly),
             cmocka_unit_test(work_in_a_message_grows_linearly), cmocka_unit_test(a_value_of_64_kib_in_any_header_is_refused),
             cmocka_unit_test(a_thousand_headers_of_any_name_are_refused), cmocka_unit_test(no_header_is_smuggled))

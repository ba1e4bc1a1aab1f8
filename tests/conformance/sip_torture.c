/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The torture messages of RFC 4475 and RFC 5118, byte for byte, against a table of what the grammar makes of each: take it,
 * answer it with a status, or drop it. Each goes in as a datagram and through the stream framer, split at every octet. What a
 * whole server does with them is in sip_torture_node.c.
 */
#include "core/mime/mime.h"
#include "core/sip/builder.h"
#include "core/sip/check.h"
#include "core/sip/complaint.h"
#include "core/sip/contact.h"
#include "core/sip/framer.h"
#include "core/sip/option_tags.h"
#include "lib/test.h"
#include "lib/test_mem.h"

/* What the framer makes of a vector that arrives on a connection. */
enum stream {
    CUT,     /* one message, the same as in the datagram */
    TWO,     /* two messages, then octets behind the second one's too short Content-Length, which are no message */
    WAITING, /* part of a message: Content-Length says there is more */
    BROKEN,  /* nobody knows where the message ends */
};

#define TAKE 0
#define DROP 1

struct row {
    const char *name;
    unsigned status;  /* TAKE, DROP, or the status of the answer */
    const char *what; /* what the error is about; NULL: no error of the grammar */
    enum stream stream;
};

static const struct row rfc4475[] = {
    {"wsinv", TAKE, NULL, CUT},               /* 3.1.1.1 */
    {"intmeth", TAKE, NULL, CUT},             /* 3.1.1.2: well-formed, though nobody knows the method */
    {"esc01", TAKE, NULL, CUT},               /* 3.1.1.3 */
    {"escnull", TAKE, NULL, CUT},             /* 3.1.1.4 */
    {"esc02", TAKE, NULL, CUT},               /* 3.1.1.5: RE%47IST%45R is not REGISTER, but a token */
    {"lwsdisp", TAKE, NULL, CUT},             /* 3.1.1.6 */
    {"longreq", TAKE, NULL, CUT},             /* 3.1.1.7 */
    {"dblreq", TAKE, NULL, TWO},              /* 3.1.1.8: the second request of the datagram is cut off */
    {"semiuri", TAKE, NULL, CUT},             /* 3.1.1.9 */
    {"transports", TAKE, NULL, CUT},          /* 3.1.1.10 */
    {"mpart01", TAKE, NULL, CUT},             /* 3.1.1.11 */
    {"unreason", TAKE, NULL, CUT},            /* 3.1.1.12 */
    {"noreason", TAKE, NULL, CUT},            /* 3.1.1.13 */
    {"badinv01", 400, "Via", CUT},            /* 3.1.2.1 */
    {"clerr", 400, "body", WAITING},          /* 3.1.2.2 */
    {"ncl", 400, "Content-Length", BROKEN},   /* 3.1.2.3 */
    {"scalar02", 400, "CSeq", CUT},           /* 3.1.2.4 */
    {"scalarlg", DROP, "CSeq", CUT},          /* 3.1.2.5 */
    {"quotbal", 400, "To", CUT},              /* 3.1.2.6 */
    {"ltgtruri", 400, "Request-URI", CUT},    /* 3.1.2.7 */
    {"lwsruri", 400, "Request-URI", CUT},     /* 3.1.2.8 */
    {"lwsstart", 400, "Request-URI", CUT},    /* 3.1.2.9 */
    {"trws", 400, "SIP-Version", CUT},        /* 3.1.2.10 */
    {"escruri", 400, "Request-URI", CUT},     /* 3.1.2.11 */
    {"baddate", TAKE, NULL, CUT},             /* 3.1.2.12: Date is not used, so its value is nobody's business */
    {"regbadct", 400, "Contact", CUT},        /* 3.1.2.13 */
    {"badaspec", 400, "To", CUT},             /* 3.1.2.14 */
    {"baddn", 400, "From", WAITING},          /* 3.1.2.15: the vector lacks its blank line, so a stream goes on */
    {"badvers", 505, "SIP-Version", CUT},     /* 3.1.2.16 */
    {"mismatch01", 400, "CSeq", CUT},         /* 3.1.2.17 */
    {"mismatch02", 400, "CSeq", CUT},         /* 3.1.2.18: 400 or 501 */
    {"bigcode", DROP, "Status-Code", CUT},    /* 3.1.2.19 */
    {"badbranch", TAKE, NULL, CUT},           /* 3.2.1: matched by the rules of RFC 2543 */
    {"insuf", 400, "From", CUT},              /* 3.3.1 */
    {"unkscm", TAKE, NULL, CUT},              /* 3.3.2 */
    {"novelsc", TAKE, NULL, CUT},             /* 3.3.3 */
    {"unksm2", TAKE, NULL, CUT},              /* 3.3.4: the registrar refuses what it can't serve */
    {"bext01", TAKE, NULL, CUT},              /* 3.3.5 */
    {"invut", TAKE, NULL, CUT},               /* 3.3.6 */
    {"regaut01", TAKE, NULL, CUT},            /* 3.3.7: challenged as if it had no credentials */
    {"multi01", 400, "CSeq", CUT},            /* 3.3.8 */
    {"mcl01", 400, "Content-Length", BROKEN}, /* 3.3.9 */
    {"bcast", TAKE, NULL, CUT},               /* 3.3.10: matches no transaction */
    {"zeromf", TAKE, NULL, CUT},              /* 3.3.11: an endpoint answers, a proxy does not forward */
    {"cparam01", TAKE, NULL, CUT},            /* 3.3.12 */
    {"cparam02", TAKE, NULL, CUT},            /* 3.3.13 */
    {"regescrt", TAKE, NULL, CUT},            /* 3.3.14 */
    {"sdp01", TAKE, NULL, CUT},               /* 3.3.15: 406 once the answer's type is known */
    {"inv2543", TAKE, NULL, BROKEN},          /* 3.4.1: without Content-Length only in a datagram */
};

static const struct row rfc5118[] = {
    {"ipv6-good", TAKE, NULL, CUT},                     /* 4.1 */
    {"ipv6-bad", 400, "Request-URI", CUT},              /* 4.2 */
    {"port-ambiguous", TAKE, NULL, CUT},                /* 4.3 */
    {"port-unambiguous", TAKE, NULL, CUT},              /* 4.4 */
    {"via-received-param-with-delim", TAKE, NULL, CUT}, /* 4.5 */
    {"via-received-param-no-delim", TAKE, NULL, CUT},   /* 4.5 */
    {"ipv6-in-sdp", TAKE, NULL, CUT},                   /* 4.6 */
    {"mult-ip-in-header", TAKE, NULL, CUT},             /* 4.7 */
    {"mult-ip-in-sdp", TAKE, NULL, CUT},                /* 4.8 */
    {"ipv4-mapped-ipv6", TAKE, NULL, CUT},              /* 4.9 */
    {"ipv6-bug-abnf-3-colons", TAKE, NULL, CUT},        /* 4.10 */
    {"ipv6-correct-abnf-2-colons", TAKE, NULL, CUT},    /* 4.10 */
};

static char vector[CF_SIP_MESSAGE_MAX];
static char reply[CF_SIP_MESSAGE_MAX];
static struct cf_sip_message message;
static struct cf_sip_message streamed;
static struct cf_parse_error parse_error;

static struct cf_str load(const char *rfc, const char *name) {
    char path[160];
    snprintf(path, sizeof path, "tests/vectors/%s/%s.dat", rfc, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        fail_msg("no %s", path);
        return CF_STR_NONE;
    }
    size_t len = fread(vector, 1, sizeof vector, file);
    fclose(file);
    assert_true(len > 0);
    return cf_str_n(vector, len);
}

/* What the grammar says. */
static unsigned judge(struct cf_str raw, struct cf_sip_message *msg, struct cf_parse_error *error) {
    *error = (struct cf_parse_error){.code = CF_OK};
    if (cf_sip_parse(raw, msg, error) != CF_OK || cf_sip_check(msg, error) != CF_OK) {
        unsigned status = cf_sip_refusal_status(msg, error);
        return status == 0 ? DROP : status;
    }
    return TAKE;
}

/* Whatever is answered can be parsed by the same parser, and repeats what identifies the request. */
static void answer_is_a_response(const struct row *row) {
    struct cf_writer w;
    struct cf_parse_error error;
    char phrase[CF_SIP_COMPLAINT_MAX];
    struct cf_writer text;
    cf_writer_init(&text, phrase, sizeof phrase);
    cf_sip_put_complaint(&text, row->status, &parse_error);
    assert_true(cf_writer_ok(&text));
    cf_writer_init(&w, reply, sizeof reply);
    cf_sip_reply_begin(&w, &message, row->status, cf_writer_str(&text), CF_STR("t"));
    cf_sip_end(&w);
    assert_true(cf_writer_ok(&w));
    enum cf_err err = cf_sip_parse(cf_writer_str(&w), &streamed, &error);
    bool is_repeated_whole = strcmp(parse_error.what, "Request-URI") == 0;
    if (is_repeated_whole && err != CF_OK) {
        fail_msg("%s: the answer is malformed: %s at %u", row->name, error.what, error.offset);
    }
    assert_false(streamed.is_request);
    assert_int_equal(streamed.status, row->status);
    assert_str(cf_sip_value(&streamed, CF_SIP_HEADER_CSEQ), cf_sip_value(&message, CF_SIP_HEADER_CSEQ));
}

static void judged_as_in_the_table(const char *rfc, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned status = judge(load(rfc, rows[i].name), &message, &parse_error);
        bool is_same_error =
            rows[i].what ? parse_error.what && strcmp(parse_error.what, rows[i].what) == 0 : parse_error.code == CF_OK;
        if (status != rows[i].status || !is_same_error) {
            fail_msg("%s: %u, %s %s at %u", rows[i].name, status, cf_err_name(parse_error.code),
                     parse_error.what ? parse_error.what : "", parse_error.offset);
        }
        if (status != TAKE && status != DROP) {
            answer_is_a_response(&rows[i]);
        }
    }
}

static void rfc4475_datagrams_are_judged_as_in_the_table(void **state) {
    (void)state;
    judged_as_in_the_table("rfc4475", rfc4475, sizeof rfc4475 / sizeof *rfc4475);
}

static void rfc5118_datagrams_are_judged_as_in_the_table(void **state) {
    (void)state;
    judged_as_in_the_table("rfc5118", rfc5118, sizeof rfc5118 / sizeof *rfc5118);
}

/* What came out of a framer. */
struct seen {
    unsigned messages;
    unsigned broken;
    size_t first_len; /* octets of the first message */
    unsigned status;  /* of the first message */
};

static void drain(struct cf_sip_framer *f, struct seen *seen) {
    struct cf_sip_framer_event event;
    struct cf_parse_error error;
    while (cf_sip_framer_poll(f, &event)) {
        if (event.kind == CF_SIP_FRAMER_BROKEN) {
            seen->broken++;
        } else if (event.kind == CF_SIP_FRAMER_MESSAGE && seen->messages++ == 0) {
            seen->first_len = event.bytes.len;
            seen->status = judge(event.bytes, &streamed, &error);
        }
    }
}

static void feed(struct cf_sip_framer *f, struct cf_str bytes, struct seen *seen) {
    assert_ok(cf_sip_framer_on_bytes(f, cf_str_span(bytes)));
    drain(f, seen);
}

static void check_seen(const struct row *row, const struct seen *seen, bool is_partial) {
    static const struct {
        unsigned messages;
        unsigned broken;
        bool is_partial;
    } expected[] = {[CUT] = {1, 0, false}, [TWO] = {2, 1, false}, [WAITING] = {0, 0, true}, [BROKEN] = {0, 1, false}};
    if (seen->messages != expected[row->stream].messages || seen->broken != expected[row->stream].broken ||
        is_partial != expected[row->stream].is_partial) {
        fail_msg("%s: %u messages, %u broken, %d partial", row->name, seen->messages, seen->broken, is_partial);
    }
    if (seen->messages > 0 && (seen->status != row->status || seen->first_len != message.raw.len)) {
        fail_msg("%s: %u on the stream, %zu octets instead of %zu", row->name, seen->status, seen->first_len, message.raw.len);
    }
}

/* In two pieces, cut at @p at; and in single octets if @p at is 0. */
static void stream_once(const struct row *row, struct cf_str raw, size_t at) {
    struct test_mem mem;
    struct cf_sip_framer f;
    struct seen seen = {.messages = 0};
    test_mem_init(&mem);
    cf_sip_framer_init(&f, &mem.mem, CF_SIP_MESSAGE_MAX);
    if (at > 0) {
        feed(&f, cf_str_head(raw, at), &seen);
        feed(&f, cf_str_skip(raw, at), &seen);
    } else {
        for (size_t i = 0; i < raw.len; i++) {
            feed(&f, cf_str_n(raw.at + i, 1), &seen);
            cf_sip_framer_trim(&f);
        }
    }
    check_seen(row, &seen, cf_sip_framer_is_partial(&f));
    cf_sip_framer_fini(&f);
    test_mem_fini(&mem);
}

static void streamed_as_in_the_table(const char *rfc, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct cf_str raw = load(rfc, rows[i].name);
        judge(raw, &message, &parse_error);
        for (size_t at = 0; at < raw.len; at++) {
            stream_once(&rows[i], raw, at);
        }
    }
}

static void rfc4475_streams_split_anywhere_give_the_same(void **state) {
    (void)state;
    streamed_as_in_the_table("rfc4475", rfc4475, sizeof rfc4475 / sizeof *rfc4475);
}

static void rfc5118_streams_split_anywhere_give_the_same(void **state) {
    (void)state;
    streamed_as_in_the_table("rfc5118", rfc5118, sizeof rfc5118 / sizeof *rfc5118);
}

static void take(const char *rfc, const char *name) {
    assert_ok(cf_sip_parse(load(rfc, name), &message, &parse_error));
}

static struct cf_str unquoted(struct cf_str value) {
    static char text[256];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_sip_put_unquoted(&w, value);
    return cf_writer_str(&w);
}

static struct cf_str unescaped(struct cf_str value) {
    static char text[256];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_sip_put_unescaped(&w, value);
    return cf_writer_str(&w);
}

static void wsinv_means_what_it_means_without_its_folds(void **state) {
    (void)state;
    struct cf_sip_values it;
    struct cf_str value;
    struct cf_sip_via via;
    struct cf_sip_contact contact;
    take("rfc4475", "wsinv");
    assert_str(message.to_tag, CF_STR("1918181833n"));
    assert_str(message.from_tag, CF_STR("98asjd8"));
    assert_str(unquoted(message.from.display), CF_STR("J Rosenberg \\\""));
    assert_int_equal(message.max_forwards, 68);
    assert_int_equal(message.cseq.number, 9);
    assert_int_equal(message.cseq.method, CF_SIP_METHOD_INVITE);
    assert_int_equal(message.via.transport, CF_TRANSPORT_UDP);
    assert_str(message.via.branch, CF_STR("390skdjuw"));
    assert_false(cf_sip_via_has_cookie(&message.via));
    assert_int_equal(cf_sip_value(&message, CF_SIP_HEADER_SUBJECT).len, 0);
    cf_sip_values_begin(&message, CF_SIP_HEADER_VIA, &it);
    assert_true(cf_sip_values_next(&it, &value));
    assert_true(cf_sip_values_next(&it, &value));
    assert_ok(cf_sip_via_parse(value, &via));
    assert_str(via.host, CF_STR("spindle.example.com"));
    assert_str(via.branch, CF_STR("z9hG4bK9ikj8"));
    assert_true(cf_sip_values_next(&it, &value));
    assert_ok(cf_sip_via_parse(value, &via));
    assert_str(via.host, CF_STR("192.168.255.111"));
    assert_str(via.branch, CF_STR("z9hG4bK30239"));
    assert_false(cf_sip_values_next(&it, &value));
    assert_ok(cf_sip_contact_parse(cf_sip_value(&message, CF_SIP_HEADER_CONTACT), &contact));
    assert_str(unquoted(contact.addr.display), CF_STR("Quoted string \"\""));
    assert_int_equal(contact.q, 330);
    assert_str(cf_sip_param_value(contact.addr.params, CF_STR("newparam")), CF_STR("newvalue"));
    assert_non_null(cf_sip_field_named(&message, CF_STR("unknownheaderwithunusualvalue")));
}

static void intmeth_keeps_every_odd_octet(void **state) {
    (void)state;
    take("rfc4475", "intmeth");
    assert_str(message.method_name, CF_STR("!interesting-Method0123456789_*+`.%indeed'~"));
    assert_str(message.request_uri.user, CF_STR("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"));
    assert_str(message.request_uri.password, CF_STR("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"));
    assert_str(unquoted(message.to.display), CF_STR("BEL:\a NUL:\0 DEL:\177"));
    assert_str(message.from.display, CF_STR("token1~` token2'+_ token3*%!.-"));
    assert_str(message.from_tag, CF_STR("_token~1'+`*%!-."));
    assert_str(message.call_id, CF_STR("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"));
    assert_int_equal(message.cseq.number, 139122385);
}

static void escapes_are_resolved_where_they_are_escapes(void **state) {
    (void)state;
    struct cf_sip_contact contact;
    take("rfc4475", "esc01");
    assert_str(unescaped(message.request_uri.user), CF_STR("sips:user@example.com"));
    assert_str(unescaped(message.to.uri.user), CF_STR("user"));
    assert_str(unescaped(message.from.uri.user), CF_STR("I have spaces"));
    assert_ok(cf_sip_contact_parse(cf_sip_value(&message, CF_SIP_HEADER_CONTACT), &contact));
    assert_str(unescaped(contact.addr.uri.user), CF_STR("caller"));
    take("rfc4475", "esc02");
    assert_int_equal(message.method, CF_SIP_METHOD_OTHER);
    assert_str(unquoted(message.to.display), CF_STR("%Z%45"));
    assert_null(cf_sip_field_next(&message, cf_sip_field_next(&message, cf_sip_field_first(&message, CF_SIP_HEADER_CONTACT))));
    take("rfc4475", "escnull");
    assert_str(unescaped(message.to.uri.user), CF_STR("null-\0-null"));
}

static void escnull_contacts_are_two_different_ones(void **state) {
    (void)state;
    struct cf_sip_contact first;
    struct cf_sip_contact second;
    take("rfc4475", "escnull");
    const struct cf_sip_field *field = cf_sip_field_first(&message, CF_SIP_HEADER_CONTACT);
    assert_ok(cf_sip_contact_parse(field->value, &first));
    assert_ok(cf_sip_contact_parse(cf_sip_field_next(&message, field)->value, &second));
    assert_false(cf_sip_uri_eq(&first.addr.uri, &second.addr.uri));
}

static void dblreq_ends_where_content_length_says(void **state) {
    (void)state;
    take("rfc4475", "dblreq");
    assert_int_equal(message.method, CF_SIP_METHOD_REGISTER);
    assert_int_equal(message.body.len, 0);
    assert_true(message.raw.len < load("rfc4475", "dblreq").len);
}

static void semiuri_has_its_semicolon_in_the_user(void **state) {
    (void)state;
    take("rfc4475", "semiuri");
    assert_str(unescaped(message.request_uri.user), CF_STR("user;par=u@example.net"));
    assert_str(message.request_uri.host, CF_STR("example.com"));
    assert_null(message.request_uri.params.at);
}

static void longreq_keeps_all_of_its_vias(void **state) {
    (void)state;
    struct cf_sip_values it;
    struct cf_str value;
    unsigned count = 0;
    take("rfc4475", "longreq");
    cf_sip_values_begin(&message, CF_SIP_HEADER_VIA, &it);
    while (cf_sip_values_next(&it, &value)) {
        count++;
    }
    assert_int_equal(count, 34);
}

static void mpart01_has_text_and_a_signature(void **state) {
    (void)state;
    struct cf_mime_part part;
    take("rfc4475", "mpart01");
    assert_ok(cf_mime_find(&message, CF_STR("text/plain"), CF_STR_NONE, &part));
    assert_str(part.body, CF_STR("Hello"));
    assert_ok(cf_mime_find(&message, CF_STR("application/octet-stream"), CF_STR_NONE, &part));
    assert_str(part.transfer_encoding, CF_STR("binary"));
    assert_int_equal((uint8_t)part.body.at[0], 0x30);
}

static void cparam_parameters_are_told_apart_by_brackets(void **state) {
    (void)state;
    struct cf_sip_contact contact;
    take("rfc4475", "cparam01");
    assert_ok(cf_sip_contact_parse(cf_sip_value(&message, CF_SIP_HEADER_CONTACT), &contact));
    assert_null(contact.addr.uri.params.at);
    assert_str(contact.addr.params, CF_STR("unknownparam"));
    take("rfc4475", "cparam02");
    assert_ok(cf_sip_contact_parse(cf_sip_value(&message, CF_SIP_HEADER_CONTACT), &contact));
    assert_str(contact.addr.uri.params, CF_STR("unknownparam"));
    assert_null(contact.addr.params.at);
}

static void bext01_is_told_what_is_unsupported(void **state) {
    (void)state;
    struct cf_writer w;
    take("rfc4475", "bext01");
    cf_writer_init(&w, reply, sizeof reply);
    cf_sip_put_unsupported(&w, &message, CF_SIP_HEADER_REQUIRE, CF_SIP_OPTION_BIT(CF_SIP_OPTION_TIMER));
    assert_str(cf_writer_str(&w), CF_STR("Unsupported: nothingSupportsThis, nothingSupportsThisEither\r\n"));
}

static void ip6_ports_are_where_the_brackets_say(void **state) {
    (void)state;
    struct cf_addr addr;
    take("rfc5118", "port-ambiguous");
    assert_true(cf_sip_uri_host_addr(&message.request_uri, &addr));
    assert_int_equal(addr.port, 0);
    take("rfc5118", "port-unambiguous");
    assert_true(cf_sip_uri_host_addr(&message.request_uri, &addr));
    assert_int_equal(addr.port, 5070);
}

static void received_is_the_same_with_and_without_brackets(void **state) {
    (void)state;
    struct cf_addr with;
    struct cf_addr without;
    take("rfc5118", "via-received-param-with-delim");
    assert_true(cf_sip_via_response_addr(&message.via, &with));
    take("rfc5118", "via-received-param-no-delim");
    assert_true(cf_sip_via_response_addr(&message.via, &without));
    assert_true(cf_addr_eq(&with, &without));
}

static void three_colons_are_two(void **state) {
    (void)state;
    struct cf_addr three;
    struct cf_addr two;
    take("rfc5118", "ipv6-bug-abnf-3-colons");
    assert_true(cf_sip_uri_host_addr(&message.request_uri, &three));
    take("rfc5118", "ipv6-correct-abnf-2-colons");
    assert_true(cf_sip_uri_host_addr(&message.request_uri, &two));
    assert_true(cf_addr_eq(&three, &two));
}

CF_TEST_MAIN(cmocka_unit_test(rfc4475_datagrams_are_judged_as_in_the_table),
             cmocka_unit_test(rfc5118_datagrams_are_judged_as_in_the_table),
             cmocka_unit_test(rfc4475_streams_split_anywhere_give_the_same),
             cmocka_unit_test(rfc5118_streams_split_anywhere_give_the_same),
             cmocka_unit_test(wsinv_means_what_it_means_without_its_folds), cmocka_unit_test(intmeth_keeps_every_odd_octet),
             cmocka_unit_test(escapes_are_resolved_where_they_are_escapes),
             cmocka_unit_test(escnull_contacts_are_two_different_ones), cmocka_unit_test(dblreq_ends_where_content_length_says),
             cmocka_unit_test(semiuri_has_its_semicolon_in_the_user), cmocka_unit_test(longreq_keeps_all_of_its_vias),
             cmocka_unit_test(mpart01_has_text_and_a_signature), cmocka_unit_test(cparam_parameters_are_told_apart_by_brackets),
             cmocka_unit_test(bext01_is_told_what_is_unsupported), cmocka_unit_test(ip6_ports_are_where_the_brackets_say),
             cmocka_unit_test(received_is_the_same_with_and_without_brackets), cmocka_unit_test(three_colons_are_two))

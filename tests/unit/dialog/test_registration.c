/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's registration against a registrar made of single answers. */
#include "core/dialog/registration.h"

#include "core/sip/builder.h"
#include "lib/sip_pair.h"
#include "lib/test.h"

/* A registers; B answers with what the test sets. */
struct scene {
    struct sip_pair net;
    struct cf_ua_profile profile;
    struct cf_registration registration;
    bool is_there;
    bool is_gone;
    unsigned status;    /* of B's answers; 0: none */
    const char *fields; /* of them */
    unsigned requests;  /* that B has seen */
    uint32_t last_expires;
    unsigned registered; /* events */
    unsigned failed;
    uint32_t retry_sec; /* of the last FAILED */
    char gruu[100];
};

static void drain(struct scene *s) {
    struct cf_registration_event event;
    while (s->is_there && cf_registration_poll(&s->registration, &event)) {
        if (event.kind == CF_REGISTRATION_REGISTERED) {
            s->registered++;
            snprintf(s->gruu, sizeof s->gruu, "%.*s", CF_STR_ARG(event.pub_gruu));
        } else if (event.kind == CF_REGISTRATION_FAILED) {
            s->failed++;
            s->retry_sec = event.retry_sec;
        } else {
            cf_registration_fini(&s->registration);
            s->is_there = false;
            s->is_gone = true;
        }
    }
}

static void answer(struct scene *s, const struct cf_endpoint_event *event) {
    char text[4096];
    struct cf_writer w;
    s->requests++;
    s->last_expires = event->message->expires_sec;
    if (s->status == 0) {
        return;
    }
    cf_writer_init(&w, text, sizeof text);
    cf_sip_reply_begin(&w, event->message, s->status, CF_STR_NONE, CF_STR("registrar"));
    cf_put(&w, cf_str_of(s->fields));
    cf_sip_end(&w);
    assert_true(cf_writer_ok(&w));
    cf_endpoint_trust_flow(s->net.sides[1].ep, event->flow);
    assert_ok(cf_endpoint_respond(s->net.sides[1].ep, event->tx, cf_writer_str(&w), s->net.now));
}

static void on_event(void *ctx, unsigned side, const struct cf_endpoint_event *event) {
    struct scene *s = ctx;
    if (side == 1 && event->kind == CF_ENDPOINT_REQUEST) {
        answer(s, event);
    } else if (side == 0 && s->is_there) {
        cf_registration_on_event(&s->registration, event, s->net.now);
        drain(s);
    }
}

static cf_usec deadline(void *ctx, unsigned side) {
    struct scene *s = ctx;
    return side == 0 && s->is_there ? cf_registration_deadline(&s->registration) : CF_USEC_NEVER;
}

static void on_deadline(void *ctx, unsigned side) {
    struct scene *s = ctx;
    (void)side;
    cf_registration_on_deadline(&s->registration, s->net.now);
    drain(s);
}

static void run(struct scene *s, cf_usec duration) {
    sip_pair_run_for(&s->net, duration);
}

static bool begin(struct scene *s, size_t fail_at) {
    struct sip_pair_user user = {on_event, deadline, on_deadline, s};
    *s = (struct scene){.status = 200, .fields = "Contact: <sip:alice@192.0.2.1>;expires=600\r\n"};
    if (!sip_pair_init_failing(&s->net, &user, 0, fail_at)) {
        return false;
    }
    s->profile = (struct cf_ua_profile){.contact = CF_STR("<sip:alice@192.0.2.1>")};
    struct cf_usage usage = {.mem = &s->net.sides[0].mem.mem,
                             .entropy = &s->net.sides[0].entropy.entropy,
                             .endpoint = s->net.sides[0].ep,
                             .profile = &s->profile,
                             .owner = {1, {1, 1}}};
    struct cf_registration_account account = {.registrar = CF_STR("sip:192.0.2.2"),
                                              .aor = CF_STR("<sip:alice@example.org>"),
                                              .contact = CF_STR("<sip:alice@192.0.2.1>;+sip.instance=\"<urn:uuid:a>\""),
                                              .expires_sec = 600};
    enum cf_err err = cf_registration_init(&s->registration, &usage, &account, s->net.now);
    assert_true(err == CF_OK || fail_at != SIZE_MAX);
    s->is_there = err == CF_OK;
    sip_pair_drain(&s->net);
    return true;
}

static void end(struct scene *s) {
    if (s->is_there) {
        cf_registration_fini(&s->registration);
    }
    sip_pair_fini(&s->net);
}

static void it_is_kept_up_and_taken_back(void **state) {
    (void)state;
    struct scene s;
    assert_true(begin(&s, SIZE_MAX));
    run(&s, CF_SEC(1));
    assert_int_equal(s.registered, 1);
    run(&s, CF_SEC(3600));
    assert_true(s.registered >= 6 && s.registered <= 10); /* each 600 s, in time */
    assert_int_equal(s.failed, 0);
    cf_registration_end(&s.registration, s.net.now);
    run(&s, CF_SEC(40));
    assert_true(s.is_gone);
    assert_int_equal(s.last_expires, 0);
    end(&s);
}

static void the_registrar_gives_another_time_and_a_gruu(void **state) {
    (void)state;
    struct scene s;
    assert_true(begin(&s, SIZE_MAX));
    s.fields = "Contact: <sip:bob@192.0.2.9>;expires=5, <sip:alice@192.0.2.1>;expires=120;"
               "pub-gruu=\"sip:alice@example.org;gr=urn:uuid:a\"\r\n";
    run(&s, CF_SEC(600));
    assert_true(s.registered >= 5 && s.registered <= 12);
    assert_string_equal(s.gruu, "sip:alice@example.org;gr=urn:uuid:a");
    end(&s);
}

static void failures_are_tried_again_with_growing_pauses(void **state) {
    (void)state;
    struct scene s;
    assert_true(begin(&s, SIZE_MAX));
    s.status = 503;
    s.fields = "";
    run(&s, CF_SEC(3600));
    assert_true(s.failed >= 3 && s.failed <= 40);
    assert_int_equal(s.registered, 0);
    assert_true(s.retry_sec > 60);
    s.status = 200;
    s.fields = "Contact: <sip:alice@192.0.2.1>;expires=600\r\n";
    run(&s, CF_SEC(1900));
    assert_true(s.registered > 0);
    end(&s);
}

static void a_wrong_password_is_not_tried_again(void **state) {
    (void)state;
    static const unsigned fatal[] = {403, 404};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct scene s;
        assert_true(begin(&s, SIZE_MAX));
        s.status = fatal[i];
        s.fields = "";
        run(&s, CF_SEC(7200));
        assert_int_equal(s.requests, 1);
        assert_int_equal(s.failed, 1);
        assert_int_equal(s.retry_sec, 0);
        end(&s);
    }
}

static void too_brief_is_mended(void **state) {
    (void)state;
    struct scene s;
    assert_true(begin(&s, SIZE_MAX));
    s.status = 423;
    s.fields = "Min-Expires: 900\r\n";
    run(&s, CF_MSEC(15));
    s.status = 200;
    s.fields = "Contact: <sip:alice@192.0.2.1>;expires=900\r\n";
    run(&s, CF_SEC(100));
    assert_int_equal(s.registered, 1);
    assert_true(s.last_expires >= 900);
    end(&s);
}

static void nobody_is_there(void **state) {
    (void)state;
    struct scene s;
    assert_true(begin(&s, SIZE_MAX));
    s.status = 0;
    run(&s, CF_SEC(40));
    assert_int_equal(s.failed, 1);
    assert_true(s.retry_sec > 0);
    end(&s);
}

static void memory_may_fail_anywhere(void **state) {
    (void)state;
    for (size_t n = 1; n < 80; n++) {
        struct scene s;
        if (begin(&s, n)) {
            run(&s, CF_SEC(1000));
            if (s.is_there) {
                assert_true(s.registered > 0);
                cf_registration_end(&s.registration, s.net.now);
                drain(&s);
                run(&s, CF_SEC(100));
                assert_true(s.is_gone);
            }
        }
        end(&s);
    }
}

CF_TEST_MAIN(cmocka_unit_test(it_is_kept_up_and_taken_back), cmocka_unit_test(the_registrar_gives_another_time_and_a_gruu),
             cmocka_unit_test(failures_are_tried_again_with_growing_pauses),
             cmocka_unit_test(a_wrong_password_is_not_tried_again), cmocka_unit_test(too_brief_is_mended),
             cmocka_unit_test(nobody_is_there), cmocka_unit_test(memory_may_fail_anywhere))

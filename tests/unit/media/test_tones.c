/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that are heard: who is listened to, and to what of it. What finds them is a fake that takes a sample's value for a key. */
#include "core/media/tones.h"

#include "lib/test.h"
#include "lib/test_media.h"

static struct test_media w;

/* --- a reader of keys: sound of value 1 to 9 is that key for as long as it lasts; 10 is A --- */

struct fake_reader {
    int16_t value;
    char keys[32];
    size_t count;
    size_t taken;
};

static size_t missing; /* samples, by all readers */

static void *create(const struct cf_mem *mem) {
    return cf_mem_alloc(mem, sizeof(struct fake_reader));
}

static void destroy(const struct cf_mem *mem, void *reader) {
    cf_mem_free(mem, reader, sizeof(struct fake_reader));
}

static void hear(void *object, const int16_t *pcm, size_t count) {
    struct fake_reader *reader = object;
    for (size_t i = 0; i < count; i++) {
        if (pcm[i] != reader->value && pcm[i] >= 1 && pcm[i] <= 10 && reader->count < sizeof reader->keys) {
            reader->keys[reader->count++] = (char)(pcm[i] == 10 ? 'A' : '0' + pcm[i]);
        }
        reader->value = pcm[i];
    }
}

static void miss(void *object, size_t count) {
    (void)object;
    missing += count;
}

static char next(void *object) {
    struct fake_reader *reader = object;
    return reader->taken < reader->count ? reader->keys[reader->taken++] : '\0';
}

static const struct cf_key_tones tones = {create, destroy, hear, miss, next};

/* --- a phone that sends what it is told to --- */

static const struct test_phone_config at_the_door = {
    .no_picture = true, .is_pcmu = true, .no_events = true, .policy = {.is_waiting = true}};

static struct test_phone *begin(const struct test_phone_config *config) {
    test_media_init(&w, 1);
    missing = 0;
    for (size_t i = 0; i < w.worker_count; i++) {
        test_media_engine(&w, i)->config.tones = &tones;
    }
    struct test_phone *phone = test_media_add(&w, config);
    phone->is_silent = true;
    return phone;
}

static void send(struct test_phone *phone, uint16_t sequence, int16_t value) {
    const struct test_frame frame = {.number = sequence, .msec = 20, .value = value, .last = value};
    const struct cf_rtp_header header = {.payload_type = phone->config.is_pcmu ? TEST_PT_PCMU : TEST_PT_OPUS,
                                         .sequence = sequence,
                                         .timestamp = sequence * 160U,
                                         .ssrc = phone->ssrc[TEST_SOUND]};
    test_media_send_rtp(&w, phone, TEST_SOUND, &header, test_frame_span(&frame));
    test_media_flush(&w);
}

static void send_all(struct test_phone *phone, uint16_t first, const char *values) {
    for (; *values != '\0'; values++) {
        send(phone, first++, (int16_t)(*values - '0'));
    }
}

/* The keys that were heard since the last time. */
static void assert_keys(const char *expected) {
    char keys[TEST_EVENTS_MAX + 1] = "";
    size_t count = 0;
    for (size_t i = 0; i < w.event_count; i++) {
        if (w.events[i].kind == CF_MEDIA_EVENT_TONE) {
            keys[count++] = w.events[i].as.digit;
        }
    }
    keys[count] = '\0';
    assert_string_equal(keys, expected);
    test_media_forget_events(&w);
}

static void set_waiting(const struct test_phone *phone, bool is_waiting) {
    const struct cf_media_command command = {.kind = CF_MEDIA_LEG_SET, .leg = phone->leg, .as.leg_policy.is_waiting = is_waiting};
    test_media_command(&w, &command);
}

/* --- tests --- */

static void keys_are_heard_while_one_waits(void **state) {
    (void)state;
    struct test_phone *phone = begin(&at_the_door);
    send_all(phone, 10, "0001110110220");
    assert_keys("112");
    send(phone, 23, 10); /* no key of a phone */
    assert_keys("");
    struct cf_engine_line *line = test_media_line(&w, phone, TEST_SOUND);
    assert_int_equal(line->counts.packets_used, 14);
    /* Inside what one says is for the others; in the lobby again, and with another agreement, one is listened to again. */
    set_waiting(phone, false);
    assert_null(line->tones);
    send_all(phone, 24, "03330");
    assert_keys("");
    set_waiting(phone, true);
    send_all(phone, 29, "0440");
    assert_keys("4");
    test_media_agree(&w, phone);
    send_all(phone, 33, "0550");
    assert_keys("5");
    test_media_fini(&w);
}

static void who_can_say_keys_is_not_listened_to(void **state) {
    (void)state;
    struct test_phone_config config = at_the_door;
    config.no_events = false;
    struct test_phone *phone = begin(&config);
    send_all(phone, 10, "01110");
    assert_keys("");
    assert_null(test_media_line(&w, phone, TEST_SOUND)->tones);
    test_media_fini(&w);
}

static void sound_of_other_codecs_is_not_listened_to(void **state) {
    (void)state;
    struct test_phone_config config = at_the_door;
    config.is_pcmu = false;
    struct test_phone *phone = begin(&config);
    send_all(phone, 10, "01110");
    assert_keys("");
    assert_int_equal(test_media_line(&w, phone, TEST_SOUND)->counts.packets_used, 0);
    test_media_fini(&w);
}

static void what_is_late_or_missing_is_left_out(void **state) {
    (void)state;
    struct test_phone *phone = begin(&at_the_door);
    send(phone, 65534, 0);
    send(phone, 65535, 1);
    send(phone, 65535, 2); /* again */
    send(phone, 65534, 3); /* late */
    send(phone, 1, 1);     /* 0 is missing */
    send(phone, 0, 4);     /* and late */
    assert_keys("1");
    assert_int_equal(missing, 160);
    send(phone, 100, 5); /* another sound */
    assert_int_equal(missing, 160);
    phone->ssrc[TEST_SOUND]++;
    test_media_run(&w, CF_SEC(1));
    send(phone, 7, 6);
    send(phone, 8, 6);
    assert_keys("56");
    assert_int_equal(missing, 160);
    test_media_fini(&w);
}

static void without_memory_nobody_listens(void **state) {
    (void)state;
    bool has_heard = false;
    for (size_t fail = 0; fail < 6 && !has_heard; fail++) {
        struct test_phone_config config = at_the_door;
        config.policy.is_waiting = false;
        struct test_phone *phone = begin(&config);
        w.mem.fail_at = w.mem.count + fail;
        set_waiting(phone, true);
        w.mem.fail_at = SIZE_MAX;
        has_heard = test_media_line(&w, phone, TEST_SOUND)->tones != NULL;
        send_all(phone, 10, "0110");
        assert_keys(has_heard ? "1" : "");
        test_media_fini(&w);
    }
    assert_true(has_heard);
}

CF_TEST_MAIN(cmocka_unit_test(keys_are_heard_while_one_waits), cmocka_unit_test(who_can_say_keys_is_not_listened_to),
             cmocka_unit_test(sound_of_other_codecs_is_not_listened_to), cmocka_unit_test(what_is_late_or_missing_is_left_out),
             cmocka_unit_test(without_memory_nobody_listens))

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A receiver of one stream of pictures. */
#include "lib/test_watch.h"

#include "lib/test.h"

/* A missing packet is asked for when it has been missing for so long, and so often. */
#define ASK_AFTER CF_MSEC(20)
#define ASKS_MAX 4

#define PLI_PAUSE CF_MSEC(500)

void test_watch_init(struct test_watch *watch, cf_usec patience, cf_usec round_trip, bool can_nack) {
    *watch = (struct test_watch){.patience = patience, .round_trip = round_trip, .can_nack = can_nack};
    watch->window = test_calloc(TEST_WATCH_WINDOW, sizeof *watch->window);
    assert_non_null(watch->window);
}

void test_watch_fini(struct test_watch *watch) {
    test_free(watch->window);
}

static struct test_watch_slot *slot_of(const struct test_watch *watch, uint64_t sequence) {
    return &watch->window[sequence % TEST_WATCH_WINDOW];
}

static bool is_there(const struct test_watch *watch, uint64_t sequence) {
    return slot_of(watch, sequence)->sequence == sequence;
}

static void show(struct test_watch *watch, const struct test_picture *picture, cf_usec now) {
    if (watch->shown_at == 0) {
        watch->first_shown_at = now;
    } else if (now - watch->shown_at > TEST_WATCH_FREEZE + watch->round_trip) {
        watch->freezes++;
        watch->frozen_usec += now - watch->shown_at;
    }
    watch->shown_at = now;
    watch->frames++;
    watch->keys += picture->key;
}

/* The packet after .last, which was the end of a frame, or whose frame was cut off by a loss. */
static void begin_frame(struct test_watch *watch, const struct test_picture *picture) {
    const struct test_picture *last = &watch->last;
    if (watch->has_last && !watch->is_broken) {
        assert_true(last->marker);
        assert_true((int32_t)(picture->timestamp - last->timestamp) > 0);
        assert_true(last->camera == picture->camera || picture->key);
        if (picture->is_vp8) {
            assert_int_equal(picture->picture_id, (last->picture_id + 1) & CF_PICTURE_ID_MASK);
        }
    }
    watch->switches += watch->has_last && last->camera != picture->camera;
    if (picture->key && picture->index == 0) {
        watch->is_broken = false;
    }
}

static void look_at(struct test_watch *watch, const struct test_picture *picture, cf_usec now) {
    bool is_same = watch->has_last && watch->last.camera == picture->camera && watch->last.frame == picture->frame;
    if (!watch->has_last) {
        watch->is_broken = true;
    }
    if (!is_same) {
        begin_frame(watch, picture);
    } else if (!watch->is_broken) {
        assert_int_equal(picture->index, watch->last.index + 1);
        assert_int_equal(picture->timestamp, watch->last.timestamp);
    }
    watch->last = *picture;
    watch->has_last = true;
    if (picture->marker && !watch->is_broken) {
        show(watch, picture, now);
    }
}

static void look_at_all(struct test_watch *watch, cf_usec now) {
    while (watch->next <= watch->highest) {
        if (is_there(watch, watch->next)) {
            look_at(watch, &slot_of(watch, watch->next)->picture, now);
            watch->gap_since = 0;
        } else if (watch->gap_since == 0) {
            watch->gap_since = now;
            return;
        } else if (now - watch->gap_since < watch->patience && watch->highest - watch->next < TEST_WATCH_WINDOW / 2) {
            return;
        } else {
            watch->lost++;
            watch->is_broken = true;
        }
        watch->next++;
    }
}

void test_watch_on_packet(struct test_watch *watch, uint16_t sequence, uint32_t timestamp, bool marker, struct cf_span payload,
                          cf_usec now) {
    if (watch->next == 0) {
        watch->next = UINT64_C(0x10000) + sequence;
        watch->highest = watch->next - 1;
    }
    int16_t step = (int16_t)(uint16_t)(sequence - (uint16_t)watch->highest);
    uint64_t extended = watch->highest + (uint64_t)(int64_t)step;
    struct test_watch_slot *slot = slot_of(watch, extended);
    if (extended < watch->next || slot->sequence == extended) {
        return;
    }
    watch->packets++;
    bool was_asked = slot->sequence == 0 && slot->asked > 0 && extended <= watch->highest;
    watch->repaired += was_asked;
    for (uint64_t i = watch->highest + 1; i < extended; i++) {
        *slot_of(watch, i) = (struct test_watch_slot){.asked_at = now - watch->round_trip + ASK_AFTER};
    }
    watch->highest = extended > watch->highest ? extended : watch->highest;
    *slot = (struct test_watch_slot){.sequence = extended, .picture = test_picture_read(extended, timestamp, marker, payload)};
    look_at_all(watch, now);
}

bool test_watch_poll(struct test_watch *watch, cf_usec now, struct test_watch_ask *ret) {
    ret->count = 0;
    ret->key = false;
    if (watch->next == 0) {
        return false;
    }
    look_at_all(watch, now);
    for (uint64_t i = watch->next; i < watch->highest && watch->can_nack && ret->count < TEST_WATCH_ASK_MAX; i++) {
        struct test_watch_slot *slot = slot_of(watch, i);
        if (slot->sequence != i && slot->asked < ASKS_MAX && now - slot->asked_at >= watch->round_trip) {
            slot->sequence = 0;
            slot->asked++;
            slot->asked_at = now;
            ret->missing[ret->count++] = (uint16_t)i;
        }
    }
    if (watch->is_broken && watch->has_last && now - watch->pli_at >= PLI_PAUSE) {
        ret->key = true;
        watch->pli_at = now;
        watch->plis++;
    }
    return ret->key || ret->count > 0;
}

uint8_t test_watch_camera(const struct test_watch *watch) {
    return watch->shown_at == 0 ? 0 : watch->last.camera;
}

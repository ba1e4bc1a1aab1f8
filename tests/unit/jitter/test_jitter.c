/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jitter buffer in virtual time: a sender, a network that does what it is told, and a player with a tick of 20 ms. */
#include "base/rng.h"
#include "core/jitter/jitter.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#include <stdlib.h>

#define RATE 8000
#define PACKETS_MAX 40000
#define TICK CF_MSEC(20)

/* A packet on its way. */
struct flight {
    cf_usec arrival;
    struct cf_jitter_packet packet;
    uint32_t number; /* the payload */
};

/* Sender, network and player. */
struct world {
    struct test_mem mem;
    struct cf_jitter jitter;
    struct flight *flights;
    size_t flight_count;
    size_t flown;
    struct cf_rng rng;
    cf_usec now;      /* of the next tick */
    uint32_t held;    /* ticks decoded and not played */
    uint32_t *played; /* numbers of packets in the order in which they came out */
    size_t played_count;
    uint32_t conceal; /* items of each kind */
    uint32_t fec;
    uint32_t silence_usec;
    uint32_t fec_number; /* payload of the last FEC item */
    cf_usec delay_max;
    bool follow_advice;
};

static void setup(struct world *w, const struct cf_jitter_config *config) {
    *w = (struct world){.now = CF_SEC(5)};
    test_mem_init(&w->mem);
    assert_ok(cf_jitter_init(&w->jitter, &w->mem.mem, RATE, config));
    w->flights = calloc(PACKETS_MAX, sizeof *w->flights);
    w->played = calloc(PACKETS_MAX, sizeof *w->played);
    assert_non_null(w->flights);
    assert_non_null(w->played);
    cf_rng_init(&w->rng, 7);
}

static void assert_conserved(const struct world *w) {
    const struct cf_jitter_stats *stats = cf_jitter_stats(&w->jitter);
    uint64_t out = stats->packets_played + cf_jitter_held(&w->jitter);
    for (size_t i = 0; i < CF_JITTER_DISCARDS_; i++) {
        out += stats->packets_discarded[i];
    }
    assert_int_equal(stats->packets_in, out);
}

static void teardown(struct world *w) {
    assert_conserved(w);
    cf_jitter_fini(&w->jitter);
    free(w->flights);
    free(w->played);
    test_mem_fini(&w->mem);
}

/* Send packet @p number of @p ticks so that it arrives at @p arrival. */
static struct flight *send_at(struct world *w, uint32_t number, uint32_t ticks, cf_usec arrival) {
    assert_true(w->flight_count < PACKETS_MAX);
    struct flight *flight = &w->flights[w->flight_count++];
    *flight = (struct flight){.arrival = arrival, .number = number};
    flight->packet = (struct cf_jitter_packet){
        .ssrc = 1, .seq = (uint16_t)(65500 + number), .timestamp = 0xFFFFF000U + number * ticks, .ticks = ticks, .level = 30};
    return flight;
}

/* The last packet sent says that silence follows: what comes after the end of a test is not concealed. It is no frame. */
static void end_stream(struct world *w) {
    w->flights[w->flight_count - 1].packet.dtx = true;
}

static int by_arrival(const void *a, const void *b) {
    const struct flight *x = a;
    const struct flight *y = b;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival ? 1 : x->number < y->number ? -1 : 1;
}

static void put_arrived(struct world *w) {
    for (; w->flown < w->flight_count && w->flights[w->flown].arrival <= w->now; w->flown++) {
        struct flight *flight = &w->flights[w->flown];
        if (flight->packet.payload.at == NULL) {
            flight->packet.payload = (struct cf_span){(const uint8_t *)&flight->number, sizeof flight->number};
        }
        cf_jitter_put(&w->jitter, &flight->packet, flight->arrival);
    }
}

static uint32_t number_of(const struct cf_jitter_item *item) {
    uint32_t number = 0;
    memcpy(&number, item->payload.at, sizeof number);
    return number;
}

static void pull_one(struct world *w, uint32_t wanted) {
    uint8_t buffer[CF_JITTER_PAYLOAD_MAX];
    struct cf_jitter_item item;
    cf_jitter_pull(&w->jitter, w->now, wanted - w->held, buffer, &item);
    assert_true(item.ticks > 0);
    w->held += item.ticks;
    switch (item.kind) {
    case CF_JITTER_FRAME:
        w->played[w->played_count++] = number_of(&item);
        break;
    case CF_JITTER_FEC:
        w->fec++;
        w->fec_number = number_of(&item);
        break;
    case CF_JITTER_CONCEAL:
        w->conceal++;
        break;
    case CF_JITTER_SILENCE:
        w->silence_usec += (uint32_t)cf_ticks_to_usec(item.ticks, RATE);
        break;
    }
}

/* Cuts or adds 5 ms, as the mixer does, where it is told to. */
static void adjust(struct world *w) {
    switch (cf_jitter_advice(&w->jitter)) {
    case CF_JITTER_SHRINK:
        w->held -= RATE / 200;
        cf_jitter_on_adjusted(&w->jitter, -RATE / 200);
        break;
    case CF_JITTER_STRETCH:
        w->held += RATE / 200;
        cf_jitter_on_adjusted(&w->jitter, RATE / 200);
        break;
    case CF_JITTER_KEEP:
    case CF_JITTER_SHRINK_IF_QUIET:
        break;
    }
}

static void run(struct world *w, cf_usec duration) {
    uint32_t wanted = RATE / 50;
    qsort(w->flights + w->flown, w->flight_count - w->flown, sizeof *w->flights, by_arrival);
    for (cf_usec end = w->now + duration; w->now < end; w->now += TICK) {
        put_arrived(w);
        while (w->held < wanted) {
            pull_one(w, wanted);
            if (w->follow_advice && w->held >= wanted) {
                adjust(w);
            }
        }
        w->held -= wanted;
        cf_usec delay = cf_jitter_stats(&w->jitter)->delay_usec;
        w->delay_max = delay > w->delay_max ? delay : w->delay_max;
        assert_conserved(w);
    }
}

static void assert_played_in_order(const struct world *w, uint32_t first, uint32_t last) {
    assert_int_equal(w->played_count, last - first + 1);
    for (uint32_t i = 0; i < w->played_count; i++) {
        assert_int_equal(w->played[i], first + i);
    }
}

static uint64_t discarded(const struct world *w, enum cf_jitter_discard reason) {
    return cf_jitter_stats(&w->jitter)->packets_discarded[reason];
}

static void plays_a_steady_stream_without_a_gap(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 3000; i++) {
        send_at(&w, i, 160, w.now + CF_MSEC(20) * i + CF_MSEC(3));
    }
    end_stream(&w);
    run(&w, CF_SEC(61));
    assert_played_in_order(&w, 0, 2998);
    assert_int_equal(w.conceal + w.fec, 0);
    assert_true(w.delay_max <= CF_MSEC(60));
    assert_int_equal(cf_jitter_stats(&w.jitter)->ticks_removed, 0);
    teardown(&w);
}

static void plays_packets_of_any_length(void **state) {
    (void)state;
    static const uint32_t lengths_msec[] = {10, 20, 30, 40, 60, 120};
    for (size_t l = 0; l < sizeof lengths_msec / sizeof *lengths_msec; l++) {
        struct world w;
        uint32_t msec = lengths_msec[l];
        uint32_t count = 30000 / msec;
        setup(&w, NULL);
        for (uint32_t i = 0; i < count; i++) {
            send_at(&w, i, RATE / 1000 * msec, w.now + CF_MSEC(msec) * i + CF_MSEC(i % 3 * 4));
        }
        end_stream(&w);
        run(&w, CF_SEC(31));
        assert_played_in_order(&w, 0, count - 2);
        assert_int_equal(w.conceal + w.fec, 0);
        teardown(&w);
    }
}

static void loses_nothing_to_jitter_within_bounds(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 30000; i++) {
        send_at(&w, i, 160, w.now + CF_MSEC(20) * i + cf_rng_below(&w.rng, 35000));
    }
    end_stream(&w);
    w.follow_advice = true;
    run(&w, CF_SEC(601));
    assert_played_in_order(&w, 0, 29998);
    assert_int_equal(w.conceal + w.fec, 0);
    assert_int_equal(cf_jitter_stats(&w.jitter)->ticks_removed + cf_jitter_stats(&w.jitter)->ticks_inserted, 0);
    teardown(&w);
}

static void grows_with_jitter_and_shrinks_after_it(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    w.follow_advice = true;
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t jitter_usec = i >= 500 && i < 1500 ? 150000 : 5000;
        send_at(&w, i, 160, w.now + CF_MSEC(20) * i + cf_rng_below(&w.rng, jitter_usec));
    }
    run(&w, CF_SEC(12));
    uint32_t made_up_at_first = w.conceal + w.fec;
    assert_in_range(cf_jitter_stats(&w.jitter)->delay_target_usec, CF_MSEC(100), CF_MSEC(155));
    assert_true(w.conceal + w.fec <= 30);
    run(&w, CF_SEC(16));
    assert_true(w.conceal + w.fec - made_up_at_first <= 16);
    assert_true(cf_jitter_stats(&w.jitter)->delay_usec >= CF_MSEC(90));
    run(&w, CF_SEC(31));
    assert_int_equal(cf_jitter_stats(&w.jitter)->delay_target_usec, CF_MSEC(20));
    assert_true(cf_jitter_stats(&w.jitter)->delay_usec <= CF_MSEC(65));
    assert_true(discarded(&w, CF_JITTER_LATE) <= 20);
    teardown(&w);
}

static void plays_silence_quietly_and_times_the_next_talkspurt_anew(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    cf_usec start = w.now;
    for (uint32_t i = 0; i < 100; i++) {
        /* 50 packets, 2 s of silence in which numbers stand still and timestamps go on, 50 packets. */
        cf_usec pause = i < 50 ? 0 : CF_SEC(2);
        struct flight *f = send_at(&w, i, 160, start + CF_MSEC(20) * i + pause);
        f->packet.timestamp += i < 50 ? 0 : 2 * RATE;
        f->packet.dtx = i == 49 || i == 99;
        f->packet.marker = i == 50;
    }
    run(&w, CF_MSEC(4100));
    assert_int_equal(w.played_count, 98);
    assert_int_equal(w.conceal + w.fec, 0);
    assert_int_equal(discarded(&w, CF_JITTER_LATE), 0);
    assert_in_range(w.silence_usec, CF_SEC(2), CF_MSEC(2200));
    teardown(&w);
}

/* DTX that nothing announced: numbers go on, timestamps say that nothing was said. */
static void a_pause_without_a_word_is_silence_and_not_loss(void **state) {
    (void)state;
    const struct cf_jitter_config patient = {.delay_min_usec = CF_MSEC(200), .delay_start_usec = CF_MSEC(200)};
    struct world w;
    setup(&w, &patient);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t pause_msec = i < 50 ? 0 : 60;
        send_at(&w, i, 160, w.now + CF_MSEC(20 * i + pause_msec))->packet.timestamp += RATE / 1000 * pause_msec;
    }
    end_stream(&w);
    run(&w, CF_MSEC(2400));
    assert_played_in_order(&w, 0, 98);
    assert_int_equal(w.conceal + w.fec, 0);
    assert_int_equal(discarded(&w, CF_JITTER_LATE), 0);
    teardown(&w);
}

static void waits_no_longer_than_it_may(void **state) {
    (void)state;
    const struct cf_jitter_config hasty = {.delay_max_usec = CF_MSEC(100)};
    struct world w;
    setup(&w, &hasty);
    for (uint32_t i = 0; i < 1000; i++) {
        send_at(&w, i, 160, w.now + CF_MSEC(20) * i + cf_rng_below(&w.rng, 300000));
    }
    for (size_t second = 0; second < 20; second++) {
        run(&w, CF_SEC(1));
        assert_true(cf_jitter_stats(&w.jitter)->delay_target_usec <= CF_MSEC(100));
    }
    assert_true(cf_jitter_stats(&w.jitter)->delay_target_usec == CF_MSEC(100));
    teardown(&w);
}

/* However long it makes up sound, and if nobody follows its advice: what came hopelessly late is left out. */
static void what_is_hopelessly_late_is_left_out(void **state) {
    (void)state;
    const struct cf_jitter_config stubborn = {.conceal_max_usec = CF_SEC(2)};
    struct world w;
    setup(&w, &stubborn);
    for (uint32_t i = 0; i < 500; i++) {
        cf_usec sent = CF_MSEC(20) * i;
        send_at(&w, i, 160, w.now + (sent >= CF_SEC(4) && sent < CF_SEC(5) ? CF_SEC(5) : sent));
    }
    run(&w, CF_SEC(9));
    assert_true(cf_jitter_stats(&w.jitter)->delay_usec <= CF_MSEC(400 + 100));
    assert_in_range(discarded(&w, CF_JITTER_LATE), 30, 50);
    teardown(&w);
}

static void a_key_held_down_is_silence_and_not_loss(void **state) {
    (void)state;
    for (uint32_t pressed = 5; pressed <= 200; pressed += 39) {
        struct world w;
        setup(&w, NULL);
        for (uint32_t i = 0; i < 300; i++) {
            struct flight *f = send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
            bool is_event = i >= 50 && i < 50 + pressed;
            f->packet.is_event = is_event;
            f->packet.timestamp = is_event ? 0xFFFFF000U + 50 * 160 : f->packet.timestamp;
        }
        end_stream(&w);
        run(&w, CF_MSEC(6200));
        assert_int_equal(w.played_count, 299 - pressed);
        assert_int_equal(w.played[50], 50 + pressed);
        assert_int_equal(w.conceal + w.fec, 0);
        assert_int_equal(cf_jitter_stats(&w.jitter)->restarts, 0);
        assert_int_equal(discarded(&w, CF_JITTER_EVENT), pressed);
        assert_true(w.delay_max <= CF_MSEC(60));
        teardown(&w);
    }
}

static void a_sender_that_stops_without_a_word_is_concealed_shortly(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 10; i++) {
        send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
    }
    run(&w, CF_SEC(2));
    assert_int_equal(w.conceal, 6);
    assert_int_equal(cf_jitter_stats(&w.jitter)->underruns, 1);
    assert_true(cf_jitter_is_idle(&w.jitter));
    teardown(&w);
}

static void a_lost_packet_is_made_from_the_next_one(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 20; i++) {
        if (i != 10) {
            send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
        }
    }
    run(&w, CF_MSEC(430));
    assert_int_equal(w.fec, 1);
    assert_int_equal(w.fec_number, 11);
    assert_int_equal(w.conceal, 0);
    assert_int_equal(w.played_count, 19);
    teardown(&w);
}

static void of_a_burst_of_losses_the_last_is_made_from_the_next_packet(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 40; i++) {
        if (i < 10 || i > 12) {
            send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
        }
    }
    end_stream(&w);
    run(&w, CF_SEC(1));
    /* Some of it is played while nothing has come after the loss yet; no more and no less than the three is made up. */
    assert_int_equal(w.fec, 1);
    assert_int_equal(w.conceal, 2);
    assert_int_equal(cf_jitter_stats(&w.jitter)->ticks_concealed, 3 * 160);
    assert_int_equal(w.played_count, 36);
    assert_true(w.delay_max <= CF_MSEC(60));
    teardown(&w);
}

static void puts_reordered_packets_in_order(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 1000; i++) {
        send_at(&w, i, 160, w.now + CF_MSEC(20) * (i ^ 1U));
    }
    end_stream(&w);
    run(&w, CF_SEC(21));
    assert_played_in_order(&w, 0, 998);
    assert_int_equal(w.conceal + w.fec, 0);
    teardown(&w);
}

static void counts_duplicates_and_late_packets_apart(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 100; i++) {
        if (i != 50) {
            send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
            send_at(&w, i, 160, w.now + CF_MSEC(20) * i + CF_MSEC(i % 7 * 20));
        }
    }
    send_at(&w, 50, 160, w.now + CF_MSEC(20) * 60);
    run(&w, CF_MSEC(2200));
    assert_int_equal(discarded(&w, CF_JITTER_DUPLICATE), 99);
    assert_int_equal(discarded(&w, CF_JITTER_LATE), 1);
    assert_int_equal(w.played_count, 99);
    teardown(&w);
}

static void follows_a_sender_that_changes_its_ssrc(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 200; i++) {
        struct flight *f = send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
        if (i >= 100) {
            f->packet.ssrc = 2;
            f->packet.seq = (uint16_t)(i * 1);
            f->packet.timestamp = 5000 + i * 160;
        }
    }
    /* A straggler of the old stream does not lead back. */
    w.flights[98].arrival += CF_MSEC(70);
    run(&w, CF_MSEC(4100));
    assert_int_equal(cf_jitter_stats(&w.jitter)->restarts, 1);
    assert_int_equal(w.played[w.played_count - 1], 199);
    assert_true(discarded(&w, CF_JITTER_RESTART) <= 4);
    assert_true(w.played_count >= 195);
    teardown(&w);
}

static void follows_a_sender_that_starts_anew_with_the_same_ssrc(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 200; i++) {
        struct flight *f = send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
        f->packet.seq = (uint16_t)(i < 100 ? i : 30000 + i);
        f->packet.timestamp = i < 100 ? i * 160 : 4000000000U + i * 160;
    }
    run(&w, CF_MSEC(4100));
    assert_int_equal(cf_jitter_stats(&w.jitter)->restarts, 1);
    assert_int_equal(w.played[w.played_count - 1], 199);
    assert_true(w.played_count >= 195);
    teardown(&w);
}

static void a_single_odd_packet_changes_nothing(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 200; i++) {
        send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
        if (i % 10 == 5) {
            send_at(&w, i, 160, w.now + CF_MSEC(20) * i)->packet.seq = (uint16_t)(i * 201);
        }
    }
    run(&w, CF_MSEC(4100));
    assert_int_equal(cf_jitter_stats(&w.jitter)->restarts, 0);
    assert_played_in_order(&w, 0, 199);
    assert_int_equal(discarded(&w, CF_JITTER_RESTART), 20);
    teardown(&w);
}

static void a_timestamp_jump_begins_a_new_time_line(void **state) {
    (void)state;
    for (int direction = 0; direction < 2; direction++) {
        struct world w;
        setup(&w, NULL);
        for (uint32_t i = 0; i < 200; i++) {
            struct flight *f = send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
            f->packet.timestamp += i < 100 ? 0 : direction ? 100 * RATE : 0U - 100 * RATE;
        }
        run(&w, CF_MSEC(4100));
        assert_int_equal(cf_jitter_stats(&w.jitter)->restarts, 1);
        assert_int_equal(w.played[w.played_count - 1], 199);
        assert_true(w.played_count >= 195);
        assert_true(w.delay_max <= CF_MSEC(60));
        teardown(&w);
    }
}

/* The sender's clock is off by @p ppm for ten minutes. */
static void drift(int32_t ppm, uint64_t *ret_removed, uint64_t *ret_inserted) {
    struct world w;
    setup(&w, NULL);
    w.follow_advice = true;
    uint32_t count = 30000;
    for (uint32_t i = 0; i < count; i++) {
        cf_usec sent = CF_MSEC(20) * i;
        send_at(&w, i, 160, w.now + sent - sent * ppm / 1000000 + cf_rng_below(&w.rng, 8000));
    }
    end_stream(&w);
    run(&w, CF_SEC(601));
    assert_int_equal(w.conceal + w.fec, 0);
    assert_true(w.delay_max <= CF_MSEC(75));
    assert_int_equal(discarded(&w, CF_JITTER_LATE), 0);
    *ret_removed = cf_jitter_stats(&w.jitter)->ticks_removed;
    *ret_inserted = cf_jitter_stats(&w.jitter)->ticks_inserted;
    teardown(&w);
}

static void clocks_that_differ_do_not_change_the_delay(void **state) {
    (void)state;
    static const int32_t ppms[] = {200, -200, 1000, -1000, 3000, -3000};
    for (size_t i = 0; i < sizeof ppms / sizeof *ppms; i++) {
        uint64_t removed = 0;
        uint64_t inserted = 0;
        drift(ppms[i], &removed, &inserted);
        /* What the clocks differ by in ten minutes is what was taken out or put in, and all of it is accounted for. */
        int64_t expected = INT64_C(600) * RATE * ppms[i] / 1000000;
        int64_t net = (int64_t)removed - (int64_t)inserted;
        assert_in_range(net - expected + RATE / 10, 0, RATE / 5);
    }
}

/*
 * What has arrived makes place for what is sent next; played packets were in order and none was missing. With @p pauses each
 * hundredth announces one, and is none that is played.
 */
static void forget_past(struct world *w, bool pauses, uint32_t *next) {
    for (size_t i = 0; i < w->played_count; i++) {
        *next += pauses && *next % 100 == 99 ? 1 : 0;
        assert_int_equal(w->played[i], (*next)++);
    }
    w->played_count = 0;
    w->flight_count -= w->flown;
    memmove(w->flights, w->flights + w->flown, w->flight_count * sizeof *w->flights);
    w->flown = 0;
}

/*
 * An hour of a sender whose clock is off by @p ppm, over a network that reorders. With @p pauses it says nothing for a second
 * after each two (DTX): numbers stand still, timestamps go on, the last packet before the pause announces it.
 */
static void an_hour_of(int32_t ppm, bool pauses) {
    struct world w;
    uint32_t number = 0;
    uint32_t next = 0;
    setup(&w, NULL);
    w.follow_advice = true;
    cf_usec start = w.now;
    for (cf_usec sent = 0; sent < CF_SEC(3600); sent += CF_MSEC(20)) {
        bool is_pause = pauses && sent % CF_SEC(3) >= CF_SEC(2);
        if (!is_pause) {
            struct flight *f = send_at(&w, number++, 160, start + sent - sent * ppm / 1000000 + cf_rng_below(&w.rng, 30000));
            f->packet.timestamp = 0xFFFFF000U + (uint32_t)(sent / 1000 * (RATE / 1000));
            f->packet.dtx = sent + CF_MSEC(20) == CF_SEC(3600) || (pauses && sent % CF_SEC(3) + CF_MSEC(20) == CF_SEC(2));
        }
        if (sent % CF_SEC(60) == CF_SEC(60) - CF_MSEC(20)) {
            /* What is sent later can't arrive before that, whatever the clock. */
            run(&w, start + sent - sent * (ppm > 0 ? ppm : 0) / 1000000 - w.now);
            forget_past(&w, pauses, &next);
        }
    }
    run(&w, CF_SEC(3));
    forget_past(&w, pauses, &next);
    assert_in_range(next, number - 2, number);
    assert_true(w.conceal + w.fec <= 1);
    assert_int_equal(discarded(&w, CF_JITTER_LATE), 0);
    assert_true(w.delay_max <= CF_MSEC(75));
    teardown(&w);
}

static void an_hour_of_clocks_that_differ_loses_nothing(void **state) {
    (void)state;
    static const int32_t ppms[] = {0, 150, -150, 500, -500};
    for (size_t i = 0; i < sizeof ppms / sizeof *ppms; i++) {
        an_hour_of(ppms[i], false);
        an_hour_of(ppms[i], true);
    }
}

static void a_hold_up_of_the_network_is_not_played_late_for_ever(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    w.follow_advice = true;
    for (uint32_t i = 0; i < 1000; i++) {
        cf_usec sent = CF_MSEC(20) * i;
        cf_usec held_until = sent >= CF_SEC(4) && sent < CF_MSEC(5500) ? CF_MSEC(5500) : sent;
        send_at(&w, i, 160, w.now + held_until);
    }
    run(&w, CF_SEC(8));
    assert_true(cf_jitter_stats(&w.jitter)->delay_usec <= CF_MSEC(80));
    run(&w, CF_SEC(12));
    assert_in_range(w.played[w.played_count - 1], 996, 998);
    assert_true(cf_jitter_stats(&w.jitter)->delay_usec <= CF_MSEC(65));
    assert_true(w.conceal <= 6);
    teardown(&w);
}

static void a_short_hold_up_costs_concealment_but_no_packet(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 200; i++) {
        cf_usec sent = CF_MSEC(20) * i;
        send_at(&w, i, 160, w.now + (sent >= CF_SEC(2) && sent < CF_MSEC(2100) ? CF_MSEC(2100) : sent));
    }
    run(&w, CF_MSEC(4200));
    assert_played_in_order(&w, 0, 199);
    assert_in_range(w.conceal, 1, 9);
    teardown(&w);
}

static void a_stream_after_flush_is_new(void **state) {
    (void)state;
    struct world w;
    setup(&w, NULL);
    for (uint32_t i = 0; i < 50; i++) {
        send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
    }
    run(&w, CF_SEC(1));
    cf_jitter_flush(&w.jitter);
    assert_true(cf_jitter_is_idle(&w.jitter));
    assert_true(discarded(&w, CF_JITTER_FLUSHED) > 0);
    for (uint32_t i = 0; i < 50; i++) {
        send_at(&w, 10000 + i, 160, w.now + CF_MSEC(20) * i);
    }
    run(&w, CF_MSEC(1060));
    assert_int_equal(w.played[w.played_count - 1], 10049);
    assert_int_equal(cf_jitter_stats(&w.jitter)->restarts, 0);
    teardown(&w);
}

static void refuses_packets_that_cannot_be(void **state) {
    (void)state;
    static const uint8_t big[CF_JITTER_PAYLOAD_MAX + 1] = {0};
    struct world w;
    setup(&w, NULL);
    send_at(&w, 0, 0, w.now);
    send_at(&w, 0, RATE + 1, w.now);
    send_at(&w, 0, 160, w.now)->packet.payload = (struct cf_span){big, sizeof big};
    send_at(&w, 0, 160, w.now)->packet.payload = (struct cf_span){big, 0};
    run(&w, CF_MSEC(100));
    assert_int_equal(discarded(&w, CF_JITTER_INVALID), 4);
    assert_int_equal(w.played_count, 0);
    teardown(&w);
}

static void holds_no_more_than_its_budget(void **state) {
    (void)state;
    static const uint8_t big[CF_JITTER_PAYLOAD_MAX] = {0};
    struct world w;
    setup(&w, NULL);
    size_t memory = w.mem.live_bytes;
    for (uint32_t i = 0; i < 1000; i++) {
        send_at(&w, i, 160, w.now)->packet.payload = (struct cf_span){big, sizeof big};
    }
    qsort(w.flights, w.flight_count, sizeof *w.flights, by_arrival);
    put_arrived(&w);
    assert_in_range(cf_jitter_held(&w.jitter), 5, CF_JITTER_SLOTS);
    assert_true(discarded(&w, CF_JITTER_OVERFLOW) > 900);
    assert_int_equal(w.mem.live_bytes, memory);
    teardown(&w);
}

static void fails_cleanly_when_memory_is_out(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_jitter jitter;
    test_mem_init(&mem);
    mem.fail_at = 0;
    assert_int_equal(cf_jitter_init(&jitter, &mem.mem, RATE, NULL), CF_ERR_NO_MEMORY);
    cf_jitter_fini(&jitter);
    test_mem_fini(&mem);
}

static void accounts_for_every_packet_whatever_comes_and_recovers(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 60; seed++) {
        struct world w;
        setup(&w, NULL);
        cf_rng_init(&w.rng, seed);
        w.follow_advice = seed % 2;
        uint32_t wildness = seed % 5 + 1;
        for (uint32_t i = 0; i < 1500; i++) {
            struct flight *f = send_at(&w, i, 160, w.now + CF_MSEC(20) * i + cf_rng_below(&w.rng, 30000 * wildness));
            if (cf_rng_chance(&w.rng, 10000 * wildness)) {
                f->packet.seq = (uint16_t)(f->packet.seq + cf_rng_below(&w.rng, 400) - 200);
            }
            if (cf_rng_chance(&w.rng, 10000 * wildness)) {
                f->packet.timestamp += cf_rng_below(&w.rng, 3) == 0 ? cf_rng_u32(&w.rng) : cf_rng_below(&w.rng, 16000) - 8000;
            }
            if (cf_rng_chance(&w.rng, 3000 * wildness)) {
                f->packet.ssrc = cf_rng_below(&w.rng, 3);
            }
            f->packet.ticks = cf_rng_chance(&w.rng, 50000) ? cf_rng_below(&w.rng, 1000) : 160;
            f->packet.dtx = cf_rng_chance(&w.rng, 50000);
            f->packet.is_event = cf_rng_chance(&w.rng, 20000);
        }
        for (uint32_t i = 1500; i < 4000; i++) {
            send_at(&w, i, 160, w.now + CF_MSEC(20) * i);
        }
        end_stream(&w);
        run(&w, CF_SEC(81));
        assert_true(w.played_count > 700);
        assert_true(cf_jitter_stats(&w.jitter)->delay_usec <= CF_MSEC(65) || !w.follow_advice);
        for (uint32_t i = 1; i <= 300; i++) {
            assert_int_equal(w.played[w.played_count - i], 3999 - i);
        }
        teardown(&w);
    }
}

CF_TEST_MAIN(cmocka_unit_test(plays_a_steady_stream_without_a_gap), cmocka_unit_test(plays_packets_of_any_length),
             cmocka_unit_test(loses_nothing_to_jitter_within_bounds), cmocka_unit_test(grows_with_jitter_and_shrinks_after_it),
             cmocka_unit_test(plays_silence_quietly_and_times_the_next_talkspurt_anew),
             cmocka_unit_test(a_pause_without_a_word_is_silence_and_not_loss), cmocka_unit_test(waits_no_longer_than_it_may),
             cmocka_unit_test(what_is_hopelessly_late_is_left_out),
             cmocka_unit_test(a_sender_that_stops_without_a_word_is_concealed_shortly),
             cmocka_unit_test(a_key_held_down_is_silence_and_not_loss), cmocka_unit_test(a_lost_packet_is_made_from_the_next_one),
             cmocka_unit_test(of_a_burst_of_losses_the_last_is_made_from_the_next_packet),
             cmocka_unit_test(puts_reordered_packets_in_order), cmocka_unit_test(counts_duplicates_and_late_packets_apart),
             cmocka_unit_test(follows_a_sender_that_changes_its_ssrc),
             cmocka_unit_test(follows_a_sender_that_starts_anew_with_the_same_ssrc),
             cmocka_unit_test(a_single_odd_packet_changes_nothing), cmocka_unit_test(a_timestamp_jump_begins_a_new_time_line),
             cmocka_unit_test(clocks_that_differ_do_not_change_the_delay),
             cmocka_unit_test(an_hour_of_clocks_that_differ_loses_nothing),
             cmocka_unit_test(a_hold_up_of_the_network_is_not_played_late_for_ever),
             cmocka_unit_test(a_short_hold_up_costs_concealment_but_no_packet), cmocka_unit_test(a_stream_after_flush_is_new),
             cmocka_unit_test(refuses_packets_that_cannot_be), cmocka_unit_test(holds_no_more_than_its_budget),
             cmocka_unit_test(fails_cleanly_when_memory_is_out),
             cmocka_unit_test(accounts_for_every_packet_whatever_comes_and_recovers))

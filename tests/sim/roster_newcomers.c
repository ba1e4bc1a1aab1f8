/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What telling a room of a thousand costs, in NOTIFYs and octets: one who comes into the full room, and all of them coming within
 * a minute (docs/algorithms/roster-notifications.md). Answers to NOTIFY take 50 ms of virtual time.
 */
#include "core/conf/roster_document.h"

#include "adapt/zlib/zlib_body.h"
#include "lib/conf_world.h"

#define MEMBERS 1000
#define ANSWER CF_MSEC(50)
#define TICK CF_MSEC(10)

static struct world w;
static char document[CF_ROSTER_DOCUMENT_MAX];
static uint8_t deflated[CF_ROSTER_DOCUMENT_MAX];

/* What was sent. */
struct cost {
    unsigned documents;
    uint64_t octets;     /* as written */
    uint64_t compressed; /* as sent to who takes deflate */
    size_t longest;      /* compressed or not, as sent */
};

struct watcher {
    struct cf_roster_subscriber sub;
    cf_usec answer_at; /* 0: none is under way */
    bool takes_deflate;
};

static struct cf_conference *begin(void) {
    struct cf_conference_limits limits = cf_conference_limits_default;
    struct cf_conference_config config = {.kind = CF_CONFERENCE_ROOM,
                                          .key = CF_STR("room-x"),
                                          .uri = CF_STR("sip:room-x@example.org"),
                                          .subject = CF_STR("All hands"),
                                          .has_video = true};
    limits.participants = MEMBERS + 1;
    world_init(&w, &limits);
    return world_create(&w, &config);
}

/* A phone with camera and microphone, as Linphone describes itself. */
static void join(struct cf_conference *conf, size_t i) {
    char aor[64];
    char entity[128];
    char call_id[64];
    struct cf_directory_out out;
    snprintf(aor, sizeof aor, "sip:member%zu@example.org", i);
    snprintf(entity, sizeof entity, "%s;gr=urn:uuid:%08x-0000-4000-8000-%012zu", aor, (unsigned)i * 2654435761U, i);
    snprintf(call_id, sizeof call_id, "%08x%08x@192.0.2.1", (unsigned)i * 40503U, (unsigned)i * 2246822519U);
    struct cf_conference_call call = {.aor = cf_str_of(aor),
                                      .name = CF_STR("Somebody Longname"),
                                      .is_verified = true,
                                      .entity = cf_str_of(entity),
                                      .ids = {cf_str_of(call_id), CF_STR("8Jd72kqL"), CF_STR("z9hG4bK77")}};
    struct cf_admission admission = cf_conference_on_dial_in(conf, w.now, &call);
    assert_true(cf_denial_is_none(admission.denial));
    cf_conference_on_connected(conf, w.now, admission.device);
    struct cf_media_update media[CF_CONF_MEDIA_COUNT] = {
        [CF_CONF_AUDIO] = {.status = CF_MEDIA_SENDRECV, .has_ssrc = true, .ssrc = (uint32_t)i * 7919},
        [CF_CONF_VIDEO] = {.status = CF_MEDIA_SENDRECV, .has_ssrc = true, .ssrc = (uint32_t)i * 7907},
    };
    cf_conference_on_media(conf, w.now, admission.device, media);
    while (cf_directory_poll(&w.dir, w.now, &out)) {
    }
}

static void watch(struct watcher *watcher, const struct cf_conference *conf, size_t i, bool is_stream, bool takes_deflate) {
    char aor[64];
    snprintf(aor, sizeof aor, "sip:member%zu@example.org", i);
    *watcher = (struct watcher){.takes_deflate = takes_deflate};
    assert_ok(cf_roster_subscriber_init(&watcher->sub, &w.mem.mem, conf->uri, cf_str_of(aor), 0));
    watcher->sub.soft_max = cf_roster_soft_max(is_stream, takes_deflate);
}

/* Send what is due. @p compresses: find out what is left of it. */
static void serve(struct watcher *watcher, const struct cf_conference *conf, bool compresses, struct cost *cost) {
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    struct cf_writer out;
    size_t len = 0;
    if (watcher->answer_at != 0 && watcher->answer_at <= w.now) {
        watcher->answer_at = 0;
        cf_roster_subscriber_on_answered(&watcher->sub, true, w.now);
    }
    if (cf_roster_subscriber_deadline(&watcher->sub, conf) > w.now) {
        return;
    }
    cf_writer_init(&out, document, sizeof document);
    assert_ok(cf_roster_document_write(&watcher->sub, conf, w.now, &out, &kind));
    cost->documents++;
    cost->octets += out.len;
    if (compresses && watcher->takes_deflate) {
        assert_ok(cf_zlib_deflate(&w.mem.mem, cf_writer_span(&out), deflated, sizeof deflated, &len));
    }
    cost->compressed += len;
    size_t sent = watcher->takes_deflate ? len : out.len;
    cost->longest = sent > cost->longest ? sent : cost->longest;
    watcher->answer_at = w.now + ANSWER;
}

static void a_newcomer_knows_a_full_room_within_two_seconds(void **state) {
    (void)state;
    static const struct {
        bool is_stream;
        bool takes_deflate;
        unsigned documents_max;
        size_t longest_max;
        cf_usec time_max;
    } ways[] = {
        {true, true, 15, 32000, CF_SEC(1)},
        {true, false, 60, 48000, CF_SEC(3)},
        {false, true, 40, 12000, CF_SEC(2)},
        {false, false, 150, 16000, CF_SEC(8)},
    };
    struct cf_conference *conf = begin();
    for (size_t i = 0; i < MEMBERS; i++) {
        join(conf, i);
    }
    w.now += CF_SEC(60);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct watcher watcher;
        struct cost cost = {0};
        cf_usec began = w.now;
        watch(&watcher, conf, 3, ways[i].is_stream, ways[i].takes_deflate);
        while (watcher.answer_at != 0 || cf_roster_subscriber_deadline(&watcher.sub, conf) != CF_USEC_NEVER) {
            serve(&watcher, conf, true, &cost);
            w.now += TICK;
        }
        print_message("%s, %s: %u NOTIFYs, %llu octets of documents, %llu sent, the longest %zu, in %lld ms\n",
                      ways[i].is_stream ? "stream" : "UDP", ways[i].takes_deflate ? "deflate" : "plain", cost.documents,
                      (unsigned long long)cost.octets,
                      (unsigned long long)(ways[i].takes_deflate ? cost.compressed : cost.octets), cost.longest,
                      (long long)((w.now - began) / 1000));
        assert_in_range(cost.documents, 1, ways[i].documents_max);
        assert_in_range(cost.longest, 1, ways[i].longest_max);
        assert_true(w.now - began <= ways[i].time_max);
        cf_roster_subscriber_fini(&watcher.sub);
    }
    world_fini(&w);
}

/* All of them within a minute, each watching from its coming on: a document takes all that came since the last one. */
static void a_thousand_newcomers_are_told_of_each_other(void **state) {
    (void)state;
    static struct watcher watchers[MEMBERS];
    struct cf_conference *conf = begin();
    struct cost cost = {0};
    size_t joined = 0;
    cf_usec end = w.now + CF_SEC(80);
    cf_usec began = w.now;
    while (w.now < end) {
        while (joined < MEMBERS && (cf_usec)joined * CF_SEC(60) <= (w.now - began) * MEMBERS) {
            join(conf, joined);
            watch(&watchers[joined], conf, joined, true, true);
            joined++;
        }
        for (size_t i = 0; i < joined; i++) {
            serve(&watchers[i], conf, i == 0, &cost);
        }
        w.now += TICK;
    }
    print_message("%u NOTIFYs, %llu octets of documents; to the first one %llu octets were sent\n", cost.documents,
                  (unsigned long long)cost.octets, (unsigned long long)cost.compressed);
    for (size_t i = 0; i < MEMBERS; i++) {
        assert_true(cf_roster_subscriber_deadline(&watchers[i].sub, conf) == CF_USEC_NEVER);
        cf_roster_subscriber_fini(&watchers[i].sub);
    }
    /* The full state to everybody at each join would be 500 500 documents of 700 kB. */
    assert_in_range(cost.documents, 1, 16 * MEMBERS);
    assert_true(cost.compressed < 400000);
    world_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(a_newcomer_knows_a_full_room_within_two_seconds),
             cmocka_unit_test(a_thousand_newcomers_are_told_of_each_other))

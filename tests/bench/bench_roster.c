/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What telling a room costs: N members join within a minute and all watch (docs/algorithms/roster-notifications.md). Documents,
 * octets and CPU of ours, beside the naive way: the full state to everybody at each join. Answers to NOTIFY take 50 ms. No SIP
 * and no compression; time is virtual, CPU is that of writing documents and deciding when.
 */
#include "core/conf/directory.h"
#include "core/conf/roster_document.h"
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MINUTE CF_SEC(60)
#define TICK CF_MSEC(10)
#define ANSWER CF_MSEC(50)

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static const struct cf_mem mem = {heap_alloc, heap_free, NULL};

static void fill(void *ctx, uint8_t *out, size_t len) {
    static uint32_t x = 1;
    (void)ctx;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525U + 1013904223U;
        out[i] = (uint8_t)(x >> 24);
    }
}

static const struct cf_entropy entropy = {fill, NULL};

static double cpu_sec(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool is_good, const char *what) {
    if (!is_good) {
        fprintf(stderr, "bench_roster: %s\n", what);
        exit(1);
    }
}

struct watcher {
    struct cf_roster_subscriber sub;
    cf_usec answer_at;
};

struct cost {
    uint64_t documents;
    uint64_t octets;
    double cpu;
};

static char buffer[CF_ROSTER_DOCUMENT_MAX];

static struct cf_conference *make_room(struct cf_directory *dir, size_t members) {
    struct cf_conference_limits limits = cf_conference_limits_default;
    struct cf_conference_config config = {.kind = CF_CONFERENCE_ROOM,
                                          .key = CF_STR("room-x"),
                                          .uri = CF_STR("sip:room-x@example.org"),
                                          .subject = CF_STR("All hands"),
                                          .has_video = true};
    struct cf_conference *conf = NULL;
    limits.participants = members;
    struct cf_directory_config directory = {.mem = &mem, .entropy = &entropy, .limits = &limits};
    cf_directory_init(dir, &directory);
    must(cf_denial_is_none(cf_directory_create(dir, 0, &config, &conf)), "no room");
    return conf;
}

static void drain(struct cf_directory *dir, cf_usec now) {
    struct cf_directory_out out;
    while (cf_directory_poll(dir, now, &out)) {
    }
}

static void join(struct cf_conference *conf, size_t i, cf_usec now, struct watcher *watcher) {
    char aor[64];
    char entity[128];
    char call_id[64];
    snprintf(aor, sizeof aor, "sip:member%zu@example.org", i);
    snprintf(entity, sizeof entity, "%s;gr=urn:uuid:00000000-0000-4000-8000-%012zu", aor, i);
    snprintf(call_id, sizeof call_id, "%012zu-3c4d5e6f@192.0.2.1", i);
    struct cf_conference_call call = {.aor = cf_str_of(aor),
                                      .name = CF_STR("Somebody Longname"),
                                      .is_verified = true,
                                      .entity = cf_str_of(entity),
                                      .ids = {cf_str_of(call_id), CF_STR("8Jd72kqL"), CF_STR("z9hG4bK77")}};
    struct cf_admission admission = cf_conference_on_dial_in(conf, now, &call);
    must(cf_denial_is_none(admission.denial), "not let in");
    cf_conference_on_connected(conf, now, admission.device);
    struct cf_media_update media[CF_CONF_MEDIA_COUNT] = {
        [CF_CONF_AUDIO] = {.status = CF_MEDIA_SENDRECV, .has_ssrc = true, .ssrc = (uint32_t)i * 7919},
        [CF_CONF_VIDEO] = {.status = CF_MEDIA_SENDRECV, .has_ssrc = true, .ssrc = (uint32_t)i * 7907},
    };
    cf_conference_on_media(conf, now, admission.device, media);
    if (watcher != NULL) {
        must(cf_roster_subscriber_init(&watcher->sub, &mem, conf->uri, cf_str_of(aor), 0) == CF_OK, "no memory");
    }
}

static void serve(const struct cf_conference *conf, struct watcher *w, cf_usec now, struct cost *cost) {
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    struct cf_writer out;
    if (w->answer_at != 0 && w->answer_at <= now) {
        w->answer_at = 0;
        cf_roster_subscriber_on_answered(&w->sub, true, now);
    }
    if (cf_roster_subscriber_deadline(&w->sub, conf) > now) {
        return;
    }
    cf_writer_init(&out, buffer, sizeof buffer);
    must(cf_roster_document_write(&w->sub, conf, now, &out, &kind) == CF_OK, "no document");
    cost->documents++;
    cost->octets += out.len;
    w->answer_at = now + ANSWER;
}

static struct cost run(size_t members) {
    struct cf_directory dir;
    struct cost cost = {0};
    struct watcher *watchers = calloc(members, sizeof *watchers);
    must(watchers != NULL, "no memory");
    struct cf_conference *conf = make_room(&dir, members);
    size_t joined = 0;
    for (cf_usec now = 0; now < MINUTE + CF_SEC(20); now += TICK) {
        while (joined < members && (cf_usec)joined * MINUTE <= now * (cf_usec)members) {
            join(conf, joined, now, &watchers[joined]);
            joined++;
        }
        drain(&dir, now);
        double before = cpu_sec();
        for (size_t i = 0; i < joined; i++) {
            serve(conf, &watchers[i], now, &cost);
        }
        cost.cpu += cpu_sec() - before;
    }
    for (size_t i = 0; i < members; i++) {
        must(cf_roster_subscriber_deadline(&watchers[i].sub, conf) == CF_USEC_NEVER, "somebody does not know all");
        cf_roster_subscriber_fini(&watchers[i].sub);
    }
    free(watchers);
    cf_directory_fini(&dir);
    return cost;
}

/* The full state, in as many documents as it takes, to one subscriber; times the number of members at each join. */
static struct cost run_naive(size_t members) {
    struct cf_directory dir;
    struct cost cost = {0};
    struct cf_conference *conf = make_room(&dir, members);
    size_t step = members < 50 ? 1 : members / 50; /* of so many joins one is measured */
    for (size_t i = 0; i < members; i++) {
        struct cost one = {0};
        struct watcher w = {.answer_at = 0};
        join(conf, i, 0, NULL);
        drain(&dir, 0);
        if (i % step != step - 1) {
            continue;
        }
        double before = cpu_sec();
        must(cf_roster_subscriber_init(&w.sub, &mem, conf->uri, CF_STR_NONE, 0) == CF_OK, "no memory");
        for (cf_usec now = 0; cf_roster_subscriber_deadline(&w.sub, conf) != CF_USEC_NEVER; now += CF_SEC(10)) {
            serve(conf, &w, now, &one);
            w.answer_at = 0;
            cf_roster_subscriber_on_answered(&w.sub, true, now);
        }
        cf_roster_subscriber_fini(&w.sub);
        double each = cpu_sec() - before;
        cost.documents += one.documents * (i + 1) * step;
        cost.octets += one.octets * (i + 1) * step;
        cost.cpu += each * (double)((i + 1) * step);
    }
    cf_directory_fini(&dir);
    return cost;
}

int main(int argc, char **argv) {
    static const size_t sizes[] = {10, 100, 300, 1000};
    bench_print_head(argc, argv);
    printf("%8s %12s %12s %10s %12s | %12s %12s %8s\n", "members", "documents", "MB", "CPU s", "us a document", "naive docs",
           "naive MB", "naive s");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct cost ours = run(sizes[i]);
        struct cost naive = run_naive(sizes[i]);
        printf("%8zu %12llu %12.1f %10.3f %12.1f | %12llu %12.1f %8.2f\n", sizes[i], (unsigned long long)ours.documents,
               (double)ours.octets / 1e6, ours.cpu, ours.cpu * 1e6 / (double)ours.documents, (unsigned long long)naive.documents,
               (double)naive.octets / 1e6, naive.cpu);
    }
    return 0;
}

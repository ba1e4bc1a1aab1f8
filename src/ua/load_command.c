/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confer load`: more and more members join; what the server still does well is its capacity. */
#include "adapt/srtp/srtp.h"
#include "shell/file/file.h"
#include "shell/system/system.h"
#include "ua/commands.h"
#include "ua/json_line.h"
#include "ua/load_guest.h"
#include "ua/load_member.h"
#include "ua/start.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMBERS_MAX 5000
#define USERS_MAX 256
#define LOAD_OPTIONS 7

static const char help[] =
    "confer [--state FOLDER] load URI [OPTION...] - members join a room step by step; prints what the server does at each step\n"
    "\n"
    "  --users NAME,...     accounts, taken in turn; the password is the name unless --password says another\n"
    "  --guests             instead: each member is a guest of its own, made by the server that runs here with that FOLDER\n"
    "  --members N          most members (100)\n"
    "  --step N             members that join before each measurement (10)\n"
    "  --hold SECONDS       how long a measurement lasts (5)\n"
    "  --talkers N          members that speak; the others send silence (3)\n"
    "  --dtx                silence as Opus sends it with DTX: a packet every 400 ms instead of 20\n"
    "  --cameras N          members that send pictures (all)\n"
    "  --rooms N            spread over N rooms: a number is put behind the user part of URI (1)\n"
    "  --server-pid PID     tell the CPU time of that process too\n"
    "and of confer call: --server --transport --insecure --local --password --encryption --suites --layout --bundle\n"
    "--size --fps --video-rate --video none\n"
    "\n"
    "Media is encoded once and nothing is decoded: what is measured is the server, as long as this program's own CPU (own_cpu)\n"
    "stays below 100 %. A step is good if all have joined and less than 1 % of packets was lost; status 0 if the first one "
    "was.\n";

/* Numbers of its own. */
struct numbers {
    uint32_t members;
    uint32_t step;
    uint32_t hold_sec;
    uint32_t talkers;
    uint32_t cameras;
    uint32_t rooms;
    uint32_t server_pid;
};

struct load {
    struct cf_call_options options;
    struct cf_start start;
    struct numbers numbers;
    const char *users[USERS_MAX];
    size_t user_count;
    const char *state; /* folder of the server that makes guests */
    bool takes_guests;
    bool has_dtx;
    struct cf_load_clip *clip;
    struct cf_load_scene scene;
    struct cf_srtp_engine *srtp;
    struct cf_load_member *members;
    size_t member_count; /* begun */
    size_t step_target;
    cf_usec measure_from; /* CF_USEC_NEVER: members are joining */
    cf_usec end_at;       /* leaving: stop then; CF_USEC_NEVER */
    cf_usec next_join;
    struct cf_load_sums before;
    uint64_t server_cpu_before;
    cf_usec own_cpu_before;
    size_t best; /* members of the last good step */
    bool is_bad;
    cf_usec started;
    struct cf_json_line line;
};

/* --- measuring --- */

static cf_usec own_cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return CF_SEC(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Ticks of user and system time: fields 14 and 15 of /proc/PID/stat, behind the name in parentheses. */
static uint64_t server_ticks(const struct load *load) {
    char path[64];
    char text[1024];
    size_t len = 0;
    uint64_t user = 0;
    uint64_t system = 0;
    snprintf(path, sizeof path, "/proc/%u/stat", load->numbers.server_pid);
    if (load->numbers.server_pid == 0 || cf_file_read(path, text, sizeof text, &len) != CF_OK) {
        return 0;
    }
    struct cf_str rest = cf_str_n(text, len);
    rest = cf_str_skip(rest, cf_str_find(rest, ')') + 2);
    for (int i = 0; i < 11; i++) {
        (void)cf_str_cut(&rest, ' ');
    }
    struct cf_str first = cf_str_cut(&rest, ' ');
    struct cf_str second = cf_str_cut(&rest, ' ');
    return cf_str_to_u64(first, UINT64_MAX / 4, &user) && cf_str_to_u64(second, UINT64_MAX / 4, &system) ? user + system : 0;
}

static struct cf_load_sums sums_of(const struct load *load) {
    struct cf_load_sums all = {.sent = 0};
    for (size_t i = 0; i < load->member_count; i++) {
        struct cf_load_sums one = cf_load_member_sums(&load->members[i]);
        all.sent += one.sent;
        all.received += one.received;
        all.octets += one.octets;
        all.lost += one.lost;
        all.sound += one.sound;
    }
    return all;
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

/* Status of the last one that failed; 0: nobody answered. */
static uint16_t failure_of(const struct load *load) {
    uint16_t status = 0;
    for (size_t i = 0; i < load->member_count; i++) {
        status = load->members[i].state == CF_LOAD_FAILED ? load->members[i].status : status;
    }
    return status;
}

static size_t count_hearing(const struct load *load) {
    size_t count = 0;
    for (size_t i = 0; i < load->member_count; i++) {
        count += load->members[i].state == CF_LOAD_UP && load->members[i].hears ? 1 : 0;
    }
    return count;
}

static size_t count_up(const struct load *load) {
    size_t up = 0;
    for (size_t i = 0; i < load->member_count; i++) {
        up += load->members[i].state == CF_LOAD_UP ? 1 : 0;
    }
    return up;
}

/* The value that a share of the members stays below. */
static uint32_t percentile(struct load *load, unsigned percent, bool is_jitter) {
    uint32_t *values = malloc(load->member_count * sizeof *values);
    size_t count = 0;
    uint32_t found = 0;
    for (size_t i = 0; values != NULL && i < load->member_count; i++) {
        const struct cf_load_member *m = &load->members[i];
        if (m->state == CF_LOAD_UP) {
            values[count++] = is_jitter ? cf_load_member_sums(m).jitter_usec : (uint32_t)m->join_usec;
        }
    }
    if (count > 0) {
        qsort(values, count, sizeof *values, compare);
        found = values[count * percent / 100 < count ? count * percent / 100 : count - 1];
    }
    free(values);
    return found;
}

static void begin_measuring(struct load *load, cf_usec now) {
    load->measure_from = now;
    load->before = sums_of(load);
    load->server_cpu_before = server_ticks(load);
    load->own_cpu_before = own_cpu();
}

static void report_step(struct load *load, cf_usec now) {
    struct cf_load_sums sums = sums_of(load);
    uint64_t msec = (uint64_t)(now - load->measure_from) / 1000;
    uint64_t received = sums.received - load->before.received;
    uint64_t lost = sums.lost > load->before.lost ? (uint64_t)(sums.lost - load->before.lost) : 0;
    uint64_t server_msec = (server_ticks(load) - load->server_cpu_before) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
    size_t up = count_up(load);
    /* Each member who hears anybody gets 50 packets of sound a second from the mixer. */
    uint64_t sound_wanted = count_hearing(load) * msec / 20;
    uint64_t sound = sums.sound - load->before.sound;
    bool is_good = up == load->member_count && lost * 100 < received + lost && sound * 100 >= sound_wanted * 98;
    load->best = is_good && !load->is_bad ? up : load->best;
    load->is_bad = load->is_bad || !is_good;
    cf_json_line_begin(&load->line, CF_STR("step"), now - load->started);
    struct cf_writer *w = &load->line.w;
    cf_put_json_number(w, CF_STR("members"), load->member_count);
    cf_put_json_number(w, CF_STR("up"), up);
    cf_put_json_flag(w, CF_STR("good"), is_good);
    if (up < load->member_count) {
        cf_put_json_number(w, CF_STR("failed_status"), failure_of(load));
    }
    cf_json_line_milli(&load->line, CF_STR("join_ms_p50"), percentile(load, 50, false));
    cf_json_line_milli(&load->line, CF_STR("join_ms_p95"), percentile(load, 95, false));
    cf_put_json_number(w, CF_STR("sent_pps"), (sums.sent - load->before.sent) * 1000 / msec);
    cf_put_json_number(w, CF_STR("received_pps"), received * 1000 / msec);
    cf_put_json_number(w, CF_STR("received_kbps"), (sums.octets - load->before.octets) * 8 / msec);
    cf_json_line_milli(&load->line, CF_STR("sound_percent"), (int64_t)(sound_wanted == 0 ? 0 : sound * 100000 / sound_wanted));
    cf_json_line_milli(&load->line, CF_STR("lost_percent"),
                       (int64_t)(received + lost == 0 ? 0 : lost * 100000 / (received + lost)));
    cf_json_line_milli(&load->line, CF_STR("jitter_ms_p95"), percentile(load, 95, true));
    if (load->numbers.server_pid != 0) {
        cf_json_line_milli(&load->line, CF_STR("server_cpu"), (int64_t)(server_msec * 100000 / msec));
    }
    cf_json_line_milli(&load->line, CF_STR("own_cpu"), (own_cpu() - load->own_cpu_before) * 100 / (cf_usec)msec);
    cf_json_line_end(&load->line);
}

/* --- the course --- */

static void room_of(const struct load *load, size_t number, char *out, size_t size) {
    const char *target = load->options.target;
    const char *at = strchr(target, '@');
    if (load->numbers.rooms <= 1 || at == NULL) {
        snprintf(out, size, "%s", target);
        return;
    }
    snprintf(out, size, "%.*s%zu%s", (int)(at - target), target, number % load->numbers.rooms, at);
}

/* Members come in the order of their numbers, and talkers first: who is in has all of these beside them. */
static size_t talkers_beside(const struct load *load, size_t number) {
    size_t rooms = load->numbers.rooms > 1 ? load->numbers.rooms : 1;
    size_t in_room = number % rooms < load->numbers.talkers ? (load->numbers.talkers - number % rooms + rooms - 1) / rooms : 0;
    return in_room - (number < load->numbers.talkers ? 1 : 0);
}

/* Who member @p number is: an account, or a guest that the server makes now. */
static enum cf_err find_identity(const struct load *load, size_t number, const char *room, struct cf_load_identity *ret) {
    if (load->takes_guests) {
        return cf_load_guest_make(load->state, room, number, ret);
    }
    const char *user = load->users[number % load->user_count];
    snprintf(ret->aor, sizeof ret->aor, "sip:%s@%s", user, load->options.domain);
    snprintf(ret->password, sizeof ret->password, "%s", load->options.password == NULL ? user : load->options.password);
    ret->user[0] = '\0';
    return CF_OK;
}

static void join_one(struct load *load, cf_usec now) {
    char room[CF_CALL_TEXT_MAX];
    struct cf_load_identity identity;
    struct cf_load_member *m = &load->members[load->member_count];
    size_t number = load->member_count++;
    m->is_talking = number < load->numbers.talkers;
    m->hears = talkers_beside(load, number) > 0;
    m->has_camera = number < load->numbers.cameras && !load->options.picture.is_none;
    room_of(load, number, room, sizeof room);
    enum cf_err err = find_identity(load, number, room, &identity);
    err = err == CF_OK ? cf_load_member_start(m, &load->scene, number, &identity, room, now) : err;
    if (err != CF_OK) {
        m->state = CF_LOAD_FAILED;
        fprintf(stderr, "confer load: member %zu: %s\n", number, cf_err_text(err));
    }
}

static void leave_all(struct load *load, cf_usec now) {
    load->end_at = now + CF_SEC(2);
    for (size_t i = 0; i < load->member_count; i++) {
        cf_load_member_leave(&load->members[i], now);
    }
}

static bool is_settled(const struct load *load) {
    for (size_t i = 0; i < load->member_count; i++) {
        if (load->members[i].state == CF_LOAD_JOINING) {
            return false;
        }
    }
    return true;
}

/* Joins, measures, goes on, ends. */
static cf_usec course(struct load *load, cf_usec now) {
    if (load->end_at != CF_USEC_NEVER) {
        if (load->end_at <= now) {
            cf_loop_stop(load->start.loop);
        }
        return load->end_at;
    }
    if (load->member_count < load->step_target) {
        if (load->next_join <= now) {
            join_one(load, now);
            load->next_join = now + CF_MSEC(10);
        }
        return load->next_join;
    }
    if (load->measure_from == CF_USEC_NEVER) {
        /* Those who have just come in get a second to settle; who has not come in by ten has failed. */
        if ((is_settled(load) && now - load->next_join > CF_SEC(1)) || now - load->next_join > CF_SEC(10)) {
            begin_measuring(load, now);
        }
        return now + CF_MSEC(50);
    }
    cf_usec end = load->measure_from + CF_SEC((cf_usec)load->numbers.hold_sec);
    if (now < end) {
        return end;
    }
    report_step(load, now);
    load->measure_from = CF_USEC_NEVER;
    load->step_target += load->numbers.step;
    if (load->is_bad || load->step_target > load->numbers.members) {
        leave_all(load, now);
    }
    return now;
}

static cf_usec on_turn(void *ctx, cf_usec now) {
    struct load *load = ctx;
    cf_usec next = course(load, now);
    for (size_t i = 0; i < load->member_count; i++) {
        next = cf_usec_min(next, cf_load_member_turn(&load->members[i], now));
    }
    return next;
}

static void on_signal(void *ctx, int signal_number) {
    struct load *load = ctx;
    (void)signal_number;
    if (load->end_at != CF_USEC_NEVER) {
        cf_loop_stop(load->start.loop);
    } else {
        leave_all(load, cf_system_now());
    }
}

/* --- making it --- */

/* The text stays argv's, cut in place at the commas. */
static void take_users(struct load *load, char *text) {
    for (char *at = text; at != NULL && load->user_count < USERS_MAX;) {
        char *comma = strchr(at, ',');
        if (comma != NULL) {
            *comma = '\0';
        }
        load->users[load->user_count++] = at;
        at = comma == NULL ? NULL : comma + 1;
    }
}

static bool take_flag(struct load *load, const char *word) {
    bool is_guests = strcmp(word, "--guests") == 0;
    bool is_dtx = strcmp(word, "--dtx") == 0;
    load->takes_guests = load->takes_guests || is_guests;
    load->has_dtx = load->has_dtx || is_dtx;
    return is_guests || is_dtx;
}

/* Takes the options of its own out of the arguments. False: said what is wrong. */
static bool take_numbers(struct load *load, int *argc, char **argv) {
    const struct {
        const char *name;
        uint32_t *value;
    } table[LOAD_OPTIONS] = {
        {"--members", &load->numbers.members},       {"--step", &load->numbers.step},       {"--hold", &load->numbers.hold_sec},
        {"--talkers", &load->numbers.talkers},       {"--cameras", &load->numbers.cameras}, {"--rooms", &load->numbers.rooms},
        {"--server-pid", &load->numbers.server_pid},
    };
    int kept = 0;
    for (int i = 0; i < *argc; i++) {
        uint32_t *value = NULL;
        for (size_t k = 0; k < LOAD_OPTIONS; k++) {
            value = strcmp(argv[i], table[k].name) == 0 ? table[k].value : value;
        }
        bool is_users = strcmp(argv[i], "--users") == 0;
        if (take_flag(load, argv[i])) {
            continue;
        }
        if (value == NULL && !is_users) {
            argv[kept++] = argv[i];
            continue;
        }
        if (i + 1 >= *argc || (value != NULL && !cf_str_to_u32(cf_str_of(argv[i + 1]), UINT32_MAX / 2, value))) {
            fprintf(stderr, "confer load: %s: a number is needed\n", argv[i]);
            return false;
        }
        i++;
        if (is_users) {
            take_users(load, argv[i]);
        }
    }
    *argc = kept;
    return true;
}

static enum cf_err begin(struct load *load) {
    struct numbers *n = &load->numbers;
    const struct cf_call_options *o = &load->options;
    n->members = n->members < MEMBERS_MAX ? n->members : MEMBERS_MAX;
    n->step = n->step == 0 ? 1 : n->step;
    load->step_target = n->step < n->members ? n->step : n->members;
    load->members = calloc(n->members, sizeof *load->members);
    load->clip = calloc(1, sizeof *load->clip);
    enum cf_err err = load->members == NULL || load->clip == NULL ? CF_ERR_NO_MEMORY : CF_OK;
    err = err == CF_OK ? cf_load_clip_make(load->clip, o->width, o->height, o->fps, o->video_kbps * 1000) : err;
    err = err == CF_OK ? cf_srtp_engine_new(cf_system_mem(), CF_SRTP_LIBRARY_BEST, &load->srtp) : err;
    err = err == CF_OK ? cf_start_make(&load->start, o) : err;
    err = err == CF_OK ? cf_loop_on_signal(load->start.loop, SIGINT, on_signal, load) : err;
    err = err == CF_OK ? cf_loop_on_signal(load->start.loop, SIGTERM, on_signal, load) : err;
    if (err != CF_OK) {
        return err;
    }
    load->scene = (struct cf_load_scene){.loop = load->start.loop,
                                         .keys = &load->start.keys,
                                         .clip = load->clip,
                                         .crypto = cf_srtp_engine_crypto(load->srtp),
                                         .policy = &load->start.policy,
                                         .local = load->start.local,
                                         .proxy = load->start.proxy,
                                         .transport = o->transport,
                                         .layout = o->layout,
                                         .is_insecure = o->is_insecure,
                                         .fps = o->fps,
                                         .has_dtx = load->has_dtx};
    return CF_OK;
}

static void end(struct load *load) {
    for (size_t i = 0; i < load->member_count; i++) {
        cf_load_member_free(&load->members[i]);
    }
    cf_start_free(&load->start);
    cf_srtp_engine_free(load->srtp);
    if (load->clip != NULL) {
        cf_load_clip_free(load->clip);
    }
    free(load->clip);
    free(load->members);
}

static int run(struct load *load) {
    cf_usec now = cf_system_now();
    load->started = now;
    load->next_join = now;
    load->measure_from = CF_USEC_NEVER;
    load->end_at = CF_USEC_NEVER;
    cf_loop_set_turn(load->start.loop, on_turn, load);
    (void)on_turn(load, now);
    cf_loop_run(load->start.loop);
    cf_loop_set_turn(load->start.loop, NULL, NULL);
    cf_json_line_begin(&load->line, CF_STR("capacity"), cf_system_now() - load->started);
    cf_put_json_number(&load->line.w, CF_STR("members"), load->best);
    cf_put_json_flag(&load->line.w, CF_STR("reached"), load->is_bad);
    cf_json_line_end(&load->line);
    return load->best > 0 ? 0 : 1;
}

int cf_ua_load(const char *state, int argc, char **argv) {
    struct load *load = calloc(1, sizeof *load);
    int status = 2;
    if (load == NULL) {
        return 1;
    }
    load->state = state;
    load->numbers =
        (struct numbers){.members = 100, .step = 10, .hold_sec = 5, .talkers = 3, .cameras = UINT32_MAX / 2, .rooms = 1};
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        fputs(help, argc < 2 ? stderr : stdout);
        status = argc < 2 ? 2 : 0;
    } else if (take_numbers(load, &argc, argv) && cf_call_options_read(&load->options, argc, argv)) {
        if (load->user_count == 0 && load->options.user != NULL) {
            load->users[load->user_count++] = load->options.user;
        }
        bool is_nobody = load->user_count == 0 && !load->takes_guests;
        enum cf_err err = is_nobody ? CF_ERR_CONFIG : begin(load);
        if (err == CF_OK) {
            status = run(load);
        } else {
            fprintf(stderr, "confer load: %s\n", is_nobody ? "--users or --guests is needed" : cf_err_text(err));
            status = 1;
        }
        end(load);
    }
    free(load);
    return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers for tests/bench/bench_peers.py: as many legs as it asks for on a media worker of our own, so that keys are agreed on,
 * every packet is decrypted and checked, and losses are counted, whoever sends. It looks at its sockets by the clock.
 * Descriptions are the script's: what it wrote and what the peer wrote are concluded here like any others.
 *
 *     leg LOCAL REMOTE offer|answer    files with the two descriptions; which of them is ours (LOCAL): an offer or an answer
 *     count                            says "count GOOD BAD" of all legs: packets whose tags were right, and others
 *
 * on standard input, a line each. It begins by saying "fingerprint AB:CD:...", and ends at the end of input.
 */
#include "adapt/srtp/srtp.h"
#include "core/focus/ports.h"
#include "core/offer/conclude.h"
#include "forward_world.h"
#include "worker_world.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX 16384
#define LINE_MAX_LEN 1024

static struct bench_worker world;
static uint32_t leg_count;

static void give_identity(void) {
    struct cf_worker_message message = {.kind = CF_WORKER_IDENTITY};
    bench_must(cf_dtls_identity_make(30, &message.identity));
    const uint8_t *print = cf_dtls_identity_fingerprint(message.identity);
    printf("fingerprint ");
    for (size_t i = 0; i < CF_DTLS_FINGERPRINT_LEN; i++) {
        printf("%s%02X", i == 0 ? "" : ":", print[i]);
    }
    printf("\n");
    fflush(stdout);
    bench_worker_tell(&world, &message);
}

static struct cf_str read_text(const char *path, char *room) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "peer_sink: %s: can't be read\n", path);
        exit(1);
    }
    size_t len = fread(room, 1, TEXT_MAX, file);
    fclose(file);
    return (struct cf_str){room, len};
}

static void load(struct cf_str text, struct cf_sdp *ret) {
    struct cf_parse_error error;
    if (cf_sdp_load(&bench_mem, text, ret, &error) != CF_OK) {
        fprintf(stderr, "peer_sink: not a description:\n%.*s\n", CF_STR_ARG(text));
        exit(1);
    }
}

/* The socket that the description names; it is the only base for checks. */
static void set_transport(struct cf_handle leg, uint16_t index, const struct cf_media_transport *transport) {
    struct cf_worker_message open = {.kind = CF_WORKER_OPEN, .socket = cf_port_socket(&transport->local_rtp)};
    bench_must(cf_udp_open(&transport->local_rtp, CF_UDP_USE_MEDIA, &open.udp));
    bench_worker_tell(&world, &open);
    struct cf_media_command command = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = leg};
    struct cf_media_transport_set *set = &command.as.transport;
    *set = (struct cf_media_transport_set){
        .index = index, .rtp_socket = open.socket, .rtcp_socket = open.socket, .transport = *transport, .suite_count = 1};
    set->suites[0] = CF_SRTP_AEAD_AES_128_GCM;
    set->base_count = transport->own_ice.is_used ? 1 : 0;
    set->bases[0] = (struct cf_ice_local){.socket = open.socket,
                                          .addr = transport->local_rtp,
                                          .priority = cf_ice_priority(CF_ICE_HOST, UINT16_MAX, 1),
                                          .foundation = 1,
                                          .component = 1};
    bench_worker_command(&world, &command);
}

static void add_leg(const char *local_path, const char *remote_path, bool is_local_offer) {
    static char texts[2][TEXT_MAX];
    struct cf_sdp local;
    struct cf_sdp remote;
    struct cf_media_params *params = NULL;
    struct cf_handle leg = {leg_count++, 1};
    load(read_text(local_path, texts[0]), &local);
    load(read_text(remote_path, texts[1]), &remote);
    const struct cf_pair pair = {.local = &local, .remote = &remote, .is_local_offer = is_local_offer};
    bench_must(cf_conclude(&bench_mem, &pair, &params));
    bench_worker_command(&world, &(struct cf_media_command){.kind = CF_MEDIA_LEG_ADD, .room = {0, 1}, .leg = leg});
    for (uint16_t i = 0; i < params->transport_count; i++) {
        set_transport(leg, i, &params->transports[i]);
    }
    for (uint16_t i = 0; i < params->line_count; i++) {
        struct cf_media_command command = {.kind = CF_MEDIA_LINE_SET, .leg = leg};
        command.as.line = (struct cf_media_line_set){.index = i, .line = params->lines[i]};
        bench_worker_command(&world, &command);
    }
    cf_media_params_free(&bench_mem, params);
    cf_sdp_unload(&bench_mem, &local);
    cf_sdp_unload(&bench_mem, &remote);
}

static bool next_event(struct cf_media_event *event) {
    struct pollfd interest = {.fd = cf_mailbox_fd(world.outbox), .events = POLLIN};
    while (!cf_mailbox_take(world.outbox, event)) {
        cf_mailbox_hush(world.outbox);
        if (!cf_mailbox_take(world.outbox, event)) {
            if (poll(&interest, 1, 3000) <= 0) {
                return false;
            }
            continue;
        }
        return true;
    }
    return true;
}

/* What the room makes of a packet is of no interest here, but it has to be an honest one. */
static uint64_t bad_of(const struct cf_media_line_stats *stats) {
    return stats->discards[CF_MEDIA_DISCARD_AUTHENTICATION] + stats->discards[CF_MEDIA_DISCARD_REPLAYED] +
           stats->discards[CF_MEDIA_DISCARD_MALFORMED] + stats->discards[CF_MEDIA_DISCARD_WRONG_ADDRESS] +
           stats->discards[CF_MEDIA_DISCARD_PAYLOAD_TYPE];
}

static void count(void) {
    struct cf_media_event event;
    uint64_t good = 0;
    uint64_t bad = 0;
    while (cf_mailbox_take(world.outbox, &event)) {
    }
    for (uint32_t i = 0; i < leg_count; i++) {
        bench_worker_command(&world, &(struct cf_media_command){.kind = CF_MEDIA_STATS_GET, .leg = {i, 1}});
    }
    for (uint32_t heard = 0; heard < leg_count && next_event(&event);) {
        if (event.kind == CF_MEDIA_EVENT_STATS) {
            uint64_t wrong = bad_of(&event.as.stats);
            heard++;
            good += event.as.stats.packets_in - wrong;
            bad += wrong;
        }
    }
    printf("count %llu %llu\n", (unsigned long long)good, (unsigned long long)bad);
    fflush(stdout);
}

static void obey(char *line) {
    char *save = NULL;
    const char *word = strtok_r(line, " \n", &save);
    if (word != NULL && strcmp(word, "leg") == 0) {
        const char *local = strtok_r(NULL, " \n", &save);
        const char *remote = strtok_r(NULL, " \n", &save);
        const char *ours = strtok_r(NULL, " \n", &save);
        if (ours != NULL) {
            add_leg(local, remote, strcmp(ours, "offer") == 0);
        }
    } else if (word != NULL && strcmp(word, "count") == 0) {
        count();
    }
}

int main(void) {
    char line[LINE_MAX_LEN];
    bench_worker_start_receiver(&world);
    give_identity();
    struct cf_media_command room = bench_room_add();
    bench_worker_command(&world, &room);
    while (fgets(line, sizeof line, stdin) != NULL) {
        obey(line);
    }
    bench_worker_stop(&world);
    return 0;
}

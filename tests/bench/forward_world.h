/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What benchmarks of forwarding share: one source of VP8 in frames of some packets, protected as its leg agreed, and the commands
 * that make a room with one sender and many receivers. Not for tests: nothing here is asserted, a failure ends the program.
 */
#ifndef CF_TESTS_BENCH_FORWARD_WORLD_H
#define CF_TESTS_BENCH_FORWARD_WORLD_H

#include "base/rng.h"
#include "core/media/messages.h"
#include "core/rtp/crypto.h"

/** Octets of a packet's payload. */
#define BENCH_PAYLOAD_LEN 1100

/** Room for a packet of the source. */
#define BENCH_PACKET_MAX 2048

/** Zeroed memory of the heap, for adapters and engines. */
extern const struct cf_mem bench_mem;

/** A cheap generator with a fixed seed. */
extern const struct cf_entropy bench_entropy;

/** CPU time of the calling thread, and of the whole process, nanoseconds. */
double bench_thread_cpu_ns(void);
double bench_process_cpu_ns(void);

/** End the program if @p err is an error. */
void bench_must(enum cf_err err);

/** A context for sending with random keys; @p ret_key gets them if it is not NULL. NULL for CF_SRTP_NONE. */
struct cf_srtp_context *bench_send_context(const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite,
                                           struct cf_sdes_key *ret_key);

/** The source. */
struct bench_source {
    const struct cf_packet_crypto *crypto;
    struct cf_srtp_context *context; /**< owned */
    struct cf_sdes_key key;          /**< that of .context: the receiver's remote key */
    uint16_t sequence;
    uint16_t picture_id;
    uint32_t timestamp;
};

/** A source that protects with @p suite. */
void bench_source_init(struct bench_source *source, const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite);

/** Close its context. */
void bench_source_fini(struct bench_source *source);

/** The next frame: @p packets datagrams into @p octets, their lengths into @p lens. Only the first frame is a key frame. */
void bench_source_frame(struct bench_source *source, uint8_t (*octets)[BENCH_PACKET_MAX], size_t *lens, size_t packets);

/** Commands of a room without sound, and of leg @p leg with one video line: it sends (leg 0, keys of @p source) or receives. */
struct cf_media_command bench_room_add(void);
struct cf_media_command bench_leg_add(uint32_t leg);
struct cf_media_command bench_transport_set(uint32_t leg, uint32_t socket, const struct cf_addr *remote, enum cf_srtp_suite suite,
                                            const struct bench_source *source);
struct cf_media_command bench_line_set(uint32_t leg);

#endif

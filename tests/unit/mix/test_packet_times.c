/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time line of a listener, whatever the length of its packets. */
#include "core/mix/mixer.h"

#include "lib/test.h"
#include "lib/test_codec.h"
#include "lib/test_mem.h"

#define TICKS 60U

/* Each frame begins where the one before ended: several of them in a tick, or one in several. */
static void run(uint16_t ptime_msec) {
    struct test_mem mem;
    struct cf_mixer mixer;
    struct cf_handle leg;
    struct cf_mix_output output;
    cf_usec now = CF_SEC(9);
    uint32_t frames = 0;
    uint32_t next = 0;
    const struct cf_mixer_config config = {.resampler = &test_resampler};
    struct cf_mix_leg_config listener = {.codec_in = &test_codec, .codec_out = &test_codec, .sends = true, .receives = true};
    listener.params_out.ptime_msec = ptime_msec;
    test_mem_init(&mem);
    cf_mixer_init(&mixer, &mem.mem, &config, now);
    assert_ok(cf_mixer_add_leg(&mixer, &listener, &leg));
    for (uint32_t ticks = 0; ticks < TICKS; ticks++, now += CF_MIX_TICK_USEC) {
        cf_mixer_on_deadline(&mixer, now);
        while (cf_mixer_poll(&mixer, &output)) {
            if (output.kind == CF_MIX_FRAME) {
                assert_int_equal(output.frame.ticks, 48U * ptime_msec);
                assert_true(frames == 0 || output.frame.timestamp == next);
                next = output.frame.timestamp + output.frame.ticks;
                frames++;
            }
        }
    }
    assert_int_equal(frames, TICKS * 20 / ptime_msec);
    cf_mixer_fini(&mixer);
    test_mem_fini(&mem);
}

static void timestamps_have_no_gap_at_any_packet_time(void **state) {
    (void)state;
    static const uint16_t ptimes[] = {10, 20, 40, 60};
    for (size_t i = 0; i < sizeof ptimes / sizeof ptimes[0]; i++) {
        run(ptimes[i]);
    }
}

CF_TEST_MAIN(cmocka_unit_test(timestamps_have_no_gap_at_any_packet_time))

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/conf/conference_rules.h"
#include "lib/test.h"

static bool is_over(enum cf_conference_state state) {
    return state == CF_CONFERENCE_STATE_ENDED || state == CF_CONFERENCE_STATE_CANCELLED || state == CF_CONFERENCE_STATE_EXPIRED;
}

#define EACH_CELL(kind, state, event)                                                                                            \
    for (unsigned kind = 0; kind < CF_CONFERENCE_KIND_COUNT_; kind++)                                                            \
        for (unsigned state = 0; state < CF_CONFERENCE_STATE_COUNT_; state++)                                                    \
            for (unsigned event = 0; event < CF_CONFERENCE_EVENT_COUNT_; event++)

#define NEXT(kind, state, event)                                                                                                 \
    cf_conference_next((enum cf_conference_kind)(kind), (enum cf_conference_state)(state), (enum cf_conference_event)(event))

static void what_is_over_stays_over(void **state_) {
    (void)state_;
    EACH_CELL(kind, state, event) {
        if (is_over((enum cf_conference_state)state)) {
            assert_int_equal(NEXT(kind, state, event), state);
        }
    }
}

static void nothing_goes_back_to_created(void **state_) {
    (void)state_;
    EACH_CELL(kind, state, event) {
        if (state != CF_CONFERENCE_STATE_CREATED) {
            assert_int_not_equal(NEXT(kind, state, event), CF_CONFERENCE_STATE_CREATED);
        }
    }
}

static void a_device_in_means_running(void **state_) {
    (void)state_;
    EACH_CELL(kind, state, event) {
        if (!is_over((enum cf_conference_state)state) && event == CF_CONFERENCE_ENTERED) {
            assert_int_equal(NEXT(kind, state, event), CF_CONFERENCE_STATE_RUNNING);
        }
    }
}

static void only_entering_begins_a_run(void **state_) {
    (void)state_;
    EACH_CELL(kind, state, event) {
        if (event != CF_CONFERENCE_ENTERED && state != CF_CONFERENCE_STATE_RUNNING) {
            assert_int_not_equal(NEXT(kind, state, event), CF_CONFERENCE_STATE_RUNNING);
        }
    }
}

static void time_and_cancelling_never_interrupt_people(void **state_) {
    (void)state_;
    for (unsigned kind = 0; kind < CF_CONFERENCE_KIND_COUNT_; kind++) {
        assert_int_equal(NEXT(kind, CF_CONFERENCE_STATE_RUNNING, CF_CONFERENCE_TIMED_OUT), CF_CONFERENCE_STATE_RUNNING);
        assert_int_equal(NEXT(kind, CF_CONFERENCE_STATE_RUNNING, CF_CONFERENCE_CALLED_OFF), CF_CONFERENCE_STATE_RUNNING);
    }
}

static void when_the_last_one_leaves_it_depends_on_the_kind(void **state_) {
    (void)state_;
    static const struct {
        enum cf_conference_kind kind;
        enum cf_conference_state next;
    } rows[] = {{CF_CONFERENCE_AD_HOC, CF_CONFERENCE_STATE_ENDED},
                {CF_CONFERENCE_ON_DEMAND, CF_CONFERENCE_STATE_ENDED},
                {CF_CONFERENCE_SCHEDULED, CF_CONFERENCE_STATE_IDLE},
                {CF_CONFERENCE_ROOM, CF_CONFERENCE_STATE_IDLE}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(NEXT(rows[i].kind, CF_CONFERENCE_STATE_RUNNING, CF_CONFERENCE_EMPTIED), rows[i].next);
    }
}

static void only_scheduled_ones_are_cancelled_or_expire(void **state_) {
    (void)state_;
    EACH_CELL(kind, state, event) {
        enum cf_conference_state next = NEXT(kind, state, event);
        bool is_new = next != state && (next == CF_CONFERENCE_STATE_CANCELLED || next == CF_CONFERENCE_STATE_EXPIRED);
        assert_true(!is_new || kind == CF_CONFERENCE_SCHEDULED);
    }
}

#define STEP(status, event) cf_device_next((enum cf_endpoint_status)(status), (enum cf_device_event)(event)).step

static void only_an_answer_or_an_acknowledgement_lets_a_device_in(void **state_) {
    (void)state_;
    for (unsigned status = 0; status < CF_ENDPOINT_STATUS_COUNT_; status++) {
        for (unsigned event = 0; event < CF_DEVICE_EVENT_COUNT_; event++) {
            bool may = event == CF_DEVICE_ANSWERED
                           ? status == CF_ENDPOINT_PENDING || status == CF_ENDPOINT_DIALING_OUT || status == CF_ENDPOINT_ALERTING
                           : event == CF_DEVICE_CONNECTED && status == CF_ENDPOINT_DIALING_IN;
            assert_int_equal(STEP(status, event) == CF_DEVICE_ENTER, may);
        }
    }
}

static void a_call_that_is_over_is_forgotten_whatever_it_was(void **state_) {
    (void)state_;
    static const enum cf_endpoint_status alive[] = {CF_ENDPOINT_PENDING,    CF_ENDPOINT_DIALING_OUT, CF_ENDPOINT_ALERTING,
                                                    CF_ENDPOINT_DIALING_IN, CF_ENDPOINT_CONNECTED,   CF_ENDPOINT_DISCONNECTING};
    for (size_t i = 0; i < sizeof alive / sizeof alive[0]; i++) {
        assert_int_equal(STEP(alive[i], CF_DEVICE_LEFT), CF_DEVICE_REMOVE);
    }
}

static void an_answer_after_we_gave_up_is_hung_up(void **state_) {
    (void)state_;
    assert_int_equal(STEP(CF_ENDPOINT_DISCONNECTING, CF_DEVICE_ANSWERED), CF_DEVICE_HANG_UP);
    assert_int_equal(STEP(CF_ENDPOINT_DISCONNECTED, CF_DEVICE_ANSWERED), CF_DEVICE_HANG_UP);
}

CF_TEST_MAIN(cmocka_unit_test(what_is_over_stays_over), cmocka_unit_test(nothing_goes_back_to_created),
             cmocka_unit_test(a_device_in_means_running), cmocka_unit_test(only_entering_begins_a_run),
             cmocka_unit_test(time_and_cancelling_never_interrupt_people),
             cmocka_unit_test(when_the_last_one_leaves_it_depends_on_the_kind),
             cmocka_unit_test(only_scheduled_ones_are_cancelled_or_expire),
             cmocka_unit_test(only_an_answer_or_an_acknowledgement_lets_a_device_in),
             cmocka_unit_test(a_call_that_is_over_is_forgotten_whatever_it_was),
             cmocka_unit_test(an_answer_after_we_gave_up_is_hung_up))

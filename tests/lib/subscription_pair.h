/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A subscribes to B: a subscriber and a notifier over lib/sip_pair.h. Habits: B accepts, and tells "state N" whenever it is
 * asked; A takes what comes. Events stand in the transcript: "[20] B: SUBSCRIBED", "[20] A: NOTIFIED active state 0".
 */
#ifndef CF_TESTS_LIB_SUBSCRIPTION_PAIR_H
#define CF_TESTS_LIB_SUBSCRIPTION_PAIR_H

#include "core/dialog/notifier.h"
#include "core/dialog/subscriber.h"
#include "lib/sip_pair.h"

/** Both. */
struct subscription_pair {
    struct sip_pair net;
    struct cf_ua_profile profiles[2];
    struct cf_dialog_table dialogs[2];
    struct cf_subscriber subscriber; /**< A's */
    bool has_subscriber;
    bool is_subscriber_gone;
    struct cf_notifier notifier; /**< B's */
    bool has_notifier;
    bool is_notifier_gone;
    struct cf_notifier_rules rules;
    bool is_failing;                       /**< memory fails: commands may */
    bool leaves_request;                   /**< B doesn't accept by itself */
    enum cf_subscription_state accepts;    /**< as what B accepts */
    unsigned state;                        /**< what B tells */
    unsigned seen;                         /**< what A was told last */
    unsigned refuse_status;                /**< A answers NOTIFYs with that, not by its subscriber; 0: by it */
    const char *refuse_fields;             /**< with that */
    unsigned refuse_refresh;               /**< B answers SUBSCRIBEs in the dialog with that, not by its notifier; 0: by it */
    enum cf_notifier_cause notifier_cause; /**< of ENDED */
    enum cf_subscriber_cause subscriber_cause;
    uint16_t status; /**< of A's ENDED */
};

/** Begin: nobody has subscribed yet. */
void subscription_pair_init(struct subscription_pair *p, uint64_t seed);

/** The same with the n-th allocation of @p side failing. False: not even an endpoint could be made. */
bool subscription_pair_init_failing(struct subscription_pair *p, unsigned side, size_t fail_at);

/** End, whatever is still there; asserts that nothing is lost. */
void subscription_pair_fini(struct subscription_pair *p);

/** A subscribes for @p expires_sec (0: fetches), or with @p is_refer refers. */
void subscription_pair_begin(struct subscription_pair *p, uint32_t expires_sec, bool is_refer);

/** The same, half a second passes; the transcript is empty afterwards. */
void subscription_pair_establish(struct subscription_pair *p, uint32_t expires_sec);

/** What B tells changes. */
void subscription_pair_change(struct subscription_pair *p);

/** Hand out what waits. */
void subscription_pair_drain(struct subscription_pair *p);

/** Let time pass. */
void subscription_pair_run_for(struct subscription_pair *p, cf_usec duration);

#endif

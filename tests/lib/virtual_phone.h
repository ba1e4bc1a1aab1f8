/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A phone in the virtual world, made of the same machines as our user agent: it registers with lib/virtual_server.h, calls and is
 * called, subscribes to conferences and keeps the roster, refers. What happens to it stands in a transcript that all phones of a
 * test share: "[120] alice: 0 ANSWERED".
 */
#ifndef CF_TESTS_LIB_VIRTUAL_PHONE_H
#define CF_TESTS_LIB_VIRTUAL_PHONE_H

#include "core/auth/client_auth.h"
#include "core/conf/roster_view.h"
#include "core/dialog/registration.h"
#include "core/dialog/session.h"
#include "core/dialog/subscriber.h"
#include "lib/endpoint_node.h"
#include "lib/test_party.h"
#include "lib/transcript.h"

/** Calls of a phone at a time. */
#define PHONE_CALLS_MAX 4

/** What it does with a call that comes in. */
enum phone_habit {
    PHONE_ANSWERS,        /**< 180, then 200 */
    PHONE_ANSWERS_UNRUNG, /**< the same without 180 */
    PHONE_RINGS,          /**< 180 and no more */
    PHONE_IS_BUSY,        /**< 486 */
    PHONE_DECLINES,       /**< 603 */
    PHONE_IS_MUTE,        /**< not a word: the call waits for the test */
};

/** A call. */
struct phone_call {
    struct cf_session session;
    bool is_there;
    bool is_up;      /**< answered, and not over */
    bool is_focus;   /**< the peer's Contact says isfocus */
    uint16_t status; /**< that ended it, or last response */
    enum cf_session_cause cause;
    struct cf_tx_id asked;
    char contact[600]; /**< URI of the peer's Contact */
    char subject[300]; /**< of the INVITE or its last answer */
    char reason[200];  /**< phrase of the response that ended it, or Reason of the request that did */
    char body[24000];  /**< of the INVITE that came in */
    size_t body_len;
    unsigned media; /**< agreements */
};

/** A phone. Large: allocate it statically or on the heap. */
struct virtual_phone {
    struct endpoint_node net;
    const char *user;
    enum cf_transport transport; /**< by which it registers */
    enum phone_habit habit;
    bool is_linphone;              /**< its Contact carries +org.linphone.specs */
    struct transcript *transcript; /**< borrowed; NULL: none */
    bool is_silent;                /**< no lines but those of the test */
    struct cf_client_auth auth;
    struct cf_dialog_table dialogs;
    struct cf_ua_profile profile;
    char contact[400];
    char fields[400]; /**< of profile.session_fields */
    struct cf_registration registration;
    bool is_registered;
    bool has_registration;
    struct cf_flow_id flow; /**< to the server */
    struct test_party party;
    struct phone_call calls[PHONE_CALLS_MAX];
    struct cf_subscriber watch; /**< of a conference */
    bool is_watching;
    enum cf_subscription_state watch_state;
    uint16_t watch_status;     /**< that ended it */
    uint16_t notify_status;    /**< what NOTIFYs of the conference are answered with; 0: 200 by the machine */
    const char *notify_fields; /**< with that */
    struct cf_roster_view view;
    uint64_t documents;      /**< applied */
    uint64_t full_documents; /**< of those */
    uint64_t notify_octets;  /**< of bodies as they came */
    uint64_t notifies_refused;
    struct cf_subscriber refer; /**< a REFER outside of a dialog */
    bool is_referring;
    uint16_t refer_status; /**< of the answer; 0: none yet */
    char told[256];        /**< sipfrags, one line each, since the REFER */
    size_t told_len;
    uint16_t request_status; /**< answer to the last request inside a dialog */
};

/** A phone of @p user at @p ip (192.0.2.N), that talks to the server over @p transport. Not registered. */
void phone_init(struct virtual_phone *p, struct world *w, const char *user, const char *ip, enum cf_transport transport,
                struct transcript *transcript);

/** End, whatever is going on; asserts that no memory is lost. */
void phone_fini(struct virtual_phone *p);

/** Register; its answer comes in time. */
void phone_register(struct virtual_phone *p);

/** What a call says; NULL and 0: nothing. */
struct phone_call_options {
    const char *subject;
    const char *list;   /**< a resource list (XML) */
    const char *fields; /**< whole lines */
    uint64_t start_ntp; /**< t= */
    uint64_t stop_ntp;
    bool is_offerless;
};

/** Call @p uri; the index of the call. */
size_t phone_call(struct virtual_phone *p, const char *uri, const struct phone_call_options *options);

/** Answer the call that waits (PHONE_RINGS, PHONE_IS_MUTE) with @p status. */
void phone_answer(struct virtual_phone *p, size_t call, uint16_t status);

/** End a call. */
void phone_hang_up(struct virtual_phone *p, size_t call);

/** re-INVITE with @p subject (NULL: as before), with an offer or without. */
void phone_reinvite(struct virtual_phone *p, size_t call, const char *subject, bool is_offerless);

/** Hold (sendonly) or resume, by re-INVITE. */
void phone_hold(struct virtual_phone *p, size_t call, bool is_held);

/** A request inside the dialog of a call; its status comes in .request_status. */
void phone_request(struct virtual_phone *p, size_t call, enum cf_sip_method method, const char *fields, const char *content_type,
                   const char *body);

/** Subscribe to the conference that @p call is in. */
void phone_watch(struct virtual_phone *p, size_t call);
void phone_watch_uri(struct virtual_phone *p, const char *uri, uint32_t expires_sec);

/** Unsubscribe. */
void phone_unwatch(struct virtual_phone *p);

/** REFER outside of any dialog to @p uri with Refer-To @p to and further @p fields (whole lines, or NULL). */
void phone_refer(struct virtual_phone *p, const char *uri, const char *to, const char *fields);

/** Hand out what waits. */
void phone_drain(struct virtual_phone *p);

/** What the roster of the phone says of the first device of @p aor: the word for its status; "-": not there. */
const char *phone_sees(const struct virtual_phone *p, const char *aor);

/** Is @p aor administrator by the roster of the phone? */
bool phone_sees_admin(const struct virtual_phone *p, const char *aor);

#endif

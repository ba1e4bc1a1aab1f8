/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets to agree on keys with us. */
#include "core/media/association.h"

#include "base/bug.h"
#include "base/mem.h"

/* A DTLS record (RFC 6347 section 4.1): type, version, epoch, sequence number, length. */
#define RECORD_HEADER 13U
#define RECORD_ALERT 21
#define RECORD_HANDSHAKE 22
#define CLIENT_HELLO 1

const char *cf_handshake_failure_text(enum cf_handshake_failure failure) {
    static const char *const texts[] = {
        [CF_HANDSHAKE_NO_FAILURE] = "none",
        [CF_HANDSHAKE_MISMATCH] = "the peer is not the one that signalling promised",
        [CF_HANDSHAKE_NO_SUITE] = "no SRTP suite in common",
        [CF_HANDSHAKE_PROTOCOL] = "nothing in common, or a broken handshake",
        [CF_HANDSHAKE_TIMEOUT] = "the peer does not answer",
        [CF_HANDSHAKE_RESOURCE] = "no memory, or our certificate is not known",
    };
    cf_assert((size_t)failure < sizeof texts / sizeof texts[0]);
    return texts[failure];
}

/* --- slots --- */

static enum cf_handshake_state state_of(const struct cf_association *a, const struct cf_handshake *h) {
    enum cf_handshake_failure failure;
    return a->provider->state(a->provider->ctx, h, &failure);
}

static void close_slot(struct cf_association *a, struct cf_association_slot *slot) {
    a->provider->close(a->provider->ctx, slot->handshake);
    *slot = (struct cf_association_slot){.handshake = NULL};
}

static void close_all(struct cf_association *a) {
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        close_slot(a, &a->slots[i]);
    }
    a->provider->close(a->provider->ctx, a->doorman);
    a->doorman = NULL;
}

static bool counts(const struct cf_association *a, const struct cf_association_slot *slot) {
    return a->state == CF_ASSOCIATION_SECURED && slot == &a->slots[a->secured];
}

/* A free place, or that of the oldest handshake whose time is over. NULL: none. */
static struct cf_association_slot *find_place(struct cf_association *a, cf_usec now) {
    struct cf_association_slot *oldest = NULL;
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        struct cf_association_slot *slot = &a->slots[i];
        if (slot->handshake == NULL) {
            return slot;
        }
        bool is_over = !counts(a, slot) && now - slot->begun_at >= CF_ASSOCIATION_SLOT_PATIENCE;
        if (is_over && (oldest == NULL || slot->begun_at < oldest->begun_at)) {
            oldest = slot;
        }
    }
    if (oldest != NULL) {
        a->counts.given_up++;
        close_slot(a, oldest);
    }
    return oldest;
}

static void fail(struct cf_association *a, enum cf_handshake_failure failure) {
    close_all(a);
    a->state = CF_ASSOCIATION_FAILED;
    a->failure = failure;
    a->has_news = true;
}

static struct cf_handshake *open_handshake(struct cf_association *a, bool is_listening, cf_usec now) {
    struct cf_handshake *h = NULL;
    a->params.is_listening = is_listening;
    enum cf_err err = a->provider->open(a->provider->ctx, &a->params, now, &h);
    if (err != CF_OK) {
        a->failure = CF_HANDSHAKE_RESOURCE;
        return NULL;
    }
    return h;
}

/* --- what a handshake has come to --- */

/* Is it the one of whom signalling spoke, as far as addresses tell? */
static bool is_named(const struct cf_association *a, const struct cf_association_slot *slot) {
    return slot->peer.family == CF_FAMILY_NONE || cf_addr_eq(&slot->peer, &a->signalled);
}

static void on_done(struct cf_association *a, struct cf_association_slot *slot) {
    /* Those that were before it, and those that are still trying, are over. */
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        if (&a->slots[i] != slot) {
            close_slot(a, &a->slots[i]);
        }
    }
    a->secured = (uint8_t)(slot - a->slots);
    a->state = CF_ASSOCIATION_SECURED;
    a->failure = CF_HANDSHAKE_NO_FAILURE;
    a->has_news = true;
}

/* The alert that says why, so that the peer needn't find out by waiting. It outlives the handshake. */
static void keep_last_words(struct cf_association *a, const struct cf_association_slot *slot) {
    struct cf_span datagram;
    struct cf_addr to;
    while (a->provider->poll(a->provider->ctx, slot->handshake, &datagram, &to)) {
        if (datagram.len > 0 && datagram.len <= sizeof a->last_words && datagram.at[0] == RECORD_ALERT) {
            memcpy(a->last_words, datagram.at, datagram.len);
            a->last_words_len = (uint8_t)datagram.len;
            a->last_words_to = to.family == CF_FAMILY_NONE ? slot->peer : to;
        }
    }
}

static void on_failed(struct cf_association *a, struct cf_association_slot *slot, enum cf_handshake_failure failure) {
    bool is_final = is_named(a, slot) && (failure == CF_HANDSHAKE_MISMATCH || failure == CF_HANDSHAKE_NO_SUITE || !a->is_server);
    a->counts.given_up++;
    keep_last_words(a, slot);
    close_slot(a, slot);
    if (a->state == CF_ASSOCIATION_SECURED) {
        return; /* a second one that came to nothing: the first goes on */
    }
    a->failure = failure;
    if (is_final) {
        fail(a, failure);
    }
}

static void settle_slot(struct cf_association *a, struct cf_association_slot *slot) {
    enum cf_handshake_failure failure = CF_HANDSHAKE_PROTOCOL;
    if (slot->handshake == NULL || counts(a, slot)) {
        return;
    }
    enum cf_handshake_state state = a->provider->state(a->provider->ctx, slot->handshake, &failure);
    if (state == CF_HANDSHAKE_DONE) {
        on_done(a, slot);
    } else if (state == CF_HANDSHAKE_FAILED) {
        on_failed(a, slot, failure);
    }
}

static void settle(struct cf_association *a) {
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS && a->state != CF_ASSOCIATION_FAILED; i++) {
        settle_slot(a, &a->slots[i]);
    }
}

/* --- DTLS --- */

/* Is there a handshake that this peer is in the midst of? */
static bool is_running(const struct cf_association *a, const struct cf_addr *peer, cf_usec now) {
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        const struct cf_association_slot *slot = &a->slots[i];
        if (slot->handshake != NULL && !counts(a, slot) && cf_addr_eq(&slot->peer, peer) &&
            now - slot->begun_at < CF_ASSOCIATION_SLOT_PATIENCE) {
            return true;
        }
    }
    return false;
}

static bool feed_slots(struct cf_association *a, struct cf_span record, bool is_clear, const struct cf_addr *peer,
                       const struct cf_addr *from, cf_usec now) {
    bool is_taken = false;
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        struct cf_association_slot *slot = &a->slots[i];
        /* The one that is done has no use for what is in clear. */
        bool is_deaf = slot->handshake == NULL || (counts(a, slot) && is_clear);
        if (!is_deaf && cf_addr_eq(&slot->peer, peer)) {
            a->provider->receive(a->provider->ctx, slot->handshake, record, from, now);
            is_taken = true;
        }
    }
    return is_taken;
}

/* Another peer, or the same anew, at an address that needs no proof. */
static bool admit(struct cf_association *a, const struct cf_addr *peer, cf_usec now) {
    struct cf_association_slot *slot = find_place(a, now);
    struct cf_handshake *h = slot == NULL ? NULL : open_handshake(a, false, now);
    if (h == NULL) {
        a->counts.no_place++;
        return false;
    }
    *slot = (struct cf_association_slot){.handshake = h, .peer = *peer, .begun_at = now};
    return true;
}

/* A ClientHello of somebody who has to prove that he is where he says. */
static bool ask_doorman(struct cf_association *a, struct cf_span record, const struct cf_addr *from, cf_usec now) {
    if (a->doorman == NULL) {
        a->doorman = open_handshake(a, true, now);
    }
    if (a->doorman == NULL) {
        a->counts.no_place++;
        return false;
    }
    a->provider->receive(a->provider->ctx, a->doorman, record, from, now);
    enum cf_handshake_state state = state_of(a, a->doorman);
    if (state == CF_HANDSHAKE_LISTENING) {
        return true;
    }
    struct cf_association_slot *slot = state == CF_HANDSHAKE_FAILED ? NULL : find_place(a, now);
    if (slot == NULL) {
        a->counts.no_place++;
        a->provider->close(a->provider->ctx, a->doorman);
        a->doorman = NULL;
        return false;
    }
    *slot = (struct cf_association_slot){.handshake = a->doorman, .peer = *from, .begun_at = now};
    a->doorman = NULL;
    return true;
}

static bool on_record(struct cf_association *a, struct cf_span record, const struct cf_addr *from, cf_usec now) {
    static const struct cf_addr same = {.family = CF_FAMILY_NONE};
    const struct cf_addr *peer = a->is_checked ? &same : from;
    bool is_clear = record.at[3] == 0 && record.at[4] == 0;
    bool is_hello =
        is_clear && record.at[0] == RECORD_HANDSHAKE && record.len > RECORD_HEADER && record.at[RECORD_HEADER] == CLIENT_HELLO;
    if (is_clear && record.at[0] == RECORD_ALERT) {
        a->counts.alerts++;
        return false;
    }
    if (!a->is_server) {
        peer = &same; /* the server was looked for where signalling said */
        if (!a->is_checked && !cf_addr_eq(from, &a->signalled)) {
            a->counts.strangers++;
            return false;
        }
    } else if (is_hello && !is_running(a, peer, now)) {
        if (!a->is_checked) {
            return ask_doorman(a, record, from, now);
        }
        if (!admit(a, peer, now)) {
            return false;
        }
    }
    bool is_taken = feed_slots(a, record, is_clear, peer, from, now);
    a->counts.strangers += is_taken ? 0 : 1;
    return is_taken;
}

/* Record by record, so that one that is not wanted does not come in with others. */
static bool on_records(struct cf_association *a, struct cf_span datagram, const struct cf_addr *from, cf_usec now) {
    bool is_taken = false;
    while (datagram.len >= RECORD_HEADER && a->state != CF_ASSOCIATION_FAILED) {
        size_t len = RECORD_HEADER + ((size_t)datagram.at[11] << 8 | datagram.at[12]);
        if (len > datagram.len) {
            break;
        }
        is_taken = on_record(a, (struct cf_span){datagram.at, len}, from, now) || is_taken;
        settle(a);
        datagram = (struct cf_span){datagram.at + len, datagram.len - len};
    }
    return is_taken;
}

/* --- ZRTP --- */

/* Without ICE, from an address that signalling vouches for, as plain RTP (core/rtp/latch.h): messages are in clear. */
static bool is_vouched_for(const struct cf_association *a, const struct cf_addr *from) {
    return a->is_checked || cf_addr_eq_ip(from, &a->signalled) ||
           (a->flow.family != CF_FAMILY_NONE && cf_addr_eq_ip(from, &a->flow));
}

static bool on_zrtp(struct cf_association *a, struct cf_span datagram, const struct cf_addr *from, cf_usec now) {
    struct cf_association_slot *slot = &a->slots[0];
    if (slot->handshake == NULL || !is_vouched_for(a, from)) {
        a->counts.strangers++;
        return false;
    }
    if (!a->is_checked) {
        slot->peer = *from;
    }
    a->provider->receive(a->provider->ctx, slot->handshake, datagram, from, now);
    settle(a);
    return true;
}

/* --- life --- */

void cf_association_begin(struct cf_association *a, const struct cf_association_config *config, cf_usec now) {
    cf_assert(config->suite_count <= CF_SRTP_SUITE_COUNT);
    cf_association_end(a);
    *a = (struct cf_association){.provider = config->provider,
                                 .state = CF_ASSOCIATION_WAITING,
                                 .keying = config->security->keying,
                                 .is_server = config->security->dtls_role == CF_DTLS_ROLE_SERVER,
                                 .is_checked = config->is_checked,
                                 .signalled = config->signalled,
                                 .flow = config->flow,
                                 .security = *config->security,
                                 .give_up_at = now + CF_ASSOCIATION_PATIENCE};
    memcpy(a->suites, config->suites, config->suite_count * sizeof a->suites[0]);
    a->params = (struct cf_handshake_params){.security = &a->security, .suites = a->suites, .suite_count = config->suite_count};
    if (a->keying == CF_KEYING_DTLS && a->is_server) {
        return; /* the client comes */
    }
    a->slots[0] = (struct cf_association_slot){.handshake = open_handshake(a, false, now), .begun_at = now};
    if (a->slots[0].handshake == NULL) {
        fail(a, CF_HANDSHAKE_RESOURCE);
    }
}

bool cf_association_is_on(const struct cf_association *a, const struct cf_media_security *security) {
    return a->state != CF_ASSOCIATION_OFF && cf_media_security_is_same(&a->security, security);
}

void cf_association_set_checked(struct cf_association *a, bool is_checked) {
    for (size_t i = 0; is_checked && i < CF_ASSOCIATION_SLOTS; i++) {
        a->slots[i].peer = (struct cf_addr){.family = CF_FAMILY_NONE};
    }
    a->is_checked = is_checked;
}

void cf_association_end(struct cf_association *a) {
    if (a->state != CF_ASSOCIATION_OFF) {
        close_all(a);
        cf_mem_wipe(a, sizeof *a);
        *a = (struct cf_association){.state = CF_ASSOCIATION_OFF};
    }
}

bool cf_association_verify(struct cf_association *a, bool is_verified, struct cf_handshake_keys *ret_keys) {
    if (a->state != CF_ASSOCIATION_SECURED || a->provider->verify == NULL) {
        return false;
    }
    struct cf_handshake *h = a->slots[a->secured].handshake;
    return a->provider->verify(a->provider->ctx, h, is_verified) && a->provider->keys(a->provider->ctx, h, ret_keys);
}

bool cf_association_on_datagram(struct cf_association *a, struct cf_span datagram, const struct cf_addr *from, cf_usec now) {
    if (a->state == CF_ASSOCIATION_OFF || a->state == CF_ASSOCIATION_FAILED) {
        return false;
    }
    return a->keying == CF_KEYING_ZRTP ? on_zrtp(a, datagram, from, now) : on_records(a, datagram, from, now);
}

cf_usec cf_association_deadline(const struct cf_association *a) {
    cf_usec deadline = a->state == CF_ASSOCIATION_WAITING ? a->give_up_at : CF_USEC_NEVER;
    if (a->state == CF_ASSOCIATION_OFF || a->state == CF_ASSOCIATION_FAILED) {
        return CF_USEC_NEVER;
    }
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        if (a->slots[i].handshake != NULL) {
            deadline = cf_usec_min(deadline, a->provider->deadline(a->provider->ctx, a->slots[i].handshake));
        }
    }
    return deadline;
}

void cf_association_on_deadline(struct cf_association *a, cf_usec now) {
    if (a->state == CF_ASSOCIATION_OFF || a->state == CF_ASSOCIATION_FAILED) {
        return;
    }
    if (a->state == CF_ASSOCIATION_WAITING && now >= a->give_up_at) {
        fail(a, a->failure == CF_HANDSHAKE_NO_FAILURE ? CF_HANDSHAKE_TIMEOUT : a->failure);
        return;
    }
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        struct cf_handshake *h = a->slots[i].handshake;
        if (h != NULL && now >= a->provider->deadline(a->provider->ctx, h)) {
            a->provider->on_deadline(a->provider->ctx, h, now);
        }
    }
    settle(a);
}

bool cf_association_poll(struct cf_association *a, struct cf_span *ret_datagram, struct cf_addr *ret_to) {
    if (a->last_words_len > 0) {
        *ret_datagram = (struct cf_span){a->last_words, a->last_words_len};
        *ret_to = a->last_words_to;
        a->last_words_len = 0;
        return true;
    }
    if (a->state == CF_ASSOCIATION_OFF || a->state == CF_ASSOCIATION_FAILED) {
        return false;
    }
    if (a->doorman != NULL && a->provider->poll(a->provider->ctx, a->doorman, ret_datagram, ret_to)) {
        return true;
    }
    for (size_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        struct cf_association_slot *slot = &a->slots[i];
        if (slot->handshake != NULL && a->provider->poll(a->provider->ctx, slot->handshake, ret_datagram, ret_to)) {
            /* What the doorman said before it had a place still goes where it said. */
            *ret_to = ret_to->family == CF_FAMILY_NONE ? slot->peer : *ret_to;
            return true;
        }
    }
    return false;
}

bool cf_association_take_news(struct cf_association *a, struct cf_handshake_keys *ret_keys, struct cf_addr *ret_peer) {
    if (!a->has_news) {
        return false;
    }
    a->has_news = false;
    if (a->state == CF_ASSOCIATION_SECURED) {
        struct cf_association_slot *slot = &a->slots[a->secured];
        bool has_keys = a->provider->keys(a->provider->ctx, slot->handshake, ret_keys);
        cf_assert(has_keys);
        *ret_peer = slot->peer;
    }
    return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who gets to agree on keys with us on one port: RFC 5763, 8842, and attacks T28, T29. Several may try at the same time: a
 * stranger's ClientHello before, between or after those of the peer must not hinder it. So each address that tries has a
 * handshake of its own, a few at most, and one counts: the first that ends with the certificate that signalling promised. What
 * a stranger does wrong ends his handshake and nothing else. Only the address that signalling (or ICE) named can make the
 * association fail by showing another certificate: then it fails for good, and nothing is ever sent or taken in clear.
 *
 * Without ICE an address has to prove that it gets what is sent to it (a cookie) before anything is kept, or sent that is
 * longer than what came. With ICE the checks have done that, and all that comes is the one peer's, whatever path it comes by.
 *
 * A peer that lost its state may begin anew (RFC 6347 section 4.2.8): a ClientHello opens another handshake, the old keys are
 * used until that is done. Alerts in clear are dropped: anybody can make them.
 *
 * A machine: _init, _begin, _on_datagram, _on_deadline, _poll. Datagrams that _poll gives are valid until the next mutation.
 */
#ifndef CF_MEDIA_ASSOCIATION_H
#define CF_MEDIA_ASSOCIATION_H

#include "core/media/handshake.h"

/** Handshakes at a time: the one that counts and those that try. */
#define CF_ASSOCIATION_SLOTS 4

/** Keys have to be there so long after the beginning. */
#define CF_ASSOCIATION_PATIENCE CF_SEC(30)

/** A handshake that is not done after so long gives its place away. */
#define CF_ASSOCIATION_SLOT_PATIENCE CF_SEC(3)

/** Where an association is. */
enum cf_association_state {
    CF_ASSOCIATION_OFF,     /**< not begun */
    CF_ASSOCIATION_WAITING, /**< no keys yet */
    CF_ASSOCIATION_SECURED, /**< keys are there */
    CF_ASSOCIATION_FAILED,
};

/** Counters of what was not used. */
struct cf_association_counts {
    uint32_t alerts;    /**< in clear */
    uint32_t strangers; /**< neither ClientHello nor of a handshake */
    uint32_t given_up;  /**< handshakes that failed or took too long, of whomever */
    uint32_t no_place;  /**< ClientHellos for which there was no place */
};

/** A handshake with one address; private. */
struct cf_association_slot {
    struct cf_handshake *handshake; /**< owned; NULL: free */
    struct cf_addr peer;            /**< family NONE: the transport's, wherever that is (ICE, client) */
    cf_usec begun_at;
};

/** Longest alert of a handshake that came to nothing (RFC 6347: a record, perhaps encrypted). */
#define CF_ASSOCIATION_LAST_WORDS_MAX 96

/** The association. Zeroed is CF_ASSOCIATION_OFF. All fields private. */
struct cf_association {
    const struct cf_handshakes *provider;
    enum cf_association_state state;
    enum cf_handshake_failure failure; /**< the last one */
    enum cf_keying keying;
    bool is_server;
    bool is_checked; /**< ICE */
    bool has_news;   /**< keys or failure that were not taken yet */
    uint8_t secured; /**< slot whose keys count, if SECURED */
    struct cf_addr signalled;
    struct cf_addr flow;
    struct cf_association_slot slots[CF_ASSOCIATION_SLOTS];
    struct cf_handshake *doorman; /**< owned: who has not proved its address yet; NULL: none */
    struct cf_handshake_params params;
    struct cf_media_security security;
    enum cf_srtp_suite suites[CF_SRTP_SUITE_COUNT];
    cf_usec give_up_at;
    struct cf_association_counts counts;
    struct cf_addr last_words_to; /**< family NONE: the transport's peer */
    uint8_t last_words_len;       /**< octets of .last_words that were not sent yet */
    uint8_t last_words[CF_ASSOCIATION_LAST_WORDS_MAX];
};

/** What an association is made of. */
struct cf_association_config {
    const struct cf_handshakes *provider;     /**< kept */
    const struct cf_media_security *security; /**< keying DTLS or ZRTP; copied */
    const enum cf_srtp_suite *suites;         /**< copied */
    size_t suite_count;
    bool is_checked;          /**< datagrams come by paths that ICE has checked */
    struct cf_addr signalled; /**< where signalling says the peer is */
    struct cf_addr flow;      /**< where its signalling comes from; family NONE: not known */
};

/**
 * Begin: who is client, or does ZRTP, has something to say at once. A failure to begin is a failure of the association: see
 * cf_association_state().
 */
void cf_association_begin(struct cf_association *a, const struct cf_association_config *config, cf_usec now);

/** Is it on, and has it been begun for the same as @p security says? Then it goes on. */
bool cf_association_is_on(const struct cf_association *a, const struct cf_media_security *security);

/** ICE has come or gone. */
void cf_association_set_checked(struct cf_association *a, bool is_checked);

/** End it and wipe all. One that is off may be ended too. */
void cf_association_end(struct cf_association *a);

/** A datagram of the association's protocol came from @p from. False: it was of no use. */
bool cf_association_on_datagram(struct cf_association *a, struct cf_span datagram, const struct cf_addr *from, cf_usec now);

/** When cf_association_on_deadline() is due. */
cf_usec cf_association_deadline(const struct cf_association *a);

void cf_association_on_deadline(struct cf_association *a, cf_usec now);

/** The next datagram, and where to: family NONE is the transport's remote address. False: none. */
bool cf_association_poll(struct cf_association *a, struct cf_span *ret_datagram, struct cf_addr *ret_to);

/**
 * People have compared its short authentication string, or take that back (@p is_verified false). True: @p ret_keys is as it was,
 * but for that; wipe it. False: it has no string, or no keys yet.
 */
bool cf_association_verify(struct cf_association *a, bool is_verified, struct cf_handshake_keys *ret_keys);

/** Where it is. */
static inline enum cf_association_state cf_association_state(const struct cf_association *a) {
    return a->state;
}

/** Why it failed, or why the last handshake did. */
static inline enum cf_handshake_failure cf_association_failure(const struct cf_association *a) {
    return a->failure;
}

/**
 * Has it got (new) keys or failed since this was asked last? With SECURED, @p ret_keys are to be used from now on, and @p
 * ret_peer is where they were agreed on (family NONE: the transport's remote address). Wipe them.
 */
bool cf_association_take_news(struct cf_association *a, struct cf_handshake_keys *ret_keys, struct cf_addr *ret_peer);

#endif

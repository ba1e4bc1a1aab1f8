/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conference information documents (RFC 4575), one subscriber at a time: what to say to it, and when. A subscriber is told the
 * full state first and then only what has changed since, in documents of a bounded size; how is in docs/algorithms/roster-
 * notifications.md. The bytes please Linphone 5.1, 5.2 and later and plain RFC 4575 clients (docs/rfc/4575.md).
 *
 * Use: one struct cf_roster_subscriber for each subscription. After CF_CONF_OUT_ROSTER and whenever it was answered ask
 * cf_roster_subscriber_deadline(); when that time has come write a document, send it in a NOTIFY, and say
 * cf_roster_subscriber_on_answered() when the transaction is over. Only one NOTIFY is under way at a time, so that documents
 * can't overtake each other. No allocation but of the entity. Single-threaded.
 */
#ifndef CF_CORE_CONF_ROSTER_DOCUMENT_H
#define CF_CORE_CONF_ROSTER_DOCUMENT_H

#include "base/writer.h"
#include "core/conf/conference.h"

/** A document is not begun another participant in when it is this long; the rest goes into the next one. */
#define CF_ROSTER_DOCUMENT_SOFT_MAX 12000U

/** The same at most, for a subscriber that can be sent more (see cf_roster_soft_max()). */
#define CF_ROSTER_DOCUMENT_LONG_MAX 128000U

/** One participant of the worst kind. */
#define CF_ROSTER_USER_MAX 86000U

/** A buffer of this size holds every document. */
#define CF_ROSTER_DOCUMENT_MAX (CF_ROSTER_DOCUMENT_LONG_MAX + CF_ROSTER_USER_MAX)

/** What a document is. */
enum cf_roster_document_kind {
    CF_ROSTER_DOCUMENT_EMPTY,   /**< nothing to say: a NOTIFY without body answers a refresh */
    CF_ROSTER_DOCUMENT_FULL,    /**< full state (or its beginning, if it is long) */
    CF_ROSTER_DOCUMENT_PARTIAL, /**< changes */
    CF_ROSTER_DOCUMENT_DELETED, /**< the conference is over */
};

/** What one subscriber has been told. Value type but for the entity. */
struct cf_roster_subscriber {
    const struct cf_mem *mem;
    struct cf_str entity;  /**< owned: the conference URI as the subscriber wrote it */
    struct cf_str self;    /**< owned: AOR of the subscriber, told first; absent: nobody */
    uint32_t version;      /**< of the last document */
    uint64_t base;         /**< everything up to this sequence number was told */
    uint64_t seen;         /**< the journal was told up to this one; more than base while changes fill several documents */
    uint64_t gone_seen;    /**< that participants were removed was told up to this one */
    uint64_t next_ordinal; /**< participants below this were told */
    uint64_t self_ordinal; /**< its own, told out of turn; 0: no */
    size_t soft_max;       /**< set by the owner: cf_roster_soft_max(); 0: CF_ROSTER_DOCUMENT_SOFT_MAX */
    bool wants_full;       /**< the next document must be the full state */
    bool wants_answer;     /**< a refresh must be answered by a NOTIFY, if only an empty one */
    bool is_waiting;       /**< in the lobby: shown only itself */
    bool shows_chat;     /**< set by the owner: available-media has text; clients that know no chat might open what isn't there */
    bool is_catching_up; /**< the full state fills several documents, and the last was not sent yet */
    bool is_sending;     /**< a NOTIFY is under way */
    bool has_sent;       /**< sent_at means something */
    unsigned failures;   /**< documents in a row that did not arrive */
    cf_usec sent_at;     /**< when the last document was written */
    cf_usec retry_at;    /**< after a failure: not before */
};

/**
 * A new subscription. @p entity: the request URI or To of the SUBSCRIBE, literally; documents carry it. @p self: canonical AOR of
 * the subscriber. @p last_version: what it says to have seen (Linphone's Last-Notify-Version), 0 if nothing: versions go on from
 * there. CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_roster_subscriber_init(struct cf_roster_subscriber *sub, const struct cf_mem *mem,
                                                  struct cf_str entity, struct cf_str self, uint32_t last_version);

/** Free the strings. */
void cf_roster_subscriber_fini(struct cf_roster_subscriber *sub);

/**
 * It refreshed its subscription. If it has everything (@p last_version is known and the version of the last document) the answer
 * may be an empty NOTIFY; else it gets the full state. A lost NOTIFY heals that way too.
 */
void cf_roster_subscriber_on_refresh(struct cf_roster_subscriber *sub, bool has_last_version, uint32_t last_version);

/** Whatever it was told: it gets the full state next. */
void cf_roster_subscriber_forget(struct cf_roster_subscriber *sub);

/**
 * The subscriber waits in the lobby (@p is_waiting), or has been let in. Who waits is shown what the conference is called and
 * themselves, and nothing of those who are in; being let in brings the full state.
 */
void cf_roster_subscriber_set_waiting(struct cf_roster_subscriber *sub, bool is_waiting);

/**
 * Its NOTIFY was answered, or timed out, or could not be written or sent. @p delivered false: the next document is the full
 * state, after a second, after two when that fails too, and so on up to 64 s, so that a peer that refuses everything costs
 * next to nothing. A refresh is answered at once all the same.
 */
void cf_roster_subscriber_on_answered(struct cf_roster_subscriber *sub, bool delivered, cf_usec now);

/** When to write the next document: a time that may be past, CF_USEC_NEVER if there is nothing to say or a NOTIFY is under way.
 */
cf_usec cf_roster_subscriber_deadline(const struct cf_roster_subscriber *sub, const struct cf_conference *conf);

/**
 * How long documents may get: over a stream (@p is_stream) longer than in datagrams, which are cut into fragments; longer, too,
 * if they are compressed (@p is_compressed), to less than a quarter.
 */
size_t cf_roster_soft_max(bool is_stream, bool is_compressed);

/** Least time between two documents to one subscriber of a conference of @p participants: the whole room causes a bounded rate.
 */
cf_usec cf_roster_interval(size_t participants);

/**
 * Write the next document of @p sub at @p now. The buffer should have CF_ROSTER_DOCUMENT_MAX octets; CF_ERR_NO_ROOM leaves the
 * subscriber as it was. After success a NOTIFY counts as under way (also with CF_ROSTER_DOCUMENT_EMPTY).
 */
CF_MUST_USE enum cf_err cf_roster_document_write(struct cf_roster_subscriber *sub, const struct cf_conference *conf, cf_usec now,
                                                 struct cf_writer *w, enum cf_roster_document_kind *ret_kind);

/** Write the last document: the conference exists no longer. For a NOTIFY with Subscription-State terminated. */
CF_MUST_USE enum cf_err cf_roster_document_write_deleted(struct cf_roster_subscriber *sub, struct cf_writer *w);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dialog (RFC 3261 section 12): who talks to whom under which tags, the order of requests in both directions, and the way to
 * the peer. The state that sessions (session.h) and subscriptions (subscription.h) have in common; it neither sends nor keeps
 * time. Also used before a dialog is there, to write the request that is going to make it.
 *
 * Way to the peer: the route set and remote target of the RFC say what stands in a request; where the request goes is first the
 * flow by which the peer last was heard (RFC 5626 section 5.3: phones behind NAT and over TCP can't be reached otherwise), and
 * the next hop's URI only if that flow is gone.
 *
 * Memory: two blocks, together the length of the strings. Limits: those of a message; at most CF_DIALOG_ROUTES_MAX routes. Not
 * thread-safe.
 */
#ifndef CF_CORE_DIALOG_DIALOG_H
#define CF_CORE_DIALOG_DIALOG_H

#include "base/rng.h"
#include "core/endpoint/endpoint.h"
#include "core/sip/message.h"

/** Most Record-Route values that are kept; a request or response with more begins no dialog. */
#define CF_DIALOG_ROUTES_MAX 32

/**
 * Length of the tags that we make, which nobody can guess (attacks by forged requests need them): 96 bits of chance where we
 * call, 64 bits of the endpoint's hash where we are called.
 */
#define CF_DIALOG_TAG_LEN CF_ENDPOINT_TAG_LEN

/** A dialog, or what is going to be one. Members are read-only outside dialog.c. */
struct cf_dialog {
    const struct cf_mem *mem;
    struct cf_str block;      /**< owned: all strings below but target */
    struct cf_str call_id;    /**< Call-ID */
    struct cf_str local;      /**< our name-addr without parameters: From of our requests */
    struct cf_str local_tag;  /**< ours */
    struct cf_str remote;     /**< the peer's name-addr without parameters: To of our requests */
    struct cf_str remote_tag; /**< the peer's; absent: there is no dialog yet, or the peer has none (RFC 2543) */
    struct cf_str routes;     /**< route set in the order of use, values with commas between them; absent: empty */
    struct cf_str target;     /**< owned: remote target, a URI; before the dialog the Request-URI */
    struct cf_flow_id flow;   /**< by which the peer was heard; zero: none yet, or gone */
    uint32_t local_cseq;      /**< of our last request; 0: none yet */
    uint32_t remote_cseq;     /**< of the peer's last request */
    bool has_remote_cseq;     /**< the peer has sent a request */
    bool is_caller;           /**< we made the Call-ID */
    bool is_confirmed;        /**< else early */
    bool is_sips;             /**< our Contact has to be a sips URI (sections 8.1.1.8 and 12.1.1) */
    bool is_flow_secure;      /**< began over TLS or WSS: requests over anything else don't belong to it */
};

/** What a request that makes a dialog is to have. Strings are copied. */
struct cf_dialog_start {
    struct cf_str call_id; /**< absent: made */
    struct cf_str local;   /**< name-addr without tag */
    struct cf_str remote;  /**< name-addr or URI without tag */
    struct cf_str target;  /**< Request-URI */
    struct cf_str routes;  /**< Route values to begin with, such as the Path of a binding or an outbound proxy; absent: none */
    uint32_t cseq;         /**< of the first request, at least 1; 0: 1 */
};

/** Where a request stands in the dialog. */
enum cf_dialog_order {
    CF_DIALOG_IN_ORDER,     /**< go on */
    CF_DIALOG_OUT_OF_ORDER, /**< an older CSeq than one seen: answer 500 (section 12.2.2) */
};

/** A dialog to be: for our first request. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_dialog_init(struct cf_dialog *dialog, const struct cf_mem *mem, const struct cf_entropy *entropy,
                                       const struct cf_dialog_start *start);

/**
 * The callee's dialog that @p request (INVITE, SUBSCRIBE or REFER without a To tag) begins, early (section 12.1.1), with our
 * @p tag, that of the endpoint for this request: one that was answered before we knew has it already.
 * CF_ERR_MALFORMED: no usable Contact or From: answer 400. CF_ERR_LIMIT: too many routes. CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_dialog_init_callee(struct cf_dialog *dialog, const struct cf_mem *mem,
                                              const struct cf_endpoint_tag *tag, const struct cf_sip_message *request);

/**
 * The caller's dialog that @p response to the first request of @p start makes (section 12.1.2), early or confirmed; @p start is
 * left as it is, because there may be more of them (forking). Errors as cf_dialog_init_callee(); CF_ERR_MALFORMED also without a
 * To tag. A Contact may be missing in a provisional response: the Request-URI stays the target.
 */
CF_MUST_USE enum cf_err cf_dialog_init_fork(struct cf_dialog *dialog, const struct cf_dialog *start,
                                            const struct cf_sip_message *response);

/** As cf_dialog_init_fork() for a NOTIFY that comes before or instead of the 2xx to our SUBSCRIBE or REFER (RFC 6665 section
 * 4.4.1). */
CF_MUST_USE enum cf_err cf_dialog_init_notified(struct cf_dialog *dialog, const struct cf_dialog *start,
                                                const struct cf_sip_message *notify);

/** Free the strings. A zeroed dialog is allowed. */
void cf_dialog_fini(struct cf_dialog *dialog);

/** Does @p message of the peer, a request or a response, carry the Call-ID and both tags of @p dialog? */
bool cf_dialog_matches(const struct cf_dialog *dialog, const struct cf_sip_message *message);

/**
 * May a message that matches have come over @p info? Not if the dialog began encrypted and this is not: the tags could have been
 * read on no way then, so the sender is not the peer.
 */
bool cf_dialog_admits(const struct cf_dialog *dialog, const struct cf_flow_info *info);

/** Note the order of @p request (not ACK or CANCEL). Out of order: nothing is noted. */
enum cf_dialog_order cf_dialog_take_request(struct cf_dialog *dialog, const struct cf_sip_message *request);

/**
 * The 2xx has come: confirmed, with the route set of the 2xx instead of the early one (section 13.2.2.4), and its Contact as
 * target. Errors as cf_dialog_init_fork(), the dialog is as before then.
 */
CF_MUST_USE enum cf_err cf_dialog_confirm(struct cf_dialog *dialog, const struct cf_sip_message *response);

/**
 * A target refresh request of the peer, or the 2xx to one of ours: take its Contact as remote target (section 12.2). Without a
 * usable Contact nothing changes. CF_ERR_NO_MEMORY: nothing has changed.
 */
CF_MUST_USE enum cf_err cf_dialog_refresh_target(struct cf_dialog *dialog, const struct cf_sip_message *message);

/** The peer was heard over @p flow: requests go there from now on. */
void cf_dialog_set_flow(struct cf_dialog *dialog, struct cf_flow_id flow, const struct cf_flow_info *info);

/** CSeq for the next request of ours, counted up. */
uint32_t cf_dialog_next_cseq(struct cf_dialog *dialog);

/**
 * Begin a request of ours in @p dialog: request line, Max-Forwards, Route, From, To, Call-ID, CSeq with @p cseq (section
 * 12.2.1.1, a strict router in front included). ACK and CANCEL take the CSeq of their INVITE.
 */
void cf_dialog_put_request(const struct cf_dialog *dialog, struct cf_writer *w, enum cf_sip_method method, uint32_t cseq);

/** Most octets that cf_dialog_put_request() writes. */
size_t cf_dialog_request_size(const struct cf_dialog *dialog);

/** Way of the next request; views into @p dialog. */
struct cf_route cf_dialog_route(const struct cf_dialog *dialog);

/** Octets of memory that @p dialog holds beyond itself. */
size_t cf_dialog_memory(const struct cf_dialog *dialog);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server transactions: requests that come, and our answers to them. */
#include "core/endpoint/impl.h"

#include "core/endpoint/server_key.h"
#include "core/endpoint/via_line.h"
#include "core/sip/check.h"

/* What an overloaded server asks clients to wait (RFC 3261 section 21.5.4). */
#define RETRY_AFTER_SEC 10

/* RFC 9000 section 8.1 lets servers send so many times what came from an address that has proved nothing. */
#define CHALLENGE_FACTOR 3

static struct cf_server_tx *find(struct cf_endpoint *ep, enum cf_sip_method method) {
    char buffer[CF_SERVER_KEY_MAX] CF_SCRATCH;
    struct cf_writer key;
    cf_writer_init(&key, buffer, sizeof buffer);
    cf_server_put_key(&key, &ep->message, method);
    struct cf_map_node *node = cf_writer_ok(&key) ? cf_map_get(&ep->server_txs, cf_writer_str(&key)) : NULL;
    return node != NULL ? CF_OF(node, struct cf_server_tx, tx.node) : NULL;
}

static void leave_tables(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    if (stx->tx.node.key.at != NULL) {
        cf_map_remove(&ep->server_txs, &stx->tx.node);
        stx->tx.node.key = CF_STR_NONE;
    }
    if (stx->merged.key.at != NULL) {
        cf_map_remove(&ep->merged, &stx->merged);
        stx->merged.key = CF_STR_NONE;
    }
}

void cf_server_free(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    leave_tables(ep, stx);
    cf_kept_release(&ep->keeper, &stx->request);
    cf_kept_release(&ep->keeper, &stx->response);
    ep->server_count--;
    ep->trusted_count -= stx->is_trusted ? 1 : 0;
    cf_mem_free(ep->mem, stx, stx->size);
}

static void end(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    leave_tables(ep, stx);
    cf_kept_release(&ep->keeper, &stx->request);
    cf_kept_release(&ep->keeper, &stx->response);
    if (stx->tx.is_invite) {
        stx->tx.reports |= CF_TX_REPORT_TERMINATED;
    }
    if (stx->tx.owner.kind == 0) {
        stx->tx.reports = 0;
    }
    cf_tx_end(ep, &stx->tx);
}

/* ---- sending ---- */

static bool is_challenge(unsigned status) {
    return status == 401 || status == 407;
}

/*
 * Sent in a short form to a flow that has not proved that it is there, if that is no longer than what came from it. A
 * challenge, without which nobody can prove anything, is sent at once if it is no longer than three times that (docs/adr/0087).
 */
static void send_unproven(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    struct cf_flow *flow = stx->tx.flow;
    struct cf_kept *bytes = cf_kept_take(stx->response);
    unsigned status = cf_status_of(cf_kept_str(bytes));
    bool can_strip = status >= 200 && !(stx->tx.is_invite && status / 100 == 2);
    uint64_t allowance = is_challenge(status) ? CHALLENGE_FACTOR * flow->credit : flow->credit;
    struct cf_writer w;
    cf_writer_init(&w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    if (can_strip && bytes->len > flow->credit && cf_reply_shorten(ep, &w, cf_kept_str(bytes), allowance)) {
        cf_kept_release(&ep->keeper, &bytes);
        if (cf_keep(&ep->keeper, cf_writer_str(&w), &bytes) != CF_OK) {
            cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
            return;
        }
    }
    if (bytes->len > allowance) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_AMPLIFYING);
    } else {
        flow->credit -= bytes->len < flow->credit ? bytes->len : flow->credit;
        cf_count(ep, CF_ENDPOINT_COUNT_RESPONSES_OUT);
        cf_flows_send(ep, flow, &stx->reply_to, bytes);
    }
    cf_kept_release(&ep->keeper, &bytes);
}

static void send_response(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    if (stx->response == NULL) {
        return;
    }
    if (stx->tx.flow == NULL || !stx->tx.flow->info.is_connected) {
        cf_count(ep, CF_ENDPOINT_COUNT_RESPONSES_LOST);
    } else if (cf_flows_is_proven(stx->tx.flow)) {
        cf_count(ep, CF_ENDPOINT_COUNT_RESPONSES_OUT);
        cf_flows_send(ep, stx->tx.flow, stx->tx.flow->info.transport == CF_TRANSPORT_UDP ? &stx->reply_to : NULL, stx->response);
    } else {
        send_unproven(ep, stx);
    }
}

/* The 100 that nobody above has sent. */
static void send_trying(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    struct cf_parse_error error;
    struct cf_writer w;
    cf_writer_init(&w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    if (cf_sip_parse(cf_kept_str(stx->request), &ep->own, &error) != CF_OK || !cf_reply_put_trying(ep, &w, &ep->own)) {
        return;
    }
    struct cf_kept *trying = NULL;
    if (cf_keep(&ep->keeper, cf_writer_str(&w), &trying) != CF_OK) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
        return;
    }
    cf_kept_release(&ep->keeper, &stx->response);
    stx->response = trying;
    send_response(ep, stx);
}

/* ---- the machine ---- */

static void report(struct cf_server_tx *stx, uint8_t what, enum cf_err err) {
    stx->tx.reports |= what;
    stx->tx.err = err;
}

/* A final response has gone out and nobody acknowledged it; or nobody above has answered the request. */
static void on_timeout(struct cf_server_tx *stx) {
    if (stx->tx.is_invite) {
        report(stx, CF_TX_REPORT_NOT_ACKED, CF_ERR_TIMEOUT);
    } else {
        report(stx, CF_TX_REPORT_FAILED, CF_ERR_TIMEOUT);
    }
}

/* Keep only what may still be sent. */
static void trim(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    unsigned state = stx->tx.machine.any.state;
    bool is_answered = stx->tx.is_invite ? state >= CF_IST_UNACKED : state >= CF_NIST_COMPLETED;
    bool is_done = stx->tx.is_invite && (state == CF_IST_ACCEPTED || state == CF_IST_CONFIRMED);
    if (is_answered) {
        cf_kept_release(&ep->keeper, &stx->request);
    }
    if (is_done) {
        cf_kept_release(&ep->keeper, &stx->response);
    }
}

/* Do what the machine wants. @p pass: the event for PASS. Returns false if the transaction is gone. */
static bool drain(struct cf_endpoint *ep, struct cf_server_tx *stx, const struct cf_endpoint_event *pass) {
    bool is_over = false;
    for (enum cf_transaction_output output = cf_transaction_poll(&stx->tx.machine.any); output != CF_TRANSACTION_IDLE;
         output = cf_transaction_poll(&stx->tx.machine.any)) {
        switch (output) {
        case CF_TRANSACTION_SEND:
            send_response(ep, stx);
            break;
        case CF_TRANSACTION_TRYING:
            send_trying(ep, stx);
            break;
        case CF_TRANSACTION_PASS:
            cf_assert(pass != NULL);
            cf_event_put(ep, *pass);
            break;
        case CF_TRANSACTION_TIMEOUT:
            on_timeout(stx);
            break;
        case CF_TRANSACTION_TRANSPORT:
            report(stx, CF_TX_REPORT_FAILED, CF_ERR_IO);
            break;
        case CF_TRANSACTION_TERMINATED:
            is_over = true;
            break;
        case CF_TRANSACTION_ACK:
        case CF_TRANSACTION_IDLE:
            CF_BUG("not an output of server transactions");
        }
    }
    if (is_over) {
        end(ep, stx);
        return false;
    }
    trim(ep, stx);
    cf_tx_set_deadline(ep, &stx->tx, cf_transaction_deadline(&stx->tx.machine.any));
    return true;
}

void cf_server_on_deadline(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    uint64_t sent = ep->counters[CF_ENDPOINT_COUNT_RESPONSES_OUT];
    cf_transaction_on_deadline(&stx->tx.machine.any, ep->now);
    drain(ep, stx, NULL);
    ep->counters[CF_ENDPOINT_COUNT_RETRANSMITTED_OUT] += ep->counters[CF_ENDPOINT_COUNT_RESPONSES_OUT] - sent;
}

void cf_server_on_flow_closed(struct cf_endpoint *ep, struct cf_server_tx *stx) {
    if (stx->tx.is_invite) {
        cf_ist_on_transport_error(&stx->tx.machine.ist, ep->now);
    } else {
        cf_nist_on_transport_error(&stx->tx.machine.nist, ep->now);
    }
    drain(ep, stx, NULL);
}

/* ---- requests ---- */

static bool is_trusted(const struct cf_source *source) {
    return source->flow != NULL && source->flow->info.is_trusted;
}

/* May one more transaction begin for @p source? A flood of strangers does not shut out those who have proved who they are. */
static bool has_room(const struct cf_endpoint *ep, const struct cf_source *source) {
    if (is_trusted(source)) {
        return ep->trusted_count < ep->limits.trusted_transactions;
    }
    size_t of_flow = source->flow != NULL ? source->flow->transaction_count : 0;
    return ep->server_count - ep->trusted_count < ep->limits.server_transactions && of_flow < ep->limits.transactions_per_flow;
}

static void overload(struct cf_endpoint *ep, const struct cf_source *source) {
    cf_count(ep, CF_ENDPOINT_COUNT_REJECTED_OVERLOAD);
    cf_reply(ep, source, 503, RETRY_AFTER_SEC);
}

/* The transaction with its keys in one block. */
static struct cf_server_tx *allocate(struct cf_endpoint *ep, const struct cf_source *source, struct cf_str key,
                                     struct cf_str merge_key) {
    size_t size = sizeof(struct cf_server_tx) + key.len + merge_key.len;
    struct cf_server_tx *stx = cf_mem_alloc(ep->mem, size);
    if (stx == NULL) {
        return NULL;
    }
    stx->size = size;
    stx->tx.is_server = true;
    stx->is_trusted = is_trusted(source);
    stx->tx.is_invite = ep->message.method == CF_SIP_METHOD_INVITE;
    memcpy(stx->keys, key.at, key.len);
    if (merge_key.len > 0) {
        memcpy(stx->keys + key.len, merge_key.at, merge_key.len);
    }
    ep->server_count++;
    ep->trusted_count += stx->is_trusted ? 1 : 0;
    return stx;
}

/* Everything that can fail for want of memory; on failure the caller frees @p stx. */
static enum cf_err set_up(struct cf_endpoint *ep, struct cf_server_tx *stx, size_t key_len, struct cf_source *source,
                          bool *ret_is_merged) {
    enum cf_err err = CF_OK;
    if (source->flow == NULL) {
        err = cf_flows_udp(ep, source->info.local, &source->info.remote, &source->flow);
        if (err != CF_OK) {
            return err;
        }
        source->flow->credit = source->len;
    }
    err = cf_keep(&ep->keeper, ep->message.raw, &stx->request);
    if (err == CF_OK) {
        err = cf_map_add(&ep->server_txs, &stx->tx.node, cf_str_n(stx->keys, key_len));
    }
    size_t merge_len = stx->size - sizeof *stx - key_len;
    if (err == CF_OK && merge_len > 0) {
        err = cf_map_add(&ep->merged, &stx->merged, cf_str_n(stx->keys + key_len, merge_len));
        *ret_is_merged = err == CF_ERR_EXISTS;
        err = *ret_is_merged ? CF_OK : err;
    }
    return err == CF_OK ? cf_tx_init(ep, &stx->tx) : err;
}

static void begin(struct cf_endpoint *ep, struct cf_server_tx *stx, struct cf_source *source, bool is_merged) {
    bool is_reliable = source->info.transport != CF_TRANSPORT_UDP;
    struct cf_endpoint_event event = {
        .kind = CF_ENDPOINT_REQUEST,
        .tx = stx->tx.id,
        .flow = source->flow->id,
        .transport = source->info.transport,
        .local = source->info.local,
        .remote = source->info.remote,
        .message = &ep->message,
        .is_merged = is_merged,
    };
    ep->in_hand = stx->tx.id;
    stx->reply_to = cf_reply_addr(&ep->message, &source->info.remote);
    cf_tx_attach(ep, &stx->tx, source->flow);
    if (stx->tx.is_invite) {
        cf_ist_init(&stx->tx.machine.ist, &ep->timers, is_reliable, ep->now);
    } else {
        cf_nist_init(&stx->tx.machine.nist, &ep->timers, is_reliable, ep->now);
    }
    drain(ep, stx, &event);
}

static void on_new_request(struct cf_endpoint *ep, struct cf_source *source) {
    char buffer[2 * CF_SERVER_KEY_MAX] CF_SCRATCH;
    struct cf_writer key;
    bool is_merged = false;
    cf_writer_init(&key, buffer, sizeof buffer);
    cf_server_put_key(&key, &ep->message, ep->message.method);
    size_t key_len = key.len;
    if (cf_sip_is_out_of_dialog(&ep->message)) {
        cf_server_put_merge_key(&key, &ep->message);
    }
    if (!cf_writer_ok(&key)) {
        cf_count(ep, CF_ENDPOINT_COUNT_REJECTED_MALFORMED);
        cf_reply(ep, source, 400, 0);
        return;
    }
    struct cf_server_tx *stx = NULL;
    if (has_room(ep, source)) {
        stx = allocate(ep, source, cf_str_head(cf_writer_str(&key), key_len), cf_str_skip(cf_writer_str(&key), key_len));
    }
    if (stx == NULL || set_up(ep, stx, key_len, source, &is_merged) != CF_OK) {
        if (stx != NULL) {
            cf_server_free(ep, stx);
        }
        overload(ep, source);
        return;
    }
    begin(ep, stx, source, is_merged);
}

void cf_server_on_request(struct cf_endpoint *ep, struct cf_source *source) {
    struct cf_server_tx *stx = find(ep, ep->message.method);
    struct cf_parse_error error;
    if (stx == NULL) {
        if (cf_sip_check(&ep->message, &error) != CF_OK) {
            cf_reply_to_malformed(ep, source, &error);
        } else {
            on_new_request(ep, source);
        }
        return;
    }
    cf_count(ep, CF_ENDPOINT_COUNT_RETRANSMITTED_IN);
    if (stx->tx.is_invite) {
        cf_ist_on_request(&stx->tx.machine.ist, ep->now);
    } else {
        cf_nist_on_request(&stx->tx.machine.nist, ep->now);
    }
    drain(ep, stx, NULL);
}

void cf_server_on_ack(struct cf_endpoint *ep, struct cf_source *source) {
    struct cf_server_tx *stx = find(ep, CF_SIP_METHOD_INVITE);
    struct cf_endpoint_event event = {
        .kind = CF_ENDPOINT_ACK,
        .flow = source->flow != NULL ? source->flow->id : (struct cf_flow_id){.h = {0, 0}},
        .transport = source->info.transport,
        .local = source->info.local,
        .remote = source->info.remote,
        .message = &ep->message,
    };
    if (stx != NULL && stx->tx.is_invite) {
        event.tx = stx->tx.id;
        event.owner = stx->tx.owner;
        cf_ist_on_ack(&stx->tx.machine.ist, ep->now);
        drain(ep, stx, &event);
    } else if (ep->message.to_tag.at != NULL) {
        cf_event_put(ep, event);
    } else {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_STRAY_ACK);
    }
}

/*
 * Is the CANCEL from where the INVITE came from? Whoever does not see the INVITE can't know its branch; this is for those who saw
 * it and are somebody else (attacks.md T19). A client may have to open a new connection from the same host, though.
 */
static bool is_from_same_peer(const struct cf_server_tx *stx, const struct cf_source *source) {
    const struct cf_flow *flow = stx->tx.flow;
    if (flow == NULL || flow == source->flow) {
        return flow != NULL;
    }
    return source->info.transport != CF_TRANSPORT_UDP && flow->info.transport != CF_TRANSPORT_UDP &&
           cf_addr_eq_ip(&flow->info.remote, &source->info.remote);
}

void cf_server_on_cancel(struct cf_endpoint *ep, struct cf_source *source) {
    struct cf_server_tx *stx = find(ep, CF_SIP_METHOD_INVITE);
    if (stx == NULL || !stx->tx.is_invite || !is_from_same_peer(stx, source)) {
        cf_count(ep, CF_ENDPOINT_COUNT_REJECTED_CANCEL);
        cf_reply(ep, source, 481, 0);
        return;
    }
    cf_reply_to_cancel(ep, source, stx->response);
    unsigned state = stx->tx.machine.any.state;
    if (stx->is_cancelled || (state != CF_IST_TRYING && state != CF_IST_PROCEEDING)) {
        return;
    }
    stx->is_cancelled = true;
    cf_event_put(ep, (struct cf_endpoint_event){
                         .kind = CF_ENDPOINT_CANCELLED,
                         .tx = stx->tx.id,
                         .owner = stx->tx.owner,
                         .flow = stx->tx.flow->id,
                         .transport = source->info.transport,
                         .local = source->info.local,
                         .remote = source->info.remote,
                         .message = &ep->message,
                     });
}

/* ---- answers ---- */

/*
 * docs/adr/0014: a challenge to an address that has proved nothing is sent once, and nothing is remembered. The request comes
 * again if it is lost, and goes up as a new one.
 */
static bool is_forgotten(const struct cf_server_tx *stx, unsigned status) {
    return is_challenge(status) && stx->tx.flow != NULL && !cf_flows_is_proven(stx->tx.flow);
}

/* Somebody above has let the caller in without knowing whether he is there: three copies of the 2xx are worth the risk. */
static void grant_credit(struct cf_server_tx *stx, unsigned status) {
    if (stx->tx.is_invite && status / 100 == 2 && stx->tx.flow != NULL) {
        stx->tx.flow->credit += 3 * (uint64_t)stx->response->len;
    }
}

static enum cf_err answer(struct cf_endpoint *ep, struct cf_tx_id id, struct cf_str message, bool is_relay) {
    struct cf_server_tx *stx = cf_tx_server(ep, id);
    struct cf_kept *response = NULL;
    unsigned status = cf_status_of(message);
    if (stx == NULL || status == 0) {
        return stx == NULL ? CF_ERR_NOT_FOUND : CF_ERR_MALFORMED;
    }
    unsigned state = stx->tx.machine.any.state;
    bool is_open = stx->tx.is_invite ? state <= CF_IST_PROCEEDING : state <= CF_NIST_PROCEEDING;
    if (!is_open && !(is_relay && stx->tx.is_invite && state == CF_IST_ACCEPTED && status / 100 == 2)) {
        return CF_ERR_STATE;
    }
    enum cf_err err = cf_keep(&ep->keeper, message, &response);
    if (err != CF_OK) {
        return err;
    }
    cf_kept_release(&ep->keeper, &stx->response);
    stx->response = response;
    stx->tx.status_class = (uint8_t)(status / 100);
    grant_credit(stx, status);
    if (is_forgotten(stx, status)) {
        send_response(ep, stx);
        end(ep, stx);
        return CF_OK;
    }
    if (!stx->tx.is_invite) {
        cf_nist_on_answer(&stx->tx.machine.nist, status, ep->now);
    } else if (is_relay) {
        cf_ist_on_relay(&stx->tx.machine.ist, status, ep->now);
    } else {
        cf_ist_on_answer(&stx->tx.machine.ist, status, ep->now);
    }
    drain(ep, stx, NULL);
    return CF_OK;
}

enum cf_err cf_endpoint_respond(struct cf_endpoint *ep, struct cf_tx_id tx, struct cf_str message, cf_usec now) {
    ep->now = now;
    return answer(ep, tx, message, false);
}

enum cf_err cf_endpoint_relay(struct cf_endpoint *ep, struct cf_tx_id tx, struct cf_str message, cf_usec now) {
    ep->now = now;
    return answer(ep, tx, message, true);
}

void cf_endpoint_acked(struct cf_endpoint *ep, struct cf_tx_id tx, cf_usec now) {
    struct cf_server_tx *stx = cf_tx_server(ep, tx);
    ep->now = now;
    if (stx == NULL || !stx->tx.is_invite) {
        return;
    }
    /* The ACK had the tag that we sent to that address. */
    if (stx->tx.flow != NULL) {
        stx->tx.flow->is_proven = true;
    }
    cf_ist_on_ack_seen(&stx->tx.machine.ist, now);
    drain(ep, stx, NULL);
}

const struct cf_sip_message *cf_endpoint_request_of(struct cf_endpoint *ep, struct cf_tx_id tx) {
    struct cf_server_tx *stx = cf_tx_server(ep, tx);
    struct cf_parse_error error;
    if (stx != NULL && stx->request != NULL && cf_tx_id_eq(tx, ep->in_hand)) {
        return &ep->message;
    }
    if (stx == NULL || stx->request == NULL || cf_sip_parse(cf_kept_str(stx->request), &ep->lent, &error) != CF_OK) {
        return NULL;
    }
    return &ep->lent;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client transactions: requests of ours, and what comes back. */
#include "core/endpoint/client.h"

#include "core/endpoint/via_line.h"

static void leave_map(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->tx.node.key.at != NULL) {
        cf_map_remove(&ep->client_txs, &ctx->tx.node);
        ctx->tx.node.key = CF_STR_NONE;
    }
}

static void release_messages(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    cf_kept_release(&ep->keeper, &ctx->message);
    cf_kept_release(&ep->keeper, &ctx->sent);
    cf_kept_release(&ep->keeper, &ctx->cancel_fields);
    cf_mem_free(ep->mem, ctx->resolver, sizeof *ctx->resolver);
    ctx->resolver = NULL;
}

void cf_client_free(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    leave_map(ep, ctx);
    cf_client_forget_query(ep, ctx);
    release_messages(ep, ctx);
    cf_kept_release(&ep->keeper, &ctx->ack);
    ep->client_count--;
    cf_mem_free(ep->mem, ctx, sizeof *ctx);
}

static void end(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    leave_map(ep, ctx);
    cf_client_forget_query(ep, ctx);
    release_messages(ep, ctx);
    if (ctx->tx.is_invite) {
        ctx->tx.reports |= CF_TX_REPORT_TERMINATED;
    }
    if (ctx->is_internal) {
        ctx->tx.reports = 0;
    }
    cf_tx_end(ep, &ctx->tx);
}

void cf_client_fail(struct cf_endpoint *ep, struct cf_client_tx *ctx, enum cf_err err) {
    if (err == CF_ERR_TIMEOUT) {
        cf_count(ep, CF_ENDPOINT_COUNT_TIMEOUTS);
    } else if (err != CF_ERR_STATE) {
        cf_count(ep, CF_ENDPOINT_COUNT_TRANSPORT_FAILURES);
    }
    ctx->tx.reports |= CF_TX_REPORT_FAILED;
    ctx->tx.err = err;
    end(ep, ctx);
}

/* ---- sending ---- */

static void send(struct cf_endpoint *ep, struct cf_client_tx *ctx, struct cf_kept *bytes) {
    if (bytes != NULL && ctx->tx.flow != NULL) {
        cf_count(ep, CF_ENDPOINT_COUNT_REQUESTS_OUT);
        cf_flows_send(ep, ctx->tx.flow, NULL, bytes);
    }
}

/* What our Via says on @p flow (RFC 3261 section 18.1.1). */
static struct cf_via_own own_via(const struct cf_endpoint *ep, const struct cf_flow *flow, struct cf_str branch,
                                 struct cf_writer *host) {
    const struct cf_endpoint_local *local = &ep->locals[flow->info.local];
    bool has_name = local->host.at != NULL;
    if (!has_name) {
        cf_put_ip_host(host, &local->addr);
    }
    return (struct cf_via_own){
        .transport = flow->info.transport,
        .host = has_name ? local->host : cf_writer_str(host),
        .port = has_name ? local->host_port : local->addr.port,
        .branch = branch,
    };
}

/* ctx->sent: the message with our Via on top. */
static enum cf_err put_via_on_top(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    char buffer[CF_ADDR_TEXT_MAX];
    struct cf_writer host;
    struct cf_writer w;
    cf_writer_init(&host, buffer, sizeof buffer);
    cf_writer_init(&w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    struct cf_via_own own = own_via(ep, ctx->tx.flow, cf_str_n(ctx->key + 1, CF_BRANCH_LEN), &host);
    if (!cf_put_with_via(&w, cf_kept_str(ctx->message), &own)) {
        return CF_ERR_MALFORMED;
    }
    cf_kept_release(&ep->keeper, &ctx->sent);
    return cf_keep(&ep->keeper, cf_writer_str(&w), &ctx->sent);
}

/* A branch that nobody can guess (RFC 3261 section 8.1.1.7); a CANCEL has that of its INVITE already. */
static enum cf_err enter_map(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->method != CF_SIP_METHOD_CANCEL) {
        ctx->key[0] = 'R';
        memcpy(ctx->key + 1, CF_SIP_BRANCH_COOKIE, sizeof CF_SIP_BRANCH_COOKIE - 1);
        cf_entropy_word(ep->entropy, ctx->key + sizeof CF_SIP_BRANCH_COOKIE, CF_BRANCH_WORD_LEN);
    }
    leave_map(ep, ctx);
    return cf_map_add(&ep->client_txs, &ctx->tx.node, cf_str_n(ctx->key, sizeof ctx->key));
}

static void drain(struct cf_endpoint *ep, struct cf_client_tx *ctx, const struct cf_endpoint_event *pass);

void cf_client_start(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    bool is_reliable = ctx->tx.flow->info.transport != CF_TRANSPORT_UDP;
    enum cf_err err = enter_map(ep, ctx);
    if (err == CF_OK && ctx->method != CF_SIP_METHOD_CANCEL) {
        err = put_via_on_top(ep, ctx);
    }
    if (err != CF_OK) {
        cf_client_fail(ep, ctx, err);
        return;
    }
    ctx->phase = CF_CLIENT_RUNNING;
    /* The other way is for a connection that can't be opened only. */
    ctx->has_fallback = ctx->has_fallback && !is_reliable;
    if (ctx->method == CF_SIP_METHOD_ACK) {
        send(ep, ctx, ctx->sent);
        end(ep, ctx);
        return;
    }
    if (ctx->tx.is_invite) {
        cf_ict_init(&ctx->tx.machine.ict, &ep->timers, is_reliable, ep->now);
    } else {
        cf_nict_init(&ctx->tx.machine.nict, &ep->timers, is_reliable, ep->now);
    }
    drain(ep, ctx, NULL);
}

/* ---- the machine ---- */

/* RFC 3263 section 4.3. Not once somebody is at work on the request: it would be done twice. */
static bool try_next(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->has_response || ctx->is_cancel_wanted || ctx->method == CF_SIP_METHOD_CANCEL ||
        (!ctx->has_fallback && ctx->resolver == NULL)) {
        return false;
    }
    cf_count(ep, CF_ENDPOINT_COUNT_FAILOVERS);
    leave_map(ep, ctx);
    return cf_client_advance(ep, ctx);
}

static void fail_or_try_next(struct cf_endpoint *ep, struct cf_client_tx *ctx, enum cf_err err) {
    if (!try_next(ep, ctx)) {
        cf_client_fail(ep, ctx, err);
    }
}

/* Keep only what may still be sent. */
static void trim(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    unsigned state = ctx->tx.machine.any.state;
    bool is_ack_owed = ctx->tx.is_invite && state == CF_ICT_COMPLETED && ctx->ack == NULL;
    if (!is_ack_owed && (ctx->tx.is_invite ? state >= CF_ICT_ACCEPTED : state >= CF_NICT_COMPLETED)) {
        release_messages(ep, ctx);
    }
}

/* Do what the machine wants. @p pass: the event for PASS. The transaction may be gone afterwards. */
static void drain(struct cf_endpoint *ep, struct cf_client_tx *ctx, const struct cf_endpoint_event *pass) {
    bool is_over = false;
    enum cf_err err = CF_OK;
    for (enum cf_transaction_output output = cf_transaction_poll(&ctx->tx.machine.any); output != CF_TRANSACTION_IDLE;
         output = cf_transaction_poll(&ctx->tx.machine.any)) {
        switch (output) {
        case CF_TRANSACTION_SEND:
            send(ep, ctx, ctx->sent);
            break;
        case CF_TRANSACTION_ACK:
            send(ep, ctx, ctx->ack);
            break;
        case CF_TRANSACTION_PASS:
            if (!ctx->is_internal) {
                cf_event_put(ep, *pass);
            }
            break;
        case CF_TRANSACTION_TIMEOUT:
            err = CF_ERR_TIMEOUT;
            break;
        case CF_TRANSACTION_TRANSPORT:
            err = CF_ERR_IO;
            break;
        case CF_TRANSACTION_TERMINATED:
            is_over = true;
            break;
        case CF_TRANSACTION_TRYING:
        case CF_TRANSACTION_IDLE:
            CF_BUG("not an output of client transactions");
        }
    }
    if (err != CF_OK) {
        fail_or_try_next(ep, ctx, err);
    } else if (is_over) {
        end(ep, ctx);
    } else {
        trim(ep, ctx);
        cf_tx_set_deadline(ep, &ctx->tx, cf_transaction_deadline(&ctx->tx.machine.any));
    }
}

void cf_client_on_deadline(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->phase != CF_CLIENT_RUNNING) {
        cf_client_forget_query(ep, ctx);
        cf_client_fail(ep, ctx, CF_ERR_TIMEOUT);
        return;
    }
    uint64_t sent = ep->counters[CF_ENDPOINT_COUNT_REQUESTS_OUT];
    cf_transaction_on_deadline(&ctx->tx.machine.any, ep->now);
    bool is_repeat = (ctx->tx.machine.any.outputs & CF_TRANSACTION_BIT(CF_TRANSACTION_SEND)) != 0;
    drain(ep, ctx, NULL);
    ep->counters[CF_ENDPOINT_COUNT_RETRANSMITTED_OUT] += is_repeat ? ep->counters[CF_ENDPOINT_COUNT_REQUESTS_OUT] - sent : 0;
}

void cf_client_on_connected(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->phase == CF_CLIENT_CONNECTING) {
        cf_client_start(ep, ctx);
    }
}

void cf_client_on_flow_closed(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->phase != CF_CLIENT_RUNNING) {
        fail_or_try_next(ep, ctx, CF_ERR_IO);
    } else if (ctx->tx.is_invite) {
        cf_ict_on_transport_error(&ctx->tx.machine.ict, ep->now);
        drain(ep, ctx, NULL);
    } else {
        cf_nict_on_transport_error(&ctx->tx.machine.nict, ep->now);
        drain(ep, ctx, NULL);
    }
}

/* ---- commands ---- */

static struct cf_client_tx *allocate(struct cf_endpoint *ep, enum cf_sip_method method, struct cf_owner owner) {
    struct cf_client_tx *ctx = cf_mem_alloc(ep->mem, sizeof *ctx);
    if (ctx == NULL) {
        return NULL;
    }
    ctx->method = (uint8_t)method;
    ctx->tx.owner = owner;
    ctx->tx.is_invite = method == CF_SIP_METHOD_INVITE;
    ctx->is_internal = method == CF_SIP_METHOD_ACK || method == CF_SIP_METHOD_CANCEL;
    ep->client_count++;
    return ctx;
}

/* A transaction for @p message, ready to find its way. */
static enum cf_err make(struct cf_endpoint *ep, struct cf_str message, struct cf_owner owner, struct cf_client_tx **ret) {
    struct cf_str name = cf_method_in(message);
    if (name.at == NULL || message.len > CF_SIP_MESSAGE_MAX) {
        return CF_ERR_MALFORMED;
    }
    if (ep->client_count >= ep->limits.client_transactions) {
        return CF_ERR_LIMIT;
    }
    struct cf_client_tx *ctx = allocate(ep, cf_sip_method_of(name), owner);
    if (ctx == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_keep(&ep->keeper, message, &ctx->message);
    if (err == CF_OK) {
        err = cf_tx_init(ep, &ctx->tx);
    }
    if (err != CF_OK) {
        cf_client_free(ep, ctx);
        return err;
    }
    *ret = ctx;
    return CF_OK;
}

/* Name @p ctx was given up before it did anything: no event. */
static void undo(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    ctx->is_internal = true;
    end(ep, ctx);
}

static enum cf_err request(struct cf_endpoint *ep, const struct cf_route *route, struct cf_str message, struct cf_owner owner,
                           struct cf_tx_id *ret_tx) {
    struct cf_client_tx *ctx = NULL;
    enum cf_err err = make(ep, message, owner, &ctx);
    if (err != CF_OK) {
        return err;
    }
    struct cf_tx_id id = ctx->tx.id;
    err = cf_client_find(ep, ctx, route);
    if (err != CF_OK) {
        undo(ep, ctx);
        return err;
    }
    *ret_tx = id;
    return CF_OK;
}

enum cf_err cf_endpoint_request(struct cf_endpoint *ep, const struct cf_route *route, struct cf_str message,
                                struct cf_owner owner, cf_usec now, struct cf_tx_id *ret_tx) {
    enum cf_sip_method method = cf_sip_method_of(cf_method_in(message));
    ep->now = now;
    if (method == CF_SIP_METHOD_ACK || method == CF_SIP_METHOD_CANCEL) {
        return CF_ERR_MALFORMED;
    }
    return request(ep, route, message, owner, ret_tx);
}

enum cf_err cf_endpoint_send_ack(struct cf_endpoint *ep, const struct cf_route *route, struct cf_str message, cf_usec now) {
    struct cf_tx_id tx;
    ep->now = now;
    if (cf_sip_method_of(cf_method_in(message)) != CF_SIP_METHOD_ACK) {
        return CF_ERR_MALFORMED;
    }
    return request(ep, route, message, (struct cf_owner){0, {0, 0}}, &tx);
}

/* Send the CANCEL. If there is no memory for it the INVITE still ends, by its own timer. */
static void send_cancel(struct cf_endpoint *ep, struct cf_client_tx *invite) {
    struct cf_kept *bytes = NULL;
    struct cf_client_tx *ctx = NULL;
    invite->is_cancel_sent = true;
    if (invite->tx.flow != NULL && cf_derive_cancel(ep, invite->sent, cf_kept_str(invite->cancel_fields), &bytes) == CF_OK &&
        make(ep, cf_kept_str(bytes), (struct cf_owner){0, {0, 0}}, &ctx) == CF_OK) {
        ctx->sent = cf_kept_take(bytes);
        ctx->key[0] = 'C';
        memcpy(ctx->key + 1, invite->key + 1, CF_BRANCH_LEN);
        cf_tx_attach(ep, &ctx->tx, invite->tx.flow);
        cf_client_start(ep, ctx);
    }
    cf_kept_release(&ep->keeper, &bytes);
    cf_ict_on_cancel_sent(&invite->tx.machine.ict, ep->now);
    drain(ep, invite, NULL);
}

void cf_endpoint_cancel(struct cf_endpoint *ep, struct cf_tx_id tx, struct cf_str fields, cf_usec now) {
    struct cf_client_tx *ctx = cf_tx_client(ep, tx);
    ep->now = now;
    if (ctx == NULL || !ctx->tx.is_invite || ctx->is_cancel_wanted) {
        return;
    }
    ctx->is_cancel_wanted = true;
    if (ctx->phase != CF_CLIENT_RUNNING) {
        cf_client_fail(ep, ctx, CF_ERR_STATE);
        return;
    }
    unsigned state = ctx->tx.machine.any.state;
    if (state != CF_ICT_CALLING && state != CF_ICT_PROCEEDING) {
        return;
    }
    if (fields.at != NULL && cf_keep(&ep->keeper, fields, &ctx->cancel_fields) != CF_OK) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
    }
    if (state == CF_ICT_PROCEEDING) {
        send_cancel(ep, ctx);
    }
}

/* ---- responses ---- */

static struct cf_client_tx *find(const struct cf_endpoint *ep) {
    char key[1 + CF_BRANCH_LEN];
    const struct cf_sip_message *msg = &ep->message;
    if (msg->via.branch.len != CF_BRANCH_LEN) {
        return NULL;
    }
    key[0] = msg->cseq.method == CF_SIP_METHOD_CANCEL ? 'C' : 'R';
    memcpy(key + 1, msg->via.branch.at, CF_BRANCH_LEN);
    struct cf_map_node *node = cf_map_get(&ep->client_txs, cf_str_n(key, sizeof key));
    struct cf_client_tx *ctx = node != NULL ? CF_OF(node, struct cf_client_tx, tx.node) : NULL;
    return ctx != NULL && ctx->method == msg->cseq.method ? ctx : NULL;
}

/* The ACK for a refusal; without memory for it the server repeats its response, and we try again. */
static void make_ack(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->tx.is_invite && ep->message.status >= 300 && ctx->sent != NULL && ctx->ack == NULL &&
        cf_derive_ack(ep, ctx->sent, &ep->message, &ctx->ack) != CF_OK) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
    }
}

/* RFC 3263 section 4.3: 503 of one server is no answer while there is another. */
static bool is_next_wanted(const struct cf_client_tx *ctx, unsigned status) {
    return status == 503 && !ctx->has_response && !ctx->is_cancel_wanted && ctx->resolver != NULL &&
           cf_resolver_has_more(ctx->resolver);
}

static void on_503(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    make_ack(ep, ctx);
    if (ctx->tx.is_invite) {
        send(ep, ctx, ctx->ack);
        cf_kept_release(&ep->keeper, &ctx->ack);
    }
    ctx->has_fallback = false;
    if (!try_next(ep, ctx)) {
        cf_client_fail(ep, ctx, CF_ERR_UPSTREAM);
    }
}

static void pass(struct cf_endpoint *ep, struct cf_client_tx *ctx, const struct cf_source *source) {
    unsigned status = ep->message.status;
    struct cf_endpoint_event event = {
        .kind = CF_ENDPOINT_RESPONSE,
        .tx = ctx->tx.id,
        .owner = ctx->tx.owner,
        .flow = source->flow != NULL ? source->flow->id : (struct cf_flow_id){.h = {0, 0}},
        .transport = source->info.transport,
        .local = source->info.local,
        .remote = source->info.remote,
        .message = &ep->message,
    };
    bool is_cancel_due = status < 200 && ctx->is_cancel_wanted && !ctx->is_cancel_sent;
    ctx->has_response = ctx->has_response || status > 100;
    if (ctx->tx.is_invite) {
        cf_ict_on_response(&ctx->tx.machine.ict, status, ep->now);
    } else {
        cf_nict_on_response(&ctx->tx.machine.nict, status, ep->now);
    }
    drain(ep, ctx, &event);
    if (is_cancel_due && cf_tx_client(ep, event.tx) == ctx) {
        send_cancel(ep, ctx);
    }
}

void cf_client_on_response(struct cf_endpoint *ep, struct cf_source *source) {
    struct cf_client_tx *ctx = find(ep);
    if (ctx == NULL) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_STRAY_RESPONSE);
        return;
    }
    if (source->flow != NULL) {
        /* Our branch has come back from there. */
        source->flow->is_proven = true;
    }
    if (is_next_wanted(ctx, ep->message.status)) {
        on_503(ep, ctx);
        return;
    }
    make_ack(ep, ctx);
    pass(ep, ctx, source);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two sessions. */
#include "lib/session_pair.h"

#include "core/sip/builder.h"
#include "lib/test.h"

static const char *const contacts[] = {"<sip:alice@192.0.2.1>", "<sip:bob@192.0.2.2>"};

static const char *const event_names[] = {
    [CF_SESSION_INVITED] = "INVITED",     [CF_SESSION_PROVISIONAL] = "PROVISIONAL",
    [CF_SESSION_ANSWERED] = "ANSWERED",   [CF_SESSION_ACKNOWLEDGED] = "ACKNOWLEDGED",
    [CF_SESSION_OFFER] = "OFFER",         [CF_SESSION_OFFER_WANTED] = "OFFER_WANTED",
    [CF_SESSION_MEDIA] = "MEDIA",         [CF_SESSION_OFFER_FAILED] = "OFFER_FAILED",
    [CF_SESSION_REFRESHED] = "REFRESHED", [CF_SESSION_REQUEST] = "REQUEST",
    [CF_SESSION_RESPONSE] = "RESPONSE",   [CF_SESSION_ENDED] = "ENDED",
    [CF_SESSION_GONE] = "GONE",
};

static const char *const cause_names[] = {
    [CF_SESSION_CAUSE_NONE] = "",
    [CF_SESSION_CAUSE_BYE] = " BYE",
    [CF_SESSION_CAUSE_LOCAL] = " LOCAL",
    [CF_SESSION_CAUSE_REJECTED] = " REJECTED",
    [CF_SESSION_CAUSE_CANCELLED] = " CANCELLED",
    [CF_SESSION_CAUSE_REFUSED] = " REFUSED",
    [CF_SESSION_CAUSE_TIMEOUT] = " TIMEOUT",
    [CF_SESSION_CAUSE_UNREACHABLE] = " UNREACHABLE",
    [CF_SESSION_CAUSE_NO_DIALOG] = " NO_DIALOG",
    [CF_SESSION_CAUSE_NOT_ACKED] = " NOT_ACKED",
    [CF_SESSION_CAUSE_EXPIRED] = " EXPIRED",
    [CF_SESSION_CAUSE_MEDIA] = " MEDIA",
    [CF_SESSION_CAUSE_NO_MEMORY] = " NO_MEMORY",
};

/* Commands in reaction to events: their errors belong to the test only where memory does not fail by intent. */
static void check(struct session_pair *pair, enum cf_err err) {
    if (err != CF_OK && err != CF_ERR_NOT_FOUND && !pair->is_failing) {
        fail_msg("command failed: %s", cf_err_text(err));
    }
}

static void respond(struct session_pair *pair, struct session_side *side, struct cf_tx_id tx, uint16_t status, bool has_media) {
    struct cf_session_reply reply = {
        .status = status,
        .media = has_media ? &side->party.session : NULL,
        .wants_reliable = (side->habits & SESSION_HABIT_RELIABLE) != 0,
    };
    check(pair, cf_session_respond(&side->session, tx, &reply, pair->net.now));
}

static void on_invited(struct session_pair *pair, struct session_side *side, struct cf_tx_id tx) {
    if ((side->habits & SESSION_HABIT_RING) != 0) {
        respond(pair, side, tx, 180, (side->habits & SESSION_HABIT_EARLY_MEDIA) != 0);
    }
    if ((side->habits & SESSION_HABIT_ANSWER_CALL) != 0) {
        respond(pair, side, tx, 200, true);
    }
}

static void take_params(struct session_side *side, unsigned fork) {
    struct cf_negotiation *n = cf_session_negotiation(&side->session, fork);
    if (n != NULL) {
        cf_media_params_free(side->usage.mem, cf_negotiation_take_params(n));
    }
}

static void on_session_event(struct session_pair *pair, struct session_side *side, const struct cf_session_event *event) {
    bool describes = (side->habits & SESSION_HABIT_DESCRIBE) != 0;
    switch (event->kind) {
    case CF_SESSION_INVITED:
        on_invited(pair, side, event->tx);
        break;
    case CF_SESSION_OFFER:
    case CF_SESSION_OFFER_WANTED:
        if (describes && cf_tx_id_is_set(event->tx)) {
            respond(pair, side, event->tx, 200, true);
        } else if (describes) {
            check(pair, cf_session_describe(&side->session, event->fork, &side->party.session, pair->net.now));
        }
        break;
    case CF_SESSION_MEDIA:
        take_params(side, event->fork);
        break;
    case CF_SESSION_REQUEST:
        if ((side->habits & SESSION_HABIT_ANSWER_OTHER) != 0) {
            respond(pair, side, event->tx, 200, false);
        }
        break;
    case CF_SESSION_ENDED:
        side->cause = event->cause;
        side->status = event->status;
        break;
    case CF_SESSION_PROVISIONAL:
    case CF_SESSION_ANSWERED:
    case CF_SESSION_ACKNOWLEDGED:
    case CF_SESSION_OFFER_FAILED:
    case CF_SESSION_REFRESHED:
    case CF_SESSION_RESPONSE:
    case CF_SESSION_GONE:
        break;
    }
}

static void note(struct session_pair *pair, unsigned index, const struct cf_session_event *event) {
    char status[16] = "";
    char fork[16] = "";
    if (event->status != 0) {
        snprintf(status, sizeof status, " %u", (unsigned)event->status);
    }
    if (event->fork != 0) {
        snprintf(fork, sizeof fork, " fork %u", (unsigned)event->fork);
    }
    transcript_line(&pair->net.transcript, pair->net.now, "%c: %s%s%s%s%s%s", 'A' + (char)index, event_names[event->kind],
                    cause_names[event->cause], status, fork, event->has_offer ? " offer" : "",
                    event->is_preview ? " preview" : "");
}

/* Messages must still be there when their event is polled: read all of one. */
static void touch(const struct cf_sip_message *message) {
    static volatile unsigned sum;
    for (size_t i = 0; message != NULL && i < message->raw.len; i++) {
        sum += (unsigned char)message->raw.at[i];
    }
}

static void drain_side(struct session_pair *pair, unsigned index) {
    struct session_side *side = &pair->sides[index];
    struct cf_session_event event;
    while (side->is_there && cf_session_poll(&side->session, &event)) {
        touch(event.message);
        note(pair, index, &event);
        side->counts[event.kind]++;
        if (event.kind == CF_SESSION_GONE) {
            cf_session_fini(&side->session);
            side->is_there = false;
            side->is_gone = true;
            return;
        }
        side->last = event;
        side->asked = cf_tx_id_is_set(event.tx) ? event.tx : side->asked;
        on_session_event(pair, side, &event);
    }
}

void session_pair_drain(struct session_pair *pair) {
    drain_side(pair, 0);
    drain_side(pair, 1);
    sip_pair_drain(&pair->net);
}

/* A request that no session wants. */
static void refuse(struct session_pair *pair, unsigned index, const struct cf_endpoint_event *event, unsigned status) {
    char text[8192];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_sip_reply_begin(&w, event->message, status, CF_STR_NONE, CF_STR("nobody"));
    cf_sip_end(&w);
    if (cf_writer_ok(&w)) {
        enum cf_err err = cf_endpoint_respond(pair->net.sides[index].ep, event->tx, cf_writer_str(&w), pair->net.now);
        (void)err;
    }
}

static void on_new_request(struct session_pair *pair, unsigned index, const struct cf_endpoint_event *event) {
    struct session_side *side = &pair->sides[index];
    bool is_new_call =
        event->message->method == CF_SIP_METHOD_INVITE && cf_sip_is_out_of_dialog(event->message) && !side->is_there;
    enum cf_err err = CF_ERR_NOT_FOUND;
    if (is_new_call) {
        /* As if the caller had proved who it is: else the endpoint sends no more than it got. */
        cf_endpoint_trust_flow(pair->net.sides[index].ep, event->flow);
        err = cf_session_init_callee(&side->session, &side->usage, event, pair->net.now);
        side->is_there = err == CF_OK;
        side->is_gone = false;
    }
    if (err != CF_OK) {
        refuse(pair, index, event, err == CF_ERR_NOT_FOUND ? 481 : err == CF_ERR_MALFORMED ? 400 : 500);
    }
}

static void on_endpoint_event(void *ctx, unsigned index, const struct cf_endpoint_event *event) {
    struct session_pair *pair = ctx;
    struct session_side *side = &pair->sides[index];
    if (pair->intercept != NULL && pair->intercept(pair, index, event)) {
        return;
    }
    bool is_in = event->kind == CF_ENDPOINT_REQUEST || event->kind == CF_ENDPOINT_ACK;
    bool is_ours = is_in ? cf_dialog_table_owner_of(&side->dialogs, event->message).kind != 0
                         : event->owner.kind != 0 || event->kind == CF_ENDPOINT_FLOW_CLOSED;
    if (is_ours && side->is_there) {
        cf_session_on_event(&side->session, event, pair->net.now);
    } else if (event->kind == CF_ENDPOINT_REQUEST) {
        on_new_request(pair, index, event);
    }
    drain_side(pair, index);
}

static cf_usec deadline(void *ctx, unsigned index) {
    struct session_pair *pair = ctx;
    return pair->sides[index].is_there ? cf_session_deadline(&pair->sides[index].session) : CF_USEC_NEVER;
}

static void on_deadline(void *ctx, unsigned index) {
    struct session_pair *pair = ctx;
    cf_session_on_deadline(&pair->sides[index].session, pair->net.now);
    drain_side(pair, index);
}

static void init_side(struct session_pair *pair, unsigned index) {
    struct session_side *side = &pair->sides[index];
    struct sip_pair_side *net = &pair->net.sides[index];
    side->habits = SESSION_HABITS;
    side->profile = (struct cf_ua_profile){
        .contact = cf_str_of(contacts[index]),
        .allow = CF_STR("INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, INFO, PRACK, UPDATE"),
    };
    test_party_init(&side->party, index == 0 ? "alice" : "bob", (uint8_t)(index + 1), 2);
    cf_dialog_table_init(&side->dialogs, &net->mem.mem, &net->entropy.entropy);
    side->usage = (struct cf_usage){
        .mem = &net->mem.mem,
        .entropy = &net->entropy.entropy,
        .endpoint = net->ep,
        .dialogs = &side->dialogs,
        .profile = &side->profile,
        .owner = {.kind = 1, .handle = {index, 1}},
    };
}

void session_pair_init(struct session_pair *pair, uint64_t seed) {
    struct sip_pair_user user = {on_endpoint_event, deadline, on_deadline, pair};
    *pair = (struct session_pair){.is_failing = false};
    sip_pair_init(&pair->net, &user, seed);
    init_side(pair, 0);
    init_side(pair, 1);
}

bool session_pair_init_failing(struct session_pair *pair, unsigned side, size_t fail_at) {
    struct sip_pair_user user = {on_endpoint_event, deadline, on_deadline, pair};
    *pair = (struct session_pair){.is_failing = true};
    bool is_made = sip_pair_init_failing(&pair->net, &user, side, fail_at);
    init_side(pair, 0);
    init_side(pair, 1);
    return is_made;
}

void session_pair_fini(struct session_pair *pair) {
    for (unsigned i = 0; i < 2; i++) {
        struct session_side *side = &pair->sides[i];
        if (side->is_there) {
            cf_session_fini(&side->session);
        }
        cf_dialog_table_fini(&side->dialogs);
        test_party_fini(&side->party);
    }
    sip_pair_fini(&pair->net);
}

enum cf_err session_pair_try_call(struct session_pair *pair, const struct cf_session_call *more, bool has_offer) {
    struct session_side *side = &pair->sides[0];
    struct cf_session_call call = *more;
    call.target = CF_STR("sip:bob@192.0.2.2");
    call.local = CF_STR("\"Alice\" <sip:alice@example.org>");
    call.remote = CF_STR("<sip:bob@example.org>");
    call.media = has_offer ? &side->party.session : NULL;
    enum cf_err err = cf_session_init_caller(&side->session, &side->usage, &call, pair->net.now);
    side->is_there = err == CF_OK;
    session_pair_drain(pair);
    return err;
}

void session_pair_call(struct session_pair *pair, bool has_offer) {
    struct cf_session_call call = {.fields = CF_STR_NONE};
    check(pair, session_pair_try_call(pair, &call, has_offer));
}

void session_pair_establish(struct session_pair *pair) {
    session_pair_call(pair, true);
    session_pair_run_for(pair, CF_MSEC(500));
    assert_int_equal(cf_session_state(&pair->sides[0].session), CF_SESSION_STATE_CONFIRMED);
    assert_int_equal(cf_session_state(&pair->sides[1].session), CF_SESSION_STATE_CONFIRMED);
    transcript_reset(&pair->net.transcript);
}

enum cf_err session_pair_respond(struct session_pair *pair, unsigned side, uint16_t status, bool has_media) {
    struct session_side *s = &pair->sides[side];
    struct cf_session_reply reply = {
        .status = status,
        .media = has_media ? &s->party.session : NULL,
        .wants_reliable = (s->habits & SESSION_HABIT_RELIABLE) != 0,
    };
    enum cf_err err = cf_session_respond(&s->session, s->asked, &reply, pair->net.now);
    session_pair_drain(pair);
    return err;
}

void session_pair_end(struct session_pair *pair, unsigned side) {
    if (pair->sides[side].is_there) {
        cf_session_end(&pair->sides[side].session, 0, CF_STR_NONE, pair->net.now);
        session_pair_drain(pair);
    }
}

enum cf_err session_pair_modify(struct session_pair *pair, unsigned side, enum cf_session_modify how) {
    if (!pair->sides[side].is_there) {
        return CF_ERR_STATE;
    }
    enum cf_err err = cf_session_modify(&pair->sides[side].session, how, pair->net.now);
    session_pair_drain(pair);
    return err;
}

void session_pair_run_for(struct session_pair *pair, cf_usec duration) {
    session_pair_drain(pair);
    sip_pair_run_for(&pair->net, duration);
}

bool session_pair_keep_invite(struct session_pair *pair, unsigned side, const struct cf_endpoint_event *event) {
    if (side != 1) {
        return false;
    }
    if (event->kind == CF_ENDPOINT_REQUEST && event->message->method == CF_SIP_METHOD_INVITE) {
        pair->raw_tx = event->tx;
        pair->raw_invite_len = event->message->raw.len;
        assert_true(pair->raw_invite_len <= sizeof pair->raw_invite);
        memcpy(pair->raw_invite, event->message->raw.at, pair->raw_invite_len);
        cf_endpoint_trust_flow(pair->net.sides[side].ep, event->flow);
    } else if (event->kind == CF_ENDPOINT_REQUEST) {
        session_pair_raw_reply(pair, side, event->tx, 200, NULL, NULL, false);
    }
    return true;
}

void session_pair_raw_reply(struct session_pair *pair, unsigned side, struct cf_tx_id tx, unsigned status, const char *tag,
                            const char *fields, bool has_answer) {
    char text[8192];
    struct cf_writer w;
    struct cf_endpoint *ep = pair->net.sides[side].ep;
    struct cf_sip_message invite;
    struct cf_parse_error error;
    const struct cf_sip_message *request = &invite;
    if (cf_tx_id_eq(tx, pair->raw_tx)) {
        assert_ok(cf_sip_parse(cf_str_n(pair->raw_invite, pair->raw_invite_len), &invite, &error));
    } else {
        request = cf_endpoint_request_of(ep, tx);
    }
    assert_non_null(request);
    cf_writer_init(&w, text, sizeof text);
    cf_sip_reply_begin(&w, request, status, CF_STR_NONE, cf_str_of(tag));
    if (fields != NULL) {
        cf_put(&w, cf_str_of(fields));
    }
    if (has_answer) {
        cf_sip_put_body(&w, CF_STR("application/sdp"), test_party_answer(&pair->sides[side].party, request->body));
    } else {
        cf_sip_end(&w);
    }
    assert_true(cf_writer_ok(&w));
    assert_ok(cf_endpoint_relay(ep, tx, cf_writer_str(&w), pair->net.now));
    sip_pair_drain(&pair->net);
}

/* The text that is given, or else what is right. */
static struct cf_str either(const char *given, struct cf_str right) {
    return given != NULL ? cf_str_of(given) : right;
}

void session_pair_raw_request(struct session_pair *pair, unsigned to, const struct session_pair_raw *raw) {
    static unsigned branches;
    char text[8192];
    char line[256];
    struct cf_writer w;
    const struct cf_dialog *dialog = cf_session_dialog(&pair->sides[to].session);
    cf_writer_init(&w, text, sizeof text);
    cf_sip_put_request_line(&w, cf_str_of(raw->method), CF_STR("sip:target@192.0.2.9"));
    snprintf(line, sizeof line, "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKraw%u\r\nMax-Forwards: 70\r\n", branches++);
    cf_put(&w, cf_str_of(line));
    cf_put_lit(&w, "From: <sip:x@y>;tag=");
    cf_put(&w, either(raw->from_tag, dialog->remote_tag));
    cf_put_lit(&w, "\r\nTo: <sip:x@y>;tag=");
    cf_put(&w, either(raw->to_tag, dialog->local_tag));
    cf_put_lit(&w, "\r\nCall-ID: ");
    cf_put(&w, either(raw->call_id, dialog->call_id));
    snprintf(line, sizeof line, "\r\nCSeq: %u %s\r\n", (unsigned)(raw->cseq > 0 ? raw->cseq : dialog->remote_cseq + 1),
             raw->method);
    cf_put(&w, cf_str_of(line));
    if (raw->fields != NULL) {
        cf_put(&w, cf_str_of(raw->fields));
    }
    cf_sip_put_body(&w, CF_STR("application/sdp"), raw->body);
    assert_true(cf_writer_ok(&w));
    sip_pair_inject(&pair->net, to,
                    raw->source != NULL ? raw->source
                    : to == 0           ? "192.0.2.2:5060"
                                        : "192.0.2.1:5060",
                    cf_writer_str(&w));
}

void session_pair_assert_same(struct session_pair *pair) {
    struct session_side *a = &pair->sides[0];
    struct session_side *b = &pair->sides[1];
    assert_int_equal(a->is_there, b->is_there);
    if (!a->is_there) {
        return;
    }
    assert_int_equal(cf_session_state(&a->session), CF_SESSION_STATE_CONFIRMED);
    assert_int_equal(cf_session_state(&b->session), CF_SESSION_STATE_CONFIRMED);
    const struct cf_negotiation *na = cf_session_negotiation(&a->session, 0);
    const struct cf_negotiation *nb = cf_session_negotiation(&b->session, 0);
    assert_int_equal(na->state, CF_NEGOTIATION_STABLE);
    assert_int_equal(nb->state, CF_NEGOTIATION_STABLE);
    assert_str(na->local, nb->remote);
    assert_str(nb->local, na->remote);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offer and answer in one dialog. */
#include "core/offer/negotiation.h"

#include "core/offer/agreement.h"
#include "core/offer/compose.h"
#include "core/offer/conclude.h"
#include "core/offer/ice.h"

static void wipe_str(const struct cf_mem *mem, struct cf_str *s) {
    if (s->at != NULL) {
        /* The cast takes back the constness of a copy of our own. */
        cf_mem_wipe((void *)(uintptr_t)s->at, s->len);
    }
    cf_mem_free_str(mem, s);
}

static void replace_str(const struct cf_mem *mem, struct cf_str *place, struct cf_str owned) {
    wipe_str(mem, place);
    *place = owned;
}

static void set_params(struct cf_negotiation *n, struct cf_media_params *params) {
    cf_media_params_free(n->mem, n->params);
    n->params = params;
}

void cf_negotiation_init(struct cf_negotiation *n, const struct cf_mem *mem) {
    *n = (struct cf_negotiation){.mem = mem};
}

void cf_negotiation_fini(struct cf_negotiation *n) {
    wipe_str(n->mem, &n->local);
    wipe_str(n->mem, &n->remote);
    cf_sdp_unload(n->mem, &n->offer);
    wipe_str(n->mem, &n->pending);
    wipe_str(n->mem, &n->preview);
    set_params(n, NULL);
    n->state = CF_NEGOTIATION_STABLE;
}

enum cf_err cf_negotiation_fork(const struct cf_negotiation *n, struct cf_negotiation *ret) {
    struct cf_negotiation copy = {.mem = n->mem};
    if (n->state != CF_NEGOTIATION_SENT || cf_negotiation_is_agreed(n)) {
        return CF_ERR_STATE;
    }
    if (!cf_mem_dup_str(n->mem, n->pending, &copy.pending)) {
        return CF_ERR_NO_MEMORY;
    }
    copy.state = n->state;
    copy.has_version = n->has_version;
    copy.session_id = n->session_id;
    copy.version = n->version;
    *ret = copy;
    return CF_OK;
}

static enum cf_sdp_meaning meaning_of_offer(const struct cf_negotiation *n) {
    static const enum cf_sdp_meaning meanings[] = {
        [CF_NEGOTIATION_STABLE] = CF_SDP_IS_OFFER,
        [CF_NEGOTIATION_SENT] = CF_SDP_IS_GLARE,
        [CF_NEGOTIATION_RECEIVED] = CF_SDP_IS_EARLY,
    };
    return meanings[n->state];
}

enum cf_sdp_meaning cf_negotiation_meaning(const struct cf_negotiation *n, enum cf_sdp_carrier carrier) {
    bool is_answer_due = n->state == CF_NEGOTIATION_SENT;
    switch (carrier) {
    case CF_SDP_IN_INVITE:
    case CF_SDP_IN_UPDATE:
        return meaning_of_offer(n);
    case CF_SDP_IN_UNRELIABLE:
        /* RFC 3261 section 13.2.1: an offer may not be in there, and a later answer counts. */
        if (is_answer_due) {
            return CF_SDP_IS_PREVIEW;
        }
        return n->was_answered ? CF_SDP_IS_REPEAT : CF_SDP_IS_STRAY;
    case CF_SDP_IN_RELIABLE:
    case CF_SDP_IN_2XX:
        if (is_answer_due) {
            return CF_SDP_IS_ANSWER;
        }
        /* RFC 6337 section 2.2: after the answer in a reliable response the 2xx may say it again. */
        return n->was_answered ? CF_SDP_IS_REPEAT : meaning_of_offer(n);
    case CF_SDP_IN_PRACK:
        return is_answer_due ? CF_SDP_IS_ANSWER : meaning_of_offer(n);
    case CF_SDP_IN_ACK:
    case CF_SDP_IN_PRACK_2XX:
    case CF_SDP_IN_UPDATE_2XX:
        return is_answer_due ? CF_SDP_IS_ANSWER : CF_SDP_IS_STRAY;
    }
    return CF_SDP_IS_STRAY;
}

void cf_negotiation_expect_offer(struct cf_negotiation *n) {
    n->was_answered = false;
}

/* Where a parse error of the peer's is. */
static void refuse_text(const struct cf_parse_error *error, struct cf_refusal *ret_refusal) {
    if (cf_err_class_of(error->code) == CF_ERR_CLASS_RESOURCE) {
        return;
    }
    *ret_refusal = (struct cf_refusal){
        .reason = error->code == CF_ERR_LIMIT ? CF_REFUSAL_LIMIT : CF_REFUSAL_MALFORMED,
        .line = CF_REFUSAL_ALL_LINES,
        .offset = error->offset,
    };
}

static enum cf_err load_peer(const struct cf_negotiation *n, struct cf_str text, struct cf_sdp *ret,
                             struct cf_refusal *ret_refusal) {
    struct cf_parse_error error;
    enum cf_err err = cf_sdp_load(n->mem, text, ret, &error);
    if (err != CF_OK) {
        refuse_text(&error, ret_refusal);
    }
    return err;
}

/* Forget the offer that waits for its answer. */
static void drop_pending(struct cf_negotiation *n) {
    cf_sdp_unload(n->mem, &n->offer);
    wipe_str(n->mem, &n->pending);
}

enum cf_err cf_negotiation_on_offer(struct cf_negotiation *n, struct cf_str text, struct cf_refusal *ret_refusal) {
    struct cf_str copy;
    struct cf_sdp offer;
    if (n->state != CF_NEGOTIATION_STABLE) {
        return CF_ERR_STATE;
    }
    if (!cf_mem_dup_str(n->mem, text, &copy)) {
        return CF_ERR_NO_MEMORY;
    }
    /*
     * Fewer lines than before are against RFC 3264 section 8, but no reason to end a call: the lines that are missing are off.
     * Linphone 5.5 takes lines back so when ICE has run while others were joining.
     */
    enum cf_err err = load_peer(n, copy, &offer, ret_refusal);
    if (err != CF_OK) {
        wipe_str(n->mem, &copy);
        return err;
    }
    n->pending = copy;
    n->offer = offer;
    n->state = CF_NEGOTIATION_RECEIVED;
    return CF_OK;
}

struct cf_str cf_negotiation_remote_offer(const struct cf_negotiation *n) {
    return n->state == CF_NEGOTIATION_RECEIVED ? n->pending : CF_STR_NONE;
}

struct cf_str cf_negotiation_local_offer(const struct cf_negotiation *n) {
    return n->state == CF_NEGOTIATION_SENT ? n->pending : CF_STR_NONE;
}

/* @p section is scratch. */
static void read_offered(const struct cf_session_part *session, size_t index, struct cf_section *section,
                         struct cf_offered_line *ret) {
    cf_section_read_attributes(session, index, section);
    enum cf_direction direction = section->attributes.direction;
    *ret = (struct cf_offered_line){
        .kind = section->media->kind,
        .profile = section->profile,
        .is_disabled = cf_section_is_disabled(section),
        .is_bundle_only = section->media->port == 0 && section->attributes.is_bundle_only,
        .has_ice = cf_ice_is_offered(section),
        .has_ice_mismatch = cf_ice_is_mismatch(section),
        .is_ice_lite = section->attributes.ice.is_lite,
        .is_ice_local = cf_ice_is_local(section),
        .has_rtcp_mux = section->attributes.has_rtcp_mux,
        .has_zrtp = section->attributes.has_zrtp_hash,
        .direction = direction,
        .is_held = (section->is_zero && !cf_ice_is_offered(section)) || !cf_direction_receives(direction),
        .mid = section->attributes.mid,
        .label = section->attributes.label,
        .content = cf_content_parse(section->attributes.content),
    };
    struct cf_addr nominated[CF_SDP_REMOTE_CANDIDATES_MAX];
    if (section->attributes.ice.remote_candidates.at != NULL &&
        cf_sdp_remote_candidates_parse(section->attributes.ice.remote_candidates, nominated)) {
        ret->nominated = nominated[0];
    }
}

enum cf_err cf_negotiation_offered(const struct cf_negotiation *n, struct cf_offered_line *ret_lines, size_t lines_max,
                                   size_t *ret_count) {
    struct cf_session_part session CF_SCRATCH;
    struct cf_section section CF_SCRATCH;
    if (n->state != CF_NEGOTIATION_RECEIVED) {
        return CF_ERR_STATE;
    }
    cf_session_part_read(&n->offer, &session);
    for (size_t i = 0; i < n->offer.media_count && i < lines_max; i++) {
        read_offered(&session, i, &section, &ret_lines[i]);
    }
    *ret_count = n->offer.media_count;
    return CF_OK;
}

/* Put a new agreement in force. Takes over both texts and @p params. */
static void agree(struct cf_negotiation *n, struct cf_str local, struct cf_str remote, bool is_local_offer,
                  struct cf_media_params *params) {
    replace_str(n->mem, &n->local, local);
    replace_str(n->mem, &n->remote, remote);
    n->is_local_offer = is_local_offer;
    wipe_str(n->mem, &n->preview);
    set_params(n, params);
    n->state = CF_NEGOTIATION_STABLE;
}

/* What our answer @p text to the peer's offer means. */
static enum cf_err conclude_answer(const struct cf_negotiation *n, struct cf_str text, struct cf_media_params **ret_params) {
    struct cf_sdp answer;
    struct cf_media_params *params = NULL;
    enum cf_err err = cf_agreement_load_text(n, text, &answer);
    if (err != CF_OK) {
        return err;
    }
    const struct cf_pair pair = {.local = &answer, .remote = &n->offer, .is_local_offer = false};
    err = cf_conclude(n->mem, &pair, &params);
    cf_sdp_unload(n->mem, &answer);
    if (err == CF_OK) {
        err = cf_agreement_compare(n, params);
    }
    if (err != CF_OK) {
        cf_media_params_free(n->mem, params);
        return err;
    }
    *ret_params = params;
    return CF_OK;
}

/* Our answer as an owned text. */
static enum cf_err write_answer(struct cf_negotiation *n, const struct cf_local_session *local, struct cf_str *ret_text,
                                struct cf_refusal *ret_refusal) {
    struct cf_agreement before;
    enum cf_err err = cf_agreement_load(n, &before);
    if (err == CF_OK) {
        const struct cf_answer_input input = {.offer = &n->offer, .local = local, .before = before.in_force};
        err = cf_compose_answer(n, &input, ret_text, ret_refusal);
        cf_agreement_unload(n, &before);
    }
    return err;
}

enum cf_err cf_negotiation_answer(struct cf_negotiation *n, const struct cf_local_session *local, struct cf_str *ret_text,
                                  struct cf_refusal *ret_refusal) {
    struct cf_str text;
    struct cf_media_params *params = NULL;
    if (n->state != CF_NEGOTIATION_RECEIVED) {
        return CF_ERR_STATE;
    }
    enum cf_err err = write_answer(n, local, &text, ret_refusal);
    if (err != CF_OK) {
        return err;
    }
    err = conclude_answer(n, text, &params);
    if (err != CF_OK) {
        wipe_str(n->mem, &text);
        return err;
    }
    struct cf_str remote = n->pending;
    n->pending = CF_STR_NONE;
    cf_sdp_unload(n->mem, &n->offer);
    agree(n, text, remote, false, params);
    *ret_text = n->local;
    return CF_OK;
}

static void send_offer(struct cf_negotiation *n, struct cf_str text, struct cf_str *ret_text) {
    replace_str(n->mem, &n->pending, text);
    n->state = CF_NEGOTIATION_SENT;
    *ret_text = n->pending;
}

enum cf_err cf_negotiation_offer(struct cf_negotiation *n, const struct cf_local_session *local, struct cf_str *ret_text) {
    struct cf_agreement before;
    struct cf_str text;
    if (n->state != CF_NEGOTIATION_STABLE) {
        return CF_ERR_STATE;
    }
    enum cf_err err = cf_agreement_load(n, &before);
    if (err != CF_OK) {
        return err;
    }
    const struct cf_offer_input input = {.local = local, .before = before.in_force};
    err = cf_compose_offer(n, &input, &text);
    cf_agreement_unload(n, &before);
    if (err == CF_OK) {
        send_offer(n, text, ret_text);
    }
    return err;
}

enum cf_err cf_negotiation_offer_again(struct cf_negotiation *n, struct cf_str *ret_text) {
    struct cf_str text;
    if (n->state != CF_NEGOTIATION_STABLE || !cf_negotiation_is_agreed(n)) {
        return CF_ERR_STATE;
    }
    if (!cf_mem_dup_str(n->mem, n->local, &text)) {
        return CF_ERR_NO_MEMORY;
    }
    send_offer(n, text, ret_text);
    return CF_OK;
}

/* The peer's answer, checked, and what it means. */
static enum cf_err read_answer(struct cf_negotiation *n, struct cf_str text, struct cf_media_params **ret_params,
                               struct cf_refusal *ret_refusal) {
    struct cf_sdp offer;
    struct cf_sdp answer;
    struct cf_media_params *params = NULL;
    enum cf_err err = load_peer(n, text, &answer, ret_refusal);
    if (err != CF_OK) {
        return err;
    }
    err = cf_agreement_load_text(n, n->pending, &offer);
    if (err != CF_OK) {
        cf_sdp_unload(n->mem, &answer);
        return err;
    }
    const struct cf_pair pair = {.local = &offer, .remote = &answer, .is_local_offer = true};
    err = cf_answer_check(&offer, &answer, ret_refusal);
    if (err == CF_OK) {
        err = cf_conclude(n->mem, &pair, &params);
    }
    if (err == CF_OK) {
        err = cf_answer_check_use(&answer, params, ret_refusal);
    }
    if (err == CF_OK) {
        err = cf_agreement_compare(n, params);
    }
    cf_sdp_unload(n->mem, &offer);
    cf_sdp_unload(n->mem, &answer);
    if (err != CF_OK) {
        cf_media_params_free(n->mem, params);
        return err;
    }
    *ret_params = params;
    return CF_OK;
}

/* Owned copy of the answer and its meaning, or neither. */
static enum cf_err take_answer(struct cf_negotiation *n, struct cf_str text, struct cf_str *ret_copy,
                               struct cf_media_params **ret_params, struct cf_refusal *ret_refusal) {
    struct cf_str copy;
    if (n->state != CF_NEGOTIATION_SENT) {
        return CF_ERR_STATE;
    }
    if (!cf_mem_dup_str(n->mem, text, &copy)) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = read_answer(n, text, ret_params, ret_refusal);
    if (err != CF_OK) {
        wipe_str(n->mem, &copy);
        return err;
    }
    *ret_copy = copy;
    return CF_OK;
}

enum cf_err cf_negotiation_on_answer(struct cf_negotiation *n, struct cf_str text, struct cf_refusal *ret_refusal) {
    struct cf_str remote;
    struct cf_media_params *params = NULL;
    enum cf_err err = take_answer(n, text, &remote, &params, ret_refusal);
    if (err != CF_OK) {
        return err;
    }
    struct cf_str local = n->pending;
    n->pending = CF_STR_NONE;
    agree(n, local, remote, true, params);
    n->was_answered = true;
    return CF_OK;
}

enum cf_err cf_negotiation_on_preview(struct cf_negotiation *n, struct cf_str text, struct cf_refusal *ret_refusal) {
    struct cf_str remote;
    struct cf_media_params *params = NULL;
    enum cf_err err = take_answer(n, text, &remote, &params, ret_refusal);
    if (err != CF_OK) {
        return err;
    }
    replace_str(n->mem, &n->preview, remote);
    set_params(n, params);
    return CF_OK;
}

/* What counts again after a preview that came to nothing: the agreement, or no line at all. */
static enum cf_err restore_params(struct cf_negotiation *n) {
    struct cf_media_params *params = NULL;
    if (!cf_negotiation_is_agreed(n)) {
        set_params(n, NULL);
        return CF_OK;
    }
    enum cf_err err = cf_agreement_conclude(n, n->local, n->remote, n->is_local_offer, &params);
    if (err == CF_OK) {
        err = cf_agreement_compare(n, params);
    }
    if (err != CF_OK) {
        cf_media_params_free(n->mem, params);
        return err;
    }
    set_params(n, params);
    return CF_OK;
}

enum cf_err cf_negotiation_rollback(struct cf_negotiation *n) {
    enum cf_err err = CF_OK;
    if (n->state == CF_NEGOTIATION_STABLE) {
        return CF_OK;
    }
    if (n->preview.at != NULL) {
        err = restore_params(n);
    }
    wipe_str(n->mem, &n->preview);
    drop_pending(n);
    n->state = CF_NEGOTIATION_STABLE;
    return err;
}

struct cf_media_params *cf_negotiation_take_params(struct cf_negotiation *n) {
    struct cf_media_params *params = n->params;
    n->params = NULL;
    return params;
}

size_t cf_negotiation_memory(const struct cf_negotiation *n) {
    const struct cf_str texts[] = {n->local, n->remote, n->pending, n->preview};
    size_t size = (n->params != NULL ? n->params->size : 0) + n->offer.block_size;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size += texts[i].at != NULL ? texts[i].len + 1 : 0;
    }
    return size;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agreement in force. */
#include "core/offer/agreement.h"

#include "core/offer/conclude.h"

enum cf_err cf_agreement_load_text(const struct cf_negotiation *n, struct cf_str text, struct cf_sdp *ret) {
    struct cf_parse_error error;
    enum cf_err err = cf_sdp_load(n->mem, text, ret, &error);
    /* What we wrote may have too many lines to be read: then it is too large. */
    cf_assert(err == CF_OK || err == CF_ERR_NO_MEMORY || err == CF_ERR_LIMIT);
    return err == CF_ERR_LIMIT ? CF_ERR_NO_ROOM : err;
}

void cf_agreement_unload(const struct cf_negotiation *n, struct cf_agreement *a) {
    cf_sdp_unload(n->mem, &a->local);
    cf_sdp_unload(n->mem, &a->remote);
}

static enum cf_err load_pair(const struct cf_negotiation *n, struct cf_str local, struct cf_str remote, bool is_local_offer,
                             struct cf_agreement *ret) {
    *ret = (struct cf_agreement){.pair = {.local = &ret->local, .remote = &ret->remote, .is_local_offer = is_local_offer}};
    enum cf_err err = cf_agreement_load_text(n, local, &ret->local);
    if (err == CF_OK) {
        err = cf_agreement_load_text(n, remote, &ret->remote);
    }
    if (err != CF_OK) {
        cf_agreement_unload(n, ret);
    }
    ret->in_force = &ret->pair;
    return err;
}

enum cf_err cf_agreement_load(const struct cf_negotiation *n, struct cf_agreement *ret) {
    if (!cf_negotiation_is_agreed(n)) {
        *ret = (struct cf_agreement){0};
        return CF_OK;
    }
    return load_pair(n, n->local, n->remote, n->is_local_offer, ret);
}

enum cf_err cf_agreement_conclude(const struct cf_negotiation *n, struct cf_str local, struct cf_str remote, bool is_local_offer,
                                  struct cf_media_params **ret_params) {
    struct cf_agreement a;
    enum cf_err err = load_pair(n, local, remote, is_local_offer, &a);
    if (err == CF_OK) {
        err = cf_conclude(n->mem, &a.pair, ret_params);
        cf_agreement_unload(n, &a);
    }
    return err;
}

/*
 * What was given out last: the preview if there was one, else the agreement. NULL if there is neither. The agreement that
 * replaces it is compared with it.
 */
static enum cf_err conclude_last(const struct cf_negotiation *n, struct cf_media_params **ret_params) {
    *ret_params = NULL;
    if (n->preview.at != NULL) {
        return cf_agreement_conclude(n, n->pending, n->preview, true, ret_params);
    }
    if (cf_negotiation_is_agreed(n)) {
        return cf_agreement_conclude(n, n->local, n->remote, n->is_local_offer, ret_params);
    }
    return CF_OK;
}

enum cf_err cf_agreement_compare(const struct cf_negotiation *n, struct cf_media_params *params) {
    struct cf_media_params *last = NULL;
    enum cf_err err = conclude_last(n, &last);
    if (err == CF_OK) {
        cf_media_params_compare(params, last);
        cf_media_params_free(n->mem, last);
    }
    return err;
}

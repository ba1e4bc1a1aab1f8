/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Webhooks: who is to be told of what, what waits to be delivered, when it is tried again, and how it is signed (the convention
 * of standardwebhooks.com: HMAC-SHA-256 over "ID.TIMESTAMP.BODY"). A machine without a network: cf_hooks_poll() gives what is
 * due, whoever delivers it says how it went by cf_hooks_on_result(). What is delivered is octets to it.
 *
 * Each hook has a queue of its own, delivered in order and one at a time: a receiver that is down holds up nobody else, and finds
 * what it missed in the order in which it happened. A delivery that fails is tried again after CF_HOOK_DELAYS and then given up.
 * Limits: CF_HOOKS_MAX hooks, CF_HOOKS_WAITING_MAX deliveries in all and CF_HOOK_BODY_MAX octets each; what is beyond is counted
 * as failed. Whoever wants it to outlive the program keeps what was put, and puts it again (server/webhooks.c). Single-threaded.
 */
#ifndef CF_CORE_HOOK_HOOKS_H
#define CF_CORE_HOOK_HOOKS_H

#include "base/handle.h"
#include "base/list.h"
#include "base/rng.h"
#include "base/usec.h"
#include "base/writer.h"
#include "core/auth/hash.h"

#define CF_HOOKS_MAX 64
#define CF_HOOKS_WAITING_MAX 1000

/** Longest texts. */
#define CF_HOOK_ID_LEN 12
#define CF_HOOK_URL_MAX 512
#define CF_HOOK_BODY_MAX 2048

/** Octets of a secret, and its text: "whsec_" and base64. */
#define CF_HOOK_SECRET_LEN 24
#define CF_HOOK_SECRET_TEXT_LEN 38

/** Letters of the id of a delivery. */
#define CF_HOOK_DELIVERY_ID_LEN 20

/** What can't be signed for want of memory is tried again after this; it is no attempt. */
#define CF_HOOK_SIGN_DELAY CF_SEC(5)

/** Attempts: one at once and one after each of these. */
#define CF_HOOK_DELAYS                                                                                                           \
    { CF_SEC(5), CF_SEC(30), CF_SEC(120), CF_SEC(600), CF_SEC(3600) }
#define CF_HOOK_ATTEMPTS 6

/** A hook. */
struct cf_hook {
    struct cf_handle handle;
    char id[CF_HOOK_ID_LEN];
    char url[CF_HOOK_URL_MAX + 1]; /**< NUL-terminated */
    uint32_t events;               /**< bits, of the caller's meaning */
    uint8_t secret[CF_HOOK_SECRET_LEN];
    cf_wall created;
    struct cf_list queue;
    size_t waiting;
    bool is_busy;       /**< the first delivery is on its way */
    unsigned attempts;  /**< of the first delivery, so far */
    cf_usec due;        /**< of the first delivery */
    uint64_t delivered; /**< since start */
    uint64_t failed;    /**< given up, or there was no room for */
};

/** The id of @p hook; a view into it. */
static inline struct cf_str cf_hook_id(const struct cf_hook *hook) {
    return cf_str_n(hook->id, sizeof hook->id);
}

/** All hooks of a server. */
struct cf_hooks {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    const struct cf_hash *hash;
    struct cf_handle_table table;
    size_t waiting;
};

/** None; what is pointed to is kept by reference. */
void cf_hooks_init(struct cf_hooks *hooks, const struct cf_mem *mem, const struct cf_entropy *entropy,
                   const struct cf_hash *hash);

/** Free everything. */
void cf_hooks_fini(struct cf_hooks *hooks);

/** Is @p url one that can be told: http or https, a host, no credentials, blanks or controls, not too long? */
bool cf_hook_url_is_valid(struct cf_str url);

/** A new secret; its text; a secret out of its text. */
void cf_hook_secret_make(const struct cf_entropy *entropy, uint8_t ret[CF_HOOK_SECRET_LEN]);
void cf_hook_secret_text(const uint8_t secret[CF_HOOK_SECRET_LEN], char ret[CF_HOOK_SECRET_TEXT_LEN]);
bool cf_hook_secret_of(struct cf_str text, uint8_t ret[CF_HOOK_SECRET_LEN]);

/** What a hook is made of. */
struct cf_hook_config {
    struct cf_str id; /**< CF_HOOK_ID_LEN letters */
    struct cf_str url;
    uint32_t events;
    const uint8_t *secret;
    cf_wall created;
};

/** Add a hook. CF_ERR_MALFORMED, CF_ERR_EXISTS, CF_ERR_LIMIT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_hooks_add(struct cf_hooks *hooks, const struct cf_hook_config *config);

/** Remove it and what waits for it. CF_ERR_NOT_FOUND. */
CF_MUST_USE enum cf_err cf_hooks_remove(struct cf_hooks *hooks, struct cf_str id);

/** The hook called @p id, or NULL; the one in slot @p index or NULL, from 0 to table.slots_used - 1. */
const struct cf_hook *cf_hooks_find(const struct cf_hooks *hooks, struct cf_str id);
const struct cf_hook *cf_hooks_at(const struct cf_hooks *hooks, size_t index);

/** Does any hook want event bit @p event? */
bool cf_hooks_want(const struct cf_hooks *hooks, uint32_t event);

/**
 * @p body, whose id is @p delivery_id, is for the hook called @p id, behind what waits for it already. CF_ERR_NOT_FOUND;
 * CF_ERR_LIMIT, CF_ERR_NO_MEMORY: it counts as failed.
 */
CF_MUST_USE enum cf_err cf_hooks_put(struct cf_hooks *hooks, cf_usec now, struct cf_str id, struct cf_str delivery_id,
                                     struct cf_str body);

/** A new id for a delivery. */
void cf_hooks_make_id(const struct cf_hooks *hooks, char ret[CF_HOOK_DELIVERY_ID_LEN]);

/** A delivery that is due. Views, valid until the next call. */
struct cf_hook_delivery {
    struct cf_handle hook; /**< for cf_hooks_on_result() */
    const char *url;
    struct cf_str id;
    struct cf_str body;
    char signature[64]; /**< "v1," and base64 */
    size_t signature_len;
    int64_t timestamp; /**< seconds since 1970 */
};

/** The next delivery that is due at @p now; its result has to be told. False: none. */
bool cf_hooks_poll(struct cf_hooks *hooks, cf_usec now, cf_wall wall, struct cf_hook_delivery *ret);

/**
 * How a delivery went: a status of HTTP, or 0 if there was no answer. True: nothing more comes of it, it was delivered or is
 * given up; its id is in @p ret_id.
 */
bool cf_hooks_on_result(struct cf_hooks *hooks, cf_usec now, struct cf_handle hook, unsigned status,
                        char ret_id[CF_HOOK_DELIVERY_ID_LEN]);

/** When to poll again without an event: CF_USEC_NEVER if nothing waits. */
cf_usec cf_hooks_deadline(const struct cf_hooks *hooks);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bindings are the same. */
#include "core/registrar/binding.h"

#include "base/hash.h"
#include "core/sip/uri.h"

static bool is_same_contact(struct cf_str a, struct cf_str b) {
    struct cf_sip_uri x;
    struct cf_sip_uri y;
    if (cf_str_eq(a, b)) {
        return true;
    }
    return cf_sip_uri_parse(a, &x) == CF_OK && cf_sip_uri_parse(b, &y) == CF_OK && cf_sip_uri_eq(&x, &y);
}

/*
 * RFC 5626 section 6: with an instance and a reg-id these two name the binding. A phone with an instance but without reg-id is
 * still one device: Linphone changes its port and would else be rung twice.
 */
static bool is_same_device(const struct cf_binding_values *a, const struct cf_binding_values *b) {
    return a->instance.at != NULL && cf_str_eq_nocase(a->instance, b->instance) && a->reg_id == b->reg_id;
}

bool cf_binding_is_outbound(const struct cf_binding_values *values) {
    return values->instance.at != NULL && values->reg_id != 0;
}

/* The contacts of outbound are not compared: one phone names the same one over all its flows, two behind NATs may by chance. */
bool cf_binding_is_same(const struct cf_binding_values *a, const struct cf_binding_values *b) {
    bool is_by_contact = !cf_binding_is_outbound(a) || !cf_binding_is_outbound(b);
    return is_same_device(a, b) || (is_by_contact && is_same_contact(a->contact, b->contact));
}

bool cf_binding_is_same_row(const struct cf_binding_values *a, const struct cf_binding_values *b) {
    return cf_str_eq(a->contact, b->contact) && cf_str_eq(a->instance, b->instance) && a->reg_id == b->reg_id;
}

struct cf_str cf_binding_instance(const struct cf_binding *binding, char room[CF_BINDING_TEXT_MAX]) {
    struct cf_str instance = binding->values.instance;
    cf_assert(instance.len <= CF_BINDING_TEXT_MAX);
    for (size_t i = 0; i < instance.len; i++) {
        room[i] = cf_ascii_lower(instance.at[i]);
    }
    return instance.at == NULL ? CF_STR_NONE : cf_str_n(room, instance.len);
}

static uint64_t not_0(uint64_t hash) {
    return hash == 0 ? 1 : hash;
}

/* The instance is a URN, mostly of a UUID, and the case of its letters means nothing (RFC 8141 section 3.1, RFC 9562 section 4).
 */
void cf_binding_set_hashes(struct cf_binding *binding) {
    char room[CF_BINDING_TEXT_MAX] CF_SCRATCH;
    struct cf_str instance = cf_binding_instance(binding, room);
    binding->device = instance.len == 0 ? 0 : not_0(cf_hash(0, instance));
    binding->name = not_0(cf_hash(binding->device + binding->values.reg_id, binding->values.contact));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/names.h"

void cf_media_names_init(struct cf_media_names *names, const struct cf_mem *mem, size_t limit) {
    *names = (struct cf_media_names){.mem = mem, .limit = limit};
}

void cf_media_names_fini(struct cf_media_names *names) {
    cf_mem_free(names->mem, names->slots, names->slots_max * sizeof *names->slots);
    names->slots = NULL;
    names->slots_max = 0;
}

enum cf_err cf_media_names_add(struct cf_media_names *names, struct cf_handle name, void *object) {
    cf_assert(object != NULL);
    if (!cf_handle_is_set(name)) {
        return CF_ERR_MALFORMED;
    }
    if (name.slot >= names->limit) {
        return CF_ERR_LIMIT;
    }
    void *slots = names->slots;
    if (!cf_mem_grow(names->mem, &slots, &names->slots_max, (size_t)name.slot + 1, sizeof *names->slots)) {
        return CF_ERR_NO_MEMORY;
    }
    names->slots = slots;
    struct cf_media_name *slot = &names->slots[name.slot];
    if (slot->object != NULL) {
        return CF_ERR_EXISTS;
    }
    *slot = (struct cf_media_name){.object = object, .generation = name.generation};
    names->count++;
    return CF_OK;
}

void *cf_media_names_get(const struct cf_media_names *names, struct cf_handle name) {
    void *object = cf_media_names_at(names, name.slot);
    return object != NULL && names->slots[name.slot].generation == name.generation ? object : NULL;
}

void *cf_media_names_at(const struct cf_media_names *names, size_t slot) {
    return slot < names->slots_max ? names->slots[slot].object : NULL;
}

void cf_media_names_remove(struct cf_media_names *names, struct cf_handle name) {
    if (cf_media_names_get(names, name) != NULL) {
        names->slots[name.slot].object = NULL;
        names->count--;
    }
}

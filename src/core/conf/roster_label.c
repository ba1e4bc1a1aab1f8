/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labels of media: unique in a conference, found by a map. */
#include "core/conf/roster.h"

/* A label is a random word of 53 bits: a second one that is taken, too, does not happen. */
#define TRIES_MAX 4

static struct cf_str label_of(const struct cf_roster_device *device, size_t kind) {
    return cf_str_n(device->media[kind].label, CF_ROSTER_LABEL_LEN);
}

/* Is the label of medium @p kind that of an earlier medium of the device, too? */
static bool is_shared(const struct cf_roster_device *device, size_t kind) {
    for (size_t i = 0; i < kind; i++) {
        if (cf_str_eq(label_of(device, i), label_of(device, kind))) {
            return true;
        }
    }
    return false;
}

void cf_roster_drop_labels(struct cf_roster *roster, struct cf_roster_device *device) {
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        struct cf_map_node *node = &device->labels[i].node;
        if (node->key.at != NULL) {
            cf_map_remove(&roster->by_label, node);
            node->key = CF_STR_NONE;
        }
    }
}

static void index_labels(struct cf_roster *roster, struct cf_roster_device *device) {
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        struct cf_roster_label *label = &device->labels[i];
        label->device = device;
        if (!is_shared(device, i) && cf_map_add(&roster->by_label, &label->node, label_of(device, i)) != CF_OK) {
            label->node.key = CF_STR_NONE;
            roster->has_unindexed_labels = true;
        }
    }
}

static void draw(struct cf_roster *roster, struct cf_roster_device *device, enum cf_conf_media_kind kind) {
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        cf_entropy_word(roster->config.entropy, device->media[kind].label, CF_ROSTER_LABEL_LEN);
        if (cf_map_get(&roster->by_label, label_of(device, kind)) == NULL) {
            return;
        }
    }
}

static void share(struct cf_roster_device *device, enum cf_conf_media_kind to, enum cf_conf_media_kind from) {
    memcpy(device->media[to].label, device->media[from].label, CF_ROSTER_LABEL_LEN);
}

void cf_roster_make_labels(struct cf_roster *roster, struct cf_roster_device *device) {
    draw(roster, device, CF_CONF_AUDIO);
    draw(roster, device, CF_CONF_VIDEO);
    draw(roster, device, CF_CONF_TEXT);
    /* A camera and its thumbnail go by one label: content tells them apart. */
    share(device, CF_CONF_THUMBNAIL, CF_CONF_VIDEO);
    index_labels(roster, device);
}

void cf_roster_new_label(struct cf_roster *roster, struct cf_roster_device *device, enum cf_conf_media_kind kind) {
    cf_roster_drop_labels(roster, device);
    draw(roster, device, kind);
    index_labels(roster, device);
}

void cf_roster_share_label(struct cf_roster *roster, struct cf_roster_device *device) {
    cf_roster_drop_labels(roster, device);
    share(device, CF_CONF_VIDEO, CF_CONF_THUMBNAIL);
    index_labels(roster, device);
}

static bool has_label(const struct cf_roster_device *device, struct cf_str label, enum cf_conf_media_kind *ret_kind) {
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        if (cf_str_eq(label_of(device, i), label)) {
            *ret_kind = (enum cf_conf_media_kind)i;
            return true;
        }
    }
    return false;
}

/* One by one: only after memory was out. */
static struct cf_roster_device *look_everywhere(const struct cf_roster *roster, struct cf_str label,
                                                enum cf_conf_media_kind *ret_kind) {
    for (struct cf_roster_participant *p = cf_roster_first(roster); p != NULL; p = cf_roster_next(roster, p)) {
        for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            if (has_label(d, label, ret_kind)) {
                return d;
            }
        }
    }
    return NULL;
}

struct cf_roster_device *cf_roster_find_label(const struct cf_roster *roster, struct cf_str label,
                                              enum cf_conf_media_kind *ret_kind) {
    struct cf_map_node *node = cf_map_get(&roster->by_label, label);
    if (node == NULL) {
        return roster->has_unindexed_labels ? look_everywhere(roster, label, ret_kind) : NULL;
    }
    struct cf_roster_label *found = CF_OF(node, struct cf_roster_label, node);
    *ret_kind = (enum cf_conf_media_kind)(found - found->device->labels);
    return found->device;
}

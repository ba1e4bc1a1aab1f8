/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulcast in descriptions. */
#include "core/offer/simulcast.h"

#include "core/offer/answer_formats.h"

/* --- what a section says --- */

/* The streams of one direction of the only a=simulcast. False: there are none. */
static bool read_list(const struct cf_section *section, enum cf_direction direction, struct cf_sdp_simulcast_list *ret) {
    struct cf_sdp_simulcast simulcast;
    if (section->attributes.simulcast_count != 1 || !cf_sdp_simulcast_parse(section->attributes.simulcast, &simulcast)) {
        return false;
    }
    *ret = direction == CF_DIRECTION_SENDONLY ? simulcast.send : simulcast.receive;
    return ret->count > 0;
}

/* The section's a=rid called @p id. Of two with one name neither counts (RFC 8851 section 6.2.2). */
static bool find_rid(const struct cf_section *section, struct cf_str id, enum cf_direction direction, struct cf_sdp_rid *ret) {
    size_t found = 0;
    for (size_t i = 0; i < section->attributes.rid_count; i++) {
        struct cf_sdp_rid rid;
        if (cf_sdp_rid_parse(section->attributes.rids[i], &rid) && cf_str_eq(rid.id, id)) {
            *ret = rid;
            found++;
        }
    }
    return found == 1 && ret->direction == direction;
}

static bool has_entry(const struct cf_sdp_simulcast_list *list, struct cf_str id) {
    size_t i = 0;
    while (i < list->count && !cf_str_eq(list->at[i].rid, id)) {
        i++;
    }
    return i < list->count;
}

/* Does it need another encoding to be decoded? */
static bool depends(struct cf_str restrictions) {
    struct cf_str rest = restrictions;
    while (rest.at != NULL) {
        struct cf_str name = cf_str_cut(&rest, ';');
        if (cf_str_eq(cf_str_cut(&name, '='), CF_STR("depend"))) {
            return true;
        }
    }
    return false;
}

/* --- answers --- */

static bool is_planned(const struct cf_plan *plan, uint32_t type) {
    size_t i = 0;
    while (i < plan->format_count && plan->formats[i].payload_type != type) {
        i++;
    }
    return i < plan->format_count;
}

/* The formats of pt= that are in the answer. False: there are none left. */
static bool read_types(struct cf_str types, const struct cf_plan *plan, struct cf_plan_rid *ret) {
    struct cf_str rest = types;
    ret->has_types = types.at != NULL;
    ret->type_count = 0;
    while (rest.at != NULL && ret->type_count < CF_MEDIA_PAYLOADS_MAX) {
        uint32_t type;
        if (cf_str_to_u32(cf_str_cut(&rest, ','), CF_PAYLOAD_COUNT - 1, &type) && is_planned(plan, type)) {
            ret->types[ret->type_count++] = (uint8_t)type;
        }
    }
    return !ret->has_types || ret->type_count > 0;
}

static bool take_rid(const struct cf_section *section, struct cf_str id, enum cf_direction direction, struct cf_plan *plan) {
    struct cf_plan_rid *planned = &plan->rids[plan->rid_count];
    struct cf_sdp_rid rid;
    if (id.len > CF_MEDIA_RID_MAX || !find_rid(section, id, direction, &rid) || depends(rid.restrictions) ||
        !read_types(rid.payload_types, plan, planned)) {
        return false;
    }
    planned->id = rid.id;
    planned->restrictions = rid.restrictions;
    plan->rid_count++;
    return true;
}

/* The first alternative of each stream that will do. */
static void take_streams(const struct cf_section *section, const struct cf_sdp_simulcast_list *list, enum cf_direction direction,
                         struct cf_plan *plan) {
    int taken = -1;
    for (size_t i = 0; i < list->count && plan->rid_count < CF_MEDIA_ENCODINGS_MAX; i++) {
        if (list->at[i].stream != taken && take_rid(section, list->at[i].rid, direction, plan)) {
            taken = list->at[i].stream;
        }
    }
}

/* Does @p line want to send an encoding called @p id? */
static bool is_wanted(const struct cf_local_line *line, struct cf_str id) {
    size_t i = 0;
    while (i < line->simulcast->count && !cf_str_eq(line->simulcast->rids[i], id)) {
        i++;
    }
    return i < line->simulcast->count;
}

/* The peer, who receives, asks for encodings: those of ours that it names. */
static void answer_by_sending(const struct cf_section *offer, const struct cf_local_line *line, struct cf_plan *plan) {
    struct cf_sdp_simulcast_list list;
    if (!read_list(offer, CF_DIRECTION_RECVONLY, &list)) {
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < list.count; i++) {
        if (is_wanted(line, list.at[i].rid)) {
            list.at[kept++] = list.at[i];
        }
    }
    list.count = (uint8_t)kept;
    plan->rid_direction = CF_DIRECTION_SENDONLY;
    take_streams(offer, &list, CF_DIRECTION_RECVONLY, plan);
}

void cf_simulcast_answer(const struct cf_policy *policy, const struct cf_section *offer, const struct cf_local_line *line,
                         struct cf_plan *plan) {
    struct cf_sdp_simulcast_list list;
    uint32_t ours = cf_policy_extensions_of(policy, offer->media->kind);
    bool can_tell = offer->attributes.extmaps[CF_EXTENSION_RID].id != 0 && (ours & 1U << CF_EXTENSION_RID) != 0;
    if (offer->media->kind != CF_MEDIA_VIDEO || !can_tell) {
        return;
    }
    if (line->simulcast != NULL) {
        answer_by_sending(offer, line, plan);
    } else if (policy->takes_simulcast && read_list(offer, CF_DIRECTION_SENDONLY, &list)) {
        plan->rid_direction = CF_DIRECTION_RECVONLY;
        take_streams(offer, &list, CF_DIRECTION_SENDONLY, plan);
    }
}

/* --- offers --- */

/* Formats are not decided yet, but those of a line that exists keep their numbers. */
static bool keep_types(struct cf_str types, struct cf_plan_rid *ret) {
    struct cf_str rest = types;
    ret->has_types = types.at != NULL;
    ret->type_count = 0;
    while (rest.at != NULL && ret->type_count < CF_MEDIA_PAYLOADS_MAX) {
        uint32_t type;
        if (cf_str_to_u32(cf_str_cut(&rest, ','), CF_PAYLOAD_COUNT - 1, &type)) {
            ret->types[ret->type_count++] = (uint8_t)type;
        }
    }
    return !ret->has_types || ret->type_count > 0;
}

/* What we received before goes on: an offer about something else does not end it (RFC 3264 section 8). */
static void offer_again(const struct cf_section *local, const struct cf_section *remote, struct cf_plan *plan) {
    struct cf_sdp_simulcast_list ours;
    struct cf_sdp_simulcast_list theirs;
    if (!read_list(local, CF_DIRECTION_RECVONLY, &ours) || !read_list(remote, CF_DIRECTION_SENDONLY, &theirs)) {
        return;
    }
    plan->rid_direction = CF_DIRECTION_RECVONLY;
    for (size_t i = 0; i < ours.count && plan->rid_count < CF_MEDIA_ENCODINGS_MAX; i++) {
        struct cf_plan_rid *planned = &plan->rids[plan->rid_count];
        struct cf_sdp_rid rid;
        if (has_entry(&theirs, ours.at[i].rid) && find_rid(local, ours.at[i].rid, CF_DIRECTION_RECVONLY, &rid) &&
            keep_types(rid.payload_types, planned)) {
            planned->id = rid.id;
            planned->restrictions = rid.restrictions;
            plan->rid_count++;
        }
    }
}

void cf_simulcast_offer(const struct cf_local_line *line, const struct cf_section *local, const struct cf_section *remote,
                        struct cf_plan *plan) {
    const struct cf_local_simulcast *wanted = line->simulcast;
    if (wanted != NULL) {
        plan->rid_direction = CF_DIRECTION_SENDONLY;
        plan->rid_count = wanted->count;
        for (size_t i = 0; i < wanted->count; i++) {
            plan->rids[i] = (struct cf_plan_rid){.id = wanted->rids[i], .restrictions = wanted->restrictions[i]};
        }
    } else if (local != NULL && remote != NULL) {
        offer_again(local, remote, plan);
    }
}

/* --- what was agreed on --- */

static void set_types(struct cf_str types, struct cf_media_encoding *ret) {
    struct cf_str rest = types;
    ret->has_types = types.at != NULL;
    while (rest.at != NULL) {
        uint32_t type;
        if (cf_str_to_u32(cf_str_cut(&rest, ','), CF_PAYLOAD_COUNT - 1, &type)) {
            ret->types[type / 64] |= UINT64_C(1) << type % 64;
        }
    }
}

/* Two sections and which way the streams between them go, seen from the first. */
struct agreed {
    const struct cf_section *offer;
    const struct cf_section *answer;
    const struct cf_section *receiver; /* whose payload types its sender writes */
    enum cf_direction offered;
};

/* RFC 8853 section 5.3.3: what the answer has of the offer's streams, with a=rid on both sides; one alternative of each. */
static void conclude(const struct agreed *a, struct cf_media_simulcast *ret) {
    enum cf_direction answered = cf_direction_mirror(a->offered);
    struct cf_sdp_simulcast_list offers;
    struct cf_sdp_simulcast_list answers;
    int taken = -1;
    if (!read_list(a->offer, a->offered, &offers) || !read_list(a->answer, answered, &answers)) {
        return;
    }
    for (size_t i = 0; i < answers.count && ret->count < CF_MEDIA_ENCODINGS_MAX; i++) {
        struct cf_str id = answers.at[i].rid;
        struct cf_sdp_rid in_offer;
        struct cf_sdp_rid in_answer;
        if (answers.at[i].stream == taken || id.len > CF_MEDIA_RID_MAX || !has_entry(&offers, id) ||
            !find_rid(a->offer, id, a->offered, &in_offer) || !find_rid(a->answer, id, answered, &in_answer)) {
            continue;
        }
        struct cf_media_encoding *encoding = &ret->at[ret->count++];
        taken = answers.at[i].stream;
        encoding->rid_len = (uint8_t)id.len;
        memcpy(encoding->rid, id.at, id.len);
        set_types((a->receiver == a->answer ? &in_answer : &in_offer)->payload_types, encoding);
    }
}

void cf_simulcast_conclude(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer,
                           struct cf_media_line *ret) {
    struct agreed agreed = {.offer = is_local_offer ? local : remote, .answer = is_local_offer ? remote : local};
    const struct cf_media_extension *extension = &ret->extensions[CF_EXTENSION_RID];
    if (extension->id != 0 && extension->can_receive) {
        agreed.receiver = local;
        agreed.offered = is_local_offer ? CF_DIRECTION_RECVONLY : CF_DIRECTION_SENDONLY;
        conclude(&agreed, &ret->simulcast_in);
    }
    if (extension->id != 0 && extension->can_send) {
        agreed.receiver = remote;
        agreed.offered = is_local_offer ? CF_DIRECTION_SENDONLY : CF_DIRECTION_RECVONLY;
        conclude(&agreed, &ret->simulcast_out);
    }
}

/* --- text --- */

void cf_put_simulcast(struct cf_writer *w, const struct cf_plan *plan) {
    struct cf_sdp_simulcast simulcast = {.send = {.count = 0}};
    struct cf_sdp_simulcast_list *list = plan->rid_direction == CF_DIRECTION_SENDONLY ? &simulcast.send : &simulcast.receive;
    for (size_t i = 0; i < plan->rid_count; i++) {
        const struct cf_plan_rid *planned = &plan->rids[i];
        struct cf_sdp_rid rid = {.id = planned->id, .direction = plan->rid_direction, .restrictions = planned->restrictions};
        char text[4 * CF_MEDIA_PAYLOADS_MAX];
        struct cf_writer types;
        cf_writer_init(&types, text, sizeof text);
        for (size_t k = 0; k < planned->type_count; k++) {
            if (k > 0) {
                cf_put_char(&types, ',');
            }
            cf_put_dec(&types, planned->types[k]);
        }
        rid.payload_types = planned->has_types ? cf_writer_str(&types) : CF_STR_NONE;
        cf_put_sdp_rid(w, &rid);
        list->at[list->count++] = (struct cf_sdp_simulcast_entry){.rid = planned->id, .stream = (uint8_t)i};
    }
    cf_put_sdp_simulcast(w, &simulcast);
}

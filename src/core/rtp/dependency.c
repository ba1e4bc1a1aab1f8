/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/dependency.h"

#include "base/bug.h"
#include <string.h>

/* --- bits --- */

struct bits {
    struct cf_span data;
    size_t at; /* bit */
    bool is_short;
};

static uint32_t take(struct bits *b, unsigned count) {
    uint32_t value = 0;
    if (count > 8 * b->data.len - b->at) {
        b->is_short = true;
        b->at = 8 * b->data.len;
        return 0;
    }
    for (unsigned i = 0; i < count; i++, b->at++) {
        value = value << 1 | (uint32_t)(b->data.at[b->at / 8] >> (7 - b->at % 8) & 1U);
    }
    return value;
}

static bool take_flag(struct bits *b) {
    return take(b, 1) != 0;
}

/* ns(n): a number below @p n, in as few bits as that takes. */
static uint32_t take_below(struct bits *b, uint32_t n) {
    unsigned width = 0;
    for (uint32_t x = n; x != 0; x >>= 1) {
        width++;
    }
    uint32_t short_count = (1U << width) - n;
    uint32_t value = take(b, width - 1);
    if (value < short_count) {
        return value;
    }
    return (value << 1) - short_count + take(b, 1);
}

/* --- the structure --- */

static enum cf_err take_layers(struct bits *b, struct cf_dd_structure *s) {
    uint8_t spatial = 0;
    uint8_t temporal = 0;
    uint32_t next;
    do {
        if (s->template_count == CF_DD_TEMPLATES_MAX || spatial >= CF_DD_SPATIAL_MAX || temporal >= CF_DD_TEMPORAL_MAX) {
            return CF_ERR_MALFORMED;
        }
        s->templates[s->template_count++] = (struct cf_dd_template){.spatial = spatial, .temporal = temporal};
        next = take(b, 2);
        if (next == 1) {
            temporal++;
            s->temporal_max = temporal > s->temporal_max ? temporal : s->temporal_max;
        } else if (next == 2) {
            temporal = 0;
            spatial++;
        }
    } while (next != 3 && !b->is_short);
    s->spatial_max = spatial;
    return CF_OK;
}

static uint64_t take_indications(struct bits *b, unsigned targets) {
    uint64_t indications = 0;
    for (unsigned t = 0; t < targets; t++) {
        indications |= (uint64_t)take(b, 2) << (2 * t);
    }
    return indications;
}

/* How far back the frames are that those of each template need. */
static void take_differences(struct bits *b, struct cf_dd_structure *s) {
    for (size_t i = 0; i < s->template_count; i++) {
        while (take_flag(b)) {
            s->templates[i].needs |= (uint16_t)(1U << take(b, 4));
        }
    }
}

static void skip_chains(struct bits *b, const struct cf_dd_structure *s, uint32_t *ret_chains) {
    uint32_t chains = take_below(b, s->target_count + 1U);
    *ret_chains = chains;
    if (chains == 0) {
        return;
    }
    for (size_t t = 0; t < s->target_count; t++) {
        (void)take_below(b, chains);
    }
    for (size_t i = 0; i < (size_t)s->template_count * chains; i++) {
        (void)take(b, 4);
    }
}

/* The layers of a decode target are the highest of the templates that it needs. */
static void find_target_layers(struct cf_dd_structure *s) {
    for (size_t t = 0; t < s->target_count; t++) {
        for (size_t i = 0; i < s->template_count; i++) {
            const struct cf_dd_template *template = &s->templates[i];
            if ((template->indications >> (2 * t) & 3U) == CF_DD_NOT_PRESENT) {
                continue;
            }
            s->target_spatial[t] = template->spatial > s->target_spatial[t] ? template->spatial : s->target_spatial[t];
            s->target_temporal[t] = template->temporal > s->target_temporal[t] ? template->temporal : s->target_temporal[t];
        }
    }
}

static enum cf_err take_structure(struct bits *b, struct cf_dd_structure *ret) {
    struct cf_dd_structure s = {.any = true};
    uint32_t chains;
    s.id_offset = (uint8_t)take(b, 6);
    s.target_count = (uint8_t)(take(b, 5) + 1);
    enum cf_err err = take_layers(b, &s);
    if (err != CF_OK) {
        return err;
    }
    for (size_t i = 0; i < s.template_count; i++) {
        s.templates[i].indications = take_indications(b, s.target_count);
    }
    take_differences(b, &s);
    skip_chains(b, &s, &chains);
    find_target_layers(&s);
    if (take_flag(b)) {
        for (size_t i = 0; i <= s.spatial_max; i++) {
            s.widths[i] = (uint16_t)(take(b, 16) + 1);
            s.heights[i] = (uint16_t)(take(b, 16) + 1);
        }
    }
    if (b->is_short) {
        return CF_ERR_TRUNCATED;
    }
    *ret = s;
    return CF_OK;
}

/* --- the frame --- */

/* What the flags of the long form say. */
struct flags {
    bool has_structure;
    bool has_active_targets;
    bool has_indications;
    bool has_differences;
};

static struct flags take_flags(struct bits *b) {
    struct flags flags = {.has_structure = take_flag(b)};
    flags.has_active_targets = take_flag(b);
    flags.has_indications = take_flag(b);
    flags.has_differences = take_flag(b);
    (void)take_flag(b); /* own chains: they are the last, and not looked at */
    return flags;
}

/* What a frame needs if that is not as its template says: differences of one to three times four bits. */
static void take_own_differences(struct bits *b, struct cf_dd *dd) {
    dd->needs = 0;
    for (uint32_t size = take(b, 2); size > 0; size = take(b, 2)) {
        uint32_t before = take(b, 4 * size);
        if (before < CF_DD_NEEDS_MAX) {
            dd->needs |= UINT64_C(1) << before;
        } else {
            dd->needs_older = true;
        }
    }
}

/* The layers of a frame by its template; its own indications and differences if it has some. */
static enum cf_err take_frame(struct bits *b, const struct cf_dd_structure *s, uint32_t template_id, const struct flags *flags,
                              struct cf_dd *dd) {
    uint32_t index = (template_id + CF_DD_TEMPLATES_MAX - s->id_offset) % CF_DD_TEMPLATES_MAX;
    if (!s->any || index >= s->template_count) {
        return CF_ERR_NOT_FOUND;
    }
    dd->spatial = s->templates[index].spatial;
    dd->temporal = s->templates[index].temporal;
    dd->indications = flags->has_indications ? take_indications(b, s->target_count) : s->templates[index].indications;
    dd->needs = s->templates[index].needs;
    if (flags->has_differences) {
        take_own_differences(b, dd);
    }
    return b->is_short ? CF_ERR_TRUNCATED : CF_OK;
}

enum cf_err cf_dd_parse(struct cf_span data, struct cf_dd_structure *structure, struct cf_dd *ret) {
    struct bits b = {.data = data};
    if (data.len < CF_DD_LEN_MIN) {
        return CF_ERR_TRUNCATED;
    }
    struct cf_dd dd = {.frame_start = take_flag(&b)};
    dd.frame_end = take_flag(&b);
    uint32_t template_id = take(&b, 6);
    dd.frame_number = (uint16_t)take(&b, 16);
    struct flags flags = {.has_structure = false};
    struct cf_dd_structure fresh;
    const struct cf_dd_structure *used = structure;
    if (data.len > CF_DD_LEN_MIN) {
        flags = take_flags(&b);
    }
    if (flags.has_structure) {
        enum cf_err err = take_structure(&b, &fresh);
        if (err != CF_OK) {
            return err;
        }
        used = &fresh;
    }
    dd.has_structure = flags.has_structure;
    dd.place =
        (struct cf_dd_place){.mask_at = (uint16_t)b.at, .target_count = used->target_count, .has_mask = flags.has_active_targets};
    dd.has_active_targets = flags.has_active_targets;
    dd.active_targets = flags.has_active_targets ? take(&b, used->target_count) : 0;
    if (flags.has_structure && !flags.has_active_targets) {
        dd.has_active_targets = true;
        dd.active_targets = (uint32_t)((UINT64_C(1) << used->target_count) - 1);
    }
    enum cf_err err = take_frame(&b, used, template_id, &flags, &dd);
    if (err != CF_OK) {
        return err;
    }
    if (flags.has_structure) {
        *structure = fresh;
    }
    *ret = dd;
    return CF_OK;
}

/* --- for receivers --- */

uint32_t cf_dd_targets(const struct cf_dd_structure *structure, unsigned spatial, unsigned temporal) {
    uint32_t targets = 0;
    for (unsigned t = 0; t < structure->target_count; t++) {
        bool is_in = structure->target_spatial[t] <= spatial && structure->target_temporal[t] <= temporal;
        targets |= is_in ? UINT32_C(1) << t : 0;
    }
    return targets;
}

int cf_dd_switch_temporal(const struct cf_dd *dd, const struct cf_dd_structure *structure) {
    int highest = -1;
    for (unsigned t = 0; t < structure->target_count; t++) {
        if (structure->target_spatial[t] == dd->spatial && cf_dd_indication(dd, t) == CF_DD_SWITCH) {
            highest = structure->target_temporal[t] > highest ? structure->target_temporal[t] : highest;
        }
    }
    return highest;
}

/* Bits are put one after the other into octets that are zero. */
struct bit_writer {
    uint8_t *out;
    size_t at;
};

static void put_bits(struct bit_writer *w, uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0; w->at++) {
        w->out[w->at / 8] |= (uint8_t)((value >> i & 1U) << (7 - w->at % 8));
    }
}

static void copy_bits(struct bit_writer *w, struct bits *b, size_t end) {
    while (b->at < end) {
        put_bits(w, take(b, 1), 1);
    }
}

/* Bits of the part that every packet has, and of the flags behind it: structure, active targets, three of their own. */
#define MANDATORY_BITS (8U * CF_DD_LEN_MIN)
#define FLAG_TARGETS 0x08U
#define FLAG_BITS 5U

size_t cf_dd_print(struct cf_span data, const struct cf_dd_place *place, uint16_t frame_number, const uint32_t *targets,
                   uint8_t *out) {
    cf_assert(data.len >= CF_DD_LEN_MIN && data.len <= CF_DD_LEN_MAX);
    if (targets == NULL) {
        memcpy(out, data.at, data.len);
        cf_set_be16(out + CF_DD_FRAME_NUMBER_AT, frame_number);
        return data.len;
    }
    memset(out, 0, CF_DD_PRINTED_MAX);
    struct bits b = {.data = data};
    struct bit_writer w = {.out = out};
    copy_bits(&w, &b, MANDATORY_BITS);
    uint32_t flags = data.len > CF_DD_LEN_MIN ? take(&b, FLAG_BITS) : 0;
    put_bits(&w, flags | FLAG_TARGETS, FLAG_BITS);
    copy_bits(&w, &b, place->mask_at); /* the structure, if there is one */
    put_bits(&w, *targets, place->target_count);
    b.at += place->has_mask ? place->target_count : 0;
    copy_bits(&w, &b, 8 * data.len);
    cf_set_be16(out + CF_DD_FRAME_NUMBER_AT, frame_number);
    return (w.at + 7) / 8;
}

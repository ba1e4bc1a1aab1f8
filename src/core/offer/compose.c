/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our descriptions with their versions. */
#include "core/offer/compose.h"

#include "core/offer/description.h"

/* First guess of what a description takes, beyond the texts of the caller: the session's part and a line. */
#define SESSION_ROOM 512
#define LINE_ROOM 1536

/* Longest o= line with what is before it. */
#define ORIGIN_MAX 1024

/* Session ids are 31 bits: some phones read no more. */
#define SESSION_ID_MASK 0x7FFFFFFFU

/* A buffer that is most likely large enough for a description of @p line_count lines. */
static size_t buffer_size(const struct cf_local_session *local, size_t line_count) {
    size_t size = SESSION_ROOM + local->extra.len + local->user.len + local->name.len + line_count * LINE_ROOM;
    for (size_t i = 0; i < local->line_count && i < line_count; i++) {
        const struct cf_local_line *line = &local->lines[i];
        size += line->extra.len + line->label.len + line->content.len + line->mid.len + line->cname.len;
    }
    return size < CF_SDP_TEXT_MAX ? size : CF_SDP_TEXT_MAX;
}

/* What stands behind the o= line of a description of ours. */
static struct cf_str behind_origin(struct cf_str text) {
    (void)cf_str_cut(&text, '\n');
    (void)cf_str_cut(&text, '\n');
    return text;
}

/*
 * A description of ours as an owned text: that in force if @p body says the same, else with the next version (RFC 3264 section
 * 8). A version is never used for two things, also if its offer was refused: DEVIATION(docs/rfc/3264.md#version).
 */
static enum cf_err compose(struct cf_negotiation *n, const struct cf_local_session *local, struct cf_str body,
                           struct cf_str *ret) {
    char origin[ORIGIN_MAX];
    struct cf_writer w;
    if (cf_negotiation_is_agreed(n) && cf_str_eq(behind_origin(n->local), body)) {
        return cf_mem_dup_str(n->mem, n->local, ret) ? CF_OK : CF_ERR_NO_MEMORY;
    }
    if (!n->has_version) {
        n->session_id = (cf_entropy_u32(local->entropy) & SESSION_ID_MASK) | 1U;
        n->has_version = true;
    }
    cf_writer_init(&w, origin, sizeof origin);
    cf_put_description_origin(&w, local, n->session_id, n->version + 1);
    size_t len = w.len + body.len;
    if (!cf_writer_ok(&w) || len > CF_SDP_TEXT_MAX) {
        return CF_ERR_NO_ROOM;
    }
    char *text = cf_mem_alloc(n->mem, len + 1);
    if (text == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    memcpy(text, origin, w.len);
    memcpy(text + w.len, body.at, body.len);
    n->version++;
    *ret = cf_str_n(text, len);
    return CF_OK;
}

/* What is to be written: one of both. */
struct draft {
    const struct cf_answer_input *answer;
    const struct cf_offer_input *offer;
};

/* Write the draft into a buffer of @p size octets and make it a text. CF_ERR_NO_ROOM: the buffer is too small. */
static enum cf_err compose_in(struct cf_negotiation *n, const struct draft *draft, size_t size, struct cf_str *ret_text,
                              struct cf_refusal *ret_refusal) {
    struct cf_writer w;
    uint8_t *buffer = cf_mem_alloc(n->mem, size);
    if (buffer == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    cf_writer_init(&w, buffer, size);
    enum cf_err err = draft->answer != NULL ? cf_answer_write(draft->answer, &w, ret_refusal) : cf_offer_write(draft->offer, &w);
    if (err == CF_OK) {
        const struct cf_local_session *local = draft->answer != NULL ? draft->answer->local : draft->offer->local;
        err = compose(n, local, cf_writer_str(&w), ret_text);
    }
    cf_mem_wipe(buffer, w.len);
    cf_mem_free(n->mem, buffer, size);
    return err;
}

static enum cf_err compose_growing(struct cf_negotiation *n, const struct draft *draft, size_t size, struct cf_str *ret_text,
                                   struct cf_refusal *ret_refusal) {
    enum cf_err err = compose_in(n, draft, size, ret_text, ret_refusal);
    while (err == CF_ERR_NO_ROOM && size < CF_SDP_TEXT_MAX) {
        size = size < CF_SDP_TEXT_MAX / 4 ? 4 * size : CF_SDP_TEXT_MAX;
        err = compose_in(n, draft, size, ret_text, ret_refusal);
    }
    return err;
}

enum cf_err cf_compose_answer(struct cf_negotiation *n, const struct cf_answer_input *input, struct cf_str *ret_text,
                              struct cf_refusal *ret_refusal) {
    const struct draft draft = {.answer = input};
    return compose_growing(n, &draft, buffer_size(input->local, input->offer->media_count), ret_text, ret_refusal);
}

enum cf_err cf_compose_offer(struct cf_negotiation *n, const struct cf_offer_input *input, struct cf_str *ret_text) {
    const struct draft draft = {.offer = input};
    return compose_growing(n, &draft, buffer_size(input->local, input->local->line_count), ret_text, NULL);
}

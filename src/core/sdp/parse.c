/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to model. */
#include "core/sdp/connection.h"

/* Where the parser stands. The model is filled in place and handed out at the end only. */
struct parser {
    struct cf_sdp_room room;
    struct cf_sdp sdp;
    struct cf_sdp_media *media; /* section that is being filled; NULL: the session */
    size_t line_count;          /* of the room */
    bool has_origin;
    bool has_time;
    const char *what; /* of the error */
};

static enum cf_err fail(struct parser *p, enum cf_err err, const char *what) {
    p->what = what;
    return err;
}

static enum cf_err parse_origin(struct parser *p, struct cf_str value) {
    struct cf_str rest = value;
    struct cf_sdp_origin origin = {.user = cf_sdp_word(&rest)};
    origin.session_id = cf_sdp_word(&rest);
    origin.version = cf_sdp_word(&rest);
    origin.address = rest;
    if (!cf_str_is_digits(origin.session_id, 1, SIZE_MAX) || !cf_str_is_digits(origin.version, 1, SIZE_MAX) || rest.len == 0) {
        return fail(p, CF_ERR_MALFORMED, "o=");
    }
    if (!p->has_origin) {
        p->sdp.origin = origin;
        p->has_origin = true;
    }
    return CF_OK;
}

static enum cf_err parse_time(struct parser *p, struct cf_str value) {
    struct cf_str rest = value;
    uint64_t start = 0;
    uint64_t stop = 0;
    if (!cf_str_to_u64(cf_sdp_word(&rest), UINT64_MAX, &start) || !cf_str_to_u64(cf_sdp_word(&rest), UINT64_MAX, &stop)) {
        return fail(p, CF_ERR_MALFORMED, "t=");
    }
    if (!p->has_time) {
        p->sdp.start_ntp = start;
        p->sdp.stop_ntp = stop;
        p->has_time = true;
    }
    return CF_OK;
}

static enum cf_err parse_connection(struct parser *p, struct cf_str value) {
    struct cf_sdp_connection connection;
    if (!cf_sdp_connection_parse(value, &connection)) {
        return fail(p, CF_ERR_MALFORMED, "c=");
    }
    struct cf_sdp_connection *place = p->media != NULL ? &p->media->connection : &p->sdp.connection;
    if (!place->is_present) {
        *place = connection;
    }
    return CF_OK;
}

static enum cf_media_kind kind_of(struct cf_str media) {
    if (cf_str_eq_nocase(media, CF_STR("audio"))) {
        return CF_MEDIA_AUDIO;
    }
    return cf_str_eq_nocase(media, CF_STR("video")) ? CF_MEDIA_VIDEO : CF_MEDIA_OTHER;
}

/* The words of an m-line are given back in answers: nothing but printable ASCII. */
static bool is_printable(struct cf_str s) {
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < ' ' || s.at[i] > '~') {
            return false;
        }
    }
    return true;
}

static enum cf_err parse_media(struct parser *p, struct cf_str value) {
    struct cf_str rest = value;
    struct cf_sdp_media media = {.media = cf_sdp_word(&rest), .port_count = 1};
    struct cf_str count = cf_sdp_word(&rest);
    struct cf_str port = cf_str_cut(&count, '/');
    media.protocol = cf_sdp_word(&rest);
    media.formats = cf_str_trim(rest);
    media.kind = kind_of(media.media);
    uint32_t number = 0;
    uint32_t port_count = 1;
    if (!is_printable(value) || !cf_sdp_is_token(media.media) || !cf_str_to_u32(port, UINT16_MAX, &number) ||
        media.formats.len == 0 || (count.at != NULL && !cf_str_to_u32(count, UINT16_MAX, &port_count))) {
        return fail(p, CF_ERR_MALFORMED, "m=");
    }
    if (p->sdp.media_count >= CF_SDP_MEDIA_MAX || p->sdp.media_count >= p->room.media_max) {
        return fail(p, CF_ERR_LIMIT, "number of m=");
    }
    media.port = (uint16_t)number;
    media.port_count = (uint16_t)port_count;
    media.lines.at = p->room.lines + p->line_count;
    p->media = &p->room.media[p->sdp.media_count++];
    *p->media = media;
    return CF_OK;
}

static enum cf_err add_line(struct parser *p, const struct cf_sdp_line *line) {
    if (p->line_count >= p->room.lines_max || p->line_count >= CF_SDP_LINES_MAX) {
        return fail(p, CF_ERR_LIMIT, "number of lines");
    }
    p->room.lines[p->line_count++] = *line;
    struct cf_sdp_lines *section = p->media != NULL ? &p->media->lines : &p->sdp.lines;
    section->count++;
    return CF_OK;
}

static enum cf_err parse_session_line(struct parser *p, char type, struct cf_str value) {
    if (type == 'o') {
        return parse_origin(p, value);
    }
    if (type == 't') {
        return parse_time(p, value);
    }
    if (type == 's' && p->sdp.name.at == NULL) {
        p->sdp.name = value;
    }
    return CF_OK;
}

/* The value of a line that is not v= or m=. */
static enum cf_err parse_value(struct parser *p, char type, struct cf_str value) {
    struct cf_sdp_line line = {.type = type, .value = value};
    enum cf_err err = CF_OK;
    if (type == 'a') {
        line.value = value;
        line.name = cf_str_cut(&line.value, ':');
        if (line.name.len == 0) {
            return fail(p, CF_ERR_MALFORMED, "a=");
        }
    } else if (type == 'c') {
        err = parse_connection(p, value);
    } else if (p->media == NULL) {
        err = parse_session_line(p, type, value);
    }
    return err == CF_OK ? add_line(p, &line) : err;
}

static enum cf_err parse_line(struct parser *p, struct cf_str line) {
    if (line.len > CF_SDP_LINE_MAX) {
        return fail(p, CF_ERR_LIMIT, "length of a line");
    }
    if (line.len < 2 || line.at[1] != '=' || !cf_ascii_is_alpha(line.at[0])) {
        return fail(p, CF_ERR_MALFORMED, "a letter and =");
    }
    char type = line.at[0];
    struct cf_str value = cf_str_skip(line, 2);
    if (p->line_count == 0) {
        if (type != 'v') {
            return fail(p, CF_ERR_MALFORMED, "v=");
        }
        if (!cf_str_eq(cf_str_trim(value), CF_STR("0"))) {
            return fail(p, CF_ERR_UNSUPPORTED, "v=0");
        }
    } else if (type == 'v') {
        /* The beginning of a second description. */
        return fail(p, CF_ERR_MALFORMED, "one v=");
    }
    return type == 'm' ? parse_media(p, value) : parse_value(p, type, value);
}

/* What is missing at the end; session data that sections inherit. */
static enum cf_err finish(struct parser *p) {
    if (p->line_count == 0) {
        return fail(p, CF_ERR_MALFORMED, "v=");
    }
    if (!p->has_origin) {
        return fail(p, CF_ERR_MALFORMED, "o=");
    }
    for (size_t i = 0; i < p->sdp.media_count; i++) {
        if (!p->room.media[i].connection.is_present) {
            p->room.media[i].connection = p->sdp.connection;
        }
    }
    return CF_OK;
}

/* Cut the next line off @p rest, without its end. CR alone is no line end. DEVIATION(docs/rfc/8866.md#loose) */
static struct cf_str next_line(struct cf_str *rest) {
    struct cf_str line = cf_str_cut(rest, '\n');
    while (line.len > 0 && line.at[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

static enum cf_err parse_text(struct parser *p, struct cf_str text, size_t *ret_offset) {
    struct cf_str rest = text;
    while (rest.at != NULL) {
        struct cf_str line = next_line(&rest);
        *ret_offset = (size_t)(line.at - text.at);
        if (cf_str_trim(line).len == 0) {
            continue;
        }
        size_t nul = cf_str_find(line, '\0');
        if (nul < line.len) {
            *ret_offset += nul;
            return fail(p, CF_ERR_MALFORMED, "no NUL");
        }
        enum cf_err err = parse_line(p, line);
        if (err != CF_OK) {
            return err;
        }
    }
    *ret_offset = text.len;
    return finish(p);
}

enum cf_err cf_sdp_parse(struct cf_str text, const struct cf_sdp_room *room, struct cf_sdp *ret,
                         struct cf_parse_error *ret_error) {
    struct parser p = {.room = *room, .sdp = {.text = text, .media = room->media, .lines = {.at = room->lines}}};
    size_t offset = 0;
    enum cf_err err = text.len > CF_SDP_TEXT_MAX ? fail(&p, CF_ERR_LIMIT, "length") : parse_text(&p, text, &offset);
    if (err != CF_OK) {
        *ret_error = (struct cf_parse_error){.code = err, .offset = (uint32_t)offset, .what = p.what};
        return err;
    }
    *ret = p.sdp;
    return CF_OK;
}

/* Upper bounds for the arrays: lines of any kind, and lines that begin with m. */
static void count_lines(struct cf_str text, size_t *ret_lines, size_t *ret_media) {
    struct cf_str rest = text;
    while (rest.at != NULL) {
        struct cf_str line = cf_str_cut(&rest, '\n');
        *ret_lines += line.len > 1;
        *ret_media += line.len > 1 && line.at[0] == 'm';
    }
}

static size_t at_most(size_t value, size_t limit) {
    return value < limit ? value : limit;
}

enum cf_err cf_sdp_load(const struct cf_mem *mem, struct cf_str text, struct cf_sdp *ret, struct cf_parse_error *ret_error) {
    size_t lines = 1;
    size_t media = 1;
    if (text.len <= CF_SDP_TEXT_MAX) {
        count_lines(text, &lines, &media);
    }
    lines = at_most(lines, CF_SDP_LINES_MAX);
    media = at_most(media, CF_SDP_MEDIA_MAX);
    size_t size = lines * sizeof(struct cf_sdp_line) + media * sizeof(struct cf_sdp_media);
    struct cf_sdp_media *block = cf_mem_alloc(mem, size);
    if (block == NULL) {
        *ret_error = (struct cf_parse_error){.code = CF_ERR_NO_MEMORY, .what = "memory"};
        return CF_ERR_NO_MEMORY;
    }
    struct cf_sdp_room room = {
        .media = block, .media_max = media, .lines = (struct cf_sdp_line *)(void *)(block + media), .lines_max = lines};
    enum cf_err err = cf_sdp_parse(text, &room, ret, ret_error);
    if (err != CF_OK) {
        cf_mem_free(mem, block, size);
        return err;
    }
    ret->block = block;
    ret->block_size = size;
    return CF_OK;
}

void cf_sdp_unload(const struct cf_mem *mem, struct cf_sdp *sdp) {
    cf_mem_free(mem, sdp->block, sdp->block_size);
    *sdp = (struct cf_sdp){0};
}

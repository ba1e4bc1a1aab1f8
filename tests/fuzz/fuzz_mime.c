/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bodies: the input is a Content-Type up to the first end of line, and the body. All leaves lie inside the body, the walk ends,
 * and what is found is a leaf. Leaves that are written again come out again.
 */
#include "core/mime/mime.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char out[1 << 20];

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

/* Write the leaf as the only part of a multipart with a boundary that no input has. */
static void writes_back(const struct cf_mime_part *part) {
    static const struct cf_str boundary = CF_STR_INIT("9b1d6a1f8c4e4d0aa7c3f20b55e6");
    struct cf_mime_part root = {.type = {.type = CF_STR("multipart"),
                                         .subtype = CF_STR("mixed"),
                                         .params = CF_STR("boundary=9b1d6a1f8c4e4d0aa7c3f20b55e6")}};
    struct cf_mime_part again;
    struct cf_mime_walk walk;
    struct cf_writer w;
    if (cf_str_find_str(part->body, boundary) < part->body.len) {
        return;
    }
    cf_writer_init(&w, out, sizeof out);
    cf_mime_put_part(&w, boundary,
                     &(struct cf_mime_part_out){.content_id = part->content_id, .encoding = part->encoding, .body = part->body});
    cf_mime_put_end(&w, boundary);
    if (!cf_writer_ok(&w)) {
        return;
    }
    root.body = cf_writer_str(&w);
    require(cf_mime_walk_begin(&root, &walk) == CF_OK);
    enum cf_err err = cf_mime_walk_next(&walk, &again);
    require(err == CF_ERR_LIMIT || (err == CF_OK && cf_str_eq(again.body, part->body)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_str body = cf_span_str((struct cf_span){data, size});
    struct cf_str type = cf_str_head(body, cf_str_find(body, '\n'));
    struct cf_mime_part root = {.body = cf_str_skip(body, type.len + 1)};
    struct cf_mime_part part;
    struct cf_mime_walk walk;
    struct cf_mime_disposition disposition;
    unsigned count = 0;
    (void)!cf_mime_disposition_parse(type, &disposition);
    if (cf_mime_type_parse(cf_str_trim(type), &root.type) != CF_OK || cf_mime_walk_begin(&root, &walk) != CF_OK) {
        return 0;
    }
    while (cf_mime_walk_next(&walk, &part) == CF_OK) {
        require(part.body.len == 0 ||
                (part.body.at >= root.body.at && part.body.at + part.body.len <= root.body.at + root.body.len));
        require(part.depth <= CF_MIME_DEPTH_MAX && ++count <= CF_MIME_PARTS_MAX);
        require(part.depth == 0 || !cf_mime_part_is_multipart(&part));
        (void)cf_mime_part_disposition(&part);
        writes_back(&part);
    }
    return 0;
}

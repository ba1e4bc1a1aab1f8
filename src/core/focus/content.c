/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the parts of an INVITE. */
#include "core/focus/content.h"

#include "core/sdp/sdp.h"

unsigned cf_content_status(enum cf_err err) {
    switch (cf_err_class_of(err)) {
    case CF_ERR_CLASS_LIMIT:
        return 413;
    case CF_ERR_CLASS_RESOURCE:
        return 500;
    case CF_ERR_CLASS_NONE:
    case CF_ERR_CLASS_PEER:
    case CF_ERR_CLASS_STATE:
    case CF_ERR_CLASS_UPSTREAM:
    case CF_ERR_CLASS_CONFIG:
        break;
    }
    return err == CF_ERR_UNSUPPORTED ? 415 : 400;
}

/* Linphone from 5.4 on says "deflate" of each of its lists, and compresses none: it knows encodings of whole bodies only. */
static enum cf_err read_list(struct cf_invite_content *content, const struct cf_mime_part *part,
                             const struct cf_content_codecs *codecs, const struct cf_mem *mem) {
    content->has_list = true;
    if (part->encoding.len == 0) {
        return codecs->read_list(codecs->ctx, part->body, &content->list);
    }
    if (!cf_str_eq_nocase(part->encoding, CF_STR("deflate"))) {
        return CF_ERR_UNSUPPORTED;
    }
    uint8_t *plain = cf_mem_alloc(mem, CF_CONTENT_INFLATED_MAX);
    size_t len = 0;
    if (plain == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = codecs->inflate(codecs->ctx, cf_str_span(part->body), plain, CF_CONTENT_INFLATED_MAX, &len);
    if (err == CF_OK) {
        err = codecs->read_list(codecs->ctx, cf_str_n((const char *)plain, len), &content->list);
    } else if (cf_str_starts(cf_str_trim(part->body), CF_STR("<"))) {
        err = codecs->read_list(codecs->ctx, part->body, &content->list);
    }
    cf_mem_free(mem, plain, CF_CONTENT_INFLATED_MAX);
    return err;
}

/* What is looked at here must not refuse the description: offer and answer have better words for what is wrong. */
static void look_at_description(struct cf_invite_content *content, struct cf_str text, const struct cf_mem *mem) {
    struct cf_sdp sdp;
    struct cf_parse_error error;
    content->has_description = true;
    if (cf_sdp_load(mem, text, &sdp, &error) != CF_OK) {
        return;
    }
    content->start_ntp = sdp.start_ntp;
    content->stop_ntp = sdp.stop_ntp;
    for (size_t i = 0; i < sdp.media_count; i++) {
        content->has_video = content->has_video || (sdp.media[i].kind == CF_MEDIA_VIDEO && sdp.media[i].port != 0);
    }
    cf_sdp_unload(mem, &sdp);
}

static enum cf_err read_part(struct cf_invite_content *content, const struct cf_mime_part *part,
                             const struct cf_content_codecs *codecs, const struct cf_mem *mem) {
    if (cf_mime_type_is(&part->type, CF_STR("application/sdp"))) {
        look_at_description(content, part->body, mem);
        return CF_OK;
    }
    if (cf_mime_type_is(&part->type, CF_STR("application/resource-lists+xml"))) {
        return read_list(content, part, codecs, mem);
    }
    return CF_OK;
}

static enum cf_err read_parts(struct cf_invite_content *content, const struct cf_mime_part *root,
                              const struct cf_content_codecs *codecs, const struct cf_mem *mem) {
    struct cf_mime_walk walk;
    struct cf_mime_part part;
    enum cf_err err = cf_mime_walk_begin(root, &walk);
    while (err == CF_OK) {
        err = cf_mime_walk_next(&walk, &part);
        if (err == CF_OK) {
            err = read_part(content, &part, codecs, mem);
        }
    }
    return err == CF_ERR_NOT_FOUND ? CF_OK : err;
}

enum cf_err cf_invite_content_read(struct cf_invite_content *ret, const struct cf_sip_message *msg,
                                   const struct cf_content_codecs *codecs, const struct cf_mem *mem, size_t list_max,
                                   unsigned *ret_status) {
    struct cf_mime_part root;
    *ret = (struct cf_invite_content){.has_list = false};
    cf_resource_list_init(&ret->list, mem, list_max);
    enum cf_err err = cf_mime_body_of(msg, &root);
    if (err == CF_OK) {
        err = read_parts(ret, &root, codecs, mem);
    } else if (err == CF_ERR_NOT_FOUND) {
        err = CF_OK;
    }
    if (err != CF_OK) {
        *ret_status = cf_content_status(err);
        cf_invite_content_fini(ret);
    }
    return err;
}

void cf_invite_content_fini(struct cf_invite_content *content) {
    cf_resource_list_fini(&content->list);
}

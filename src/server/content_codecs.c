/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zlib and expat as the focus wants them. */
#include "server/content_codecs.h"

#include "adapt/expat/expat_resource_list.h"
#include "adapt/zlib/zlib_body.h"
#include "shell/system/system.h"

static enum cf_err inflate(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    return cf_zlib_inflate(cf_system_mem(), in, out, size, ret_len);
}

static enum cf_err deflate(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    return cf_zlib_deflate(cf_system_mem(), in, out, size, ret_len);
}

static enum cf_err read_list(void *ctx, struct cf_str xml, struct cf_resource_list *list) {
    (void)ctx;
    return cf_expat_read_resource_list(xml, list);
}

const struct cf_content_codecs *cf_server_content_codecs(void) {
    static const struct cf_content_codecs codecs = {inflate, deflate, read_list, NULL};
    return &codecs;
}

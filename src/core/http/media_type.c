/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types of files. */
#include "core/http/media_type.h"

static const struct {
    struct cf_str ending;
    struct cf_str type;
} types[] = {
    {CF_STR_INIT(".html"), CF_STR_INIT("text/html; charset=utf-8")},
    {CF_STR_INIT(".js"), CF_STR_INIT("text/javascript; charset=utf-8")},
    {CF_STR_INIT(".mjs"), CF_STR_INIT("text/javascript; charset=utf-8")},
    {CF_STR_INIT(".css"), CF_STR_INIT("text/css; charset=utf-8")},
    {CF_STR_INIT(".json"), CF_STR_INIT("application/json")},
    {CF_STR_INIT(".map"), CF_STR_INIT("application/json")},
    {CF_STR_INIT(".webmanifest"), CF_STR_INIT("application/manifest+json")},
    {CF_STR_INIT(".yaml"), CF_STR_INIT("application/yaml")},
    {CF_STR_INIT(".svg"), CF_STR_INIT("image/svg+xml")},
    {CF_STR_INIT(".png"), CF_STR_INIT("image/png")},
    {CF_STR_INIT(".jpg"), CF_STR_INIT("image/jpeg")},
    {CF_STR_INIT(".ico"), CF_STR_INIT("image/x-icon")},
    {CF_STR_INIT(".webp"), CF_STR_INIT("image/webp")},
    {CF_STR_INIT(".woff2"), CF_STR_INIT("font/woff2")},
    {CF_STR_INIT(".wasm"), CF_STR_INIT("application/wasm")},
    {CF_STR_INIT(".ogg"), CF_STR_INIT("audio/ogg")},
    {CF_STR_INIT(".wav"), CF_STR_INIT("audio/wav")},
    {CF_STR_INIT(".txt"), CF_STR_INIT("text/plain; charset=utf-8")},
};

struct cf_str cf_media_type_of(struct cf_str name) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (cf_str_ends(name, types[i].ending)) {
            return types[i].type;
        }
    }
    return CF_STR("application/octet-stream");
}

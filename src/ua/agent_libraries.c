/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/agent_libraries.h"

#include "adapt/expat/expat_conference_info.h"
#include "adapt/g711/g711.h"
#include "adapt/opus/opus_codec.h"
#include "adapt/spandsp/g722.h"
#include "adapt/zlib/zlib_body.h"
#include "shell/system/system.h"

static enum cf_err inflate(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    return cf_zlib_inflate(cf_system_mem(), in, out, size, ret_len);
}

static enum cf_err read_info(void *ctx, const struct cf_mem *mem, struct cf_str xml, struct cf_conference_info *ret) {
    (void)ctx;
    return cf_expat_read_conference_info(mem, xml, ret);
}

const struct cf_agent_codecs cf_agent_libraries = {inflate, read_info, NULL};

const struct cf_audio_codec *const cf_agent_audio_codecs[] = {&cf_codec_opus, &cf_codec_g722, &cf_codec_pcmu, &cf_codec_pcma};
const size_t cf_agent_audio_codec_count = sizeof cf_agent_audio_codecs / sizeof *cf_agent_audio_codecs;

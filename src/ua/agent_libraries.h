/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zlib and expat as an agent wants them, and audio codecs as a terminal does. */
#ifndef CF_UA_AGENT_LIBRARIES_H
#define CF_UA_AGENT_LIBRARIES_H

#include "core/agent/agent.h"
#include "core/mix/codec.h"

/** Bodies. */
extern const struct cf_agent_codecs cf_agent_libraries;

/** Audio codecs. */
extern const struct cf_audio_codec *const cf_agent_audio_codecs[];
extern const size_t cf_agent_audio_codec_count;

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=content (RFC 4796) and the values that Linphone adds for conferences (docs/rfc/4796.md): what a stream shows. a=label (RFC
 * 4574) needs no parser: its value is the label. Pure, any thread.
 */
#ifndef CF_CORE_SDP_CONTENT_H
#define CF_CORE_SDP_CONTENT_H

#include "base/str.h"

/** What a stream shows. */
enum cf_content {
    CF_CONTENT_NONE,       /**< no a=content */
    CF_CONTENT_MAIN,       /**< the main source, in full quality */
    CF_CONTENT_ALT,        /**< an alternative source */
    CF_CONTENT_SLIDES,     /**< a screen or presentation */
    CF_CONTENT_SPEAKER,    /**< the speaker; for Linphone the line that follows the active speaker */
    CF_CONTENT_SL,         /**< sign language */
    CF_CONTENT_USER_FLOOR, /**< the holder of the floor */
    CF_CONTENT_THUMBNAIL,  /**< Linphone: a miniature */
    CF_CONTENT_OTHER,      /**< only values that we don't know */
};

/** The first known value in the comma-separated list @p value; CF_CONTENT_OTHER if none is known, CF_CONTENT_NONE if absent. */
enum cf_content cf_content_parse(struct cf_str value);

/** The word for @p content; empty for none and other. */
struct cf_str cf_content_name(enum cf_content content);

#endif

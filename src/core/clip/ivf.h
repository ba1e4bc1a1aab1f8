/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of encoded pictures: IVF, the container of libvpx (a header of 32 octets, then frames of 12 octets of header each), and
 * H.264 byte streams cut into access units. Parse and print. A format.
 */
#ifndef CF_CORE_CLIP_IVF_H
#define CF_CORE_CLIP_IVF_H

#include "base/err.h"
#include "base/writer.h"

/** Octets of the headers. */
#define CF_IVF_HEADER_LEN 32U
#define CF_IVF_FRAME_HEADER_LEN 12U

/** A file's header. */
struct cf_ivf {
    char fourcc[4]; /**< "VP80" */
    uint16_t width;
    uint16_t height;
    uint32_t rate;   /**< units of time a second ... */
    uint32_t scale;  /**< ... divided by this */
    uint32_t frames; /**< as the header says; often wrong */
};

/** Read the header of @p file; *ret_frames is what follows it. CF_ERR_MALFORMED, CF_ERR_TRUNCATED. */
CF_MUST_USE enum cf_err cf_ivf_parse(struct cf_span file, struct cf_ivf *ret, struct cf_span *ret_frames);

/** The next frame of @p frames, which loses it. False at the end, or where the file is cut off. */
bool cf_ivf_next(struct cf_span *frames, struct cf_span *ret_frame, uint64_t *ret_time);

/** Write a file's header. */
void cf_put_ivf_header(struct cf_writer *w, const struct cf_ivf *ivf);

/** Write a frame's header; @p len octets of frame follow. */
void cf_put_ivf_frame(struct cf_writer *w, uint32_t len, uint64_t time);

/** The next access unit of H.264 byte stream @p stream, which loses it: from its first NAL unit to the last before the next
 * picture. Empty at the end. */
struct cf_span cf_access_unit_next(struct cf_span *stream);

/** Does access unit @p unit hold an IDR picture? */
bool cf_access_unit_is_key(struct cf_span unit);

#endif

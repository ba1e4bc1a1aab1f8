/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The test card: a picture that says by machine-readable squares whose it is and which number it has, and to people by a large
 * digit on a colour. Survives hard compression and scaling, because the squares are as large as the picture allows. The lower
 * half is a field of 8 by 4 squares, dark or light: eight bits of number of the sender, 16 of the frame, eight of CRC-8.
 * A format; no state.
 */
#ifndef CF_CORE_CLIP_CARD_H
#define CF_CORE_CLIP_CARD_H

#include "core/clip/picture.h"

/** Smallest card, samples. */
#define CF_CARD_WIDTH_MIN 64U
#define CF_CARD_HEIGHT_MIN 48U

/** What a card says. */
struct cf_card {
    uint8_t sender; /**< number of whoever sends it */
    uint16_t frame; /**< counted by the sender, wraps */
};

/** Draw @p card all over @p picture, which is at least CF_CARD_WIDTH_MIN by CF_CARD_HEIGHT_MIN. */
void cf_card_draw(struct cf_picture *picture, struct cf_card card);

/** Read a card. False if the picture is none, or too damaged. */
bool cf_card_read(const struct cf_picture *picture, struct cf_card *ret);

#endif

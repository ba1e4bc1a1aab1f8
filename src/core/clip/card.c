/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/card.h"

#define COLUMNS 8U
#define ROWS 4U
#define LIGHT 210U
#define DARK 40U
#define THRESHOLD 125U

/* Steps of the bar that moves through the upper half. */
#define BAR_STEPS 64U

static const struct cf_colour colours[] = {
    {110, 110, 180}, {100, 180, 110}, {120, 90, 100},  {90, 150, 160}, {140, 80, 160}, {80, 170, 90},
    {130, 100, 90},  {95, 120, 200},  {105, 200, 120}, {125, 70, 130}, {85, 140, 80},  {115, 160, 150},
};

/* Segments of digits as on a pocket calculator: a at the top, then clockwise b to f, g in the middle. */
static const uint8_t segments[10] = {0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f};

static uint8_t crc8(uint32_t value) {
    uint8_t crc = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        crc = (uint8_t)(crc ^ (uint8_t)(value >> shift));
        for (int bit = 0; bit < 8; bit++) {
            crc = (uint8_t)((crc & 0x80U) != 0 ? (unsigned)(crc << 1) ^ 0x07U : (unsigned)(crc << 1));
        }
    }
    /* Not zero for zeros: a black picture is no card. */
    return (uint8_t)(crc ^ 0x55U);
}

static void draw_segment(struct cf_picture *p, unsigned segment, size_t left, size_t top, size_t unit) {
    static const uint8_t places[7][4] = {{1, 0, 3, 1}, {4, 1, 1, 3}, {4, 5, 1, 3}, {1, 8, 3, 1},
                                         {0, 5, 1, 3}, {0, 1, 1, 3}, {1, 4, 3, 1}}; /* column, row, width, height in units */
    const uint8_t *at = places[segment];
    cf_picture_fill(p, left + at[0] * unit, top + at[1] * unit, at[2] * unit, at[3] * unit, (struct cf_colour){235, 128, 128});
}

static void draw_number(struct cf_picture *p, unsigned number) {
    size_t unit = p->height / 2U / 11U;
    size_t left = unit;
    for (unsigned place = number >= 100 ? 100 : number >= 10 ? 10 : 1; place > 0; place /= 10) {
        for (unsigned s = 0; s < 7; s++) {
            if ((segments[number / place % 10] >> s & 1U) != 0) {
                draw_segment(p, s, left, unit, unit);
            }
        }
        left += 6 * unit;
    }
}

void cf_card_draw(struct cf_picture *picture, struct cf_card card) {
    size_t width = picture->width / COLUMNS;
    size_t height = picture->height / 2U / ROWS;
    size_t upper = picture->height - height * ROWS;
    uint32_t bits = (uint32_t)card.sender << 24 | (uint32_t)card.frame << 8 | crc8((uint32_t)card.sender << 16 | card.frame);
    cf_picture_fill(picture, 0, 0, picture->width, picture->height, colours[card.sender % (sizeof colours / sizeof *colours)]);
    cf_picture_fill(picture, (size_t)picture->width * (card.frame % BAR_STEPS) / BAR_STEPS, 0, picture->width / 32U + 1, upper,
                    (struct cf_colour){180, 128, 128});
    draw_number(picture, card.sender);
    for (unsigned i = 0; i < COLUMNS * ROWS; i++) {
        uint8_t luma = (bits >> (31 - i) & 1U) != 0 ? LIGHT : DARK;
        cf_picture_fill(picture, i % COLUMNS * width, upper + i / COLUMNS * height, width, height,
                        (struct cf_colour){luma, 128, 128});
    }
}

bool cf_card_read(const struct cf_picture *picture, struct cf_card *ret) {
    size_t width = picture->width / COLUMNS;
    size_t height = picture->height / 2U / ROWS;
    size_t upper = picture->height - height * ROWS;
    uint32_t bits = 0;
    if (picture->width < CF_CARD_WIDTH_MIN || picture->height < CF_CARD_HEIGHT_MIN) {
        return false;
    }
    for (unsigned i = 0; i < COLUMNS * ROWS; i++) {
        /* The middle of a square: its edges are smeared. */
        uint8_t mean = cf_picture_mean(picture, i % COLUMNS * width + width / 4, upper + i / COLUMNS * height + height / 4,
                                       width / 2, height / 2);
        bits = bits << 1 | (mean > THRESHOLD ? 1U : 0U);
    }
    if (crc8(bits >> 8) != (uint8_t)bits) {
        return false;
    }
    *ret = (struct cf_card){.sender = (uint8_t)(bits >> 24), .frame = (uint16_t)(bits >> 8)};
    return true;
}

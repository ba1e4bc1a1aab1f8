/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Static payload types, RFC 3551 tables 4 and 5. */
#include "core/rtp/payload.h"

static const struct cf_payload_type types[] = {
    {CF_STR_INIT("PCMU"), 8000, 0, 1},   {CF_STR_INIT("GSM"), 8000, 3, 1},    {CF_STR_INIT("G723"), 8000, 4, 1},
    {CF_STR_INIT("DVI4"), 8000, 5, 1},   {CF_STR_INIT("DVI4"), 16000, 6, 1},  {CF_STR_INIT("LPC"), 8000, 7, 1},
    {CF_STR_INIT("PCMA"), 8000, 8, 1},   {CF_STR_INIT("G722"), 8000, 9, 1},   {CF_STR_INIT("L16"), 44100, 10, 2},
    {CF_STR_INIT("L16"), 44100, 11, 1},  {CF_STR_INIT("QCELP"), 8000, 12, 1}, {CF_STR_INIT("CN"), 8000, 13, 1},
    {CF_STR_INIT("MPA"), 90000, 14, 1},  {CF_STR_INIT("G728"), 8000, 15, 1},  {CF_STR_INIT("DVI4"), 11025, 16, 1},
    {CF_STR_INIT("DVI4"), 22050, 17, 1}, {CF_STR_INIT("G729"), 8000, 18, 1},  {CF_STR_INIT("CelB"), 90000, 25, 0},
    {CF_STR_INIT("JPEG"), 90000, 26, 0}, {CF_STR_INIT("nv"), 90000, 28, 0},   {CF_STR_INIT("H261"), 90000, 31, 0},
    {CF_STR_INIT("MPV"), 90000, 32, 0},  {CF_STR_INIT("MP2T"), 90000, 33, 0}, {CF_STR_INIT("H263"), 90000, 34, 0},
};

const struct cf_payload_type *cf_payload_type_of(uint8_t number) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].number == number) {
            return &types[i];
        }
    }
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/opus/opus_file.h"

#include "adapt/opus/opus_codec.h"
#include "core/clip/ogg.h"
#include <opus.h>
#include <string.h>

/* A file being decoded. */
struct decoding {
    void *decoder;
    int16_t *pcm;  /* .size samples */
    size_t size;   /* what is to come out */
    size_t skip;   /* samples at the beginning that are not */
    size_t filled; /* samples at .pcm */
};

bool cf_opus_file_is(struct cf_span file) {
    return file.len >= 4 && memcmp(file.at, "OggS", 4) == 0;
}

/* One of the two packets that each file begins with (RFC 7845 section 5): without it, it is cut off. */
static enum cf_err next_header(struct cf_ogg *ogg, struct cf_span *ret) {
    enum cf_err err = cf_ogg_next(ogg, ret);
    return err == CF_ERR_NOT_FOUND ? CF_ERR_TRUNCATED : err;
}

/* Framed as RFC 6716 section 3.2 says: whatever is in the frames, the decoder makes sound of it. */
static bool is_framed(struct cf_span packet) {
    const unsigned char *frames[48];
    opus_int16 sizes[48];
    return cf_codec_opus.payload_ticks(packet) > 0 &&
           opus_packet_parse(packet.at, (opus_int32)packet.len, NULL, frames, sizes, NULL) > 0;
}

/* How long it is by the position of its last page (RFC 7845 section 4), and its header; @p looks_inside: are packets sound? */
static enum cf_err survey(struct cf_span file, bool looks_inside, struct cf_opus_head *head, size_t *ret_size) {
    struct cf_ogg ogg;
    struct cf_span packet;
    cf_ogg_init(&ogg, file);
    enum cf_err err = next_header(&ogg, &packet);
    err = err == CF_OK ? cf_opus_head_parse(packet, head) : err;
    err = err == CF_OK ? next_header(&ogg, &packet) : err; /* OpusTags */
    while (err == CF_OK) {
        err = cf_ogg_next(&ogg, &packet);
        err = err == CF_OK && looks_inside && !is_framed(packet) ? CF_ERR_MALFORMED : err;
    }
    if (err != CF_ERR_NOT_FOUND) {
        return err;
    }
    if (ogg.granule <= head->pre_skip || ogg.granule - head->pre_skip > CF_OPUS_FILE_SAMPLES_MAX) {
        return CF_ERR_LIMIT;
    }
    *ret_size = (size_t)ogg.granule - head->pre_skip;
    return CF_OK;
}

enum cf_err cf_opus_file_check(struct cf_span file, size_t *ret_count) {
    struct cf_opus_head head;
    return survey(file, true, &head, ret_count);
}

static enum cf_err add_packet(struct decoding *d, struct cf_span packet) {
    int16_t pcm[CF_AUDIO_SAMPLES_MAX];
    size_t count = 0;
    enum cf_err err = cf_codec_opus.decode(d->decoder, packet, pcm, CF_AUDIO_SAMPLES_MAX, &count);
    if (err != CF_OK) {
        return err;
    }
    size_t skipped = d->skip < count ? d->skip : count;
    size_t taken = count - skipped < d->size - d->filled ? count - skipped : d->size - d->filled;
    memcpy(d->pcm + d->filled, pcm + skipped, taken * sizeof *pcm);
    d->skip -= skipped;
    d->filled += taken;
    return CF_OK;
}

static enum cf_err decode(struct decoding *d, struct cf_span file) {
    struct cf_ogg ogg;
    struct cf_span packet;
    cf_ogg_init(&ogg, file);
    enum cf_err err = cf_ogg_next(&ogg, &packet);          /* OpusHead */
    err = err == CF_OK ? cf_ogg_next(&ogg, &packet) : err; /* OpusTags */
    while (err == CF_OK) {
        err = cf_ogg_next(&ogg, &packet);
        if (err == CF_ERR_NOT_FOUND) {
            /* The position may promise more than there is: that is silence. */
            return CF_OK;
        }
        err = err == CF_OK ? add_packet(d, packet) : err;
    }
    return err;
}

enum cf_err cf_opus_file_decode(const struct cf_mem *mem, struct cf_span file, int16_t **ret_pcm, size_t *ret_count) {
    struct cf_opus_head head;
    struct decoding d = {.decoder = NULL};
    enum cf_err err = survey(file, false, &head, &d.size);
    if (err != CF_OK) {
        return err;
    }
    d.skip = head.pre_skip;
    d.pcm = cf_mem_alloc(mem, d.size * sizeof *d.pcm);
    d.decoder = cf_codec_opus.decoder_create(mem);
    err = d.pcm == NULL || d.decoder == NULL ? CF_ERR_NO_MEMORY : decode(&d, file);
    if (d.decoder != NULL) {
        cf_codec_opus.decoder_destroy(mem, d.decoder);
    }
    if (err != CF_OK) {
        cf_mem_free(mem, d.pcm, d.size * sizeof *d.pcm);
        return err;
    }
    *ret_pcm = d.pcm;
    *ret_count = d.size;
    return CF_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/recorder.h"

#include "core/clip/card.h"
#include "core/clip/ivf.h"
#include "core/clip/png.h"
#include "core/clip/voice.h"
#include "core/clip/wav.h"
#include "core/speaker/level.h"
#include "shell/file/file.h"
#include "shell/system/system.h"
#include "ua/camera.h"
#include <stdlib.h>
#include <string.h>

/* Sound at least that loud counts as heard. */
#define AUDIBLE_LEVEL 50

static FILE *open_in(const struct cf_recorder *r, const char *name) {
    char path[CF_FILE_PATH_MAX];
    return cf_file_join(r->folder, name, path, sizeof path) == CF_OK ? fopen(path, "wb") : NULL;
}

static void write_octets(struct cf_recorder *r, FILE *file, struct cf_span octets) {
    if (fwrite(octets.at, 1, octets.len, file) != octets.len) {
        r->write_errors++;
    }
}

/* --- sound --- */

static void write_header(struct cf_recorder *r, struct cf_wav_file *wav) {
    uint8_t room[CF_WAV_HEADER_LEN];
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    cf_put_wav_header(&w, CF_VOICE_RATE_HZ, wav->count);
    write_octets(r, wav->file, cf_writer_span(&w));
}

static enum cf_err open_wav(struct cf_recorder *r, struct cf_wav_file *wav, const char *name) {
    wav->file = open_in(r, name);
    if (wav->file == NULL) {
        return CF_ERR_IO;
    }
    write_header(r, wav);
    return CF_OK;
}

/* The length is known at the end only. */
static void close_wav(struct cf_recorder *r, struct cf_wav_file *wav) {
    if (wav->file != NULL) {
        if (fseek(wav->file, 0, SEEK_SET) == 0) {
            write_header(r, wav);
        }
        fclose(wav->file);
        wav->file = NULL;
    }
}

static void write_sound(struct cf_recorder *r, struct cf_wav_file *wav, const int16_t *pcm) {
    uint8_t octets[CF_MIX_TICK_SAMPLES * 2];
    for (size_t i = 0; i < CF_MIX_TICK_SAMPLES; i++) {
        octets[2 * i] = (uint8_t)pcm[i];
        octets[2 * i + 1] = (uint8_t)((uint16_t)pcm[i] >> 8);
    }
    if (wav->file != NULL) {
        write_octets(r, wav->file, (struct cf_span){octets, sizeof octets});
        wav->count += CF_MIX_TICK_SAMPLES;
    }
}

void cf_recorder_sound(struct cf_recorder *recorder, const int16_t *heard, const int16_t *sent) {
    static const int16_t silence[CF_MIX_TICK_SAMPLES];
    uint8_t level = cf_level_of_pcm(heard, CF_MIX_TICK_SAMPLES);
    recorder->ticks++;
    recorder->audible += level <= AUDIBLE_LEVEL ? 1 : 0;
    recorder->level = level < recorder->level ? level : recorder->level;
    write_sound(recorder, &recorder->heard, heard);
    write_sound(recorder, &recorder->sent, sent == NULL ? silence : sent);
}

void cf_recorder_line_sound(struct cf_recorder *recorder, size_t line, const int16_t *heard) {
    static const int16_t silence[CF_MIX_TICK_SAMPLES];
    struct cf_wav_file *wav = &recorder->lines[line];
    char name[32];
    if (recorder->folder == NULL) {
        return;
    }
    snprintf(name, sizeof name, "heard-%zu.wav", line);
    if (wav->file == NULL && open_wav(recorder, wav, name) != CF_OK) {
        recorder->write_errors++;
        return;
    }
    write_sound(recorder, wav, heard == NULL ? silence : heard);
}

enum cf_err cf_recorder_open(struct cf_recorder *recorder, const char *folder, bool is_blind) {
    *recorder = (struct cf_recorder){.folder = folder, .is_blind = is_blind, .level = 127};
    if (folder == NULL) {
        return CF_OK;
    }
    enum cf_err err = cf_file_make_folder(folder);
    err = err == CF_OK ? open_wav(recorder, &recorder->heard, "heard.wav") : err;
    return err == CF_OK ? open_wav(recorder, &recorder->sent, "sent.wav") : err;
}

/* --- pictures --- */

static void stop_track(struct cf_picture_track *track) {
    if (track->decoder != NULL) {
        cf_video_codec_of(track->codec)->decoder_destroy(cf_system_mem(), track->decoder);
        track->decoder = NULL;
    }
    if (track->file != NULL) {
        fclose(track->file);
        track->file = NULL;
    }
}

static struct cf_picture_track *track_of(struct cf_recorder *r, size_t line) {
    if (r->tracks[line] == NULL) {
        r->tracks[line] = calloc(1, sizeof *r->tracks[line]);
        if (r->tracks[line] != NULL) {
            r->tracks[line]->last_sender = CF_SENDERS_MAX;
        }
    }
    return r->tracks[line];
}

static void write_ivf_header(struct cf_recorder *r, struct cf_picture_track *track) {
    uint8_t room[CF_IVF_HEADER_LEN];
    struct cf_ivf ivf = {.fourcc = {'V', 'P', '8', '0'}, .rate = 90000, .scale = 1};
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    cf_put_ivf_header(&w, &ivf);
    write_octets(r, track->file, cf_writer_span(&w));
}

static void open_track(struct cf_recorder *r, struct cf_picture_track *track, const struct cf_terminal_frame *frame) {
    char name[64];
    stop_track(track);
    track->codec = frame->codec;
    track->first_timestamp = frame->timestamp;
    const struct cf_video_codec *codec = cf_video_codec_of(frame->codec);
    track->decoder = r->is_blind || codec == NULL ? NULL : codec->decoder_create(cf_system_mem());
    if (r->folder != NULL) {
        bool is_vp8 = frame->codec == CF_CODEC_VP8;
        snprintf(name, sizeof name, "video-%zu.%s", frame->line, is_vp8 ? "ivf" : "h264");
        track->file = open_in(r, name);
        r->write_errors += track->file == NULL ? 1 : 0;
        if (track->file != NULL && is_vp8) {
            write_ivf_header(r, track);
        }
    }
}

static void write_frame(struct cf_recorder *r, struct cf_picture_track *track, const struct cf_terminal_frame *frame) {
    uint8_t room[CF_IVF_FRAME_HEADER_LEN];
    struct cf_writer w;
    if (track->file == NULL) {
        return;
    }
    if (track->codec == CF_CODEC_VP8) {
        cf_writer_init(&w, room, sizeof room);
        cf_put_ivf_frame(&w, (uint32_t)frame->octets.len, frame->timestamp - track->first_timestamp);
        write_octets(r, track->file, cf_writer_span(&w));
    }
    write_octets(r, track->file, frame->octets);
}

static void take_snapshot(struct cf_picture_track *track, const struct cf_picture *picture) {
    struct cf_picture *place = &track->kept[track->snapshots % CF_SNAPSHOTS];
    cf_usec now = cf_system_now();
    bool is_there = place->width != 0;
    if (now < track->snapshot_at ||
        (!is_there && cf_picture_init(place, cf_system_mem(), CF_SNAPSHOT_WIDTH, CF_SNAPSHOT_HEIGHT) != CF_OK)) {
        return;
    }
    cf_picture_put(place, 0, 0, CF_SNAPSHOT_WIDTH, CF_SNAPSHOT_HEIGHT, picture);
    track->snapshots++;
    track->snapshot_at = now + CF_SEC(1);
}

static void look(struct cf_picture_track *track, const struct cf_picture *picture) {
    struct cf_card card;
    track->decoded++;
    track->width = picture->width;
    track->height = picture->height;
    take_snapshot(track, picture);
    if (cf_card_read(picture, &card)) {
        track->cards++;
        track->seen[card.sender]++;
        track->last_sender = card.sender;
    }
}

bool cf_recorder_frame(struct cf_recorder *recorder, const struct cf_terminal_frame *frame) {
    struct cf_picture_track *track = track_of(recorder, frame->line);
    struct cf_picture picture;
    if (track == NULL) {
        return false;
    }
    if (track->received == 0 || track->codec != frame->codec) {
        open_track(recorder, track, frame);
    }
    track->received++;
    write_frame(recorder, track, frame);
    if (track->decoder == NULL) {
        return false;
    }
    enum cf_err err = cf_video_codec_of(track->codec)->decode(track->decoder, frame->octets, &picture);
    if (err == CF_OK) {
        look(track, &picture);
    }
    track->failed += err == CF_ERR_MALFORMED ? 1 : 0;
    return err == CF_ERR_MALFORMED;
}

/* --- sums --- */

uint64_t cf_recorder_seen(const struct cf_recorder *recorder, unsigned sender) {
    uint64_t sum = 0;
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX && sender < CF_SENDERS_MAX; i++) {
        sum += recorder->tracks[i] == NULL ? 0 : recorder->tracks[i]->seen[sender];
    }
    return sum;
}

unsigned cf_recorder_senders(const struct cf_recorder *recorder, uint64_t least) {
    unsigned count = 0;
    for (unsigned i = 0; i < CF_SENDERS_MAX; i++) {
        count += cf_recorder_seen(recorder, i) >= least ? 1 : 0;
    }
    return count;
}

uint64_t cf_recorder_decoded(const struct cf_recorder *recorder) {
    uint64_t sum = 0;
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX; i++) {
        sum += recorder->tracks[i] == NULL ? 0 : recorder->tracks[i]->decoded;
    }
    return sum;
}

/* A row for each line that showed something, its last pictures in their order. */
static void write_sheet(struct cf_recorder *r) {
    struct cf_picture sheet = {.width = 0};
    size_t rows = 0;
    size_t row = 0;
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX; i++) {
        rows += r->tracks[i] != NULL && r->tracks[i]->snapshots > 0 ? 1 : 0;
    }
    if (r->folder == NULL || rows == 0 ||
        cf_picture_init(&sheet, cf_system_mem(), CF_SNAPSHOTS * CF_SNAPSHOT_WIDTH, (uint16_t)(rows * CF_SNAPSHOT_HEIGHT)) !=
            CF_OK) {
        return;
    }
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX; i++) {
        const struct cf_picture_track *track = r->tracks[i];
        size_t count = track == NULL ? 0 : track->snapshots < CF_SNAPSHOTS ? track->snapshots : CF_SNAPSHOTS;
        for (size_t k = 0; k < count; k++) {
            const struct cf_picture *kept = &track->kept[(track->snapshots - count + k) % CF_SNAPSHOTS];
            cf_picture_put(&sheet, k * CF_SNAPSHOT_WIDTH, row * CF_SNAPSHOT_HEIGHT, CF_SNAPSHOT_WIDTH, CF_SNAPSHOT_HEIGHT, kept);
        }
        row += count > 0 ? 1 : 0;
    }
    size_t size = cf_png_size(sheet.width, sheet.height);
    uint8_t *room = malloc(size);
    struct cf_writer w;
    FILE *file = room == NULL ? NULL : open_in(r, "sheet.png");
    if (file != NULL) {
        cf_writer_init(&w, room, size);
        cf_put_png(&w, &sheet);
        write_octets(r, file, cf_writer_span(&w));
        fclose(file);
    } else {
        r->write_errors++;
    }
    free(room);
    cf_picture_fini(&sheet, cf_system_mem());
}

void cf_recorder_close(struct cf_recorder *recorder) {
    write_sheet(recorder);
    close_wav(recorder, &recorder->heard);
    close_wav(recorder, &recorder->sent);
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX; i++) {
        close_wav(recorder, &recorder->lines[i]);
        if (recorder->tracks[i] != NULL) {
            stop_track(recorder->tracks[i]);
            for (size_t k = 0; k < CF_SNAPSHOTS; k++) {
                cf_picture_fini(&recorder->tracks[i]->kept[k], cf_system_mem());
            }
            free(recorder->tracks[i]);
            recorder->tracks[i] = NULL;
        }
    }
}

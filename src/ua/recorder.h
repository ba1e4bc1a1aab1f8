/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of what is received: sound into a WAV file, pictures of each line into a file of their codec, decoded, and if they
 * are test cards read: who was seen, how many pictures of each. All of it can do without a folder.
 */
#ifndef CF_UA_RECORDER_H
#define CF_UA_RECORDER_H

#include "core/clip/video_codec.h"
#include "core/terminal/terminal.h"
#include <stdio.h>

/** Pictures of a line on the contact sheet: one a second, the last of them. */
#define CF_SNAPSHOTS 8
#define CF_SNAPSHOT_WIDTH 160
#define CF_SNAPSHOT_HEIGHT 120

/** Senders of cards. */
#define CF_SENDERS_MAX 256

/** A WAV file being written. */
struct cf_wav_file {
    FILE *file; /**< NULL: none */
    uint32_t count;
};

/** Pictures of a line. */
struct cf_picture_track {
    FILE *file;          /**< NULL: not recorded, or nothing came yet */
    enum cf_codec codec; /**< of the file and decoder */
    uint32_t first_timestamp;
    void *decoder;
    uint64_t received;             /**< frames that came */
    uint64_t decoded;              /**< of them, pictures */
    uint64_t failed;               /**< of them, not decodable */
    uint64_t cards;                /**< pictures that were cards */
    uint32_t seen[CF_SENDERS_MAX]; /**< cards, by sender */
    uint16_t last_sender;          /**< of the last card; CF_SENDERS_MAX: none yet */
    uint16_t width;
    uint16_t height;
    cf_usec snapshot_at;                  /**< when the next one is taken */
    size_t snapshots;                     /**< taken; the last CF_SNAPSHOTS of them are kept */
    struct cf_picture kept[CF_SNAPSHOTS]; /**< owned, CF_SNAPSHOT_WIDTH by CF_SNAPSHOT_HEIGHT */
};

/** Everything that is recorded. */
struct cf_recorder {
    const char *folder; /**< NULL: nothing goes into files */
    bool is_blind;      /**< pictures are not decoded */
    struct cf_wav_file heard;
    struct cf_wav_file sent;
    struct cf_wav_file lines[CF_TERMINAL_LINES_MAX];        /**< lines of talkers */
    struct cf_picture_track *tracks[CF_TERMINAL_LINES_MAX]; /**< owned */
    uint64_t audible;                                       /**< ticks of 20 ms in which something was heard */
    uint64_t ticks;
    uint8_t level; /**< loudest since the last look, -dBov */
    uint64_t write_errors;
};

/** Begin; makes the folder. CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_recorder_open(struct cf_recorder *recorder, const char *folder, bool is_blind);

/** Finish the files. */
void cf_recorder_close(struct cf_recorder *recorder);

/** 20 ms of sound that was heard, and what was sent in that time (NULL: nothing). */
void cf_recorder_sound(struct cf_recorder *recorder, const int16_t *heard, const int16_t *sent);

/** 20 ms of what was heard on @p line alone (NULL: silence); the first time makes a file. */
void cf_recorder_line_sound(struct cf_recorder *recorder, size_t line, const int16_t *heard);

/** A frame. True if a decoder wants a key frame. */
bool cf_recorder_frame(struct cf_recorder *recorder, const struct cf_terminal_frame *frame);

/** Pictures of @p sender on all lines. */
uint64_t cf_recorder_seen(const struct cf_recorder *recorder, unsigned sender);

/** Senders of whom at least @p least pictures were seen. */
unsigned cf_recorder_senders(const struct cf_recorder *recorder, uint64_t least);

/** Pictures decoded on all lines. */
uint64_t cf_recorder_decoded(const struct cf_recorder *recorder);

#endif

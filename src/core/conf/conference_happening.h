/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happened in conferences, for whoever outside wants to be told (webhooks): a bounded queue in the environment that all
 * conferences share. Off unless asked for: then nothing is kept. A queue that is full drops the newest, which is counted.
 * Single-threaded, as its conferences.
 */
#ifndef CF_CORE_CONF_CONFERENCE_HAPPENING_H
#define CF_CORE_CONF_CONFERENCE_HAPPENING_H

#include "core/conf/conference.h"

/** Events that wait to be polled. */
#define CF_HAPPENINGS_MAX 1024

/** What happened. */
enum cf_happening_kind {
    CF_HAPPENING_STARTED, /**< somebody is in, after nobody was */
    CF_HAPPENING_ENDED,   /**< nobody is in any more */
    CF_HAPPENING_JOINED,  /**< a participant is in, by the first device */
    CF_HAPPENING_LEFT,    /**< the last device is out */
    CF_HAPPENING_WAITING, /**< a device waits in the lobby, or for its PIN */
    CF_HAPPENING_COUNT_,
};

/** An event; texts are in it. */
struct cf_happening {
    struct cf_link link;
    enum cf_happening_kind kind;
    cf_wall at;
    struct cf_str key;  /**< of the conference */
    struct cf_str user; /**< AOR; absent: of the conference as a whole */
    struct cf_str name; /**< absent: none */
    struct cf_str role; /**< "moderator", "speaker", "listener"; absent with .user */
    char key_text[CF_CONFERENCE_KEY_MAX];
    char user_text[CF_ROSTER_AOR_MAX];
    char name_text[CF_ROSTER_NAME_MAX];
};

/** "room.started" and so on. */
struct cf_str cf_happening_word(enum cf_happening_kind kind);

/** The kind that @p word names. False: none. */
bool cf_happening_of(struct cf_str word, enum cf_happening_kind *ret);

/** Keep events from now on, or not any more: those that wait are dropped. */
void cf_happenings_keep(struct cf_conference_env *env, bool is_wanted);

/** The next event, copied; it happened at @p now, which is just after it. False: none. */
bool cf_happenings_poll(struct cf_conference_env *env, cf_usec now, struct cf_happening *ret);

/** Something happened to @p participant of @p conf, or to it as a whole (NULL). Called by conference*.c only. */
void cf_conf_tell(struct cf_conference *conf, enum cf_happening_kind kind, const struct cf_roster_participant *participant);

#endif

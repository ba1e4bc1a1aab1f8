/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference as the store keeps it: a plain row and its invitees. Views into whoever made it. */
#ifndef CF_CORE_CONF_CONFERENCE_ROW_H
#define CF_CORE_CONF_CONFERENCE_ROW_H

#include "core/conf/conference.h"

/** Bits of cf_conference_row.flags. */
#define CF_CONFERENCE_ROW_LOCKED 1U
#define CF_CONFERENCE_ROW_LOBBY 2U
#define CF_CONFERENCE_ROW_AES256 4U

/** Bits of cf_conference_row.media. */
#define CF_CONFERENCE_ROW_AUDIO 1U
#define CF_CONFERENCE_ROW_VIDEO 2U

/** A row. */
struct cf_conference_row {
    struct cf_str key;
    enum cf_conference_kind kind;
    enum cf_conference_state state; /**< RUNNING is stored as IDLE: nobody is in after a restart */
    enum cf_conference_access access;
    struct cf_str uri;
    struct cf_str subject;
    struct cf_str organiser; /**< absent: none */
    struct cf_str organiser_name;
    cf_wall start;
    cf_wall end;
    cf_wall created;
    cf_wall over; /**< 0: it is not */
    unsigned media;
    unsigned flags;
    struct cf_str pin;                                   /**< absent or empty: none */
    const struct cf_conference_invitee *const *invitees; /**< in the order of the list */
    size_t invitee_count;
};

/** @p conf as a row; views into it, valid until its next event. */
struct cf_conference_row cf_conference_row_of(const struct cf_conference *conf);

#endif

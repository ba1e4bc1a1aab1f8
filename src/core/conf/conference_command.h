/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a member or the operator can have done to a conference, as words: one table for REFER parameters, INFO bodies, keys of
 * phones and the confer command, so that all of them mean the same (docs/conference-commands.md).
 */
#ifndef CF_CORE_CONF_CONFERENCE_COMMAND_H
#define CF_CORE_CONF_CONFERENCE_COMMAND_H

#include "core/conf/conference.h"

/** A command. */
enum cf_conference_command {
#define X(name, word, takes, text) CF_CONFERENCE_COMMAND_##name,
#include "core/conf/conference_command_table.h"
#undef X
    CF_CONFERENCE_COMMAND_COUNT_,
};

/** What comes after the word. */
enum cf_command_takes {
    CF_COMMAND_TAKES_NOTHING,
    CF_COMMAND_TAKES_USER, /**< an address of record; from a member it may be left out: themselves */
    CF_COMMAND_TAKES_TEXT, /**< the rest of the line */
};

/** Its word; what it takes; what it does, for help texts. */
struct cf_str cf_conference_command_word(enum cf_conference_command command);
enum cf_command_takes cf_conference_command_takes(enum cf_conference_command command);
struct cf_str cf_conference_command_text(enum cf_conference_command command);

/** The command called @p word. False: none. */
bool cf_conference_command_of(struct cf_str word, enum cf_conference_command *ret);

/** Do it. @p argument: what it takes, see above; absent or empty if nothing was said. Denials are those of the function behind
 * it. */
CF_MUST_USE struct cf_denial cf_conference_do(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                              enum cf_conference_command command, struct cf_str argument);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What clients from 5.4 on can; nothing of it is built with older ones. */
#ifndef TESTS_INTEROP_LINPHONE_MEETINGS_H
#define TESTS_INTEROP_LINPHONE_MEETINGS_H

#include "client.h"

#ifdef HAVE_MEETINGS
/** Windows, layout and screen of the core of @p c. */
void meetings_open(struct client *c);

/** The factory for sound and pictures, and bundling. */
void meetings_set_account(const struct client *c, LinphoneAccountParams *params);

/** Have what happens to devices in @p conference told. */
void meetings_watch(LinphoneConference *conference);

/** Show the speaker of @p call, which runs, in a window of his own. */
void meetings_show(LinphoneCall *call);

/** Do what waited for the call to be ready. */
void meetings_turn(struct client *c);

/** Do the command @p name. False: it is none of these. */
bool meetings_command(struct client *c, const char *name, const char *arg);
#else
static inline void meetings_open(struct client *c) {
    (void)c;
}

static inline void meetings_set_account(const struct client *c, LinphoneAccountParams *params) {
    (void)c;
    (void)params;
}

static inline void meetings_watch(LinphoneConference *conference) {
    (void)conference;
}

static inline void meetings_show(LinphoneCall *call) {
    (void)call;
}

static inline void meetings_turn(struct client *c) {
    (void)c;
}

static inline bool meetings_command(struct client *c, const char *name, const char *arg) {
    (void)c;
    (void)name;
    (void)arg;
    return false;
}
#endif

#endif

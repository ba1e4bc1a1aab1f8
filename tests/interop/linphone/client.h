/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A real Linphone without screen, microphone and camera: liblinphone driven by lines on standard input, telling what happens as
 * JSON lines on standard output. It plays a WAV file, records what it hears, films a plain colour (camera.c) and says which
 * colour it sees (screen.c). For tests/interop; knows nothing of confer. Single-threaded but for camera and screen, whose filters
 * run in liblinphone's video thread.
 */
#ifndef TESTS_INTEROP_LINPHONE_CLIENT_H
#define TESTS_INTEROP_LINPHONE_CLIENT_H

#include <linphone/core.h>
#include <linphone/linphonecore.h>
#include <mediastreamer2/allfilters.h>
#include <stdbool.h>

#define LINE_MAX_LEN 1024

/** The phone. Strings are those of the command line. */
struct client {
    LinphoneCore *core;
    LinphoneAccount *account;
    LinphoneConference *conference; /**< borrowed: the one we are in */
    const char *folder;             /**< for our files */
    const char *user;
    const char *domain;
    const char *proxy; /**< URI of the server, with transport */
    const char *play;  /**< WAV file; NULL: silence */
    const char *codec; /**< video codec */
    const char *audio; /**< audio codec; NULL: all */
    const char *colour;
    const char *encryption;      /**< none, sdes, zrtp, dtls */
    const char *suites;          /**< SDES suites as liblinphone writes them; NULL: its own */
    const char *factory;         /**< user part of the factory */
    const char *conference_type; /**< remote: by the factory; local: it is the focus itself */
    const char *layout;          /**< grid or speaker, from 5.2 on */
    void *scheduler;             /**< of schedules, from 5.2 on; NULL: not needed yet */
    char later[LINE_MAX_LEN];    /**< a command that waits for the call to be ready */
    const char *authority;       /**< PEM file with the certificates that servers' are verified by; NULL: the system's */
    const char *fps;             /**< pictures a second */
    const char *log;             /**< file for liblinphone's log; NULL: none */
    bool has_video;
    bool has_chat;
    bool is_secret; /**< asks for end-to-end encryption */
    bool has_bundle;
    bool has_ice;
    bool registers;
    bool answers; /**< takes calls by itself */
    bool quits;
};

/** One event line; @p detail is quoted. Thread: any. */
void client_say(const char *event, const char *detail);

/** @p text as a JSON string without the quotes, in one of a few buffers that are used in turn. */
const char *client_quoted(const char *text);

/** The call that commands are about, or NULL. */
LinphoneCall *client_call(const struct client *c);

/** Make the core, ready and started. */
void client_open(struct client *c);

/** Have events of @p c told. */
void client_watch(struct client *c);

/** Tell who is in the conference; on demand and when it changes. */
void client_tell_roster(const struct client *c);

/** Tell the figures of the current call. */
void client_tell_stats(const struct client *c);

/** Do what @p line says; the line is taken apart. */
void client_command(struct client *c, char *line);

/** A camera that films @p colour, and is the first one of @p factory. False: no such colour. */
bool camera_add(MSFactory *factory, const char *colour);

/** A filter of kind @p id that films @p colour, for @p factory to make. False: no such colour. */
bool camera_add_as(MSFactory *factory, MSFilterId id, const char *colour);

/** Name of the colour nearest to the chrominance @p u, @p v; "mixed" if none is near. */
const char *camera_colour(int u, int v);

/** Name of the camera. */
#define CAMERA_ID "Plain: plain"

/** A display of name SCREEN_NAME. */
#define SCREEN_NAME "InteropScreen"
void screen_add(MSFactory *factory);

/** The window of @p name, opened if it isn't; as liblinphone takes them. Thread: any. */
void *screen_window(const char *name);

/** Tell what each window shows, once a second and at once when the colour is another. */
void screen_tell(void);

#endif

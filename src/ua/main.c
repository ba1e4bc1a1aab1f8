/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confer: the companion of conferd. */
#include "ua/commands.h"
#include <stdio.h>
#include <string.h>

#define STATE_DEFAULT "/var/lib/confer"

static const char help[] =
    "confer - companion of conferd\n"
    "\n"
    "  confer [--state FOLDER] rooms                 conferences and who is in them\n"
    "  confer [--state FOLDER] users                 accounts and their devices\n"
    "  confer [--state FOLDER] kick ROOM URI         remove somebody\n"
    "  confer [--state FOLDER] mute|unmute ROOM URI  silence somebody\n"
    "  confer [--state FOLDER] lock|unlock ROOM      let nobody new in\n"
    "  confer [--state FOLDER] end ROOM              end a conference\n"
    "  confer [--state FOLDER] verify-sas ROOM URI STRING, unverify-sas ROOM URI (ZRTP's string was compared)\n"
    "  confer [--state FOLDER] lobby|no-lobby|aes256|no-aes256 ROOM, pin ROOM [PIN], admit|deny ROOM URI, admit-all ROOM\n"
    "                                                who waits outside, and who comes in\n"
    "  confer [--state FOLDER] speaker|listener|moderator|member|hand-down|invite ROOM URI, subject ROOM TEXT\n"
    "                                                roles and more: docs/conference-commands.md\n"
    "  confer [--state FOLDER] link ROOM [--role moderator|speaker|listener] [--name NAME] [--expires 7d]\n"
    "                                                a meeting link for browsers; links, unlink LINK, rotate-keys\n"
    "  confer [--state FOLDER] guest ROOM [...]      the same options: what a SIP client needs to come in without an account\n"
    "  confer [--state FOLDER] sessions, revoke SESSION\n"
    "                                                guests and accounts that are logged in; log one out\n"
    "  confer [--state FOLDER] webhook URL [EVENT...], webhooks, unwebhook ID\n"
    "                                                programs that are told what happens: docs/web-api.md\n"
    "  confer [--state FOLDER] stats, metrics        counters; the same for Prometheus\n"
    "  confer [--state FOLDER] user add NAME [PASSWORD|-] [--domain DOMAIN] | user list | user remove NAME\n"
    "  confer [--state FOLDER] user role NAME admin|user\n"
    "                                                who may administrate at the HTTP interface\n"
    "  confer [--state FOLDER] key add NAME --scopes SCOPE,... | key list | key remove ID\n"
    "                                                keys of the HTTP interface: docs/web-api.md\n"
    "  confer call URI [OPTION...]                   a SIP phone for scripts: calls, sends, records, checks (call --help)\n"
    "  confer [--state FOLDER] load URI [OPTION...]  many members at once; what the server can do (load --help)\n"
    "  confer hear RECORDING SOURCE...               which sounds are in a recording\n"
    "  confer voice NUMBER SECONDS FILE.wav          the voice that call sends as voice:NUMBER\n"
    "\n"
    "FOLDER is the state folder of the server, " STATE_DEFAULT " if it is not given. Answers are JSON lines.\n";

int main(int argc, char **argv) {
    const char *state = STATE_DEFAULT;
    int at = 1;
    if (argc > 2 && strcmp(argv[1], "--state") == 0) {
        state = argv[2];
        at = 3;
    }
    if (at >= argc || strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "help") == 0) {
        fputs(help, at >= argc ? stderr : stdout);
        return at >= argc ? 2 : 0;
    }
    if (strcmp(argv[at], "user") == 0) {
        return cf_ua_user(state, argc - at, argv + at);
    }
    if (strcmp(argv[at], "key") == 0) {
        return cf_ua_key(state, argc - at, argv + at);
    }
    if (strcmp(argv[at], "call") == 0) {
        return cf_ua_call(argc - at, argv + at);
    }
    if (strcmp(argv[at], "load") == 0) {
        return cf_ua_load(state, argc - at, argv + at);
    }
    if (strcmp(argv[at], "hear") == 0) {
        return cf_ua_hear(argc - at, argv + at);
    }
    if (strcmp(argv[at], "voice") == 0) {
        return cf_ua_voice(argc - at, argv + at);
    }
    return cf_ua_control(state, argc - at, argv + at);
}

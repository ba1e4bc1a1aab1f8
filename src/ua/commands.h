/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subcommands of confer; each takes its own arguments and returns the exit status: 0 done, 1 failed (said on standard error), 2
 * usage. */
#ifndef CF_UA_COMMANDS_H
#define CF_UA_COMMANDS_H

/** Ask a running server: users, rooms, guest, kick, mute, unmute, lock, unlock, end, stats. @p argv begins with the subcommand.
 */
int cf_ua_control(const char *state, int argc, char **argv);

/** Accounts in the store: user add NAME [PASSWORD], user list, user remove NAME. @p argv begins with "user". */
int cf_ua_user(const char *state, int argc, char **argv);

/** Keys of the HTTP interface in the store: key add NAME --scopes SCOPES, key list, key remove ID. @p argv begins with "key". */
int cf_ua_key(const char *state, int argc, char **argv);

/** A user agent: call URI [OPTION...]. @p argv begins with "call". */
int cf_ua_call(int argc, char **argv);

/** Many members: load URI [OPTION...]. @p argv begins with "load"; @p state is of the server that makes guests for it. */
int cf_ua_load(const char *state, int argc, char **argv);

/** Which sounds are in a recording: hear RECORDING SOURCE... @p argv begins with "hear". */
int cf_ua_hear(int argc, char **argv);

/** The voice of a speaker of core/clip/voice.h as a file: voice NUMBER SECONDS FILE. @p argv begins with "voice". */
int cf_ua_voice(int argc, char **argv);

#endif

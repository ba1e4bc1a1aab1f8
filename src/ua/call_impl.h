/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confer call` at work: shared by its files. */
#ifndef CF_UA_CALL_IMPL_H
#define CF_UA_CALL_IMPL_H

#include "adapt/srtp/srtp.h"
#include "ua/call_options.h"
#include "ua/camera.h"
#include "ua/expectations.h"
#include "ua/json_line.h"
#include "ua/media_wire.h"
#include "ua/microphone.h"
#include "ua/recorder.h"
#include "ua/sip_wire.h"
#include "ua/start.h"

/** Octets of a command line on standard input. */
#define CF_CALL_COMMAND_MAX 1024

/** A camera for a line, and when its next picture is due. */
struct cf_call_camera {
    struct cf_camera camera;
    cf_usec next_at;
    bool is_broken; /**< said once */
};

/** The program. */
struct cf_call {
    struct cf_call_options options;
    struct cf_start start;
    struct cf_sip_wire *sip;
    struct cf_media_wire *media;
    struct cf_srtp_engine *srtp;
    struct cf_agent *agent;
    struct cf_terminal *terminal; /**< NULL: no media */
    struct cf_microphone microphone;
    struct cf_call_camera *cameras[CF_TERMINAL_LINES_MAX][CF_CALL_ENCODINGS_MAX]; /**< owned, by line and encoding */
    struct cf_local_simulcast simulcast; /**< what the agent offers, if the options say so */
    struct cf_recorder recorder;
    struct cf_outcome outcome;
    struct cf_json_line line;
    struct cf_watch *input;
    char command[CF_CALL_COMMAND_MAX];
    size_t command_len;
    char instance[64];
    cf_usec started;
    cf_usec next_tick;
    cf_usec next_stats;
    cf_usec give_up_at; /**< the call must be up by then */
    cf_usec end_at;     /**< hang up; CF_USEC_NEVER: not by time */
    cf_usec leave_at;   /**< don't wait any longer for goodbyes */
    bool is_ending;
    bool has_called;
    bool is_quiet; /**< nothing is left of signalling */
};

/** Begin a line of output. */
void cf_call_say(struct cf_call *call, struct cf_str event);

/* --- call_media.c --- */

/** Take what was agreed on. */
void cf_call_take_media(struct cf_call *call, cf_usec now);

/** The call is over. */
void cf_call_stop_media(struct cf_call *call);

/** Do what is due; returns when to come again. */
cf_usec cf_call_media_turn(struct cf_call *call, cf_usec now);

/** A datagram, and what follows when all of them are in. */
void cf_call_on_datagram(void *ctx, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len);
void cf_call_on_settled(void *ctx);

/** A TCP connection of media was closed. */
void cf_call_on_stream_closed(void *ctx, uint32_t socket, const struct cf_addr *to);

/* --- call_report.c --- */

/** Print what an event of the agent tells, and note it in the outcome. */
void cf_call_report_event(struct cf_call *call, const struct cf_agent_event *event);

/** Print what was agreed on. */
void cf_call_report_media(struct cf_call *call, const struct cf_media_params *params);

/** Print what happened to media. */
void cf_call_report_terminal(struct cf_call *call, const struct cf_terminal_event *event);

/** Print statistics. */
void cf_call_report_stats(struct cf_call *call);

/** Print the outcome against the expectations; the exit status. */
int cf_call_report_outcome(struct cf_call *call);

/* --- call_commands.c --- */

/** Something came on standard input. */
void cf_call_on_input(void *ctx);

/* --- call_command.c --- */

/** Drain the agent. */
void cf_call_drain(void *ctx);

/** Say goodbye and leave. */
void cf_call_leave(struct cf_call *call, cf_usec now);

#endif

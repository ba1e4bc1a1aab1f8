/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens, as JSON lines. */
#include "client.h"
#include "meetings.h"

#include <stdio.h>

/* Exported, but in no header of 5.1. */
char *linphone_conference_state_to_string(LinphoneConferenceState state);

const char *client_quoted(const char *text) {
    static char buffers[8][LINE_MAX_LEN];
    static size_t next;
    char *out = buffers[next++ % 8];
    size_t len = 0;
    for (; text != NULL && *text != '\0' && len + 2 < LINE_MAX_LEN; text++) {
        if (*text == '"' || *text == '\\') {
            out[len++] = '\\';
        }
        out[len++] = (unsigned char)*text < ' ' ? ' ' : *text;
    }
    out[len] = '\0';
    return out;
}

void client_say(const char *event, const char *detail) {
    printf("{\"event\":\"%s\",\"detail\":\"%s\"}\n", event, client_quoted(detail));
    fflush(stdout);
}

static void on_registration(LinphoneCore *core, LinphoneAccount *account, LinphoneRegistrationState state, const char *message) {
    (void)core;
    (void)account;
    (void)message;
    client_say("registration", linphone_registration_state_to_string(state));
}

/* --- conferences --- */

static const struct client *owner(LinphoneConference *conference) {
    return linphone_core_get_user_data(linphone_conference_get_core(conference));
}

static void on_participant(LinphoneConference *conference, const LinphoneParticipant *participant) {
    (void)participant;
    client_tell_roster(owner(conference));
}

static void on_admin(LinphoneConference *conference, const LinphoneParticipant *participant) {
    (void)participant;
    client_tell_roster(owner(conference));
}

static void on_subject(LinphoneConference *conference, const char *subject) {
    (void)subject;
    client_tell_roster(owner(conference));
}

static void watch_conference(LinphoneConference *conference) {
    LinphoneConferenceCbs *callbacks = linphone_factory_create_conference_cbs(linphone_factory_get());
    linphone_conference_cbs_set_participant_added(callbacks, (LinphoneConferenceCbsParticipantAddedCb)on_participant);
    linphone_conference_cbs_set_participant_removed(callbacks, on_participant);
    linphone_conference_cbs_set_participant_admin_status_changed(callbacks, on_admin);
    linphone_conference_cbs_set_subject_changed(callbacks, on_subject);
    linphone_conference_add_callbacks(conference, callbacks);
    linphone_conference_cbs_unref(callbacks);
}

static void on_conference_state(LinphoneCore *core, LinphoneConference *conference, LinphoneConferenceState state) {
    struct client *c = linphone_core_get_user_data(core);
    if (state == LinphoneConferenceStateInstantiated) {
        watch_conference(conference);
        meetings_watch(conference);
    }
    if (state != LinphoneConferenceStateDeleted) {
        c->conference = conference;
    } else if (c->conference == conference) {
        c->conference = NULL;
    }
    client_say("conference", linphone_conference_state_to_string(state));
    if (state == LinphoneConferenceStateCreated) {
        client_tell_roster(c);
    }
}

void client_tell_roster(const struct client *c) {
    if (c->conference == NULL) {
        client_say("roster", "none");
        return;
    }
    bctbx_list_t *list = linphone_conference_get_participant_list(c->conference);
    LinphoneParticipant *me = linphone_conference_get_me(c->conference);
    printf("{\"event\":\"roster\",\"subject\":\"%s\",\"me_admin\":%d,\"participants\":[",
           client_quoted(linphone_conference_get_subject(c->conference)), me != NULL && linphone_participant_is_admin(me));
    for (bctbx_list_t *it = list; it != NULL; it = bctbx_list_next(it)) {
        LinphoneParticipant *participant = bctbx_list_get_data(it);
        char *uri = linphone_address_as_string_uri_only(linphone_participant_get_address(participant));
        printf("%s{\"uri\":\"%s\",\"admin\":%d}", it == list ? "" : ",", uri, linphone_participant_is_admin(participant));
        ms_free(uri);
    }
    printf("]}\n");
    fflush(stdout);
    bctbx_list_free_with_data(list, (bctbx_list_free_func)linphone_participant_unref);
}

/* --- calls --- */

LinphoneCall *client_call(const struct client *c) {
    LinphoneCall *call = linphone_core_get_current_call(c->core);
    const bctbx_list_t *calls = linphone_core_get_calls(c->core);
    return call != NULL || calls == NULL ? call : bctbx_list_get_data(calls);
}

static void on_call_state(LinphoneCore *core, LinphoneCall *call, LinphoneCallState state, const char *message) {
    const struct client *c = linphone_core_get_user_data(core);
    char *peer = linphone_address_as_string_uri_only(linphone_call_get_remote_address(call));
    const LinphoneErrorInfo *error = linphone_call_get_error_info(call);
    printf("{\"event\":\"call\",\"state\":\"%s\",\"peer\":\"%s\",\"code\":%d,\"text\":\"%s\"}\n",
           linphone_call_state_to_string(state) + sizeof "LinphoneCall" - 1, peer,
           error == NULL ? 0 : linphone_error_info_get_protocol_code(error), client_quoted(message));
    fflush(stdout);
    ms_free(peer);
    if (state == LinphoneCallStreamsRunning) {
        meetings_show(call);
    }
    if (state == LinphoneCallIncomingReceived && c->answers) {
        LinphoneCallParams *params = linphone_core_create_call_params(core, call);
        linphone_call_params_enable_video(params, c->has_video);
        linphone_call_accept_with_params(call, params);
        linphone_call_params_unref(params);
    }
}

static void on_encryption(LinphoneCore *core, LinphoneCall *call, bool_t is_on, const char *token) {
    (void)core;
    (void)call;
    (void)is_on;
    client_say("sas", token);
}

static void on_dtmf(LinphoneCore *core, LinphoneCall *call, int digit) {
    char text[2] = {(char)digit, '\0'};
    (void)core;
    (void)call;
    client_say("dtmf", text);
}

static const char *mime_of(const LinphonePayloadType *type) {
    return type == NULL ? "" : linphone_payload_type_get_mime_type(type);
}

void client_tell_stats(const struct client *c) {
    LinphoneCall *call = client_call(c);
    if (call == NULL) {
        client_say("stats", "none");
        return;
    }
    LinphoneCallStats *audio = linphone_call_get_stats(call, LinphoneStreamTypeAudio);
    LinphoneCallStats *video = linphone_call_get_stats(call, LinphoneStreamTypeVideo);
    const LinphoneCallParams *params = linphone_call_get_current_params(call);
    const LinphonePayloadType *sound = linphone_call_params_get_used_audio_payload_type(params);
    printf("{\"event\":\"stats\",\"audio_down\":%.1f,\"audio_up\":%.1f,\"audio_lost\":%.2f,\"video_down\":%.1f,\"video_up\":%.1f,"
           "\"fps\":%.1f,\"encryption\":\"%s\",\"codec\":\"%s\",\"clock\":%d,\"video_codec\":\"%s\",\"ice\":%d}\n",
           (double)linphone_call_stats_get_download_bandwidth(audio), (double)linphone_call_stats_get_upload_bandwidth(audio),
           (double)linphone_call_stats_get_local_loss_rate(audio),
           video == NULL ? 0.0 : (double)linphone_call_stats_get_download_bandwidth(video),
           video == NULL ? 0.0 : (double)linphone_call_stats_get_upload_bandwidth(video),
           (double)linphone_call_params_get_received_framerate(params),
           linphone_media_encryption_to_string(linphone_call_params_get_media_encryption(params)), mime_of(sound),
           sound == NULL ? 0 : linphone_payload_type_get_clock_rate(sound),
           mime_of(linphone_call_params_get_used_video_payload_type(params)), linphone_call_stats_get_ice_state(audio));
    fflush(stdout);
    linphone_call_stats_unref(audio);
    if (video != NULL) {
        linphone_call_stats_unref(video);
    }
}

static void on_stats(LinphoneCore *core, LinphoneCall *call, const LinphoneCallStats *stats) {
    const struct client *c = linphone_core_get_user_data(core);
    if (linphone_call_stats_get_type(stats) == LinphoneStreamTypeAudio && call == client_call(c)) {
        client_tell_stats(c);
    }
}

void client_watch(struct client *c) {
    LinphoneCoreCbs *callbacks = linphone_factory_create_core_cbs(linphone_factory_get());
    linphone_core_set_user_data(c->core, c);
    linphone_core_cbs_set_account_registration_state_changed(callbacks, on_registration);
    linphone_core_cbs_set_call_state_changed(callbacks, on_call_state);
    linphone_core_cbs_set_conference_state_changed(callbacks, on_conference_state);
    linphone_core_cbs_set_call_encryption_changed(callbacks, on_encryption);
    linphone_core_cbs_set_call_stats_updated(callbacks, on_stats);
    linphone_core_cbs_set_dtmf_received(callbacks, on_dtmf);
    linphone_core_add_callbacks(c->core, callbacks);
    linphone_core_cbs_unref(callbacks);
}

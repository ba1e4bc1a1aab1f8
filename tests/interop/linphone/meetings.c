/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What clients from 5.4 on can: conferences made with a list of people, layouts, screens, schedules. Commands: meet
 * SUBJECT|URI... | invite URI... | remove URI | layout grid|speaker|audio | share 0|1 | mute 0|1 | network 0|1 | devices | chat
 * TEXT | end | schedule SUBJECT|MINUTES URI... | move MINUTES | cancel | announce
 */
#include "meetings.h"

#include "client.h"

#include <linphone/api/c-chat-message.h>
#include <linphone/api/c-chat-params.h>
#include <linphone/api/c-chat-room.h>
#include <linphone/api/c-conference-cbs.h>
#include <linphone/api/c-conference-info.h>
#include <linphone/api/c-conference-params.h>
#include <linphone/api/c-conference-scheduler.h>
#include <linphone/api/c-conference.h>
#include <linphone/api/c-participant-device.h>
#include <linphone/api/c-participant-info.h>
#include <linphone/api/c-participant.h>
#include <linphone/api/c-video-source-descriptor.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_PEOPLE 64

/* --- devices --- */

static const char *direction_name(LinphoneMediaDirection direction) {
    static const char *const names[] = {"inactive", "sendonly", "recvonly", "sendrecv"};
    return direction >= 0 && (size_t)direction < sizeof names / sizeof *names ? names[direction] : "invalid";
}

static const char *or_empty(const char *text) {
    return text == NULL ? "" : text;
}

static void print_device(const LinphoneParticipantDevice *device, const char *separator) {
    char *uri = linphone_address_as_string_uri_only(linphone_participant_device_get_address(device));
    printf("%s{\"uri\":\"%s\",\"me\":%d,\"in\":%d,\"state\":%d,\"speaking\":%d,\"muted\":%d,\"screen\":%d,\"audio\":\"%s\","
           "\"video\":\"%s\","
           "\"thumbnail\":\"%s\",\"seen\":%d,\"label\":\"%s\",\"thumbnail_label\":\"%s\",\"audio_ssrc\":%u,\"video_ssrc\":%u,"
           "\"thumbnail_ssrc\":%u}",
           separator, uri, linphone_participant_device_is_me(device), linphone_participant_device_is_in_conference(device),
           linphone_participant_device_get_state(device), linphone_participant_device_get_is_speaking(device),
           linphone_participant_device_get_is_muted(device), linphone_participant_device_screen_sharing_enabled(device),
           direction_name(linphone_participant_device_get_stream_capability(device, LinphoneStreamTypeAudio)),
           direction_name(linphone_participant_device_get_stream_capability(device, LinphoneStreamTypeVideo)),
           direction_name(linphone_participant_device_get_thumbnail_stream_capability(device)),
           linphone_participant_device_get_stream_availability(device, LinphoneStreamTypeVideo),
           or_empty(linphone_participant_device_get_stream_label(device, LinphoneStreamTypeVideo)),
           or_empty(linphone_participant_device_get_thumbnail_stream_label(device)),
           linphone_participant_device_get_ssrc(device, LinphoneStreamTypeAudio),
           linphone_participant_device_get_ssrc(device, LinphoneStreamTypeVideo),
           linphone_participant_device_get_thumbnail_ssrc(device));
    ms_free(uri);
}

static const char *name_of(const LinphoneParticipantDevice *device) {
    return or_empty(linphone_address_get_username(linphone_participant_device_get_address(device)));
}

/* A window for each device, of its user's name, with a number from his second one on. */
static void open_windows(const LinphoneConference *conference) {
    char name[LINE_MAX_LEN];
    bctbx_list_t *devices = linphone_conference_get_participant_device_list(conference);
    for (bctbx_list_t *it = devices; it != NULL; it = bctbx_list_next(it)) {
        LinphoneParticipantDevice *device = bctbx_list_get_data(it);
        int number = 1;
        for (bctbx_list_t *before = devices; before != it; before = bctbx_list_next(before)) {
            number += strcmp(name_of(bctbx_list_get_data(before)), name_of(device)) == 0 ? 1 : 0;
        }
        snprintf(name, sizeof name, number == 1 ? "%s" : "%s-%d", name_of(device), number);
        linphone_participant_device_set_native_video_window_id(device, screen_window(name));
    }
    bctbx_list_free_with_data(devices, (bctbx_list_free_func)linphone_participant_device_unref);
}

static void tell_devices(const LinphoneConference *conference) {
    bctbx_list_t *devices = linphone_conference_get_participant_device_list(conference);
    printf("{\"event\":\"devices\",\"devices\":[");
    for (bctbx_list_t *it = devices; it != NULL; it = bctbx_list_next(it)) {
        print_device(bctbx_list_get_data(it), it == devices ? "" : ",");
    }
    printf("]}\n");
    fflush(stdout);
    bctbx_list_free_with_data(devices, (bctbx_list_free_func)linphone_participant_device_unref);
}

static void on_device_added(LinphoneConference *conference, LinphoneParticipantDevice *device) {
    (void)device;
    open_windows(conference);
    tell_devices(conference);
}

static void on_device(LinphoneConference *conference, const LinphoneParticipantDevice *device) {
    (void)device;
    tell_devices(conference);
}

static void on_device_state(LinphoneConference *conference, const LinphoneParticipantDevice *device,
                            LinphoneParticipantDeviceState state) {
    (void)device;
    (void)state;
    tell_devices(conference);
}

static void on_device_flag(LinphoneConference *conference, const LinphoneParticipantDevice *device, bool_t is_on) {
    (void)device;
    (void)is_on;
    tell_devices(conference);
}

static void on_speaker(LinphoneConference *conference, const LinphoneParticipantDevice *device) {
    (void)conference;
    client_say("speaker", device == NULL ? "" : linphone_address_get_username(linphone_participant_device_get_address(device)));
}

static void on_full_state(LinphoneConference *conference) {
    open_windows(conference);
    client_say("full", NULL);
    tell_devices(conference);
}

static void on_failed(LinphoneConference *conference) {
    (void)conference;
    client_say("failed", NULL);
}

void meetings_watch(LinphoneConference *conference) {
    LinphoneConferenceCbs *callbacks = linphone_factory_create_conference_cbs(linphone_factory_get());
    linphone_conference_cbs_set_participant_device_added(callbacks, on_device_added);
    linphone_conference_cbs_set_participant_device_removed(callbacks, on_device);
    linphone_conference_cbs_set_participant_device_state_changed(callbacks, on_device_state);
    linphone_conference_cbs_set_participant_device_screen_sharing_changed(callbacks, on_device_flag);
    linphone_conference_cbs_set_participant_device_media_availability_changed(callbacks, on_device);
    linphone_conference_cbs_set_participant_device_media_capability_changed(callbacks, on_device);
    linphone_conference_cbs_set_participant_device_is_muted(callbacks, on_device_flag);
    linphone_conference_cbs_set_active_speaker_participant_device(callbacks, on_speaker);
    linphone_conference_cbs_set_full_state_received(callbacks, on_full_state);
    linphone_conference_cbs_set_operation_failed(callbacks, on_failed);
    linphone_conference_add_callbacks(conference, callbacks);
    linphone_conference_cbs_unref(callbacks);
}

/* --- people --- */

/* The addresses in @p text, apart by blanks; the caller unrefs each and frees. */
static bctbx_list_t *people_of(const char *text) {
    bctbx_list_t *list = NULL;
    char uri[LINE_MAX_LEN];
    while (text[0] != '\0') {
        size_t end = strcspn(text, " ");
        snprintf(uri, sizeof uri, "%.*s", (int)end, text);
        LinphoneAddress *address = linphone_address_new(uri);
        if (address != NULL) {
            list = bctbx_list_append(list, address);
        } else {
            client_say("error", "no address");
        }
        text += end + strspn(text + end, " ");
    }
    return list;
}

static void free_people(bctbx_list_t *people) {
    bctbx_list_free_with_data(people, (bctbx_list_free_func)linphone_address_unref);
}

/* Splits SUBJECT|REST. */
static const char *split(const char *arg, char *ret_subject) {
    const char *bar = strchr(arg, '|');
    snprintf(ret_subject, LINE_MAX_LEN, "%.*s", (int)(bar == NULL ? strlen(arg) : (size_t)(bar - arg)), arg);
    return bar == NULL ? "" : bar + 1;
}

static LinphoneConferenceSecurityLevel level_of(const struct client *c) {
    return c->is_secret ? LinphoneConferenceSecurityLevelEndToEnd : LinphoneConferenceSecurityLevelNone;
}

static void do_meet(struct client *c, const char *arg) {
    char subject[LINE_MAX_LEN];
    bctbx_list_t *people = people_of(split(arg, subject));
    LinphoneConferenceParams *params = linphone_core_create_conference_params_2(c->core, NULL);
    linphone_conference_params_set_account(params, c->account);
    linphone_conference_params_set_subject_utf8(params, subject);
    linphone_conference_params_enable_audio(params, TRUE);
    linphone_conference_params_enable_video(params, c->has_video);
    linphone_conference_params_enable_chat(params, c->has_chat);
    linphone_conference_params_set_security_level(params, level_of(c));
    c->conference = linphone_core_create_conference_with_params(c->core, params);
    LinphoneCallParams *call = linphone_core_create_call_params(c->core, NULL);
    linphone_call_params_enable_video(call, c->has_video);
    if (c->conference == NULL || linphone_conference_invite_participants(c->conference, people, call) != 0) {
        client_say("error", "meet");
    }
    linphone_call_params_unref(call);
    linphone_conference_params_unref(params);
    free_people(people);
}

static void do_invite(struct client *c, const char *arg) {
    bctbx_list_t *people = people_of(arg);
    if (c->conference == NULL || linphone_conference_add_participants_2(c->conference, people) != 0) {
        client_say("error", "invite");
    }
    free_people(people);
}

static void do_remove(struct client *c, const char *arg) {
    LinphoneAddress *address = linphone_address_new(arg);
    LinphoneParticipant *found =
        address == NULL || c->conference == NULL ? NULL : linphone_conference_find_participant(c->conference, address);
    if (found == NULL || linphone_conference_remove_participant_2(c->conference, found) != 0) {
        client_say("error", "remove");
    }
    if (address != NULL) {
        linphone_address_unref(address);
    }
}

/* --- pictures and sound --- */

/* The call can't be changed while a change of it is under way, as when somebody came: then @p command is done afterwards. */
static bool is_postponed(struct client *c, const char *command, const char *arg) {
    LinphoneCall *call = client_call(c);
    bool is_ready = call != NULL && linphone_call_get_state(call) == LinphoneCallStreamsRunning;
    snprintf(c->later, sizeof c->later, is_ready ? "" : "%s %s", command, arg);
    return !is_ready;
}

void meetings_turn(struct client *c) {
    char line[LINE_MAX_LEN];
    LinphoneCall *call = client_call(c);
    if (c->later[0] != '\0' && call != NULL && linphone_call_get_state(call) == LinphoneCallStreamsRunning) {
        snprintf(line, sizeof line, "%s", c->later);
        c->later[0] = '\0';
        client_command(c, line);
    }
}

static LinphoneConferenceLayout layout_of(const char *name) {
    return strcmp(name, "grid") == 0 ? LinphoneConferenceLayoutGrid : LinphoneConferenceLayoutActiveSpeaker;
}

static void do_layout(struct client *c, const char *arg) {
    LinphoneCall *call = client_call(c);
    if (is_postponed(c, "layout", arg)) {
        return;
    }
    LinphoneCallParams *params = linphone_core_create_call_params(c->core, call);
    bool is_audio_only = strcmp(arg, "audio") == 0;
    linphone_call_params_enable_video(params, !is_audio_only);
    if (!is_audio_only) {
        linphone_call_params_set_conference_video_layout(params, layout_of(arg));
    }
    linphone_call_update(call, params);
    linphone_call_params_unref(params);
}

static void do_share(struct client *c, const char *arg) {
    LinphoneCall *call = client_call(c);
    bool is_on = arg[0] == '1';
    if (is_postponed(c, "share", arg)) {
        return;
    }
    LinphoneVideoSourceDescriptor *source = linphone_video_source_descriptor_new();
    if (is_on) {
        linphone_video_source_descriptor_set_screen_sharing(source, LinphoneVideoSourceScreenSharingDisplay, (void *)1);
    } else {
        linphone_video_source_descriptor_set_camera_id(source, CAMERA_ID);
    }
    LinphoneCallParams *params = linphone_core_create_call_params(c->core, call);
    linphone_call_params_enable_screen_sharing(params, is_on);
    linphone_call_set_video_source(call, source);
    linphone_call_update(call, params);
    linphone_call_params_unref(params);
    linphone_video_source_descriptor_unref(source);
}

static void do_mute(struct client *c, const char *arg) {
    if (c->conference != NULL) {
        linphone_conference_set_microphone_muted(c->conference, arg[0] == '1');
    }
}

static void do_network(struct client *c, const char *arg) {
    linphone_core_set_network_reachable(c->core, arg[0] == '1');
}

static void do_devices(struct client *c, const char *arg) {
    (void)arg;
    if (c->conference != NULL) {
        tell_devices(c->conference);
    }
}

static void do_end(struct client *c, const char *arg) {
    (void)arg;
    if (c->conference != NULL) {
        linphone_conference_terminate(c->conference);
    }
}

/* --- text --- */

static void do_chat(struct client *c, const char *arg) {
    LinphoneChatRoom *room = c->conference == NULL ? NULL : linphone_conference_get_chat_room(c->conference);
    if (room == NULL) {
        client_say("error", "no chat room");
        return;
    }
    LinphoneChatMessage *message = linphone_chat_room_create_message_from_utf8(room, arg);
    linphone_chat_message_send(message);
    linphone_chat_message_unref(message);
}

static void on_message(LinphoneCore *core, LinphoneChatRoom *room, LinphoneChatMessage *message) {
    char *from = linphone_address_as_string_uri_only(linphone_chat_message_get_from_address(message));
    (void)core;
    (void)room;
    printf("{\"event\":\"message\",\"from\":\"%s\",\"type\":\"%s\",\"text\":\"%s\"}\n", from,
           or_empty(linphone_chat_message_get_content_type(message)),
           client_quoted(linphone_chat_message_get_utf8_text(message)));
    fflush(stdout);
    ms_free(from);
}

/* --- schedules --- */

static void on_schedule(LinphoneConferenceScheduler *scheduler, LinphoneConferenceSchedulerState state) {
    static const char *const names[] = {"Idle", "Error", "AllocationPending", "Ready", "Updating"};
    const LinphoneConferenceInfo *info = linphone_conference_scheduler_get_info(scheduler);
    const LinphoneAddress *address = info == NULL ? NULL : linphone_conference_info_get_uri(info);
    char *uri = address == NULL ? NULL : linphone_address_as_string_uri_only(address);
    printf("{\"event\":\"schedule\",\"state\":\"%s\",\"uri\":\"%s\"}\n", (size_t)state < 5 ? names[state] : "?", or_empty(uri));
    fflush(stdout);
    if (uri != NULL) {
        ms_free(uri);
    }
}

static LinphoneConferenceScheduler *scheduler_of(struct client *c) {
    if (c->scheduler == NULL) {
        LinphoneConferenceSchedulerCbs *callbacks = linphone_factory_create_conference_scheduler_cbs(linphone_factory_get());
        c->scheduler =
            linphone_core_create_conference_scheduler_with_type(c->core, c->account, LinphoneConferenceSchedulerTypeSIP);
        linphone_conference_scheduler_cbs_set_state_changed(callbacks, on_schedule);
        linphone_conference_scheduler_add_callbacks(c->scheduler, callbacks);
        linphone_conference_scheduler_cbs_unref(callbacks);
    }
    return c->scheduler;
}

static void do_schedule(struct client *c, const char *arg) {
    char subject[LINE_MAX_LEN];
    char *people_text;
    long minutes = strtol(split(arg, subject), &people_text, 10);
    bctbx_list_t *people = people_of(people_text + strspn(people_text, " "));
    LinphoneConferenceInfo *info = linphone_factory_create_conference_info(linphone_factory_get());
    linphone_conference_info_set_organizer(info,
                                           linphone_account_params_get_identity_address(linphone_account_get_params(c->account)));
    for (bctbx_list_t *it = people; it != NULL; it = bctbx_list_next(it)) {
        LinphoneParticipantInfo *who = linphone_participant_info_new(bctbx_list_get_data(it));
        linphone_participant_info_set_role(who, LinphoneParticipantRoleSpeaker);
        linphone_conference_info_add_participant_2(info, who);
        linphone_participant_info_unref(who);
    }
    linphone_conference_info_set_subject_utf8(info, subject);
    linphone_conference_info_set_date_time(info, time(NULL) + minutes * 60);
    linphone_conference_info_set_duration(info, 60);
    linphone_conference_info_set_security_level(info, level_of(c));
    linphone_conference_scheduler_set_info(scheduler_of(c), info);
    linphone_conference_info_unref(info);
    free_people(people);
}

static void do_move(struct client *c, const char *arg) {
    LinphoneConferenceInfo *info = linphone_conference_info_clone(linphone_conference_scheduler_get_info(scheduler_of(c)));
    linphone_conference_info_set_date_time(info, time(NULL) + strtol(arg, NULL, 10) * 60);
    linphone_conference_scheduler_set_info(scheduler_of(c), info);
    linphone_conference_info_unref(info);
}

static void do_cancel(struct client *c, const char *arg) {
    LinphoneConferenceInfo *info = linphone_conference_info_clone(linphone_conference_scheduler_get_info(scheduler_of(c)));
    (void)arg;
    linphone_conference_scheduler_cancel_conference(scheduler_of(c), info);
    linphone_conference_info_unref(info);
}

/* Tells those invited of the schedule, by MESSAGE. */
static void do_announce(struct client *c, const char *arg) {
    LinphoneConferenceParams *params = linphone_core_create_conference_params_2(c->core, NULL);
    (void)arg;
    linphone_conference_params_enable_chat(params, TRUE);
    linphone_conference_params_enable_group(params, FALSE);
    linphone_chat_params_set_backend(linphone_conference_params_get_chat_params(params), LinphoneChatRoomBackendBasic);
    linphone_conference_scheduler_send_invitations_2(scheduler_of(c), params);
    linphone_conference_params_unref(params);
}

/* --- set-up --- */

void meetings_open(struct client *c) {
    LinphoneCoreCbs *callbacks = linphone_factory_create_core_cbs(linphone_factory_get());
    linphone_core_cbs_set_message_received(callbacks, on_message);
    linphone_core_add_callbacks(c->core, callbacks);
    linphone_core_cbs_unref(callbacks);
    linphone_core_set_native_preview_window_id(c->core, screen_window("preview"));
    linphone_core_set_default_conference_layout(c->core, layout_of(c->layout));
    camera_add_as(linphone_core_get_ms_factory(c->core), MS_SCREEN_SHARING_ID, "magenta");
}

void meetings_show(LinphoneCall *call) {
    linphone_call_set_native_video_window_id(call, screen_window("main"));
}

void meetings_set_account(const struct client *c, LinphoneAccountParams *params) {
    char text[LINE_MAX_LEN];
    snprintf(text, sizeof text, "sip:%s@%s", c->factory, c->domain);
    LinphoneAddress *address = linphone_address_new(text);
    linphone_account_params_set_audio_video_conference_factory_address(params, address);
    linphone_address_unref(address);
    linphone_account_params_enable_rtp_bundle(params, c->has_bundle);
}

static const struct {
    const char *name;
    void (*run)(struct client *c, const char *arg);
} commands[] = {
    {"meet", do_meet},         {"invite", do_invite}, {"remove", do_remove},   {"layout", do_layout},     {"share", do_share},
    {"mute", do_mute},         {"chat", do_chat},     {"network", do_network}, {"end", do_end},           {"devices", do_devices},
    {"schedule", do_schedule}, {"move", do_move},     {"cancel", do_cancel},   {"announce", do_announce},
};

bool meetings_command(struct client *c, const char *name, const char *arg) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            commands[i].run(c, arg);
            return true;
        }
    }
    return false;
}

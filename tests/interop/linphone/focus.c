/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * linphone_focus FOLDER ADDRESS PORT [RATE_HZ]      (FOLDER: its own, for files)
 * liblinphone as a focus: a conference of sound alone, mixed here at RATE_HZ (liblinphone's own choice if that is left out), into
 * which everyone who calls is taken. It takes no part itself, has no sound card, and ends with its standard input. For
 * tests/bench: what such a mixer costs (bench_mixer_peers.py). Knows nothing of confer.
 */
#include <linphone/core.h>
#include <linphone/linphonecore.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TURN_MSEC 20
#define CALLS_MAX 2000
#define PATH_LEN_MAX 1024

static void say(const char *event, const char *detail) {
    printf("{\"event\":\"%s\",\"detail\":\"%s\"}\n", event, detail);
    fflush(stdout);
}

static void on_call(LinphoneCore *core, LinphoneCall *call, LinphoneCallState state, const char *message) {
    LinphoneConference *conference = linphone_core_get_user_data(core);
    (void)message;
    if (state == LinphoneCallStateIncomingReceived) {
        linphone_call_accept(call);
    } else if (state == LinphoneCallStateStreamsRunning && linphone_call_get_conference(call) == NULL) {
        (void)linphone_conference_add_participant(conference, call); /* 5.1 gives 1 when all went well */
        if (linphone_call_get_conference(call) == NULL) {
            say("error", "a caller is not taken into the conference");
            linphone_call_terminate(call);
        }
    }
}

/* The last one has left, and with him 5.1 takes its mixer away while the call still uses it: there is nothing more to do here. */
static void on_conference(LinphoneCore *core, LinphoneConference *conference, LinphoneConferenceState state) {
    (void)core;
    (void)conference;
    if (state == LinphoneConferenceStateTerminationPending) {
        say("over", "");
        _exit(0);
    }
}

static LinphoneConfig *config_of(const char *folder, const char *rate_hz) {
    char path[PATH_LEN_MAX];
    LinphoneConfig *config = linphone_config_new(NULL);
    linphone_config_set_string(config, "misc", "conference_type", "local");
    linphone_config_set_int(config, "sound", "echocancellation", 0);
    if (rate_hz != NULL) {
        linphone_config_set_string(config, "sound", "conference_rate", rate_hz);
    }
    linphone_config_set_int(config, "sip", "keepalive_period", 30000);
    /* Loopback is a network: without this it counts as none after 5 s. */
    linphone_config_set_int(config, "sip", "auto_net_state_mon", 0);
    snprintf(path, sizeof path, "%s/linphone.db", folder);
    linphone_config_set_string(config, "storage", "uri", path);
    return config;
}

static void set_network(LinphoneCore *core, int port) {
    LinphoneTransports *transports = linphone_factory_create_transports(linphone_factory_get());
    linphone_transports_set_udp_port(transports, port);
    linphone_transports_set_tcp_port(transports, LC_SIP_TRANSPORT_DISABLED);
    linphone_transports_set_tls_port(transports, LC_SIP_TRANSPORT_DISABLED);
    linphone_core_set_transports(core, transports);
    linphone_transports_unref(transports);
    linphone_core_set_audio_port(core, -1);
    linphone_core_enable_adaptive_rate_control(core, FALSE);
    linphone_core_set_media_encryption(core, LinphoneMediaEncryptionNone);
}

static void set_sound(LinphoneCore *core) {
    bctbx_list_t *types = linphone_core_get_audio_payload_types(core);
    linphone_core_set_use_files(core, TRUE);
    for (bctbx_list_t *it = types; it != NULL; it = bctbx_list_next(it)) {
        LinphonePayloadType *type = bctbx_list_get_data(it);
        linphone_payload_type_enable(type, strcasecmp(linphone_payload_type_get_mime_type(type), "opus") == 0);
    }
    bctbx_list_free_with_data(types, (bctbx_list_free_func)linphone_payload_type_unref);
    LinphoneVideoActivationPolicy *policy = linphone_factory_create_video_activation_policy(linphone_factory_get());
    linphone_video_activation_policy_set_automatically_accept(policy, FALSE);
    linphone_video_activation_policy_set_automatically_initiate(policy, FALSE);
    linphone_core_set_video_activation_policy(core, policy);
    linphone_video_activation_policy_unref(policy);
    linphone_core_enable_video_capture(core, FALSE);
    linphone_core_enable_video_display(core, FALSE);
}

static LinphoneConference *open_conference(LinphoneCore *core) {
    LinphoneConferenceParams *params = linphone_core_create_conference_params(core);
    linphone_conference_params_enable_audio(params, TRUE);
    linphone_conference_params_enable_video(params, FALSE);
    linphone_conference_params_enable_chat(params, FALSE);
    linphone_conference_params_enable_local_participant(params, FALSE);
    linphone_conference_params_enable_one_participant_conference(params, TRUE);
    LinphoneConference *conference = linphone_core_create_conference_with_params(core, params);
    linphone_conference_params_unref(params);
    return conference;
}

/* Until standard input ends. */
static void run(LinphoneCore *core) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char octet;
    while (poll(&input, 1, TURN_MSEC) <= 0 || read(STDIN_FILENO, &octet, 1) > 0) {
        linphone_core_iterate(core);
    }
}

int main(int argc, char **argv) {
    char contact[PATH_LEN_MAX];
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s FOLDER ADDRESS PORT [RATE_HZ]\n", argv[0]);
        return 2;
    }
    LinphoneConfig *config = config_of(argv[1], argc > 4 ? argv[4] : NULL);
    LinphoneCore *core = linphone_factory_create_core_with_config_3(linphone_factory_get(), config, NULL);
    LinphoneCoreCbs *callbacks = linphone_factory_create_core_cbs(linphone_factory_get());
    linphone_core_cbs_set_call_state_changed(callbacks, on_call);
    linphone_core_cbs_set_conference_state_changed(callbacks, on_conference);
    linphone_core_add_callbacks(core, callbacks);
    linphone_core_cbs_unref(callbacks);
    set_network(core, (int)strtol(argv[3], NULL, 10));
    set_sound(core);
    linphone_core_set_max_calls(core, CALLS_MAX);
    snprintf(contact, sizeof contact, "sip:focus@%s:%s", argv[2], argv[3]);
    linphone_core_set_primary_contact(core, contact);
    linphone_core_start(core);
    linphone_core_set_network_reachable(core, TRUE);
    linphone_core_enable_echo_cancellation(core, FALSE);
    LinphoneConference *conference = open_conference(core);
    if (conference == NULL) {
        say("error", "there is no conference");
        return 1;
    }
    linphone_core_set_user_data(core, conference);
    say("ready", linphone_core_get_version());
    run(core);
    linphone_conference_terminate(conference); /* on_conference() */
    return 1;
}

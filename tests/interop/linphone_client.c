/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A real Linphone without screen, microphone and camera: liblinphone driven by lines on standard input, telling what happens as
 * JSON lines on standard output. It plays a WAV file, records what it hears, sends a moving test picture and can take snapshots
 * of what it sees. For tests/interop/*.py; knows nothing of confer.
 *
 *   linphone_client FOLDER USER DOMAIN PROXY_URI [key=value ...]      (FOLDER: its own, for files)
 *     keys: encryption=none|sdes  video=0|1  codec=VP8|H264  play=FILE  bundle=0|1  registrar=0|1
 *   Commands: call URI | answer | hang | hold | resume | video 0|1 | create | add (the running calls to the conference) |
 *     subject TEXT | admin URI 0|1 | refer URI | remove URI | roster | stats | snapshot FILE | quit
 */
#include <linphone/core.h>
#include <linphone/linphonecore.h>
#include <mediastreamer2/msfactory.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE 1024
#define TURN_USEC 20000

/* Exported but in no header. */
const char *linphone_conference_state_to_string(LinphoneConferenceState state);

struct client {
    LinphoneCore *core;
    LinphoneAccount *account;
    LinphoneConference *conference; /* borrowed: the one we are in */
    const char *folder;
    const char *user;
    const char *domain;
    const char *proxy;
    const char *play;
    const char *codec;
    const char *encryption;
    bool has_video;
    bool has_bundle;
    bool registers;
    bool quits;
};

static void say(const char *event, const char *detail) {
    printf("{\"event\":\"%s\",\"detail\":\"%s\"}\n", event, detail == NULL ? "" : detail);
    fflush(stdout);
}

/* --- what happens --- */

static void on_registration(LinphoneCore *core, LinphoneAccount *account, LinphoneRegistrationState state, const char *message) {
    (void)core;
    (void)account;
    (void)message;
    say("registration", linphone_registration_state_to_string(state));
}

static void on_conference_state(LinphoneCore *core, LinphoneConference *conference, LinphoneConferenceState state) {
    struct client *c = linphone_core_get_user_data(core);
    if (state != LinphoneConferenceStateDeleted) {
        c->conference = conference;
    } else if (c->conference == conference) {
        c->conference = NULL;
    }
    say("conference", linphone_conference_state_to_string(state));
}

static void on_call_state(LinphoneCore *core, LinphoneCall *call, LinphoneCallState state, const char *message) {
    char detail[LINE];
    (void)core;
    (void)message;
    char *peer = linphone_address_as_string_uri_only(linphone_call_get_remote_address(call));
    snprintf(detail, sizeof detail, "%s %s", linphone_call_state_to_string(state), peer);
    ms_free(peer);
    say("call", detail);
}

static LinphoneCall *current_call(const struct client *c) {
    LinphoneCall *call = linphone_core_get_current_call(c->core);
    const bctbx_list_t *calls = linphone_core_get_calls(c->core);
    return call != NULL || calls == NULL ? call : bctbx_list_get_data(calls);
}

/* --- set-up --- */

static void set_codecs(const struct client *c) {
    bctbx_list_t *types = linphone_core_get_video_payload_types(c->core);
    for (bctbx_list_t *it = types; it != NULL; it = bctbx_list_next(it)) {
        LinphonePayloadType *type = bctbx_list_get_data(it);
        linphone_payload_type_enable(type, strcmp(linphone_payload_type_get_mime_type(type), c->codec) == 0);
    }
    bctbx_list_free_with_data(types, (bctbx_list_free_func)linphone_payload_type_unref);
}

static void set_media(const struct client *c) {
    char path[LINE];
    LinphoneVideoActivationPolicy *policy = linphone_factory_create_video_activation_policy(linphone_factory_get());
    linphone_video_activation_policy_set_automatically_accept(policy, c->has_video);
    linphone_video_activation_policy_set_automatically_initiate(policy, c->has_video);
    linphone_core_set_video_activation_policy(c->core, policy);
    linphone_video_activation_policy_unref(policy);
    linphone_core_enable_video_capture(c->core, c->has_video);
    linphone_core_enable_video_display(c->core, c->has_video);
    linphone_core_reload_video_devices(c->core);
    linphone_core_set_video_device(c->core, "Mire: Mire (synthetic moving picture)");
    linphone_core_set_static_picture_fps(c->core, 15);
    linphone_core_set_preferred_framerate(c->core, 15);
    linphone_core_set_preferred_video_definition_by_name(c->core, "qvga");
    linphone_core_set_use_files(c->core, TRUE);
    if (c->play != NULL) {
        linphone_core_set_play_file(c->core, c->play);
    }
    snprintf(path, sizeof path, "%s/heard.wav", c->folder);
    linphone_core_set_record_file(c->core, path);
    bool is_sdes = strcmp(c->encryption, "sdes") == 0;
    linphone_core_set_media_encryption(c->core, is_sdes ? LinphoneMediaEncryptionSRTP : LinphoneMediaEncryptionNone);
    linphone_core_set_media_encryption_mandatory(c->core, is_sdes);
    linphone_core_enable_adaptive_rate_control(c->core, FALSE);
    linphone_core_set_upload_bandwidth(c->core, 600);
    set_codecs(c);
}

static void set_transports(const struct client *c) {
    LinphoneTransports *transports = linphone_factory_create_transports(linphone_factory_get());
    linphone_transports_set_udp_port(transports, LC_SIP_TRANSPORT_RANDOM);
    linphone_transports_set_tcp_port(transports, LC_SIP_TRANSPORT_RANDOM);
    linphone_transports_set_tls_port(transports, LC_SIP_TRANSPORT_RANDOM);
    linphone_core_set_transports(c->core, transports);
    linphone_transports_unref(transports);
    linphone_core_verify_server_certificates(c->core, FALSE);
    linphone_core_verify_server_cn(c->core, FALSE);
    linphone_core_set_audio_port(c->core, -1);
    linphone_core_set_video_port(c->core, -1);
}

static void add_account(struct client *c) {
    char text[LINE];
    LinphoneAuthInfo *auth = linphone_auth_info_new(c->user, NULL, c->user, NULL, NULL, NULL);
    linphone_core_add_auth_info(c->core, auth);
    linphone_auth_info_unref(auth);
    LinphoneAccountParams *params = linphone_core_create_account_params(c->core);
    snprintf(text, sizeof text, "sip:%s@%s", c->user, c->domain);
    LinphoneAddress *identity = linphone_address_new(text);
    LinphoneAddress *server = linphone_address_new(c->proxy);
    linphone_account_params_set_identity_address(params, identity);
    linphone_account_params_set_server_address(params, server);
    linphone_account_params_set_outbound_proxy_enabled(params, TRUE);
    linphone_account_params_set_register_enabled(params, c->registers);
    snprintf(text, sizeof text, "sip:conference-factory@%s", c->domain);
    linphone_account_params_set_conference_factory_uri(params, text);
    c->account = linphone_core_create_account(c->core, params);
    linphone_core_add_account(c->core, c->account);
    linphone_core_set_default_account(c->core, c->account);
    linphone_account_params_unref(params);
    linphone_address_unref(identity);
    linphone_address_unref(server);
}

static void open_core(struct client *c) {
    char path[LINE];
    LinphoneFactory *factory = linphone_factory_get();
    LinphoneConfig *config = linphone_config_new(NULL);
    linphone_config_set_string(config, "misc", "conference_type", "remote");
    linphone_config_set_int(config, "rtp", "bundle", c->has_bundle ? 1 : 0);
    linphone_config_set_string(config, "video", "displaytype", "MSExtDisplay");
    linphone_config_set_int(config, "sound", "echocancellation", 0);
    linphone_config_set_int(config, "sip", "keepalive_period", 30000);
    snprintf(path, sizeof path, "%s/linphone.db", c->folder);
    linphone_config_set_string(config, "storage", "uri", path);
    c->core = linphone_factory_create_core_with_config_3(factory, config, NULL);
    linphone_core_set_user_data(c->core, c);
    LinphoneCoreCbs *callbacks = linphone_factory_create_core_cbs(factory);
    linphone_core_cbs_set_account_registration_state_changed(callbacks, on_registration);
    linphone_core_cbs_set_call_state_changed(callbacks, on_call_state);
    linphone_core_cbs_set_conference_state_changed(callbacks, on_conference_state);
    linphone_core_add_callbacks(c->core, callbacks);
    set_transports(c);
    set_media(c);
    linphone_core_set_user_agent(c->core, "confer-interop", linphone_core_get_version());
    linphone_core_start(c->core);
    linphone_core_enable_echo_cancellation(c->core, FALSE);
    add_account(c);
    linphone_core_cbs_unref(callbacks);
    linphone_config_unref(config);
}

/* --- commands --- */

static LinphoneCallParams *call_params(const struct client *c) {
    LinphoneCallParams *params = linphone_core_create_call_params(c->core, NULL);
    linphone_call_params_enable_video(params, c->has_video);
    return params;
}

static void do_call(struct client *c, const char *arg) {
    LinphoneCallParams *params = call_params(c);
    LinphoneAddress *address = linphone_address_new(arg);
    if (address == NULL || linphone_core_invite_address_with_params(c->core, address, params) == NULL) {
        say("error", "call");
    }
    if (address != NULL) {
        linphone_address_unref(address);
    }
    linphone_call_params_unref(params);
}

static void do_answer(struct client *c, const char *arg) {
    LinphoneCall *call = current_call(c);
    (void)arg;
    if (call != NULL) {
        LinphoneCallParams *params = linphone_core_create_call_params(c->core, call);
        linphone_call_params_enable_video(params, c->has_video);
        linphone_call_accept_with_params(call, params);
        linphone_call_params_unref(params);
    }
}

static void do_hang(struct client *c, const char *arg) {
    (void)arg;
    linphone_core_terminate_all_calls(c->core);
}

static void do_hold(struct client *c, const char *arg) {
    (void)arg;
    if (c->conference != NULL) {
        linphone_conference_leave(c->conference);
    } else if (current_call(c) != NULL) {
        linphone_call_pause(current_call(c));
    }
}

static void do_resume(struct client *c, const char *arg) {
    (void)arg;
    if (c->conference != NULL) {
        linphone_conference_enter(c->conference);
    } else if (current_call(c) != NULL) {
        linphone_call_resume(current_call(c));
    }
}

static void do_video(struct client *c, const char *arg) {
    LinphoneCall *call = current_call(c);
    if (call != NULL) {
        LinphoneCallParams *params = linphone_core_create_call_params(c->core, call);
        linphone_call_params_enable_video(params, arg[0] == '1');
        linphone_call_update(call, params);
        linphone_call_params_unref(params);
    }
}

static void do_create(struct client *c, const char *arg) {
    LinphoneConferenceParams *params = linphone_core_create_conference_params(c->core);
    (void)arg;
    linphone_conference_params_enable_video(params, c->has_video);
    c->conference = linphone_core_create_conference_with_params(c->core, params);
    linphone_conference_params_unref(params);
}

static void do_add(struct client *c, const char *arg) {
    (void)arg;
    bctbx_list_t *calls = bctbx_list_copy(linphone_core_get_calls(c->core));
    for (bctbx_list_t *it = calls; it != NULL && c->conference != NULL; it = bctbx_list_next(it)) {
        LinphoneCall *call = bctbx_list_get_data(it);
        if (linphone_call_get_conference(call) == NULL) {
            linphone_conference_add_participant(c->conference, call);
            /* 5.1 loses a second one while the conference is being made: say "add" again when it is. */
            if (linphone_conference_get_state(c->conference) != LinphoneConferenceStateCreated) {
                break;
            }
        }
    }
    bctbx_list_free(calls);
}

static void do_subject(struct client *c, const char *arg) {
    if (c->conference != NULL) {
        linphone_conference_set_subject(c->conference, arg);
    }
}

static LinphoneParticipant *find_participant(const struct client *c, const char *uri) {
    LinphoneAddress *address = linphone_address_new(uri);
    LinphoneParticipant *found = NULL;
    if (address != NULL && c->conference != NULL) {
        found = linphone_conference_find_participant(c->conference, address);
    }
    if (address != NULL) {
        linphone_address_unref(address);
    }
    return found;
}

static void do_admin(struct client *c, const char *arg) {
    char uri[LINE];
    const char *blank = strrchr(arg, ' ');
    if (blank == NULL) {
        say("error", "admin URI 0|1");
        return;
    }
    snprintf(uri, sizeof uri, "%.*s", (int)(blank - arg), arg);
    LinphoneParticipant *participant = find_participant(c, uri);
    if (participant != NULL) {
        linphone_conference_set_participant_admin_status(c->conference, participant, blank[1] == '1');
    } else {
        say("error", "no such participant");
    }
}

static void do_roster(struct client *c, const char *arg) {
    (void)arg;
    if (c->conference == NULL) {
        say("roster", "none");
        return;
    }
    bctbx_list_t *list = linphone_conference_get_participant_list(c->conference);
    LinphoneParticipant *me = linphone_conference_get_me(c->conference);
    printf("{\"event\":\"roster\",\"subject\":\"%s\",\"me_admin\":%d,\"participants\":[",
           linphone_conference_get_subject(c->conference) == NULL ? "" : linphone_conference_get_subject(c->conference),
           me != NULL && linphone_participant_is_admin(me));
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

static void do_stats(struct client *c, const char *arg) {
    LinphoneCall *call = current_call(c);
    (void)arg;
    if (call == NULL) {
        say("stats", "none");
        return;
    }
    LinphoneCallStats *audio = linphone_call_get_stats(call, LinphoneStreamTypeAudio);
    LinphoneCallStats *video = linphone_call_get_stats(call, LinphoneStreamTypeVideo);
    const LinphoneCallParams *params = linphone_call_get_current_params(call);
    printf("{\"event\":\"stats\",\"audio_down\":%.1f,\"audio_up\":%.1f,\"audio_lost\":%.2f,\"video_down\":%.1f,\"video_up\":%.1f,"
           "\"fps\":%.1f,\"encryption\":\"%s\",\"codec\":\"%s\"}\n",
           (double)linphone_call_stats_get_download_bandwidth(audio), (double)linphone_call_stats_get_upload_bandwidth(audio),
           (double)linphone_call_stats_get_local_loss_rate(audio),
           video == NULL ? 0.0 : (double)linphone_call_stats_get_download_bandwidth(video),
           video == NULL ? 0.0 : (double)linphone_call_stats_get_upload_bandwidth(video),
           (double)linphone_call_params_get_received_framerate(params),
           linphone_media_encryption_to_string(linphone_call_params_get_media_encryption(params)),
           linphone_call_params_get_used_audio_payload_type(params) == NULL
               ? ""
               : linphone_payload_type_get_mime_type(linphone_call_params_get_used_audio_payload_type(params)));
    fflush(stdout);
    linphone_call_stats_unref(audio);
    if (video != NULL) {
        linphone_call_stats_unref(video);
    }
}

static void do_snapshot(struct client *c, const char *arg) {
    if (current_call(c) != NULL) {
        linphone_call_take_video_snapshot(current_call(c), arg);
    }
}

static void do_quit(struct client *c, const char *arg) {
    (void)arg;
    c->quits = true;
}

static const struct {
    const char *name;
    void (*run)(struct client *c, const char *arg);
} commands[] = {
    {"call", do_call},     {"answer", do_answer}, {"hang", do_hang},         {"hold", do_hold},       {"resume", do_resume},
    {"video", do_video},   {"create", do_create}, {"add", do_add},           {"subject", do_subject}, {"admin", do_admin},
    {"roster", do_roster}, {"stats", do_stats},   {"snapshot", do_snapshot}, {"quit", do_quit},
};

static void run_command(struct client *c, char *line) {
    char *arg = strchr(line, ' ');
    if (arg != NULL) {
        *arg++ = '\0';
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(line, commands[i].name) == 0) {
            commands[i].run(c, arg == NULL ? "" : arg);
            return;
        }
    }
    say("error", "unknown command");
}

static void read_commands(struct client *c) {
    static char buffer[LINE];
    static size_t len;
    struct pollfd readable = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&readable, 1, 0) > 0) {
        ssize_t got = read(STDIN_FILENO, buffer + len, 1);
        if (got <= 0) {
            c->quits = true;
            return;
        }
        if (buffer[len] == '\n' || len == sizeof buffer - 1) {
            buffer[len] = '\0';
            len = 0;
            run_command(c, buffer);
        } else {
            len++;
        }
    }
}

static void read_key(struct client *c, const char *text) {
    const char *value = strchr(text, '=');
    size_t len = value == NULL ? 0 : (size_t)(value - text);
    if (value == NULL) {
        return;
    }
    value++;
    if (strncmp(text, "encryption", len) == 0) {
        c->encryption = value;
    } else if (strncmp(text, "video", len) == 0) {
        c->has_video = value[0] == '1';
    } else if (strncmp(text, "codec", len) == 0) {
        c->codec = value;
    } else if (strncmp(text, "play", len) == 0) {
        c->play = value;
    } else if (strncmp(text, "bundle", len) == 0) {
        c->has_bundle = value[0] == '1';
    } else if (strncmp(text, "registrar", len) == 0) {
        c->registers = value[0] == '1';
    }
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: %s FOLDER USER DOMAIN PROXY_URI [key=value ...]\n", argv[0]);
        return 2;
    }
    static struct client c;
    c = (struct client){.folder = argv[1],
                        .user = argv[2],
                        .domain = argv[3],
                        .proxy = argv[4],
                        .codec = "VP8",
                        .encryption = "none",
                        .has_video = true,
                        .registers = true};
    for (int i = 5; i < argc; i++) {
        read_key(&c, argv[i]);
    }
    open_core(&c);
    say("started", linphone_core_get_version());
    while (!c.quits) {
        linphone_core_iterate(c.core);
        read_commands(&c);
        usleep(TURN_USEC);
    }
    linphone_core_terminate_all_calls(c.core);
    for (int i = 0; i < 25; i++) {
        linphone_core_iterate(c.core);
        usleep(TURN_USEC);
    }
    linphone_core_unref(c.core);
    say("ended", NULL);
    return 0;
}

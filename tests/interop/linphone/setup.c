/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The core, its media and its account. */
#include "client.h"
#include "meetings.h"

#include <mediastreamer2/msfactory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void choose(bctbx_list_t *types, const char *wanted) {
    for (bctbx_list_t *it = types; it != NULL; it = bctbx_list_next(it)) {
        LinphonePayloadType *type = bctbx_list_get_data(it);
        const char *name = linphone_payload_type_get_mime_type(type);
        client_say("codec", name);
        if (wanted != NULL) {
            linphone_payload_type_enable(type, strcasecmp(name, wanted) == 0 || strcmp(name, "telephone-event") == 0);
        }
    }
    bctbx_list_free_with_data(types, (bctbx_list_free_func)linphone_payload_type_unref);
}

static void set_video(const struct client *c) {
    LinphoneVideoActivationPolicy *policy = linphone_factory_create_video_activation_policy(linphone_factory_get());
    linphone_video_activation_policy_set_automatically_accept(policy, c->has_video);
    linphone_video_activation_policy_set_automatically_initiate(policy, c->has_video);
    linphone_core_set_video_activation_policy(c->core, policy);
    linphone_video_activation_policy_unref(policy);
    linphone_core_enable_video_capture(c->core, c->has_video);
    linphone_core_enable_video_display(c->core, c->has_video);
    linphone_core_set_video_device(c->core, CAMERA_ID);
    linphone_core_set_video_display_filter(c->core, SCREEN_NAME);
    linphone_core_set_preferred_framerate(c->core, strtof(c->fps, NULL));
    linphone_core_set_preferred_video_definition_by_name(c->core, "qcif");
    choose(linphone_core_get_video_payload_types(c->core), c->codec);
}

static void set_sound(const struct client *c) {
    char path[LINE_MAX_LEN];
    linphone_core_set_use_files(c->core, TRUE);
    linphone_core_set_play_file(c->core, c->play);
    snprintf(path, sizeof path, "%s/heard.wav", c->folder);
    linphone_core_set_record_file(c->core, path);
    choose(linphone_core_get_audio_payload_types(c->core), c->audio);
}

static void set_encryption(const struct client *c) {
    static const struct {
        const char *name;
        LinphoneMediaEncryption value;
    } rows[] = {{"none", LinphoneMediaEncryptionNone},
                {"sdes", LinphoneMediaEncryptionSRTP},
                {"zrtp", LinphoneMediaEncryptionZRTP},
                {"dtls", LinphoneMediaEncryptionDTLS}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(c->encryption, rows[i].name) == 0) {
            if (linphone_core_set_media_encryption(c->core, rows[i].value) != 0) {
                client_say("error", "encryption is not supported");
            }
            linphone_core_set_media_encryption_mandatory(c->core, rows[i].value == LinphoneMediaEncryptionSRTP);
        }
    }
    if (c->suites != NULL) {
        linphone_core_set_srtp_crypto_suites(c->core, c->suites);
    }
}

static void set_network(const struct client *c) {
    LinphoneTransports *transports = linphone_factory_create_transports(linphone_factory_get());
    linphone_transports_set_udp_port(transports, LC_SIP_TRANSPORT_RANDOM);
    linphone_transports_set_tcp_port(transports, LC_SIP_TRANSPORT_RANDOM);
    linphone_transports_set_tls_port(transports, LC_SIP_TRANSPORT_RANDOM);
    linphone_core_set_transports(c->core, transports);
    linphone_transports_unref(transports);
    linphone_core_verify_server_certificates(c->core, FALSE);
    linphone_core_verify_server_cn(c->core, FALSE);
    if (c->authority != NULL) {
        linphone_core_set_root_ca(c->core, c->authority);
    }
    linphone_core_set_audio_port(c->core, -1);
    linphone_core_set_video_port(c->core, -1);
    linphone_core_enable_adaptive_rate_control(c->core, FALSE);
    linphone_core_set_upload_bandwidth(c->core, 600);
    LinphoneNatPolicy *policy = linphone_core_create_nat_policy(c->core);
    linphone_nat_policy_enable_ice(policy, c->has_ice);
    linphone_core_set_nat_policy(c->core, policy);
    linphone_nat_policy_unref(policy);
}

static void add_account(struct client *c) {
    char text[LINE_MAX_LEN];
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
    snprintf(text, sizeof text, "sip:%s@%s", c->factory, c->domain);
    linphone_account_params_set_conference_factory_uri(params, text);
    meetings_set_account(c, params);
    c->account = linphone_core_create_account(c->core, params);
    linphone_core_add_account(c->core, c->account);
    linphone_core_set_default_account(c->core, c->account);
    linphone_account_params_unref(params);
    linphone_address_unref(identity);
    linphone_address_unref(server);
}

void client_open(struct client *c) {
    char path[LINE_MAX_LEN];
    if (c->log != NULL) {
        linphone_core_set_log_level(ORTP_MESSAGE);
        linphone_core_set_log_file(fopen(c->log, "w"));
    }
    LinphoneConfig *config = linphone_config_new(NULL);
    linphone_config_set_string(config, "misc", "conference_type", c->conference_type);
    linphone_config_set_int(config, "rtp", "bundle", c->has_bundle ? 1 : 0);
    linphone_config_set_int(config, "sound", "echocancellation", 0);
    linphone_config_set_int(config, "sip", "keepalive_period", 30000);
    /* Loopback is a network: without this it counts as none after 5 s. */
    linphone_config_set_int(config, "sip", "auto_net_state_mon", 0);
    snprintf(path, sizeof path, "%s/linphone.db", c->folder);
    linphone_config_set_string(config, "storage", "uri", path);
    c->core = linphone_factory_create_core_with_config_3(linphone_factory_get(), config, NULL);
    client_watch(c);
    MSFactory *factory = linphone_core_get_ms_factory(c->core);
    if (!camera_add(factory, c->colour)) {
        client_say("error", "no such colour");
    }
    screen_add(factory);
    meetings_open(c);
    /* libvpx' threads spin for each other: on a busy machine one is faster. */
    ms_factory_set_cpu_count(factory, 1);
    snprintf(path, sizeof path, "%s/zrtp.db", c->folder);
    linphone_core_set_zrtp_secrets_file(c->core, path);
    snprintf(path, sizeof path, "%s/certificates", c->folder);
    linphone_core_set_user_certificates_path(c->core, path);
    set_network(c);
    set_video(c);
    set_sound(c);
    set_encryption(c);
    linphone_core_set_user_agent(c->core, "confer-interop", linphone_core_get_version());
    linphone_core_start(c->core);
    linphone_core_set_network_reachable(c->core, TRUE);
    linphone_core_enable_echo_cancellation(c->core, FALSE);
    add_account(c);
    linphone_config_unref(config);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration: typed values from the table config_table.h. Parsing an INI file is the shell's; here a (section, key, value)
 * is checked, converted and stored, defaults are set, and the documented default file is printed. A wrong key is an error with
 * the nearest key that exists. Value type of fixed size, no allocation, no thread.
 */
#ifndef CF_CORE_CONFIG_CONFIG_H
#define CF_CORE_CONFIG_CONFIG_H

#include "base/err.h"
#include "base/usec.h"
#include "base/writer.h"

/** Longest text value and longest list, octets. */
#define CF_CONFIG_TEXT_MAX 256

/** Longest text about a problem, octets. */
#define CF_CONFIG_PROBLEM_MAX 640

/** A text or list value, NUL-terminated. */
struct cf_config_text {
    char text[CF_CONFIG_TEXT_MAX];
};

/** A range of ports, both ends included. */
struct cf_config_range {
    uint16_t first;
    uint16_t last;
};

/** Types of values, as in the table. */
enum cf_config_type {
    CF_CONFIG_TYPE_TEXT,     /**< struct cf_config_text */
    CF_CONFIG_TYPE_LIST,     /**< struct cf_config_text, items separated by one blank */
    CF_CONFIG_TYPE_NUMBER,   /**< uint32_t */
    CF_CONFIG_TYPE_FLAG,     /**< bool: yes or no */
    CF_CONFIG_TYPE_DURATION, /**< cf_usec */
    CF_CONFIG_TYPE_RANGE,    /**< struct cf_config_range */
};

/** Keys: CF_CONFIG_KEY_<index in the table>. Only their number matters to others. */
enum {
    CF_CONFIG_KEY_COUNT = 0
#define X(section, key, type, preset, least, most, reload, doc) +1
#include "core/config/config_table.h"
#undef X
};

/**
 * All values. Names follow the table, with underscores. A hand-written struct keeps it readable; a test walks the table and
 * checks that every row is here.
 */
struct cf_config {
    struct cf_config_text domains, state, listen, listen_tls, advertise, control, user_agent;
    cf_usec drain_time_usec;
    struct cf_config_text dns;
    uint32_t strangers_per_sec;
    uint32_t per_address_max;
    struct cf_config_text tls_certificate, tls_private_key, tls_authorities;
    struct cf_config_text web_listen, web_listen_tls, web_folder, web_origins, web_proxies;
    uint32_t web_connections_max, web_per_address_max;
    cf_usec web_handshake_usec;
    struct cf_config_text web_public_url;
    bool takes_guests;
    cf_usec guest_life_usec, link_life_usec;
    bool shows_metrics, sends_webhooks_privately;
    bool is_registrar;
    struct cf_config_text trusted_proxies, outbound_proxy, algorithms;
    cf_usec expires_least_usec, expires_most_usec;
    uint32_t devices_max;
    cf_usec nonce_life_usec;
    uint32_t failures_max;
    struct cf_config_text factories, focus, factory_answer, rooms;
    struct cf_config_text lobby_rooms, pins;
    bool has_open_rooms;
    bool announces_chat;
    uint32_t participants_max, conferences_max, list_max, per_account_max;
    cf_usec availability_before_start_usec, ring_time_usec;
    struct cf_config_text prompts, prompts_folder, language;
    uint32_t tones_max;
    struct cf_config_text media_address;
    struct cf_config_range media_ports;
    bool uses_io_uring;
    uint32_t media_workers;
    uint32_t spread_from;
    bool sends_silence;
    uint32_t packet_rate;
    struct cf_config_text ice;
    uint32_t ice_port;
    bool has_ice_tcp;
    struct cf_config_text media_advertise;
    cf_usec quarantine_usec;
    bool allows_plain, allows_sdes_insecure;
    struct cf_config_text keying;
    bool demands_aes256;
    struct cf_config_text aes256_rooms, suites, audio, video, congestion_control;
    cf_usec silence_time_usec;
    uint32_t video_rate_kbps;
    bool pauses_unseen;
    bool has_turn;
    struct cf_config_text turn_listen, turn_secret;
    cf_usec turn_credential_usec;
    struct cf_config_range turn_ports;
    struct cf_config_text turn_peers;
    uint32_t turn_max, turn_per_user_max, turn_per_address_max, turn_rate_kbps;
    struct cf_config_text log_level;
    bool logs_messages;
};

/** Most keys that one rule of cf_config_check() is about. */
#define CF_CONFIG_RULE_KEYS_MAX 4

/** What is wrong with a key or value, for a message to the operator. */
struct cf_config_problem {
    enum cf_err err;                      /**< CF_ERR_CONFIG */
    size_t keys[CF_CONFIG_RULE_KEYS_MAX]; /**< of cf_config_check(): the keys of the rule that is broken */
    size_t key_count;                     /**< 0: it is about one key, which the caller knows */
    char text[CF_CONFIG_PROBLEM_MAX];     /**< English, NUL-terminated, without file and line */
};

/** Set every value to its default. */
void cf_config_init(struct cf_config *config);

/**
 * Set one value. On CF_ERR_CONFIG, @p ret_problem says what is wrong: an unknown section or key with the nearest that exists, a
 * value of the wrong type, out of range or not of its key's form (config_form_table.h).
 */
CF_MUST_USE enum cf_err cf_config_set(struct cf_config *config, struct cf_str section, struct cf_str key, struct cf_str value,
                                      struct cf_config_problem *ret_problem);

/** Check what no single key shows: a development secret on an open address, TLS key without certificate, and so on. */
CF_MUST_USE enum cf_err cf_config_check(const struct cf_config *config, struct cf_config_problem *ret_problem);

/** Which key that is; CF_CONFIG_KEY_COUNT: none. */
size_t cf_config_key_of(struct cf_str section, struct cf_str key);

/** Print a configuration file with the values of @p config, each with its documentation and default. */
void cf_config_print(const struct cf_config *config, struct cf_writer *w);

/** Print the reference page docs/config.md. */
void cf_config_print_page(struct cf_writer *w);

/** True if @p now can replace @p was without a restart; else @p ret_key names the first key that can't ("section.key"). */
bool cf_config_can_reload(const struct cf_config *was, const struct cf_config *now, const char **ret_key);

/** The items of a list value: call until false. @p rest starts as cf_config_list(). */
struct cf_str cf_config_list(const struct cf_config_text *list);
bool cf_config_list_next(struct cf_str *rest, struct cf_str *ret_item);

/** True if @p item (ASCII case ignored) is in @p list. */
bool cf_config_list_has(const struct cf_config_text *list, struct cf_str item);

/** A text value as a span. */
struct cf_str cf_config_str(const struct cf_config_text *text);

#endif

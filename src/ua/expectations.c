/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/expectations.h"

#include "core/agent/agent.h"

/* Half a second of sound, and so many pictures, are something. */
#define AUDIBLE_LEAST 25U
#define PICTURES_LEAST 5U

static uint32_t number_of(struct cf_str value) {
    uint32_t number = UINT32_MAX;
    return cf_str_to_u32(value, 100000, &number) ? number : UINT32_MAX;
}

static bool had_participants(const struct cf_outcome *o, uint32_t number) {
    return (o->participants >> (number < 63 ? number : 63) & 1U) != 0;
}

enum wish {
    WISH_UNKNOWN,
    WISH_CONNECTED,
    WISH_REGISTERED,
    WISH_PARTICIPANTS,
    WISH_AUDIO,
    WISH_SILENCE,
    WISH_VIDEO,
    WISH_NO_VIDEO,
    WISH_SENDERS,
    WISH_SENDER,
    WISH_SUBJECT,
    WISH_ENCRYPTED,
    WISH_PLAIN,
    WISH_ENDED,
    WISH_STATUS,
};

static const struct {
    struct cf_str name;
    enum wish wish;
    bool has_value;
    bool is_number;
} wishes[] = {
    {CF_STR_INIT("connected"), WISH_CONNECTED, false, false},
    {CF_STR_INIT("registered"), WISH_REGISTERED, false, false},
    {CF_STR_INIT("participants"), WISH_PARTICIPANTS, true, true},
    {CF_STR_INIT("audio"), WISH_AUDIO, false, false},
    {CF_STR_INIT("silence"), WISH_SILENCE, false, false},
    {CF_STR_INIT("video"), WISH_VIDEO, false, false},
    {CF_STR_INIT("no-video"), WISH_NO_VIDEO, false, false},
    {CF_STR_INIT("senders"), WISH_SENDERS, true, true},
    {CF_STR_INIT("sender"), WISH_SENDER, true, true},
    {CF_STR_INIT("subject"), WISH_SUBJECT, true, false},
    {CF_STR_INIT("encrypted"), WISH_ENCRYPTED, false, false},
    {CF_STR_INIT("plain"), WISH_PLAIN, false, false},
    {CF_STR_INIT("ended"), WISH_ENDED, true, false},
    {CF_STR_INIT("status"), WISH_STATUS, true, true},
};

static enum wish wish_of(struct cf_str text, struct cf_str *ret_value) {
    struct cf_str name = cf_str_cut(&text, '=');
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        if (cf_str_eq(name, wishes[i].name)) {
            bool is_right = wishes[i].has_value == (text.at != NULL) && (!wishes[i].is_number || number_of(text) != UINT32_MAX);
            *ret_value = text;
            return is_right ? wishes[i].wish : WISH_UNKNOWN;
        }
    }
    return WISH_UNKNOWN;
}

bool cf_expectation_is_known(struct cf_str wish) {
    struct cf_str value;
    return wish_of(wish, &value) != WISH_UNKNOWN;
}

bool cf_expectation_is_met(struct cf_str wish, const struct cf_outcome *o) {
    struct cf_str value = CF_STR_NONE;
    switch (wish_of(wish, &value)) {
    case WISH_UNKNOWN:
        return false;
    case WISH_CONNECTED:
        return o->is_connected;
    case WISH_REGISTERED:
        return o->is_registered;
    case WISH_PARTICIPANTS:
        return had_participants(o, number_of(value));
    case WISH_AUDIO:
        return o->recorder->audible >= AUDIBLE_LEAST;
    case WISH_SILENCE:
        return o->recorder->audible < AUDIBLE_LEAST;
    case WISH_VIDEO:
        return cf_recorder_decoded(o->recorder) >= PICTURES_LEAST;
    case WISH_NO_VIDEO:
        return cf_recorder_decoded(o->recorder) == 0;
    case WISH_SENDERS:
        return cf_recorder_senders(o->recorder, PICTURES_LEAST) == number_of(value);
    case WISH_SENDER:
        return cf_recorder_seen(o->recorder, number_of(value)) >= PICTURES_LEAST;
    case WISH_SUBJECT:
        return cf_str_eq(cf_str_n(o->subject, o->subject_len), value);
    case WISH_ENCRYPTED:
        return o->has_media && o->is_encrypted;
    case WISH_PLAIN:
        return o->has_media && !o->is_encrypted;
    case WISH_ENDED:
        return o->is_over && cf_str_eq(cf_agent_cause_name(o->cause), value);
    case WISH_STATUS:
        return o->is_over && o->status == number_of(value);
    }
    return false;
}

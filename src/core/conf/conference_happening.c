/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened in conferences. */
#include "core/conf/conference_happening.h"

static const struct cf_str words[] = {
    [CF_HAPPENING_STARTED] = CF_STR_INIT("room.started"),   [CF_HAPPENING_ENDED] = CF_STR_INIT("room.ended"),
    [CF_HAPPENING_JOINED] = CF_STR_INIT("member.joined"),   [CF_HAPPENING_LEFT] = CF_STR_INIT("member.left"),
    [CF_HAPPENING_WAITING] = CF_STR_INIT("member.waiting"),
};

struct cf_str cf_happening_word(enum cf_happening_kind kind) {
    return words[kind];
}

bool cf_happening_of(struct cf_str word, enum cf_happening_kind *ret) {
    for (size_t i = 0; i < CF_HAPPENING_COUNT_; i++) {
        if (cf_str_eq(words[i], word)) {
            *ret = (enum cf_happening_kind)i;
            return true;
        }
    }
    return false;
}

static bool take_first(struct cf_conference_env *env, struct cf_happening *ret) {
    struct cf_link *link = cf_list_pop(&env->happenings);
    if (link == NULL) {
        return false;
    }
    struct cf_happening *first = CF_OF(link, struct cf_happening, link);
    *ret = *first;
    env->happening_count--;
    cf_mem_free(env->mem, first, sizeof *first);
    return true;
}

void cf_happenings_keep(struct cf_conference_env *env, bool is_wanted) {
    struct cf_happening dropped;
    env->keeps_happenings = is_wanted;
    while (!is_wanted && take_first(env, &dropped)) {
    }
}

bool cf_happenings_poll(struct cf_conference_env *env, cf_usec now, struct cf_happening *ret) {
    if (!take_first(env, ret)) {
        return false;
    }
    ret->at = now + env->wall_offset;
    /* The texts have moved. */
    ret->key.at = ret->key_text;
    ret->user.at = ret->user.at == NULL ? NULL : ret->user_text;
    ret->name.at = ret->name.at == NULL ? NULL : ret->name_text;
    return true;
}

static struct cf_str copy(struct cf_str text, char *room, size_t size) {
    struct cf_str fitting = cf_str_head(text, size);
    if (fitting.len == 0) {
        return CF_STR_NONE;
    }
    memcpy(room, fitting.at, fitting.len);
    return cf_str_n(room, fitting.len);
}

void cf_conf_tell(struct cf_conference *conf, enum cf_happening_kind kind, const struct cf_roster_participant *participant) {
    struct cf_conference_env *env = conf->env;
    if (!env->keeps_happenings) {
        return;
    }
    struct cf_happening *happening = env->happening_count < CF_HAPPENINGS_MAX ? cf_mem_alloc(env->mem, sizeof *happening) : NULL;
    if (happening == NULL) {
        env->lost_happenings++;
        return;
    }
    happening->kind = kind;
    happening->key = copy(conf->key, happening->key_text, sizeof happening->key_text);
    if (participant != NULL) {
        happening->user = copy(participant->aor, happening->user_text, sizeof happening->user_text);
        happening->name = copy(participant->name, happening->name_text, sizeof happening->name_text);
        happening->role = cf_roster_role_word(participant);
    }
    cf_list_append(&env->happenings, &happening->link);
    env->happening_count++;
}

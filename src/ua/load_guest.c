/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests for a load. */
#include "ua/load_guest.h"

#include "core/json/json.h"
#include "core/sip/uri.h"
#include "shell/control/control.h"
#include "shell/file/file.h"
#include <stdio.h>
#include <string.h>

#define ANSWER_MAX 8192

static bool take(const struct cf_json_member *member, char *out) {
    struct cf_str text = member->value.kind == CF_JSON_TEXT ? member->value.text : CF_STR_NONE;
    if (text.len == 0 || text.len >= CF_LOAD_TEXT_MAX) {
        return false;
    }
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
    return true;
}

/* What the server said of a guest. */
static enum cf_err read_guest(struct cf_str answer, struct cf_load_identity *ret) {
    char room[ANSWER_MAX];
    struct cf_writer w;
    struct cf_json_member members[] = {
        {.name = CF_STR("user")}, {.name = CF_STR("username")}, {.name = CF_STR("password")}, {.name = CF_STR("error")}};
    cf_writer_init(&w, room, sizeof room);
    enum cf_err err = cf_json_object(answer, members, sizeof members / sizeof *members, &w, NULL);
    if (err != CF_OK) {
        return err;
    }
    if (members[3].value.kind == CF_JSON_TEXT) {
        fprintf(stderr, "confer load: %.*s\n", (int)members[3].value.text.len, members[3].value.text.at);
        return CF_ERR_FORBIDDEN;
    }
    bool has_all = take(&members[0], ret->aor) && take(&members[1], ret->user) && take(&members[2], ret->password);
    return has_all ? CF_OK : CF_ERR_LIMIT;
}

enum cf_err cf_load_guest_make(const char *state, const char *room, size_t number, struct cf_load_identity *ret) {
    char path[CF_FILE_PATH_MAX];
    char command[CF_CONTROL_LINE_MAX - 1];
    char answer[ANSWER_MAX];
    struct cf_sip_uri uri;
    size_t len = 0;
    if (cf_sip_uri_parse(cf_str_of(room), &uri) != CF_OK) {
        return CF_ERR_MALFORMED;
    }
    snprintf(command, sizeof command, "guest %.*s --name Guest %zu", (int)uri.user.len, uri.user.at, number);
    enum cf_err err = cf_file_join(state, "control.sock", path, sizeof path);
    err = err == CF_OK ? cf_control_ask(path, cf_str_of(command), answer, sizeof answer, &len) : err;
    return err == CF_OK ? read_guest(cf_str_trim(cf_str_n(answer, len)), ret) : err;
}

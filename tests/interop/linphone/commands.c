/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands: call URI | list URI ENTRY... (call with a list of people) | answer | decline | hang | hold | resume | video 0|1 |
 * create | add (a running call to the conference) | subject TEXT | admin URI 0|1 | transfer URI (REFER in the call: adds, or
 * removes with ;method=BYE) | dtmf DIGIT | roster | stats | quit; more in meetings.c
 */
#include "client.h"
#include "meetings.h"

#include <stdio.h>
#include <string.h>

/* Exported, but in no header of 5.1. */
LinphoneConferenceState linphone_conference_get_state(const LinphoneConference *conference);

static void do_call(struct client *c, const char *arg) {
    LinphoneCallParams *params = linphone_core_create_call_params(c->core, NULL);
    LinphoneAddress *address = linphone_address_new(arg);
    linphone_call_params_enable_video(params, c->has_video);
    if (address == NULL || linphone_core_invite_address_with_params(c->core, address, params) == NULL) {
        client_say("error", "call");
    }
    if (address != NULL) {
        linphone_address_unref(address);
    }
    linphone_call_params_unref(params);
}

/* 5.1 makes no lists by itself: this is the body that it passes on. */
static LinphoneContent *list_of(const char *entries) {
    char xml[LINE_MAX_LEN];
    size_t len = (size_t)snprintf(xml, sizeof xml,
                                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                                  "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list>");
    while (entries[0] != '\0' && len < sizeof xml) {
        size_t end = strcspn(entries, " ");
        len += (size_t)snprintf(xml + len, sizeof xml - len, "<entry uri=\"%.*s\"/>", (int)end, entries);
        entries += end + strspn(entries + end, " ");
    }
    if (len < sizeof xml) {
        snprintf(xml + len, sizeof xml - len, "</list></resource-lists>");
    }
    LinphoneContent *content = linphone_factory_create_content(linphone_factory_get());
    linphone_content_set_type(content, "application");
    linphone_content_set_subtype(content, "resource-lists+xml");
    linphone_content_set_utf8_text(content, xml);
    return content;
}

static void do_list(struct client *c, const char *arg) {
    char line[LINE_MAX_LEN];
    snprintf(line, sizeof line, "%s", arg);
    char *entries = strchr(line, ' ');
    if (entries == NULL) {
        client_say("error", "list URI ENTRY...");
        return;
    }
    *entries++ = '\0';
    LinphoneCallParams *params = linphone_core_create_call_params(c->core, NULL);
    LinphoneAddress *address = linphone_address_new(line);
    LinphoneContent *content = list_of(entries);
    linphone_call_params_enable_video(params, c->has_video);
    linphone_call_params_add_custom_content(params, content);
    if (address == NULL || linphone_core_invite_address_with_params(c->core, address, params) == NULL) {
        client_say("error", "call");
    }
    if (address != NULL) {
        linphone_address_unref(address);
    }
    linphone_content_unref(content);
    linphone_call_params_unref(params);
}

static void do_answer(struct client *c, const char *arg) {
    LinphoneCall *call = client_call(c);
    (void)arg;
    if (call != NULL) {
        LinphoneCallParams *params = linphone_core_create_call_params(c->core, call);
        linphone_call_params_enable_video(params, c->has_video);
        linphone_call_accept_with_params(call, params);
        linphone_call_params_unref(params);
    }
}

static void do_decline(struct client *c, const char *arg) {
    (void)arg;
    if (client_call(c) != NULL) {
        linphone_call_decline(client_call(c), LinphoneReasonDeclined);
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
    } else if (client_call(c) != NULL) {
        linphone_call_pause(client_call(c));
    }
}

static void do_resume(struct client *c, const char *arg) {
    (void)arg;
    if (c->conference != NULL) {
        linphone_conference_enter(c->conference);
    } else if (client_call(c) != NULL) {
        linphone_call_resume(client_call(c));
    }
}

static void do_video(struct client *c, const char *arg) {
    LinphoneCall *call = client_call(c);
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
    char uri[LINE_MAX_LEN];
    const char *blank = strrchr(arg, ' ');
    if (blank == NULL) {
        client_say("error", "admin URI 0|1");
        return;
    }
    snprintf(uri, sizeof uri, "%.*s", (int)(blank - arg), arg);
    LinphoneParticipant *participant = find_participant(c, uri);
    if (participant != NULL) {
        linphone_conference_set_participant_admin_status(c->conference, participant, blank[1] == '1');
    } else {
        client_say("error", "no such participant");
    }
}

static void do_transfer(struct client *c, const char *arg) {
    LinphoneAddress *address = linphone_address_new(arg);
    if (address == NULL || client_call(c) == NULL || linphone_call_transfer_to(client_call(c), address) != 0) {
        client_say("error", "transfer");
    }
    if (address != NULL) {
        linphone_address_unref(address);
    }
}

static void do_dtmf(struct client *c, const char *arg) {
    if (client_call(c) != NULL) {
        linphone_call_send_dtmf(client_call(c), arg[0]);
    }
}

static void do_roster(struct client *c, const char *arg) {
    (void)arg;
    client_tell_roster(c);
}

static void do_stats(struct client *c, const char *arg) {
    (void)arg;
    client_tell_stats(c);
}

static void do_quit(struct client *c, const char *arg) {
    (void)arg;
    c->quits = true;
}

static const struct {
    const char *name;
    void (*run)(struct client *c, const char *arg);
} commands[] = {
    {"call", do_call},       {"list", do_list},     {"answer", do_answer},     {"decline", do_decline}, {"hang", do_hang},
    {"hold", do_hold},       {"resume", do_resume}, {"video", do_video},       {"create", do_create},   {"add", do_add},
    {"subject", do_subject}, {"admin", do_admin},   {"transfer", do_transfer}, {"dtmf", do_dtmf},       {"roster", do_roster},
    {"stats", do_stats},     {"quit", do_quit},
};

void client_command(struct client *c, char *line) {
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
    if (!meetings_command(c, line, arg == NULL ? "" : arg)) {
        client_say("error", "unknown command");
    }
}

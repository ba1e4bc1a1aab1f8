/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * linphone_client FOLDER USER DOMAIN PROXY_URI [key=value ...]      (FOLDER: its own, for files)
 * Keys are those of keys[] below; commands those of commands.c, one a line on standard input.
 */
#include "client.h"
#include "meetings.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TURN_MSEC 20
#define LAST_TURNS 25

/* One octet of a command; a whole line is done. */
static void take(struct client *c) {
    static char buffer[LINE_MAX_LEN];
    static size_t len;
    ssize_t got = read(STDIN_FILENO, buffer + len, 1);
    if (got <= 0) {
        c->quits = true;
    } else if (buffer[len] == '\n' || len == sizeof buffer - 1) {
        buffer[len] = '\0';
        len = 0;
        client_command(c, buffer);
    } else {
        len++;
    }
}

/* Waits a turn for commands, does those that are there. */
static void turn(struct client *c) {
    struct pollfd readable = {.fd = STDIN_FILENO, .events = POLLIN};
    int timeout = TURN_MSEC;
    linphone_core_iterate(c->core);
    meetings_turn(c);
    screen_tell();
    while (!c->quits && poll(&readable, 1, timeout) > 0) {
        take(c);
        timeout = 0;
    }
}

static bool read_key(struct client *c, const char *text) {
    const struct {
        const char *name;
        const char **string;
        bool *flag;
    } keys[] = {
        {"encryption", &c->encryption, NULL},
        {"suites", &c->suites, NULL},
        {"video", NULL, &c->has_video},
        {"codec", &c->codec, NULL},
        {"audio", &c->audio, NULL},
        {"colour", &c->colour, NULL},
        {"play", &c->play, NULL},
        {"bundle", NULL, &c->has_bundle},
        {"registrar", NULL, &c->registers},
        {"factory", &c->factory, NULL},
        {"conference", &c->conference_type, NULL},
        {"answers", NULL, &c->answers},
        {"ice", NULL, &c->has_ice},
        {"layout", &c->layout, NULL},
        {"chat", NULL, &c->has_chat},
        {"secret", NULL, &c->is_secret},
        {"log", &c->log, NULL},
        {"authority", &c->authority, NULL},
        {"fps", &c->fps, NULL},
    };
    const char *value = strchr(text, '=');
    for (size_t i = 0; value != NULL && i < sizeof keys / sizeof *keys; i++) {
        if (strlen(keys[i].name) == (size_t)(value - text) && strncmp(text, keys[i].name, (size_t)(value - text)) == 0) {
            if (keys[i].flag != NULL) {
                *keys[i].flag = value[1] == '1';
            } else {
                *keys[i].string = value + 1;
            }
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv) {
    static struct client c;
    if (argc < 5) {
        fprintf(stderr, "usage: %s FOLDER USER DOMAIN PROXY_URI [key=value ...]\n", argv[0]);
        return 2;
    }
    c = (struct client){.folder = argv[1],
                        .user = argv[2],
                        .domain = argv[3],
                        .proxy = argv[4],
                        .codec = "VP8",
                        .colour = "red",
                        .encryption = "none",
                        .fps = "15",
                        .layout = "speaker",
                        .factory = "conference-factory",
                        .conference_type = "remote",
                        .has_video = true,
                        .registers = true};
    for (int i = 5; i < argc; i++) {
        if (!read_key(&c, argv[i])) {
            fprintf(stderr, "%s: unknown key %s\n", argv[0], argv[i]);
            return 2;
        }
    }
    client_open(&c);
    client_say("started", linphone_core_get_version());
    while (!c.quits) {
        turn(&c);
    }
    linphone_core_terminate_all_calls(c.core);
    for (int i = 0; i < LAST_TURNS; i++) {
        linphone_core_iterate(c.core);
        usleep(TURN_MSEC * 1000);
    }
    linphone_core_unref(c.core);
    client_say("ended", NULL);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conferd: main program. */
#include "server/options.h"
#include "server/server.h"
#include <stdio.h>
#include <stdlib.h>

#define PAGE_MAX 65536
#define VERSION "0.1.0"

static const char help[] =
    "conferd - SIP conference server\n"
    "\n"
    "  --config FILE        read settings from FILE (see --print-config)\n"
    "  --listen ADDR:PORT   receive SIP there over UDP and TCP; with --dev also TLS at PORT+1\n"
    "  --web ADDR:PORT      web page, SIP over WebSocket and TLS there; with --dev also without TLS at PORT+1\n"
    "  --state FOLDER       keep everything below FOLDER\n"
    "  --dev                development server: loopback only, known accounts, open rooms\n"
    "  --check-config       say whether the settings are right, and end\n"
    "  --print-config       print the settings with their documentation, and end\n"
    "  --print-config-page  print docs/config.md, and end\n"
    "  --version, --help\n"
    "\n"
    "SIGTERM ends it when the conferences are over or after server.drain-time; SIGHUP reads the settings again.\n";

static int print(void (*put)(const struct cf_config *config, struct cf_writer *w), const struct cf_config *config) {
    char *page = malloc(PAGE_MAX);
    struct cf_writer w;
    if (page == NULL) {
        return 1;
    }
    cf_writer_init(&w, page, PAGE_MAX);
    put(config, &w);
    fwrite(page, 1, w.len, stdout);
    free(page);
    return cf_writer_ok(&w) ? 0 : 1;
}

static void put_page(const struct cf_config *config, struct cf_writer *w) {
    (void)config;
    cf_config_print_page(w);
}

int main(int argc, char **argv) {
    static struct cf_server_options options;
    if (cf_server_options_read(argc, argv, &options) != CF_OK) {
        return 2;
    }
    switch (options.action) {
    case CF_SERVER_RUN:
        return cf_server_run(&options);
    case CF_SERVER_CHECK_CONFIG:
        puts("the configuration is right");
        return 0;
    case CF_SERVER_PRINT_CONFIG:
        return print(cf_config_print, &options.config);
    case CF_SERVER_PRINT_CONFIG_PAGE:
        return print(put_page, &options.config);
    case CF_SERVER_VERSION:
        puts("conferd " VERSION);
        return 0;
    case CF_SERVER_HELP:
        fputs(help, stdout);
        return 0;
    }
    return 2;
}

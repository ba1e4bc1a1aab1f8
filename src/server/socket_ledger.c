/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/socket_ledger.h"

#include <stdlib.h>

#define NUMBERS CF_MEDIA_SOCKET_SHARED

enum cf_err cf_socket_ledger_init(struct cf_socket_ledger *ledger) {
    ledger->waiting = calloc(NUMBERS, sizeof *ledger->waiting);
    ledger->owners = calloc(NUMBERS, sizeof *ledger->owners);
    if (ledger->waiting == NULL || ledger->owners == NULL) {
        cf_socket_ledger_fini(ledger);
        return CF_ERR_NO_MEMORY;
    }
    return CF_OK;
}

static void drop(struct cf_socket_ledger *ledger, uint32_t number) {
    if (ledger->waiting[number] != NULL) {
        cf_udp_close(ledger->waiting[number]);
        free(ledger->waiting[number]);
        ledger->waiting[number] = NULL;
    }
}

void cf_socket_ledger_fini(struct cf_socket_ledger *ledger) {
    for (uint32_t i = 0; ledger->waiting != NULL && i < NUMBERS; i++) {
        drop(ledger, i);
    }
    free((void *)ledger->waiting);
    free(ledger->owners);
    *ledger = (struct cf_socket_ledger){.waiting = NULL};
}

enum cf_err cf_socket_ledger_hold(struct cf_socket_ledger *ledger, uint32_t number, const struct cf_udp *udp) {
    cf_assert(number < NUMBERS);
    struct cf_udp *kept = malloc(sizeof *kept);
    if (kept == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    drop(ledger, number);
    *kept = *udp;
    ledger->waiting[number] = kept;
    return CF_OK;
}

bool cf_socket_ledger_claim(struct cf_socket_ledger *ledger, uint32_t number, uint8_t worker, struct cf_udp *ret_udp) {
    if (number >= NUMBERS || ledger->waiting[number] == NULL) {
        return false;
    }
    *ret_udp = *ledger->waiting[number];
    free(ledger->waiting[number]);
    ledger->waiting[number] = NULL;
    ledger->owners[number] = (uint8_t)(worker + 1);
    return true;
}

bool cf_socket_ledger_release(struct cf_socket_ledger *ledger, uint32_t number, uint8_t *ret_worker) {
    if (number >= NUMBERS) {
        return false;
    }
    drop(ledger, number);
    if (ledger->owners[number] == 0) {
        return false;
    }
    *ret_worker = (uint8_t)(ledger->owners[number] - 1);
    ledger->owners[number] = 0;
    return true;
}

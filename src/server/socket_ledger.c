/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/socket_ledger.h"

#include <stdlib.h>

#define NUMBERS CF_MEDIA_SOCKET_SHARED

enum cf_err cf_socket_ledger_init(struct cf_socket_ledger *ledger) {
    ledger->sockets = calloc(NUMBERS, sizeof *ledger->sockets);
    ledger->is_waiting = calloc(NUMBERS, sizeof *ledger->is_waiting);
    ledger->owners = calloc(NUMBERS, sizeof *ledger->owners);
    if (ledger->sockets == NULL || ledger->is_waiting == NULL || ledger->owners == NULL) {
        cf_socket_ledger_fini(ledger);
        return CF_ERR_NO_MEMORY;
    }
    return CF_OK;
}

static void drop(struct cf_socket_ledger *ledger, uint32_t number) {
    if (ledger->is_waiting[number]) {
        cf_udp_close(&ledger->sockets[number]);
        ledger->is_waiting[number] = false;
    }
}

void cf_socket_ledger_fini(struct cf_socket_ledger *ledger) {
    bool is_whole = ledger->sockets != NULL && ledger->is_waiting != NULL;
    for (uint32_t i = 0; is_whole && i < NUMBERS; i++) {
        drop(ledger, i);
    }
    free(ledger->sockets);
    free(ledger->is_waiting);
    free(ledger->owners);
    *ledger = (struct cf_socket_ledger){.sockets = NULL};
}

void cf_socket_ledger_hold(struct cf_socket_ledger *ledger, uint32_t number, const struct cf_udp *udp) {
    cf_assert(number < NUMBERS);
    drop(ledger, number);
    ledger->sockets[number] = *udp;
    ledger->is_waiting[number] = true;
}

bool cf_socket_ledger_claim(struct cf_socket_ledger *ledger, uint32_t number, uint8_t worker, struct cf_udp *ret_udp) {
    if (number >= NUMBERS || !ledger->is_waiting[number]) {
        return false;
    }
    *ret_udp = ledger->sockets[number];
    ledger->is_waiting[number] = false;
    ledger->owners[number] = (uint8_t)(worker + 1);
    return true;
}

bool cf_socket_ledger_owner(const struct cf_socket_ledger *ledger, uint32_t number, uint8_t *ret_worker) {
    if (number >= NUMBERS || ledger->owners[number] == 0) {
        return false;
    }
    *ret_worker = (uint8_t)(ledger->owners[number] - 1);
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

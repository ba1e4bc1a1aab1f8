/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Octets as frames of WebSocket, cut where the first one says: messages within bounds, or an error; nothing else. */
#include "adapt/wslay/ws.h"

#include "base/bug.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_ws *ws = NULL;
    uint8_t out[4096];
    size_t step = size > 0 ? 1 + data[0] % 32U : 1;
    if (cf_ws_create(1000, &ws) != CF_OK) {
        return 0;
    }
    for (size_t at = 1; at < size; at += step) {
        struct cf_span message;
        enum cf_err err = cf_ws_on_bytes(ws, (struct cf_span){data + at, step < size - at ? step : size - at});
        while (cf_ws_poll(ws, &message)) {
            cf_assert(message.len <= 1000);
            enum cf_err ignored = cf_ws_send(ws, message);
            (void)ignored;
        }
        while (cf_ws_take_output(ws, out, sizeof out) > 0) {
        }
        cf_assert(err == CF_OK || cf_ws_is_over(ws));
    }
    cf_ws_destroy(&ws);
    return 0;
}

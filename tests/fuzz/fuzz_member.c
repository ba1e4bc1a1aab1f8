/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What members send that is no SIP: message/cpim, keys by INFO, keys by RFC 4733, words of commands. The first octet says which.
 */
#include "base/bug.h"
#include "core/conf/conference_command.h"
#include "core/menu/dtmf_info.h"
#include "core/menu/menu.h"
#include "core/mime/cpim.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct cf_str part, struct cf_str whole) {
    return part.at == NULL || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

static void read_cpim(struct cf_str text) {
    struct cf_cpim message;
    if (cf_cpim_parse(text, &message) == CF_OK) {
        cf_assert(is_inside(message.from, text) && is_inside(message.content_type, text) && is_inside(message.body, text));
    }
}

static void press(struct cf_str keys) {
    struct cf_menu menu = {.wants_pin = keys.len % 2 == 0};
    for (size_t i = 0; i < keys.len; i++) {
        enum cf_menu_action action = cf_menu_on_digit(&menu, (cf_usec)i * CF_MSEC(700), keys.at[i]);
        cf_assert(cf_menu_pin(&menu).len <= CF_MENU_PIN_MAX);
        cf_assert(action != CF_MENU_PIN || menu.wants_pin);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char digit = 0;
    enum cf_conference_command command;
    if (size == 0) {
        return 0;
    }
    struct cf_str text = cf_str_n((const char *)data + 1, size - 1);
    switch (data[0] % 5) {
    case 0:
        read_cpim(text);
        break;
    case 1:
        if (cf_dtmf_relay_parse(text, &digit) == CF_OK) {
            cf_assert(digit != 0);
        }
        break;
    case 2:
        if (cf_dtmf_parse(text, &digit) == CF_OK) {
            cf_assert(digit != 0);
        }
        break;
    case 3:
        press(text);
        break;
    default:
        if (cf_conference_command_of(text, &command)) {
            cf_assert(cf_str_eq(cf_conference_command_word(command), text));
        }
        break;
    }
    return 0;
}

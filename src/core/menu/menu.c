/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of a phone. */
#include "core/menu/menu.h"

static const struct {
    char digit;
    enum cf_menu_action action;
} codes[] = {{'0', CF_MENU_HELP}, {'4', CF_MENU_MUTE_ALL}, {'5', CF_MENU_HAND}, {'6', CF_MENU_MUTE},
             {'7', CF_MENU_LOCK}, {'8', CF_MENU_ADMIT},    {'9', CF_MENU_COUNT}};

void cf_menu_ask_pin(struct cf_menu *menu, bool wants_pin) {
    *menu = (struct cf_menu){.wants_pin = wants_pin};
}

static enum cf_menu_action on_code(struct cf_menu *menu, cf_usec now, char digit) {
    bool is_late = now - menu->begun > CF_MENU_CODE_TIME;
    bool had_star = menu->has_star && !is_late;
    menu->has_star = digit == '*';
    menu->begun = now;
    for (size_t i = 0; had_star && i < sizeof codes / sizeof *codes; i++) {
        if (codes[i].digit == digit) {
            return codes[i].action;
        }
    }
    return had_star && (cf_ascii_is_digit(digit) || digit == '#') ? CF_MENU_UNKNOWN : CF_MENU_NOTHING;
}

/* A star begins the PIN anew, for those who have mistyped. */
static enum cf_menu_action on_pin(struct cf_menu *menu, cf_usec now, char digit) {
    if (digit == '*' || (menu->len > 0 && now - menu->begun > CF_MENU_PIN_TIME)) {
        menu->len = 0;
    }
    if (menu->len == 0) {
        menu->begun = now;
    }
    if (digit == '#') {
        return menu->len == 0 ? CF_MENU_NOTHING : CF_MENU_PIN;
    }
    if (cf_ascii_is_digit(digit)) {
        if (menu->len < CF_MENU_PIN_MAX) {
            menu->pin[menu->len] = digit;
        }
        menu->len += menu->len <= CF_MENU_PIN_MAX ? 1 : 0;
    }
    return CF_MENU_NOTHING;
}

enum cf_menu_action cf_menu_on_digit(struct cf_menu *menu, cf_usec now, char digit) {
    if (menu->is_entered) {
        menu->is_entered = false;
        menu->len = 0;
    }
    if (!menu->wants_pin) {
        return on_code(menu, now, digit);
    }
    enum cf_menu_action action = on_pin(menu, now, digit);
    menu->is_entered = action == CF_MENU_PIN;
    return action;
}

struct cf_str cf_menu_pin(const struct cf_menu *menu) {
    bool is_whole = menu->is_entered && menu->len <= CF_MENU_PIN_MAX;
    return is_whole ? cf_str_n(menu->pin, menu->len) : CF_STR("");
}

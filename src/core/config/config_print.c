/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Printing the configuration as a file and as the reference page. */
#include "core/config/config_row.h"

static void put_duration(struct cf_writer *w, cf_usec duration) {
    static const struct {
        cf_usec sec;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    cf_usec sec = duration / CF_SEC(1);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].sec == 1 || (sec != 0 && sec % units[i].sec == 0)) {
            cf_put_dec(w, (uint64_t)(sec / units[i].sec));
            cf_put_char(w, units[i].unit);
            return;
        }
    }
}

static void put_range(struct cf_writer *w, const struct cf_config_range *range) {
    cf_put_dec(w, range->first);
    cf_put_char(w, '-');
    cf_put_dec(w, range->last);
}

static void put_value(struct cf_writer *w, enum cf_config_type type, const void *at) {
    switch (type) {
    case CF_CONFIG_TYPE_TEXT:
    case CF_CONFIG_TYPE_LIST:
        cf_put(w, cf_config_str(at));
        break;
    case CF_CONFIG_TYPE_NUMBER:
        cf_put_dec(w, *(const uint32_t *)at);
        break;
    case CF_CONFIG_TYPE_FLAG:
        cf_put(w, *(const bool *)at ? CF_STR("yes") : CF_STR("no"));
        break;
    case CF_CONFIG_TYPE_DURATION:
        put_duration(w, *(const cf_usec *)at);
        break;
    case CF_CONFIG_TYPE_RANGE:
        put_range(w, at);
        break;
    }
}

/* A blank before the value only if there is one: no line of the file ends in a blank. */
static void put_setting(struct cf_writer *w, const struct cf_config_row *row, const void *at) {
    cf_put(w, row->key);
    cf_put_lit(w, " =");
    size_t before = w->len;
    cf_put_char(w, ' ');
    put_value(w, row->type, at);
    if (w->len == before + 1) {
        w->len = before;
    }
    cf_put_char(w, '\n');
}

static bool begins_section(size_t index) {
    return index == 0 || !cf_str_eq(cf_config_row(index)->section, cf_config_row(index - 1)->section);
}

void cf_config_print(const struct cf_config *config, struct cf_writer *w) {
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        const struct cf_config_row *row = cf_config_row(i);
        if (begins_section(i)) {
            cf_put(w, i == 0 ? CF_STR("[") : CF_STR("\n["));
            cf_put(w, row->section);
            cf_put_lit(w, "]\n");
        }
        cf_put_lit(w, "# ");
        cf_put(w, row->doc);
        cf_put(w, row->is_live ? CF_STR("\n") : CF_STR(" (restart needed)\n"));
        put_setting(w, row, cf_config_value(config, i));
    }
}

void cf_config_print_page(struct cf_writer *w) {
    cf_put_lit(
        w,
        "# Configuration\n\nMade from `src/core/config/config_table.h` by `conferd --print-config-page`; a test checks that it "
        "is fresh.\n"
        "One file in INI form, read by `conferd --config FILE`. `conferd --check-config` checks it, `--print-config` prints it\n"
        "with every default. An unknown key is an error, and so is a value that is not what its key asks for. SIGHUP applies "
        "keys marked\n"
        "*live*; the others need a restart.\n");
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        const struct cf_config_row *row = cf_config_row(i);
        if (begins_section(i)) {
            cf_put_lit(w, "\n## [");
            cf_put(w, row->section);
            cf_put_lit(w, "]\n| key | default | applied | meaning |\n|---|---|---|---|\n");
        }
        cf_put_lit(w, "| `");
        cf_put(w, row->key);
        cf_put_lit(w, "` | ");
        if (row->preset.len > 0) {
            cf_put_char(w, '`');
            cf_put(w, row->preset);
            cf_put_lit(w, "` ");
        }
        cf_put(w, row->is_live ? CF_STR("| live | ") : CF_STR("| restart | "));
        cf_put(w, row->doc);
        cf_put_lit(w, " |\n");
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conference information documents from a server we don't trust, one after the other into one view. A zero octet ends a document
 * and begins the next.
 */
#include "adapt/expat/expat_conference_info.h"
#include "base/bug.h"
#include "core/conf/roster_view.h"
#include "lib/test_mem.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_view(const struct cf_roster_view *view) {
    size_t users = 0;
    for (struct cf_view_user *user = cf_roster_view_first(view); user != NULL; user = cf_roster_view_next(view, user)) {
        size_t endpoints = 0;
        cf_assert(cf_roster_view_find(view, user->entity) == user);
        for (struct cf_view_endpoint *e = cf_view_user_first(user); e != NULL; e = cf_view_user_next(user, e)) {
            cf_assert(cf_view_user_find(user, e->entity) == e);
            cf_assert(e->media_count <= CF_VIEW_MEDIA_MAX);
            endpoints++;
        }
        cf_assert(endpoints == user->endpoint_count);
        users++;
    }
    cf_assert(users == view->user_count && cf_roster_view_present(view) <= users);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct test_mem m;
    struct cf_roster_view view;
    struct cf_str rest = cf_str_n((const char *)data, size);
    test_mem_init(&m);
    cf_roster_view_init(&view, &m.mem, 1);
    while (rest.at != NULL) {
        struct cf_conference_info info;
        enum cf_view_result result = CF_VIEW_OLD;
        if (cf_expat_read_conference_info(&m.mem, cf_str_cut(&rest, '\0'), &info) == CF_OK) {
            enum cf_err err = cf_roster_view_apply(&view, &info, &result);
            cf_assert(err == CF_OK || err == CF_ERR_LIMIT);
            cf_conference_info_fini(&info);
            check_view(&view);
        }
    }
    cf_roster_view_fini(&view);
    test_mem_fini(&m);
    return 0;
}

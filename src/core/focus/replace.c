/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INVITE with Replaces (RFC 3891): a member moves a call from one device to another. Only one's own calls in the same conference
 * can be replaced: the conference is about who is in it, and that is not for others to change.
 */
#include "core/focus/replace.h"

#include "core/focus/dial.h"
#include "core/focus/focus_impl.h"
#include "core/focus/leg.h"
#include "core/focus/room.h"
#include "core/sip/replaces.h"

unsigned cf_leg_find_replaced(const struct cf_room *room, const struct cf_sip_message *invite, struct cf_str aor,
                              struct cf_leg **ret_leg) {
    struct cf_sip_dialog_ref ref;
    struct cf_focus *focus = room->focus;
    struct cf_str value = cf_sip_value(invite, CF_SIP_HEADER_REPLACES);
    if (value.at == NULL) {
        return 0;
    }
    if (cf_sip_replaces_parse(value, &ref) != CF_OK) {
        return 400;
    }
    struct cf_owner owner = cf_dialog_table_find(focus->config.dialogs, ref.to_tag);
    struct cf_leg *leg = owner.kind == CF_FOCUS_OWNER_LEG ? cf_handle_get(&focus->legs, owner.handle) : NULL;
    if (leg == NULL || leg->room != room) {
        return 481;
    }
    unsigned status = cf_session_replaces_status(&leg->session, &ref);
    if (status == 0 && !cf_str_eq(leg->aor, aor)) {
        return 403;
    }
    if (status == 0) {
        *ret_leg = leg;
    }
    return status;
}

void cf_leg_give_way(struct cf_leg *leg, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (!leg->has_left && conf != NULL && cf_handle_is_set(leg->device)) {
        leg->has_left = true;
        cf_conference_on_left(conf, now, leg->device, false);
    }
    cf_session_end(&leg->session, 0, CF_FOCUS_ELSEWHERE, now);
    cf_leg_settle(leg, now);
}

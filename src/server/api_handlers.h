/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handlers of the HTTP interface: one function a method and path of docs/api/openapi.json. Who may was checked before. */
#ifndef CF_SERVER_API_HANDLERS_H
#define CF_SERVER_API_HANDLERS_H

#include "server/api_call.h"

/* --- api_server.c --- */
void cf_api_get_server(struct cf_api_call *call);
void cf_api_get_document(struct cf_api_call *call);
void cf_api_get_ice_servers(struct cf_api_call *call);
void cf_api_get_statistics(struct cf_api_call *call);
void cf_api_get_metrics(struct cf_api_call *call);
void cf_api_drain(struct cf_api_call *call);

/* --- api_legs.c --- */
void cf_api_list_legs(struct cf_api_call *call);

/* --- api_links.c --- */
void cf_api_join(struct cf_api_call *call);
void cf_api_list_links(struct cf_api_call *call);
void cf_api_make_link(struct cf_api_call *call);
void cf_api_get_link(struct cf_api_call *call);
void cf_api_revoke_link(struct cf_api_call *call);

/* --- api_sessions.c --- */
void cf_api_list_sessions(struct cf_api_call *call);
void cf_api_get_session(struct cf_api_call *call);
void cf_api_revoke_session(struct cf_api_call *call);
/** The one that asks. */
void cf_api_close_session(struct cf_api_call *call);

/* --- api_rooms.c --- */
void cf_api_list_rooms(struct cf_api_call *call);
void cf_api_create_room(struct cf_api_call *call);
void cf_api_get_room(struct cf_api_call *call);
void cf_api_change_room(struct cf_api_call *call);
void cf_api_delete_room(struct cf_api_call *call);

/** The conference that the first brace of the path names, by key or name. NULL: it was answered. */
struct cf_conference *cf_api_room(struct cf_api_call *call);

/* --- api_webhooks.c --- */
void cf_api_list_webhooks(struct cf_api_call *call);
void cf_api_add_webhook(struct cf_api_call *call);
void cf_api_get_webhook(struct cf_api_call *call);
void cf_api_remove_webhook(struct cf_api_call *call);

/* --- api_members.c --- */
void cf_api_list_members(struct cf_api_call *call);
void cf_api_get_member(struct cf_api_call *call);

/** Members of an object, with a comma before them: how the media of @p device is encrypted, and ZRTP's string if it has one. */
void cf_api_put_protection(struct cf_writer *w, const struct cf_roster_device *device);
void cf_api_remove_member(struct cf_api_call *call);
void cf_api_act(struct cf_api_call *call);

#endif

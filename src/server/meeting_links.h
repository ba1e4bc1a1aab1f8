/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meeting links and guests: what the HTTP interface and the confer command do about them (docs/web-api.md). A link is a token
 * (core/auth/token.h) behind the '#' of a URL; joining by it, or by the PIN of a room, makes a guest's token. On the loop's
 * thread.
 */
#ifndef CF_SERVER_MEETING_LINKS_H
#define CF_SERVER_MEETING_LINKS_H

#include "adapt/sqlite/link_store.h"
#include "core/config/config.h"
#include "core/node/node.h"
#include "server/problem.h"
#include "server/store.h"

/** Octets of the address of our web server, with a path. */
#define CF_MEETING_BASE_MAX 512

/** Letters of an id. */
#define CF_LINK_ID_LEN 16

/** Links of a server. */
struct cf_meeting_links {
    struct cf_store *store;         /**< borrowed */
    struct cf_node *node;           /**< borrowed */
    const struct cf_config *config; /**< borrowed; may change */
    struct cf_token_keys keys;
    char tokens_at[CF_MEETING_BASE_MAX]; /**< URL of /api/join; the node's authenticator names it */
};

/** A link that somebody wants. */
struct cf_link_wish {
    struct cf_str room; /**< name or key */
    enum cf_token_role role;
    struct cf_str name; /**< absent: none */
    int64_t life_sec;   /**< 0: the configuration's */
};

/** A link. Texts are in it. */
struct cf_made_link {
    struct cf_link_row row;
    struct cf_str token;
    struct cf_str url;
    char id[CF_LINK_ID_LEN];
    char room[CF_FOCUS_KEY_MAX];
    char name[CF_TOKEN_NAME_MAX];
    char text[CF_TOKEN_MAX];
    char url_text[CF_TOKEN_MAX + 512];
};

/** Who wants to come in: .link, or .room and .pin. */
struct cf_join_wish {
    struct cf_str link;
    struct cf_str room;
    struct cf_str pin;
    struct cf_str name; /**< absent: the link's, or none */
    struct cf_addr remote;
};

/** A guest. Texts are in it, or the node's. */
struct cf_made_guest {
    struct cf_token guest;
    struct cf_str token;
    struct cf_str username; /**< for digest: the first part of the token, and the last */
    struct cf_str password;
    char subject[CF_TOKEN_SUBJECT_MAX];
    char id[CF_LINK_ID_LEN];
    char room[CF_TOKEN_MAX]; /**< texts of the link */
    char key[CF_FOCUS_KEY_MAX];
    char name[CF_TOKEN_NAME_MAX];
    char text[CF_TOKEN_MAX];
};

/** Read or make the keys, tell the node of them and of what was revoked. What is pointed to is kept. Errors were logged. */
CF_MUST_USE enum cf_err cf_meeting_links_open(struct cf_meeting_links *links, struct cf_store *store, struct cf_node *node,
                                              const struct cf_config *config);

/** The configuration was read again. */
void cf_meeting_links_reload(struct cf_meeting_links *links);

/** Make a link. */
CF_MUST_USE struct cf_problem cf_meeting_links_make(struct cf_meeting_links *links, const struct cf_link_wish *wish, cf_wall wall,
                                                    struct cf_made_link *ret);

/** Revoke link @p id: from now on nobody comes in by it, guests who did neither. */
CF_MUST_USE struct cf_problem cf_meeting_links_revoke(struct cf_meeting_links *links, struct cf_str id, cf_wall wall);

/** Sign with a new key from now on. */
CF_MUST_USE struct cf_problem cf_meeting_links_rotate(struct cf_meeting_links *links);

/** Make a guest by word of the operator, who needs no link: of .room, with .role, .name, for .life_sec (0: the configuration's).
 */
CF_MUST_USE struct cf_problem cf_meeting_links_invite(struct cf_meeting_links *links, const struct cf_link_wish *wish,
                                                      cf_wall wall, struct cf_made_guest *ret);

/** The members of an object that say all of a guest: "room" first, without the braces. */
void cf_put_json_guest(struct cf_writer *w, struct cf_node *node, const struct cf_made_guest *made);

/** Make a guest. */
CF_MUST_USE struct cf_problem cf_meeting_links_join(struct cf_meeting_links *links, const struct cf_join_wish *wish, cf_usec now,
                                                    cf_wall wall, struct cf_made_guest *ret);

/** Put the URL at which browsers find this server, without a path: web.public-url, or @p realm with the port of the page. */
void cf_put_page_base(struct cf_writer *w, const struct cf_config *config, struct cf_str realm);

/** Write where browsers find conference @p key: "https://HOST/m/tea". */
void cf_put_meeting_page(struct cf_writer *w, const struct cf_config *config, struct cf_str realm, struct cf_str key);

#endif

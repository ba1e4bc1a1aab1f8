/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All conferences of a server: by key (conf-id or room name), with their deadlines, what they want done, what is to be stored,
 * and for a while the names of those that are over, so that late callers are told 410 and not 404.
 *
 * Use: every event of a conference or of the directory, then drain cf_directory_poll(). The conference of CF_CONF_OUT_OVER is
 * freed by the poll after it; its handle finds nothing from then on. At start: _init, _set_wall, a _restore for every row of the
 * store, then drain. Single-threaded. Limits: cf_conference_limits.
 */
#ifndef CF_CORE_CONF_DIRECTORY_H
#define CF_CORE_CONF_DIRECTORY_H

#include "core/conf/conference_row.h"

/** Octets of a conf-id that the directory makes: 6 bits each. */
#define CF_DIRECTORY_ID_LEN 24

/** What a directory is made with. */
struct cf_directory_config {
    const struct cf_mem *mem;                  /**< kept by reference */
    const struct cf_entropy *entropy;          /**< kept by reference */
    const struct cf_conference_limits *limits; /**< copied; NULL: defaults */
    const struct cf_conference_times *times;   /**< copied; NULL: defaults */
};

/** A conference that is over and still answered for. */
struct cf_tombstone {
    struct cf_map_node node;
    struct cf_link in_order; /**< by time of burial */
    struct cf_str key;       /**< owned */
    enum cf_conference_state state;
    cf_wall over;   /**< since when */
    cf_usec until;  /**< forget it then */
    bool is_stored; /**< the store has a row of it */
};

/** Conferences of one organiser; private to directory.c. */
struct cf_directory_account;

/** The directory. */
struct cf_directory {
    struct cf_conference_env env;
    struct cf_map by_key;   /**< conferences */
    struct cf_map tombs;    /**< tombstones */
    struct cf_map accounts; /**< organisers and their number of conferences */
    struct cf_list tombs_in_order;
    struct cf_handle_table handles;
    struct cf_conference *over;     /**< was polled as over, freed by the next poll */
    struct cf_tombstone *forgotten; /**< its row was polled as to be deleted, freed by the next poll */
    uint64_t refused;               /**< creations refused by a limit */
};

/** An empty directory with wall clock 1970; set it before anything else. */
void cf_directory_init(struct cf_directory *dir, const struct cf_directory_config *config);

/** Free everything, running conferences included. */
void cf_directory_fini(struct cf_directory *dir);

/** What the wall clock says at @p now: at start, and again when it may have been set. */
void cf_directory_set_wall(struct cf_directory *dir, cf_usec now, cf_wall wall);

/** New limits and times from a reloaded configuration; what is there stays. */
void cf_directory_set_limits(struct cf_directory *dir, const struct cf_conference_limits *limits,
                             const struct cf_conference_times *times);

/**
 * Create a conference. With config->key absent a conf-id is made, and ";conf-id=..." is added to config->uri, which is then the
 * focus' URI. CONFERENCES_FULL, ACCOUNT_FULL, EXISTS, LIST_TOO_LONG, TOO_LONG, NO_MEMORY. Who may create is the caller's
 * business.
 */
CF_MUST_USE struct cf_denial cf_directory_create(struct cf_directory *dir, cf_usec now, const struct cf_conference_config *config,
                                                 struct cf_conference **ret);

/** The conference with that key. NOT_FOUND, or for a while GONE, CANCELLED, TOO_LATE. */
CF_MUST_USE struct cf_denial cf_directory_find(struct cf_directory *dir, struct cf_str key, struct cf_conference **ret);

/** The conference named @p handle, or NULL if it is gone. */
struct cf_conference *cf_directory_get(const struct cf_directory *dir, struct cf_handle handle);

/**
 * To visit all conferences that are not over: the first with @p after NULL, then the one behind @p after; NULL behind the last.
 * The one visited may end meanwhile, which does not free it (cf_directory_poll() does).
 */
struct cf_conference *cf_directory_next(const struct cf_directory *dir, const struct cf_conference *after);

/** The conference in slot @p index, over or not, or NULL; to visit all: 0 to dir->handles.slots_used - 1. */
struct cf_conference *cf_directory_at(const struct cf_directory *dir, size_t index);

/** Put a stored row back. Rows of over conferences become tombstones; expired ones are told to be deleted. Errors as _create().
 */
CF_MUST_USE struct cf_denial cf_directory_restore(struct cf_directory *dir, cf_usec now, const struct cf_conference_row *row);

/** When cf_directory_on_deadline() is due; CF_USEC_NEVER if nothing waits. */
cf_usec cf_directory_deadline(const struct cf_directory *dir);

/** Time has passed. */
void cf_directory_on_deadline(struct cf_directory *dir, cf_usec now);

/** Something to be done. */
struct cf_directory_out {
    struct cf_conference_out conference; /**< kind NONE: look at forget_key */
    struct cf_str forget_key;            /**< with kind NONE: delete the row of this key from the store; absent: nothing more */
};

/** Next thing to be done. False if there is nothing more. What is returned is valid until the next call of the directory. */
bool cf_directory_poll(struct cf_directory *dir, cf_usec now, struct cf_directory_out *ret);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conferences in the database. */
#include "adapt/sqlite/conference_store.h"

/** Where each value stands in the statements: parameters count from 1, columns from 0, in the same order. */
enum {
    AT_KEY,
    AT_KIND,
    AT_STATE,
    AT_ACCESS,
    AT_URI,
    AT_SUBJECT,
    AT_ORGANISER,
    AT_ORGANISER_NAME,
    AT_START,
    AT_END,
    AT_CREATED,
    AT_OVER,
    AT_MEDIA,
    AT_FLAGS,
    AT_PIN,
};
enum {
    AT_INVITEE_KEY,
    AT_INVITEE_POSITION,
    AT_INVITEE_AOR,
    AT_INVITEE_NAME,
    AT_INVITEE_ROLE,
    AT_INVITEE_SEQUENCE,
    AT_INVITEE_COPY,
    AT_INVITEE_ANONYMOUS,
};

#define COLUMNS                                                                                                                  \
    "key, kind, state, access, uri, subject, organiser, organiser_name, start_wall, end_wall, created_wall, over_wall, media, "  \
    "flags, pin"
#define INVITEE_COLUMNS "key, position, aor, name, role, sequence, copy, is_anonymous"

/* --- writing --- */

static struct cf_str present(struct cf_str s) {
    return s.at != NULL ? s : CF_STR("");
}

static enum cf_err put_row(struct cf_sqlite *c, const struct cf_conference_row *row) {
    struct cf_sqlite_stmt st;
    /* REPLACE takes the invitees of the old row with it, by the foreign key. */
    enum cf_err err = cf_sqlite_prepare(c, &st, "REPLACE INTO conference(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, AT_KEY + 1, row->key);
        cf_sqlite_bind_text(&st, AT_KIND + 1, cf_conference_kind_word(row->kind));
        cf_sqlite_bind_text(&st, AT_STATE + 1, cf_conference_state_word(row->state));
        cf_sqlite_bind_text(&st, AT_ACCESS + 1, cf_conference_access_word(row->access));
        cf_sqlite_bind_text(&st, AT_URI + 1, present(row->uri));
        cf_sqlite_bind_text(&st, AT_SUBJECT + 1, present(row->subject));
        cf_sqlite_bind_text(&st, AT_ORGANISER + 1, row->organiser);
        cf_sqlite_bind_text(&st, AT_ORGANISER_NAME + 1, row->organiser_name);
        cf_sqlite_bind_int(&st, AT_START + 1, row->start);
        cf_sqlite_bind_int(&st, AT_END + 1, row->end);
        cf_sqlite_bind_int(&st, AT_CREATED + 1, row->created);
        cf_sqlite_bind_int(&st, AT_OVER + 1, row->over);
        cf_sqlite_bind_int(&st, AT_MEDIA + 1, row->media);
        cf_sqlite_bind_int(&st, AT_FLAGS + 1, row->flags);
        cf_sqlite_bind_text(&st, AT_PIN + 1, row->pin);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

static enum cf_err put_invitee(struct cf_sqlite_stmt *st, struct cf_str key, size_t position,
                               const struct cf_conference_invitee *invitee) {
    cf_sqlite_bind_text(st, AT_INVITEE_KEY + 1, key);
    cf_sqlite_bind_int(st, AT_INVITEE_POSITION + 1, (int64_t)position);
    cf_sqlite_bind_text(st, AT_INVITEE_AOR + 1, invitee->aor);
    cf_sqlite_bind_text(st, AT_INVITEE_NAME + 1, invitee->name);
    cf_sqlite_bind_text(st, AT_INVITEE_ROLE + 1, cf_conf_role_word(invitee->role));
    cf_sqlite_bind_int(st, AT_INVITEE_SEQUENCE + 1, invitee->sequence);
    cf_sqlite_bind_int(st, AT_INVITEE_COPY + 1, invitee->copy);
    cf_sqlite_bind_int(st, AT_INVITEE_ANONYMOUS + 1, invitee->is_anonymous);
    return cf_sqlite_run(st);
}

static enum cf_err put_invitees(struct cf_sqlite *c, const struct cf_conference_row *row) {
    struct cf_sqlite_stmt st;
    enum cf_err err = cf_sqlite_prepare(c, &st, "INSERT INTO conference_invitee(" INVITEE_COLUMNS ") VALUES(?,?,?,?,?,?,?,?)");
    for (size_t i = 0; i < row->invitee_count && err == CF_OK; i++) {
        err = put_invitee(&st, row->key, i, row->invitees[i]);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_conference_store_put(struct cf_sqlite *c, const struct cf_conference_row *row) {
    enum cf_err err = cf_sqlite_begin(c);
    if (err != CF_OK) {
        return err;
    }
    err = put_row(c, row);
    err = err == CF_OK ? put_invitees(c, row) : err;
    err = err == CF_OK ? cf_sqlite_commit(c) : err;
    if (err != CF_OK) {
        cf_sqlite_rollback(c);
    }
    return err;
}

enum cf_err cf_conference_store_remove(struct cf_sqlite *c, struct cf_str key) {
    return cf_sqlite_run_texts(c, "DELETE FROM conference WHERE key = ?", &key, 1);
}

/* --- reading --- */

/** The invitees of the row that is being visited. */
struct invitees {
    const struct cf_mem *mem;
    struct cf_conference_invitee **at; /* owned, each too */
    size_t count;
    size_t max;
};

static void clear(struct invitees *list) {
    for (size_t i = 0; i < list->count; i++) {
        cf_mem_free_str(list->mem, &list->at[i]->aor);
        cf_mem_free_str(list->mem, &list->at[i]->name);
        cf_mem_free(list->mem, list->at[i], sizeof(*list->at[i]));
    }
    list->count = 0;
}

/* The current row of each_invitee, appended. Its texts live only until the next step, so they are copied. */
static enum cf_err append(struct invitees *list, const struct cf_sqlite_stmt *st) {
    void *at = (void *)list->at;
    bool grown = cf_mem_grow(list->mem, &at, &list->max, list->count + 1, sizeof(*list->at));
    list->at = at;
    struct cf_conference_invitee *invitee = grown ? cf_mem_alloc(list->mem, sizeof *invitee) : NULL;
    if (invitee == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    list->at[list->count++] = invitee;
    if (!cf_conf_role_of(cf_sqlite_column_text(st, AT_INVITEE_ROLE), &invitee->role)) {
        invitee->role = CF_CONF_ROLE_LISTENER; /* what we don't know gets the lesser right */
    }
    invitee->sequence = (uint32_t)cf_sqlite_column_int(st, AT_INVITEE_SEQUENCE);
    int64_t copy = cf_sqlite_column_int(st, AT_INVITEE_COPY);
    invitee->copy = copy >= 0 && copy <= CF_COPY_BCC ? (enum cf_copy_control)copy : CF_COPY_BCC;
    invitee->is_anonymous = cf_sqlite_column_int(st, AT_INVITEE_ANONYMOUS) != 0;
    bool has_all = cf_mem_dup_str(list->mem, cf_sqlite_column_text(st, AT_INVITEE_AOR), &invitee->aor) &&
                   cf_mem_dup_str(list->mem, cf_sqlite_column_text(st, AT_INVITEE_NAME), &invitee->name);
    return has_all ? CF_OK : CF_ERR_NO_MEMORY;
}

static enum cf_err read_invitees(struct cf_sqlite_stmt *st, struct cf_str key, struct invitees *list) {
    bool has_row = false;
    clear(list);
    cf_sqlite_bind_text(st, 1, key);
    enum cf_err err = cf_sqlite_step(st, &has_row);
    while (err == CF_OK && has_row) {
        err = append(list, st);
        err = err == CF_OK ? cf_sqlite_step(st, &has_row) : err;
    }
    cf_sqlite_reset(st);
    return err;
}

/* The current row of each; false if it has words that we don't know. */
static bool read_row(const struct cf_sqlite_stmt *st, struct cf_conference_row *row) {
    *row = (struct cf_conference_row){.key = cf_sqlite_column_text(st, AT_KEY),
                                      .uri = cf_sqlite_column_text(st, AT_URI),
                                      .subject = cf_sqlite_column_text(st, AT_SUBJECT),
                                      .organiser = cf_sqlite_column_text(st, AT_ORGANISER),
                                      .organiser_name = cf_sqlite_column_text(st, AT_ORGANISER_NAME),
                                      .start = cf_sqlite_column_int(st, AT_START),
                                      .end = cf_sqlite_column_int(st, AT_END),
                                      .created = cf_sqlite_column_int(st, AT_CREATED),
                                      .over = cf_sqlite_column_int(st, AT_OVER),
                                      .media = (unsigned)cf_sqlite_column_int(st, AT_MEDIA),
                                      .flags = (unsigned)cf_sqlite_column_int(st, AT_FLAGS),
                                      .pin = cf_sqlite_column_text(st, AT_PIN)};
    return cf_conference_kind_of(cf_sqlite_column_text(st, AT_KIND), &row->kind) &&
           cf_conference_state_of(cf_sqlite_column_text(st, AT_STATE), &row->state) &&
           cf_conference_access_of(cf_sqlite_column_text(st, AT_ACCESS), &row->access);
}

/* The two statements of a visit, and what it fills. */
struct visit {
    struct cf_sqlite_stmt rows;
    struct cf_sqlite_stmt invitee_rows;
    struct invitees list;
    size_t skipped;
};

static enum cf_err visit_all(struct visit *v, cf_conference_visitor *visit, void *ctx) {
    struct cf_conference_row row;
    bool has_row = false;
    enum cf_err err = cf_sqlite_step(&v->rows, &has_row);
    while (err == CF_OK && has_row) {
        if (!read_row(&v->rows, &row)) {
            v->skipped++;
        } else {
            err = read_invitees(&v->invitee_rows, row.key, &v->list);
            row.invitees = (const struct cf_conference_invitee *const *)v->list.at;
            row.invitee_count = v->list.count;
            if (err == CF_OK) {
                visit(ctx, &row);
            }
        }
        err = err == CF_OK ? cf_sqlite_step(&v->rows, &has_row) : err;
    }
    return err;
}

enum cf_err cf_conference_store_each(struct cf_sqlite *c, const struct cf_mem *mem, cf_conference_visitor *visit, void *ctx,
                                     size_t *ret_skipped) {
    struct visit v = {.list = {.mem = mem}};
    enum cf_err err = cf_sqlite_prepare(c, &v.rows, "SELECT " COLUMNS " FROM conference ORDER BY key");
    if (err == CF_OK) {
        err = cf_sqlite_prepare(c, &v.invitee_rows,
                                "SELECT " INVITEE_COLUMNS " FROM conference_invitee WHERE key = ? ORDER BY position");
    }
    if (err == CF_OK) {
        err = visit_all(&v, visit, ctx);
    }
    cf_sqlite_finish(&v.rows);
    cf_sqlite_finish(&v.invitee_rows);
    clear(&v.list);
    cf_mem_free(mem, (void *)v.list.at, v.list.max * sizeof(*v.list.at));
    if (err == CF_OK) {
        *ret_skipped = v.skipped;
    }
    return err;
}

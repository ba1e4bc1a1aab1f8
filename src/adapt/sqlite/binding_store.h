/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registrations in the database, so that they are there after a restart. One thread, as its connection. */
#ifndef CF_ADAPT_SQLITE_BINDING_STORE_H
#define CF_ADAPT_SQLITE_BINDING_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "core/registrar/location.h"

/** Insert or replace a registration. @p expires: wall clock end of it. Errors as cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_binding_store_put(struct cf_sqlite *c, struct cf_str aor, const struct cf_binding_values *values,
                                             cf_wall expires);

/** Remove the registration that the contact, instance and reg-id of @p values name; nothing happens if it is not there. */
CF_MUST_USE enum cf_err cf_binding_store_remove(struct cf_sqlite *c, struct cf_str aor, const struct cf_binding_values *values);

/** Called for each registration; views valid during the call. */
typedef void cf_binding_visitor(void *ctx, struct cf_str aor, const struct cf_binding_values *values, cf_wall expires);

/** Remove registrations that ended before @p now, then visit the others. */
CF_MUST_USE enum cf_err cf_binding_store_each(struct cf_sqlite *c, cf_wall now, cf_binding_visitor *visit, void *ctx);

#endif

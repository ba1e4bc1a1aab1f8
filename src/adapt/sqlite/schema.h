/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema of the server's database: steps that were released are never changed, only followed by new ones. A store that needs
 * a table appends a step here.
 */
#ifndef CF_ADAPT_SQLITE_SCHEMA_H
#define CF_ADAPT_SQLITE_SCHEMA_H

#include "adapt/sqlite/sqlite.h"

/** Make or upgrade all tables. Errors as cf_sqlite_migrate(). */
CF_MUST_USE enum cf_err cf_schema_apply(struct cf_sqlite *c);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading JSON (RFC 8259) of others: an object's members by name, an array's values one after the other. Strict: UTF-8 only, no
 * member twice that is looked for, no escape that stands for half a character or NUL, nothing behind the end, CF_JSON_DEPTH_MAX
 * levels. Nothing is allocated: texts are unescaped into a writer of the caller's. Pure functions.
 */
#ifndef CF_CORE_JSON_JSON_H
#define CF_CORE_JSON_JSON_H

#include "base/writer.h"

/** Deepest nesting. */
#define CF_JSON_DEPTH_MAX 8

/** What a value is. */
enum cf_json_kind {
    CF_JSON_ABSENT,
    CF_JSON_NULL,
    CF_JSON_FLAG,
    CF_JSON_NUMBER,
    CF_JSON_TEXT,
    CF_JSON_ARRAY,
    CF_JSON_OBJECT,
};

/** A value. */
struct cf_json_value {
    enum cf_json_kind kind;
    struct cf_str text; /**< TEXT: unescaped, in the caller's room; else as it stands */
    bool flag;          /**< FLAG */
    bool is_integer;    /**< NUMBER: digits only, perhaps with a minus, and in range of .integer */
    int64_t integer;
};

/** A member that is looked for. */
struct cf_json_member {
    struct cf_str name;
    struct cf_json_value value; /**< filled in; .kind ABSENT if it isn't there */
};

/**
 * Read @p text, one object. @p members are filled in; what else is there is checked, and if @p ret_other is not NULL the first
 * name of it given there (absent: nothing else). Texts go into @p room. CF_ERR_MALFORMED, CF_ERR_NO_ROOM.
 */
CF_MUST_USE enum cf_err cf_json_object(struct cf_str text, struct cf_json_member *members, size_t count, struct cf_writer *room,
                                       struct cf_str *ret_other);

/**
 * The next value of an array: @p rest starts as the .text of a value of kind ARRAY. False: no more. Values were checked when the
 * object was read; one whose text does not fit @p room sets the writer's error.
 */
bool cf_json_next(struct cf_str *rest, struct cf_writer *room, struct cf_json_value *ret);

#endif

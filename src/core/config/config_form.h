/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What texts and items of lists have to be: addresses, words of a list, names of rooms. Table config_form_table.h and the rules
 * behind it; private to core/config. Pure functions.
 */
#ifndef CF_CORE_CONFIG_CONFIG_FORM_H
#define CF_CORE_CONFIG_CONFIG_FORM_H

#include "base/writer.h"

/** What a text or an item has to be. */
enum cf_config_form {
    CF_CONFIG_FORM_ANY,      /**< anything: files, folders, secrets, names of a product */
    CF_CONFIG_FORM_WORD,     /**< one of the row's words, whatever its case; in a list each once */
    CF_CONFIG_FORM_ADDRESS,  /**< an IP address */
    CF_CONFIG_FORM_PLACE,    /**< an IP address, and a port or not */
    CF_CONFIG_FORM_HOST,     /**< a name of DNS or an IP address */
    CF_CONFIG_FORM_ORIGIN,   /**< an origin (RFC 6454 section 6.2) of http or https, or "*" */
    CF_CONFIG_FORM_PAGE,     /**< an http or https URL without query */
    CF_CONFIG_FORM_SIP_URI,  /**< a sip or sips URI */
    CF_CONFIG_FORM_USER,     /**< user part of a SIP URI that needs no escapes (RFC 3261 section 25.1) */
    CF_CONFIG_FORM_ROOM,     /**< name of a room */
    CF_CONFIG_FORM_PIN,      /**< name of a room, a colon, 4 to 16 digits */
    CF_CONFIG_FORM_LANGUAGE, /**< a language tag (RFC 5646) */
};

/** A row of the table. */
struct cf_config_form_row {
    const char *name; /**< "section.key" */
    enum cf_config_form form;
    struct cf_str words; /**< those of CF_CONFIG_FORM_WORD, separated by one blank; else empty */
};

/** Row @p index in the order of the table; NULL behind the last. */
const struct cf_config_form_row *cf_config_form_row(size_t index);

/** The row of the key @p name ("section.key"); NULL if there is none. */
const struct cf_config_form_row *cf_config_form_of(const char *name);

/** Is @p item what @p row asks for? @p ret_word: the item as the program spells it, of the same length. */
bool cf_config_form_fits(const struct cf_config_form_row *row, struct cf_str item, struct cf_str *ret_word);

/** Say what @p row asks for, after "is not ": "an IP address", "phones, all or off". */
void cf_config_form_put(const struct cf_config_form_row *row, struct cf_writer *w);

#endif

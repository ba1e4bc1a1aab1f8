/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registrar: a REGISTER in, the location service changed, its answer out (RFC 3261 section 10.3, RFC 5626 section 6, RFC 5627
 * section 5, RFC 3327 section 5). Who may register what has been found out before. Stateless beside the location service.
 */
#ifndef CF_CORE_REGISTRAR_REGISTRAR_H
#define CF_CORE_REGISTRAR_REGISTRAR_H

#include "core/registrar/gruu.h"
#include "core/sip/builder.h"

/** Contacts in one REGISTER. */
#define CF_REGISTER_CONTACTS_MAX 16

/** Settings. */
struct cf_registrar {
    struct cf_location *location; /**< kept by reference */
    struct cf_domains domains;
    struct cf_gruu_maker gruus;
    uint32_t expires_least_sec;
    uint32_t expires_most_sec;
};

/** A REGISTER and what is known of it. */
struct cf_register {
    const struct cf_sip_message *message;
    struct cf_str aor;      /**< canonical account, as cf_domains_account_aor() gives it */
    struct cf_handle flow;  /**< flow it came over */
    struct cf_str received; /**< for the binding, see there */
    bool is_private;        /**< it came over TLS, or from who has ended it: a sips contact may be believed */
};

/**
 * Carry out @p request. Writes what belongs into the answer (whole lines: Contact, Path, Min-Expires, Require, Supported) to
 * @p fields and returns its status: 200, 400 (a Contact that can't be read, several with reg-id, sips over what is not TLS), 403
 * (limit, or a GRUU of ours as contact), 420, 423, 439 (reg-id, but the proxy in between keeps no flow), 500 (out of order,
 * memory). With any status but 200 nothing was changed; one REGISTER with several contacts is all or nothing.
 */
unsigned cf_registrar_on_register(struct cf_registrar *registrar, const struct cf_register *request, cf_usec now,
                                  struct cf_writer *fields);

/** Room for the fields. */
#define CF_REGISTRAR_FIELDS_MAX 16384

#endif

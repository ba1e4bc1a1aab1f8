/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GRUUs (RFC 5627): addresses of one device of a user. A public one shows user and instance: "sip:user@host;gr=urn:uuid:...". A
 * temporary one shows nothing: its user part is a token in which the account's name and a mark of the registration (instance and
 * Call-ID) are encrypted and authenticated, so that none has to be remembered (RFC 5627 appendix A.2); it is another one each
 * time it is written, and all of them end with the registration or when its Call-ID changes. A format with a key; no state.
 */
#ifndef CF_CORE_REGISTRAR_GRUU_H
#define CF_CORE_REGISTRAR_GRUU_H

#include "base/rng.h"
#include "core/auth/hash.h"
#include "core/registrar/domains.h"
#include "core/registrar/location.h"

/** Octets of the key of temporary GRUUs. It should outlive a restart, as registrations do. */
#define CF_GRUU_KEY_LEN 32

/** What temporary GRUUs are made with. */
struct cf_gruu_maker {
    const struct cf_hash *hash;       /**< kept by reference */
    const struct cf_entropy *entropy; /**< kept by reference */
    uint8_t key[CF_GRUU_KEY_LEN];
};

/** Longest account name in a temporary GRUU, octets. */
#define CF_GRUU_NAME_MAX 64

/**
 * The public GRUU of @p binding (section 3.1.1) under the host that the user wrote. Nothing if the binding has no instance.
 */
void cf_put_public_gruu(struct cf_writer *w, struct cf_str user, struct cf_str host, const struct cf_binding *binding);

/** A temporary GRUU of @p binding of account @p name (section 3.1.2). Nothing without instance or with too long a name. */
void cf_put_temp_gruu(struct cf_writer *w, const struct cf_gruu_maker *maker, struct cf_str name, struct cf_str host,
                      const struct cf_binding *binding);

/** What a URI of a user of ours names. */
enum cf_gruu_verdict {
    CF_GRUU_ACCOUNT, /**< no GRUU: all devices of the account */
    CF_GRUU_DEVICE,  /**< one device, .binding */
    CF_GRUU_ABSENT,  /**< a device of the account that is not there now: answer 480 */
    CF_GRUU_VOID,    /**< a temporary GRUU that was never ours or has ended: answer 404 (section 5.5) */
};

/** A user of ours that a URI names. */
struct cf_user_target {
    enum cf_gruu_verdict verdict;
    struct cf_str name;               /**< user part of .aor: the account, if there is one of that name */
    struct cf_str aor;                /**< canonical account; absent: none of ours */
    const struct cf_binding *binding; /**< if DEVICE; valid until the location service changes */
    char aor_room[CF_AOR_MAX];
};

/** Find out whom @p uri names. Views in @p ret point into it and into @p uri. */
void cf_user_target_find(const struct cf_gruu_maker *maker, const struct cf_location *location, const struct cf_domains *domains,
                         const struct cf_sip_uri *uri, struct cf_user_target *ret);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of the public internet, told from those with a special purpose (the IANA registries of RFC 6890). A pure function. */
#ifndef CF_BASE_PUBLIC_ADDR_H
#define CF_BASE_PUBLIC_ADDR_H

#include "base/addr.h"

/** Does the IP address of @p addr belong to the public internet: neither private nor local nor otherwise special? */
bool cf_addr_is_public(const struct cf_addr *addr);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to the DNS: see base/dns.h, which the shell shares. */
#ifndef CF_CORE_ENDPOINT_DNS_H
#define CF_CORE_ENDPOINT_DNS_H

#include "base/dns.h"

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server offers and takes in descriptions, from its configuration. */
#ifndef CF_SERVER_POLICY_H
#define CF_SERVER_POLICY_H

#include "core/config/config.h"
#include "core/offer/policy.h"

/** The policy of [media]. CF_ERR_CONFIG, logged: something is not known. */
CF_MUST_USE enum cf_err cf_server_set_policy(const struct cf_config *config, struct cf_policy *ret);

#endif

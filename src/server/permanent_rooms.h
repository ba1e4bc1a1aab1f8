/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permanent rooms of the configuration, with their lobbies and PINs. */
#ifndef CF_SERVER_PERMANENT_ROOMS_H
#define CF_SERVER_PERMANENT_ROOMS_H

#include "core/config/config.h"
#include "core/focus/focus.h"

/** Make those that are not there; the configuration wins over what the store says of their lobby and PIN. Problems are logged. */
void cf_permanent_rooms_add(const struct cf_config *config, struct cf_focus *focus, cf_usec now);

#endif

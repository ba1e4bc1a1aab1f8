/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of the node out of the configuration. */
#ifndef CF_SERVER_SETTINGS_H
#define CF_SERVER_SETTINGS_H

#include "core/config/config.h"
#include "core/node/node.h"

/** What may change while the node lives. Texts are views of @p c. */
struct cf_node_live cf_settings_live(const struct cf_config *c);

/** Where calls go out through: the configured proxy, else the first trusted one; absent: straight. In @p room. */
struct cf_str cf_settings_proxy_uri(const struct cf_config *config, const struct cf_node_live *live, char *room, size_t size);

#endif

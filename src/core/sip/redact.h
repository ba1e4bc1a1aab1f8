/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message as it may be shown to whoever reads a log: without what lets a reader in. Policy: a pure function over text, so that
 * broken messages can be shown as well.
 */
#ifndef CF_CORE_SIP_REDACT_H
#define CF_CORE_SIP_REDACT_H

#include "base/writer.h"

/**
 * Write @p message with "***" for: digests of passwords in Authorization, Proxy-Authorization and Authentication-Info (of which
 * user, realm, algorithm and count are shown), keys of a=crypto, a=key-mgmt and k= lines (RFC 4568, 4567, 8866), a=ice-pwd, and
 * the whole body of INFO, which carries keys that somebody has pressed, such as a PIN. Bodies that are encoded are shown as they
 * are.
 */
void cf_sip_put_redacted(struct cf_writer *w, struct cf_str message);

#endif

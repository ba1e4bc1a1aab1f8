/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * URIs: sip and sips (RFC 3261 section 19.1, RFC 5118 for IPv6), tel (RFC 3966) as far as AORs need it, and any other scheme as
 * an opaque text. A format: views into the text that was parsed, nothing copied, nothing unescaped until asked for.
 */
#ifndef CF_CORE_SIP_URI_H
#define CF_CORE_SIP_URI_H

#include "base/addr.h"
#include "base/err.h"
#include "base/writer.h"
#include "core/sip/escape.h"
#include "core/sip/params.h"
#include "core/sip/scan.h"
#include "core/sip/transport.h"

/** Scheme of a URI. */
enum cf_sip_scheme {
    CF_SIP_SCHEME_OTHER, /**< http, im, urn, cid, ...: only scheme_name and opaque are set */
    CF_SIP_SCHEME_SIP,
    CF_SIP_SCHEME_SIPS,
    CF_SIP_SCHEME_TEL, /**< user is the number, params its parameters; there is no host */
};

/** A URI in pieces; views into its text. */
struct cf_sip_uri {
    struct cf_str text;        /**< all of it, as it stood there */
    enum cf_sip_scheme scheme; /**< known scheme */
    struct cf_str scheme_name; /**< before the colon */
    struct cf_str user;        /**< still escaped; absent if there is no '@' */
    struct cf_str password;    /**< still escaped; absent if there is none */
    struct cf_str host;        /**< name, IPv4, or IPv6 in brackets */
    uint16_t port;             /**< 0: none given */
    struct cf_str params;      /**< after the first ';'; absent if there are none */
    struct cf_str headers;     /**< after the '?'; absent if there are none */
    struct cf_str opaque;      /**< after the scheme's colon; for other schemes */
};

/** Longest URI that is parsed, in octets; CF_ERR_LIMIT beyond (414 for a request). */
#define CF_SIP_URI_MAX 4096

/**
 * Parse all of @p text as a URI. CF_ERR_MALFORMED if it doesn't follow the grammar (blanks, bad escapes, a port above 65535, an
 * IPv6 address without brackets...), CF_ERR_LIMIT. An unknown scheme is not an error: see @c scheme.
 */
CF_MUST_USE enum cf_err cf_sip_uri_parse(struct cf_str text, struct cf_sip_uri *ret);

/** As cf_sip_uri_parse() over all that is left of @p s; after a failure the position is where. */
CF_MUST_USE enum cf_err cf_sip_uri_scan(struct cf_sip_scan *s, struct cf_sip_uri *ret);

/** Write a URI from its pieces (text is not looked at). Port 0, absent user, params and headers are left out. */
void cf_sip_put_uri(struct cf_writer *w, const struct cf_sip_uri *uri);

/** sip or sips? */
bool cf_sip_uri_is_sip(const struct cf_sip_uri *uri);

/**
 * Equality of RFC 3261 section 19.1.4 for sip and sips (escapes resolved, user, ttl, method and maddr params must stand in both,
 * transport too; other params count only if in both; headers must be the same set); octet-wise for other schemes, tel by RFC 3966
 * section 4 without visual separators. At most 64 params and headers are compared; a URI with more equals nothing.
 */
bool cf_sip_uri_eq(const struct cf_sip_uri *a, const struct cf_sip_uri *b);

/**
 * Do both name the same resource of a server: same canonical AOR and, for each of the parameters gr and conf-id, the same value
 * in both or absence in both? Everything else (order of parameters, transport, port...) is ignored.
 */
bool cf_sip_uri_same_resource(const struct cf_sip_uri *a, const struct cf_sip_uri *b);

/**
 * The canonical address-of-record (RFC 3261 section 10.3 step 5): "sip:user@host" with the user unescaped and re-escaped only
 * where it must be, the host in lower case; no port, password, params, headers. sips gives the same AOR as sip (RFC 5630 section
 * 3.3.1); "tel:+number" without visual separators. Other schemes are printed as they are. Two URIs name one
 * account if and only if this gives the same octets.
 */
void cf_sip_put_aor(struct cf_writer *w, const struct cf_sip_uri *uri);

/** Is the host an IP literal? Its address with the port (0 if none) then. */
bool cf_sip_uri_host_addr(const struct cf_sip_uri *uri, struct cf_addr *ret);

/** Transport asked for by the URI: its transport parameter, else TLS for sips; false if it says nothing. */
bool cf_sip_uri_transport(const struct cf_sip_uri *uri, enum cf_transport *ret);

/**
 * Cut the next header off @p rest, which is what stands after '?': @p ret gets name and value, still escaped. False at the end.
 * For Refer-To: <sip:carol@example.org?Replaces=...>.
 */
bool cf_sip_uri_header_next(struct cf_str *rest, struct cf_sip_param *ret);

#endif

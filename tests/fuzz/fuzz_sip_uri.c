/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * URIs, name-addrs and Vias: what is taken prints to something that is taken and equal; the canonical address-of-record of a
 * canonical address-of-record is itself.
 */
#include "core/sip/name_addr.h"
#include "core/sip/via.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char first[4 * CF_SIP_URI_MAX];
static char second[4 * CF_SIP_URI_MAX];
static struct cf_writer w;

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

static struct cf_str aor_of(const struct cf_sip_uri *uri, char *buffer) {
    cf_writer_init(&w, buffer, sizeof first);
    cf_sip_put_aor(&w, uri);
    require(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

static void check_aor(const struct cf_sip_uri *uri) {
    struct cf_sip_uri canonical;
    struct cf_str aor = aor_of(uri, first);
    require(cf_sip_uri_parse(aor, &canonical) == CF_OK);
    require(cf_str_eq(aor_of(&canonical, second), aor));
}

static void check_uri(struct cf_str text) {
    struct cf_sip_uri a;
    struct cf_sip_uri b;
    struct cf_addr addr;
    enum cf_transport transport;
    if (cf_sip_uri_parse(text, &a) != CF_OK) {
        return;
    }
    cf_writer_init(&w, first, sizeof first);
    cf_sip_put_uri(&w, &a);
    require(cf_writer_ok(&w));
    require(cf_sip_uri_parse(cf_writer_str(&w), &b) == CF_OK);
    require(cf_sip_uri_eq(&a, &b) == cf_sip_uri_eq(&b, &a));
    require(cf_sip_uri_same_resource(&a, &b) || cf_sip_uri_is_sip(&a) == false);
    (void)cf_sip_uri_host_addr(&a, &addr);
    (void)cf_sip_uri_transport(&a, &transport);
    check_aor(&a);
}

static void check_name_addr(struct cf_str text) {
    struct cf_sip_name_addr addr;
    if (cf_sip_name_addr_parse(text, &addr) == CF_OK) {
        cf_writer_init(&w, first, sizeof first);
        cf_sip_put_display(&w, &addr);
        require(cf_str_is_utf8(cf_writer_str(&w)) || !cf_writer_ok(&w));
        check_aor(&addr.uri);
    }
}

static void check_via(struct cf_str text) {
    struct cf_sip_via a;
    struct cf_sip_via b;
    struct cf_addr source = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 1}, .port = 4000};
    if (text.len > sizeof first / 2 || cf_sip_via_parse(text, &a) != CF_OK) {
        return;
    }
    cf_writer_init(&w, first, sizeof first);
    cf_sip_put_via_received(&w, &a, &source);
    require(cf_writer_ok(&w));
    bool has_nul = cf_str_find(text, '\0') < text.len;
    enum cf_err err = cf_sip_via_parse(cf_writer_str(&w), &b);
    require(has_nul ||
            (err == CF_OK && cf_sip_via_same_sent_by(&a, &b) && cf_str_eq(a.branch, b.branch) && a.has_rport == b.has_rport));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_str text = cf_span_str((struct cf_span){data, size});
    check_uri(text);
    check_name_addr(text);
    check_via(text);
    return 0;
}

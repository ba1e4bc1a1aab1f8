/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TEMPORARY: delete this file when notifier.c lands (and its line in meson.build). */
#include "core/dialog/notifier.h"
enum cf_err cf_notifier_init(struct cf_notifier *n, const struct cf_usage *u, const struct cf_notifier_rules *r,
                             const struct cf_endpoint_event *e, cf_usec now) {
    (void)n;
    (void)u;
    (void)r;
    (void)e;
    (void)now;
    return CF_ERR_NO_MEMORY;
}
void cf_notifier_fini(struct cf_notifier *n) {
    (void)n;
}
enum cf_err cf_notifier_accept(struct cf_notifier *n, enum cf_subscription_state s, struct cf_str f, cf_usec now) {
    (void)n;
    (void)s;
    (void)f;
    (void)now;
    return CF_OK;
}
void cf_notifier_changed(struct cf_notifier *n, cf_usec now) {
    (void)n;
    (void)now;
}
enum cf_err cf_notifier_notify(struct cf_notifier *n, const struct cf_notifier_content *c, cf_usec now) {
    (void)n;
    (void)c;
    (void)now;
    return CF_OK;
}
void cf_notifier_end(struct cf_notifier *n, enum cf_subscription_reason r, uint32_t a, cf_usec now) {
    (void)n;
    (void)r;
    (void)a;
    (void)now;
}
void cf_notifier_on_event(struct cf_notifier *n, const struct cf_endpoint_event *e, cf_usec now) {
    (void)n;
    (void)e;
    (void)now;
}
cf_usec cf_notifier_deadline(const struct cf_notifier *n) {
    (void)n;
    return CF_USEC_NEVER;
}
void cf_notifier_on_deadline(struct cf_notifier *n, cf_usec now) {
    (void)n;
    (void)now;
}
bool cf_notifier_poll(struct cf_notifier *n, struct cf_notifier_event *e) {
    (void)n;
    (void)e;
    return false;
}
struct cf_str cf_event_package_stub(void);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS over c-ares on the loop: one question at a time of each type, asynchronous, bounded in number and time. A slow or hostile
 * server delays only who asked (attacks T11). Answers are handed over as plain records; what they mean is the endpoint's
 * business.
 */
#ifndef CF_SHELL_DNS_DNS_H
#define CF_SHELL_DNS_DNS_H

#include "base/dns.h"
#include "shell/loop/loop.h"

/** Most records of one answer that are handed over; more are left out. */
#define CF_DNS_RECORDS_MAX 32

/** Most questions at a time; more are answered with nothing at once. */
#define CF_DNS_QUESTIONS_MAX 1000

/** A resolver; opaque. */
struct cf_dns;

/** Called once a question: @p count 0 if there is nothing or nobody answered. Records are valid during the call. */
typedef void cf_dns_handler(void *ctx, uint32_t query, const struct cf_dns_record *records, size_t count);

/**
 * A resolver. @p servers: "ADDR:PORT,..." or NULL for the system's. CF_ERR_IO if c-ares can't start.
 */
CF_MUST_USE enum cf_err cf_dns_create(struct cf_loop *loop, const char *servers, cf_dns_handler *handler, void *ctx,
                                      struct cf_dns **ret);

/** Ask; @p query is given back with the answer, which may come before this returns. */
void cf_dns_ask(struct cf_dns *dns, uint32_t query, const struct cf_dns_question *question);

/** Give up all questions (their handlers are not called any more) and free. Sets the pointer to NULL; NULL is ignored. */
void cf_dns_destroy(struct cf_dns **dns);

#endif

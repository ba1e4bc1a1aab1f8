/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The best response. */
#include "core/proxy/best_response.h"

#include "core/proxy/rewrite.h"
#include "core/sip/builder.h"

static bool is_challenge(unsigned status) {
    return status == 401 || status == 407;
}

/* RFC 3261 section 16.7 step 6: 6xx first, then the lowest class; within 4xx what helps the caller to try again. */
static unsigned rank(unsigned status) {
    if (status >= 600) {
        return 0;
    }
    if (is_challenge(status) || status == 415 || status == 420 || status == 484) {
        return 40;
    }
    return status / 100 * 10 + 5;
}

/* Step 7: whoever asks for credentials is named to the caller, who can give them to all at once. */
static void add_challenges(struct cf_best_response *best, const struct cf_mem *mem, const struct cf_sip_message *response,
                           struct cf_writer w) {
    struct cf_str together;
    cf_put(&w, best->challenges);
    cf_sip_copy_fields(&w, response, CF_SIP_HEADER_WWW_AUTHENTICATE);
    cf_sip_copy_fields(&w, response, CF_SIP_HEADER_PROXY_AUTHENTICATE);
    if (cf_writer_ok(&w) && cf_mem_dup_str(mem, cf_writer_str(&w), &together)) {
        cf_mem_free_str(mem, &best->challenges);
        best->challenges = together;
    }
}

void cf_best_response_take(struct cf_best_response *best, const struct cf_mem *mem, unsigned status,
                           const struct cf_sip_message *response, struct cf_writer scratch) {
    if (response != NULL && is_challenge(status) && is_challenge(best->status)) {
        add_challenges(best, mem, response, scratch);
        return;
    }
    if (best->status != 0 && rank(best->status) <= rank(status)) {
        return;
    }
    cf_best_response_fini(best, mem);
    best->status = status;
    if (response != NULL) {
        cf_proxy_put_response(&scratch, response);
        bool is_kept = cf_writer_ok(&scratch) && cf_mem_dup_str(mem, cf_writer_str(&scratch), &best->text);
        (void)is_kept;
    }
}

bool cf_best_response_put(const struct cf_best_response *best, struct cf_writer *w) {
    if (best->text.len == 0) {
        return false;
    }
    size_t line = cf_str_find_str(best->text, CF_STR("\r\n")) + 2;
    cf_put(w, cf_str_head(best->text, line));
    cf_put(w, is_challenge(best->status) ? best->challenges : CF_STR_NONE);
    cf_put(w, cf_str_skip(best->text, line));
    return cf_writer_ok(w);
}

void cf_best_response_fini(struct cf_best_response *best, const struct cf_mem *mem) {
    cf_mem_free_str(mem, &best->text);
    cf_mem_free_str(mem, &best->challenges);
    best->status = 0;
}

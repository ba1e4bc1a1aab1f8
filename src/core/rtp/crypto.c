/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain half of packet protection. */
#include "core/rtp/crypto.h"

static void append(struct cf_protect_job *job, struct cf_span part) {
    uint8_t *to = job->dst + job->dst_len;
    if (part.len > 0 && part.at != to) {
        memcpy(to, part.at, part.len);
    }
    job->dst_len += part.len;
}

void cf_protect_job_copy(struct cf_protect_job *job) {
    job->dst_len = 0;
    if (job->dst_size < job->header.len + cf_protect_job_text_len(job)) {
        job->err = CF_ERR_NO_ROOM;
        return;
    }
    append(job, job->header);
    append(job, job->prefix);
    append(job, job->payload);
    if (job->padding > 0) {
        cf_rtp_write_padding(job->dst + job->dst_len, job->padding);
        job->dst_len += job->padding;
    }
    job->err = CF_OK;
}

void cf_unprotect_job_copy(struct cf_unprotect_job *job) {
    job->dst_len = 0;
    job->index = 0;
    job->is_newest = true;
    if (job->dst_size < job->src_len) {
        job->err = CF_ERR_NO_ROOM;
        return;
    }
    if (job->dst != job->src && job->src_len > 0) {
        memcpy(job->dst, job->src, job->src_len);
    }
    job->dst_len = job->src_len;
    job->err = CF_OK;
}

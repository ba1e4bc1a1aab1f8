/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/outbox.h"

enum cf_err cf_outbox_init(struct cf_outbox *outbox, const struct cf_mem *mem) {
    outbox->mem = mem;
    outbox->slots = cf_mem_alloc(mem, CF_OUTBOX_MAX * sizeof *outbox->slots);
    outbox->kept = cf_mem_alloc(mem, CF_OUTBOX_KEPT_MAX);
    if (outbox->slots == NULL || outbox->kept == NULL) {
        cf_outbox_fini(outbox);
        return CF_ERR_NO_MEMORY;
    }
    cf_outbox_clear(outbox);
    return CF_OK;
}

void cf_outbox_fini(struct cf_outbox *outbox) {
    if (outbox->mem != NULL) {
        cf_mem_free(outbox->mem, outbox->slots, CF_OUTBOX_MAX * sizeof *outbox->slots);
        cf_mem_free(outbox->mem, outbox->kept, CF_OUTBOX_KEPT_MAX);
    }
    outbox->mem = NULL;
}

void cf_outbox_clear(struct cf_outbox *outbox) {
    outbox->count = 0;
    outbox->kept_len = 0;
}

bool cf_outbox_keep(struct cf_outbox *outbox, struct cf_span payload, struct cf_span *ret_kept) {
    if (payload.len > CF_OUTBOX_KEPT_MAX - outbox->kept_len) {
        return false;
    }
    uint8_t *copy = outbox->kept + outbox->kept_len;
    if (payload.len > 0) {
        memcpy(copy, payload.at, payload.len);
    }
    outbox->kept_len += payload.len;
    *ret_kept = (struct cf_span){copy, payload.len};
    return true;
}

void cf_outbox_protect(struct cf_outbox *outbox, const struct cf_packet_crypto *crypto) {
    crypto->protect(crypto->ctx, outbox->jobs, outbox->count);
    for (size_t i = 0; i < outbox->count; i++) {
        const struct cf_protect_job *job = &outbox->jobs[i];
        outbox->outputs[i].data = (struct cf_span){job->dst, job->err == CF_OK ? job->dst_len : 0};
    }
}

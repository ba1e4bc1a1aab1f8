/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes out: the queue for the shell, the event about the message in hand, the last words of transactions and flows. */
#include "core/endpoint/impl.h"

bool cf_output_put(struct cf_endpoint *ep, struct cf_output output) {
    void *outputs = ep->outputs;
    size_t waiting = ep->output_count - ep->output_at;
    bool has_room =
        waiting < CF_OUTPUTS_MAX && cf_mem_grow(ep->mem, &outputs, &ep->outputs_max, ep->output_count + 1, sizeof *ep->outputs);
    ep->outputs = outputs;
    if (!has_room) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
        cf_kept_release(&ep->keeper, &output.text);
        return false;
    }
    ep->outputs[ep->output_count++] = output;
    return true;
}

void cf_event_put(struct cf_endpoint *ep, struct cf_endpoint_event event) {
    cf_assert(!ep->has_event);
    ep->has_event = true;
    ep->event = event;
}

/* The first output that waits, as an event. */
static struct cf_endpoint_event take_output(struct cf_endpoint *ep) {
    const struct cf_output *output = &ep->outputs[ep->output_at++];
    struct cf_endpoint_event event = {
        .kind = output->kind,
        .flow = output->flow,
        .transport = output->transport,
        .local = output->local,
        .remote = output->remote,
        .shell_id = output->shell_id,
        .query = output->query,
    };
    struct cf_str text = cf_kept_str(output->text);
    if (output->kind == CF_ENDPOINT_RESOLVE) {
        event.question = (struct cf_dns_question){output->type, text};
    } else if (output->kind == CF_ENDPOINT_OPEN_STREAM) {
        event.host = text;
    } else {
        event.bytes = cf_str_span(text);
    }
    ep->given = output->text;
    if (ep->output_at == ep->output_count) {
        ep->output_at = 0;
        ep->output_count = 0;
    }
    return event;
}

/* Last words of a flow that is gone. */
static bool report_flow(struct cf_endpoint *ep, struct cf_endpoint_event *ret) {
    struct cf_link *link = cf_list_first(&ep->closed_flows);
    if (link == NULL) {
        return false;
    }
    struct cf_flow *flow = CF_OF(link, struct cf_flow, wait);
    *ret = (struct cf_endpoint_event){
        .flow = flow->id,
        .transport = flow->info.transport,
        .local = flow->info.local,
        .remote = flow->info.remote,
        .shell_id = flow->shell_id,
    };
    if ((flow->reports & CF_FLOW_REPORT_CLOSE) != 0) {
        flow->reports &= (uint8_t)~CF_FLOW_REPORT_CLOSE;
        ret->kind = CF_ENDPOINT_CLOSE_STREAM;
        ret->is_connecting = !flow->info.is_connected;
    } else {
        flow->reports = 0;
        ret->kind = CF_ENDPOINT_FLOW_CLOSED;
        ret->err = flow->err;
    }
    if (flow->reports == 0) {
        cf_list_remove(&flow->wait);
        cf_flow_free(&ep->flows, flow);
    }
    return true;
}

bool cf_output_next(struct cf_endpoint *ep, struct cf_endpoint_event *ret) {
    cf_kept_release(&ep->keeper, &ep->given);
    if (ep->has_received) {
        ep->has_received = false;
        *ret = ep->received;
        return true;
    }
    if (ep->output_at < ep->output_count) {
        *ret = take_output(ep);
        return true;
    }
    if (ep->has_event) {
        ep->has_event = false;
        *ret = ep->event;
        return true;
    }
    return cf_tx_report(ep, ret) || report_flow(ep, ret);
}

void cf_output_fini(struct cf_endpoint *ep) {
    struct cf_endpoint_event event;
    while (cf_output_next(ep, &event)) {
    }
    cf_kept_release(&ep->keeper, &ep->given);
    cf_mem_free(ep->mem, ep->outputs, ep->outputs_max * sizeof *ep->outputs);
}

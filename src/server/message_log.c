/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP messages in the log. */
#include "server/message_log.h"

#include "core/sip/message.h"
#include "core/sip/redact.h"
#include "shell/log/log.h"

#define TITLE_MAX 256

static void put_title(struct cf_writer *w, const struct cf_endpoint_event *event, const struct cf_addr *local) {
    bool is_in = event->kind == CF_ENDPOINT_RECEIVED;
    cf_put(w, is_in ? CF_STR("in ") : CF_STR("out "));
    cf_put(w, cf_transport_name(event->transport));
    cf_put_char(w, ' ');
    cf_put_addr(w, is_in ? &event->remote : local);
    cf_put_lit(w, " -> ");
    cf_put_addr(w, is_in ? local : &event->remote);
    if (cf_flow_id_is_set(event->flow)) {
        cf_put_lit(w, " flow ");
        cf_put_dec(w, event->flow.h.slot);
        cf_put_char(w, '.');
        cf_put_dec(w, event->flow.h.generation);
    }
    cf_put_lit(w, ", ");
    cf_put_dec(w, event->bytes.len);
    cf_put_lit(w, " octets");
}

/* Keep-alives are not messages. */
static bool is_message(const struct cf_endpoint_event *event) {
    return (event->kind == CF_ENDPOINT_RECEIVED || event->kind == CF_ENDPOINT_SEND_DATAGRAM ||
            event->kind == CF_ENDPOINT_SEND_STREAM) &&
           event->bytes.len > 4;
}

void cf_message_log(const struct cf_endpoint_event *event, const struct cf_addr *local) {
    static char text[4 * CF_SIP_MESSAGE_MAX]; /* of the loop's thread */
    char title[TITLE_MAX];
    struct cf_writer head;
    struct cf_writer w;
    if (!is_message(event)) {
        return;
    }
    cf_writer_init(&head, title, sizeof title);
    put_title(&head, event, local);
    cf_writer_init(&w, text, sizeof text);
    cf_sip_put_redacted(&w, cf_span_str(event->bytes));
    cf_log_block(CF_LOG_INFO, "sip", cf_writer_str(&head), cf_writer_str(&w));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the focus takes at all: methods, extensions, bodies (RFC 3261 section 8.2). */
#include "core/dialog/screen.h"
#include "core/focus/answer.h"
#include "core/focus/focus_impl.h"
#include "core/sip/accept.h"

#define METHODS                                                                                                                  \
    (CF_SIP_METHOD_BIT(CF_SIP_METHOD_INVITE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_ACK) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_CANCEL) |  \
     CF_SIP_METHOD_BIT(CF_SIP_METHOD_OPTIONS) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_BYE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_REFER) |  \
     CF_SIP_METHOD_BIT(CF_SIP_METHOD_SUBSCRIBE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_MESSAGE))

/* Not among them: recipient-list-subscribe (chat rooms), multiple-refer, tdialog, join. */
#define OPTIONS                                                                                                                  \
    (CF_SIP_OPTION_BIT(CF_SIP_OPTION_REL100) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_GRUU) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_ICE) |    \
     CF_SIP_OPTION_BIT(CF_SIP_OPTION_NOREFERSUB) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_NOSUB) |                                      \
     CF_SIP_OPTION_BIT(CF_SIP_OPTION_OUTBOUND) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_PATH) |                                         \
     CF_SIP_OPTION_BIT(CF_SIP_OPTION_RECIPIENT_LIST_INVITE) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_REPLACES) |                        \
     CF_SIP_OPTION_BIT(CF_SIP_OPTION_TIMER))

static const struct cf_str types[] = {
    CF_STR_INIT("application/sdp"),
    CF_STR_INIT("application/resource-lists+xml"),
    CF_STR_INIT("message/sipfrag"),
};

/* What members may say to each other (chat.c); a reader that doesn't know one of them refuses its copy. */
static const struct cf_str message_types[] = {
    CF_STR_INIT("text/plain"),
    CF_STR_INIT("text/html"),
    CF_STR_INIT("message/cpim"),
    CF_STR_INIT("message/imdn+xml"),
    CF_STR_INIT("application/im-iscomposing+xml"),
    CF_STR_INIT("application/vnd.gsma.rcs-ft-http+xml"),
};

static const struct cf_str encodings[] = {CF_STR_INIT("deflate")};

/* What is taken with bodies of the types in @p list. */
#define SCREEN(list)                                                                                                             \
    {                                                                                                                            \
        .methods = METHODS, .options = OPTIONS, .types = (list), .type_count = sizeof(list) / sizeof *(list),                    \
        .encodings = encodings, .encoding_count = sizeof encodings / sizeof *encodings                                           \
    }

static const struct cf_screen screen = SCREEN(types);
static const struct cf_screen message_screen = SCREEN(message_types);

bool cf_focus_screens(struct cf_focus *focus, const struct cf_endpoint_event *event, cf_usec now) {
    char fields[CF_SCREEN_FIELDS_MAX];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields);
    bool is_message = event->message->method == CF_SIP_METHOD_MESSAGE;
    unsigned status = cf_screen_request(is_message ? &message_screen : &screen, event->message, &w);
    if (status == 0 && event->message->method == CF_SIP_METHOD_INVITE &&
        !cf_sip_accepts(event->message, CF_STR("application/sdp"), true)) {
        /* RFC 3261 section 21.4.7: there is nothing else to answer an INVITE with. */
        status = 406;
    }
    if (status != 0) {
        cf_focus_answer(focus, event, status, CF_STR_NONE, cf_writer_str(&w), now);
    }
    return status == 0;
}

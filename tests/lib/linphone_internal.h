/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the imitated Linphones share. */
#ifndef CF_TESTS_LIB_LINPHONE_INTERNAL_H
#define CF_TESTS_LIB_LINPHONE_INTERNAL_H

#include "lib/linphone_client.h"

/** Copy @p text to a C string; asserts that it fits. */
void linphone_copy(char *to, size_t size, struct cf_str text);

/* --- linphone_client.c --- */

/** Deliver all that the server has sent. */
void linphone_pump(struct linphone_world *w);

/* --- linphone_requests.c --- */

/** A dialog that is to be, with @p uri; @p what goes into its Call-ID. */
struct linphone_dialog linphone_fresh(struct linphone_client *c, const char *what, const char *uri);

/** The Contact line. */
void linphone_put_contact(const struct linphone_client *c, struct cf_writer *w, bool is_admin);

/** To the server, by the proxy if there is one. */
void linphone_transmit(struct linphone_client *c, struct cf_str text);

/** A request in @p d. */
void linphone_ask(struct linphone_client *c, struct linphone_dialog *d, const char *method, const char *fields, const char *type,
                  struct cf_str body);

/** The last request of @p d, with credentials for @p challenge. */
void linphone_send_out(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *challenge);

/** ACK for @p answer: for 2xx a request of its own, else one of the INVITE's transaction. */
void linphone_acknowledge(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *answer);

/** The entries of a list of @p names. */
void linphone_put_entries(char *list, size_t size, const char *names);

/** INVITE or re-INVITE in @p d. */
void linphone_invite(struct linphone_client *c, struct linphone_dialog *d, const char *subject, bool is_first, bool has_list);

/** SUBSCRIBE to the conference; 0: no more. */
void linphone_subscribe(struct linphone_client *c, unsigned expires);

/** Call .conference. */
void linphone_call_conference(struct linphone_client *c);

/** It asks for pictures if it wants to and nothing is under way. */
void linphone_update_if_wanted(struct linphone_client *c);

/* --- linphone_reactions.c --- */

/** The response @p m, whose text is @p text, to a request in @p d; a request of the server. */
void linphone_on_answer(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *m, struct cf_str text);
void linphone_on_request(struct linphone_client *c, const struct cf_sip_message *m, struct cf_str text);

/* --- linphone_lines.c --- */

/** Plan the lines by what is known and wanted. */
void linphone_plan_lines(struct linphone_client *c);

/** The description of the lines as an offer; @p is_first: plain lines with ports of their own. */
void linphone_put_offer(struct linphone_client *c, struct cf_writer *w, bool is_first);

/** The answer to our first offer, @p offer. */
void linphone_put_answer(struct linphone_client *c, struct cf_writer *w, struct cf_str offer);

/* --- linphone_roster.c --- */

/** A document came. */
void linphone_on_document(struct linphone_client *c, struct cf_str xml);

/** Forget what was told. */
void linphone_forget_roster(struct linphone_client *c);

#endif

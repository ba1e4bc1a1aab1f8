/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complaints about grammar. */
#include "core/sip/complaint.h"

#include "core/sip/builder.h"

void cf_sip_put_complaint(struct cf_writer *w, unsigned status, const struct cf_parse_error *error) {
    cf_put(w, cf_sip_reason_of(status));
    cf_put_lit(w, " (");
    cf_put(w, cf_str_of(error->what));
    cf_put_lit(w, " at ");
    cf_put_dec(w, error->offset);
    cf_put_char(w, ')');
}

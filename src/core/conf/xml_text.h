/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text as it goes into XML documents: escaped, well-formed UTF-8, only characters that XML 1.0 has (section 2.2; the rest becomes
 * U+FFFD), whatever the input; and xs:dateTime in UTC. A format. Any thread.
 */
#ifndef CF_CORE_CONF_XML_TEXT_H
#define CF_CORE_CONF_XML_TEXT_H

#include "base/usec.h"
#include "base/writer.h"

/** Most octets that one octet of text becomes. */
#define CF_XML_TEXT_GROWTH 6

/** Write @p text as character data or as the value of an attribute in double quotes. Absent text is empty. */
void cf_put_xml(struct cf_writer *w, struct cf_str text);

/** Write <name>text</name>; @p name is a literal of ours. */
void cf_put_xml_element(struct cf_writer *w, struct cf_str name, struct cf_str text);

/** Write @p wall as xs:dateTime, "2026-01-01T08:45:00Z"; times before 1970 and after 9999 become the nearest of them. */
void cf_put_date_time(struct cf_writer *w, cf_wall wall);

#endif

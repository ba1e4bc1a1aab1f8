/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Header fields, in alphabetical order (found by their first letter; a test walks the table).
 * Row: X(ID, "Name", compact form or 0, LIST | SINGLE | UNIQUE): LIST may stand in several fields, or in one with commas;
 * SINGLE at most once, but a repetition is left to whom it concerns; UNIQUE decides where a message goes or ends: the parser
 * refuses a second one. No include guard: include it with X defined.
 */
X(ACCEPT, "Accept", 0, LIST)                             /* RFC 3261 20.1 */
X(ACCEPT_CONTACT, "Accept-Contact", 'a', LIST)           /* RFC 3841 */
X(ACCEPT_ENCODING, "Accept-Encoding", 0, LIST)           /* RFC 3261 20.2 */
X(ACCEPT_LANGUAGE, "Accept-Language", 0, LIST)           /* RFC 3261 20.3 */
X(ALERT_INFO, "Alert-Info", 0, LIST)                     /* RFC 3261 20.4 */
X(ALLOW, "Allow", 0, LIST)                               /* RFC 3261 20.5 */
X(ALLOW_EVENTS, "Allow-Events", 'u', LIST)               /* RFC 6665 */
X(ANSWER_MODE, "Answer-Mode", 0, SINGLE)                 /* RFC 5373 */
X(AUTHENTICATION_INFO, "Authentication-Info", 0, SINGLE) /* RFC 3261 20.6 */
X(AUTHORIZATION, "Authorization", 0, SINGLE)             /* RFC 3261 20.7: one a realm, commas inside one */
X(CALL_ID, "Call-ID", 'i', UNIQUE)                       /* RFC 3261 20.8 */
X(CALL_INFO, "Call-Info", 0, LIST)                       /* RFC 3261 20.9 */
X(CONTACT, "Contact", 'm', LIST)                         /* RFC 3261 20.10 */
X(CONTENT_DISPOSITION, "Content-Disposition", 0, SINGLE) /* RFC 3261 20.11 */
X(CONTENT_ENCODING, "Content-Encoding", 'e', LIST)       /* RFC 3261 20.12 */
X(CONTENT_ID, "Content-ID", 0, SINGLE)                   /* RFC 8262 */
X(CONTENT_LANGUAGE, "Content-Language", 0, LIST)         /* RFC 3261 20.13 */
X(CONTENT_LENGTH, "Content-Length", 'l', UNIQUE)         /* RFC 3261 20.14 */
X(CONTENT_TYPE, "Content-Type", 'c', UNIQUE)             /* RFC 3261 20.15 */
X(CSEQ, "CSeq", 0, UNIQUE)                               /* RFC 3261 20.16 */
X(DATE, "Date", 0, SINGLE)                               /* RFC 3261 20.17 */
X(DIVERSION, "Diversion", 0, LIST)                       /* RFC 5806 */
X(ERROR_INFO, "Error-Info", 0, LIST)                     /* RFC 3261 20.18 */
X(EVENT, "Event", 'o', SINGLE)                           /* RFC 6665 */
X(EXPIRE, "Expire", 0, SINGLE)                           /* not an RFC: end of a conference, Linphone's 302 */
X(EXPIRES, "Expires", 0, SINGLE)                         /* RFC 3261 20.19 */
X(FLOW_TIMER, "Flow-Timer", 0, SINGLE)                   /* RFC 5626 */
X(FROM, "From", 'f', UNIQUE)                             /* RFC 3261 20.20 */
X(HISTORY_INFO, "History-Info", 0, LIST)                 /* RFC 7044 */
X(IDENTITY, "Identity", 'y', LIST)                       /* RFC 8224 */
X(IN_REPLY_TO, "In-Reply-To", 0, LIST)                   /* RFC 3261 20.21 */
X(INFO_PACKAGE, "Info-Package", 0, SINGLE)               /* RFC 6086 */
X(JOIN, "Join", 0, SINGLE)                               /* RFC 3911 */
X(LAST_NOTIFY_VERSION, "Last-Notify-Version", 0, SINGLE) /* not an RFC: version a subscriber has, Linphone's SUBSCRIBE */
X(MAX_BREADTH, "Max-Breadth", 0, SINGLE)                 /* RFC 5393 */
X(MAX_FORWARDS, "Max-Forwards", 0, UNIQUE)               /* RFC 3261 20.22 */
X(MIME_VERSION, "MIME-Version", 0, SINGLE)               /* RFC 3261 20.24 */
X(MIN_EXPIRES, "Min-Expires", 0, SINGLE)                 /* RFC 3261 20.23 */
X(MIN_SE, "Min-SE", 0, SINGLE)                           /* RFC 4028 */
X(ORGANIZATION, "Organization", 0, SINGLE)               /* RFC 3261 20.25 */
X(P_ASSERTED_IDENTITY, "P-Asserted-Identity", 0, LIST)   /* RFC 3325 */
X(P_PREFERRED_IDENTITY, "P-Preferred-Identity", 0, LIST) /* RFC 3325 */
X(PATH, "Path", 0, LIST)                                 /* RFC 3327 */
X(PERMISSION_MISSING, "Permission-Missing", 0, LIST)     /* RFC 5360 */
X(PRIORITY, "Priority", 0, SINGLE)                       /* RFC 3261 20.26 */
X(PRIVACY, "Privacy", 0, SINGLE)                         /* RFC 3323: semicolons */
X(PROXY_AUTHENTICATE, "Proxy-Authenticate", 0, SINGLE)   /* RFC 3261 20.27 */
X(PROXY_AUTHORIZATION, "Proxy-Authorization", 0, SINGLE) /* RFC 3261 20.28 */
X(PROXY_REQUIRE, "Proxy-Require", 0, LIST)               /* RFC 3261 20.29 */
X(RACK, "RAck", 0, SINGLE)                               /* RFC 3262 */
X(REASON, "Reason", 0, LIST)                             /* RFC 3326 */
X(RECORD_ROUTE, "Record-Route", 0, LIST)                 /* RFC 3261 20.30 */
X(RECV_INFO, "Recv-Info", 0, LIST)                       /* RFC 6086 */
X(REFER_SUB, "Refer-Sub", 0, SINGLE)                     /* RFC 4488 */
X(REFER_TO, "Refer-To", 'r', SINGLE)                     /* RFC 3515 */
X(REFERRED_BY, "Referred-By", 'b', SINGLE)               /* RFC 3892 */
X(REJECT_CONTACT, "Reject-Contact", 'j', LIST)           /* RFC 3841 */
X(REPLACES, "Replaces", 0, SINGLE)                       /* RFC 3891 */
X(REPLY_TO, "Reply-To", 0, SINGLE)                       /* RFC 3261 20.31 */
X(REQUEST_DISPOSITION, "Request-Disposition", 'd', LIST) /* RFC 3841 */
X(REQUIRE, "Require", 0, LIST)                           /* RFC 3261 20.32 */
X(RETRY_AFTER, "Retry-After", 0, SINGLE)                 /* RFC 3261 20.33 */
X(ROUTE, "Route", 0, LIST)                               /* RFC 3261 20.34 */
X(RSEQ, "RSeq", 0, SINGLE)                               /* RFC 3262 */
X(SERVER, "Server", 0, SINGLE)                           /* RFC 3261 20.35 */
X(SERVICE_ROUTE, "Service-Route", 0, LIST)               /* RFC 3608 */
X(SESSION_EXPIRES, "Session-Expires", 'x', SINGLE)       /* RFC 4028 */
X(SESSION_ID, "Session-ID", 0, SINGLE)                   /* RFC 7989 */
X(SIP_ETAG, "SIP-ETag", 0, SINGLE)                       /* RFC 3903 */
X(SIP_IF_MATCH, "SIP-If-Match", 0, SINGLE)               /* RFC 3903 */
X(SUBJECT, "Subject", 's', SINGLE)                       /* RFC 3261 20.36 */
X(SUBSCRIPTION_STATE, "Subscription-State", 0, SINGLE)   /* RFC 6665 */
X(SUPPORTED, "Supported", 'k', LIST)                     /* RFC 3261 20.37 */
X(SUPPRESS_IF_MATCH, "Suppress-If-Match", 0, SINGLE)     /* RFC 5839 */
X(TARGET_DIALOG, "Target-Dialog", 0, SINGLE)             /* RFC 4538 */
X(TIMESTAMP, "Timestamp", 0, SINGLE)                     /* RFC 3261 20.38 */
X(TO, "To", 't', UNIQUE)                                 /* RFC 3261 20.39 */
X(TRIGGER_CONSENT, "Trigger-Consent", 0, LIST)           /* RFC 5360 */
X(UNSUPPORTED, "Unsupported", 0, LIST)                   /* RFC 3261 20.40 */
X(USER_AGENT, "User-Agent", 0, SINGLE)                   /* RFC 3261 20.41 */
X(VIA, "Via", 'v', LIST)                                 /* RFC 3261 20.42 */
X(WARNING, "Warning", 0, LIST)                           /* RFC 3261 20.43 */
X(WWW_AUTHENTICATE, "WWW-Authenticate", 0, SINGLE)       /* RFC 3261 20.44 */

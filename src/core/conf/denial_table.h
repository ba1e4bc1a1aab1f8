/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a conference refuses something. Row: X(name, text, has a time). The focus maps each to a status code: the suggestion stands
 * in the comment. No include guard: define X.
 */
X(NOT_FOUND, "No such conference", false)                              /* 404 */
X(GONE, "Conference has ended", false)                                 /* 410 */
X(CANCELLED, "Conference was cancelled", false)                        /* 410 */
X(TOO_EARLY, "Conference can be joined from", true)                    /* 403 */
X(TOO_LATE, "Conference already expired on", true)                     /* 403 */
X(NOT_INVITED, "Not invited", false)                                   /* 403 */
X(NOT_ADMIN, "Only administrators may do that", false)                 /* 403 */
X(NOT_ORGANISER, "Only the organiser may do that", false)              /* 403 */
X(NOT_MEMBER, "Not in the conference", false)                          /* 404 in an answer to REFER, 603 to SUBSCRIBE */
X(NO_ORGANISER, "The organiser has not joined yet", false)             /* 403 */
X(LOCKED, "Conference is locked", false)                               /* 403 */
X(FULL, "Conference is full", false)                                   /* 486 */
X(TOO_MANY_DEVICES, "Too many devices of one participant", false)      /* 486 */
X(LIST_TOO_LONG, "Too many people in the list", false)                 /* 403 */
X(CONFERENCES_FULL, "Too many conferences", false)                     /* 503 */
X(ACCOUNT_FULL, "Too many conferences of one account", false)          /* 403 */
X(IN_USE, "Conference information cannot be updated right now", false) /* 480 */
X(STATE, "Not possible now", false)                                    /* 480 */
X(EXISTS, "Conference exists already", false)                          /* 500: ours */
X(TOO_LONG, "Identity or name too long", false)                        /* 400 */
X(NO_MEMORY, "Out of memory", false)                                   /* 503 */

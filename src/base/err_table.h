/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of errors. Row: X(name, class, text). The class decides the reaction, see enum cf_err_class. No include guard:
 * include it with X defined.
 */
X(MALFORMED, PEER, "malformed")                         /* the bytes don't follow the grammar */
X(TRUNCATED, PEER, "truncated")                         /* the bytes end too early */
X(UNSUPPORTED, PEER, "not supported")                   /* well formed, but nothing we do */
X(FORBIDDEN, PEER, "not allowed")                       /* the peer may not do that */
X(AUTH, PEER, "authentication failed")                  /* wrong key, tag or password */
X(REPLAYED, PEER, "replayed")                           /* seen before */
X(MISMATCH, PEER, "does not match what was negotiated") /* valid, but not agreed on */
X(LIMIT, LIMIT, "limit reached")                        /* a configured or built-in maximum */
X(NO_ROOM, LIMIT, "no room in the buffer")              /* the output does not fit */
X(STATE, STATE, "not possible in this state")           /* the right call at the wrong time */
X(NOT_FOUND, STATE, "not found")                        /* no such object */
X(EXISTS, STATE, "exists already")                      /* the name is taken */
X(NO_MEMORY, RESOURCE, "out of memory")                 /* the allocator refused */
X(NO_PORT, RESOURCE, "no free port")                    /* the port range is used up */
X(IO, RESOURCE, "input or output failed")               /* the operating system said no */
X(UPSTREAM, UPSTREAM, "another server failed")          /* DNS, store, proxy */
X(TIMEOUT, UPSTREAM, "timed out")                       /* nobody answered in time */
X(CONFIG, CONFIG, "wrong configuration")                /* the operator's input */

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transcripts: what a machine did, one line an output with the virtual time in front, compared with golden text. Short ones stand
 * in the test; long ones in tests/vectors/transcripts/<name>.txt. After a wanted change run the test with CF_TEST_UPDATE=1: it
 * rewrites the files and the difference is what is reviewed.
 */
#ifndef CF_TESTS_LIB_TRANSCRIPT_H
#define CF_TESTS_LIB_TRANSCRIPT_H

#include "base/bug.h"
#include "base/str.h"
#include "base/usec.h"

/** A growing text. */
struct transcript {
    char *text; /**< owned, terminated by NUL */
    size_t len;
    size_t size;
};

/** Begin with nothing. */
void transcript_init(struct transcript *t);

/** Give the text back. */
void transcript_fini(struct transcript *t);

/** Forget what stands there. */
void transcript_reset(struct transcript *t);

/** Append as printf() would. */
void transcript_add(struct transcript *t, const char *format, ...) CF_PRINTF(2, 3);

/** Append "[milliseconds] " and then as printf() would, and an end of line. */
void transcript_line(struct transcript *t, cf_usec now, const char *format, ...) CF_PRINTF(3, 4);

/** Fail the test with both texts unless the transcript is exactly @p expected. */
void transcript_is(const struct transcript *t, const char *expected);

/** Fail the test unless the transcript is that of the golden file @p name, such as "endpoint/call"; see above for updating. */
void transcript_is_file(const struct transcript *t, const char *name);

#endif

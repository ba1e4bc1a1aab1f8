/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ogg pages made or changed by tests (RFC 3533 section 6). */
#ifndef CF_TESTS_LIB_TEST_OGG_H
#define CF_TESTS_LIB_TEST_OGG_H

#include <stddef.h>
#include <stdint.h>

/** Put the checksum of the page of @p len octets at @p page into it, reckoned in another way than by the code under test. */
void test_ogg_seal(uint8_t *page, size_t len);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Built in place of ipsec_mb.c where the library is not there. */
#include "adapt/srtp/cipher.h"

const struct cf_cipher_library *cf_cipher_ipsec_mb(void) {
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An endpoint under inputs and failures that the fuzzer chooses: lib/endpoint_chaos.h has the rules that must hold. */
#include "lib/endpoint_chaos.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    endpoint_chaos((struct cf_span){data, size});
    return 0;
}

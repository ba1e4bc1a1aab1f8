/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heap: what it gives is empty, is all there and is nobody else's, whatever came back before. */
#include "base/mem.h"
#include "shell/system/system.h"

#include "lib/test.h"
#include <pthread.h>
#include <string.h>

#define ROUNDS 4
#define BLOCKS 40
#define SIZE_MAX_TRIED 6000

static size_t size_of(size_t round, size_t index) {
    return 1 + (round * 997 + index * 613) % SIZE_MAX_TRIED;
}

static void *take_empty(size_t size, uint8_t mark) {
    uint8_t *block = cf_mem_alloc(cf_system_mem(), size);
    assert_non_null(block);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(block[i], 0);
    }
    memset(block, mark, size);
    return block;
}

static void give_whole(uint8_t *block, size_t size, uint8_t mark) {
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(block[i], mark);
    }
    cf_mem_free(cf_system_mem(), block, size);
}

static void blocks_of_all_sizes_are_empty_and_apart(void **state) {
    (void)state;
    uint8_t *blocks[BLOCKS];
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            blocks[i] = take_empty(size_of(round, i), (uint8_t)(i + 1));
        }
        for (size_t i = 0; i < BLOCKS; i++) {
            give_whole(blocks[i], size_of(round, i), (uint8_t)(i + 1));
        }
    }
}

/* Sizes at which the way to a block changes, here or in the C library, and their neighbours. */
static void limits_of_sizes(void **state) {
    (void)state;
    static const size_t sizes[] = {1023, 1024, 1025, 1535, 1536, 1537, 4095, 4096, 4097};
    uint8_t *blocks[BLOCKS];
    for (size_t s = 0; s < 2 * sizeof sizes / sizeof sizes[0]; s++) {
        size_t size = sizes[s % (sizeof sizes / sizeof sizes[0])];
        for (size_t i = 0; i < BLOCKS; i++) {
            blocks[i] = take_empty(size, (uint8_t)(i + 1));
        }
        for (size_t i = 0; i < BLOCKS; i++) {
            give_whole(blocks[i], size, (uint8_t)(i + 1));
        }
    }
}

static void *free_there(void *block) {
    cf_mem_free(cf_system_mem(), block, 2000);
    return NULL;
}

static void a_block_may_be_given_back_by_another_thread(void **state) {
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        pthread_t thread;
        uint8_t *block = take_empty(2000, 1);
        assert_int_equal(pthread_create(&thread, NULL, free_there, block), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    give_whole(take_empty(2000, 2), 2000, 2);
    cf_mem_free(cf_system_mem(), NULL, 2000);
}

CF_TEST_MAIN(cmocka_unit_test(blocks_of_all_sizes_are_empty_and_apart), cmocka_unit_test(limits_of_sizes),
             cmocka_unit_test(a_block_may_be_given_back_by_another_thread))

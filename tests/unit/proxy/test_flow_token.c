/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of flow pairs: read back, never made up, and of no use in another dialog. */
#include "core/proxy/flow_token.h"

#include "lib/test.h"
#include "lib/test_hash.h"

static const uint8_t key_octets[32] = {1, 2, 3};
static const struct cf_span key = {key_octets, sizeof key_octets};
static const struct cf_flow_seal seal = {{"call", 4}, {"tag", 3}};
static const struct cf_flow_pair pair = {{{7, 1}}, {{9, 0x80000001}}};

static struct cf_str make(char *room) {
    struct cf_writer w;
    cf_writer_init(&w, room, CF_FLOW_TOKEN_LEN);
    cf_put_flow_token(&w, &test_hash, key, &seal, &pair);
    assert_true(cf_writer_ok(&w));
    assert_int_equal(w.len, CF_FLOW_TOKEN_LEN);
    return cf_writer_str(&w);
}

static void is_read_back(void **state) {
    (void)state;
    char room[CF_FLOW_TOKEN_LEN];
    struct cf_flow_pair got;
    assert_ok(cf_flow_token_read(make(room), &test_hash, key, &seal, &got));
    assert_true(cf_flow_id_eq(got.caller, pair.caller));
    assert_true(cf_flow_id_eq(got.callee, pair.callee));
}

static void every_changed_character_is_refused(void **state) {
    (void)state;
    char room[CF_FLOW_TOKEN_LEN];
    struct cf_flow_pair got = {{{1, 1}}, {{1, 1}}};
    struct cf_str text = make(room);
    for (size_t i = 0; i < CF_FLOW_TOKEN_LEN; i++) {
        char was = room[i];
        room[i] = (char)(was == '0' ? '1' : '0');
        assert_int_not_equal(cf_flow_token_read(text, &test_hash, key, &seal, &got), CF_OK);
        room[i] = was;
        assert_int_equal(cf_flow_token_read(cf_str_head(text, i), &test_hash, key, &seal, &got), CF_ERR_MALFORMED);
    }
    assert_int_equal(cf_flow_token_read(CF_STR_NONE, &test_hash, key, &seal, &got), CF_ERR_MALFORMED);
    assert_int_equal(got.caller.h.slot, 1);
}

static void another_key_makes_others(void **state) {
    (void)state;
    char room[CF_FLOW_TOKEN_LEN];
    uint8_t other[32] = {1, 2, 4};
    struct cf_flow_pair got;
    assert_int_equal(cf_flow_token_read(make(room), &test_hash, (struct cf_span){other, 32}, &seal, &got), CF_ERR_AUTH);
}

static void is_good_for_its_dialog_only(void **state) {
    (void)state;
    static const struct cf_flow_seal others[] = {
        {{"call2", 5}, {"tag", 3}}, {{"call", 4}, {"gat", 3}}, {{"callt", 5}, {"ag", 2}}};
    char room[CF_FLOW_TOKEN_LEN];
    struct cf_flow_pair got;
    struct cf_str text = make(room);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(cf_flow_token_read(text, &test_hash, key, &others[i], &got), CF_ERR_AUTH);
    }
}

CF_TEST_MAIN(cmocka_unit_test(is_read_back), cmocka_unit_test(every_changed_character_is_refused),
             cmocka_unit_test(another_key_makes_others), cmocka_unit_test(is_good_for_its_dialog_only))

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUUs of RFC 5627: whom they name, how long, and what they hide. */
#include "core/registrar/gruu.h"

#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

#define AOR CF_STR("sip:alice@example.org")

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_location location;
static struct cf_gruu_maker maker;
static struct cf_domains domains = {CF_STR_INIT("example.org 192.0.2.1")};

static int begin(void **state) {
    (void)state;
    struct cf_location_config config = {.mem = &mem.mem, .seed = 1, .devices_max = 10, .bindings_max = 10};
    test_mem_init(&mem);
    test_entropy_init(&entropy, 1);
    config.mem = &mem.mem;
    cf_location_init(&location, &config);
    maker = (struct cf_gruu_maker){.hash = &test_hash, .entropy = &entropy.entropy, .key = {1, 2, 3}};
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_location_fini(&location);
    test_mem_fini(&mem);
    return 0;
}

static const struct cf_binding *register_device(const char *contact, const char *instance, const char *call_id, uint32_t cseq) {
    struct cf_binding_values values = {
        .contact = cf_str_of(contact), .instance = cf_str_of(instance), .call_id = cf_str_of(call_id), .cseq = cseq};
    assert_ok(cf_location_update(&location, AOR, &(struct cf_location_op){&values, CF_SEC(60)}, 1));
    return cf_aor_first(cf_location_find(&location, AOR));
}

/* What @p text names. Static: valid until the next call. */
static const struct cf_user_target *find(struct cf_str text) {
    static struct cf_user_target target;
    struct cf_sip_uri uri;
    assert_ok(cf_sip_uri_parse(text, &uri));
    cf_user_target_find(&maker, &location, &domains, &uri, &target);
    return &target;
}

static struct cf_str temp_gruu(const char *name, const struct cf_binding *binding) {
    static char room[2][400];
    static unsigned turn;
    struct cf_writer w;
    turn = (turn + 1) % 2;
    cf_writer_init(&w, room[turn], sizeof room[turn]);
    cf_put_temp_gruu(&w, &maker, cf_str_of(name), CF_STR("example.org"), binding);
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

static void an_ordinary_address_is_the_account(void **state) {
    (void)state;
    const struct cf_user_target *target = find(CF_STR("sip:Alice@EXAMPLE.org:5070;transport=tcp"));
    assert_int_equal(target->verdict, CF_GRUU_ACCOUNT);
    assert_str(target->name, CF_STR("Alice"));
    assert_str(target->aor, CF_STR("sip:Alice@example.org"));
    assert_str(find(CF_STR("sip:alice@192.0.2.1"))->aor, AOR);
    assert_int_equal(find(CF_STR("sip:alice@elsewhere.example"))->aor.len, 0);
    assert_int_equal(find(CF_STR("sip:alice@elsewhere.example;gr=urn:uuid:1"))->verdict, CF_GRUU_ACCOUNT);
}

static void a_public_one_is_a_device_whatever_its_contact(void **state) {
    (void)state;
    const struct cf_binding *phone = register_device("sip:alice@10.0.0.1", "urn:uuid:f81d4fae-7ced", "c1", 1);
    char room[200];
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    cf_put_public_gruu(&w, CF_STR("alice"), CF_STR("example.org"), phone);
    assert_str(cf_writer_str(&w), CF_STR("sip:alice@example.org;gr=urn:uuid:f81d4fae-7ced"));
    assert_int_equal(find(cf_writer_str(&w))->verdict, CF_GRUU_DEVICE);
    phone = register_device("sip:alice@10.0.0.2", "urn:uuid:f81d4fae-7ced", "c2", 1);
    assert_ptr_equal(find(cf_writer_str(&w))->binding, phone);
    assert_int_equal(find(CF_STR("sip:alice@example.org;gr=urn:uuid:other"))->verdict, CF_GRUU_ABSENT);
    assert_int_equal(find(CF_STR("sip:bob@example.org;gr=urn:uuid:f81d4fae-7ced"))->verdict, CF_GRUU_ABSENT);
}

static void a_temporary_one_is_the_same_device_and_shows_nothing(void **state) {
    (void)state;
    const struct cf_binding *phone = register_device("sip:alice@10.0.0.1", "urn:uuid:1", "c1", 1);
    struct cf_str first = temp_gruu("alice", phone);
    struct cf_str second = temp_gruu("alice", phone);
    assert_false(cf_str_eq(first, second));
    assert_true(cf_str_starts(first, CF_STR("sip:tgruu.")));
    assert_int_equal(cf_str_find_str(first, CF_STR("alice")), first.len);
    /* A longer name is as long: it can't be told from its length. */
    assert_int_equal(temp_gruu("bartholomew", phone).len, first.len);
    const struct cf_user_target *target = find(second);
    assert_int_equal(target->verdict, CF_GRUU_DEVICE);
    assert_str(target->name, CF_STR("alice"));
    assert_str(target->aor, AOR);
    assert_ptr_equal(target->binding, phone);
}

/* RFC 5627 section 5.4 */
static void a_temporary_one_ends_with_the_call_id_or_the_registration(void **state) {
    (void)state;
    char kept[400];
    const struct cf_binding *phone = register_device("sip:alice@10.0.0.1", "urn:uuid:1", "c1", 1);
    struct cf_str text = temp_gruu("alice", phone);
    memcpy(kept, text.at, text.len);
    text.at = kept;
    register_device("sip:alice@10.0.0.1", "URN:UUID:1", "c1", 2); /* the case of a URN means nothing */
    assert_int_equal(find(text)->verdict, CF_GRUU_DEVICE);
    register_device("sip:alice@10.0.0.1", "urn:uuid:1", "c2", 1);
    assert_int_equal(find(text)->verdict, CF_GRUU_VOID);
    register_device("sip:alice@10.0.0.1", "urn:uuid:1", "c1", 3);
    assert_int_equal(find(text)->verdict, CF_GRUU_DEVICE);
    assert_ok(cf_location_unbind_all(&location, AOR, CF_STR("c3"), 1));
    assert_int_equal(find(text)->verdict, CF_GRUU_VOID);
}

/* With the same key another process knows them: a restart does not end them. */
static void a_temporary_one_can_not_be_made_up(void **state) {
    (void)state;
    char text[400];
    const struct cf_binding *phone = register_device("sip:alice@10.0.0.1", "urn:uuid:1", "c1", 1);
    struct cf_str good = temp_gruu("alice", phone);
    memcpy(text, good.at, good.len);
    size_t end_of_token = cf_str_find(good, '@');
    for (size_t i = strlen("sip:tgruu."); i < end_of_token; i++) {
        char was = text[i];
        text[i] = (char)(was == 'a' ? 'b' : 'a');
        assert_int_equal(find(cf_str_n(text, good.len))->verdict, CF_GRUU_VOID);
        text[i] = was;
    }
    struct cf_gruu_maker kept = maker;
    maker.key[0] ^= 1;
    assert_int_equal(find(good)->verdict, CF_GRUU_VOID);
    maker = kept;
    assert_int_equal(find(good)->verdict, CF_GRUU_DEVICE);
    assert_int_equal(find(CF_STR("sip:tgruu.@example.org;gr"))->verdict, CF_GRUU_VOID);
    assert_int_equal(find(CF_STR("sip:tgruu.00@example.org;gr"))->verdict, CF_GRUU_VOID);
    assert_int_equal(find(CF_STR("sip:tgruu.zz@example.org;gr"))->verdict, CF_GRUU_VOID);
    memset(text, '0', sizeof text);
    memcpy(text, "sip:tgruu.", 10);
    memcpy(text + 10 + 280, "@example.org;gr", 15);
    assert_int_equal(find(cf_str_n(text, 10 + 280 + 15))->verdict, CF_GRUU_VOID);
}

static void names_of_every_length_fit(void **state) {
    (void)state;
    char name[CF_GRUU_NAME_MAX + 2] = "";
    const struct cf_binding *phone = register_device("sip:alice@10.0.0.1", "urn:uuid:1", "c1", 1);
    for (size_t len = 1; len <= CF_GRUU_NAME_MAX; len++) {
        memset(name, 'n', len);
        assert_str(find(temp_gruu(name, phone))->name, cf_str_of(name));
    }
    name[CF_GRUU_NAME_MAX] = 'n';
    assert_int_equal(temp_gruu(name, phone).len, 0);
    assert_int_equal(temp_gruu("alice", register_device("sip:alice@10.0.0.9", NULL, "c9", 1)).len, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(an_ordinary_address_is_the_account), CASE(a_public_one_is_a_device_whatever_its_contact),
             CASE(a_temporary_one_is_the_same_device_and_shows_nothing),
             CASE(a_temporary_one_ends_with_the_call_id_or_the_registration), CASE(a_temporary_one_can_not_be_made_up),
             CASE(names_of_every_length_fit))

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model of a conference package subscriber that knows nothing of our own reader: a tree of elements to which documents are
 * applied by the letter of RFC 4575 section 4.6, and checks of each document: section 4.4 (states fit their parents'), 4.5 (keys
 * are unique), 5.2 (versions) and what Linphone relies on beyond that.
 */
#ifndef CF_TESTS_SIM_ROSTER_MODEL_H
#define CF_TESTS_SIM_ROSTER_MODEL_H

#include "adapt/expat/xml_walk.h"
#include "lib/test.h"
#include <stdlib.h>

/** An element. */
struct node {
    char *name; /* local name, the namespace does not matter here */
    char *key;  /* entity of user and endpoint, id of media, label of entry; "" if it has none */
    char *state;
    char *text;
    struct node **children;
    size_t count;
};

/** What a subscriber has made of what it was told. */
struct model {
    struct node *root; /* NULL: nothing yet */
    uint32_t version;
};

static inline char *copy_str(struct cf_str s) {
    char *copy = calloc(1, s.len + 1);
    if (copy == NULL) {
        abort();
    }
    if (s.len > 0) {
        memcpy(copy, s.at, s.len);
    }
    return copy;
}

static inline void node_free(struct node *n) {
    if (n == NULL) {
        return;
    }
    for (size_t i = 0; i < n->count; i++) {
        node_free(n->children[i]);
    }
    free(n->children);
    free(n->name);
    free(n->key);
    free(n->state);
    free(n->text);
    free(n);
}

static inline void node_append(struct node *parent, struct node *child) {
    struct node **grown = realloc(parent->children, (parent->count + 1) * sizeof *grown);
    if (grown == NULL) {
        abort();
    }
    parent->children = grown;
    parent->children[parent->count++] = child;
}

/* --- reading --- */

struct tree_reading {
    struct node *open[CF_XML_DEPTH_MAX + 1];
    struct node *root;
    uint32_t version;
};

static inline struct node *node_new(const struct cf_xml_start *start) {
    static const char *const keys[] = {"entity", "id", "label"};
    struct node *n = calloc(1, sizeof *n);
    struct cf_str key = CF_STR_NONE;
    struct cf_str state = cf_xml_attribute(start, "state");
    if (n == NULL) {
        abort();
    }
    for (size_t i = 0; i < 3 && key.at == NULL; i++) {
        key = cf_xml_attribute(start, keys[i]);
    }
    n->name = copy_str(start->name.local);
    n->key = copy_str(key);
    n->state = copy_str(state.at != NULL ? state : CF_STR("full"));
    n->text = copy_str(CF_STR(""));
    return n;
}

static inline enum cf_err tree_start(void *ctx, const struct cf_xml_start *start) {
    struct tree_reading *r = ctx;
    struct node *n = node_new(start);
    r->open[start->depth] = n;
    if (start->depth == 0) {
        r->root = n;
        assert_true(cf_str_to_u32(cf_xml_attribute(start, "version"), UINT32_MAX, &r->version));
    } else {
        node_append(r->open[start->depth - 1], n);
    }
    return CF_OK;
}

static inline enum cf_err tree_end(void *ctx, unsigned depth, struct cf_xml_name name, struct cf_str text) {
    struct tree_reading *r = ctx;
    (void)name;
    if (r->open[depth]->count == 0) {
        free(r->open[depth]->text);
        r->open[depth]->text = copy_str(text);
    }
    return CF_OK;
}

static inline struct node *tree_read(struct cf_str xml, uint32_t *ret_version) {
    struct tree_reading r = {.root = NULL};
    struct cf_xml_visitor visitor = {tree_start, tree_end, &r};
    assert_ok(cf_xml_walk(xml, &visitor));
    *ret_version = r.version;
    return r.root;
}

/* --- looking --- */

static inline bool is(const struct node *n, const char *name) {
    return strcmp(n->name, name) == 0;
}

static inline size_t index_of(const struct node *parent, const char *name, const char *key) {
    for (size_t i = 0; parent != NULL && i < parent->count; i++) {
        if (is(parent->children[i], name) && strcmp(parent->children[i]->key, key) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static inline struct node *child_of(const struct node *parent, const char *name, const char *key) {
    size_t i = index_of(parent, name, key);
    return i == SIZE_MAX ? NULL : parent->children[i];
}

/* --- checking a document --- */

static inline void check_keys_and_states(const struct node *n) {
    for (size_t i = 0; i < n->count; i++) {
        const struct node *c = n->children[i];
        if (is(c, "user") || is(c, "endpoint") || is(c, "media")) {
            assert_int_equal(index_of(n, c->name, c->key), i); /* unique among its siblings */
            assert_true(c->key[0] != 0);
        }
        if (strcmp(n->state, "full") == 0) {
            assert_string_equal(c->state, "full");
        }
        check_keys_and_states(c);
    }
}

/* What Linphone dereferences or converts without looking. */
static inline void check_for_linphone(const struct node *n) {
    if (is(n, "media")) {
        assert_non_null(child_of(n, "type", ""));
        assert_non_null(child_of(n, "status", ""));
    }
    if (is(n, "entry") && n->key[0] != 0) {
        assert_non_null(child_of(n, "status", ""));
    }
    if (is(n, "free-text")) {
        uint64_t number = 0;
        assert_true(cf_str_to_u64(cf_str_of(n->text), UINT64_MAX, &number));
    }
    for (size_t i = 0; i < n->count; i++) {
        check_for_linphone(n->children[i]);
    }
}

/* Linphone: a user is full if and only if new, nothing partial or deleted is unknown, endpoints go before their user does. */
static inline void check_endpoints_against(const struct node *user, const struct node *known) {
    for (size_t i = 0; i < user->count; i++) {
        const struct node *endpoint = user->children[i];
        if (is(endpoint, "endpoint")) {
            bool is_known = child_of(known, "endpoint", endpoint->key) != NULL;
            assert_true(is_known || strcmp(endpoint->state, "full") == 0);
        }
    }
}

static inline void check_users_against(const struct node *doc, const struct node *local) {
    const struct node *users = child_of(doc, "users", "");
    const struct node *known = child_of(local, "users", "");
    for (size_t i = 0; users != NULL && i < users->count; i++) {
        const struct node *user = users->children[i];
        const struct node *before = child_of(known, "user", user->key);
        assert_int_equal(before != NULL, strcmp(user->state, "full") != 0);
        if (before != NULL && strcmp(user->state, "deleted") == 0) {
            for (size_t j = 0; j < before->count; j++) {
                assert_false(is(before->children[j], "endpoint"));
            }
        }
        check_endpoints_against(user, before);
    }
}

/* --- applying it: RFC 4575 section 4.6, steps 1 to 3 --- */

static inline void apply(struct node *local, struct node *from) {
    size_t at = index_of(local, from->name, from->key);
    bool is_repeated = is(from, "entry"); /* of <roles>: no key, and the parent is replaced as a whole */
    if (strcmp(from->state, "deleted") == 0) {
        if (at != SIZE_MAX) {
            node_free(local->children[at]);
            memmove(&local->children[at], &local->children[at + 1], (local->count - at - 1) * sizeof(*local->children));
            local->count--;
        }
        node_free(from);
        return;
    }
    if (at == SIZE_MAX || is_repeated) {
        node_append(local, from);
        return;
    }
    if (strcmp(from->state, "full") == 0) {
        node_free(local->children[at]);
        local->children[at] = from;
        return;
    }
    for (size_t i = 0; i < from->count; i++) {
        apply(local->children[at], from->children[i]);
    }
    from->count = 0;
    node_free(from);
}

/** Take in a document; @p strict: check it against what is known too (not after paging, which may tell things twice). */
static inline void model_apply(struct model *m, struct cf_str xml, bool strict) {
    uint32_t version = 0;
    struct node *doc = tree_read(xml, &version);
    check_keys_and_states(doc);
    check_for_linphone(doc);
    assert_true(version == m->version + 1);
    m->version = version;
    if (strcmp(doc->state, "full") == 0) {
        assert_non_null(child_of(doc, "conference-description", ""));
        assert_non_null(child_of(doc, "users", ""));
        node_free(m->root);
        m->root = doc;
        return;
    }
    assert_string_equal(doc->state, "partial");
    assert_non_null(m->root);
    if (strict) {
        check_users_against(doc, m->root);
    }
    for (size_t i = 0; i < doc->count; i++) {
        apply(m->root, doc->children[i]);
    }
    doc->count = 0;
    node_free(doc);
}

/* --- comparing --- */

static inline int by_name_and_key(const void *a, const void *b) {
    const struct node *const *left = a;
    const struct node *const *right = b;
    int order = strcmp((*left)->name, (*right)->name);
    return order != 0 ? order : strcmp((*left)->key, (*right)->key);
}

/** Bring keyed children into one order: the order of users is the order of telling, which is each subscriber's own. */
static inline void node_sort(struct node *n) {
    if (is(n, "users") || is(n, "user") || is(n, "endpoint")) {
        if (n->count > 0) {
            qsort((void *)n->children, n->count, sizeof(*n->children), by_name_and_key);
        }
    }
    for (size_t i = 0; i < n->count; i++) {
        node_sort(n->children[i]);
    }
}

static inline void assert_same(const struct node *a, const struct node *b) {
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->key, b->key);
    if (is(a, "free-text")) {
        return; /* the time of the document */
    }
    assert_string_equal(a->text, b->text);
    if (a->count != b->count) {
        fail_msg("<%s %s> has %zu and %zu elements", a->name, a->key, a->count, b->count);
    }
    for (size_t i = 0; i < a->count; i++) {
        assert_same(a->children[i], b->children[i]);
    }
}

#endif

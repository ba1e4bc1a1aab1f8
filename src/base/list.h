/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intrusive doubly linked list: the object embeds a cf_link per list it is in. The list owns nothing. A zeroed link is in no
 * list. CF_OF(link, struct x, member) gives the object back.
 */
#ifndef CF_BASE_LIST_H
#define CF_BASE_LIST_H

#include "base/bug.h"
#include <stdbool.h>
#include <stddef.h>

/** The object of type @p type whose member @p member is at @p pointer. */
#define CF_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/** Membership of an object in one list. */
struct cf_link {
    struct cf_link *next; /**< NULL: in no list */
    struct cf_link *prev;
};

/** A list: a ring with a head. */
struct cf_list {
    struct cf_link head;
};

/** Make @p list empty. */
static inline void cf_list_init(struct cf_list *list) {
    list->head.next = &list->head;
    list->head.prev = &list->head;
}

/** In any list? */
static inline bool cf_link_is_in(const struct cf_link *link) {
    return link->next != NULL;
}

/** No object in @p list? */
static inline bool cf_list_is_empty(const struct cf_list *list) {
    return list->head.next == &list->head;
}

/** Append @p link, which must be in no list. */
static inline void cf_list_append(struct cf_list *list, struct cf_link *link) {
    cf_assert(!cf_link_is_in(link));
    link->prev = list->head.prev;
    link->next = &list->head;
    list->head.prev->next = link;
    list->head.prev = link;
}

/** Put @p link, which must be in no list, before all others. */
static inline void cf_list_prepend(struct cf_list *list, struct cf_link *link) {
    cf_assert(!cf_link_is_in(link));
    link->next = list->head.next;
    link->prev = &list->head;
    list->head.next->prev = link;
    list->head.next = link;
}

/** Take @p link out of its list; nothing happens if it is in none. */
static inline void cf_list_remove(struct cf_link *link) {
    if (!cf_link_is_in(link)) {
        return;
    }
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = NULL;
    link->prev = NULL;
}

/** First link, or NULL. */
static inline struct cf_link *cf_list_first(const struct cf_list *list) {
    return cf_list_is_empty(list) ? NULL : list->head.next;
}

/** The link after @p link, or NULL. */
static inline struct cf_link *cf_list_next(const struct cf_list *list, const struct cf_link *link) {
    return link->next == &list->head ? NULL : link->next;
}

/** Last link, or NULL. */
static inline struct cf_link *cf_list_last(const struct cf_list *list) {
    return cf_list_is_empty(list) ? NULL : list->head.prev;
}

/** The link before @p link, or NULL. */
static inline struct cf_link *cf_list_previous(const struct cf_list *list, const struct cf_link *link) {
    return link->prev == &list->head ? NULL : link->prev;
}

/** Take the first link out and return it, or NULL. */
static inline struct cf_link *cf_list_pop(struct cf_list *list) {
    struct cf_link *first = cf_list_first(list);
    if (first != NULL) {
        cf_list_remove(first);
    }
    return first;
}

/**
 * Visit every link of @p list as @p link. @p following holds the next one, so the visited one may be removed and freed (but not
 * @p following).
 */
#define CF_LIST_EACH(list, link, following)                                                                                      \
    for (struct cf_link *link = cf_list_first(list), *following = (link) ? cf_list_next(list, link) : NULL; (link) != NULL;      \
         (link) = (following), (following) = (link) ? cf_list_next(list, link) : NULL)

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conference information documents: what to say to one subscriber, and when. See docs/algorithms/roster-notifications.md. */
#include "core/conf/roster_document.h"

#include "base/bug.h"
#include "core/conf/roster_element.h"

#define INTERVAL_EACH_USEC CF_MSEC(10)
#define INTERVAL_LEAST_USEC CF_MSEC(100)
#define INTERVAL_MOST_USEC CF_SEC(5)
#define STREAM_SOFT_MAX 32000U /* half of the longest message */
#define COMPRESSION 4U
#define RETRY_LEAST_USEC CF_SEC(1)
#define RETRY_DOUBLINGS_MAX 7U /* 64 s */

/** A document that is being written. The subscriber is a copy, kept if all goes well. */
struct page {
    struct cf_writer *w;
    size_t start; /* where the document begins */
    const struct cf_roster *roster;
    struct cf_roster_subscriber sub;
    uint64_t base; /* sub.base and sub.seen as they were before this document */
    uint64_t seen;
    enum cf_roster_state users; /* state of <users> */
    bool has_users;             /* <users> is open */
};

_Static_assert(COMPRESSION *STREAM_SOFT_MAX <= CF_ROSTER_DOCUMENT_LONG_MAX, "the buffer holds every document");

enum cf_err cf_roster_subscriber_init(struct cf_roster_subscriber *sub, const struct cf_mem *mem, struct cf_str entity,
                                      struct cf_str self, uint32_t last_version) {
    struct cf_roster_subscriber s = {.mem = mem, .version = last_version, .wants_full = true};
    if (!cf_mem_dup_str(mem, entity, &s.entity) || !cf_mem_dup_str(mem, self, &s.self)) {
        cf_mem_free_str(mem, &s.entity);
        return CF_ERR_NO_MEMORY;
    }
    *sub = s;
    return CF_OK;
}

void cf_roster_subscriber_fini(struct cf_roster_subscriber *sub) {
    cf_mem_free_str(sub->mem, &sub->entity);
    cf_mem_free_str(sub->mem, &sub->self);
}

void cf_roster_subscriber_on_refresh(struct cf_roster_subscriber *sub, bool has_last_version, uint32_t last_version) {
    bool has_all = has_last_version && last_version == sub->version && !sub->wants_full;
    sub->wants_answer = true;
    sub->wants_full = !has_all;
}

void cf_roster_subscriber_forget(struct cf_roster_subscriber *sub) {
    sub->wants_full = true;
}

void cf_roster_subscriber_set_waiting(struct cf_roster_subscriber *sub, bool is_waiting) {
    sub->wants_full = sub->wants_full || sub->is_waiting != is_waiting;
    sub->is_waiting = is_waiting;
}

/* Twice as long after each failure in a row. */
static cf_usec retry_after(unsigned failures) {
    unsigned doublings = failures > RETRY_DOUBLINGS_MAX ? RETRY_DOUBLINGS_MAX : failures;
    return RETRY_LEAST_USEC << (doublings - 1);
}

void cf_roster_subscriber_on_answered(struct cf_roster_subscriber *sub, bool delivered, cf_usec now) {
    sub->is_sending = false;
    if (delivered) {
        sub->failures = 0;
        sub->retry_at = 0;
        return;
    }
    sub->wants_full = true;
    sub->failures++;
    sub->retry_at = now + retry_after(sub->failures);
}

/* --- when --- */

cf_usec cf_roster_interval(size_t participants) {
    cf_usec interval = (cf_usec)participants * INTERVAL_EACH_USEC;
    interval = interval < INTERVAL_LEAST_USEC ? INTERVAL_LEAST_USEC : interval;
    return cf_usec_min(interval, INTERVAL_MOST_USEC);
}

size_t cf_roster_soft_max(bool is_stream, bool is_compressed) {
    size_t on_the_wire = is_stream ? STREAM_SOFT_MAX : CF_ROSTER_DOCUMENT_SOFT_MAX;
    return is_compressed ? COMPRESSION * on_the_wire : on_the_wire;
}

static struct cf_roster_participant *before(const struct cf_roster *roster, const struct cf_roster_participant *p) {
    struct cf_link *link = p == NULL ? cf_list_last(&roster->order) : cf_list_previous(&roster->order, &p->in_order);
    return link == NULL ? NULL : CF_OF(link, struct cf_roster_participant, in_order);
}

/* The first participant who was not told, or NULL. Newcomers are at the end of the list, so it is looked for from there. */
static const struct cf_roster_participant *first_untold(const struct cf_roster *roster, const struct cf_roster_subscriber *sub) {
    const struct cf_roster_participant *found = NULL;
    for (const struct cf_roster_participant *p = before(roster, NULL); p != NULL && p->ordinal >= sub->next_ordinal;
         p = before(roster, p)) {
        found = p->ordinal != sub->self_ordinal ? p : found;
    }
    return found;
}

static bool has_untold(const struct cf_roster *roster, const struct cf_roster_subscriber *sub) {
    const struct cf_roster_participant *last = before(roster, NULL);
    if (last != NULL && last->ordinal == sub->self_ordinal) {
        last = before(roster, last);
    }
    return last != NULL && last->ordinal >= sub->next_ordinal;
}

static bool needs_full(const struct cf_roster *roster, const struct cf_roster_subscriber *sub) {
    return sub->wants_full || sub->base < roster->floor || sub->gone_seen < roster->floor;
}

static bool has_removed(const struct cf_roster *roster, const struct cf_roster_subscriber *sub) {
    struct cf_link *last = cf_list_last(&roster->gone);
    return last != NULL && CF_OF(last, struct cf_roster_participant, in_order)->changed > sub->gone_seen;
}

static bool has_news(const struct cf_roster *roster, const struct cf_roster_subscriber *sub) {
    return sub->seen < roster->sequence || has_removed(roster, sub) || has_untold(roster, sub);
}

cf_usec cf_roster_subscriber_deadline(const struct cf_roster_subscriber *sub, const struct cf_conference *conf) {
    const struct cf_roster *roster = &conf->roster;
    if (sub->is_sending) {
        return CF_USEC_NEVER;
    }
    if (sub->wants_answer) {
        return 0;
    }
    if (sub->failures > 0) {
        return sub->retry_at;
    }
    if (!sub->has_sent || sub->wants_full) {
        return 0;
    }
    if (sub->is_waiting) {
        return CF_USEC_NEVER;
    }
    if (!has_news(roster, sub)) {
        return CF_USEC_NEVER;
    }
    return sub->is_catching_up ? sub->sent_at : sub->sent_at + cf_roster_interval(roster->participant_count);
}

/* --- users --- */

static bool is_page_full(const struct page *page) {
    size_t soft_max = page->sub.soft_max == 0 ? CF_ROSTER_DOCUMENT_SOFT_MAX : page->sub.soft_max;
    return page->w->len - page->start >= soft_max;
}

static bool is_told(const struct page *page, const struct cf_roster_participant *p) {
    return p->ordinal < page->sub.next_ordinal || p->ordinal == page->sub.self_ordinal;
}

static void open_users(struct page *page) {
    if (!page->has_users) {
        page->has_users = true;
        cf_put(page->w, page->users == CF_ROSTER_FULL ? CF_STR("<users state=\"full\">") : CF_STR("<users state=\"partial\">"));
    }
}

/* Somebody whom the subscriber does not know. */
static void put_whole_user(struct page *page, const struct cf_roster_participant *p) {
    open_users(page);
    cf_put_roster_user(page->w, p, CF_ROSTER_FULL);
    cf_put_roster_roles(page->w, p);
    for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        cf_put_roster_endpoint(page->w, d, CF_ROSTER_FULL);
    }
    cf_put_roster_user_state(page->w, p);
    cf_put_lit(page->w, "</user>");
}

/* May the subscriber believe that the removed device is there? What has a name again is told under that name. */
static bool is_gone_untold(const struct page *page, const struct cf_roster_participant *p,
                           const struct cf_roster_gone_device *gone) {
    bool may_be_known = gone->added <= page->seen && gone->removed > page->base;
    return may_be_known && cf_roster_find_device(p, gone->entity) == NULL;
}

static bool has_gone_untold(const struct page *page, const struct cf_roster_participant *p) {
    for (size_t i = 0; i < p->gone_count; i++) {
        if (is_gone_untold(page, p, &p->gone[i])) {
            return true;
        }
    }
    return false;
}

static void put_gone_devices(struct page *page, const struct cf_roster_participant *p) {
    for (size_t i = 0; i < p->gone_count; i++) {
        if (is_gone_untold(page, p, &p->gone[i])) {
            cf_put_roster_gone_endpoint(page->w, &p->gone[i]);
        }
    }
}

/*
 * Somebody whom the subscriber knows: what has changed. Endpoints are always told whole, so that partial and full differ only in
 * what a former endpoint of that name leaves behind. Deleted ones come first, as Linphone finds devices by Call-ID.
 */
static void put_changed_user(struct page *page, const struct cf_roster_participant *p) {
    open_users(page);
    cf_put_roster_user(page->w, p, CF_ROSTER_PARTIAL);
    if (p->own_changed > page->base) {
        cf_put_roster_roles(page->w, p);
    }
    put_gone_devices(page, p);
    for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (d->changed > page->base) {
            cf_put_roster_endpoint(page->w, d, d->fresh > page->base ? CF_ROSTER_FULL : CF_ROSTER_PARTIAL);
        }
    }
    if (p->own_changed > page->base) {
        cf_put_roster_user_state(page->w, p);
    }
    cf_put_lit(page->w, "</user>");
}

/* --- the journal --- */

static struct cf_link *first_unseen(const struct page *page) {
    struct cf_link *found = NULL;
    const struct cf_list *journal = &page->roster->journal;
    for (struct cf_link *link = cf_list_last(journal); link != NULL; link = cf_list_previous(journal, link)) {
        if (CF_OF(link, struct cf_roster_participant, in_journal)->changed <= page->sub.seen) {
            break;
        }
        found = link;
    }
    return found;
}

/* Somebody who was removed: Linphone wants the endpoints gone before the user goes, so in this document only those are. */
static void put_last_devices(struct page *page, const struct cf_roster_participant *p) {
    if (has_gone_untold(page, p)) {
        open_users(page);
        cf_put_roster_user(page->w, p, CF_ROSTER_PARTIAL);
        put_gone_devices(page, p);
        cf_put_lit(page->w, "</user>");
    }
}

/* Tell the journal from where it was told. True if that is all of it. */
static bool put_changes(struct page *page) {
    struct cf_link *link = first_unseen(page);
    for (; link != NULL && !is_page_full(page); link = cf_list_next(&page->roster->journal, link)) {
        const struct cf_roster_participant *p = CF_OF(link, struct cf_roster_participant, in_journal);
        if (is_told(page, p) && p->is_gone) {
            put_last_devices(page, p);
        } else if (is_told(page, p)) {
            put_changed_user(page, p);
        }
        page->sub.seen = p->changed;
    }
    if (link != NULL) {
        return false;
    }
    page->sub.seen = page->roster->sequence;
    page->sub.base = page->roster->sequence;
    return true;
}

static struct cf_link *first_removed(const struct page *page) {
    struct cf_link *found = NULL;
    const struct cf_list *gone = &page->roster->gone;
    for (struct cf_link *link = cf_list_last(gone); link != NULL; link = cf_list_previous(gone, link)) {
        if (CF_OF(link, struct cf_roster_participant, in_order)->changed <= page->sub.gone_seen) {
            break;
        }
        found = link;
    }
    return found;
}

/*
 * Tell that users are gone, as far as their endpoints went in an earlier document. True if that is all and newcomers may follow:
 * not if somebody went in this document, who may be among them again.
 */
static bool put_removed(struct page *page) {
    bool has_removed = false;
    struct cf_link *link = first_removed(page);
    for (; link != NULL && !is_page_full(page); link = cf_list_next(&page->roster->gone, link)) {
        const struct cf_roster_participant *p = CF_OF(link, struct cf_roster_participant, in_order);
        if (is_told(page, p) && has_gone_untold(page, p)) {
            return false;
        }
        if (is_told(page, p)) {
            open_users(page);
            cf_put_roster_user(page->w, p, CF_ROSTER_DELETED);
            cf_put_lit(page->w, "</user>");
            has_removed = true;
        }
        page->sub.gone_seen = p->changed;
    }
    if (link == NULL) {
        page->sub.gone_seen = page->roster->sequence;
    }
    return link == NULL && !has_removed;
}

static void put_newcomers(struct page *page) {
    for (const struct cf_roster_participant *p = first_untold(page->roster, &page->sub); p != NULL;
         p = cf_roster_next(page->roster, p)) {
        if (is_page_full(page)) {
            return;
        }
        if (p->ordinal != page->sub.self_ordinal) {
            put_whole_user(page, p);
        }
        page->sub.next_ordinal = p->ordinal + 1;
    }
    page->sub.next_ordinal = page->roster->ordinal + 1;
}

/* --- documents --- */

static void put_full(struct page *page, const struct cf_conference *conf, cf_wall wall) {
    const struct cf_roster_participant *self = page->sub.self.at == NULL ? NULL : cf_roster_find(page->roster, page->sub.self);
    page->sub.wants_full = false;
    page->sub.base = page->roster->sequence;
    page->sub.seen = page->roster->sequence;
    page->sub.gone_seen = page->roster->sequence;
    page->sub.next_ordinal = 0;
    page->sub.self_ordinal = self != NULL ? self->ordinal : 0;
    page->users = CF_ROSTER_FULL;
    cf_put_roster_root(page->w, page->sub.entity, CF_ROSTER_FULL, page->sub.version);
    cf_put_roster_description(page->w, conf, page->sub.shows_chat, wall);
    if (!page->sub.is_waiting) {
        cf_put_roster_conference_state(page->w, conf);
    }
    open_users(page);
    if (self != NULL) {
        put_whole_user(page, self);
    }
    if (!page->sub.is_waiting) {
        put_newcomers(page);
    }
}

static void put_partial(struct page *page, const struct cf_conference *conf, cf_wall wall) {
    page->users = CF_ROSTER_PARTIAL;
    cf_put_roster_root(page->w, page->sub.entity, CF_ROSTER_PARTIAL, page->sub.version);
    if (page->roster->described > page->base) {
        cf_put_roster_description(page->w, conf, page->sub.shows_chat, wall);
    }
    if (page->roster->counted > page->base) {
        cf_put_roster_conference_state(page->w, conf);
    }
    if (put_changes(page) && put_removed(page)) {
        put_newcomers(page);
    }
}

static void put_end(struct page *page) {
    if (page->has_users) {
        cf_put_lit(page->w, "</users>");
    }
    cf_put_lit(page->w, "</conference-info>");
}

/* Write with @p put or leave everything as it was. */
static enum cf_err write_page(struct cf_roster_subscriber *sub, const struct cf_conference *conf, cf_usec now,
                              struct cf_writer *w, void (*put)(struct page *, const struct cf_conference *, cf_wall)) {
    struct cf_writer undo = *w;
    struct page page = {.w = w, .start = w->len, .roster = &conf->roster, .sub = *sub, .base = sub->base, .seen = sub->seen};
    page.sub.version++;
    put(&page, conf, now + conf->env->wall_offset);
    put_end(&page);
    if (!cf_writer_ok(w)) {
        *w = undo;
        return CF_ERR_NO_ROOM;
    }
    page.sub.is_catching_up = is_page_full(&page) && has_news(page.roster, &page.sub);
    *sub = page.sub;
    return CF_OK;
}

enum cf_err cf_roster_document_write(struct cf_roster_subscriber *sub, const struct cf_conference *conf, cf_usec now,
                                     struct cf_writer *w, enum cf_roster_document_kind *ret_kind) {
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    enum cf_err err = CF_OK;
    if (sub->is_waiting ? sub->wants_full : needs_full(&conf->roster, sub)) {
        kind = CF_ROSTER_DOCUMENT_FULL;
        err = write_page(sub, conf, now, w, put_full);
    } else if (!sub->is_waiting && has_news(&conf->roster, sub)) {
        kind = CF_ROSTER_DOCUMENT_PARTIAL;
        err = write_page(sub, conf, now, w, put_partial);
    }
    if (err != CF_OK) {
        return err;
    }
    sub->wants_answer = false;
    sub->is_sending = true;
    sub->has_sent = true;
    sub->sent_at = now;
    *ret_kind = kind;
    return CF_OK;
}

enum cf_err cf_roster_document_write_deleted(struct cf_roster_subscriber *sub, struct cf_writer *w) {
    struct cf_writer undo = *w;
    cf_put_roster_root(w, sub->entity, CF_ROSTER_DELETED, sub->version + 1);
    cf_put_lit(w, "</conference-info>");
    if (!cf_writer_ok(w)) {
        *w = undo;
        return CF_ERR_NO_ROOM;
    }
    sub->version++;
    sub->is_sending = true;
    return CF_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/udp/receive_ring.h"

#include "shell/udp/sockaddr.h"
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BUFFERS CF_RECEIVE_RING_BUFFERS
#define GROUP 0
#define SOCKETS_MAX CF_RECEIVE_RING_SOCKETS_MAX
#define ENTRIES 64                /* requests that are made by one call */
#define COMPLETIONS (4 * BUFFERS) /* a datagram each, and sockets that have come to their end */
#define NAME_OCTETS 32            /* of either family, so that what follows is aligned */
#define OF_CANCEL UINT64_MAX      /* a completion that says nothing but that a request was taken back */
_Static_assert((BUFFERS & (BUFFERS - 1)) == 0, "the kernel asks for a power of two");
_Static_assert(NAME_OCTETS >= sizeof(struct sockaddr_in6), "a name fits");

/* A socket, by its slot, which its completions name: its number may be another's before the last of them has come. */
struct watched {
    struct cf_udp *udp; /* NULL: removed, its last completion is still to come, or the slot is free */
    uint32_t number;
    uint32_t next;    /* slot in the queue it waits in, 0: it is the last one */
    bool is_armed;    /* completions come */
    uint32_t gave_in; /* the round in which it gave a buffer last */
};

/* Slots of sockets, in order. */
struct queue {
    uint32_t first; /* 0: none */
    uint32_t last;
};

struct cf_receive_ring {
    struct io_uring uring;
    int event; /* the kernel's descriptor of a ring does not tell of what waits for us to look at it (DEFER_TASKRUN); this does */
    struct watched *watched; /* by slot - 1; owned, SOCKETS_MAX of them */
    uint32_t touched;        /* slots that were in use at some time: those up to this one */
    struct queue free;       /* of those, the ones that can be used again */
    struct queue starved;    /* to be asked again before all others: these found no buffer at all */
    struct queue unarmed;    /* to be asked again as soon as there are buffers */
    struct queue refused;
    uint32_t round;                        /* of asking those that wait, for which buffers had come back */
    struct queue removed;                  /* their requests are still to be taken back */
    struct io_uring_buf_ring *buffer_ring; /* owned */
    uint8_t *buffers;                      /* owned; BUFFERS of .stride octets */
    size_t stride;
    struct msghdr shape; /* of what lies in a buffer: how much of it is the name */
    uint16_t held[BUFFERS];
    size_t held_count; /* buffers with the caller */
};

/* --- queues --- */

static void put_last(struct cf_receive_ring *ring, struct queue *queue, uint32_t slot) {
    ring->watched[slot - 1].next = 0;
    if (queue->first == 0) {
        queue->first = slot;
    } else {
        ring->watched[queue->last - 1].next = slot;
    }
    queue->last = slot;
}

static uint32_t take_first(struct cf_receive_ring *ring, struct queue *queue) {
    uint32_t slot = queue->first;
    if (slot != 0) {
        queue->first = ring->watched[slot - 1].next;
    }
    return slot;
}

static void take_out(struct cf_receive_ring *ring, struct queue *queue, uint32_t slot) {
    struct queue rest = {0, 0};
    for (uint32_t at = take_first(ring, queue); at != 0; at = take_first(ring, queue)) {
        if (at != slot) {
            put_last(ring, &rest, at);
        }
    }
    *queue = rest;
}

/* --- buffers --- */

static uint8_t *buffer_at(const struct cf_receive_ring *ring, uint16_t id) {
    return ring->buffers + id * ring->stride;
}

static void give_back(struct cf_receive_ring *ring, const uint16_t *ids, size_t count) {
    for (size_t i = 0; i < count; i++) {
        io_uring_buf_ring_add(ring->buffer_ring, buffer_at(ring, ids[i]), (unsigned)ring->stride, ids[i],
                              io_uring_buf_ring_mask(BUFFERS), (int)i);
    }
    io_uring_buf_ring_advance(ring->buffer_ring, (int)count);
}

static enum cf_err make_buffers(struct cf_receive_ring *ring, size_t slot) {
    long page = sysconf(_SC_PAGESIZE);
    ring->stride = sizeof(struct io_uring_recvmsg_out) + NAME_OCTETS + slot;
    ring->shape.msg_namelen = NAME_OCTETS;
    ring->buffers = malloc(BUFFERS * ring->stride);
    if (ring->buffers == NULL ||
        posix_memalign((void **)&ring->buffer_ring, (size_t)page, BUFFERS * sizeof(struct io_uring_buf)) != 0) {
        return CF_ERR_NO_MEMORY;
    }
    struct io_uring_buf_reg registration = {.ring_addr = (uintptr_t)ring->buffer_ring, .ring_entries = BUFFERS, .bgid = GROUP};
    if (io_uring_register_buf_ring(&ring->uring, &registration, 0) < 0) {
        return CF_ERR_UNSUPPORTED;
    }
    io_uring_buf_ring_init(ring->buffer_ring);
    for (uint16_t i = 0; i < BUFFERS; i++) {
        give_back(ring, &i, 1);
    }
    return CF_OK;
}

/* --- requests --- */

/* NULL: the kernel has no memory for those that were made before. */
static struct io_uring_sqe *entry_of(struct cf_receive_ring *ring) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->uring);
    if (entry == NULL) {
        (void)io_uring_submit(&ring->uring);
        entry = io_uring_get_sqe(&ring->uring);
    }
    return entry;
}

/*
 * By its descriptor, not as a registered file: before Linux 6.13 those of a ring are let go of in the order in which they were
 * taken out, each after all requests that were made before, and the requests of other sockets may stay for ever.
 */
static bool arm(struct cf_receive_ring *ring, uint32_t slot) {
    struct watched *watched = &ring->watched[slot - 1];
    struct io_uring_sqe *entry = entry_of(ring);
    if (entry == NULL) {
        return false;
    }
    io_uring_prep_recvmsg_multishot(entry, watched->udp->fd, &ring->shape, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = GROUP;
    io_uring_sqe_set_data64(entry, slot);
    watched->is_armed = true;
    return true;
}

/* The next socket that waits to be asked, to be taken from the queue if that succeeds; NULL: none. */
static struct queue *waiting(struct cf_receive_ring *ring) {
    struct queue *queue = ring->starved.first != 0 ? &ring->starved : &ring->unarmed;
    return queue->first != 0 ? queue : NULL;
}

/* Ask up to @room sockets. False: there is no entry for the next one. */
static bool arm_some(struct cf_receive_ring *ring, size_t room) {
    for (struct queue *queue; room > 0 && (queue = waiting(ring)) != NULL; room--) {
        if (!arm(ring, queue->first)) {
            return false;
        }
        (void)take_first(ring, queue);
    }
    return true;
}

/*
 * Ask sockets again, no more at a time than the kernel has buffers for: those that the caller has not, as long as no completion
 * waits, which may have one. If one does, or memory is out, the descriptor is made readable: another take follows.
 */
static void arm_waiting(struct cf_receive_ring *ring) {
    bool goes_on = true;
    while (goes_on && waiting(ring) != NULL && ring->held_count < BUFFERS) {
        goes_on = io_uring_cq_ready(&ring->uring) == 0 && arm_some(ring, BUFFERS - ring->held_count);
        if (goes_on) {
            ring->round++;
            (void)io_uring_submit_and_get_events(&ring->uring);
        }
    }
    if (!goes_on) {
        (void)eventfd_write(ring->event, 1);
    }
}

/* Take back the request of a socket that was removed. It holds the socket until then; its last completion, with which the slot
 * becomes free, may stand behind others. False: there is no entry for it. */
static bool cancel(struct cf_receive_ring *ring, uint32_t slot) {
    struct io_uring_sqe *entry = entry_of(ring);
    if (entry == NULL) {
        return false;
    }
    io_uring_prep_cancel64(entry, slot, 0);
    io_uring_sqe_set_data64(entry, OF_CANCEL);
    return true;
}

/* Usually there is but the one that was removed just now, and it is done with when this returns. */
static void cancel_removed(struct cf_receive_ring *ring) {
    while (ring->removed.first != 0 && cancel(ring, ring->removed.first)) {
        (void)take_first(ring, &ring->removed);
    }
    (void)io_uring_submit_and_get_events(&ring->uring);
    if (ring->removed.first != 0) {
        (void)eventfd_write(ring->event, 1);
    }
}

/* --- life --- */

/* Does this kernel really do it? One datagram through a pair of sockets of the machine itself. */
static enum cf_err try_it(struct cf_receive_ring *ring) {
    int pair[2];
    struct cf_received received = {.len = 0};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) {
        return CF_ERR_UNSUPPORTED;
    }
    struct cf_udp probe = {.fd = pair[0]};
    bool works = cf_receive_ring_add(ring, &probe, 0) && send(pair[1], "?", 1, MSG_NOSIGNAL) == 1 &&
                 cf_receive_ring_take(ring, &received, 1) == 1 && received.len == 1 && received.at[0] == '?';
    cf_receive_ring_release(ring);
    cf_receive_ring_remove(ring, &probe);
    works = works && cf_receive_ring_take(ring, &received, 1) == 0; /* its end is not for others to see */
    close(pair[0]);
    close(pair[1]);
    return works ? CF_OK : CF_ERR_UNSUPPORTED;
}

static enum cf_err make(struct cf_receive_ring *ring, size_t slot) {
    ring->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (ring->event < 0 || io_uring_register_eventfd(&ring->uring, ring->event) < 0) {
        return CF_ERR_UNSUPPORTED;
    }
    enum cf_err err = make_buffers(ring, slot);
    if (err == CF_OK) {
        ring->watched = calloc(SOCKETS_MAX, sizeof *ring->watched);
        err = ring->watched == NULL ? CF_ERR_NO_MEMORY : CF_OK;
    }
    return err == CF_OK ? try_it(ring) : err;
}

static void free_parts(struct cf_receive_ring *ring) {
    io_uring_queue_exit(&ring->uring);
    if (ring->event >= 0) {
        close(ring->event);
    }
    free(ring->watched);
    free(ring->buffer_ring);
    free(ring->buffers);
    free(ring);
}

enum cf_err cf_receive_ring_create(size_t slot, struct cf_receive_ring **ret) {
    struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                              IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CQSIZE,
                                     .cq_entries = COMPLETIONS};
    struct cf_receive_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (io_uring_queue_init_params(ENTRIES, &ring->uring, &params) < 0) {
        free(ring);
        return CF_ERR_UNSUPPORTED;
    }
    enum cf_err err = make(ring, slot);
    if (err != CF_OK) {
        free_parts(ring);
        return err;
    }
    *ret = ring;
    return CF_OK;
}

void cf_receive_ring_destroy(struct cf_receive_ring **ring) {
    struct cf_receive_ring *r = *ring;
    if (r == NULL) {
        return;
    }
    /* The kernel takes a ring apart some time later: ports would stay taken until then. */
    for (uint32_t slot = 1; slot <= r->touched; slot++) {
        if (r->watched[slot - 1].udp != NULL) {
            cf_receive_ring_remove(r, r->watched[slot - 1].udp);
        }
    }
    free_parts(r);
    *ring = NULL;
}

int cf_receive_ring_fd(const struct cf_receive_ring *ring) {
    return ring->event;
}

/* A request on a file that does not block is answered at once, with EAGAIN, instead of waiting. Calls say MSG_DONTWAIT anyway. */
static void set_blocking(const struct cf_udp *udp, bool blocks) {
    int flags = fcntl(udp->fd, F_GETFL);
    (void)fcntl(udp->fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

/* A slot that nobody has; 0: all are taken. */
static uint32_t new_slot(struct cf_receive_ring *ring) {
    uint32_t slot = take_first(ring, &ring->free);
    return slot == 0 && ring->touched < SOCKETS_MAX ? ++ring->touched : slot;
}

bool cf_receive_ring_add(struct cf_receive_ring *ring, struct cf_udp *udp, uint32_t number) {
    uint32_t slot = new_slot(ring);
    if (slot == 0) {
        return false;
    }
    set_blocking(udp, true);
    ring->watched[slot - 1] = (struct watched){.udp = udp, .number = number};
    udp->receive_slot = slot;
    put_last(ring, &ring->unarmed, slot);
    arm_waiting(ring);
    return true;
}

void cf_receive_ring_remove(struct cf_receive_ring *ring, struct cf_udp *udp) {
    uint32_t slot = udp->receive_slot;
    if (slot == 0) {
        return;
    }
    struct watched *watched = &ring->watched[slot - 1];
    set_blocking(udp, false);
    udp->receive_slot = 0;
    watched->udp = NULL;
    if (watched->is_armed) {
        put_last(ring, &ring->removed, slot);
        cancel_removed(ring);
        return;
    }
    take_out(ring, &ring->starved, slot);
    take_out(ring, &ring->unarmed, slot);
    take_out(ring, &ring->refused, slot);
    put_last(ring, &ring->free, slot);
}

/* --- what comes --- */

/* Not about the request: it can be made again. */
static bool is_passing(struct cf_udp *udp, int error) {
    return error == ENOBUFS || error == EINTR || error == ENOMEM || cf_udp_note_earlier(udp, error);
}

/* The last completion of a request. */
static void on_end(struct cf_receive_ring *ring, uint32_t slot, int result) {
    struct watched *watched = &ring->watched[slot - 1];
    watched->is_armed = false;
    if (watched->udp == NULL) {
        take_out(ring, &ring->removed, slot); /* it ended by itself */
        put_last(ring, &ring->free, slot);
    } else if (result == -ENOBUFS && watched->gave_in != ring->round) {
        put_last(ring, &ring->starved, slot); /* before one that has much takes all buffers again */
    } else if (result >= 0 || is_passing(watched->udp, -result)) {
        put_last(ring, &ring->unarmed, slot);
    } else {
        put_last(ring, &ring->refused, slot);
    }
}

/* The socket of a pair has no name: nothing was written there. */
static struct cf_addr sender_of(struct io_uring_recvmsg_out *out) {
    return out->namelen == 0 ? (struct cf_addr){.family = CF_FAMILY_NONE} : cf_addr_of_sockaddr(io_uring_recvmsg_name(out));
}

/* A buffer of a socket. True: it is a datagram for the caller, who has the buffer now. */
static bool take_buffer(struct cf_receive_ring *ring, struct watched *watched, const struct io_uring_cqe *completion,
                        struct cf_received *ret) {
    uint16_t id = (uint16_t)(completion->flags >> IORING_CQE_BUFFER_SHIFT);
    watched->gave_in = ring->round;
    struct io_uring_recvmsg_out *out =
        completion->res < 0 ? NULL : io_uring_recvmsg_validate(buffer_at(ring, id), completion->res, &ring->shape);
    if (out == NULL || watched->udp == NULL || (out->flags & MSG_TRUNC) != 0) {
        give_back(ring, &id, 1);
        return false;
    }
    *ret = (struct cf_received){.number = watched->number,
                                .from = sender_of(out),
                                .at = io_uring_recvmsg_payload(out, &ring->shape),
                                .len = io_uring_recvmsg_payload_length(out, completion->res, &ring->shape)};
    ring->held[ring->held_count++] = id;
    return true;
}

static bool take_one(struct cf_receive_ring *ring, const struct io_uring_cqe *completion, struct cf_received *ret) {
    uint64_t slot = io_uring_cqe_get_data64(completion);
    if (slot == OF_CANCEL) {
        return false;
    }
    bool is_taken =
        (completion->flags & IORING_CQE_F_BUFFER) != 0 && take_buffer(ring, &ring->watched[slot - 1], completion, ret);
    if ((completion->flags & IORING_CQE_F_MORE) == 0) {
        on_end(ring, (uint32_t)slot, completion->res);
    }
    return is_taken;
}

/* Is there more than was looked at? The kernel says of each thing once that it is there. */
static bool has_more(struct cf_receive_ring *ring) {
    unsigned flags = IO_URING_READ_ONCE(*ring->uring.sq.kflags);
    return io_uring_cq_ready(&ring->uring) > 0 || (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

size_t cf_receive_ring_take(struct cf_receive_ring *ring, struct cf_received *ret, size_t max) {
    struct io_uring_cqe *completion = NULL;
    unsigned head = 0;
    unsigned seen = 0;
    size_t count = 0;
    if (io_uring_cq_ready(&ring->uring) < max) {
        (void)io_uring_get_events(&ring->uring);
    }
    io_uring_for_each_cqe(&ring->uring, head, completion) {
        if (count == max || ring->held_count == BUFFERS) {
            break;
        }
        count += take_one(ring, completion, &ret[count]);
        seen++;
    }
    io_uring_cq_advance(&ring->uring, seen);
    arm_waiting(ring); /* no release follows for sure if nothing was given out */
    if (has_more(ring)) {
        (void)eventfd_write(ring->event, 1);
    }
    return count;
}

void cf_receive_ring_release(struct cf_receive_ring *ring) {
    if (ring->held_count > 0) {
        give_back(ring, ring->held, ring->held_count);
        ring->held_count = 0;
    }
    if (ring->removed.first != 0 || io_uring_sq_ready(&ring->uring) > 0) {
        cancel_removed(ring); /* the kernel had no memory for it before */
    }
    arm_waiting(ring);
}

struct cf_udp *cf_receive_ring_poll_refused(struct cf_receive_ring *ring, uint32_t *ret_number) {
    uint32_t slot = take_first(ring, &ring->refused);
    if (slot == 0) {
        return NULL;
    }
    struct cf_udp *udp = ring->watched[slot - 1].udp;
    *ret_number = ring->watched[slot - 1].number;
    cf_receive_ring_remove(ring, udp);
    return udp;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of transaction tables. */
#include "lib/transaction_check.h"

#include "lib/test.h"

#define STATES_MAX 16

static void rows_are_unique(const struct cf_transaction_table *table) {
    for (size_t i = 0; i < table->row_count; i++) {
        const struct cf_transaction_row *row = &table->rows[i];
        assert_true(row->state < table->state_count && row->next < table->state_count);
        assert_true(row->input < CF_TRANSACTION_OWN_INPUTS + table->own_input_count);
        assert_ptr_equal(cf_transaction_row(table, row->state, row->input), row);
    }
}

static void only_the_end_terminates(const struct cf_transaction_table *table) {
    size_t last = table->state_count - 1;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct cf_transaction_row *row = &table->rows[i];
        bool says_so = (row->outputs & CF_TRANSACTION_BIT(CF_TRANSACTION_TERMINATED)) != 0;
        assert_int_not_equal(row->state, last);
        assert_int_equal(says_so, row->next == last);
        assert_int_equal(row->state == 0, row->input == CF_TRANSACTION_START);
    }
}

/* States reached from @p from by any inputs. */
static unsigned reach(const struct cf_transaction_table *table, unsigned from) {
    unsigned reached = 1U << from;
    for (size_t round = 0; round < table->state_count; round++) {
        for (size_t i = 0; i < table->row_count; i++) {
            if ((reached & (1U << table->rows[i].state)) != 0) {
                reached |= 1U << table->rows[i].next;
            }
        }
    }
    return reached;
}

static void states_are_connected(const struct cf_transaction_table *table) {
    assert_true(table->state_count <= STATES_MAX);
    assert_int_equal(reach(table, 0), (1U << table->state_count) - 1);
    for (unsigned state = 0; state < table->state_count; state++) {
        assert_true((reach(table, state) & (1U << (table->state_count - 1))) != 0);
    }
}

static void add_row(struct transcript *t, const struct cf_transaction_table *table, const struct cf_transaction_row *row) {
    static const char *const repeats[] = {"",           " repeat:off",    " repeat:T1", " repeat:T1(all)",
                                          " repeat:x2", " repeat:x2<=T2", " repeat:T2", " repeat:200ms"};
    static const char *const ends[] = {"", " end:off", " end:64*T1", " end:64*T1/0", " end:T4/0"};
    transcript_add(t, "%-10s + %-15s -> %-10s", table->state_names[row->state], cf_transaction_input_name(table, row->input),
                   table->state_names[row->next]);
    transcript_add(t, "%s%s", repeats[row->repeat], ends[row->end]);
    for (unsigned output = CF_TRANSACTION_SEND; output <= CF_TRANSACTION_TERMINATED; output++) {
        if ((row->outputs & CF_TRANSACTION_BIT(output)) != 0) {
            transcript_add(t, " !%s", cf_transaction_output_name((enum cf_transaction_output)output));
        }
    }
    transcript_add(t, "\n");
}

void check_transaction_table(const struct cf_transaction_table *table, const char *golden) {
    rows_are_unique(table);
    only_the_end_terminates(table);
    states_are_connected(table);
    struct transcript t;
    transcript_init(&t);
    transcript_add(&t, "%s transaction\n", table->name);
    for (size_t i = 0; i < table->row_count; i++) {
        add_row(&t, table, &table->rows[i]);
    }
    transcript_is_file(&t, golden);
    transcript_fini(&t);
}

void drain_transaction(struct cf_transaction *t, cf_usec now, struct transcript *transcript) {
    for (;;) {
        enum cf_transaction_output output = cf_transaction_poll(t);
        if (output == CF_TRANSACTION_IDLE) {
            return;
        }
        transcript_line(transcript, now, "%s", cf_transaction_output_name(output));
    }
}

void run_transaction(struct cf_transaction *t, cf_usec until, struct transcript *transcript) {
    for (cf_usec now = cf_transaction_deadline(t); now <= until && now != CF_USEC_NEVER; now = cf_transaction_deadline(t)) {
        cf_transaction_on_deadline(t, now);
        drain_transaction(t, now, transcript);
    }
}

// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/transaction.h"
#include "lib/diag.h"

/* A kernel of three patches, each absent, loaded or live; a step may be set to fail. */
struct kernel {
	int state[3];
	size_t calls, fail_at, fail_again_at;
};

static void expect(int *state, int before, int after, const char *what)
{
	cr_assert_eq(*state, before, "%s out of order", what);
	*state = after;
}

static void carry_out(struct kernel *k, const struct step *s)
{
	_cleanup_free_ char *what = step_describe(s);

	if (s->op == STEP_LOAD)
		expect(&k->state[s->patch[0] - 'a'], 0, 1, what);
	if (s->op == STEP_UNLOAD)
		expect(&k->state[s->patch[0] - 'a'], 1, 0, what);
	for (size_t i = 0; s->on && s->on[i]; i++)
		expect(&k->state[s->on[i][0] - 'a'], 1, 2, what);
	for (size_t i = 0; s->off && s->off[i]; i++)
		expect(&k->state[s->off[i][0] - 'a'], 2, 1, what);
}

static int run(void *userdata, const struct step *s, struct diag_list *diags)
{
	struct kernel *k = userdata;

	k->calls++;
	if (k->calls == k->fail_at || k->calls == k->fail_again_at)
		return diag_error(diags, KM615, -EBUSY, "call %zu", k->calls);
	carry_out(k, s);
	return 0;
}

/* Replace a, which is live, by b and c. */
static struct steps replace(void)
{
	struct steps steps = {};

	steps_add(&steps, STEP_LOAD, "b", "kmend_b", "/b.ko", "db");
	steps_add(&steps, STEP_LOAD, "c", "kmend_c", "/c.ko", "dc");
	steps_add_switch(&steps, (char *[]){"b", "c", NULL}, (char *[]){"a", NULL});
	steps_add(&steps, STEP_UNLOAD, "a", "kmend_a", "/a.ko", "da");
	return steps;
}

Test(transaction, runs_all_steps)
{
	struct kernel k = {.state = {2, 0, 0}};
	struct steps steps = replace();
	size_t failed = 99;

	cr_assert_eq(transaction_run(&steps, run, &k, NULL, &failed), 0);
	cr_assert_eq(failed, 99);
	cr_assert(k.state[0] == 0 && k.state[1] == 2 && k.state[2] == 2);
	steps_done(&steps);
}

Test(transaction, a_failure_anywhere_leaves_everything_as_before)
{
	struct steps steps = replace();

	for (size_t i = 0; i < steps.n; i++) {
		struct kernel k = {.state = {2, 0, 0}, .fail_at = i + 1};
		struct diag_list diags = {};
		size_t failed = 99;

		cr_assert_eq(transaction_run(&steps, run, &k, &diags, &failed), -EBUSY);
		cr_assert_eq(failed, i);
		cr_assert(k.state[0] == 2 && k.state[1] == 0 && k.state[2] == 0, "step %zu", i);
		cr_assert_eq(diags.n, 1);
		diag_list_done(&diags);
	}
	steps_done(&steps);
}

Test(transaction, an_undo_that_fails_is_told)
{
	struct kernel k = {.state = {2, 0, 0}, .fail_at = 4, .fail_again_at = 6};
	struct steps steps = {};
	struct diag_list diags = {};
	size_t failed;

	/* What cannot be unloaded stays, but the steps before it are undone all the same. */
	steps = replace();
	cr_assert_eq(transaction_run(&steps, run, &k, &diags, &failed), -ENOTRECOVERABLE);
	cr_assert_eq(k.calls, 7);
	cr_assert(k.state[0] == 2 && k.state[1] == 0 && k.state[2] == 1);
	cr_assert_eq(diags.items[diags.n - 1].code, KM620);
	cr_assert(strstr(diags.items[diags.n - 1].message, "unloading c"));
	diag_list_done(&diags);
	steps_done(&steps);
}

Test(transaction, inverse)
{
	struct kernel k = {.state = {2, 0, 0}};
	struct steps steps = replace(), inverse;
	size_t failed;

	cr_assert_eq(steps_invert(&steps, &inverse), 0);
	cr_assert_eq(transaction_run(&steps, run, &k, NULL, &failed), 0);
	cr_assert_eq(transaction_run(&inverse, run, &k, NULL, &failed), 0);
	cr_assert(k.state[0] == 2 && k.state[1] == 0 && k.state[2] == 0);
	cr_assert_str_eq(inverse.items[0].path, "/a.ko");
	cr_assert_str_eq(inverse.items[1].on[0], "a");
	cr_assert_str_eq(inverse.items[1].off[1], "c");
	steps_done(&steps);
	steps_done(&inverse);
}

/* Lines of 12 bytes take two such names each. */
Test(transaction, long_switches_are_split)
{
	struct steps steps = {};

	cr_assert_eq(steps_add_switches(&steps, (char *[]){"aaaa", "bbbb", "cccc", NULL},
					(char *[]){"a-name-that-is-longer", "d", NULL}, 12),
		     0);
	cr_assert_eq(steps.n, 4);
	cr_assert_str_eq(steps.items[0].off[0], "d", "what others need goes last");
	cr_assert_str_eq(steps.items[1].off[0], "a-name-that-is-longer");
	cr_assert_str_eq(steps.items[2].on[1], "bbbb");
	cr_assert_str_eq(steps.items[3].on[0], "cccc");
	steps_done(&steps);
}

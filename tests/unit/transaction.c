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

static int run(void *userdata, const struct step *s, struct diag_list *diags)
{
	static const int before[] = {
		[STEP_LOAD] = 0, [STEP_ENABLE] = 1, [STEP_DISABLE] = 2, [STEP_UNLOAD] = 1};
	static const int after[] = {
		[STEP_LOAD] = 1, [STEP_ENABLE] = 2, [STEP_DISABLE] = 1, [STEP_UNLOAD] = 0};
	struct kernel *k = userdata;
	int *state = &k->state[s->patch[0] - 'a'];

	cr_assert_eq(*state, before[s->op], "%s %s out of order", step_op_to_string(s->op),
		     s->patch);
	k->calls++;
	if (k->calls == k->fail_at || k->calls == k->fail_again_at)
		return diag_error(diags, KM615, -EBUSY, "call %zu", k->calls);
	*state = after[s->op];
	return 0;
}

/* Replace a, which is live, by b and c. */
static struct steps replace(void)
{
	struct steps steps = {};

	steps_add(&steps, STEP_DISABLE, "a", "kmend_a", "/a.ko", "da");
	steps_add(&steps, STEP_UNLOAD, "a", "kmend_a", "/a.ko", "da");
	steps_add(&steps, STEP_LOAD, "b", "kmend_b", "/b.ko", "db");
	steps_add(&steps, STEP_ENABLE, "b", "kmend_b", "/b.ko", "db");
	steps_add(&steps, STEP_LOAD, "c", "kmend_c", "/c.ko", "dc");
	steps_add(&steps, STEP_ENABLE, "c", "kmend_c", "/c.ko", "dc");
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
	struct kernel k = {.state = {2, 0, 0}, .fail_at = 6, .fail_again_at = 7};
	struct steps steps = {};
	struct diag_list diags = {};
	size_t failed;

	/* What cannot be unloaded stays, but the steps before it are undone all the same. */
	steps = replace();
	cr_assert_eq(transaction_run(&steps, run, &k, &diags, &failed), -ENOTRECOVERABLE);
	cr_assert_eq(k.calls, 11);
	cr_assert(k.state[0] == 2 && k.state[1] == 0 && k.state[2] == 1);
	cr_assert_eq(diags.items[diags.n - 1].code, KM620);
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
	cr_assert_str_eq(inverse.items[0].path, "/c.ko", "dc");
	steps_done(&steps);
	steps_done(&inverse);
}

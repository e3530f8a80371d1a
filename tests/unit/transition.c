// SPDX-License-Identifier: GPL-2.0
/* What the core does at the moment, against a fake sysfs. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "lib/fileio.h"
#include "lib/transition.h"
#include "patchfile.h"
#include "tree.h"

#define FOLDER "kernel/kmend/transition/"

static char *root;

static void setup(void)
{
	root = tree_new();
	tree_add_core(root, TEST_BUILD_ID);
	tree_write(root, FOLDER "state", "applying\n");
	tree_write(root, FOLDER "patch", "a\n");
	tree_write(root, FOLDER "changes", "+a -b\n");
	tree_write(root, FOLDER "callback", "\n");
	tree_write(root, FOLDER "straggler", "12 some task do_poll\n");
	tree_write(root, FOLDER "straggler_count", "3\n");
	tree_write(root, FOLDER "stragglers",
		   "12\tsome task\tdo_poll\tschedule, do_poll, do_syscall_64\n"
		   "13\tcat\001\t?\t\n");
	tree_write(root, FOLDER "tries", "7\n");
	tree_write(root, FOLDER "elapsed_ns", "18446744073709551615\n");
	tree_write(root, FOLDER "duration_ns", "4000\n");
	tree_write(root, FOLDER "stop_ns", "3000\n");
	tree_write(root, FOLDER "kick", "1\n");
}

static void teardown(void)
{
	tree_remove(root);
}

TestSuite(transition, .init = setup, .fini = teardown);

Test(transition, is_read)
{
	struct transition t;

	cr_assert_eq(transition_read(root, &t), 0);
	cr_assert_eq(t.state, CORE_APPLYING);
	cr_assert_str_eq(t.patch, "a");
	cr_assert_str_eq(t.changes, "+a -b");
	cr_assert_str_eq(t.callback, "");
	cr_assert_str_eq(t.straggler, "12 some task do_poll");
	cr_assert_eq(t.stragglers, 3);
	cr_assert_eq(t.tries, 7);
	cr_assert_eq(t.elapsed_ns, UINT64_MAX);
	cr_assert_eq(t.duration_ns, 4000);
	cr_assert_eq(t.stop_ns, 3000);
	cr_assert(t.may_kick);
	transition_done(&t);

	tree_write(root, FOLDER "state", "idle\n");
	tree_write(root, FOLDER "kick", "0\n");
	cr_assert_eq(transition_read(root, &t), 0);
	cr_assert_eq(t.state, CORE_LOADED);
	cr_assert(!t.may_kick);
	transition_done(&t);
}

Test(transition, strange_values)
{
	static const char *const numbers[] = {
		"", "-1\n", "+1\n", " 1\n", "1x\n", "x\n", "18446744073709551616\n"};
	struct transition t;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		tree_write(root, FOLDER "tries", numbers[i]);
		cr_assert_eq(transition_read(root, &t), -EBADMSG, "%s", numbers[i]);
	}
	tree_write(root, FOLDER "tries", "7\n");
	tree_write(root, FOLDER "state", "live\n");
	cr_assert_eq(transition_read(root, &t), -EBADMSG);
	tree_write(root, FOLDER "state", "melting\n");
	cr_assert_eq(transition_read(root, &t), -EBADMSG);
	cr_assert_eq(transition_read("/nonexistent", &t), -ENOENT);
}

Test(transition, stragglers)
{
	struct stragglers s;

	cr_assert_eq(transition_read_stragglers(root, &s), 0);
	cr_assert_eq(s.n, 2);
	cr_assert_eq(s.items[0].pid, 12);
	cr_assert_str_eq(s.items[0].comm, "some task");
	cr_assert_str_eq(s.items[0].function, "do_poll");
	cr_assert_str_eq(s.items[0].stack, "schedule, do_poll, do_syscall_64");
	cr_assert_eq(s.items[1].pid, 13);
	cr_assert_str_eq(s.items[1].comm, "cat?");
	cr_assert_str_eq(s.items[1].function, "?");
	cr_assert_str_eq(s.items[1].stack, "");
	stragglers_done(&s);

	tree_write(root, FOLDER "stragglers", "");
	cr_assert_eq(transition_read_stragglers(root, &s), 0);
	cr_assert_eq(s.n, 0);
	cr_assert_eq(transition_read_stragglers("/nonexistent", &s), -ENOENT);
}

Test(transition, strange_stragglers)
{
	static const char *const texts[] = {"12\n",
					    "12\tcat\tf\n",
					    "12\tcat\tf\ts\tmore\n",
					    "x\tcat\tf\ts\n",
					    "\tcat\tf\ts\n",
					    "2147483648\tcat\tf\ts\n",
					    "12\tcat\tf\ts\n13\n"};
	struct stragglers s;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		tree_write(root, FOLDER "stragglers", texts[i]);
		cr_assert_eq(transition_read_stragglers(root, &s), -EBADMSG, "%s", texts[i]);
	}
}

Test(transition, kick)
{
	_cleanup_free_ char *path = tree_path(root, FOLDER "kick"), *text = NULL;

	tree_write(root, FOLDER "kick", "");
	cr_assert_eq(transition_set_kick(root, true), 0);
	cr_assert_eq(file_read_line(path, &text), 0);
	cr_assert_str_eq(text, "1");
	cr_assert_eq(transition_set_kick("/nonexistent", true), -ENOENT);
}

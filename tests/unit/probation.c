// SPDX-License-Identifier: GPL-2.0
/* A patch's probation, against a fake sysfs. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "lib/fileio.h"
#include "lib/probation.h"
#include "patchfile.h"
#include "tree.h"

#define FOLDER "kernel/kmend/patches/a/probation"

static char *root;

static void setup(void)
{
	root = tree_new();
	tree_add_core(root, TEST_BUILD_ID);
	tree_add_patch(root, "a", "1", "live");
}

static void teardown(void)
{
	tree_remove(root);
}

TestSuite(probation, .init = setup, .fini = teardown);

static void add(const char *seconds, const char *state, const char *left, const char *reason)
{
	tree_write(root, FOLDER "/seconds", seconds);
	tree_write(root, FOLDER "/state", state);
	tree_write(root, FOLDER "/left", left);
	tree_write(root, FOLDER "/reason", reason);
	tree_write(root, FOLDER "/commit", "");
	tree_write(root, FOLDER "/extend", "");
	tree_write(root, FOLDER "/reject", "");
}

static void assert_file(const char *path, const char *wanted)
{
	_cleanup_free_ char *whole = tree_path(root, path), *text = NULL;

	cr_assert_eq(file_read_line(whole, &text), 0);
	cr_assert_str_eq(text, wanted);
}

Test(probation, is_read)
{
	struct probation probation;

	add("60\n", "running\n", "42\n", "\n");
	cr_assert_eq(probation_read(root, "a", &probation), 0);
	cr_assert_eq(probation.state, PROBATION_RUNNING);
	cr_assert_eq(probation.seconds, 60);
	cr_assert_eq(probation.left, 42);
	cr_assert_str_eq(probation.reason, "");
	probation_done(&probation);

	add("0\n", "harmed\n", "0\n", "KM531 an oops at f+0x1/0x2\n");
	cr_assert_eq(probation_read(root, "a", &probation), 0);
	cr_assert_eq(probation.state, PROBATION_HARMED);
	cr_assert_str_eq(probation.reason, "KM531 an oops at f+0x1/0x2");
	probation_done(&probation);
	cr_assert_null(probation.reason);
}

Test(probation, absent)
{
	struct probation probation;

	cr_assert_eq(probation_read(root, "a", &probation), -ENOENT, "a core without probation");
	cr_assert_eq(probation_read(root, "b", &probation), -ENOENT);
	cr_assert_eq(probation_read(root, "../a", &probation), -EINVAL);
	cr_assert_eq(probation_commit(root, "b"), -ENOENT);
}

Test(probation, malformed)
{
	struct probation probation;

	add("60\n", "walking\n", "42\n", "\n");
	cr_assert_eq(probation_read(root, "a", &probation), -EBADMSG);
	add("many\n", "running\n", "42\n", "\n");
	cr_assert_eq(probation_read(root, "a", &probation), -EBADMSG);
	add("60\n", "running\n", "99999999999\n", "\n");
	cr_assert_eq(probation_read(root, "a", &probation), -EBADMSG);
	add("60\n", "running\n", "\n", "\n");
	cr_assert_eq(probation_read(root, "a", &probation), -EBADMSG);
}

Test(probation, requests)
{
	add("0\n", "none\n", "0\n", "\n");
	cr_assert_eq(probation_set_seconds(root, "a", 300), 0);
	assert_file(FOLDER "/seconds", "300");
	cr_assert_eq(probation_extend(root, "a", 4294967295U), 0);
	assert_file(FOLDER "/extend", "4294967295");
	cr_assert_eq(probation_commit(root, "a"), 0);
	assert_file(FOLDER "/commit", "1");
	cr_assert_eq(probation_reject(root, "a"), 0);
	assert_file(FOLDER "/reject", "1");
}

Test(probation, names)
{
	for (int i = 0; i < _PROBATION_STATE_MAX; i++)
		cr_assert_eq(probation_state_from_string(probation_state_to_string(i)),
			     (enum probation_state)i);
	cr_assert_eq(probation_state_from_string("idle"), _PROBATION_STATE_INVALID);
	cr_assert_null(probation_state_to_string(_PROBATION_STATE_MAX));
}

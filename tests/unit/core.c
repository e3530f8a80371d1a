// SPDX-License-Identifier: GPL-2.0
/* The core's view, against a fake sysfs. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "lib/buildid.h"
#include "lib/core.h"
#include "patchfile.h"
#include "tree.h"

static char *root;

static void setup(void)
{
	root = tree_new();
	tree_add_core(root, TEST_BUILD_ID);
}

static void teardown(void)
{
	tree_remove(root);
}

TestSuite(core, .init = setup, .fini = teardown);

Test(core, lists_patches)
{
	struct core_patches patches = {};
	unsigned abi;

	cr_assert_eq(core_read_abi(root, &abi), 0);
	cr_assert_eq(abi, 1);
	tree_add_patch(root, "b", "2", "loaded");
	tree_add_patch(root, "a", "1", "live");
	cr_assert_eq(core_list(root, &patches), 0);
	cr_assert_eq(patches.n, 2);
	cr_assert_str_eq(patches.items[0].name, "a");
	cr_assert_eq(patches.items[0].state, CORE_LIVE);
	cr_assert_str_eq(patches.items[0].module, "kmend_a");
	cr_assert_eq(patches.items[1].state, CORE_LOADED);
	cr_assert_str_eq(core_patches_find(&patches, "b")->version, "2");
	cr_assert_null(core_patches_find(&patches, "c"));
	core_patches_done(&patches);
}

/* What goes off is said last first. */
Test(core, several_in_one_line)
{
	char *const on[] = {"a", "b", NULL}, *const off[] = {"c", "d", NULL};
	char *many[1001] = {};
	_cleanup_free_ char *line = NULL;

	tree_write(root, "kernel/kmend/transaction", "");
	cr_assert_eq(core_switch(root, on, off), 0);
	cr_assert_eq(core_read_refusal(root, &line), 0);
	cr_assert_str_eq(line, "+a +b -d -c");
	for (size_t i = 0; i < 1000; i++)
		many[i] = "abcd";
	cr_assert_eq(core_switch(root, many, NULL), -E2BIG);
	cr_assert_eq(core_switch("/nonexistent", on, off), -ENOENT);
}

Test(core, functions_of_a_patch)
{
	struct core_patch p;

	tree_add_patch(root, "a", "1", "live");
	tree_write(root, "kernel/kmend/patches/a/objects/vmlinux/state", "live\n");
	tree_write(root, "kernel/kmend/patches/a/objects/vmlinux/vfs_read,1/live", "1\n");
	tree_write(root, "kernel/kmend/patches/a/objects/btrfs/btrfs_sync,2/live", "1\n");
	cr_assert_eq(core_read_patch(root, "a", &p), 0);
	cr_assert_eq(core_read_functions(root, &p), 0);
	cr_assert_eq(p.n_funcs, 2);
	cr_assert_str_eq(p.funcs[0].object, "btrfs");
	cr_assert_str_eq(p.funcs[0].name, "btrfs_sync");
	cr_assert_eq(p.funcs[0].position, 2);
	cr_assert_str_eq(p.funcs[1].name, "vfs_read");
	core_patch_done(&p);
}

Test(core, absent)
{
	struct core_patches patches;
	enum core_state state;
	unsigned abi;

	cr_assert_eq(core_read_abi("/nonexistent", &abi), -ENOENT);
	cr_assert_eq(core_list("/nonexistent", &patches), -ENOENT);
	cr_assert_eq(core_read_state(root, "nope", &state), 0);
	cr_assert_eq(state, CORE_ABSENT);
	cr_assert_eq(core_set_enabled(root, "nope", true), -ENOENT);
	cr_assert_eq(core_wait_state(root, "nope", CORE_LIVE, 10), -ENOENT);
}

Test(core, refuses_strange_values)
{
	enum core_state state;
	unsigned abi;

	tree_write(root, "kernel/kmend/abi", "one\n");
	cr_assert_eq(core_read_abi(root, &abi), -EBADMSG);
	tree_write(root, "kernel/kmend/abi", "1x\n");
	cr_assert_eq(core_read_abi(root, &abi), -EBADMSG);
	tree_add_patch(root, "a", "1", "melting");
	cr_assert_eq(core_read_state(root, "a", &state), -EBADMSG);
}

Test(core, names_are_no_paths)
{
	char *value;

	cr_assert_eq(core_read_attribute(root, "../patches/a", "state", &value), -EINVAL);
	cr_assert_eq(core_set_enabled(root, "..", true), -EINVAL);
	cr_assert_eq(core_set_enabled(root, "", true), -EINVAL);
	cr_assert_not(core_module_is_live(root, "../x"));
}

Test(core, writes_enabled)
{
	char *value;

	tree_add_patch(root, "a", "1", "loaded");
	cr_assert_eq(core_set_enabled(root, "a", true), 0);
	cr_assert_eq(core_read_attribute(root, "a", "enabled", &value), 0);
	cr_assert_str_eq(value, "1");
	free(value);
}

Test(core, replaces_strange_bytes)
{
	char *value;

	tree_write(root, "kernel/kmend/transition/straggler", "12 \x1b[2J\xff\xc2\x9b do_poll\n");
	cr_assert_eq(core_read_transition(root, "straggler", &value), 0);
	cr_assert_str_eq(value, "12 ?[2J??? do_poll");
	free(value);
}

static void *go_live_soon(void *arg)
{
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	tree_write(root, "kernel/kmend/patches/a/state", arg);
	return NULL;
}

static int wait_while(char *becomes, enum core_state wanted, unsigned timeout_ms)
{
	pthread_t thread;
	int r;

	tree_add_patch(root, "a", "1", "applying");
	pthread_create(&thread, NULL, go_live_soon, becomes);
	r = core_wait_state(root, "a", wanted, timeout_ms);
	pthread_join(thread, NULL);
	return r;
}

Test(core, waits_for_a_state)
{
	cr_assert_eq(wait_while("live\n", CORE_LIVE, 5000), 0);
}

Test(core, notices_that_the_core_gave_up)
{
	cr_assert_eq(wait_while("loaded\n", CORE_LIVE, 5000), -EIO);
}

Test(core, does_not_wait_for_ever)
{
	tree_add_patch(root, "a", "1", "applying");
	cr_assert_eq(core_wait_state(root, "a", CORE_LIVE, 20), -ETIMEDOUT);
}

Test(core, modules)
{
	tree_write(root, "module/btrfs/initstate", "live\n");
	tree_write(root, "module/coming/initstate", "coming\n");
	cr_assert(core_module_is_live(root, "btrfs"));
	cr_assert_not(core_module_is_live(root, "coming"));
	cr_assert_not(core_module_is_live(root, "ext4"));
}

Test(core, build_ids)
{
	static const unsigned char truncated[] = {4, 0, 0, 0, 20,  0,   0,  0,
						  3, 0, 0, 0, 'G', 'N', 'U'};
	static const unsigned char huge[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					     3,    0,    0,    0,    'G',  'N',  'U',  0};
	static const unsigned char other[] = {4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'X', 0, 0, 0, 9};
	char id[KMEND_BUILD_ID_LEN];

	cr_assert_eq(build_id_of_kernel(root, id), 0);
	cr_assert_str_eq(id, TEST_BUILD_ID);
	cr_assert_eq(build_id_of_module(root, "btrfs", id), -ENOENT);
	cr_assert_eq(build_id_from_notes(truncated, sizeof(truncated), id), -EBADMSG);
	cr_assert_eq(build_id_from_notes(huge, sizeof(huge), id), -EBADMSG);
	cr_assert_eq(build_id_from_notes(other, sizeof(other), id), -ENODATA);
	cr_assert_eq(build_id_from_notes("", 0, id), -ENODATA);
}

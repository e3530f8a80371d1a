// SPDX-License-Identifier: GPL-2.0
/* The functions of a patch, against a fake sysfs. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "lib/functions.h"
#include "patchfile.h"
#include "tree.h"

static char *root;

static void add(const char *folder, const char *live, const char *calls, const char *error)
{
	const char *const values[][2] = {{"live", live}, {"calls", calls}, {"last_error", error}};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		_cleanup_free_ char *path = NULL;

		cr_assert_geq(asprintf(&path, "kernel/kmend/patches/a/objects/%s/%s", folder,
				       values[i][0]),
			      0);
		tree_write(root, path, values[i][1]);
	}
}

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

TestSuite(functions, .init = setup, .fini = teardown);

Test(functions, are_read)
{
	struct functions f;

	add("vmlinux/type_show,12", "0\n", "0\n", "KM522 there is no call at its entry\n");
	add("vmlinux/type_show,2", "1\n", "34\n", "\n");
	add("vmlinux/do_it.isra.0,1", "1\n", "18446744073709551615\n", "\n");
	add("ext4/ext4_read,1", "1\n", "5\n", "\n");
	cr_assert_eq(functions_read(root, "a", &f), 0);
	cr_assert_eq(f.n, 4);
	cr_assert_str_eq(f.items[0].object, "ext4");
	cr_assert_str_eq(f.items[0].name, "ext4_read");
	cr_assert_eq(f.items[0].calls, 5);
	cr_assert_str_eq(f.items[1].name, "do_it.isra.0");
	cr_assert_eq(f.items[1].calls, UINT64_MAX);
	cr_assert_str_eq(f.items[2].object, "vmlinux");
	cr_assert_eq(f.items[2].sympos, 2);
	cr_assert(f.items[2].is_live);
	cr_assert_str_eq(f.items[2].last_error, "");
	cr_assert_eq(f.items[3].sympos, 12);
	cr_assert(!f.items[3].is_live);
	cr_assert_str_eq(f.items[3].last_error, "KM522 there is no call at its entry");
	functions_done(&f);
}

Test(functions, strange_ones)
{
	static const char *const folders[] = {"vmlinux/f", "vmlinux/f,", "vmlinux/,1",
					      "vmlinux/f,0", "vmlinux/f,-1"};
	struct functions f;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		teardown();
		setup();
		add(folders[i], "1\n", "0\n", "\n");
		cr_assert_eq(functions_read(root, "a", &f), -EBADMSG, "%s", folders[i]);
	}
	teardown();
	setup();
	add("vmlinux/f,1", "1\n", "many\n", "\n");
	cr_assert_eq(functions_read(root, "a", &f), -EBADMSG);
}

Test(functions, of_no_patch)
{
	struct functions f;

	cr_assert_eq(functions_read(root, "nope", &f), -ENOENT);
	cr_assert_eq(functions_read(root, "../a", &f), -EINVAL);
	cr_assert_eq(functions_read("/nonexistent", "a", &f), -ENOENT);
}

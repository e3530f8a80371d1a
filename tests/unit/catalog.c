// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/catalog.h"
#include "patchfile.h"
#include "tree.h"

static const struct catalog_kernel kernel = {TEST_RELEASE, TEST_BUILD_ID};

static void assert_unfit(const struct catalog *c, const char *name, enum diag_code code)
{
	const struct catalog_entry *e = catalog_find(c, name);

	cr_assert(e, "%s is not listed", name);
	cr_assert_geq(e->problems.n, 1, "%s is fit", name);
	cr_assert_eq(e->problems.items[0].code, code, "%s: %s %s", name,
		     diag_code_name(e->problems.items[0].code), e->problems.items[0].message);
}

Test(catalog, no_folder_is_empty)
{
	struct catalog c;

	cr_assert_eq(catalog_read("/nonexistent", &kernel, &c), 0);
	cr_assert_eq(c.n, 0);
}

Test(catalog, lists_fit_and_unfit)
{
	_cleanup_free_ char *path = NULL;
	char *root = tree_new();
	struct catalog c;

	patchfile_install(&(struct patchfile){.name = "good"}, root);
	patchfile_install(&(struct patchfile){.name = "other-manifest"}, root);
	tree_write(root, TEST_RELEASE "/other-manifest/manifest.yaml", "kmend: 1\n");
	patchfile_install(&(struct patchfile){.name = "no-manifest"}, root);
	path = tree_path(root, TEST_RELEASE "/no-manifest/manifest.yaml");
	cr_assert_eq(remove(path), 0);
	patchfile_install(&(struct patchfile){.name = "old", .release = "6.1.0-old"}, root);
	patchfile_install(
		&(struct patchfile){.name = "wrong-build",
				    .build_id = "1111111111111111111111111111111111111111"},
		root);
	tree_write(root, TEST_RELEASE "/empty/.hidden", "");
	tree_write(root, TEST_RELEASE "/text/text.ko", "text\n");
	tree_write(root, TEST_RELEASE "/Bad.Name/Bad.Name.ko", "text\n");
	tree_write(root, TEST_RELEASE "/\x1b\xff/x.ko", "text\n");
	tree_write(root, TEST_RELEASE "/a-file", "text\n");
	tree_write(root, TEST_RELEASE "/.hidden/x", "text\n");

	cr_assert_eq(catalog_read(root, &kernel, &c), 0);
	cr_assert_eq(c.n, 10);
	cr_assert_eq(catalog_find(&c, "good")->problems.n, 0);
	cr_assert_str_eq(catalog_manifest(catalog_find(&c, "good"))->name, "good");
	assert_unfit(&c, "other-manifest", KM602);
	assert_unfit(&c, "no-manifest", KM602);
	assert_unfit(&c, "old", KM603);
	assert_unfit(&c, "wrong-build", KM604);
	assert_unfit(&c, "empty", KM102);
	assert_unfit(&c, "text", KM401);
	assert_unfit(&c, "Bad.Name", KM602);
	assert_unfit(&c, "??", KM602);
	assert_unfit(&c, "a-file", KM102);
	catalog_done(&c);
	tree_remove(root);
}

Test(catalog, a_renamed_folder_is_unfit)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	char *root = tree_new();
	struct catalog c;

	patchfile_install(&(struct patchfile){.name = "a"}, root);
	from = tree_path(root, TEST_RELEASE "/a/a.ko");
	to = tree_path(root, TEST_RELEASE "/a/b.ko");
	cr_assert_eq(rename(from, to), 0);
	free(from);
	free(to);
	from = tree_path(root, TEST_RELEASE "/a");
	to = tree_path(root, TEST_RELEASE "/b");
	cr_assert_eq(rename(from, to), 0);
	cr_assert_eq(catalog_read(root, &kernel, &c), 0);
	assert_unfit(&c, "b", KM602);
	catalog_done(&c);
	tree_remove(root);
}

Test(catalog, an_unknown_kernel_fits_nothing)
{
	const struct catalog_kernel unknown = {TEST_RELEASE, NULL};
	char *root = tree_new();
	struct catalog c;

	patchfile_install(&(struct patchfile){.name = "a"}, root);
	cr_assert_eq(catalog_read(root, &unknown, &c), 0);
	assert_unfit(&c, "a", KM604);
	catalog_done(&c);
	tree_remove(root);
}

Test(catalog, what_others_may_write_is_unfit)
{
	_cleanup_free_ char *file = NULL, *folder = NULL;
	char *root = tree_new();
	struct catalog c;

	patchfile_install(&(struct patchfile){.name = "a"}, root);
	patchfile_install(&(struct patchfile){.name = "b"}, root);
	file = tree_path(root, TEST_RELEASE "/a/a.ko");
	folder = tree_path(root, TEST_RELEASE "/b");
	cr_assert_eq(chmod(file, 0666), 0);
	cr_assert_eq(chmod(folder, 0777), 0);
	cr_assert_eq(catalog_read(root, &kernel, &c), 0);
	assert_unfit(&c, "a", KM629);
	assert_unfit(&c, "b", KM629);
	catalog_done(&c);
	tree_remove(root);
}

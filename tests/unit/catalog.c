// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/catalog-json.h"
#include "daemon/catalog.h"
#include "daemon/json.h"
#include "patchfile.h"
#include "tree.h"

static int read_folder(const char *folder, const char *build_id, struct catalog *ret)
{
	char *const folders[] = {(char *)folder, NULL};
	const struct catalog_rules rules = {folders, TEST_RELEASE, build_id, NULL};

	return catalog_read(&rules, ret);
}

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

	cr_assert_eq(read_folder("/nonexistent", TEST_BUILD_ID, &c), 0);
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

	cr_assert_eq(read_folder(root, TEST_BUILD_ID, &c), 0);
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
	cr_assert_eq(read_folder(root, TEST_BUILD_ID, &c), 0);
	assert_unfit(&c, "b", KM602);
	catalog_done(&c);
	tree_remove(root);
}

Test(catalog, an_unknown_kernel_fits_nothing)
{
	char *root = tree_new();
	struct catalog c;

	patchfile_install(&(struct patchfile){.name = "a"}, root);
	cr_assert_eq(read_folder(root, NULL, &c), 0);
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
	cr_assert_eq(read_folder(root, TEST_BUILD_ID, &c), 0);
	assert_unfit(&c, "a", KM629);
	assert_unfit(&c, "b", KM629);
	catalog_done(&c);
	tree_remove(root);
}

Test(catalog, earlier_folders_hide_later_ones_and_links_to_null_mask)
{
	_cleanup_free_ char *mask = NULL, *mask_all = NULL, *etc = NULL, *usr = NULL;
	char *root = tree_new();
	struct catalog c;

	etc = tree_path(root, "etc");
	usr = tree_path(root, "usr");
	patchfile_install(&(struct patchfile){.name = "both", .version = "1"}, usr);
	patchfile_install(&(struct patchfile){.name = "both", .version = "2"}, etc);
	patchfile_install(&(struct patchfile){.name = "masked"}, usr);
	patchfile_install(&(struct patchfile){.name = "for-all"}, usr);
	patchfile_install(&(struct patchfile){.name = "ours"}, etc);
	tree_write(usr, "keys/vendor.pem", "no patch, and no release either");
	mask = tree_path(etc, TEST_RELEASE "/masked");
	mask_all = tree_path(etc, "for-all");
	cr_assert_eq(symlink("/dev/null", mask), 0);
	cr_assert_eq(symlink("/dev/null", mask_all), 0);

	{
		char *const folders[] = {etc, usr, NULL};
		const struct catalog_rules rules = {folders, TEST_RELEASE, TEST_BUILD_ID, NULL};

		cr_assert_eq(catalog_read(&rules, &c), 0);
	}
	cr_assert_eq(c.n, 4);
	cr_expect_str_eq(catalog_manifest(catalog_find(&c, "both"))->version, "2");
	cr_expect_eq(catalog_find(&c, "ours")->problems.n, 0);
	assert_unfit(&c, "masked", KM636);
	assert_unfit(&c, "for-all", KM636);
	cr_expect(catalog_find(&c, "masked")->masked && catalog_find(&c, "for-all")->masked);
	catalog_done(&c);
	tree_remove(root);
}

Test(catalog, json_keeps_what_is_needed)
{
	_cleanup_(diag_list_done) struct diag_list said = {}, heard = {};
	_cleanup_(json_object_putp) struct json_object *o = NULL;
	struct catalog before, after;
	const struct catalog_entry *e;
	char *root = tree_new();

	patchfile_install(&(struct patchfile){.name = "a", .depends = "[b, c]", .conflicts = "[d]"},
			  root);
	patchfile_install(&(struct patchfile){.name = "old", .release = "6.1.0-old"}, root);
	cr_assert_eq(read_folder(root, TEST_BUILD_ID, &before), 0);
	diag_add(&said, KM635, DIAG_WARNING, 0, &(struct diag_where){.file = "x.pem"}, "damaged");
	o = catalog_to_json(&before, &said);
	cr_assert(o);
	cr_assert_eq(catalog_from_json(o, &after, &heard), 0);

	cr_assert_eq(after.n, before.n);
	cr_assert_eq(heard.n, 1);
	cr_expect_eq(heard.items[0].code, KM635);
	cr_expect_str_eq(heard.items[0].file, "x.pem");
	assert_unfit(&after, "old", KM603);
	e = catalog_find(&after, "a");
	cr_assert(e && catalog_manifest(e));
	cr_expect_str_eq(e->digest, catalog_find(&before, "a")->digest);
	cr_expect_eq(strlen(e->digest), 64);
	cr_expect_str_eq(catalog_manifest(e)->depends[1], "c");
	cr_expect_str_eq(catalog_manifest(e)->conflicts[0], "d");
	cr_expect_eq(e->module->n_funcs, catalog_find(&before, "a")->module->n_funcs);
	cr_expect_str_eq(e->module->funcs[0].name,
			 catalog_find(&before, "a")->module->funcs[0].name);
	catalog_done(&before);
	catalog_done(&after);
	tree_remove(root);
}

/* What a process that was taken over may answer. */
Test(catalog, json_that_is_not_right_is_not_believed)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"diagnostics\": [], \"patches\": {}}",
		"{\"diagnostics\": [{}], \"patches\": []}",
		"{\"diagnostics\": [], \"patches\": [{}]}",
		"{\"diagnostics\": [], \"patches\": [null]}",
		"{\"diagnostics\": [], \"patches\": [{\"name\": \"a\", \"path\": \"/a.ko\", "
		"\"digest\": \"\", \"masked\": 0, \"problems\": []}]}",
		"{\"diagnostics\": [], \"patches\": [{\"name\": \"a\", \"path\": \"/a.ko\", "
		"\"digest\": \"00\", \"masked\": 0, \"problems\": [], \"module\": {"
		"\"manifest\": {\"name\": \"../a\"}, \"funcs\": [], \"callbacks\": []}}]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(json_object_putp) struct json_object *o = json_tokener_parse(texts[i]);
		struct diag_list diags = {};
		struct catalog c = {};

		cr_assert(o, "%zu", i);
		cr_expect_eq(catalog_from_json(o, &c, &diags), -EBADMSG, "%s", texts[i]);
		diag_list_done(&diags);
	}
}

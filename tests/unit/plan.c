// SPDX-License-Identifier: GPL-2.0
/* From a catalog and a core to the steps of a change. */
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/plan.h"
#include "lib/strv.h"
#include "patchfile.h"
#include "tree.h"

#define LIST(...) ((char *[]){__VA_ARGS__, NULL})

static char *sysfs, *folder;
static struct catalog catalog;
static struct core_patches core;
static struct generation current;
static struct quarantine quarantine;
static struct diag_list diags;
static struct plan plan;

static const struct plan_input in = {&catalog, &core, &current, &quarantine, NULL};

static void setup(void)
{
	sysfs = tree_new();
	folder = tree_new();
	tree_add_core(sysfs, TEST_BUILD_ID);
}

static void teardown(void)
{
	plan_done(&plan);
	catalog_done(&catalog);
	core_patches_done(&core);
	generation_done(&current);
	quarantine_done(&quarantine);
	diag_list_done(&diags);
	tree_remove(sysfs);
	tree_remove(folder);
}

TestSuite(plan, .init = setup, .fini = teardown);

#define INSTALL(...) patchfile_install(&(struct patchfile){__VA_ARGS__}, folder)

/* A patch of the generation in force that is live. */
static void live(const char *name, char *const *depends)
{
	cr_assert_eq(generation_add(&current, name, "1", depends), 0);
	tree_add_patch(sysfs, name, "1", "live");
}

static struct plan_input input(void)
{
	char *const folders[] = {folder, NULL};
	const struct catalog_rules rules = {folders, TEST_RELEASE, TEST_BUILD_ID, NULL};
	struct plan_input i = in;

	catalog_done(&catalog);
	core_patches_done(&core);
	cr_assert_eq(catalog_read(&rules, &catalog), 0);
	cr_assert_eq(core_list(sysfs, &core), 0);
	i.sysfs = sysfs;
	return i;
}

static int apply(char *const *names)
{
	struct plan_input i = input();

	return plan_apply(&i, names, /* lift= */ false, &diags, &plan);
}

/* The steps as text: "+a" loads, "a!" enables, "a?" disables, "-a" unloads. */
static char *steps_text(void)
{
	static const char *const formats[] = {[STEP_LOAD] = "+%s ",
					      [STEP_ENABLE] = "%s! ",
					      [STEP_DISABLE] = "%s? ",
					      [STEP_UNLOAD] = "-%s "};
	static char text[1024];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < plan.steps.n; i++) {
		const char *format = formats[plan.steps.items[i].op];

		for (; *format; format++)
			if (*format == '%') {
				at += sprintf(text + at, "%s", plan.steps.items[i].patch);
				format++;
			} else {
				text[at++] = *format;
			}
		text[at] = '\0';
	}
	return text;
}

static void assert_refused(int r, enum diag_code code, const char *word)
{
	cr_assert_lt(r, 0, "planned: %s", steps_text());
	cr_assert_geq(diags.n, 1);
	cr_assert_eq(diags.items[0].code, code, "%s %s", diag_code_name(diags.items[0].code),
		     diags.items[0].message);
	cr_assert(strstr(diags.items[0].message, word), "%s", diags.items[0].message);
}

Test(plan, applies_one)
{
	INSTALL(.name = "fix-a");
	cr_assert_eq(apply(LIST("fix-a")), 0);
	cr_assert_str_eq(steps_text(), "+fix-a fix-a! ");
	cr_assert_str_eq(plan.steps.items[0].module, "kmend_fix_a");
	cr_assert(strstr(plan.steps.items[0].path, "/fix-a/fix-a.ko"));
	cr_assert_str_eq(plan.added[0], "fix-a");
	cr_assert_str_eq(plan.versions[0], "1");
	cr_assert_eq(plan.result.n_patches, 1);
	cr_assert(plan.changes_set);
}

Test(plan, applies_dependencies_first)
{
	INSTALL(.name = "a", .depends = "[b, c]");
	INSTALL(.name = "b", .depends = "[d]");
	INSTALL(.name = "c", .depends = "[d]");
	INSTALL(.name = "d");
	cr_assert_eq(apply(LIST("a")), 0);
	cr_assert_str_eq(steps_text(), "+d d! +b b! +c c! +a a! ");
	cr_assert_str_eq(plan.result.patches[3].depends[1], "c");
}

Test(plan, live_patches_are_left_alone)
{
	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b");
	live("b", NULL);
	cr_assert_eq(apply(LIST("a")), 0);
	cr_assert_str_eq(steps_text(), "+a a! ");
	plan_done(&plan);
	cr_assert_eq(apply(LIST("b")), 0);
	cr_assert_eq(plan.steps.n, 0);
	cr_assert_not(plan.changes_set);
}

Test(plan, loaded_patches_are_only_enabled)
{
	INSTALL(.name = "a");
	tree_add_patch(sysfs, "a", "1", "loaded");
	cr_assert_eq(apply(LIST("a")), 0);
	cr_assert_str_eq(steps_text(), "a! ");
}

Test(plan, refuses_unknown)
{
	assert_refused(apply(LIST("nope")), KM601, "nope");
}

Test(plan, refuses_missing_dependency)
{
	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b", .depends = "[gone]");
	assert_refused(apply(LIST("a")), KM605, "b depends on gone");
}

Test(plan, names_the_cycle)
{
	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b", .depends = "[c]");
	INSTALL(.name = "c", .depends = "[d]");
	INSTALL(.name = "d", .depends = "[b]");
	assert_refused(apply(LIST("a")), KM606, "b -> c -> d -> b");
}

Test(plan, refuses_conflicts_either_way)
{
	INSTALL(.name = "a", .conflicts = "[b]");
	INSTALL(.name = "b");
	assert_refused(apply(LIST("a", "b")), KM607, "exclude");
	diag_list_done(&diags);
	live("a", NULL);
	assert_refused(apply(LIST("b")), KM607, "exclude");
}

Test(plan, refuses_a_function_owned_twice)
{
	INSTALL(.name = "a", .function = "vfs_read");
	INSTALL(.name = "b", .function = "vfs_read");
	INSTALL(.name = "c", .function = "vfs_read", .object = "btrfs");
	tree_write(sysfs, "module/btrfs/initstate", "live\n");
	assert_refused(apply(LIST("a", "b")), KM608, "vfs_read");
	diag_list_done(&diags);
	live("a", NULL);
	assert_refused(apply(LIST("b")), KM608, "a");
	diag_list_done(&diags);
	cr_assert_eq(apply(LIST("c")), 0, "another object's function is another one");
}

Test(plan, refuses_other_kernels)
{
	INSTALL(.name = "a", .release = "6.1.0-other");
	tree_write(folder, TEST_RELEASE "/b/b.ko", "no ELF");
	INSTALL(.name = "c", .build_id = "ffffffffffffffffffffffffffffffffffffffff");
	assert_refused(apply(LIST("a")), KM603, "6.1.0-other");
	diag_list_done(&diags);
	assert_refused(apply(LIST("b")), KM401, "ELF");
	diag_list_done(&diags);
	assert_refused(apply(LIST("c")), KM604, "ffffffff");
}

Test(plan, refuses_absent_target_modules)
{
	static const unsigned char note[] = {4,   0,   0,   0, 20, 0, 0, 0, 3, 0, 0, 0,
					     'G', 'N', 'U', 0, 1,  2, 3, 4, 5, 6, 7, 8,
					     9,   1,   2,   3, 4,  5, 6, 7, 8, 9, 1, 2};

	INSTALL(.name = "a", .object = "btrfs",
		.modules = "[{name: btrfs, build-id: \"" TEST_BUILD_ID "\"}]");
	assert_refused(apply(LIST("a")), KM609, "btrfs");
	diag_list_done(&diags);
	tree_write(sysfs, "module/btrfs/initstate", "live\n");
	assert_refused(apply(LIST("a")), KM610, "btrfs");
	diag_list_done(&diags);
	tree_write_bytes(sysfs, "module/btrfs/notes/.note.gnu.build-id", note, sizeof(note));
	assert_refused(apply(LIST("a")), KM610, "0102030405");
}

Test(plan, refuses_another_version_in_place)
{
	INSTALL(.name = "a", .version = "2");
	live("a", NULL);
	assert_refused(apply(LIST("a")), KM621, "version 1");
}

Test(plan, refuses_during_a_transition)
{
	INSTALL(.name = "a");
	tree_add_patch(sysfs, "a", "1", "reverting");
	assert_refused(apply(LIST("a")), KM625, "reverting");
}

Test(plan, quarantine_can_be_lifted)
{
	struct plan_input i;

	INSTALL(.name = "a");
	cr_assert_eq(quarantine_add(&quarantine, "a", "1", "it took the machine down"), 0);
	assert_refused(apply(LIST("a")), KM612, "took the machine down");
	i = input();
	cr_assert_eq(plan_apply(&i, LIST("a"), /* lift= */ true, &diags, &plan), 0);
	cr_assert_str_eq(steps_text(), "+a a! ");
}

Test(plan, quarantine_is_of_one_version)
{
	INSTALL(.name = "a", .version = "2");
	cr_assert_eq(quarantine_add(&quarantine, "a", "1", "x"), 0);
	cr_assert_eq(apply(LIST("a")), 0);
}

static int revert(char *const *names, bool dependents)
{
	struct plan_input i = input();

	return plan_revert(&i, names, dependents, &diags, &plan);
}

Test(plan, reverts)
{
	INSTALL(.name = "a");
	INSTALL(.name = "b");
	live("a", NULL);
	live("b", NULL);
	cr_assert_eq(revert(LIST("a"), false), 0);
	cr_assert_str_eq(steps_text(), "a? -a ");
	cr_assert_str_eq(plan.removed[0], "a");
	cr_assert_eq(plan.result.n_patches, 1);
	cr_assert_str_eq(plan.result.patches[0].name, "b");
}

Test(plan, reverts_dependents_only_when_told)
{
	INSTALL(.name = "a");
	live("a", NULL);
	live("b", LIST("a")); /* gone from the catalog: its generation knows */
	live("c", LIST("b"));
	assert_refused(revert(LIST("a"), false), KM613, "b depends on a");
	diag_list_done(&diags);
	cr_assert_eq(revert(LIST("a"), true), 0);
	cr_assert_str_eq(steps_text(), "c? -c b? -b a? -a ");
	cr_assert_eq(plan.result.n_patches, 0);
}

Test(plan, refuses_to_revert_what_is_not_live)
{
	INSTALL(.name = "a");
	assert_refused(revert(LIST("a"), false), KM623, "a is not live");
}

Test(plan, reverts_what_was_loaded_by_hand)
{
	tree_add_patch(sysfs, "stranger", "1", "live");
	cr_assert_eq(revert(LIST("stranger"), false), 0);
	cr_assert_str_eq(steps_text(), "stranger? -stranger ");
}

Test(plan, rolls_back_in_one_go)
{
	_cleanup_generation_ struct generation target = {};
	struct plan_input i;

	INSTALL(.name = "a");
	INSTALL(.name = "b");
	INSTALL(.name = "c", .depends = "[b]");
	live("a", NULL);
	live("b", NULL);
	cr_assert_eq(generation_add(&target, "b", "1", NULL), 0);
	cr_assert_eq(generation_add(&target, "c", "1", LIST("b")), 0);
	i = input();
	cr_assert_eq(plan_rollback(&i, &target, &diags, &plan), 0);
	cr_assert_str_eq(steps_text(), "a? -a +c c! ");
	cr_assert_eq(plan.result.n_patches, 2);
}

Test(plan, refuses_a_rollback_to_what_is_gone)
{
	_cleanup_generation_ struct generation target = {};
	struct plan_input i = input();

	cr_assert_eq(generation_add(&target, "gone", "1", NULL), 0);
	assert_refused(plan_rollback(&i, &target, &diags, &plan), KM601, "gone");
}

static int start(char *const *skip, char *const *leftovers)
{
	struct plan_input i = input();

	return plan_start(&i, skip, leftovers, &diags, &plan);
}

/* Without a core nothing is registered: everything in force is to be loaded again. */
Test(plan, a_boot_applies_what_is_in_force)
{
	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b");
	generation_add(&current, "b", "1", NULL);
	generation_add(&current, "a", "1", LIST("b"));
	cr_assert_eq(start(NULL, NULL), 0);
	cr_assert_str_eq(steps_text(), "+b b! +a a! ");
	cr_assert_not(plan.changes_set);
}

Test(plan, a_boot_leaves_out_what_cannot_be)
{
	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b", .build_id = "ffffffffffffffffffffffffffffffffffffffff");
	INSTALL(.name = "c");
	INSTALL(.name = "d");
	generation_add(&current, "b", "1", NULL);
	generation_add(&current, "a", "1", LIST("b"));
	generation_add(&current, "c", "1", NULL);
	generation_add(&current, "d", "1", NULL);
	generation_add(&current, "gone", "1", NULL);
	cr_assert_eq(start(LIST("d"), NULL), 0);
	cr_assert_str_eq(steps_text(), "+c c! ");
	cr_assert_eq(plan.result.n_patches, 5, "the set in force stays what it is");
	cr_assert_eq(diags.items[0].code, KM604);
}

Test(plan, a_start_removes_leftovers_only)
{
	INSTALL(.name = "a");
	INSTALL(.name = "new");
	live("a", NULL);
	tree_add_patch(sysfs, "new", "1", "applying");
	tree_add_patch(sysfs, "half", "1", "loaded");
	tree_add_patch(sysfs, "stranger", "1", "live");
	cr_assert_eq(start(NULL, LIST("half", "new", "never-loaded", "a")), 0);
	cr_assert_str_eq(steps_text(), "new? -new -half ");
}

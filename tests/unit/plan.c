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

static struct policy policy;

static const struct plan_input in = {&catalog, &core, &current, &quarantine, &policy, NULL};

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
	policy_done(&policy);
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
	cr_assert_eq(plan_read_strangers(&catalog, sysfs, &core), 0);
	i.sysfs = sysfs;
	return i;
}

static int apply(char *const *names)
{
	struct plan_input i = input();

	return plan_apply(&i, names, /* options= */ 0, &diags, &plan);
}

/* The steps as text: "load a; +a -b; unload b". */
static char *steps_text(void)
{
	static char text[1024];
	FILE *f = fmemopen(text, sizeof(text), "w");

	for (size_t i = 0; i < plan.steps.n; i++) {
		const struct step *s = &plan.steps.items[i];
		_cleanup_free_ char *line = step_text(s);

		fprintf(f, "%s%s%s%s", i ? "; " : "",
			s->op == STEP_SWITCH ? "" : step_op_to_string(s->op),
			s->op == STEP_SWITCH ? "" : " ", line);
	}
	fputc('\0', f);
	fclose(f);
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
	cr_assert_str_eq(steps_text(), "load fix-a; +fix-a");
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
	cr_assert_str_eq(steps_text(), "load d; load b; load c; load a; +d +b +c +a");
	cr_assert_str_eq(plan.result.patches[3].depends[1], "c");
}

Test(plan, live_patches_are_left_alone)
{
	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b");
	live("b", NULL);
	cr_assert_eq(apply(LIST("a")), 0);
	cr_assert_str_eq(steps_text(), "load a; +a");
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
	cr_assert_str_eq(steps_text(), "+a");
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

Test(plan, late_modules_need_not_be_there)
{
	static const struct kmend_object late[] = {
		{.name = "btrfs", .build_id = TEST_BUILD_ID, .flags = KMEND_OBJECT_LATE},
	};

	INSTALL(.name = "a", .object = "btrfs", .objects = late, .n_objects = 1,
		.modules = "[{name: btrfs, load: late, build-id: \"" TEST_BUILD_ID "\"}]");
	cr_assert_eq(apply(LIST("a")), 0);
	cr_assert_eq(diags.n, 0);
	tree_write(sysfs, "module/btrfs/initstate", "live\n");
	assert_refused(apply(LIST("a")), KM610, "btrfs");
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
	cr_assert_eq(plan_apply(&i, LIST("a"), PLAN_LIFT_QUARANTINE, &diags, &plan), 0);
	cr_assert_str_eq(steps_text(), "load a; +a");
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

	return plan_revert(&i, names, dependents ? PLAN_DEPENDENTS : 0, &diags, &plan);
}

Test(plan, reverts)
{
	INSTALL(.name = "a");
	INSTALL(.name = "b");
	live("a", NULL);
	live("b", NULL);
	cr_assert_eq(revert(LIST("a"), false), 0);
	cr_assert_str_eq(steps_text(), "-a; unload a");
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
	cr_assert_str_eq(steps_text(), "-c -b -a; unload c; unload b; unload a");
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
	cr_assert_str_eq(steps_text(), "-stranger; unload stranger");
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
	cr_assert_eq(plan_rollback(&i, &target, 0, &diags, &plan), 0);
	cr_assert_str_eq(steps_text(), "load c; +c -a; unload a");
	cr_assert_eq(plan.result.n_patches, 2);
}

Test(plan, refuses_a_rollback_to_what_is_gone)
{
	_cleanup_generation_ struct generation target = {};
	struct plan_input i = input();

	cr_assert_eq(generation_add(&target, "gone", "1", NULL), 0);
	assert_refused(plan_rollback(&i, &target, 0, &diags, &plan), KM601, "gone");
}

static int start(char *const *skip, char *const *leftovers)
{
	struct plan_input i = input();

	return plan_start(&i, skip, leftovers, 0, &diags, &plan);
}

/* Without a core nothing is registered: everything in force is to be loaded again. */
Test(plan, a_boot_applies_what_is_in_force)
{
	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b");
	generation_add(&current, "b", "1", NULL);
	generation_add(&current, "a", "1", LIST("b"));
	cr_assert_eq(start(NULL, NULL), 0);
	cr_assert_str_eq(steps_text(), "load b; load a; +b +a");
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
	cr_assert_str_eq(steps_text(), "load c; +c");
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
	cr_assert_str_eq(steps_text(), "-new; unload new; unload half");
}

static void assert_planned(int r, const char *steps)
{
	cr_assert_eq(r, 0, "%s", diags.n ? diags.items[0].message : "");
	cr_assert_str_eq(steps_text(), steps);
	plan_done(&plan);
}

Test(plan, what_is_replaced_goes_in_the_same_transition)
{
	INSTALL(.name = "all", .replaces = "[a, b, not-live]", .function = "vfs_read");
	INSTALL(.name = "a", .function = "vfs_read");
	INSTALL(.name = "b", .depends = "[a]");
	live("a", NULL);
	live("b", LIST("a"));
	cr_assert_eq(apply(LIST("all")), 0);
	cr_assert_eq(plan.result.n_patches, 1);
	cr_assert_str_eq(plan.changes[2].action, "revert");
	cr_assert_str_eq(plan.changes[2].why, "replaced by all");
	assert_planned(0, "load all; +all -b -a; unload b; unload a");
}

Test(plan, who_needs_what_would_be_replaced_is_named)
{
	INSTALL(.name = "all", .replaces = "[a]", .function = "vfs_read");
	INSTALL(.name = "a", .function = "vfs_read");
	INSTALL(.name = "c", .stacks_on = "[a]", .function = "vfs_read");
	live("a", NULL);
	live("c", LIST("a"));
	assert_refused(apply(LIST("all")), KM654, "c stacks on a, which all replaces");
}

Test(plan, refuses_both_a_patch_and_what_it_replaces)
{
	INSTALL(.name = "all", .replaces = "[a]");
	INSTALL(.name = "a");
	INSTALL(.name = "c", .depends = "[a]");
	assert_refused(apply(LIST("a", "all")), KM653, "all replaces a, and both");
	diag_list_done(&diags);
	assert_refused(apply(LIST("all", "c")), KM653, "all replaces a, which c needs");
	diag_list_done(&diags);
	live("all", NULL);
	assert_refused(apply(LIST("a")), KM653, "all replaces a");
}

Test(plan, stacks_share_functions)
{
	INSTALL(.name = "low", .function = "vfs_read");
	INSTALL(.name = "mid", .function = "vfs_read", .stacks_on = "[low]");
	INSTALL(.name = "top", .function = "vfs_read", .stacks_on = "[mid]");
	INSTALL(.name = "gap", .function = "vfs_read", .stacks_on = "[low]");
	assert_planned(apply(LIST("top")), "load low; load mid; load top; +low +mid +top");
	live("low", NULL);
	assert_planned(apply(LIST("gap")), "load gap; +gap");
	live("mid", LIST("low"));
	assert_refused(apply(LIST("gap")), KM608, "gap and mid both replace vfs_read");
	diag_list_done(&diags);
	assert_refused(revert(LIST("low"), false), KM613, "mid stacks on low");
	diag_list_done(&diags);
	assert_planned(revert(LIST("low"), true), "-mid -low; unload mid; unload low");
}

Test(plan, a_stack_cannot_stand_on_itself)
{
	INSTALL(.name = "a", .stacks_on = "[b]");
	INSTALL(.name = "b", .depends = "[a]");
	assert_refused(apply(LIST("a")), KM606, "a -> b -> a");
}

/* Of what is live and not in the catalog, the core tells the functions. */
Test(plan, functions_of_strangers_count)
{
	INSTALL(.name = "a", .function = "vfs_read");
	INSTALL(.name = "b", .function = "vfs_write");
	tree_add_patch(sysfs, "stranger", "1", "live");
	tree_write(sysfs, "kernel/kmend/patches/stranger/objects/vmlinux/vfs_read,1/live", "1\n");
	assert_refused(apply(LIST("a")), KM608, "a and stranger both replace vfs_read of vmlinux");
	diag_list_done(&diags);
	assert_planned(apply(LIST("b")), "load b; +b");
}

Test(plan, who_depends_on_a_patch_may_be_a_stranger)
{
	INSTALL(.name = "a");
	INSTALL(.name = "by-hand", .depends = "[a]");
	live("a", NULL);
	tree_add_patch(sysfs, "by-hand", "1", "live");
	assert_refused(revert(LIST("a"), false), KM613, "by-hand depends on a");
	diag_list_done(&diags);
	assert_planned(revert(LIST("a"), true), "-by-hand -a; unload by-hand; unload a");
}

static void set_policy(const char *text)
{
	policy_done(&policy);
	cr_assert_eq(policy_parse(text, strlen(text), "policy.yaml", NULL, &policy), 0);
}

Test(plan, a_pin_is_one_version)
{
	INSTALL(.name = "a", .version = "2");
	set_policy("pins: {a: \"1\"}");
	assert_refused(apply(LIST("a")), KM650, "a is pinned to version 1, and version 2");
	diag_list_done(&diags);
	generation_add(&current, "a", "2", NULL);
	assert_planned(start(NULL, NULL), "");
	cr_assert_eq(diags.items[0].code, KM650, "also at a start");
	diag_list_done(&diags);
	set_policy("pins: {a: \"2\"}");
	assert_planned(start(NULL, NULL), "load a; +a");
}

Test(plan, what_is_held_stays)
{
	struct plan_input i;

	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b");
	INSTALL(.name = "all", .replaces = "[b]");
	set_policy("holds: [b]");
	assert_refused(apply(LIST("a")), KM651, "b would be applied, on behalf of a");
	diag_list_done(&diags);
	i = input();
	assert_planned(plan_apply(&i, LIST("a"), PLAN_HELD, &diags, &plan),
		       "load b; load a; +b +a");
	generation_add(&current, "b", "1", NULL);
	assert_planned(start(NULL, NULL), "load b; +b");
	tree_add_patch(sysfs, "b", "1", "live");
	assert_refused(revert(LIST("b"), false), KM651, "b would be reverted");
	diag_list_done(&diags);
	assert_refused(apply(LIST("all")), KM651, "b would be reverted, on behalf of all");
	diag_list_done(&diags);
	i = input();
	assert_planned(plan_revert(&i, LIST("b"), PLAN_HELD, &diags, &plan), "-b; unload b");
}

Test(plan, a_rollback_wants_the_very_version)
{
	_cleanup_generation_ struct generation target = {};
	struct plan_input i;

	INSTALL(.name = "a", .version = "2");
	cr_assert_eq(generation_add(&target, "a", "1", NULL), 0);
	i = input();
	assert_refused(plan_rollback(&i, &target, 0, &diags, &plan), KM652, "version 1 of a");
	diag_list_done(&diags);
	/* What is live already is no matter of the catalog. */
	tree_add_patch(sysfs, "a", "1", "live");
	i = input();
	assert_planned(plan_rollback(&i, &target, 0, &diags, &plan), "");
}

/* A page takes 4096 bytes: too few for 60 patches with names as long as they may be, and as many. */
Test(plan, refuses_an_exchange_that_is_no_line)
{
	char names[120][KMEND_PATCH_NAME_MAX + 1], *wanted[61] = {};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(names[i], sizeof(names[i]), "a-patch-that-has-a-long-name-numbered-%03zu",
			 i);
		INSTALL(.name = names[i]);
		if (i < 60)
			wanted[i] = names[i];
	}
	cr_assert_eq(apply(wanted), 0);
	cr_assert_eq(plan.steps.n, 61, "one transition for 60 of them");
	plan_done(&plan);
	for (size_t i = 60; i < 120; i++)
		live(names[i], NULL);
	{
		_cleanup_generation_ struct generation target = {};
		struct plan_input i = input();

		for (size_t j = 0; j < 60; j++)
			cr_assert_eq(generation_add(&target, names[j], "1", NULL), 0);
		assert_refused(plan_rollback(&i, &target, 0, &diags, &plan), KM655,
			       "60 patches to be applied and 60");
	}
}

Test(plan, a_start_can_go_patch_by_patch)
{
	struct plan_input i;

	INSTALL(.name = "a", .depends = "[b]");
	INSTALL(.name = "b");
	generation_add(&current, "a", "1", LIST("b"));
	generation_add(&current, "b", "1", NULL);
	tree_add_patch(sysfs, "half", "1", "live");
	i = input();
	assert_planned(plan_start(&i, NULL, LIST("half"), PLAN_SEPARATELY, &diags, &plan),
		       "load b; load a; -half; +b; +a; unload half");
}

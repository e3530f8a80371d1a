// SPDX-License-Identifier: GPL-2.0
/* What is kept in the state folder, and what a start makes of it. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/generation.h"
#include "daemon/guard.h"
#include "daemon/quarantine.h"
#include "daemon/start.h"
#include "lib/diag.h"
#include "lib/fileio.h"
#include "lib/strv.h"
#include "tree.h"

static char *root;

static void setup(void)
{
	root = tree_new();
}

static void teardown(void)
{
	tree_remove(root);
}

TestSuite(state, .init = setup, .fini = teardown);

static void write_generation(uint64_t number, enum generation_state state)
{
	_cleanup_generation_ struct generation g = {
		.number = number,
		.base = number - 1,
		.time_us = 1700000000000000,
		.state = state,
		.verb = strdup("apply"),
		.kernel_release = strdup("6.1.0"),
		.reason = strdup(""),
	};

	cr_assert_eq(generation_add(&g, "a", "1", NULL), 0);
	cr_assert_eq(generation_add(&g, "b", "2", (char *[]){"a", NULL}), 0);
	cr_assert_eq(generation_write(root, &g), 0);
}

Test(state, generation_reads_back)
{
	struct generation g;
	char **names;

	write_generation(7, GENERATION_GOOD);
	cr_assert_eq(generation_read(root, 7, NULL, &g), 0);
	cr_assert_eq(g.number, 7);
	cr_assert_eq(g.base, 6);
	cr_assert_eq(g.time_us, 1700000000000000);
	cr_assert_str_eq(g.verb, "apply");
	cr_assert_eq(g.n_patches, 2);
	cr_assert_str_eq(generation_find(&g, "b")->version, "2");
	cr_assert_str_eq(generation_find(&g, "b")->depends[0], "a");
	cr_assert_null(generation_find(&g, "c"));
	cr_assert_eq(generation_names(&g, &names), 0);
	cr_assert_str_eq(names[0], "a");
	strv_free(names);
	generation_done(&g);
}

Test(state, current_and_next)
{
	struct generation g;
	uint64_t next;

	cr_assert_eq(generation_read_current(root, NULL, &g), 0);
	cr_assert_eq(g.number, 0);
	cr_assert_eq(g.n_patches, 0);
	generation_done(&g);
	cr_assert_eq(generation_next(root, &next), 0);
	cr_assert_eq(next, 1);

	write_generation(9, GENERATION_GOOD);
	write_generation(10, GENERATION_FAILED);
	cr_assert_eq(generation_set_current(root, 9), 0);
	cr_assert_eq(generation_read_current(root, NULL, &g), 0);
	cr_assert_eq(g.number, 9);
	generation_done(&g);
	cr_assert_eq(generation_next(root, &next), 0);
	cr_assert_eq(next, 11);
}

/* 0 would mean that none is in force. */
Test(state, numbers_come_to_an_end)
{
	uint64_t next = 7;

	tree_write(root, "generations/9223372036854775806.json", "{}");
	cr_assert_eq(generation_next(root, &next), 0);
	cr_assert_eq(next, 9223372036854775807U);
	tree_write(root, "generations/9223372036854775807.json", "{}");
	cr_assert_eq(generation_next(root, &next), -EOVERFLOW);
	tree_write(root, "generations/18446744073709551615.json", "{}");
	cr_assert_eq(generation_next(root, &next), -EOVERFLOW);
	cr_assert_eq(next, 9223372036854775807U);
}

/* The bus takes nothing but UTF-8, and a terminal obeys control characters. */
Test(state, odd_bytes_are_not_passed_on)
{
	struct generation g;

	tree_write(
		root, "generations/1.json",
		"{\"generation\":1,\"base\":0,\"time_us\":0,\"state\":\"good\",\"verb\":\"\\u001b[2J\","
		"\"kernel\":\"\",\"reason\":\"a\xff\\nb\",\"patches\":[]}");
	cr_assert_eq(generation_read(root, 1, NULL, &g), 0);
	cr_assert_str_eq(g.verb, "?[2J");
	cr_assert_str_eq(g.reason, "a??b");
	generation_done(&g);
}

Test(state, pipes_do_not_hang, .timeout = 10)
{
	_cleanup_free_ char *journal = tree_path(root, "journal"),
			    *current = tree_path(root, "current");
	struct generation g;

	cr_assert_eq(mkfifo(journal, 0600), 0);
	cr_assert_eq(file_append_sync(journal, "x", 1, 0600), -ENXIO);
	cr_assert_eq(mkfifo(current, 0600), 0);
	cr_assert_eq(generation_read_current(root, NULL, &g), -EINVAL);
}

/* What an interrupted atomic write leaves behind is never taken for a generation. */
Test(state, temporary_files_are_ignored)
{
	uint64_t *numbers, next;
	size_t n;

	write_generation(1, GENERATION_GOOD);
	tree_write(root, "generations/2.json.Xa3b9Q", "{\"generation\": 2, \"ba");
	tree_write(root, "generations/3.txt", "");
	tree_write(root, "generations/x.json", "");
	tree_write(root, "generations/-4.json", "");
	cr_assert_eq(generation_list(root, &numbers, &n), 0);
	cr_assert_eq(n, 1);
	cr_assert_eq(numbers[0], 1);
	free(numbers);
	cr_assert_eq(generation_next(root, &next), 0);
	cr_assert_eq(next, 2);
}

static void assert_damaged(int r, struct diag_list *diags, const char *what)
{
	cr_assert_eq(r, -EBADMSG, "%s: %d", what, r);
	cr_assert_eq(diags->n, 1);
	cr_assert_eq(diags->items[0].code, KM619);
	diag_list_done(diags);
}

/* Cut anywhere or filled with the wrong things, a generation is damaged, never half a one. */
Test(state, damaged_generations)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"null",
		"{}",
		"{\"generation\": 1}",
		"{\"generation\":-1,\"base\":0,\"time_us\":0,\"state\":\"good\",\"verb\":\"\","
		"\"kernel\":\"\",\"reason\":\"\",\"patches\":[]}",
		"{\"generation\":1,\"base\":0,\"time_us\":0,\"state\":\"odd\",\"verb\":\"\","
		"\"kernel\":\"\",\"reason\":\"\",\"patches\":[]}",
		"{\"generation\":2,\"base\":0,\"time_us\":0,\"state\":\"good\",\"verb\":\"\","
		"\"kernel\":\"\",\"reason\":\"\",\"patches\":[]}",
		"{\"generation\":1,\"base\":0,\"time_us\":0,\"state\":\"good\",\"verb\":\"\","
		"\"kernel\":\"\",\"reason\":\"\",\"patches\":[{\"name\":\"../x\",\"version\":\"1\","
		"\"depends\":[]}]}",
		"{\"generation\":1,\"base\":0,\"time_us\":0,\"state\":\"good\",\"verb\":\"\","
		"\"kernel\":\"\",\"reason\":\"\",\"patches\":[7]}",
		"[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
	};
	_cleanup_free_ char *path = tree_path(root, "generations/1.json"), *text = NULL;
	struct diag_list diags = {};
	struct generation g;
	size_t size;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		tree_write(root, "generations/1.json", texts[i]);
		assert_damaged(generation_read(root, 1, &diags, &g), &diags, texts[i]);
	}
	write_generation(1, GENERATION_GOOD);
	cr_assert_eq(file_read(path, 4096, &text, &size), 0);
	/* Without the last newline it is still whole. */
	for (size_t n = 0; n < size - 1; n++) {
		tree_write_bytes(root, "generations/1.json", text, n);
		assert_damaged(generation_read(root, 1, &diags, &g), &diags, "cut");
	}
}

Test(state, damaged_current)
{
	static const char *const texts[] = {"", "x", "-1", "1x", " 1", "99999999999999999999999"};
	struct diag_list diags = {};
	struct generation g;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		tree_write(root, "current", texts[i]);
		assert_damaged(generation_read_current(root, &diags, &g), &diags, texts[i]);
	}
	tree_write(root, "current", "5\n");
	assert_damaged(generation_read_current(root, &diags, &g), &diags, "missing");
}

Test(state, quarantine_reads_back)
{
	_cleanup_quarantine_ struct quarantine q = {}, again = {};

	cr_assert_eq(quarantine_read(root, NULL, &q), 0);
	cr_assert_eq(q.n, 0);
	cr_assert_eq(quarantine_add(&q, "a", "1", "because"), 0);
	cr_assert_eq(quarantine_add(&q, "b", "1", "too"), 0);
	cr_assert_eq(quarantine_add(&q, "a", "1", "again"), 0);
	cr_assert_eq(quarantine_write(root, &q), 0);
	cr_assert_eq(quarantine_read(root, NULL, &again), 0);
	cr_assert_eq(again.n, 2);
	cr_assert_str_eq(quarantine_find(&again, "a", "1")->reason, "again");
	cr_assert_null(quarantine_find(&again, "a", "2"));
	cr_assert(quarantine_lift(&again, "a"));
	cr_assert_not(quarantine_lift(&again, "a"));
	cr_assert_eq(again.n, 1);
}

static void write_guard(uint64_t generation, uint64_t base, const char *verb)
{
	const struct guard g = {
		.generation = generation,
		.base = base,
		.verb = (char *)verb,
		.boot_id = "this-boot",
		.added = (char *[]){"new", "newer", NULL},
		.versions = (char *[]){"1", "2", NULL},
		.removed = (char *[]){"old", NULL},
	};

	cr_assert_eq(guard_write(root, &g), 0);
}

static bool guard_exists(void)
{
	_cleanup_free_ char *path = tree_path(root, "guard.json");
	struct stat st;

	return stat(path, &st) == 0;
}

Test(state, guard_reads_back)
{
	struct guard g;

	cr_assert_eq(guard_read(root, NULL, &g), -ENOENT);
	write_guard(5, 4, "apply");
	cr_assert_eq(guard_read(root, NULL, &g), 0);
	cr_assert_eq(g.generation, 5);
	cr_assert_eq(g.base, 4);
	cr_assert_str_eq(g.boot_id, "this-boot");
	cr_assert_eq(strv_length(g.added), 2);
	cr_assert_str_eq(g.versions[1], "2");
	cr_assert_str_eq(g.removed[0], "old");
	guard_done(&g);
	cr_assert_eq(guard_remove(root), 0);
	cr_assert_eq(guard_remove(root), 0);
	cr_assert_not(guard_exists());
}

Test(state, guard_verdicts)
{
	struct guard g = {.generation = 5, .base = 4, .boot_id = "this-boot"};

	cr_assert_eq(guard_judge(&g, 4, "this-boot"), GUARD_DAEMON_DIED);
	cr_assert_eq(guard_judge(&g, 4, "other-boot"), GUARD_MACHINE_DIED);
	cr_assert_eq(guard_judge(&g, 5, "this-boot"), GUARD_COMMITTED);
	cr_assert_eq(guard_judge(&g, 5, "other-boot"), GUARD_COMMITTED);
	/* A start applies the generation that is already in force. */
	g.generation = 4;
	cr_assert_eq(guard_judge(&g, 4, "this-boot"), GUARD_DAEMON_DIED);
	cr_assert_eq(guard_judge(&g, 4, "other-boot"), GUARD_MACHINE_DIED);
}

Test(state, start_without_guard)
{
	_cleanup_quarantine_ struct quarantine q = {};
	struct start_result result;

	start_judge(root, 0, "this-boot", &q, &result);
	cr_assert_null(result.leftovers);
	cr_assert_not(result.broken);
}

Test(state, start_after_the_daemon_died)
{
	_cleanup_quarantine_ struct quarantine q = {};
	struct start_result result;
	struct generation g;

	write_guard(5, 4, "apply");
	start_judge(root, 4, "this-boot", &q, &result);
	cr_assert_not(result.broken);
	cr_assert(strv_contains(result.leftovers, "new"));
	cr_assert(strv_contains(result.leftovers, "newer"));
	cr_assert_eq(q.n, 0);
	cr_assert(guard_exists(), "it has to stay until everything is undone");
	cr_assert_eq(generation_read(root, 5, NULL, &g), 0);
	cr_assert_eq(g.state, GENERATION_INTERRUPTED);
	cr_assert_eq(g.base, 4);
	generation_done(&g);
	start_result_done(&result);
}

/* A start that was to undo something and was itself interrupted must not forget it. */
Test(state, start_after_an_interrupted_start)
{
	_cleanup_quarantine_ struct quarantine q = {};
	struct start_result result;
	uint64_t next;

	write_guard(4, 4, "start");
	start_judge(root, 4, "this-boot", &q, &result);
	cr_assert(strv_contains(result.leftovers, "old"));
	cr_assert_eq(generation_next(root, &next), 0);
	cr_assert_eq(next, 1, "a start is no generation");
	start_result_done(&result);
}

Test(state, start_after_the_machine_died)
{
	_cleanup_quarantine_ struct quarantine q = {}, again = {};
	struct start_result result;
	struct generation g;

	write_guard(5, 4, "apply");
	start_judge(root, 4, "other-boot", &q, &result);
	cr_assert_not(result.broken);
	cr_assert_null(result.leftovers);
	cr_assert(quarantine_find(&q, "new", "1"));
	cr_assert(quarantine_find(&q, "newer", "2"));
	cr_assert_null(quarantine_find(&q, "old", "1"));
	cr_assert_eq(quarantine_read(root, NULL, &again), 0);
	cr_assert_eq(again.n, 2);
	cr_assert_not(guard_exists());
	cr_assert_eq(generation_read(root, 5, NULL, &g), 0);
	cr_assert_eq(g.state, GENERATION_QUARANTINED);
	generation_done(&g);
}

Test(state, start_after_the_commit)
{
	_cleanup_quarantine_ struct quarantine q = {};
	struct start_result result;

	write_guard(5, 4, "apply");
	start_judge(root, 5, "other-boot", &q, &result);
	cr_assert_not(result.broken);
	cr_assert_null(result.leftovers);
	cr_assert_eq(q.n, 0);
	cr_assert_not(guard_exists());
}

Test(state, start_with_a_damaged_guard)
{
	_cleanup_quarantine_ struct quarantine q = {};
	struct start_result result;

	tree_write(root, "guard.json", "{\"generation\": 5");
	start_judge(root, 4, "this-boot", &q, &result);
	cr_assert(result.broken);
	cr_assert(guard_exists());
	start_result_done(&result);
}

/* A write that fails leaves the old content and no temporary file. */
Test(state, failed_write_changes_nothing)
{
	_cleanup_free_ char *before = NULL, *after = NULL, *path = tree_path(root, "guard.json");

	tree_write(root, "guard.json/in-the-way", "");
	before = tree_snapshot(root);
	cr_assert_lt(file_write_atomic(path, "x", 1, 0644), 0);
	after = tree_snapshot(root);
	cr_assert_str_eq(before, after);
	cr_assert_eq(file_write_atomic("/nonexistent/file", "x", 1, 0644), -ENOENT);
}

Test(state, file_limits)
{
	_cleanup_free_ char *path = tree_path(root, "file"), *text = NULL;
	size_t size;

	tree_write(root, "file", "0123456789");
	cr_assert_eq(file_read(path, 9, &text, &size), -EFBIG);
	cr_assert_eq(file_read(path, 10, &text, &size), 0);
	cr_assert_eq(size, 10);
	cr_assert_eq(text[10], '\0');
	cr_assert_eq(file_append_sync(path, "x", 1, 0644), 0);
	cr_assert_eq(file_read("/dev/zero", 10, &text, &size), -EINVAL);
}

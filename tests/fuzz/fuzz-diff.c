// SPDX-License-Identifier: GPL-2.0
/*
 * `patchgen diff` over two objects, with the patch object written and read back. Each answer comes
 * with what belongs to it; an object as a compiler wrote it is no change of itself.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elfmutate.h"
#include "memory-file.h"
#include "pair.h"
#include "patchgen/diff/diff.h"
#include "patchgen/object/object.h"
#include "readback.h"
#include "target.h"

enum {
	OPTION_MODULE = 1 << 0,
	OPTION_NO_OUTPUT = 1 << 1,
	OPTION_NO_SOURCE = 1 << 2,
	OPTION_ITSELF = 1 << 3, /* both are the second one */
};

static struct memory_file orig, patched;
static char folder[] = "/tmp/kmend-fuzz-XXXXXX", output[sizeof(folder) + 8];

static void leave(void)
{
	unlink(output);
	rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	/* Where files are in memory, if there is such a place. */
	if (access("/dev/shm", W_OK) == 0)
		memcpy(folder, "/dev/shm/fuzz-XXXXXX\0", 21);
	fuzz_expect(mkdtemp(folder), "mkdtemp: %m");
	snprintf(output, sizeof(output), "%s/out.o", folder);
	atexit(leave);
	memory_file_open(&orig);
	memory_file_open(&patched);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct random random = random_start(seed);

	return pair_mutate(data, size, max, &random, elf_mutate, elf_mutate);
}

static void check_diagnostics(const struct diff_result *result, int r)
{
	struct json_object *json = diag_list_to_json(&result->diags);

	fuzz_expect(json, "no JSON");
	json_object_put(json);
	if (r < 0) {
		fuzz_expect(diag_list_has(&result->diags, DIAG_ERROR), "an error without a reason");
		return;
	}
	fuzz_expect(!diag_list_has(&result->diags, DIAG_ERROR), "an error that is not returned");
	fuzz_expect((result->verdict == DIFF_REFUSED) ==
			    diag_list_has(&result->diags, DIAG_REFUSAL),
		    "the verdict is %s, but the diagnostics say something else",
		    diff_verdict_name(result->verdict));
}

static void check_lists(const struct diff_result *result)
{
	for (size_t i = 0; i < result->n_changed; i++)
		fuzz_expect(result->changed[i] && (!result->changes || result->changes[i].part),
			    "a changed function without a name");
	for (size_t i = 0; i < result->n_added; i++)
		fuzz_expect(result->added[i], "a new function without a name");
	fuzz_expect(result->verdict != DIFF_NO_CHANGE || result->n_changed + result->n_added == 0,
		    "no change, but a changed function");
	fuzz_expect(result->verdict != DIFF_ACCEPTED || result->n_changed + result->n_added > 0,
		    "accepted without a change");
}

static void check_output(const struct diff_result *result, int r, const char *path)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	bool is_accepted = r == 0 && result->verdict == DIFF_ACCEPTED;
	struct object *object;

	if (!path)
		return;
	fuzz_expect((access(path, F_OK) == 0) == is_accepted, "%s",
		    is_accepted ? "accepted without an output" : "an output, but not accepted");
	if (!is_accepted)
		return;
	readback_check(path);
	fuzz_expect(object_open(path, &object, &diags) == 0,
		    "patchgen does not read its output: %s", diags.n ? diags.items[0].message : "");
	object_free(object);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diff_options options = {.patched_path = patched.path};
	struct diff_result result;
	struct pair pair;
	int r;

	if (!pair_read(data, size, &pair))
		return 0;
	if (pair.options & OPTION_ITSELF)
		memory_file_set(&orig, pair.second, pair.second_size);
	else
		memory_file_set(&orig, pair.first, pair.first_size);
	memory_file_set(&patched, pair.second, pair.second_size);
	options.orig_path = orig.path;
	options.object = pair.options & OPTION_MODULE ? "some_module" : "vmlinux";
	options.source = pair.options & OPTION_NO_SOURCE ? NULL : "kernel/fuzz.c";
	options.out_path = pair.options & OPTION_NO_OUTPUT ? NULL : output;
	r = diff_objects(&options, &result);
	check_diagnostics(&result, r);
	check_output(&result, r, options.out_path);
	if (r == 0) {
		check_lists(&result);
		fuzz_expect(!(pair.options & OPTION_ITSELF) || result.verdict != DIFF_ACCEPTED ||
				    !(pair.options & PAIR_ORIGINAL),
			    "an object is accepted as a change of itself");
	}
	diff_result_done(&result);
	return 0;
}

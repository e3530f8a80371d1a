// SPDX-License-Identifier: GPL-2.0
/*
 * What was shipped: the kernel's image with its symbol tables, or a module, and an object that is
 * looked for in it. Whatever is said to lie there lies there.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elfmutate.h"
#include "lib/fileio.h"
#include "memory-file.h"
#include "pair.h"
#include "patchgen/base/files.h"
#include "patchgen/object/object.h"
#include "patchgen/resolve/resolve.h"
#include "target.h"

enum { OPTION_MODULE = 1 << 0 };

static const char exports[] = "0x12345678\tdo_it\tvmlinux\tEXPORT_SYMBOL\t\n"
			      "0xdeadbeef\tprintk\tfs/m/m\tEXPORT_SYMBOL_GPL\tSOME_NS\n";
static char folder[] = "/tmp/kmend-fuzz-XXXXXX";
static char release[] = "6.1.0-fuzz";
static struct memory_file shipped, compiled;
static struct kernel kernel = {
	.release = release, .source = folder, .headers = folder, .modules = folder, .work = folder};

static void leave(void)
{
	remove_tree(folder);
	free(kernel.vmlinuz);
}

static void place(const char *name, const char *text, const char *link)
{
	_cleanup_free_ char *path = path_join(folder, name);

	fuzz_expect(path && make_parent_folders(path, 0755) == 0, "%s: %m", name);
	if (link)
		fuzz_expect(symlink(link, path) == 0, "%s: %m", path);
	else
		fuzz_expect(file_write_atomic(path, text, strlen(text), 0644) == 0, "%s", path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct timespec long_ago[2] = {};

	fuzz_expect(mkdtemp(folder), "mkdtemp: %m");
	atexit(leave);
	memory_file_open(&shipped);
	memory_file_open(&compiled);
	place("modules.order", "kernel/m.ko\n", NULL);
	place("Module.symvers", exports, NULL);
	place("kernel/m.ko", NULL, shipped.path);
	place("vmlinux", NULL, shipped.path);
	place("vmlinuz", "older than what was extracted of it", NULL);
	kernel.vmlinuz = path_join(folder, "vmlinuz");
	fuzz_expect(utimensat(AT_FDCWD, kernel.vmlinuz, long_ago, 0) == 0, "utimensat: %m");
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct random random = random_start(seed);

	return pair_mutate(data, size, max, &random, elf_mutate, elf_mutate);
}

static void ask(struct resolver *resolver, const struct symbol *symbol)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	struct reach_request request = {
		.object = "vmlinux",
		.name = symbol->name,
		.symbol = symbol->index,
		.is_local = symbol->bind == STB_LOCAL,
		.is_function = symbol_is_function(symbol),
	};
	struct reach_answer answer = {.reach = REACH_UNKNOWN};

	fuzz_expect(resolver_reach(resolver, &request, &answer, &diags) == 0, "no answer");
	fuzz_expect(answer.object && *answer.object, "an answer without an object");
	request.is_place = true;
	resolver_reach(resolver, &request, &answer, &diags);
	if (symbol_is_function(symbol))
		resolver_prove(resolver, symbol->name, &diags);
	resolver_has_global(resolver, symbol->name);
}

static void look_up(struct resolver *resolver, uint32_t options, struct diag_list *diags)
{
	size_t n_functions, n_proven;
	struct object *object;

	resolver_counts(resolver, &n_functions, &n_proven);
	fuzz_expect(n_proven <= n_functions, "more is proven than there is");
	fuzz_expect(n_proven == n_functions || !(options & PAIR_ORIGINAL),
		    "%zu of %zu functions are found where all are", n_proven, n_functions);
	if (object_open(compiled.path, &object, diags) < 0)
		return;
	for_each_symbol(symbol, object)
		ask(resolver, symbol);
	object_free(object);
}

static void run(const struct image *image, uint32_t options, struct diag_list *diags)
{
	const struct compiled original = {
		.source = (char *)"kernel/fuzz.c",
		.object = compiled.path,
		.module = (char *)(options & OPTION_MODULE ? "m" : "vmlinux"),
		.is_module = options & OPTION_MODULE,
	};
	struct resolver *resolver;

	if (resolver_new(&kernel, image, VERIFY_REQUIRE, diags, &resolver) < 0)
		return;
	if (resolver_add_new_symbols(resolver, &original, compiled.path, diags) == 0 &&
	    resolver_set_object(resolver, NULL, &original, diags) == 0)
		look_up(resolver, options, diags);
	else
		fuzz_expect(!(options & PAIR_ORIGINAL), "not found: %s", diags->items[0].message);
	resolver_free(resolver);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	static const struct image none;
	struct image *image;
	struct pair pair;

	if (!pair_read(data, size, &pair))
		return 0;
	memory_file_set(&shipped, pair.first, pair.first_size);
	memory_file_set(&compiled, pair.second, pair.second_size);
	if (pair.options & OPTION_MODULE) {
		run(&none, pair.options, &diags);
	} else if (image_open(&kernel, NULL, &diags, &image) == 0) {
		run(image, pair.options, &diags);
		free(image_package_version(image));
		image_free(image);
	} else {
		fuzz_expect(diags.n > 0, "refused without a reason");
		fuzz_expect(!(pair.options & PAIR_ORIGINAL), "refused: %s", diags.items[0].message);
	}
	return 0;
}

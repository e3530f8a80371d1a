// SPDX-License-Identifier: GPL-2.0
/*
 * What patchgen reads as text: a patch, applied to a source; and headers, Makefiles, exports and
 * manifests. The first of the two files is the patch, or the text.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/manifest.h"
#include "pair.h"
#include "patchgen/source/declarations.h"
#include "patchgen/source/makefile.h"
#include "patchgen/source/patchtext.h"
#include "patchgen/kernel/symvers.h"
#include "target.h"

enum kind { KIND_PATCH, KIND_HEADER, KIND_MAKEFILE, KIND_EXPORTS, KIND_MANIFEST, _KIND_MAX };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

static size_t line_at(const uint8_t *data, size_t size, size_t at)
{
	while (at > 0 && at < size && data[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_length(const uint8_t *data, size_t size, size_t at)
{
	const uint8_t *end = memchr(data + at, '\n', size - at);

	return end ? (size_t)(end + 1 - (data + at)) : size - at;
}

/* Lines come twice, go, or move; marks and numbers change. */
static size_t text_mutate(uint8_t *data, size_t size, size_t max, struct random *random)
{
	static const char marks[] = " +-@\\\n\r\t/*\"'#{};:,.0129";
	size_t at, n, to;

	if (size == 0 || random_chance(random, 30))
		return LLVMFuzzerMutate(data, size, max);
	at = line_at(data, size, random_below(random, size));
	n = line_length(data, size, at);
	switch (random_below(random, 4)) {
	case 0:
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	case 1:
		if (n > max - size)
			return size;
		memmove(data + at + n, data + at, size - at);
		return size + n;
	case 2:
		to = line_at(data, size, random_below(random, size));
		n = n < size - to ? n : size - to;
		memmove(data + to, data + at, n);
		return size;
	default:
		data[random_chance(random, 50) ? at : random_below(random, size)] =
			random_of(random, marks);
		return size;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct random random = random_start(seed);

	return pair_mutate(data, size, max, &random, text_mutate, text_mutate);
}

static void check_lines(const struct source_text *source, unsigned n_original)
{
	unsigned last = 0;

	for (size_t i = 0; i < source->n_lines; i++) {
		unsigned original = source->lines[i].original;

		if (original == 0)
			continue;
		fuzz_expect(original > last && original <= n_original,
			    "line %u of the original stands after line %u", original, last);
		last = original;
	}
}

static void apply(const struct patch_text *patch, const char *text, size_t size)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	struct source_text source;
	size_t n_lines, written;
	char *out;

	if (source_text_split(text, size, &source) < 0)
		return;
	n_lines = source.n_lines;
	for (size_t i = 0; i < patch->n_files; i++) {
		if (source_text_apply(&source, patch, &patch->files[i], &diags) < 0)
			fuzz_expect(diags.n > 0, "refused without a reason");
		check_lines(&source, n_lines);
	}
	fuzz_expect(source_text_write(&source, &out, &written) == 0, "not written");
	free(out);
	source_text_done(&source);
}

static void read_patch(const struct pair *pair, struct diag_list *diags)
{
	struct patch_text *patch;

	if (patch_text_parse("fuzz.patch", (const char *)pair->first, pair->first_size, diags,
			     &patch) < 0) {
		fuzz_expect(diags->n > 0, "refused without a reason");
		return;
	}
	apply(patch, (const char *)pair->second, pair->second_size);
	patch_text_free(patch);
}

static void read_header(const struct pair *pair)
{
	struct declarations declarations;

	if (declarations_parse((const char *)pair->first, pair->first_size, &declarations) < 0)
		return;
	for (size_t i = 0; i < declarations.n && i < 16; i++) {
		const struct declaration *item = &declarations.items[i];

		fuzz_expect(declarations_contain(&declarations, item->text),
			    "a declaration is not found by its own text");
		for (char **name = item->names; name && *name; name++)
			text_mentions((const char *)pair->second, pair->second_size, *name);
	}
	declarations_done(&declarations);
}

/* These take texts that end. */
static void read_makefile(const struct pair *pair)
{
	_cleanup_free_ char *makefile = strndup((const char *)pair->first, pair->first_size);
	_cleanup_free_ char *config = strndup((const char *)pair->second, pair->second_size);
	_cleanup_free_ char *option = NULL;
	enum member member;

	if (makefile && config)
		makefile_member(makefile, config, "part.o", &member, &option);
}

static void read_exports(const struct pair *pair, struct diag_list *diags)
{
	struct symvers symvers;

	if (symvers_parse((const char *)pair->first, pair->first_size, "Module.symvers", diags,
			  &symvers) < 0)
		return;
	for (size_t i = 0; i < symvers.n_exports; i++)
		fuzz_expect(symvers_find(&symvers, symvers.exports[i].name),
			    "an export is not found by its name");
	symvers_done(&symvers);
}

static void read_manifest(const struct pair *pair, struct diag_list *diags)
{
	_cleanup_free_ char *out = NULL;
	struct manifest *manifest, *again;
	size_t size;

	if (manifest_parse((const char *)pair->first, pair->first_size, "manifest.yaml", diags,
			   &manifest) < 0) {
		fuzz_expect(diags->n > 0, "refused without a reason");
		return;
	}
	fuzz_expect(manifest_write(manifest, &out, &size) == 0, "not written");
	fuzz_expect(manifest_parse(out, size, "written.yaml", diags, &again) == 0,
		    "a manifest is not read as it was written: %s", out);
	manifest_free(again);
	manifest_free(manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	struct pair pair;

	if (!pair_read(data, size, &pair))
		return 0;
	switch ((enum kind)(pair.options % _KIND_MAX)) {
	case KIND_PATCH:
		read_patch(&pair, &diags);
		break;
	case KIND_HEADER:
		read_header(&pair);
		break;
	case KIND_MAKEFILE:
		read_makefile(&pair);
		break;
	case KIND_EXPORTS:
		read_exports(&pair, &diags);
		break;
	default:
		read_manifest(&pair, &diags);
	}
	return 0;
}

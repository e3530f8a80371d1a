// SPDX-License-Identifier: GPL-2.0
#include "inputs.h"

#include <fts.h>
#include <search.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../base/files.h"
#include "../base/run.h"

#define MAKEFILE_MAX (4UL * 1024 * 1024)

struct inputs {
	const struct prepared *prepared;
	char common[DIGEST_TEXT];
	void *known; /* tree of struct known */
};

struct known {
	char *path;
	char digest[DIGEST_TEXT];
};

/* Where the program is that this name stands for; for the compiler's parts, what it says. */
static int find_program(const char *compiler, const char *part, char **ret)
{
	_cleanup_free_ char *command = NULL, *text = NULL;
	int r;

	if (part)
		r = string_format(&command, "command -v \"$(%s -print-prog-name=%s)\"", compiler,
				  part);
	else
		r = string_format(&command, "command -v %s", compiler);
	if (r < 0)
		return r;
	r = run_program(&(struct run){.argv = (const char *[]){"/bin/sh", "-c", command, NULL}},
			&text);
	if (r != 0)
		return r < 0 ? r : -ENOENT;
	*ret = strndup(text, strcspn(text, "\n"));
	return *ret ? 0 : -ENOMEM;
}

/*
 * The programs' contents: a version's text stays the same when a distribution mends a compiler.
 * clang is all in one; that it is the wrong one is told later, with its name.
 */
static int add_compiler(struct digest *digest, const char *compiler)
{
	static const char *const parts[] = {NULL, "cc1", "as"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_free_ char *path = NULL;
		char text[DIGEST_TEXT];
		int r;

		r = find_program(compiler, parts[i], &path);
		if (r == -ENOENT && parts[i])
			continue;
		r = r ?: digest_file(path, text);
		if (r < 0)
			return r;
		digest_add_string(digest, text);
	}
	return 0;
}

int inputs_open(const struct prepared *prepared, const char *flags, struct inputs **ret)
{
	_cleanup_inputs_ struct inputs *inputs = calloc(1, sizeof(*inputs));
	_cleanup_digest_ struct digest *digest = NULL;
	int r;

	if (!inputs)
		return -ENOMEM;
	inputs->prepared = prepared;
	r = digest_new(&digest);
	r = r ?: add_compiler(digest, prepared->compiler);
	if (r < 0)
		return r;
	digest_add_string(digest, prepared->compiler);
	digest_add_string(digest, flags);
	digest_add_string(digest, prepared->kernel->release);
	digest_add_string(digest, prepared->identity);
	r = digest_text(digest, inputs->common);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(inputs);
	return 0;
}

static void free_known(void *p)
{
	struct known *known = p;

	free(known->path);
	free(known);
}

void inputs_free(struct inputs *inputs)
{
	tdestroy(inputs->known, free_known);
	free(inputs);
}

static int compare_known(const void *a, const void *b)
{
	return strcmp(((const struct known *)a)->path, ((const struct known *)b)->path);
}

static int digest_input(const struct inputs *inputs, const char *path, char ret[DIGEST_TEXT])
{
	_cleanup_free_ char *full = NULL;
	int r;

	if (*path == '/')
		return digest_file(path, ret);
	r = string_format(&full, "%s/%s", inputs->prepared->folder, path);
	return r ?: digest_file(full, ret);
}

int inputs_digest(struct inputs *inputs, const char *path, char ret[DIGEST_TEXT])
{
	struct known *known = calloc(1, sizeof(*known)), **found;
	int r;

	if (!known)
		return -ENOMEM;
	known->path = strdup(path);
	found = known->path ? tsearch(known, &inputs->known, compare_known) : NULL;
	if (!found) {
		free_known(known);
		return -ENOMEM;
	}
	if (*found != known) {
		free_known(known);
		memcpy(ret, (*found)->digest, DIGEST_TEXT);
		return 0;
	}
	r = digest_input(inputs, path, known->digest);
	if (r < 0) {
		tdelete(known, &inputs->known, compare_known);
		free_known(known);
		return r;
	}
	memcpy(ret, known->digest, DIGEST_TEXT);
	return 0;
}

static bool is_makefile(const char *name)
{
	size_t n = strlen(name);

	return strncmp(name, "Makefile", 8) == 0 || strncmp(name, "Kbuild", 6) == 0 ||
	       (n > 3 && strcmp(name + n - 3, ".mk") == 0);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* drivers/gpu/drm/amd/display/Makefile is one of those that include others from below. */
static int add_makefiles_below(struct digest *digest, char *folder, bool deep)
{
	char *roots[] = {folder, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, by_name);
	FTSENT *entry;
	int r = 0;

	if (!fts)
		return -errno;
	while (r == 0 && (entry = fts_read(fts))) {
		char text[DIGEST_TEXT];

		if (entry->fts_info == FTS_D && entry->fts_level > 0 && !deep)
			fts_set(fts, entry, FTS_SKIP);
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP ||
		    !is_makefile(entry->fts_name))
			continue;
		r = digest_file(entry->fts_path, text);
		digest_add_string(digest, entry->fts_path + strlen(folder));
		digest_add_string(digest, text);
	}
	fts_close(fts);
	return r;
}

static bool includes_others(const char *folder)
{
	static const char *const names[] = {"Kbuild", "Makefile"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = NULL, *text = NULL;

		if (string_format(&path, "%s/%s", folder, names[i]) < 0)
			return true;
		if (file_read(path, MAKEFILE_MAX, &text, NULL) < 0)
			continue;
		if (strncmp(text, "include ", 8) == 0 || strstr(text, "\ninclude ") ||
		    strstr(text, "\n-include "))
			return true;
	}
	return false;
}

/* The top one and the architecture's only include what is in scripts and beside them. */
static int add_makefiles(struct digest *digest, const char *source, const char *folder, int n)
{
	bool is_deep = n > 0 && strncmp(folder, "arch/x86", n) != 0;
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s%s%.*s", source, n ? "/" : "", n, folder);
	if (r < 0)
		return r;
	return add_makefiles_below(digest, path, is_deep && includes_others(path));
}

int inputs_key(const struct inputs *inputs, const char *source, char ret[DIGEST_TEXT])
{
	const char *root = inputs->prepared->kernel->source;
	_cleanup_digest_ struct digest *digest = NULL;
	int r;

	r = digest_new(&digest);
	if (r < 0)
		return r;
	digest_add_string(digest, inputs->common);
	digest_add_string(digest, source);
	r = add_makefiles(digest, root, "", 0);
	r = r ?: add_makefiles(digest, root, "scripts", strlen("scripts"));
	for (const char *p = source; r == 0 && (p = strchr(p, '/')); p++)
		r = add_makefiles(digest, root, source, p - source);
	return r ?: digest_text(digest, ret);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Files as the preprocessor leaves them: what is the same then compiles to the same. kbuild makes
 * the originals' (x.i), or the cache has their digests; the patched ones' are made by its command.
 */
#include "tree.h"

#include <ctype.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"
#include "../base/run.h"

#define TEXT_MAX (256UL * 1024 * 1024)

/* Without it every line would be there, and marks of where lines are from. */
#define PREPROCESSOR_FLAGS " -P"

static const char *line_end(const char *p, const char *end)
{
	const char *newline = memchr(p, '\n', end - p);

	return newline ? newline : end;
}

/* "# 12 "file.h" 2": only says where the next line is from. */
static bool is_line_mark(const char *p, const char *end)
{
	for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
		;
	return p < end && isdigit((unsigned char)*p);
}

/* Behind the string or character that begins here. */
static const char *literal_end(const char *p, const char *end)
{
	char quote = *p++;

	for (; p < end && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end && *p == quote ? p + 1 : p;
}

/*
 * How much blank there is between words, and on how many lines they are, means nothing but in
 * literals and at the ends of a #pragma. Returns the new length.
 */
static size_t normalize(char *text, size_t size)
{
	const char *p = text, *end = text + size, *next;
	bool is_line_start = true;
	char *to = text, blank = 0;

	for (; p < end; p = next) {
		bool is_directive = *p == '#' && is_line_start;

		next = is_directive ? line_end(p, end) : p + 1;
		if (isspace((unsigned char)*p) || (is_directive && is_line_mark(p, next))) {
			is_line_start = is_line_start || *p == '\n';
			blank = blank ?: ' ';
			continue;
		}
		if (*p == '"' || *p == '\'')
			next = literal_end(p, end);
		if (is_directive)
			blank = '\n';
		/* There was something in its place: the text never gets longer. */
		if (blank && to > text)
			*to++ = blank;
		memmove(to, p, next - p);
		to += next - p;
		blank = is_directive ? '\n' : 0;
		is_line_start = false;
	}
	return to - text;
}

/* The file is removed: there may be a thousand of some megabytes each. */
static int take_digest(const char *path, char ret[DIGEST_TEXT])
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = file_read(path, TEXT_MAX, &text, &size);
	unlink(path);
	return r ?: digest_data(text, normalize(text, size), ret);
}

/* "net/core/dev.c" to "net/core/dev.i" */
static int name_output(const char *path, char **ret)
{
	return string_format(ret, "%.*si", (int)strlen(path) - 1, path);
}

static int start(const struct tree *tree, struct tree_preprocessed *file)
{
	_cleanup_free_ char *object = NULL, *target = NULL;
	int r;

	r = tree_find_target(tree, file->source, &object);
	r = r ?: name_output(object, &target);
	r = r ?: string_format(&file->original.source, "%s", file->source);
	return r ?: string_format(&file->original.object, "%s/%s", tree->output, target);
}

/* An entry has the digest and the dependencies, one a line, where that of an object has the object. */
static int parse_entry(struct tree_preprocessed *file, char *text, size_t size)
{
	char *rest = text + DIGEST_TEXT, *path;
	int r = 0;

	if (size < DIGEST_TEXT || text[DIGEST_TEXT - 1] != '\n')
		return -ENOENT;
	memcpy(file->digest, text, DIGEST_TEXT - 1);
	file->digest[DIGEST_TEXT - 1] = '\0';
	while (r == 0 && (path = strsep(&rest, "\n")))
		if (*path)
			r = strv_append(&file->dependencies, path);
	return r;
}

static int take_from_cache(struct tree *tree, struct tree_preprocessed *file)
{
	const struct cache_places places = {tree->kernel->source, tree->output};
	_cleanup_free_ char *name = NULL, *text = NULL;
	size_t size;
	int r;

	r = name_output(file->source, &name);
	r = r     ?:
		    cache_get(tree->cache, tree->inputs, name, &places, file->original.object,
			      &file->original.command);
	if (r < 0)
		return r;
	r = file_read(file->original.object, TEXT_MAX, &text, &size);
	unlink(file->original.object);
	return r ?: parse_entry(file, text, size);
}

static int write_entry(const struct tree_preprocessed *file)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	fprintf(out, "%s\n", file->digest);
	for (char **path = file->dependencies; path && *path; path++)
		fprintf(out, "%s\n", *path);
	if (fclose(out) != 0)
		return -ENOMEM;
	return file_write_atomic(file->original.object, text, size, 0600);
}

static int put_into_cache(struct tree *tree, const struct tree_preprocessed *file,
			  char *const *dependencies)
{
	const struct cache_places places = {tree->kernel->source, tree->output};
	_cleanup_free_ char *name = NULL;
	int r;

	r = name_output(file->source, &name);
	r = r ?: write_entry(file);
	r = r     ?:
		    cache_put(tree->cache, tree->inputs, name, &places, file->original.object,
			      file->original.command, dependencies);
	unlink(file->original.object);
	return r;
}

static int keep_dependencies(const struct tree *tree, struct tree_preprocessed *file,
			     char *const *paths)
{
	size_t n = strlen(tree->kernel->source);
	int r = 0;

	for (; r == 0 && paths && *paths; paths++)
		if (strncmp(*paths, tree->kernel->source, n) == 0 && (*paths)[n] == '/')
			r = strv_append(&file->dependencies, *paths + n + 1);
	return r;
}

static int take_from_output(struct tree *tree, struct tree_preprocessed *file)
{
	struct compiled *original = &file->original;
	_cleanup_strv_ char **dependencies = NULL;
	int r;

	if (!path_exists(original->object))
		return -EINVAL;
	r = tree_read_command(tree, original->object, original, &dependencies);
	if (r < 0)
		return r;
	free(TAKE_PTR(original->target));
	r = take_digest(original->object, file->digest);
	r = r ?: keep_dependencies(tree, file, dependencies);
	return r ?: put_into_cache(tree, file, dependencies);
}

int tree_preprocess_originals(struct tree *tree, struct tree_preprocessed *files, size_t n,
			      struct diag_list *diags)
{
	_cleanup_strv_ char **targets = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct tree_preprocessed *file = &files[i];

		r = start(tree, file);
		if (r < 0)
			return r;
		file->status = take_from_cache(tree, file);
		if (file->status == -ENOENT)
			r = strv_append(&targets, file->original.object + strlen(tree->output) + 1);
		else
			r = file->status;
	}
	if (r == 0 && targets)
		r = tree_make(tree, targets, PREPROCESSOR_FLAGS, diags);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (files[i].status != -ENOENT)
			continue;
		files[i].status = take_from_output(tree, &files[i]);
		if (files[i].status < 0 && files[i].status != -EINVAL)
			r = files[i].status;
	}
	return r;
}

static int compare(struct tree *tree, struct tree_preprocessed *file,
		   const struct run_result *result, struct diag_list *diags)
{
	char digest[DIGEST_TEXT];
	int r;

	if (result->status < 0)
		return diag_error(diags, KM309, result->status, "the compiler: %s",
				  strerror(-result->status));
	launcher_hear(tree->options.launcher, result->text);
	/* Why the preprocessor fails is told when the file is compiled. */
	if (result->status > 0)
		return 0;
	r = take_digest(file->output, digest);
	file->is_same = r == 0 && strcmp(digest, file->digest) == 0;
	return r;
}

int tree_preprocess_patched(struct tree *tree, struct tree_preprocessed *files, size_t n,
			    struct diag_list *diags)
{
	_cleanup_free_ struct tree_patched *patched = calloc(n + 1, sizeof(*patched));
	_cleanup_free_ struct run_result *results = calloc(n + 1, sizeof(*results));
	_cleanup_free_ size_t *places = calloc(n + 1, sizeof(*places));
	size_t n_patched = 0;
	int r;

	if (!patched || !results || !places)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (files[i].status < 0 || files[i].is_other)
			continue;
		patched[n_patched] = (struct tree_patched){
			.original = &files[i].original,
			.object = files[i].output,
		};
		places[n_patched++] = i;
	}
	r = tree_run_patched(tree, patched, n_patched, results, diags);
	for (size_t i = 0; r == 0 && i < n_patched; i++)
		r = compare(tree, &files[places[i]], &results[i], diags);
	run_results_done(results, n_patched);
	return r;
}

void tree_preprocessed_done(struct tree_preprocessed *file)
{
	compiled_done(&file->original);
	strv_free(file->dependencies);
	if (file->output)
		unlink(file->output);
	free(file->output);
	*file = (struct tree_preprocessed){0};
}

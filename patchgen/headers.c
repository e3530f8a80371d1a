// SPDX-License-Identifier: GPL-2.0
#include "headers.h"

#include <fts.h>
#include <stdarg.h>
#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "declarations.h"
#include "files.h"
#include "overrides.h"
#include "run.h"

#define FILE_MAX    (64UL * 1024 * 1024)
#define NAMES_MAX   64
#define SOURCES_MAX 1024
#define ROUNDS_MAX  6

struct search {
	const struct kernel *kernel;
	const char *overlay;
	struct affected *affected;
	struct overrides *overrides;
	struct diag_list *diags;
	char *config;
	char **names; /* of what changed */
	char **sources; /* C files that use any of them */
	bool is_complete; /* the last round found no further name */
};

static _printf_(3, 4) int too_far(struct search *search, const char *file, const char *format, ...)
{
	const struct diag_where where = {.file = file};
	_cleanup_free_ char *message = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&message, format, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	return diag_add(search->diags, KM306, DIAG_REFUSAL, -EINVAL, &where, "%s", message);
}

static int add_names(struct search *search, const char *file, const struct declaration *declaration)
{
	if (!declaration->names) {
		_cleanup_free_ char *head = strndup(declaration->text, 60);

		return too_far(search, file, "a declaration that is not understood: %s",
			       head ?: "");
	}
	for (char **name = declaration->names; *name; name++) {
		int r = 0;

		if (strv_contains(search->names, *name))
			continue;
		if (strv_length(search->names) >= NAMES_MAX)
			return too_far(search, file, "too many things change with '%s'", *name);
		r = strv_append(&search->names, *name);
		if (r < 0)
			return r;
		search->is_complete = false;
	}
	return 0;
}

/* The author says that whoever uses this structure without its name need not be compiled anew. */
static bool is_answered(struct search *search, const char *structure)
{
	return overrides_answer(search->overrides, KM306, (const char *const[]){structure, NULL},
				search->diags);
}

/* What is in one and not in the other has changed. */
static int compare(struct search *search, const char *file, const struct declarations *from,
		   const struct declarations *to)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct declaration *declaration = &from->items[i];
		bool is_include = strstr(declaration->text, "#include") != NULL;
		int r;

		if (declarations_contain(to, declaration->text) || is_include)
			continue;
		if (declaration->is_layout && declaration->names &&
		    declarations_name(to, declaration->names[0]) &&
		    !is_answered(search, declaration->names[0]))
			return too_far(
				search, file,
				"the layout of '%s' changes: code that uses it need not name "
				"it, and objects that exist keep the old one",
				declaration->names[0]);
		r = add_names(search, file, declaration);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_declarations(const char *root, const char *path, struct declarations *ret)
{
	_cleanup_free_ char *full = NULL, *text = NULL;
	size_t size;
	int r;

	r = string_format(&full, "%s/%s", root, path);
	r = r ?: file_read(full, FILE_MAX, &text, &size);
	return r ?: declarations_parse(text, size, ret);
}

static int compare_header(struct search *search, const char *path)
{
	_cleanup_(declarations_done) struct declarations old = {0}, new = {0};
	int r;

	r = read_declarations(search->kernel->source, path, &old);
	r = r ?: read_declarations(search->overlay, path, &new);
	r = r ?: compare(search, path, &old, &new);
	r = r ?: compare(search, path, &new, &old);
	return r;
}

static bool mentions_any(char *const *names, const char *text, size_t size)
{
	for (; names && *names; names++)
		if (text_mentions(text, size, *names))
			return true;
	return false;
}

/* A header whose declarations use what changed hands the change on under their names. */
static int follow_header(struct search *search, const char *path, const char *text, size_t size)
{
	_cleanup_(declarations_done) struct declarations declarations = {0};
	int r;

	r = declarations_parse(text, size, &declarations);
	for (size_t i = 0; r == 0 && i < declarations.n; i++) {
		const struct declaration *declaration = &declarations.items[i];

		if (!mentions_any(search->names, declaration->text, strlen(declaration->text)))
			continue;
		if (declaration->is_layout && declaration->names &&
		    !strv_contains(search->names, declaration->names[0]) &&
		    !is_answered(search, declaration->names[0]))
			return too_far(search, path, "the layout of '%s' depends on what changes",
				       declaration->names[0]);
		r = add_names(search, path, declaration);
	}
	return r;
}

static int follow_source(struct search *search, const char *path)
{
	if (strv_contains(search->sources, path))
		return 0;
	return strv_append(&search->sources, path);
}

static int look_into(struct search *search, const char *path)
{
	_cleanup_free_ char *full = NULL, *text = NULL;
	bool is_touched = strv_contains(search->affected->touched, path);
	size_t n = strlen(path), size;
	int r;

	if (n < 3 || path[n - 2] != '.' || (path[n - 1] != 'c' && path[n - 1] != 'h'))
		return 0;
	r = string_format(&full, "%s/%s", is_touched ? search->overlay : search->kernel->source,
			  path);
	r = r ?: file_read(full, FILE_MAX, &text, &size);
	if (r < 0)
		return r;
	if (!mentions_any(search->names, text, size))
		return 0;
	return path[n - 1] == 'h' ? follow_header(search, path, text, size) :
				    follow_source(search, path);
}

/* Folders that nothing of an x86 kernel is compiled from. */
static bool is_passed_over(const char *path)
{
	static const char *const folders[] = {"Documentation", "tools",    "samples", "scripts",
					      "debian",        "LICENSES", "rust",    "usr"};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (strcmp(path, folders[i]) == 0)
			return true;
	return strncmp(path, "arch/", 5) == 0 && strcmp(path, "arch/x86") != 0 &&
	       strncmp(path, "arch/x86/", 9) != 0;
}

static int search_tree(struct search *search)
{
	char *roots[] = {search->kernel->source, NULL};
	size_t n = strlen(search->kernel->source) + 1;
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int r = 0;

	if (!fts)
		return -errno;
	while (r == 0 && (entry = fts_read(fts))) {
		if (entry->fts_level == 0)
			continue;
		if (entry->fts_info == FTS_D && is_passed_over(entry->fts_path + n))
			fts_set(fts, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_F || entry->fts_info == FTS_NSOK)
			r = look_into(search, entry->fts_path + n);
		if (run_interrupted())
			r = -EINTR;
	}
	fts_close(fts);
	return r;
}

static int keep_configured(struct search *search)
{
	int r = 0;

	for (char **path = search->sources; r == 0 && path && *path; path++)
		if (!strv_contains(search->affected->sources, *path))
			r = affected_add_indirect(search->kernel, search->config, *path,
						  search->affected, search->diags);
	if (r == 0 && strv_length(search->affected->sources) > SOURCES_MAX)
		return too_far(search, search->affected->headers[0],
			       "%zu C files use what changes, more than can be compared",
			       strv_length(search->affected->sources));
	return r;
}

static int follow(struct search *search)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s/.config", search->kernel->headers);
	r = r ?: file_read(path, FILE_MAX, &search->config, NULL);
	for (char **header = search->affected->headers; r == 0 && *header; header++)
		r = compare_header(search, *header);
	search->is_complete = !search->names;
	for (int round = 0; r == 0 && !search->is_complete; round++) {
		if (round == ROUNDS_MAX)
			return too_far(search, NULL, "the change of '%s' is handed on too often",
				       search->names[0]);
		search->is_complete = true;
		r = search_tree(search);
	}
	return r ?: keep_configured(search);
}

int headers_follow(const struct kernel *kernel, const char *overlay, struct affected *affected,
		   struct overrides *overrides, struct diag_list *diags)
{
	struct search search = {
		.kernel = kernel,
		.overlay = overlay,
		.affected = affected,
		.overrides = overrides,
		.diags = diags,
	};
	int r = follow(&search);

	free(search.config);
	strv_free(search.names);
	strv_free(search.sources);
	return r;
}

static bool same_file(const char *a, const char *b)
{
	_cleanup_free_ char *real_a = realpath(a, NULL), *real_b = realpath(b, NULL);

	return real_a && real_b && strcmp(real_a, real_b) == 0;
}

static int check_dependency(const struct kernel *kernel, const struct affected *affected,
			    const char *path, struct diag_list *diags)
{
	const char *base = strrchr(path, '/');

	for (char **touched = affected->touched; base && *touched; touched++) {
		const struct diag_where where = {.file = *touched};
		const char *slash = strrchr(*touched, '/');
		_cleanup_free_ char *original = NULL;
		int r;

		if (strcmp(base + 1, slash ? slash + 1 : *touched) != 0)
			continue;
		r = string_format(&original, "%s/%s", kernel->source, *touched);
		if (r < 0)
			return r;
		if (same_file(path, original))
			return diag_add(diags, KM306, DIAG_REFUSAL, -EINVAL, &where,
					"it is included as %s, where the patch cannot be seen",
					path);
	}
	return 0;
}

int headers_check_dependencies(const struct kernel *kernel, const struct affected *affected,
			       const char *list, struct diag_list *diags)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *path;
	int r;

	r = file_read(list, FILE_MAX, &text, NULL);
	if (r < 0)
		return diag_error(diags, KM308, r, "%s: %s", list, strerror(-r));
	rest = text;
	while (r == 0 && (path = strsep(&rest, " \\\n")))
		if (*path == '/')
			r = check_dependency(kernel, affected, path, diags);
	return r;
}

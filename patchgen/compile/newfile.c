// SPDX-License-Identifier: GPL-2.0
#include "newfile.h"

#include <ctype.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"
#include "../source/makefile.h"
#include "../object/object.h"
#include "../base/run.h"
#include "tree.h"

/* Words of a Makefile's lines, those that a backslash continues being one: "VAR", "+=", "x.o". */
struct lines {
	char ***items;
	size_t n;
};

static void lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		strv_free(lines->items[i]);
	free(lines->items);
}

static int split_words(char *line, char ***ret)
{
	char *word;

	while ((word = strsep(&line, " \t"))) {
		if (!*word || strcmp(word, "\\") == 0)
			continue;
		if (strv_append(ret, word) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_line(struct lines *lines, char *line)
{
	char ***items = reallocarray(lines->items, lines->n + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	lines->items = items;
	items[lines->n] = NULL;
	if (split_words(line, &items[lines->n]) < 0)
		return -ENOMEM;
	/* Neither blank lines nor comments say anything. */
	if (items[lines->n] && items[lines->n][0][0] != '#')
		lines->n++;
	else
		strv_free(items[lines->n]);
	return 0;
}

static int split_lines(const char *text, struct lines *ret)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *line;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	for (char *p = copy; (p = strstr(p, "\\\n")); p += 2)
		memset(p, ' ', 2);
	while (r == 0 && (line = strsep(&rest, "\n")))
		r = add_line(ret, line);
	return r;
}

static bool same_words(char *const *a, char *const *b)
{
	for (; *a && *b && strcmp(*a, *b) == 0; a++, b++)
		;
	return !*a && !*b;
}

static bool has_line(const struct lines *lines, char *const *line)
{
	for (size_t i = 0; i < lines->n; i++)
		if (same_words(lines->items[i], line))
			return true;
	return false;
}

/* "x.o" for one of "dir/x.c"; the Makefile is in dir, or above it. */
static bool is_added_object(const char *word, char *const *added)
{
	size_t n = strlen(word);

	if (n < 3 || strcmp(word + n - 2, ".o") != 0)
		return false;
	for (; *added; added++) {
		const char *base = strrchr(*added, '/') ? strrchr(*added, '/') + 1 : *added;

		if (strlen(base) == n && memcmp(base, word, n - 2) == 0)
			return true;
	}
	return false;
}

static bool is_assignment(const char *word)
{
	return strcmp(word, "=") == 0 || strcmp(word, ":=") == 0 || strcmp(word, "+=") == 0;
}

/* VAR += with nothing but added objects, after the words that an old line had. */
static bool only_adds(char *const *line, char *const *old, char *const *added)
{
	size_t i = 0;

	if (!line[0] || !line[1] || !is_assignment(line[1]))
		return false;
	if (!old && strcmp(line[1], "+=") != 0)
		return false;
	for (; *line; line++, i++) {
		if (old && *old && strcmp(*old, *line) == 0)
			old++;
		else if (i >= 2 ? !is_added_object(*line, added) : old != NULL)
			return false;
	}
	return !old || !*old;
}

static bool is_explained(char *const *line, const struct lines *gone, char *const *added)
{
	if (only_adds(line, NULL, added))
		return true;
	for (size_t i = 0; i < gone->n; i++)
		if (only_adds(line, gone->items[i], added))
			return true;
	return false;
}

/* A line that is gone has become another. */
static bool is_continued(char *const *line, const struct lines *patched, char *const *added)
{
	for (size_t i = 0; i < patched->n; i++)
		if (only_adds(patched->items[i], line, added))
			return true;
	return false;
}

static bool explains(const struct lines *old, const struct lines *new, char *const *added)
{
	for (size_t i = 0; i < new->n; i++)
		if (!has_line(old, new->items[i]) && !is_explained(new->items[i], old, added))
			return false;
	for (size_t i = 0; i < old->n; i++)
		if (!has_line(new, old->items[i]) && !is_continued(old->items[i], new, added))
			return false;
	return true;
}

int newfile_explains(const char *makefile, const char *patched, char *const *added)
{
	_cleanup_(lines_done) struct lines old = {0}, new = {0};
	int r;

	r = split_lines(makefile, &old);
	r = r ?: split_lines(patched, &new);
	return r ?: explains(&old, &new, added);
}

/* "obj-y", "obj-$(CONFIG_X)", "btrfs-objs": what takes an object; NULL where nothing does. */
static int variable_of(const char *makefile, const char *object, char **ret)
{
	_cleanup_(lines_done) struct lines lines = {0};
	int r;

	r = split_lines(makefile, &lines);
	for (size_t i = 0; r == 0 && i < lines.n; i++) {
		char **line = lines.items[i];

		if (!line[1] || !is_assignment(line[1]) || !strchr(line[0], '-') ||
		    !strv_contains(line + 2, object))
			continue;
		*ret = strdup(line[0]);
		return *ret ? 0 : -ENOMEM;
	}
	return r;
}

/* "obj-$(CONFIG_X)" of an option that is m makes a module of each object. */
static bool is_built_in(const char *variable, const char *config)
{
	_cleanup_free_ char *line = NULL;
	const char *value = strchr(variable, '-') + 1;
	size_t n = strlen(value);

	if (strcmp(value, "y") == 0)
		return true;
	if (n < 4 || strncmp(value, "$(", 2) != 0 || value[n - 1] != ')' ||
	    string_format(&line, "\n%.*s=y\n", (int)n - 3, value + 2) < 0)
		return false;
	return strstr(config, line);
}

int newfile_same_owner(const char *makefile, const char *config, const char *object,
		       const char *other)
{
	_cleanup_free_ char *a = NULL, *b = NULL;
	size_t n;
	int r;

	r = variable_of(makefile, object, &a);
	r = r ?: variable_of(makefile, other, &b);
	if (r < 0 || !a || !b)
		return r;
	n = strrchr(a, '-') - a;
	if (strncmp(a, b, n + 1) != 0 || strrchr(b, '-') != b + n || strncmp(a, "lib-", 4) == 0)
		return 0;
	return strncmp(a, "obj-", 4) != 0 || (is_built_in(a, config) && is_built_in(b, config));
}

/* "dir/a-b.c" to "a-b", or as kbuild defines it for the file, "a_b" */
static char *stem_of(const char *source, bool as_define)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
	char *stem = strndup(base, strlen(base) - 2);

	for (char *p = stem; as_define && p && *p; p++)
		if (*p == '-' || *p == ',')
			*p = '_';
	return stem;
}

static int replace_all(char **text, const char *what, const char *by)
{
	_cleanup_free_ char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);
	const char *rest = *text;

	if (!out)
		return -ENOMEM;
	for (const char *p; (p = strstr(rest, what)); rest = p + strlen(what)) {
		fwrite(rest, 1, p - rest, out);
		fputs(by, out);
	}
	fputs(rest, out);
	if (fclose(out) != 0)
		return -ENOMEM;
	free(*text);
	*text = TAKE_PTR(result);
	return 0;
}

/* kbuild's names for the file itself; a module's name stays. */
static int rename_defines(const struct compiled *neighbour, const char *source, char **command)
{
	static const struct {
		const char *before, *after;
	} defines[] = {
		{"-DKBUILD_BASENAME='\"", "\"' "},
		{"-DKBUILD_MODNAME='\"", "\"' "},
		{"-D__KBUILD_MODNAME=kmod_", " "},
	};
	_cleanup_free_ char *old = stem_of(neighbour->source, true), *new = stem_of(source, true);
	size_t n = neighbour->is_module ? 1 : ARRAY_SIZE(defines);
	int r = old && new ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < n; i++) {
		_cleanup_free_ char *from = NULL, *to = NULL;

		r = string_format(&from, "%s%s%s", defines[i].before, old, defines[i].after);
		r = r ?: string_format(&to, "%s%s%s", defines[i].before, new, defines[i].after);
		r = r ?: replace_all(command, from, to);
	}
	return r;
}

/* The neighbour's command for another source and object, both named from the output folder. */
static int make_command(const struct tree *tree, const struct compiled *neighbour,
			const char *source, char **ret)
{
	_cleanup_free_ char *old_stem = NULL, *new_stem = NULL, *from = NULL, *to = NULL;
	_cleanup_free_ char *command = strdup(neighbour->command), *from_object = NULL;
	_cleanup_free_ char *to_object = NULL, *old_path = NULL, *new_path = NULL;
	int r = command ? 0 : -ENOMEM;

	r = r ?: string_format(&from, "%s/%s", tree->kernel->source, neighbour->source);
	r = r ?: string_format(&to, "%s/%s", tree->kernel->source, source);
	r = r ?: string_format(&from_object, " %s", neighbour->object + strlen(tree->output) + 1);
	r = r ?: string_format(&to_object, " %.*s.o", (int)strlen(source) - 2, source);
	r = r ?: replace_all(&command, from, to);
	r = r ?: replace_all(&command, from_object, to_object);
	r = r ?: rename_defines(neighbour, source, &command);
	if (r == 0)
		*ret = TAKE_PTR(command);
	return r;
}

static int compile_empty(const struct tree *tree, const struct compiled *compiled,
			 struct diag_list *diags)
{
	_cleanup_free_ char *command = strdup(compiled->command), *source = NULL, *empty = NULL;
	_cleanup_free_ char *text = NULL;
	const struct diag_where where = {.file = compiled->source};
	int r = command ? 0 : -ENOMEM;

	r = r ?: string_format(&source, "%s/%s", tree->kernel->source, compiled->source);
	r = r ?: string_format(&empty, "%s/empty.c", tree->options.scratch);
	r = r ?: file_write_atomic(empty, "", 0, 0644);
	r = r ?: replace_all(&command, source, empty);
	r = r ?: make_parent_folders(compiled->object, 0755);
	if (r < 0)
		return r;
	r = run_program(
		&(struct run){.argv = (const char *[]){"/bin/sh", "-e", "-c", command, NULL},
			      .folder = tree->output},
		&text);
	if (r > 0)
		return diag_add(diags, KM307, DIAG_ERROR, -EINVAL, &where,
				"an empty file does not compile as its neighbour: %s", text ?: "");
	return r;
}

int newfile_compile(const struct tree *tree, const struct compiled *neighbour, const char *source,
		    struct diag_list *diags, struct compiled *ret)
{
	_cleanup_(compiled_done) struct compiled compiled = {.is_module = neighbour->is_module};
	int r;

	compiled.source = strdup(source);
	compiled.module = strdup(neighbour->module);
	if (!compiled.source || !compiled.module)
		return -ENOMEM;
	r = string_format(&compiled.object, "%s/%.*s.o", tree->output, (int)strlen(source) - 2,
			  source);
	r = r ?: make_command(tree, neighbour, source, &compiled.command);
	r = r ?: compile_empty(tree, &compiled, diags);
	if (r < 0)
		return r;
	*ret = compiled;
	compiled = (struct compiled){0};
	return 0;
}

int newfile_is_used_by(const char *object, const char *user, struct diag_list *diags)
{
	_cleanup_(object_freep) struct object *defines = NULL, *uses = NULL;
	int r;

	r = object_open(object, &defines, diags);
	r = r ?: object_open(user, &uses, diags);
	if (r < 0)
		return r;
	for_each_symbol(symbol, defines)
		if (symbol->section && symbol->bind != STB_LOCAL &&
		    object_find_undefined(uses, symbol->name))
			return 1;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#include "headers.h"

#include <stdarg.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "declarations.h"
#include "../base/files.h"
#include "includes.h"
#include "redeclared.h"
#include "../base/run.h"

#define FILE_MAX    (64UL * 1024 * 1024)
#define NAMES_MAX   512
#define SOURCES_MAX 1024
#define ROUNDS_MAX  8

/* Of a structure's users, some are enough to see its layout. */
#define WITNESSES_MAX 3

/* What a file that includes a header of tracepoints has, so that their code is made there. */
static const char trace_points[] = "CREATE_TRACE_POINTS";

struct search {
	const struct kernel *kernel;
	const char *overlay;
	struct affected *affected;
	struct diag_list *diags;
	char *config;
	char **names; /* of what changed */
	char **expanded; /* those of them that are macros or types: prototypes are made of them */
	char **members; /* of structures, that changed */
	char **layouts; /* structures with such members: "struct tcf_block" */
	char **files; /* that can see one of the headers, relative to the source; sorted */
	char **includers; /* those of them that include it themselves; likewise */
	char **sources; /* C files that use any of them */
	char **off; /* headers that only files which are not configured see */
	char **opaque; /* headers that hand the change on, but under names that are not known */
	struct includes *includes;
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

static int add_to(struct search *search, char ***list, const char *file, const char *name)
{
	if (strv_contains(*list, name))
		return 0;
	if (strv_length(search->names) + strv_length(search->members) >= NAMES_MAX)
		return too_far(search, file, "too many things change with '%s'", name);
	search->is_complete = false;
	return strv_append(list, name);
}

static int add_all(struct search *search, char ***list, const char *file, char *const *names)
{
	int r = 0;

	for (; r == 0 && names && *names; names++)
		r = add_to(search, list, file, *names);
	return r;
}

/* Without the conditions that it stands under, which are lines before it. */
static const char *bare_text(const struct declaration *declaration)
{
	const char *newline = strrchr(declaration->text, '\n');

	return newline ? newline + 1 : declaration->text;
}

/* Whoever includes it has it, after the preprocessor: it stands under the guard of its header only. */
static bool is_plain(const struct declaration *declaration)
{
	const char *text = declaration->text, *bare = bare_text(declaration);
	const char *newline = strchr(text, '\n');

	return !strchr(bare, '#') && (!newline || (newline + 1 == bare && text[0] == '#' &&
						   strncmp(text, "#ifndef ", 8) == 0));
}

static int add_plain(struct affected *affected, const char *file)
{
	return strv_contains(affected->plain, file) ? 0 : strv_append(&affected->plain, file);
}

/*
 * What is declared is not understood, as where a macro makes the declaration. Whoever includes the
 * header may use it; who includes one that changes so is nearly everybody.
 */
static int add_unknown(struct search *search, const char *file, const char *text)
{
	_cleanup_free_ char *head = NULL;

	if (!strv_contains(search->affected->headers, file))
		return strv_contains(search->opaque, file) ? 0 : strv_append(&search->opaque, file);
	head = strndup(text, 60);
	return too_far(search, file, "a declaration that is not understood: %s", head ?: "");
}

static int add_names(struct search *search, const char *file, const struct declaration *declaration)
{
	const char *text = bare_text(declaration);
	bool is_expanded = *text == '#' || strncmp(text, "typedef ", 8) == 0;
	int r;

	if (!declaration->names)
		return add_unknown(search, file, text);
	r = add_all(search, &search->names, file, declaration->names);
	return r ?: is_expanded ? add_all(search, &search->expanded, file, declaration->names) : 0;
}

/* The other version of a declaration: of the same first name, and of the same kind. */
static const struct declaration *find_other(const struct declarations *declarations,
					    const struct declaration *declaration)
{
	for (size_t i = 0; declaration->names && i < declarations->n; i++) {
		const struct declaration *other = &declarations->items[i];

		if (other->names && strcmp(other->names[0], declaration->names[0]) == 0 &&
		    other->is_layout == declaration->is_layout &&
		    other->is_enum == declaration->is_enum)
			return other;
	}
	return NULL;
}

/* Its size and the places of its members are to be compared, whoever uses it. */
static int add_layout(struct search *search, const char *file,
		      const struct declaration *declaration)
{
	_cleanup_free_ char *name = NULL;
	const char *text = bare_text(declaration);
	bool is_typedef = strncmp(text, "typedef ", 8) == 0;
	int r;

	r = string_format(&name, "%s%s",
			  is_typedef                      ? "" :
			  strncmp(text, "union ", 6) == 0 ? "union " :
							    "struct ",
			  declaration->names[0]);
	return r ?: add_to(search, &search->layouts, file, name);
}

/*
 * A structure is noticed by whoever names a member that changed: if others moved or it grew, that
 * is seen by the debug information of those who do. An enumerator is noticed by its own name.
 */
static int add_changed_parts(struct search *search, const char *file,
			     const struct declaration *from, const struct declaration *to)
{
	_cleanup_strv_ char **parts = NULL;
	int r;

	if (from->is_layout)
		r = redeclared_members(bare_text(from), bare_text(to), &parts);
	else
		r = redeclared_enumerators(bare_text(from), bare_text(to), &parts);
	if (r < 0)
		return r;
	if (!parts)
		return add_names(search, file, from);
	if (from->is_layout)
		r = add_layout(search, file, from);
	if (r < 0)
		return r;
	return add_all(search, from->is_layout ? &search->members : &search->names, file, parts);
}

/* What is in one and not in the other has changed. */
static int compare(struct search *search, const char *file, const struct declarations *from,
		   const struct declarations *to)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct declaration *declaration = &from->items[i], *other;
		bool is_include = strstr(declaration->text, "#include") != NULL;
		int r;

		if (declarations_contain(to, declaration->text) || is_include)
			continue;
		r = is_plain(declaration) ? add_plain(search->affected, file) : 0;
		if (r < 0)
			return r;
		other = declaration->is_layout || declaration->is_enum ?
				find_other(to, declaration) :
				NULL;
		if (other)
			r = add_changed_parts(search, file, declaration, other);
		else
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

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_in(char *const *sorted, const char *path)
{
	return sorted && bsearch(&path, sorted, strv_length(sorted), sizeof(*sorted), by_text);
}

static bool mentions_any(char *const *names, const char *text, size_t size)
{
	for (; names && *names; names++)
		if (text_mentions(text, size, *names))
			return true;
	return false;
}

/*
 * Members have common names, and are only looked for where the structure is known: a header that
 * is merely included beside the one that changed declares what to do with another one.
 */
static bool uses_any(const struct search *search, const char *path, const char *text, size_t size)
{
	bool is_header = path[strlen(path) - 1] == 'h';

	if (mentions_any(search->names, text, size))
		return true;
	if (is_header && !is_in(search->includers, path))
		return false;
	for (char **member = search->members; member && *member; member++)
		if (text_uses_member(text, size, *member))
			return true;
	return false;
}

/* A structure's own members that are declared with what changed: "char name[LENGTH]". */
static int follow_members(struct search *search, const char *path,
			  const struct declaration *declaration)
{
	_cleanup_strv_ char **members = NULL;
	int r = 0;

	for (char **name = search->names; r == 0 && name && *name; name++)
		if (strcmp(*name, declaration->names ? declaration->names[0] : "") != 0)
			r = redeclared_members_with(bare_text(declaration), *name, &members);
	return r ?: add_all(search, &search->members, path, members);
}

static int follow_declaration(struct search *search, const char *path,
			      const struct declaration *declaration)
{
	const char *text = declaration->text;
	size_t size = strlen(text);

	if (strstr(bare_text(declaration), trace_points) || strstr(text, "#include"))
		return 0;
	if (declaration->is_prototype && !mentions_any(search->expanded, text, size))
		return 0;
	if (declaration->is_layout)
		return follow_members(search, path, declaration);
	return uses_any(search, path, text, size) ? add_names(search, path, declaration) : 0;
}

/* A header whose declarations use what changed hands the change on under their names. */
static int follow_header(struct search *search, const char *path, const char *text, size_t size)
{
	_cleanup_(declarations_done) struct declarations declarations = {0};
	int r;

	r = declarations_parse(text, size, &declarations);
	for (size_t i = 0; r == 0 && i < declarations.n; i++)
		r = follow_declaration(search, path, &declarations.items[i]);
	return r;
}

static int follow_source(struct search *search, const char *path)
{
	if (strv_contains(search->sources, path))
		return 0;
	return strv_append(&search->sources, path);
}

static bool is_of_folder(const char *path)
{
	return strncmp(path, "include/", 8) != 0 && strncmp(path, "arch/", 5) != 0;
}

/* What a driver that is not configured has in a header of its own is nobody's concern. */
static int is_off(struct search *search, const char *path, bool *ret)
{
	_cleanup_strv_ char **includers = NULL;
	bool is_on = false;
	size_t n = 0;
	int r;

	*ret = is_of_folder(path) && strv_contains(search->off, path);
	if (*ret || !is_of_folder(path))
		return 0;
	r = includes_reach(search->includes, (char *[]){(char *)path, NULL}, &includers, NULL);
	for (char **from = includers; r == 0 && !is_on && from && *from; from++) {
		if ((*from)[strlen(*from) - 1] != 'c')
			continue;
		n++;
		r = affected_may_have(search->kernel, search->config, *from, &is_on);
	}
	if (r < 0 || is_on || n == 0)
		return r;
	*ret = true;
	return strv_append(&search->off, path);
}

static int look_into(struct search *search, const char *path)
{
	_cleanup_free_ char *full = NULL, *text = NULL;
	bool is_touched = strv_contains(search->affected->touched, path), is_header, off = false;
	size_t size;
	int r;

	r = string_format(&full, "%s/%s", is_touched ? search->overlay : search->kernel->source,
			  path);
	r = r ?: file_read(full, FILE_MAX, &text, &size);
	if (r < 0)
		return r;
	if (!uses_any(search, path, text, size))
		return 0;
	is_header = path[strlen(path) - 1] == 'h';
	if (!is_header)
		return follow_source(search, path);
	r = is_off(search, path, &off);
	return r < 0 || off ? r : follow_header(search, path, text, size);
}

/* Of the files that include the headers, those whose name ends so: 'h' or 'c'. */
static int look_into_all(struct search *search, char kind)
{
	int r = 0;

	for (char **path = search->files; r == 0 && path && *path; path++) {
		if ((*path)[strlen(*path) - 1] == kind)
			r = look_into(search, *path);
		if (run_interrupted())
			r = -EINTR;
	}
	return r;
}

static int find_files(struct search *search)
{
	int r;

	r = includes_read(search->kernel->source, &search->includes);
	return r     ?:
		       includes_reach(search->includes, search->affected->headers,
				      &search->includers, &search->files);
}

/* The C files that can see headers of which it is not known what they hand on. */
static int follow_opaque(struct search *search)
{
	_cleanup_strv_ char **includers = NULL;
	int r;

	if (!search->opaque)
		return 0;
	r = includes_reach(search->includes, search->opaque, &includers, NULL);
	for (char **path = includers; r == 0 && path && *path; path++)
		if ((*path)[strlen(*path) - 1] == 'c')
			r = follow_source(search, *path);
	return r;
}

static bool source_mentions(const struct search *search, const char *path, const char *name)
{
	_cleanup_free_ char *full = NULL, *text = NULL;
	size_t size;

	return string_format(&full, "%s/%s", search->kernel->source, path) == 0 &&
	       file_read(full, FILE_MAX, &text, &size) == 0 && text_mentions(text, size, name);
}

static bool has_witness(const struct search *search, const char *layout)
{
	for (char **path = search->affected->sources; path && *path; path++)
		if (source_mentions(search, *path, layout))
			return true;
	return false;
}

/*
 * Files of this kernel that use a structure whose members change, though they name none of those:
 * what they are compiled to tells of its layout.
 */
static int find_witnesses(struct search *search, const char *layout)
{
	struct affected *affected = search->affected;
	size_t n_before = strv_length(affected->sources);
	int r = 0;

	for (char **path = search->files; r == 0 && path && *path; path++) {
		if ((*path)[strlen(*path) - 1] != 'c')
			continue;
		if (strv_length(affected->sources) >= n_before + WITNESSES_MAX)
			return 0;
		if (source_mentions(search, *path, layout))
			r = affected_add_indirect(search->kernel, search->config, *path, affected,
						  search->diags);
		if (run_interrupted())
			r = -EINTR;
	}
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

static int find_all_witnesses(struct search *search)
{
	int r = 0;

	for (char **layout = search->layouts; r == 0 && layout && *layout; layout++)
		if (!has_witness(search, *layout))
			r = find_witnesses(search, *layout);
	return r;
}

static int follow_names(struct search *search)
{
	int r = 0;

	search->is_complete = false;
	for (int round = 0; r == 0 && !search->is_complete; round++) {
		if (round == ROUNDS_MAX)
			return too_far(search, NULL, "the change of '%s' is handed on too often",
				       search->names ? search->names[0] : search->members[0]);
		search->is_complete = true;
		r = look_into_all(search, 'h');
	}
	r = r ?: look_into_all(search, 'c');
	r = r ?: follow_opaque(search);
	return r ?: keep_configured(search);
}

static int follow(struct search *search)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s/.config", search->kernel->headers);
	r = r ?: file_read(path, FILE_MAX, &search->config, NULL);
	for (char **header = search->affected->headers; r == 0 && *header; header++)
		r = compare_header(search, *header);
	if (r < 0 || (!search->names && !search->members))
		return r;
	r = find_files(search);
	if (r < 0)
		return r;
	r = follow_names(search);
	/* Who uses a structure can tell of its layout, also where the rest is too much. */
	if (r == -EINVAL)
		return find_all_witnesses(search) ?: r;
	return r ?: find_all_witnesses(search);
}

int headers_follow(const struct kernel *kernel, const char *overlay, struct affected *affected,
		   struct diag_list *diags)
{
	struct search search = {
		.kernel = kernel,
		.overlay = overlay,
		.affected = affected,
		.diags = diags,
	};
	int r = follow(&search);

	free(search.config);
	strv_free(search.names);
	strv_free(search.expanded);
	strv_free(search.members);
	strv_free(search.layouts);
	strv_free(search.files);
	strv_free(search.includers);
	strv_free(search.sources);
	strv_free(search.off);
	strv_free(search.opaque);
	if (search.includes)
		includes_free(search.includes);
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

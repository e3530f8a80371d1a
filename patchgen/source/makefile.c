// SPDX-License-Identifier: GPL-2.0
#include "makefile.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"

#define DEPTH_MAX    4 /* objects made of objects */
#define INCLUDES_MAX 8

struct search {
	const char *config;
	char *text; /* the Makefile, continued lines joined */
	enum member found;
	char *option;
};

/* Is this option, with CONFIG_, y or m in the kernel's configuration? */
static bool has_option(const char *config, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = config; (p = strstr(p, name)); p += n)
		if ((p == config || p[-1] == '\n') && p[n] == '=' &&
		    (p[n + 1] == 'y' || p[n + 1] == 'm'))
			return true;
	return false;
}

static int join_lines(const char *makefile, char **ret)
{
	char *text = strdup(makefile);

	if (!text)
		return -ENOMEM;
	for (char *p = text; (p = strstr(p, "\\\n")); p += 2)
		memset(p, ' ', 2);
	*ret = text;
	return 0;
}

/* Does the line's value have this word? */
static bool has_word(const char *line, size_t n, const char *word)
{
	size_t n_word = strlen(word);
	const char *end = line + n;

	for (const char *p = memchr(line, '=', n); p; p = memmem(p, end - p, word, n_word)) {
		if (*p == '=') {
			p++;
			continue;
		}
		if (isspace((unsigned char)p[-1]) || p[-1] == '=')
			if (p + n_word == end || isspace((unsigned char)p[n_word]))
				return true;
		p++;
	}
	return false;
}

/* The name in "obj-$(CONFIG_X)"; NULL where the line has none before its '='. */
static char *line_option(const char *line, size_t n)
{
	const char *equal = memchr(line, '=', n);
	const char *start = memmem(line, equal - line, "$(CONFIG_", 9), *end;

	if (!start)
		return NULL;
	start += 2;
	end = memchr(start, ')', equal - start);
	return end ? strndup(start, end - start) : NULL;
}

/* "btrfs-y", "btrfs-objs", "btrfs-$(CONFIG_X)" to "btrfs.o"; NULL for "obj-..." and "lib-...". */
static char *line_composite(const char *line, size_t n)
{
	const char *equal = memchr(line, '=', n), *dash = NULL;
	_cleanup_free_ char *name = NULL;
	char *object = NULL;

	for (const char *p = line; p < equal && *p != '$'; p++)
		if (*p == '-')
			dash = p;
	if (!dash)
		return NULL;
	while (line < dash && isspace((unsigned char)*line))
		line++;
	name = strndup(line, dash - line);
	if (!name || strcmp(name, "obj") == 0 || strcmp(name, "lib") == 0 ||
	    string_format(&object, "%s.o", name) < 0)
		return NULL;
	return object;
}

static int search_object(struct search *search, const char *object, int depth);

/* "gt-y += gt/intel_rps.o" to "$(gt-y)", which another line may use; NULL where it has no name. */
static char *line_reference(const char *line, size_t n)
{
	size_t blanks = strspn(line, " \t"), length = strcspn(line + blanks, " \t:+?=$(");
	char *reference = NULL;

	if (blanks + length >= n || length == 0 ||
	    string_format(&reference, "$(%.*s)", (int)length, line + blanks) < 0)
		return NULL;
	return reference;
}

/* The option that is off, but on which the line depends, by itself or by what it stands under. */
static int missing_option(const struct search *search, const char *line, size_t n, char **ret)
{
	_cleanup_free_ char *option = line_option(line, n);
	_cleanup_strv_ char **conditions = NULL;
	int r;

	r = makefile_conditions(search->text, line, &conditions);
	r = r < 0 || !option ? r : strv_append(&conditions, option);
	for (char **name = conditions; r == 0 && name && *name; name++)
		if (!has_option(search->config, *name))
			return (*ret = strdup(*name)) ? 0 : -ENOMEM;
	return r;
}

static int judge_line(struct search *search, const char *line, size_t n, int depth)
{
	_cleanup_free_ char *option = NULL, *composite = line_composite(line, n);
	int r = missing_option(search, line, n, &option);

	if (r < 0)
		return r;
	if (option) {
		if (search->found == MEMBER_NOT_LISTED) {
			search->found = MEMBER_NOT_CONFIGURED;
			search->option = TAKE_PTR(option);
		}
		return 0;
	}
	if (composite && depth < DEPTH_MAX) {
		_cleanup_free_ char *reference = line_reference(line, n);

		r = search_object(search, composite, depth + 1);
		if (r < 0 || search->found != MEMBER_NOT_LISTED || !reference)
			return r;
		return search_object(search, reference, depth + 1);
	}
	search->found = MEMBER_YES;
	return 0;
}

static int search_object(struct search *search, const char *object, int depth)
{
	const char *line = search->text;

	while (*line && search->found != MEMBER_YES) {
		size_t n = strcspn(line, "\n");
		int r = 0;

		if (*line != '#' && memchr(line, '=', n) && has_word(line, n, object))
			r = judge_line(search, line, n, depth);
		if (r < 0)
			return r;
		line += n + (line[n] == '\n');
	}
	return 0;
}

int makefile_member(const char *makefile, const char *config, const char *object, enum member *ret,
		    char **ret_option)
{
	struct search search = {.config = config, .found = MEMBER_NOT_LISTED};
	int r;

	r = join_lines(makefile, &search.text);
	r = r ?: search_object(&search, object, 0);
	free(search.text);
	if (r == 0) {
		*ret = search.found;
		*ret_option = search.found == MEMBER_NOT_CONFIGURED ? TAKE_PTR(search.option) :
								      NULL;
	}
	free(search.option);
	return r;
}

/* "$(addprefix libxfs/, a.o b.o)" to "libxfs/a.o libxfs/b.o", where all is plain text; at: where. */
static int expand_prefix(char **text, size_t at, size_t *ret_end)
{
	static const char name[] = "$(addprefix ", blanks[] = " \t\n\\";
	const char *prefix = *text + at + strlen(name), *comma = prefix + strcspn(prefix, ",()$");
	const char *word = comma + 1, *end = word + strcspn(word, "()$");
	_cleanup_free_ char *words = strdup(""), *expanded = NULL;
	int n = comma - prefix, r = 0;

	*ret_end = at + 1;
	if (*comma != ',' || *end != ')')
		return 0;
	while (r == 0 && (word += strspn(word, blanks)) < end) {
		int length = strcspn(word, " \t\n\\)");
		char *more;

		r = string_format(&more, "%s%.*s%.*s ", words ?: "", n, prefix, length, word);
		if (r == 0) {
			free(words);
			words = more;
		}
		word += length;
	}
	r = r ?: string_format(&expanded, "%.*s%s%s", (int)at, *text, words ?: "", end + 1);
	if (r < 0)
		return r;
	*ret_end = at + strlen(words);
	free(*text);
	*text = TAKE_PTR(expanded);
	return 0;
}

static int expand_prefixes(char **text)
{
	const char *found;
	size_t at = 0;
	int r = 0;

	while (r == 0 && (found = strstr(*text + at, "$(addprefix ")))
		r = expand_prefix(text, found - *text, &at);
	return r;
}

/* The file that a line at this place includes from within the folder: "include $(src)/a/Kbuild". */
static char *included_name(const char *line)
{
	static const char start[] = "include $(src)/";
	size_t n = strlen(start);

	if (strncmp(line, start, n) != 0)
		return NULL;
	return strndup(line + n, strcspn(line + n, " \t\n#"));
}

static int read_text(const char *source, const char *path, int n, const char *name, unsigned depth,
		     FILE *out)
{
	_cleanup_free_ char *full = NULL, *text = NULL;
	int r;

	r = string_format(&full, "%s/%.*s%s", source, n, path, name);
	r = r ?: file_read(full, MAKEFILE_MAX, &text, NULL);
	for (const char *line = text; r == 0 && *line;) {
		_cleanup_free_ char *included = depth < INCLUDES_MAX ? included_name(line) : NULL;
		size_t length = strcspn(line, "\n");

		if (included)
			r = read_text(source, path, n, included, depth + 1, out);
		if (included && r == -ENOENT)
			r = 0;
		if (!included)
			fwrite(line, 1, length, out);
		fputc('\n', out);
		line += length + (line[length] == '\n');
	}
	return r;
}

int makefile_read(const char *source, const char *path, int n, char **ret)
{
	static const char *const names[] = {"Kbuild", "Makefile"};
	int r = -ENOENT;

	for (size_t i = 0; r == -ENOENT && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			return -ENOMEM;
		r = read_text(source, path, n, names[i], 0, out);
		if (fclose(out) != 0)
			return -ENOMEM;
		r = r ?: expand_prefixes(&text);
		if (r == 0)
			*ret = TAKE_PTR(text);
	}
	return r;
}

/*
 * Whether the folders above compile this one: "obj-$(CONFIG_DRM) += drm/". n is the length of the
 * folder's path with its '/'.
 */
static int judge_folder(const char *source, const char *config, const char *path, int n,
			enum member *found, char **option)
{
	int above = n;

	while (above > 0 && *found == MEMBER_YES) {
		_cleanup_free_ char *text = NULL, *object = NULL, *off = NULL;
		enum member member;
		int r;

		do
			above--;
		while (above > 0 && path[above - 1] != '/');
		r = makefile_read(source, path, above, &text);
		if (r == -ENOENT)
			continue;
		r = r ?: string_format(&object, "%.*s", n - above, path + above);
		r = r ?: makefile_member(text, config, object, &member, &off);
		if (r < 0)
			return r;
		if (member == MEMBER_NOT_LISTED)
			continue;
		n = above;
		*found = member;
		*option = TAKE_PTR(off);
	}
	return 0;
}

int makefile_member_of_tree(const char *source, const char *config, const char *path,
			    enum member *ret, char **ret_option)
{
	enum member found = MEMBER_NOT_LISTED;
	_cleanup_free_ char *option = NULL;
	int n = strlen(path);

	while (found == MEMBER_NOT_LISTED && n > 0) {
		_cleanup_free_ char *text = NULL, *object = NULL;
		int r;

		do
			n--;
		while (n > 0 && path[n - 1] != '/');
		r = makefile_read(source, path, n, &text);
		if (r == -ENOENT)
			continue;
		r = r ?: string_format(&object, "%.*s.o", (int)strlen(path) - n - 2, path + n);
		r = r ?: makefile_member(text, config, object, &found, &option);
		if (r == 0 && found == MEMBER_YES)
			r = judge_folder(source, config, path, n, &found, &option);
		if (r < 0)
			return r;
	}
	*ret = found;
	*ret_option = TAKE_PTR(option);
	return 0;
}

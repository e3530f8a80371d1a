// SPDX-License-Identifier: GPL-2.0
#include "redeclared.h"

#include <ctype.h>
#include <string.h>

#include "../../lib/strv.h"
#include "../base/files.h"

#define DEPTH_MAX 16

static bool is_word(int c)
{
	return isalnum(c) || c == '_';
}

static bool is_name(const char *p)
{
	return is_word((unsigned char)*p) && !isdigit((unsigned char)*p);
}

static size_t word_length(const char *p)
{
	size_t n = 0;

	while (is_word((unsigned char)p[n]))
		n++;
	return n;
}

/* Parts of a text between separators, those in any kind of brackets left out. Trimmed. */
static int split(const char *text, size_t size, char separator, char ***ret)
{
	const char *start = text, *end = text + size;
	int depth = 0, r = 0;

	for (const char *p = text; r == 0 && p <= end; p++) {
		if (p < end && strchr("({[", *p))
			depth++;
		if (p < end && strchr(")}]", *p))
			depth--;
		if (p == end || (*p == separator && depth == 0)) {
			_cleanup_free_ char *part = NULL;
			size_t n;

			while (start < p && *start == ' ')
				start++;
			n = p - start;
			while (n > 0 && start[n - 1] == ' ')
				n--;
			part = strndup(start, n);
			r = !part ? -ENOMEM : n > 0 ? strv_append(ret, part) : 0;
			start = p + 1;
		}
	}
	return r;
}

/* Between the first opening bracket of a kind and the last closing one. */
static const char *inner(const char *text, char open, char close, size_t *ret_size)
{
	const char *start = strchr(text, open), *end = strrchr(text, close);

	if (!start || !end || end < start)
		return NULL;
	*ret_size = end - start - 1;
	return start + 1;
}

static int add_once(char ***names, const char *start, size_t n)
{
	_cleanup_free_ char *name = strndup(start, n);

	if (!name)
		return -ENOMEM;
	return strv_contains(*names, name) ? 0 : strv_append(names, name);
}

/* The last word before an end; with "__attribute" words, also what is before them. */
static int add_last_words(const char *text, const char *end, char ***names)
{
	int r = 0;

	for (bool is_attribute = true; r == 0 && is_attribute;) {
		const char *start;

		while (end > text && !is_word((unsigned char)end[-1]))
			end--;
		start = end;
		while (start > text && is_word((unsigned char)start[-1]))
			start--;
		is_attribute = end - start > 2 && strncmp(start, "__", 2) == 0;
		if (start < end && is_name(start))
			r = add_once(names, start, end - start);
		end = start;
	}
	return r;
}

/* "(*name)(...)", "name[4]", "name : 3", "name __aligned(8)" */
static int name_declarator(const char *text, char ***names)
{
	const char *pointer = strstr(text, "(*"), *end = text + strcspn(text, "[:=");

	if (pointer && pointer < end) {
		pointer += 2;
		pointer += strspn(pointer, " *");
		return is_name(pointer) ? add_once(names, pointer, word_length(pointer)) : 0;
	}
	return add_last_words(text, text + strcspn(text, "[:=("), names);
}

static int name_members(const char *text, size_t size, unsigned depth, char ***names);

/* DECLARE_BITMAP(name, N); struct_group(name, members;) */
static int name_invocation(const char *text, unsigned depth, char ***names)
{
	_cleanup_strv_ char **arguments = NULL;
	const char *inside;
	size_t size;
	int r;

	inside = inner(text, '(', ')', &size);
	r = inside ? split(inside, size, ',', &arguments) : 0;
	for (char **argument = arguments; r == 0 && argument && *argument; argument++)
		if (strchr(*argument, ';'))
			r = name_members(*argument, strlen(*argument), depth + 1, names);
		else if (is_name(*argument) && word_length(*argument) == strlen(*argument))
			r = add_once(names, *argument, strlen(*argument));
	return r;
}

static int name_member(const char *text, unsigned depth, char ***names)
{
	_cleanup_strv_ char **declarators = NULL;
	const char *inside, *after = text;
	size_t size, n = word_length(text);
	int r = 0;

	inside = inner(text, '{', '}', &size);
	if (inside) {
		r = name_members(inside, size, depth + 1, names);
		after = inside + size + 1;
	} else if (n > 0 && text[n] == '(') {
		return name_invocation(text, depth, names);
	}
	r = r ?: split(after, strlen(after), ',', &declarators);
	for (char **declarator = declarators; r == 0 && declarator && *declarator; declarator++)
		r = name_declarator(*declarator, names);
	return r;
}

static int name_members(const char *text, size_t size, unsigned depth, char ***names)
{
	_cleanup_strv_ char **items = NULL;
	int r;

	if (depth > DEPTH_MAX)
		return 0;
	r = split(text, size, ';', &items);
	for (char **item = items; r == 0 && item && *item; item++)
		r = name_member(*item, depth, names);
	return r;
}

static int split_body(const char *text, char separator, char ***ret)
{
	size_t size;
	const char *body = inner(text, '{', '}', &size);

	return body ? split(body, size, separator, ret) : 0;
}

static int name_missing(char *const *from, char *const *to, char ***members)
{
	int r = 0;

	for (; r == 0 && from && *from; from++)
		if (!strv_contains(to, *from))
			r = name_member(*from, 0, members);
	return r;
}

int redeclared_members(const char *from, const char *to, char ***members)
{
	_cleanup_strv_ char **old = NULL, **new = NULL;
	int r;

	r = split_body(from, ';', &old);
	r = r ?: split_body(to, ';', &new);
	r = r ?: name_missing(old, new, members);
	return r ?: name_missing(new, old, members);
}

int redeclared_members_with(const char *text, const char *name, char ***members)
{
	_cleanup_strv_ char **items = NULL;
	int r;

	r = split_body(text, ';', &items);
	for (char **item = items; r == 0 && item && *item; item++)
		if (text_mentions(*item, strlen(*item), name))
			r = name_member(*item, 0, members);
	return r;
}

/* An enumerator's value is a text, and how many more than that: B in "A = 4, B" is 4 + 1. */
struct enumerator {
	const char *name;
	size_t n;
	const char *base; /* "" before the first value that is given */
	size_t distance;
};

static size_t read_enumerators(char *const *items, struct enumerator *ret)
{
	const char *base = "";
	size_t n = 0, distance = 0;

	for (; items && *items; items++) {
		const char *equal = strchr(*items, '='), *end, *start;

		end = equal ?: *items + strlen(*items);
		while (end > *items && !is_word((unsigned char)end[-1]))
			end--;
		start = end;
		while (start > *items && is_word((unsigned char)start[-1]))
			start--;
		if (start == end)
			continue;
		if (equal) {
			base = equal + 1 + strspn(equal + 1, " ");
			distance = 0;
		}
		ret[n++] = (struct enumerator){start, end - start, base, distance++};
	}
	return n;
}

static bool has_same(const struct enumerator *list, size_t n, const struct enumerator *wanted)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].n == wanted->n && strncmp(list[i].name, wanted->name, wanted->n) == 0)
			return list[i].distance == wanted->distance &&
			       strcmp(list[i].base, wanted->base) == 0;
	return false;
}

static int name_other_values(const struct enumerator *from, size_t n_from,
			     const struct enumerator *to, size_t n_to, char ***names)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_from; i++)
		if (!has_same(to, n_to, &from[i]))
			r = add_once(names, from[i].name, from[i].n);
	return r;
}

int redeclared_enumerators(const char *from, const char *to, char ***names)
{
	_cleanup_strv_ char **old_items = NULL, **new_items = NULL;
	_cleanup_free_ struct enumerator *old = NULL, *new = NULL;
	size_t n_old, n_new;
	int r;

	r = split_body(from, ',', &old_items);
	r = r ?: split_body(to, ',', &new_items);
	if (r < 0)
		return r;
	old = calloc(strv_length(old_items) + 1, sizeof(*old));
	new = calloc(strv_length(new_items) + 1, sizeof(*new));
	if (!old || !new)
		return -ENOMEM;
	n_old = read_enumerators(old_items, old);
	n_new = read_enumerators(new_items, new);
	r = name_other_values(old, n_old, new, n_new, names);
	return r ?: name_other_values(new, n_new, old, n_old, names);
}

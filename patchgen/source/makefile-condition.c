// SPDX-License-Identifier: GPL-2.0
/* "ifdef CONFIG_X" and its like in Makefiles, and programs that they have made for the build. */
#include "makefile.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "../../lib/strv.h"

#define NESTED_MAX 16

static bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Conditions around a line: the options that have to be on, empty where none is known. */
struct conditions {
	const char *options[NESTED_MAX];
	size_t lengths[NESTED_MAX];
	size_t n; /* may be more than there is room for */
};

static size_t option_length(const char *text)
{
	return starts_with(text, "CONFIG_") ? strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
							   "abcdefghijklmnopqrstuvwxyz"
							   "0123456789_") :
					      0;
}

/* Where the option stands in "ifdef CONFIG_X", "ifneq ($(CONFIG_X),)", "ifeq ($(CONFIG_X),y)". */
static const char *wanted_option(const char *line, size_t *ret_length)
{
	bool is_equal = starts_with(line, "ifeq ($("), is_other = starts_with(line, "ifneq ($(");
	const char *option = NULL, *rest;

	if (starts_with(line, "ifdef "))
		option = line + strlen("ifdef ");
	else if (is_equal || is_other)
		option = strchr(line, '$') + 2;
	*ret_length = option ? option_length(option) : 0;
	if (*ret_length == 0 || !(is_equal || is_other))
		return option;
	rest = option + *ret_length;
	if (strncmp(rest, "),", 2) != 0)
		*ret_length = 0;
	rest += 2;
	rest += strspn(rest, " \t");
	if (*ret_length && (is_other ? *rest != ')' : !strchr("ym", *rest) || rest[1] != ')'))
		*ret_length = 0;
	return option;
}

static void follow_line(struct conditions *conditions, const char *line)
{
	line += strspn(line, " \t");
	if (starts_with(line, "endif")) {
		conditions->n -= conditions->n > 0;
	} else if (starts_with(line, "else")) {
		if (conditions->n > 0 && conditions->n <= NESTED_MAX)
			conditions->lengths[conditions->n - 1] = 0;
	} else if (starts_with(line, "ifdef ") || starts_with(line, "ifndef ") ||
		   starts_with(line, "ifeq ") || starts_with(line, "ifneq ")) {
		size_t length = 0;
		const char *option = wanted_option(line, &length);

		if (conditions->n < NESTED_MAX) {
			conditions->options[conditions->n] = option;
			conditions->lengths[conditions->n] = length;
		}
		conditions->n++;
	}
}

int makefile_conditions(const char *makefile, const char *place, char ***ret)
{
	struct conditions conditions = {0};
	_cleanup_strv_ char **list = NULL;
	int r = 0;

	for (const char *line = makefile; line < place;) {
		size_t n = strcspn(line, "\n");

		if (line + n < place)
			follow_line(&conditions, line);
		line += n + (line[n] == '\n');
	}
	for (size_t i = 0; r == 0 && i < conditions.n && i < NESTED_MAX; i++) {
		_cleanup_free_ char *option = NULL;

		if (conditions.lengths[i] == 0)
			continue;
		option = strndup(conditions.options[i], conditions.lengths[i]);
		r = option ? strv_append(&list, option) : -ENOMEM;
	}
	if (r == 0)
		*ret = TAKE_PTR(list);
	return r;
}

/* Lines of the form "VARIABLE := WORD...", where the variable's name begins so. */
static bool assigns(const char *line, const char *variable, const char *word)
{
	size_t n = strcspn(line, "\n"), n_word = strlen(word);
	const char *end = line + n, *equal;

	line += strspn(line, " \t");
	equal = starts_with(line, variable) ? memchr(line, '=', end - line) : NULL;
	for (const char *p = equal; p && (p = memmem(p, end - p, word, n_word)); p++)
		if ((isspace((unsigned char)p[-1]) || p[-1] == '=') &&
		    (p + n_word == end || isspace((unsigned char)p[n_word])))
			return true;
	return false;
}

bool makefile_has_program(const char *makefile, const char *name)
{
	for (const char *line = makefile; *line;) {
		if (assigns(line, "hostprogs", name) || assigns(line, "userprogs", name))
			return true;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return false;
}

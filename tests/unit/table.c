// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "daemon/ctl/table.h"

static const char *const heads[] = {"NAME", "STATE", "SUMMARY"};

/* What is written of two rows, the second of which has long names and characters of two bytes. */
static char *written(const struct table_style *style)
{
	_cleanup_(table_done) struct table table = {.heads = heads, .n_columns = 3};
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	cr_assert(zero(int, table_add(&table, (const char *const[]){"a", "live", "short"})));
	cr_assert(
		zero(int, table_add(&table, (const char *const[]){
						    "a-name-of-some-length", "refused",
						    "\u00e4\u00f6\u00fc is more than fits here"})));
	table_write(f, &table, style);
	fclose(f);
	return text;
}

/* Characters of the longest line. */
static size_t longest(const char *text)
{
	size_t max = 0, n = 0;

	for (; *text; text++) {
		n = *text == '\n' ? 0 : n + ((*text & 0xc0) != 0x80);
		max = n > max ? n : max;
	}
	return max;
}

Test(table, is_as_wide_as_it_wants_where_nobody_looks)
{
	_cleanup_free_ char *text = written(&(struct table_style){.legend = true});

	cr_assert(
		eq(str, text,
		   "NAME                   STATE    SUMMARY\n"
		   "a                      live     short\n"
		   "a-name-of-some-length  refused  \u00e4\u00f6\u00fc is more than fits here\n"));
}

Test(table, has_no_heads_when_not_wanted)
{
	_cleanup_free_ char *text = written(&(struct table_style){});

	cr_assert(zero(strstr(text, "NAME")));
}

Test(table, cuts_the_last_column_first)
{
	_cleanup_free_ char *text = written(&(struct table_style){.width = 50});

	cr_assert(eq(sz, longest(text), 50));
	cr_assert(strstr(text, "a-name-of-some-length  refused  ") != NULL, "%s", text);
	cr_assert(strstr(text, "\u00e4\u00f6\u00fc is more than \u2026\n") != NULL, "%s", text);
}

Test(table, cuts_others_too_when_that_is_not_enough)
{
	_cleanup_free_ char *text = written(&(struct table_style){.width = 40});

	cr_assert(eq(sz, longest(text), 40));
	cr_assert(strstr(text, "a-name-of-some\u2026  refused  ") != NULL, "%s", text);
}

Test(table, leaves_something_of_each_column)
{
	_cleanup_free_ char *text = written(&(struct table_style){.width = 5});

	cr_assert(strstr(text, "a-name-\u2026  refused  \u00e4\u00f6\u00fc is \u2026\n") != NULL);
}

Test(table, fits_every_width)
{
	for (size_t width = 27; width < 80; width++) {
		_cleanup_free_ char *text = written(&(struct table_style){.width = width});

		cr_assert(le(sz, longest(text), width));
	}
}

Test(table, colours_state_words_only)
{
	_cleanup_free_ char *plain = written(&(struct table_style){.width = 40});
	_cleanup_free_ char *text = written(&(struct table_style){.width = 40, .colour = true});

	cr_assert(zero(strchr(plain, '\033')));
	cr_assert(strstr(text, "\033[32mlive\033[0m") != NULL);
	cr_assert(strstr(text, "\033[31mrefused\033[0m") != NULL);
	cr_assert(zero(strstr(text, "\033[32ma")));
}

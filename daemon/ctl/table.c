// SPDX-License-Identifier: GPL-2.0
#include "table.h"

#include <json-c/json.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/text.h"

#define GAP             2
#define COLUMN_MIN      8
#define LAST_COLUMN_MIN 16
#define COLUMNS_MAX     10000

void table_done(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->cells);
}

int table_add(struct table *t, const char *const *cells)
{
	char **grown = reallocarray(t->cells, t->n_cells + t->n_columns, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	t->cells = grown;
	for (size_t i = 0; i < t->n_columns; i++) {
		grown[t->n_cells] = strdup(cells[i]);
		if (!grown[t->n_cells])
			return -ENOMEM;
		t->n_cells++;
	}
	return 0;
}

/* Characters of UTF-8 text; wide ones are not known here. */
static size_t width_of(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static size_t bytes_of(const char *s, size_t characters)
{
	size_t i = 0;

	for (; s[i]; i++)
		if ((s[i] & 0xc0) != 0x80 && characters-- == 0)
			break;
	return i;
}

/* $COLUMNS counts as with other programs, for terminals that do not know their width. */
static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long n;
	char *end;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (columns && *columns >= '0' && *columns <= '9') {
		n = strtoul(columns, &end, 10);
		if (!*end && n > 0 && n <= COLUMNS_MAX)
			return n;
	}
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}

const char *state_colour(const char *state, bool colour)
{
	static const struct {
		const char *state, *on;
	} colours[] = {
		{"live", "\033[32m"},     {"good", "\033[32m"},        {"refused", "\033[31m"},
		{"failed", "\033[31m"},   {"quarantined", "\033[31m"}, {"missing", "\033[33m"},
		{"applying", "\033[33m"}, {"reverting", "\033[33m"},   {"interrupted", "\033[33m"},
		{"damaged", "\033[31m"},  {"in effect", "\033[32m"},   {"lost", "\033[31m"},
	};

	for (size_t i = 0; colour && i < ARRAY_SIZE(colours); i++)
		if (strcmp(colours[i].state, state) == 0)
			return colours[i].on;
	return "";
}

const char *colour_off(const char *on)
{
	return *on ? "\033[0m" : "";
}

static void measure(const struct table *t, bool legend, size_t *widths)
{
	for (size_t i = 0; i < t->n_columns; i++)
		widths[i] = legend ? width_of(t->heads[i]) : 0;
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t width = width_of(t->cells[i]);

		if (width > widths[i % t->n_columns])
			widths[i % t->n_columns] = width;
	}
}

static size_t widest_of(size_t n, const size_t *widths)
{
	size_t widest = n - 1;

	for (size_t i = n; i-- > 0;)
		if (widths[i] > widths[widest])
			widest = i;
	return widest;
}

/*
 * Take from the last column, which has the longest text, and then from the widest, but leave of
 * each what tells one line from another.
 */
static void fit(size_t n, size_t *widths, size_t available)
{
	size_t total = (n - 1) * GAP;

	for (size_t i = 0; i < n; i++)
		total += widths[i];
	while (available && total > available) {
		size_t i = widths[n - 1] > LAST_COLUMN_MIN ? n - 1 : widest_of(n, widths);

		if (widths[i] <= COLUMN_MIN)
			return;
		widths[i]--;
		total--;
	}
}

/* Returns how many characters wide it has become. */
static size_t write_cell(FILE *f, const char *cell, size_t width, const char *on)
{
	size_t natural = width_of(cell);
	bool cut = natural > width;

	fprintf(f, "%s%.*s%s%s", on, (int)bytes_of(cell, cut ? width - 1 : natural), cell,
		cut ? "\u2026" : "", colour_off(on));
	return cut ? width : natural;
}

static void write_row(FILE *f, const struct table *t, const char *const *cells,
		      const size_t *widths, bool colour)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		size_t used = write_cell(f, cells[i], widths[i], state_colour(cells[i], colour));

		if (i + 1 < t->n_columns)
			fprintf(f, "%*s", (int)(widths[i] - used + GAP), "");
	}
	fputc('\n', f);
}

void table_write(FILE *f, const struct table *t, const struct table_style *style)
{
	size_t widths[TABLE_COLUMNS_MAX];

	measure(t, style->legend, widths);
	fit(t->n_columns, widths, style->width);
	if (style->legend && t->n_cells)
		write_row(f, t, t->heads, widths, /* colour= */ false);
	for (size_t i = 0; i < t->n_cells; i += t->n_columns)
		write_row(f, t, (const char *const *)&t->cells[i], widths, style->colour);
}

void table_print(const struct table *t, bool legend)
{
	const struct table_style style = {
		.legend = legend, .width = terminal_width(), .colour = colours_wanted(stdout)};

	table_write(stdout, t, &style);
}

void print_json(struct json_object *object, enum json_style style)
{
	puts(json_object_to_json_string_ext(
		object, (style == JSON_SHORT ? JSON_C_TO_STRING_PLAIN : JSON_C_TO_STRING_PRETTY) |
				JSON_C_TO_STRING_NOSLASHESCAPE));
}

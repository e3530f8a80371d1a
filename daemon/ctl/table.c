// SPDX-License-Identifier: GPL-2.0
#include "table.h"

#include <json-c/json.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/text.h"

#define GAP 2

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

static size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

const char *state_colour(const char *state, bool colour)
{
	static const struct {
		const char *state, *on;
	} colours[] = {
		{"live", "\033[32m"},     {"good", "\033[32m"},        {"refused", "\033[31m"},
		{"failed", "\033[31m"},   {"quarantined", "\033[31m"}, {"missing", "\033[33m"},
		{"applying", "\033[33m"}, {"reverting", "\033[33m"},   {"interrupted", "\033[33m"},
		{"damaged", "\033[31m"},
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

static void print_last(const char *cell, size_t used, size_t terminal)
{
	if (terminal && used + width_of(cell) > terminal && terminal > used + 1)
		printf("%.*s\u2026\n", (int)bytes_of(cell, terminal - used - 1), cell);
	else
		printf("%s\n", cell);
}

static void print_row(const struct table *t, const char *const *cells, const size_t *widths,
		      size_t terminal, bool colour)
{
	size_t used = 0;

	for (size_t i = 0; i + 1 < t->n_columns; i++) {
		const char *on = state_colour(cells[i], colour);

		printf("%s%s%s%*s", on, cells[i], colour_off(on),
		       (int)(widths[i] - width_of(cells[i]) + GAP), "");
		used += widths[i] + GAP;
	}
	print_last(cells[t->n_columns - 1], used, terminal);
}

void table_print(const struct table *t, bool legend)
{
	size_t widths[TABLE_COLUMNS_MAX], terminal = terminal_width();
	bool colour = colours_wanted(stdout);

	measure(t, legend, widths);
	if (legend && t->n_cells)
		print_row(t, t->heads, widths, terminal, /* colour= */ false);
	for (size_t i = 0; i < t->n_cells; i += t->n_columns)
		print_row(t, (const char *const *)&t->cells[i], widths, terminal, colour);
}

void print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_NOSLASHESCAPE));
}

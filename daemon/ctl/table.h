/* SPDX-License-Identifier: GPL-2.0 */
/* What kmendctl prints: tables that fit the terminal, colours where they are wanted, JSON. */
#ifndef KMENDCTL_TABLE_H
#define KMENDCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/cleanup.h"

struct json_object;

#define TABLE_COLUMNS_MAX 8

struct table {
	const char *const *heads;
	size_t n_columns;
	char **cells; /* row by row */
	size_t n_cells;
};

/* Append a row of n_columns strings, which are copied. Returns 0 or -ENOMEM. */
int table_add(struct table *table, const char *const *cells);

struct table_style {
	bool legend; /* with column heads */
	bool colour; /* of the state words */
	size_t width; /* of a line, in characters; 0: any */
};

/* Columns that do not fit are cut, the widest first. */
void table_write(FILE *f, const struct table *table, const struct table_style *style);

/* Print to standard output, to the width of the terminal and in colours where it is one. */
void table_print(const struct table *table, bool legend);

void table_done(struct table *table);

/* The escape sequences around a state word; both "" where no colour is wanted. */
const char *state_colour(const char *state, bool colour);
const char *colour_off(const char *on);

enum json_style {
	JSON_NONE,
	JSON_PRETTY,
	JSON_SHORT, /* on one line */
};

void print_json(struct json_object *object, enum json_style style);

#endif

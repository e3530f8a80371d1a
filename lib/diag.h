/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Diagnostics: what a person is told when something is refused or goes wrong. A program collects
 * them in a list and prints the list once, as text or as JSON.
 */
#ifndef KMEND_LIB_DIAG_H
#define KMEND_LIB_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <kmend/diag.h>

#include "cleanup.h"

enum diag_code {
#define X(code, text, hint) code,
	KMEND_DIAG_MAP(X)
#undef X
		_DIAG_CODE_MAX,
	_DIAG_CODE_INVALID = -EINVAL,
};

enum diag_severity {
	DIAG_ERROR, /* the operation could not be carried out */
	DIAG_REFUSAL, /* it could, but would not be safe */
	DIAG_WARNING,
	DIAG_NOTE,
	_DIAG_SEVERITY_MAX,
};

/*
 * Where a diagnostic points; any member may be NULL or 0. Strings are copied. The offset counts
 * from the symbol, or from the start of the section where the symbol is elsewhere; it is known
 * only where has_offset is set.
 */
struct diag_where {
	const char *symbol;
	const char *section;
	const char *file;
	unsigned line;
	bool has_offset;
	unsigned long long offset;
};

struct diag {
	enum diag_code code;
	enum diag_severity severity;
	char *symbol, *section, *file;
	unsigned line;
	bool has_offset;
	unsigned long long offset;
	char *message;
	char *hint; /* NULL: the code's own */
};

struct diag_list {
	struct diag *items;
	size_t n, allocated;
};

struct json_object;

void diag_list_done(struct diag_list *list);

/* "KM101" for KM101; NULL for a number that is no code. */
const char *diag_code_name(enum diag_code code);
const char *diag_code_text(enum diag_code code);
const char *diag_code_hint(enum diag_code code);
enum diag_code diag_code_from_name(const char *name);
const char *diag_severity_name(enum diag_severity severity);

/*
 * Append a diagnostic; list may be NULL (nothing is recorded). Returns err unchanged, so that a
 * function can say "return diag_add(..., -EINVAL, ...)". Running out of memory drops the text
 * and keeps err.
 */
int diag_add(struct diag_list *list, enum diag_code code, enum diag_severity severity, int err,
	     const struct diag_where *where, const char *format, ...) _printf_(6, 7);

/* As diag_add(), with a hint of its own in place of the code's. */
int diag_add_hint(struct diag_list *list, enum diag_code code, enum diag_severity severity, int err,
		  const struct diag_where *where, const char *hint, const char *format, ...)
	_printf_(7, 8);

#define diag_error(list, code, err, ...) diag_add(list, code, DIAG_ERROR, err, NULL, __VA_ARGS__)

/* Append copies; those for which there is no memory are left out. */
void diag_list_append(struct diag_list *list, const struct diag_list *more);

bool diag_list_has(const struct diag_list *list, enum diag_severity severity);

/*
 * A diagnostic's place and message in one line, without severity, code and hint. Newly allocated;
 * NULL when out of memory.
 */
char *diag_describe(const struct diag *diag);

/* One diagnostic as a person reads it, with colour when asked; its hint on a second line. */
void diag_print(FILE *f, const struct diag *diag, bool colour);
void diag_list_print(FILE *f, const struct diag_list *list, bool colour);

/*
 * An array of objects with the members code, severity, symbol, section, offset, file, line,
 * message and hint (null where not known). The caller owns it; NULL when out of memory.
 */
struct json_object *diag_list_to_json(const struct diag_list *list);

#endif

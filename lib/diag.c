// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <string.h>

static const struct {
	const char *name, *text, *hint;
} codes[] = {
#define X(code, text, hint) [code] = {#code, text, hint},
	KMEND_DIAG_MAP(X)
#undef X
};

static const struct {
	const char *name, *colour;
} severities[] = {
	[DIAG_ERROR] = {"error", "\033[1;31m"},
	[DIAG_REFUSAL] = {"refused", "\033[1;31m"},
	[DIAG_WARNING] = {"warning", "\033[1;33m"},
	[DIAG_NOTE] = {"note", "\033[1;36m"},
};

static bool code_is_valid(enum diag_code code)
{
	return (int)code >= 0 && code < _DIAG_CODE_MAX;
}

const char *diag_code_name(enum diag_code code)
{
	return code_is_valid(code) ? codes[code].name : NULL;
}

const char *diag_code_text(enum diag_code code)
{
	return code_is_valid(code) ? codes[code].text : NULL;
}

const char *diag_code_hint(enum diag_code code)
{
	return code_is_valid(code) ? codes[code].hint : NULL;
}

enum diag_code diag_code_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strcmp(codes[i].name, name) == 0)
			return i;
	return _DIAG_CODE_INVALID;
}

const char *diag_severity_name(enum diag_severity severity)
{
	return severity < _DIAG_SEVERITY_MAX ? severities[severity].name : NULL;
}

static void diag_done(struct diag *diag)
{
	free(diag->symbol);
	free(diag->section);
	free(diag->file);
	free(diag->message);
	free(diag->hint);
}

void diag_list_done(struct diag_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		diag_done(&list->items[i]);
	free(list->items);
	*list = (struct diag_list){0};
}

static struct diag *diag_list_grow(struct diag_list *list)
{
	if (list->n == list->allocated) {
		size_t n = list->allocated ? list->allocated * 2 : 8;
		struct diag *items = reallocarray(list->items, n, sizeof(*items));

		if (!items)
			return NULL;
		list->items = items;
		list->allocated = n;
	}
	list->items[list->n] = (struct diag){0};
	return &list->items[list->n++];
}

static char *copy(const char *s)
{
	return s ? strdup(s) : NULL;
}

static void _printf_(6, 0)
	add(struct diag_list *list, enum diag_code code, enum diag_severity severity,
	    const struct diag_where *where, const char *hint, const char *format, va_list ap)
{
	struct diag *diag;

	if (!list)
		return;
	diag = diag_list_grow(list);
	if (!diag)
		return;
	diag->code = code;
	diag->severity = severity;
	if (where) {
		diag->symbol = copy(where->symbol);
		diag->section = copy(where->section);
		diag->file = copy(where->file);
		diag->line = where->line;
		diag->has_offset = where->has_offset;
		diag->offset = where->offset;
	}
	diag->hint = copy(hint);
	if (vasprintf(&diag->message, format, ap) < 0)
		diag->message = NULL;
}

int diag_add(struct diag_list *list, enum diag_code code, enum diag_severity severity, int err,
	     const struct diag_where *where, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(list, code, severity, where, /* hint= */ NULL, format, ap);
	va_end(ap);
	return err;
}

int diag_add_hint(struct diag_list *list, enum diag_code code, enum diag_severity severity, int err,
		  const struct diag_where *where, const char *hint, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(list, code, severity, where, hint, format, ap);
	va_end(ap);
	return err;
}

bool diag_list_has(const struct diag_list *list, enum diag_severity severity)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].severity == severity)
			return true;
	return false;
}

void diag_list_append(struct diag_list *list, const struct diag_list *more)
{
	for (size_t i = 0; i < more->n; i++) {
		const struct diag *d = &more->items[i];
		const struct diag_where where = {d->symbol, d->section,    d->file,
						 d->line,   d->has_offset, d->offset};

		diag_add_hint(list, d->code, d->severity, 0, &where, d->hint, "%s",
			      d->message ?: diag_code_text(d->code));
	}
}

static const char *message_of(const struct diag *diag)
{
	return diag->message ?: codes[diag->code].text;
}

static const char *hint_of(const struct diag *diag)
{
	return diag->hint ?: codes[diag->code].hint;
}

static void print_subject(FILE *f, const struct diag *diag)
{
	if (diag->symbol || diag->section)
		fprintf(f, " [%s%s%s]", diag->symbol ?: "",
			diag->symbol && diag->section ? ", " : "", diag->section ?: "");
}

char *diag_describe(const struct diag *diag)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	if (diag->file && diag->line)
		fprintf(f, "%s:%u: ", diag->file, diag->line);
	else if (diag->file)
		fprintf(f, "%s: ", diag->file);
	fputs(message_of(diag), f);
	print_subject(f, diag);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

void diag_print(FILE *f, const struct diag *diag, bool colour)
{
	if (diag->file && diag->line)
		fprintf(f, "%s:%u: ", diag->file, diag->line);
	else if (diag->file)
		fprintf(f, "%s: ", diag->file);
	fprintf(f, "%s%s %s%s: ", colour ? severities[diag->severity].colour : "",
		severities[diag->severity].name, codes[diag->code].name, colour ? "\033[0m" : "");
	fputs(message_of(diag), f);
	print_subject(f, diag);
	fputc('\n', f);
	if (diag->severity != DIAG_NOTE)
		fprintf(f, "  hint: %s\n", hint_of(diag));
}

void diag_list_print(FILE *f, const struct diag_list *list, bool colour)
{
	for (size_t i = 0; i < list->n; i++)
		diag_print(f, &list->items[i], colour);
}

static void member(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, value ? json_object_new_string(value) : NULL);
}

struct json_object *diag_list_to_json(const struct diag_list *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < list->n; i++) {
		const struct diag *diag = &list->items[i];
		struct json_object *o = json_object_new_object();

		if (!o) {
			json_object_put(array);
			return NULL;
		}
		member(o, "code", codes[diag->code].name);
		member(o, "severity", severities[diag->severity].name);
		member(o, "symbol", diag->symbol);
		member(o, "section", diag->section);
		json_object_object_add(
			o, "offset", diag->has_offset ? json_object_new_int64(diag->offset) : NULL);
		member(o, "file", diag->file);
		json_object_object_add(o, "line",
				       diag->line ? json_object_new_int64(diag->line) : NULL);
		member(o, "message", message_of(diag));
		member(o, "hint", hint_of(diag));
		json_object_array_add(array, o);
	}
	return array;
}

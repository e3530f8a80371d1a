// SPDX-License-Identifier: GPL-2.0
/* Hunks applied to a source file, and the numbering of its lines kept (patchtext.h). */
#include <ctype.h>
#include <string.h>

#include "patchtext.h"

int source_text_split(const char *text, size_t size, struct source_text *ret)
{
	struct source_text source = {.newline_at_end = size > 0 && text[size - 1] == '\n'};
	const char *end = text + size;
	size_t n = 1;

	for (const char *p = text; (p = memchr(p, '\n', end - p)); p++)
		n++;
	source.lines = calloc(n, sizeof(*source.lines));
	if (!source.lines)
		return -ENOMEM;
	while (text < end) {
		const char *newline = memchr(text, '\n', end - text) ?: end;

		source.lines[source.n_lines] = (struct source_line){
			.text = text,
			.length = newline - text,
			.original = source.n_lines + 1,
		};
		source.n_lines++;
		text = newline + 1;
	}
	*ret = source;
	return 0;
}

void source_text_done(struct source_text *source)
{
	free(source->lines);
	*source = (struct source_text){0};
}

static bool same_text(const struct source_line *a, const struct hunk_line *b)
{
	return a->length == b->length &&
	       (a->length == 0 || memcmp(a->text, b->text, a->length) == 0);
}

/* Do the lines that the hunk expects (or, with result, leaves) stand at this place? */
static bool hunk_is_at(const struct source_text *source, const struct hunk *hunk, size_t at,
		       bool result)
{
	enum hunk_mark skip = result ? HUNK_REMOVE : HUNK_ADD;

	for (size_t i = 0; i < hunk->n_lines; i++) {
		if (hunk->lines[i].mark == skip)
			continue;
		if (at >= source->n_lines || !same_text(&source->lines[at], &hunk->lines[i]))
			return false;
		at++;
	}
	return true;
}

/* The place nearest to the one expected, not before min; -1 where there is none. */
static ssize_t find_hunk(const struct source_text *source, const struct hunk *hunk, size_t expected,
			 size_t min, bool result)
{
	size_t max_distance = source->n_lines + expected;

	for (size_t distance = 0; distance <= max_distance; distance++) {
		if (expected >= min + distance &&
		    hunk_is_at(source, hunk, expected - distance, result))
			return expected - distance;
		if (expected + distance >= min && expected + distance <= source->n_lines &&
		    hunk_is_at(source, hunk, expected + distance, result))
			return expected + distance;
	}
	return -1;
}

static int replace_hunk(struct source_text *source, const struct hunk *hunk, size_t at,
			size_t *ret_end)
{
	size_t n_new = 0, n_old = 0, to, from;
	struct source_line *lines;

	for (size_t i = 0; i < hunk->n_lines; i++) {
		n_new += hunk->lines[i].mark != HUNK_REMOVE;
		n_old += hunk->lines[i].mark != HUNK_ADD;
	}
	lines = calloc(source->n_lines - n_old + n_new + 1, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	memcpy(lines, source->lines, at * sizeof(*lines));
	to = from = at;
	for (size_t i = 0; i < hunk->n_lines; i++) {
		const struct hunk_line *line = &hunk->lines[i];

		if (line->mark == HUNK_ADD)
			lines[to++] =
				(struct source_line){.text = line->text, .length = line->length};
		else if (line->mark == HUNK_CONTEXT)
			lines[to++] = source->lines[from++];
		else
			from++;
	}
	memcpy(lines + to, source->lines + from, (source->n_lines - from) * sizeof(*lines));
	free(source->lines);
	source->lines = lines;
	source->n_lines = source->n_lines - n_old + n_new;
	*ret_end = to;
	return 0;
}

static int copy_source(const struct source_text *source, struct source_text *ret)
{
	struct source_line *lines = calloc(source->n_lines + 1, sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	memcpy(lines, source->lines, source->n_lines * sizeof(*lines));
	*ret = *source;
	ret->lines = lines;
	return 0;
}

static int does_not_apply(const struct source_text *source, const struct patch_text *patch,
			  const struct patch_file *file, const struct hunk *hunk,
			  struct diag_list *diags)
{
	const struct diag_where where = {.file = file->path, .line = hunk->old_start};
	bool applied = find_hunk(source, hunk, hunk->old_start, 0, /* result= */ true) >= 0;

	if (applied)
		return diag_add_hint(diags, KM120, DIAG_REFUSAL, -EINVAL, &where,
				     "the kernel's source has this change: it needs no patch",
				     "the change at %s:%u is already in the source", patch->name,
				     hunk->patch_line);
	return diag_add(diags, KM120, DIAG_REFUSAL, -EINVAL, &where,
			"the lines that the hunk at %s:%u expects are not there", patch->name,
			hunk->patch_line);
}

int source_text_apply(struct source_text *source, const struct patch_text *patch,
		      const struct patch_file *file, struct diag_list *diags)
{
	struct source_text work;
	size_t done = 0;
	ssize_t shift = 0;
	int r;

	r = copy_source(source, &work);
	for (size_t i = 0; r == 0 && i < file->n_hunks; i++) {
		const struct hunk *hunk = &file->hunks[i];
		ssize_t wanted = (ssize_t)hunk->old_start - 1 + shift, at;
		size_t expected = wanted < (ssize_t)done ? done : (size_t)wanted;
		size_t before = work.n_lines;

		if (expected > work.n_lines)
			expected = work.n_lines;
		at = find_hunk(&work, hunk, expected, done, /* result= */ false);
		if (at < 0) {
			r = does_not_apply(&work, patch, file, hunk, diags);
			break;
		}
		r = replace_hunk(&work, hunk, at, &done);
		shift = at - ((ssize_t)hunk->old_start - 1) + (ssize_t)work.n_lines -
			(ssize_t)before;
	}
	if (r < 0) {
		source_text_done(&work);
		return r;
	}
	source_text_done(source);
	*source = work;
	return 0;
}

#define CONDITIONALS_MAX 64

/* Enough of the C language to know where a directive may stand between two lines. */
struct scanner {
	bool in_comment;
	bool continued; /* the last line ended in a backslash */
	bool in_directive;
	int parentheses;
	int at_if[CONDITIONALS_MAX]; /* parentheses that were open at each #if */
	int n_if;
};

static bool directive_is(const char *p, const char *end, const char *name)
{
	size_t n = strlen(name);

	while (p < end && (*p == ' ' || *p == '\t' || *p == '#'))
		p++;
	return (size_t)(end - p) >= n && memcmp(p, name, n) == 0;
}

/* The branches of a conditional each open and close the same parentheses. */
static void scan_directive(struct scanner *scanner, const char *p, const char *end)
{
	if (directive_is(p, end, "if")) {
		if (scanner->n_if < CONDITIONALS_MAX)
			scanner->at_if[scanner->n_if] = scanner->parentheses;
		scanner->n_if++;
	} else if (directive_is(p, end, "el")) {
		if (scanner->n_if > 0 && scanner->n_if <= CONDITIONALS_MAX)
			scanner->parentheses = scanner->at_if[scanner->n_if - 1];
	} else if (directive_is(p, end, "endif") && scanner->n_if > 0) {
		scanner->n_if--;
	}
}

/* Past the closing quote; end where the line ends before. */
static const char *skip_quoted(const char *p, const char *end)
{
	char quote = *p++;

	while (p < end && *p != quote)
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	return p < end ? p + 1 : end;
}

static void scan_line(struct scanner *scanner, const char *p, size_t length)
{
	const char *end = p + length, *start = p;

	while (start < end && isspace((unsigned char)*start))
		start++;
	if (!scanner->continued && !scanner->in_comment) {
		scanner->in_directive = start < end && *start == '#';
		if (scanner->in_directive)
			scan_directive(scanner, start, end);
		/* A function's end in the first column: whatever was miscounted ends here. */
		if (length > 0 && *p == '}')
			scanner->parentheses = 0;
	}
	while (p < end) {
		if (scanner->in_comment) {
			const char *close = memmem(p, end - p, "*/", 2);

			scanner->in_comment = !close;
			p = close ? close + 2 : end;
		} else if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
			scanner->in_comment = true;
			p += 2;
		} else if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
			break;
		} else if (*p == '"' || *p == '\'') {
			p = skip_quoted(p, end);
		} else {
			if (!scanner->in_directive && *p == '(')
				scanner->parentheses++;
			else if (!scanner->in_directive && *p == ')' && scanner->parentheses > 0)
				scanner->parentheses--;
			p++;
		}
	}
	scanner->continued = length > 0 && end[-1] == '\\';
}

static bool directive_may_stand(const struct scanner *scanner)
{
	return !scanner->in_comment && !scanner->continued && scanner->parentheses == 0;
}

int source_text_write(const struct source_text *source, char **ret, size_t *ret_size)
{
	struct scanner scanner = {0};
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	unsigned number = 1; /* that the compiler gives to the next line */
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < source->n_lines; i++) {
		const struct source_line *line = &source->lines[i];

		if (line->original && line->original != number && directive_may_stand(&scanner)) {
			fprintf(out, "#line %u\n", line->original);
			number = line->original;
		}
		fwrite(line->text, 1, line->length, out);
		if (i + 1 < source->n_lines || source->newline_at_end)
			fputc('\n', out);
		scan_line(&scanner, line->text, line->length);
		number++;
	}
	if (fclose(out) != 0)
		return -ENOMEM;
	*ret = TAKE_PTR(text);
	*ret_size = size;
	return 0;
}

int source_text_join(const struct source_text *source, char **ret, size_t *ret_size)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < source->n_lines; i++) {
		fwrite(source->lines[i].text, 1, source->lines[i].length, out);
		if (i + 1 < source->n_lines || source->newline_at_end)
			fputc('\n', out);
	}
	if (fclose(out) != 0)
		return -ENOMEM;
	*ret = TAKE_PTR(text);
	*ret_size = size;
	return 0;
}

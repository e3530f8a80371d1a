// SPDX-License-Identifier: GPL-2.0
#include "patchtext.h"

#include <string.h>

#include "../../lib/fileio.h"
#include "../base/files.h"

struct reader {
	const char *next, *end;
	const char *line; /* current one, newline excluded */
	size_t length;
	unsigned number;
	const char *name;
	struct diag_list *diags;
};

static bool next_line(struct reader *reader)
{
	const char *newline;

	if (reader->next >= reader->end)
		return false;
	newline = memchr(reader->next, '\n', reader->end - reader->next);
	reader->line = reader->next;
	reader->length = (newline ?: reader->end) - reader->next;
	reader->next = newline ? newline + 1 : reader->end;
	reader->number++;
	return true;
}

static bool starts_with(const struct reader *reader, const char *prefix)
{
	size_t n = strlen(prefix);

	return reader->length >= n && memcmp(reader->line, prefix, n) == 0;
}

static int malformed(const struct reader *reader, const char *what)
{
	const struct diag_where where = {.file = reader->name, .line = reader->number};

	return diag_add(reader->diags, KM121, DIAG_ERROR, -EINVAL, &where, "%s", what);
}

/* "--- a/dir/file.c\tdate": the path without its first component; NULL for /dev/null. */
static int parse_path(const struct reader *reader, char **ret)
{
	_cleanup_free_ char *path = NULL;
	const char *start = reader->line + 4, *end = reader->line + reader->length, *slash;
	const char *tab = memchr(start, '\t', end - start);

	if (tab)
		end = tab;
	while (end > start && (end[-1] == '\r' || end[-1] == ' '))
		end--;
	if ((size_t)(end - start) == strlen("/dev/null") &&
	    memcmp(start, "/dev/null", end - start) == 0) {
		*ret = NULL;
		return 0;
	}
	slash = memchr(start, '/', end - start);
	if (!slash)
		return malformed(reader, "a path without a leading folder (patch -p1 is expected)");
	path = strndup(slash + 1, end - slash - 1);
	if (!path)
		return -ENOMEM;
	if (!path_is_inside(path))
		return malformed(reader, "a path that leads out of the source tree");
	*ret = TAKE_PTR(path);
	return 0;
}

static bool parse_number(const char **p, const char *end, unsigned *ret)
{
	const char *start = *p;
	unsigned value = 0;

	while (*p < end && **p >= '0' && **p <= '9') {
		if (value > 100000000)
			return false;
		value = value * 10 + (**p - '0');
		(*p)++;
	}
	*ret = value;
	return *p > start;
}

/* "12,7" or "12", which means "12,1" */
static bool parse_range(const char **p, const char *end, unsigned *ret_start, unsigned *ret_count)
{
	*ret_count = 1;
	if (!parse_number(p, end, ret_start))
		return false;
	if (*p < end && **p == ',') {
		(*p)++;
		return parse_number(p, end, ret_count);
	}
	return true;
}

static bool expect(const char **p, const char *end, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(end - *p) < n || memcmp(*p, text, n) != 0)
		return false;
	*p += n;
	return true;
}

static int parse_hunk_lines(struct reader *reader, struct hunk *hunk, unsigned old, unsigned new)
{
	size_t allocated = 0;

	while (old > 0 || new > 0) {
		struct hunk_line line = {.mark = HUNK_CONTEXT, .text = ""};

		if (!next_line(reader))
			return malformed(reader, "a hunk that ends too early");
		if (starts_with(reader, "\\"))
			continue;
		/* Mail programs strip the blank of an empty context line. */
		if (reader->length > 0) {
			line.mark = (unsigned char)reader->line[0];
			line.text = reader->line + 1;
			line.length = reader->length - 1;
		}
		if (line.mark != HUNK_CONTEXT && line.mark != HUNK_REMOVE && line.mark != HUNK_ADD)
			return malformed(reader, "a line of a hunk that starts with none of ' -+'");
		if ((line.mark != HUNK_ADD && old-- == 0) ||
		    (line.mark != HUNK_REMOVE && new -- == 0))
			return malformed(reader, "a hunk with other lines than its header counts");
		if (hunk->n_lines == allocated) {
			struct hunk_line *lines;

			allocated = allocated ? allocated * 2 : 16;
			lines = reallocarray(hunk->lines, allocated, sizeof(*lines));
			if (!lines)
				return -ENOMEM;
			hunk->lines = lines;
		}
		hunk->lines[hunk->n_lines++] = line;
	}
	return 0;
}

/* A patch that was edited by hand: the rest would be passed over as text between patches. */
static bool has_more_lines(const struct reader *reader)
{
	const char *next = reader->next;
	size_t n = reader->end - next;

	return n > 0 && (*next == '+' || (*next == '-' && (n == 1 || next[1] != '-')));
}

static int parse_hunk(struct reader *reader, struct patch_file *file)
{
	const char *p = reader->line, *end = reader->line + reader->length;
	unsigned old_start, old_count, new_start, new_count;
	struct hunk *hunks;
	int r;

	if (!expect(&p, end, "@@ -") || !parse_range(&p, end, &old_start, &old_count) ||
	    !expect(&p, end, " +") || !parse_range(&p, end, &new_start, &new_count) ||
	    !expect(&p, end, " @@"))
		return malformed(reader, "a hunk header that is not understood");
	hunks = reallocarray(file->hunks, file->n_hunks + 1, sizeof(*hunks));
	if (!hunks)
		return -ENOMEM;
	file->hunks = hunks;
	hunks[file->n_hunks] = (struct hunk){.old_start = old_start, .patch_line = reader->number};
	r = parse_hunk_lines(reader, &hunks[file->n_hunks++], old_count, new_count);
	if (r == 0 && has_more_lines(reader))
		return malformed(reader, "a hunk with more lines than its header counts");
	return r;
}

/* The current line is "--- "; the next one has to be "+++ ". */
static int parse_file_header(struct reader *reader, struct patch_text *patch)
{
	_cleanup_free_ char *old = NULL, *new = NULL;
	struct patch_file *files;
	int r;

	if (reader->length > 0 && reader->line[reader->length - 1] == '\r')
		return malformed(reader, "lines that end in CR LF, unlike the kernel's");
	r = parse_path(reader, &old);
	if (r < 0)
		return r;
	if (!next_line(reader) || !starts_with(reader, "+++ "))
		return malformed(reader, "'---' without '+++' in the next line");
	r = parse_path(reader, &new);
	if (r < 0)
		return r;
	if (!old && !new)
		return malformed(reader, "a change of /dev/null");
	if (old && new &&strcmp(old, new) != 0)
		return malformed(reader, "a file that changes its name");
	files = reallocarray(patch->files, patch->n_files + 1, sizeof(*files));
	if (!files)
		return -ENOMEM;
	patch->files = files;
	files[patch->n_files++] =
		(struct patch_file){.is_new = !old, .is_deleted = !new, .path = new ?: old};
	(void)TAKE_PTR(*(new ? &new : &old));
	return 0;
}

static bool is_file_header(const struct reader *reader)
{
	const char *next = reader->next;

	return starts_with(reader, "--- ") && reader->end - next > 4 &&
	       memcmp(next, "+++ ", 4) == 0;
}

static int parse_files(struct reader *reader, struct patch_text *patch)
{
	int r = 0;

	while (r == 0 && next_line(reader)) {
		if (is_file_header(reader))
			r = parse_file_header(reader, patch);
		else if (starts_with(reader, "@@ -") && patch->n_files > 0)
			r = parse_hunk(reader, &patch->files[patch->n_files - 1]);
		else if (starts_with(reader, "@@ -"))
			r = malformed(reader, "a hunk before any file's name");
		else if (starts_with(reader, "GIT binary patch"))
			r = malformed(reader, "a binary change");
		else if (starts_with(reader, "Binary files "))
			r = malformed(reader, "a binary change");
		else if (starts_with(reader, "Only in "))
			r = malformed(reader,
				      "a file that is on one side only (diff -N is expected)");
		else if (starts_with(reader, "rename from ") || starts_with(reader, "copy from "))
			r = malformed(reader, "a file that changes its name");
	}
	if (r < 0)
		return r;
	if (patch->n_files == 0)
		return malformed(reader, "no change of any file in it");
	for (size_t i = 0; i < patch->n_files; i++)
		if (patch->files[i].n_hunks == 0)
			return malformed(reader, "a file without any hunk");
	return 0;
}

int patch_text_parse(const char *name, const char *text, size_t size, struct diag_list *diags,
		     struct patch_text **ret)
{
	_cleanup_patch_text_ struct patch_text *patch = calloc(1, sizeof(*patch));
	struct reader reader = {.name = name, .diags = diags};
	int r;

	if (!patch)
		return -ENOMEM;
	patch->name = strdup(name);
	patch->text = malloc(size + 1);
	if (!patch->name || !patch->text)
		return -ENOMEM;
	memcpy(patch->text, text, size);
	patch->text[size] = '\0';
	if (memchr(text, '\0', size))
		return malformed(&reader, "a NUL byte: this is not a text file");
	reader.next = patch->text;
	reader.end = patch->text + size;
	r = parse_files(&reader, patch);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(patch);
	return 0;
}

int patch_text_read(const char *path, struct diag_list *diags, struct patch_text **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = file_read(path, PATCH_TEXT_MAX, &text, &size);
	if (r < 0)
		return diag_error(diags, KM102, r, "%s: %s", path, strerror(-r));
	return patch_text_parse(path, text, size, diags, ret);
}

void patch_text_free(struct patch_text *patch)
{
	if (!patch)
		return;
	for (size_t i = 0; i < patch->n_files; i++) {
		for (size_t k = 0; k < patch->files[i].n_hunks; k++)
			free(patch->files[i].hunks[k].lines);
		free(patch->files[i].hunks);
		free(patch->files[i].path);
	}
	free(patch->files);
	free(patch->name);
	free(patch->text);
	free(patch);
}

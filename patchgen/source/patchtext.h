/* SPDX-License-Identifier: GPL-2.0 */
/* A fix as unified diff, and its application to the text of a source file. */
#ifndef PATCHGEN_PATCHTEXT_H
#define PATCHGEN_PATCHTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "../../lib/diag.h"

enum hunk_mark { HUNK_CONTEXT = ' ', HUNK_REMOVE = '-', HUNK_ADD = '+' };

struct hunk_line {
	enum hunk_mark mark;
	const char *text; /* within patch_text.text, newline excluded */
	size_t length;
};

struct hunk {
	unsigned old_start; /* from 1, as the patch says */
	unsigned patch_line; /* of its @@ line, from 1 */
	struct hunk_line *lines;
	size_t n_lines;
};

struct patch_file {
	char *path; /* relative to the source tree */
	bool is_new, is_deleted;
	struct hunk *hunks;
	size_t n_hunks;
};

struct patch_text {
	char *name; /* for diagnostics */
	char *text;
	struct patch_file *files;
	size_t n_files;
};

#define PATCH_TEXT_MAX (16UL * 1024 * 1024) /* bytes of one patch, at most */

/*
 * Parse a diff as 'diff -u' and git write it, whose paths have one leading component (-p1).
 * Returns 0, -EINVAL (KM121), or -ENOMEM.
 */
int patch_text_parse(const char *name, const char *text, size_t size, struct diag_list *diags,
		     struct patch_text **ret);
int patch_text_read(const char *path, struct diag_list *diags, struct patch_text **ret);
void patch_text_free(struct patch_text *patch);

DEFINE_CLEANUP(struct patch_text *, patch_text_free)
#define _cleanup_patch_text_ _cleanup_(patch_text_freep)

/* A source file as lines that remember their number in the original. */
struct source_line {
	const char *text; /* newline excluded */
	size_t length;
	unsigned original; /* from 1; 0: added by a patch */
};

struct source_text {
	struct source_line *lines;
	size_t n_lines;
	bool newline_at_end;
};

/* text stays the caller's and must live as long as ret. Returns 0 or -ENOMEM. */
int source_text_split(const char *text, size_t size, struct source_text *ret);
void source_text_done(struct source_text *source);

/*
 * Apply one file's hunks, at the place where their context is, exactly. source is unchanged on
 * failure. The patch must outlive source. Returns 0, -EINVAL (KM120), or -ENOMEM.
 */
int source_text_apply(struct source_text *source, const struct patch_text *patch,
		      const struct patch_file *file, struct diag_list *diags);

/*
 * The text, with #line directives after what was changed, so that every unchanged line has the
 * number of the original wherever a directive may stand. The caller frees *ret.
 */
int source_text_write(const struct source_text *source, char **ret, size_t *ret_size);

/* The same without directives, for what is no C. */
int source_text_join(const struct source_text *source, char **ret, size_t *ret_size);

#endif

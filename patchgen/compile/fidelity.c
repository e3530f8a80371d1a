// SPDX-License-Identifier: GPL-2.0
#include "fidelity.h"

#include <ctype.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../base/files.h"

#define MAKEFILE_MAX (1024UL * 1024)

/* "VERSION = 6" at the beginning of a line; -1 where there is none. */
static long make_number(const char *makefile, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = makefile; *line;) {
		size_t length = strcspn(line, "\n");

		if (length > n && strncmp(line, name, n) == 0) {
			const char *p = line + n;

			p += strspn(p, " \t");
			if (*p == '=' && isdigit((unsigned char)p[1 + strspn(p + 1, " \t")]))
				return strtol(p + 1, NULL, 10);
		}
		line += length + (line[length] == '\n');
	}
	return -1;
}

/* Does a version, as "6.1.190-1" or "5.15.0-91-generic", begin with these numbers? */
static bool begins_with(const char *version, const long *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *end;

		if (strtol(version, &end, 10) != numbers[i] || end == version)
			return false;
		version = end;
		if (*version == '.')
			version++;
	}
	return true;
}

int fidelity_check_source(const struct kernel *kernel, const struct image *image,
			  enum diag_severity severity, struct diag_list *diags)
{
	_cleanup_free_ char *path = NULL, *text = NULL, *package = image_package_version(image);
	const char *version = package ?: kernel->release;
	const struct diag_where where = {.file = kernel->source};
	long numbers[3];
	int r;

	r = string_format(&path, "%s/Makefile", kernel->source);
	r = r ?: file_read(path, MAKEFILE_MAX, &text, NULL);
	if (r < 0)
		return diag_error(diags, KM303, r, "%s: %s", path ?: "Makefile", strerror(-r));
	numbers[0] = make_number(text, "VERSION");
	numbers[1] = make_number(text, "PATCHLEVEL");
	numbers[2] = make_number(text, "SUBLEVEL");
	/* A release's own third number is often the distribution's, not the source's. */
	if (begins_with(version, numbers, package ? 3 : 2))
		return 0;
	diag_add(diags, KM332, severity, 0, &where, "the source is Linux %ld.%ld.%ld, the image %s",
		 numbers[0], numbers[1], numbers[2], version);
	return severity == DIAG_REFUSAL ? -EINVAL : 0;
}

static const char *last_word(const char *text)
{
	const char *space = strrchr(text, ' ');

	return space ? space + 1 : text;
}

bool fidelity_same_compiler(const char *a, const char *b)
{
	bool is_clang = strstr(a, "clang"), other_is_clang = strstr(b, "clang");
	const char *x = last_word(a), *y = last_word(b);

	/* "Debian clang version 14.0.6" ends in its version as gcc's line does. */
	return is_clang == other_is_clang && strcmp(x, y) == 0;
}

int fidelity_check_compiler(const struct tree *tree, enum diag_severity severity,
			    struct diag_list *diags)
{
	if (!tree->kernel_compiler ||
	    fidelity_same_compiler(tree->kernel_compiler, tree->compiler_version))
		return 0;
	diag_add(diags, KM331, severity, 0, NULL, "the kernel was built with '%s', '%s' is '%s'",
		 tree->kernel_compiler, tree->compiler, tree->compiler_version);
	return severity == DIAG_REFUSAL ? -EINVAL : 0;
}

// SPDX-License-Identifier: GPL-2.0
#include "symvers.h"

#include <string.h>

#include "../../lib/fileio.h"

#define SYMVERS_MAX (64UL * 1024 * 1024)

static int compare_exports(const void *a, const void *b)
{
	return strcmp(((const struct export *)a)->name, ((const struct export *)b)->name);
}

/* 0x12345678 <tab> name <tab> module <tab> EXPORT_SYMBOL_GPL <tab> namespace */
static bool parse_line(char *line, struct export *ret)
{
	struct export export = {0};
	char *field, *rest = line, *end;

	field = strsep(&rest, "\t");
	export.crc = strtoul(field, &end, 16);
	if (end == field || *end)
		return false;
	export.name = strsep(&rest, "\t");
	export.module = strsep(&rest, "\t");
	if (!export.name || !*export.name || !export.module || !*export.module)
		return false;
	if (!strsep(&rest, "\t"))
		return false;
	export.namespace = rest ? strsep(&rest, "\t") : "";
	*ret = export;
	return true;
}

int symvers_parse(const char *text, size_t size, const char *file, struct diag_list *diags,
		  struct symvers *ret)
{
	struct symvers symvers = {0};
	struct diag_where where = {.file = file};
	size_t n = 1;
	char *p;

	symvers.text = malloc(size + 1);
	if (!symvers.text)
		return -ENOMEM;
	memcpy(symvers.text, text, size);
	symvers.text[size] = '\0';
	for (p = symvers.text; (p = strchr(p, '\n')); p++)
		n++;
	symvers.exports = calloc(n, sizeof(*symvers.exports));
	if (!symvers.exports) {
		symvers_done(&symvers);
		return -ENOMEM;
	}
	p = symvers.text;
	while (p && *p) {
		char *line = strsep(&p, "\n");

		where.line++;
		if (!parse_line(line, &symvers.exports[symvers.n_exports])) {
			symvers_done(&symvers);
			return diag_add(diags, KM303, DIAG_ERROR, -EINVAL, &where,
					"not a line of Module.symvers");
		}
		symvers.n_exports++;
	}
	qsort(symvers.exports, symvers.n_exports, sizeof(*symvers.exports), compare_exports);
	*ret = symvers;
	return 0;
}

int symvers_read(const char *path, struct diag_list *diags, struct symvers *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = file_read(path, SYMVERS_MAX, &text, &size);
	if (r < 0)
		return diag_error(diags, KM303, r, "%s: %s", path, strerror(-r));
	return symvers_parse(text, size, path, diags, ret);
}

void symvers_done(struct symvers *symvers)
{
	free(symvers->text);
	free(symvers->exports);
	*symvers = (struct symvers){0};
}

const struct export *symvers_find(const struct symvers *symvers, const char *name)
{
	const struct export key = {.name = name};

	if (symvers->n_exports == 0)
		return NULL;
	return bsearch(&key, symvers->exports, symvers->n_exports, sizeof(key), compare_exports);
}

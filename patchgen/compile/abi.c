// SPDX-License-Identifier: GPL-2.0
#include "abi.h"

#include <kmend/patch.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../base/files.h"
#include "../base/run.h"

__asm__(".pushsection .rodata\n"
	"patch_header:\n"
	"	.incbin \"kmend/patch.h\"\n"
	"patch_header_end:\n"
	"	.popsection\n");
__asm__(".pushsection .rodata\n"
	"author_header:\n"
	"	.incbin \"kmend/author.h\"\n"
	"author_header_end:\n"
	"	.popsection\n");
extern const char author_header[] __attribute__((visibility("hidden")));
extern const char author_header_end[] __attribute__((visibility("hidden")));
extern const char patch_header[] __attribute__((visibility("hidden")));
extern const char patch_header_end[] __attribute__((visibility("hidden")));

static const char *const functions[] = {"kmend_register", "kmend_unregister"};

int abi_write_headers(const char *folder)
{
	_cleanup_free_ char *patch = NULL, *author = NULL;
	int r;

	r = string_format(&patch, "%s/kmend/patch.h", folder);
	r = r ?: string_format(&author, "%s/kmend/author.h", folder);
	r = r ?: make_parent_folders(patch, 0755);
	r = r ?: file_write_atomic(patch, patch_header, patch_header_end - patch_header, 0644);
	return r     ?:
		       file_write_atomic(author, author_header, author_header_end - author_header,
					 0644);
}

static int write_exports(const char *folder)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	size_t size;
	FILE *out;
	int r;

	r = string_format(&path, "%s/symvers.c", folder);
	if (r < 0)
		return r;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	fputs("#include <linux/export.h>\n#include <kmend/patch.h>\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		fprintf(out, "EXPORT_SYMBOL_GPL(%s);\n", functions[i]);
	if (fclose(out) != 0)
		return -ENOMEM;
	return file_write_atomic(path, text, size, 0644);
}

/* "#SYMVER name 0x..." of new genksyms, "__crc_name = 0x...;" of old. */
static bool find_checksum(const char *text, const char *name, unsigned long *ret)
{
	size_t n = strlen(name);

	for (const char *p = text; (p = strstr(p, name)); p += n) {
		const char *value;

		if (p[n] != ' ')
			continue;
		value = strstr(p, "0x");
		if (!value || memchr(p, '\n', value - p))
			continue;
		*ret = strtoul(value, NULL, 16);
		return true;
	}
	return false;
}

static int write_symvers(const char *path, const char *checksums, struct diag_list *diags)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		unsigned long crc;

		if (!find_checksum(checksums, functions[i], &crc)) {
			fclose(out);
			return diag_error(diags, KM315, -EINVAL, "genksyms has no checksum of %s",
					  functions[i]);
		}
		fprintf(out, "0x%08lx\t%s\tkmend\tEXPORT_SYMBOL_GPL\t\n", crc, functions[i]);
	}
	if (fclose(out) != 0)
		return -ENOMEM;
	return file_write_atomic(path, text, size, 0644);
}

int abi_write_symvers(const struct tree *tree, const struct compiled *compiled, const char *folder,
		      const char *path, struct diag_list *diags)
{
	_cleanup_free_ char *command = NULL, *text = NULL;
	const char *end = strstr(compiled->command, " -c -o ");
	const char *depend = strstr(compiled->command, " -Wp,-MMD,");
	const char *options = depend ? depend + 1 + strcspn(depend + 1, " ") : NULL;
	int r;

	if (!options || !end || end < options)
		return diag_error(diags, KM315, -EINVAL, "kbuild's command is not understood");
	r = write_exports(folder);
	/* The kernel's own options and headers, since the checksum covers what types stand for. */
	if (r == 0)
		r = string_format(&command,
				  "%s %.*s -D__GENKSYMS__ -I%s -E -o %s/symvers.i %s/symvers.c\n"
				  "scripts/genksyms/genksyms -r /dev/null <%s/symvers.i\n",
				  tree->compiler, (int)(end - options), options, folder, folder,
				  folder, folder);
	if (r < 0)
		return r;
	r = run_program(
		&(struct run){.argv = (const char *[]){"/bin/sh", "-e", "-c", command, NULL},
			      .folder = tree->output},
		&text);
	if (r != 0)
		return diag_error(diags, r == -EINTR ? KM316 : KM315, r < 0 ? r : -EINVAL,
				  "genksyms: %s", text ?: strerror(-r));
	return write_symvers(path, text, diags);
}

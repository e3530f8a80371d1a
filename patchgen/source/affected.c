// SPDX-License-Identifier: GPL-2.0
#include "affected.h"

#include <dirent.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../object/arch.h"
#include "../base/files.h"
#include "makefile.h"

#define FILE_MAX (16UL * 1024 * 1024)

/* A C file that includes one that includes one ... */
#define INCLUDE_DEPTH_MAX 8

enum kind {
	KIND_IGNORED, /* no part of a kernel */
	KIND_OTHER_ARCH, /* of one for other machines */
	KIND_C,
	KIND_HEADER,
	KIND_ASSEMBLY,
	KIND_BUILD, /* Kconfig, Makefile */
	KIND_OTHER,
};

static bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), n_suffix = strlen(suffix);

	return n >= n_suffix && strcmp(s + n - n_suffix, suffix) == 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static enum kind kind_of(const char *path)
{
	static const char *const ignored[] = {"Documentation/", "tools/",  "samples/",
					      "LICENSES/",      "debian/", "MAINTAINERS",
					      "CREDITS"};
	const char *base = base_name(path);

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		if (starts_with(path, ignored[i]))
			return KIND_IGNORED;
	if (arch_is_other(path))
		return KIND_OTHER_ARCH;
	if (starts_with(path, "scripts/"))
		return KIND_BUILD;
	if (starts_with(base, "Kconfig") || starts_with(base, "Makefile") ||
	    strcmp(base, "Kbuild") == 0)
		return KIND_BUILD;
	if (ends_with(path, ".c"))
		return KIND_C;
	if (ends_with(path, ".h"))
		return KIND_HEADER;
	if (ends_with(path, ".S") || ends_with(path, ".lds"))
		return KIND_ASSEMBLY;
	return KIND_OTHER;
}

static int cannot_patch(struct diag_list *diags, const char *path, const char *hint,
			const char *what)
{
	const struct diag_where where = {.file = path};

	return diag_add_hint(diags, KM305, DIAG_REFUSAL, -EINVAL, &where, hint, "%s", what);
}

static int add_once(char ***list, const char *path)
{
	return strv_contains(*list, path) ? 0 : strv_append(list, path);
}

static int read_in(const struct kernel *kernel, const char *folder, int n, const char *name,
		   char **ret)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s/%.*s%s", kernel->source, n, folder, name);
	return r ?: file_read(path, FILE_MAX, ret, NULL);
}

DEFINE_CLEANUP(DIR *, closedir)

/* What all Makefiles say of a C file; a part of one may be another folder's. */
static int find_member(const struct kernel *kernel, const char *config, const char *path,
		       enum member *ret, char **ret_option)
{
	_cleanup_free_ char *makefile = NULL, *object = NULL, *target = NULL;
	int r;

	r = makefile_elsewhere(kernel->source, path, &makefile, &object, &target);
	if (r < 0)
		return r;
	if (target)
		return makefile_member(makefile, config, object, ret, ret_option);
	return makefile_member_of_tree(kernel->source, config, path, ret, ret_option);
}

int affected_may_have(const struct kernel *kernel, const char *config, const char *path, bool *ret)
{
	_cleanup_free_ char *option = NULL;
	enum member member;
	int r;

	r = find_member(kernel, config, path, &member, &option);
	if (r == 0)
		*ret = member != MEMBER_NOT_CONFIGURED;
	return r;
}

static int add_compiled(const struct kernel *kernel, const char *config, const char *path,
			unsigned depth, struct affected *affected, enum member *ret_member,
			char **ret_option);

/* A C file may be compiled as part of others in its folder, which include it. */
static int add_includers(const struct kernel *kernel, const char *config, const char *path,
			 unsigned depth, struct affected *affected, bool *ret_found)
{
	_cleanup_free_ char *folder = NULL, *pattern = NULL;
	_cleanup_(closedirp) DIR *dir = NULL;
	int n = base_name(path) - path, r;
	struct dirent *entry;

	r = string_format(&folder, "%s/%.*s", kernel->source, n, path);
	r = r ?: string_format(&pattern, "include \"%s\"", base_name(path));
	if (r < 0)
		return r;
	dir = opendir(folder);
	if (!dir)
		return -errno;
	while ((errno = 0, entry = readdir(dir))) {
		_cleanup_free_ char *text = NULL, *source = NULL, *option = NULL;
		enum member member;

		if (!ends_with(entry->d_name, ".c") || strcmp(entry->d_name, base_name(path)) == 0)
			continue;
		r = read_in(kernel, path, n, entry->d_name, &text);
		if (r < 0)
			return r;
		if (!strstr(text, pattern))
			continue;
		r = string_format(&source, "%.*s%s", n, path, entry->d_name);
		r = r     ?:
			    add_compiled(kernel, config, source, depth + 1, affected, &member,
					 &option);
		if (r < 0)
			return r;
		*ret_found |= member == MEMBER_YES;
	}
	return -errno;
}

/*
 * The objects that a C file is compiled into: its own, and those of files that include it
 * (fs/binfmt_elf.c has both). *ret_member: MEMBER_YES where there is any.
 */
static int add_compiled(const struct kernel *kernel, const char *config, const char *path,
			unsigned depth, struct affected *affected, enum member *ret_member,
			char **ret_option)
{
	bool found = false;
	int r;

	if (depth > INCLUDE_DEPTH_MAX)
		return -ELOOP;
	r = find_member(kernel, config, path, ret_member, ret_option);
	if (r == 0 && *ret_member == MEMBER_YES)
		r = add_once(&affected->sources, path);
	r = r ?: add_includers(kernel, config, path, depth, affected, &found);
	if (found)
		*ret_member = MEMBER_YES;
	return r;
}

int affected_add_indirect(const struct kernel *kernel, const char *config, const char *path,
			  struct affected *affected, struct diag_list *diags)
{
	const struct diag_where where = {.file = path};
	_cleanup_free_ char *option = NULL;
	bool is_live = false;
	const char *image = arch_other_image(path, &is_live);
	enum member member;
	int r;

	if (image && is_live)
		return diag_add(diags, KM306, DIAG_REFUSAL, -EINVAL, &where,
				"a header's change reaches %s, which cannot be patched", image);
	if (image)
		return 0;

	r = add_compiled(kernel, config, path, 0, affected, &member, &option);
	/* What the Makefiles do not tell, the compiler will. */
	return r == 0 && member == MEMBER_NOT_LISTED ? add_once(&affected->sources, path) : r;
}

/*
 * A program of the build (lib/gen_crc32table.c), or a file that tells it numbers by what it would be
 * compiled to (kernel/bounds.c, arch/x86/kernel/asm-offsets.c).
 */
static int is_of_build(const struct kernel *kernel, const char *path, bool *ret)
{
	const char *base = base_name(path);
	_cleanup_free_ char *makefile = NULL, *name = NULL;
	int r;

	*ret = strcmp(path, "kernel/bounds.c") == 0 || strstr(base, "asm-offsets");
	if (*ret)
		return 0;
	r = makefile_read(kernel->source, path, base - path, &makefile);
	if (r == -ENOENT)
		return 0;
	r = r ?: string_format(&name, "%.*s", (int)strlen(base) - 2, base);
	if (r == 0)
		*ret = makefile_has_program(makefile, name);
	return r;
}

static int add_c_file(const struct kernel *kernel, const char *config, const char *path,
		      struct affected *affected, struct diag_list *diags)
{
	static const char for_build[] = "what it gives is compiled into the kernel: boot a kernel "
					"that was built with it";
	const struct diag_where where = {.file = path};
	_cleanup_free_ char *option = NULL;
	enum member member;
	bool is_build;
	int r;

	r = is_of_build(kernel, path, &is_build);
	if (r == 0 && is_build)
		return cannot_patch(diags, path, for_build,
				    "used when the kernel is built, and not part of it");
	r = r ?: add_compiled(kernel, config, path, 0, affected, &member, &option);
	if (r < 0)
		return diag_add(diags, KM303, DIAG_ERROR, r, &where, "its Makefile: %s",
				strerror(-r));
	if (member == MEMBER_NOT_CONFIGURED && strv_contains(affected->off, path))
		return 0;
	if (member == MEMBER_NOT_CONFIGURED) {
		r = strv_append(&affected->off, path);
		return r ?: strv_append(&affected->off_options, option);
	}
	if (member != MEMBER_NOT_LISTED)
		return 0;
	r = add_once(&affected->unlisted, path);
	return r ?: add_once(&affected->sources, path);
}

static int refuse_image(struct diag_list *diags, const char *path, const char *image, bool is_live)
{
	static const char live[] = "a program of its own, which stays in memory as it is: boot the "
				   "fixed kernel";
	static const char over[] = "it has run already: leave that part out of the patch";
	_cleanup_free_ char *message = NULL;
	int r;

	r = string_format(&message, "part of %s, not of the kernel's own code", image);
	return r ?: cannot_patch(diags, path, is_live ? live : over, message);
}

static int refuse_build_change(struct diag_list *diags, const char *path)
{
	return cannot_patch(diags, path, NULL, "changes how the kernel is configured or compiled");
}

static bool is_makefile(const char *path)
{
	const char *base = base_name(path);

	return strcmp(base, "Makefile") == 0 || strcmp(base, "Kbuild") == 0;
}

static int add_new_file(const struct kernel *kernel, const char *path, bool is_c,
			struct affected *affected, struct diag_list *diags)
{
	const struct diag_where where = {.file = path};
	_cleanup_free_ char *full = NULL;
	int r;

	r = string_format(&full, "%s/%s", kernel->source, path);
	if (r == 0 && path_exists(full))
		return diag_add(diags, KM120, DIAG_REFUSAL, -EINVAL, &where,
				"the patch adds a file that the source has");
	r = r ?: add_once(&affected->touched, path);
	r = r ?: add_once(&affected->created, path);
	return r == 0 && is_c ? add_once(&affected->added, path) : r;
}

/* In a folder with a Makefile that changes, too. */
static int check_added(const struct affected *affected, struct diag_list *diags)
{
	static const char hint[] = "add it to its folder's Makefile, as an object of the kernel or "
				   "of the module, or put what it has into a file that is there";
	int result = 0;

	for (char **path = affected->added; path && *path; path++) {
		int n = base_name(*path) - *path;
		bool found = false;

		for (char **makefile = affected->makefiles; makefile && *makefile; makefile++)
			found |= base_name(*makefile) - *makefile == n &&
				 strncmp(*makefile, *path, n) == 0;
		if (!found)
			result = cannot_patch(diags, *path, hint,
					      "a new file that no Makefile is told of");
	}
	for (char **path = affected->makefiles; !affected->added && path && *path; path++)
		result = refuse_build_change(diags, *path);
	return result;
}

/* They are passed over, unless there is nothing else. */
static int tell_off(const struct kernel *kernel, const struct affected *affected, bool is_all,
		    struct diag_list *diags)
{
	int result = 0;

	for (size_t i = 0; affected->off && affected->off[i]; i++) {
		const struct diag_where where = {.file = affected->off[i]};
		const char *option = affected->off_options[i];

		if (is_all)
			result = diag_add(diags, KM304, DIAG_REFUSAL, -EINVAL, &where,
					  "not compiled into %s: %s is off", kernel->release,
					  option);
		else
			diag_add_hint(diags, KM304, DIAG_NOTE, 0, &where,
				      "this kernel needs the rest of the patch only",
				      "not compiled into %s: %s is off: passed over",
				      kernel->release, option);
	}
	return result;
}

static int add_file(const struct kernel *kernel, const char *config, const struct patch_file *file,
		    struct affected *affected, struct diag_list *diags)
{
	static const char for_assembly[] = "make the fix in the C code that calls it, which has an "
					   "entry for ftrace";
	_cleanup_free_ char *full = NULL;
	const struct diag_where where = {.file = file->path};
	enum kind kind = kind_of(file->path);
	bool is_live;
	const char *image = arch_other_image(file->path, &is_live);
	int r;

	if (image)
		return refuse_image(diags, file->path, image, is_live);
	if (kind == KIND_OTHER_ARCH)
		return diag_add(diags, KM305, DIAG_NOTE, 0, &where,
				"of another architecture: passed over");
	if (kind == KIND_IGNORED)
		return diag_add(diags, KM305, DIAG_NOTE, 0, &where,
				"not part of the kernel: passed over");
	if (kind == KIND_BUILD && is_makefile(file->path) && !file->is_new && !file->is_deleted)
		return add_once(&affected->makefiles, file->path);
	if (kind == KIND_BUILD)
		return refuse_build_change(diags, file->path);
	if (kind == KIND_ASSEMBLY)
		return cannot_patch(diags, file->path, for_assembly, "assembly or a linker script");
	if (kind == KIND_OTHER)
		return cannot_patch(diags, file->path, NULL, "neither a C file nor a header");
	if (file->is_deleted)
		return cannot_patch(diags, file->path, NULL, "a file that is removed");
	if (file->is_new)
		return add_new_file(kernel, file->path, kind == KIND_C, affected, diags);
	r = string_format(&full, "%s/%s", kernel->source, file->path);
	if (r < 0)
		return r;
	if (!path_exists(full))
		return diag_add(diags, KM120, DIAG_REFUSAL, -EINVAL, &where,
				"the source has no such file");
	r = add_once(&affected->touched, file->path);
	if (r < 0)
		return r;
	if (kind == KIND_HEADER)
		return add_once(&affected->headers, file->path);
	return add_c_file(kernel, config, file->path, affected, diags);
}

int affected_find(const struct kernel *kernel, struct patch_text *const *patches, size_t n_patches,
		  struct diag_list *diags, struct affected *ret)
{
	_cleanup_(affected_done) struct affected affected = {0};
	_cleanup_free_ char *path = NULL, *config = NULL;
	int r, result = 0;

	r = string_format(&path, "%s/.config", kernel->headers);
	r = r ?: file_read(path, FILE_MAX, &config, NULL);
	if (r < 0)
		return r;
	/* All that is wrong with a patch is told at once. */
	for (size_t i = 0; i < n_patches; i++)
		for (size_t k = 0; k < patches[i]->n_files; k++) {
			r = add_file(kernel, config, &patches[i]->files[k], &affected, diags);
			if (r < 0)
				result = r;
		}
	result = result ?: check_added(&affected, diags);
	r = tell_off(kernel, &affected, result == 0 && !affected.sources && !affected.headers,
		     diags);
	result = result ?: r;
	if (result < 0)
		return result;
	if (!affected.sources && !affected.headers)
		return diag_add(diags, KM304, DIAG_REFUSAL, -EINVAL, NULL,
				"the patch touches no file of the kernel");
	affected.n_direct = strv_length(affected.sources);
	*ret = affected;
	affected = (struct affected){0};
	return 0;
}

void affected_done(struct affected *affected)
{
	strv_free(affected->sources);
	strv_free(affected->touched);
	strv_free(affected->headers);
	strv_free(affected->plain);
	strv_free(affected->created);
	strv_free(affected->added);
	strv_free(affected->makefiles);
	strv_free(affected->unlisted);
	strv_free(affected->off);
	strv_free(affected->off_options);
	*affected = (struct affected){0};
}

// SPDX-License-Identifier: GPL-2.0
#include "outside.h"

#include <fts.h>
#include <string.h>

#include "../../lib/strv.h"
#include "../base/files.h"
#include "../base/run.h"

#define FOLDER "outside"

static int unusable(struct diag_list *diags, const char *source, const char *what)
{
	const struct diag_where where = {.file = source};

	return diag_add(diags, KM335, DIAG_ERROR, -EINVAL, &where, "%s", what);
}

static bool has_makefile(const char *folder)
{
	_cleanup_free_ char *kbuild = NULL, *makefile = NULL;

	return string_format(&kbuild, "%s/Kbuild", folder) == 0 &&
	       string_format(&makefile, "%s/Makefile", folder) == 0 &&
	       (path_exists(kbuild) || path_exists(makefile));
}

static int copy_source(const char *source, const char *scratch, struct diag_list *diags, char **ret)
{
	_cleanup_free_ char *real = realpath(source, NULL), *copy = NULL;
	int r;

	if (!real)
		return unusable(diags, source, strerror(errno));
	if (!has_makefile(real))
		return unusable(diags, source, "there is no Kbuild and no Makefile in it");
	r = string_format(&copy, "%s/" FOLDER, scratch);
	r = r ?: copy_tree(real, copy);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", source, strerror(-r));
	*ret = TAKE_PTR(copy);
	return 0;
}

/*
 * modpost is told only to warn of symbols that it does not know: those of another module of the
 * same kind. What is missing in truth is found when the patch is linked.
 */
static int run_make(const struct tree *tree, const char *source, const struct outside *outside,
		    struct diag_list *diags)
{
	const char *folder = outside->place.source;
	_cleanup_free_ char *m = NULL, *cc = NULL, *flags = NULL, *jobs = NULL, *text = NULL;
	_cleanup_free_ char *errors = NULL;
	int r;

	r = string_format(&m, "M=%s", folder);
	r = r ?: string_format(&cc, "CC=%s%s", tree->options.launcher->words, tree->compiler);
	r = r ?: string_format(&jobs, "-j%u", tree->options.jobs);
	r = r     ?:
		    string_format(&flags,
				  "KCFLAGS=%s -fdebug-prefix-map=%s/= -fmacro-prefix-map=%s/=",
				  tree_flags(), folder, folder);
	if (r < 0)
		return r;
	r = run_program(
		&(struct run){.argv = (const char *[]){"make", "-s", jobs, "--no-print-directory",
						       "-C", tree->kernel->headers, m, cc, flags,
						       "CONFIG_DEBUG_INFO_BTF_MODULES=",
						       "KBUILD_MODPOST_WARN=1", "modules", NULL}},
		&text);
	if (r < 0)
		return diag_error(diags, r == -EINTR ? KM316 : KM309, r, "make: %s", strerror(-r));
	if (r == 0)
		return 0;
	errors = tree_compiler_errors(text);
	return unusable(diags, source, errors ?: "it does not compile");
}

/* What is in a module's folder from elsewhere, or made of something else than C, is passed over. */
static int take_object(const struct tree *tree, const char *path, struct outside *outside)
{
	const char *folder = outside->place.source;
	struct outside_object object = {0}, *grown;
	size_t n = strlen(folder);
	const char *from;
	int r;

	r = tree_read_command(tree, path, &object.compiled, &object.dependencies);
	from = r == 0 ? object.dependencies[0] : NULL;
	if (!from || strncmp(from, folder, n) != 0 || from[n] != '/' || strlen(from) < n + 4 ||
	    strcmp(from + strlen(from) - 2, ".c") != 0 || strstr(from, ".mod.c") ||
	    !object.compiled.is_module || strcmp(object.compiled.target, path) != 0)
		goto passed;
	object.compiled.place = &outside->place;
	r = string_format(&object.compiled.source, "%s", from + n + 1);
	r = r ?: string_format(&object.compiled.object, "%s", path);
	grown = reallocarray(outside->objects, outside->n_objects + 1, sizeof(*grown));
	if (!grown)
		r = -ENOMEM;
	else
		outside->objects = grown;
	if (r < 0)
		goto passed;
	outside->objects[outside->n_objects++] = object;
	return 0;
passed:
	compiled_done(&object.compiled);
	strv_free(object.dependencies);
	return r == -ENOMEM ? r : 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Every "x.o" that kbuild made, and the "x.ko" beside them tell that it did. */
static int take_objects(const struct tree *tree, struct outside *outside)
{
	FTS *fts = fts_open((char *[]){outside->place.source, NULL}, FTS_PHYSICAL | FTS_NOCHDIR,
			    by_name);
	FTSENT *entry;
	int r = 0;

	if (!fts)
		return -errno;
	while (r == 0 && (entry = fts_read(fts))) {
		size_t n = entry->fts_namelen;

		if (entry->fts_info == FTS_F && n > 2 && strcmp(entry->fts_name + n - 2, ".o") == 0)
			r = take_object(tree, entry->fts_path, outside);
	}
	fts_close(fts);
	return r;
}

int outside_compile(const struct tree *tree, const char *source, const char *scratch,
		    const char *overlay, struct diag_list *diags, struct outside *ret)
{
	struct outside *outside = ret;
	int r;

	*outside = (struct outside){.place.folder = tree->kernel->headers};
	r = copy_source(source, scratch, diags, &outside->place.source);
	r = r ?: string_format(&outside->place.overlay, "%s", overlay);
	r = r ?: run_make(tree, source, outside, diags);
	r = r ?: string_format(&outside->symvers, "%s/Module.symvers", outside->place.source);
	r = r ?: take_objects(tree, outside);
	if (r == 0 && outside->n_objects == 0)
		r = unusable(diags, source, "kbuild makes no module of it");
	return r;
}

void outside_done(struct outside *outside)
{
	for (size_t i = 0; i < outside->n_objects; i++) {
		compiled_done(&outside->objects[i].compiled);
		strv_free(outside->objects[i].dependencies);
	}
	free(outside->objects);
	free(outside->symvers);
	free(outside->place.source);
	free(outside->place.overlay);
	*outside = (struct outside){0};
}

bool outside_uses(const struct outside *outside, const struct outside_object *object,
		  const char *path)
{
	_cleanup_free_ char *full = NULL;

	if (string_format(&full, "%s/%s", outside->place.source, path) < 0)
		return false;
	for (char **file = object->dependencies; *file; file++) {
		_cleanup_free_ char *real = NULL;

		if (strcmp(*file, full) == 0)
			return true;
		/* A header may be reached by way of "..". */
		real = strstr(*file, "/..") ? realpath(*file, NULL) : NULL;
		if (real && strcmp(real, full) == 0)
			return true;
	}
	return false;
}

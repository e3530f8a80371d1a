// SPDX-License-Identifier: GPL-2.0
/* Files as the distribution compiled them: kbuild makes them, or the cache has them. */
#include "tree.h"

#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"
#include "../base/progress.h"
#include "../base/run.h"
#include "../object/arch.h"
#include "../source/makefile.h"

#define COMMAND_MAX (4UL * 1024 * 1024)

/* An object does not say where it was compiled. */
static int flags_for(const struct tree *tree, const char *more, char **ret)
{
	return string_format(ret, "KCFLAGS=%s -fdebug-prefix-map=%s=. -fdebug-prefix-map=%s/=%s",
			     tree_flags(), tree->output, tree->kernel->source, more);
}

/* How far kbuild is with what it was told to make. */
struct making {
	const struct tree *tree;
	char *const *targets;
};

static void count_made(void *userdata)
{
	const struct making *making = userdata;
	uint64_t n = 0;

	for (char *const *target = making->targets; *target; target++) {
		_cleanup_free_ char *object = path_join(making->tree->output, *target);

		n += object && path_exists(object);
	}
	progress_update(making->tree->options.progress, n);
}

/*
 * kbuild goes into the folders of an architecture twice, from above and by themselves
 * (arch/x86/lib, arch/x86/pci), and two at a time would write the same object.
 */
static unsigned jobs_for(const struct tree *tree, char *const *targets)
{
	for (; *targets; targets++)
		if (strncmp(*targets, "arch/", 5) == 0)
			return 1;
	return tree->options.jobs;
}

/* Returns make's exit status, or a negative errno with a diagnostic. */
static int run_make(const struct tree *tree, char *const *targets, const char *more_flags,
		    struct diag_list *diags, char **ret_text)
{
	_cleanup_free_ char *makefile = NULL, *cc = NULL, *release = NULL, *jobs = NULL;
	_cleanup_free_ char *flags = NULL;
	size_t n_targets = strv_length(targets), n = 0;
	_cleanup_free_ const char **argv = calloc(n_targets + 16, sizeof(*argv));
	struct making making = {tree, targets};
	int r;

	if (!argv)
		return -ENOMEM;
	r = string_format(&makefile, "%s/Makefile", tree->kernel->source);
	r = r ?: string_format(&cc, "CC=%s%s", tree->options.launcher->words, tree->compiler);
	r = r ?: string_format(&release, "KERNELRELEASE=%s", tree->kernel->release);
	r = r ?: string_format(&jobs, "-j%u", jobs_for(tree, targets));
	r = r ?: flags_for(tree, more_flags, &flags);
	if (r < 0)
		return r;
	/*
	 * prepare would rebuild kbuild's tools. -o holds for this make only, and Linux 6.12 starts
	 * another one unless it is told not to print folders.
	 */
	argv[n++] = "make";
	argv[n++] = "-s";
	argv[n++] = "-k";
	argv[n++] = jobs;
	argv[n++] = "--no-print-directory";
	argv[n++] = "-f";
	argv[n++] = makefile;
	argv[n++] = cc;
	argv[n++] = release;
	argv[n++] = "-o";
	argv[n++] = "prepare";
	argv[n++] = flags;
	for (char *const *target = targets; *target; target++)
		argv[n++] = *target;
	r = run_program(&(struct run){.argv = argv,
				      .folder = tree->output,
				      .tick = tree->options.progress ? count_made : NULL,
				      .userdata = &making},
			ret_text);
	if (r < 0)
		return diag_error(diags, r == -EINTR ? KM316 : KM309, r, "make: %s", strerror(-r));
	return r;
}

/* make's escapes in a .cmd file: $$ and $(pound). */
static char *unescape(const char *text, size_t n)
{
	char *result = malloc(n + 1), *to = result;

	if (!result)
		return NULL;
	for (const char *p = text, *end = text + n; p < end;) {
		if (end - p >= 8 && memcmp(p, "$(pound)", 8) == 0) {
			*to++ = '#';
			p += 8;
		} else if (end - p >= 2 && p[0] == '$' && p[1] == '$') {
			*to++ = '$';
			p += 2;
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
	return result;
}

/* "dir/x.o" to "dir/.x.o.cmd" */
static int command_file(const char *object, char **ret)
{
	const char *base = strrchr(object, '/') + 1;

	return string_format(ret, "%.*s.%s.cmd", (int)(base - object), object, base);
}

static int read_command_file(const char *object, char **ret)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = command_file(object, &path);
	return r ?: file_read(path, COMMAND_MAX, ret, NULL);
}

/* The first line: "cmd_dir/x.o := COMMAND", "savedcmd_" from Linux 6.3 on. */
static int parse_command(const struct tree *tree, const char *text, char **ret)
{
	const char *start = strstr(text, ":= "), *launcher = tree->options.launcher->words;

	if (!start || start > text + strcspn(text, "\n"))
		return -EBADMSG;
	start += 3;
	if (strncmp(start, launcher, strlen(launcher)) == 0)
		start += strlen(launcher);
	*ret = unescape(start, strcspn(start, "\n"));
	return *ret ? 0 : -ENOMEM;
}

/* After "source_x := " one file, after "deps_x := " one a line, until an empty one. */
static int parse_dependencies(const char *text, char ***ret)
{
	static const char *const starts[] = {"\nsource_", "\ndeps_"};
	_cleanup_strv_ char **list = NULL;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		const char *line = strstr(text, starts[i]);

		line = line ? strstr(line, ":= ") : NULL;
		if (!line)
			return -EBADMSG;
		for (line += 3; r == 0 && *line && *line != '\n'; line += strcspn(line, "\n") + 1) {
			_cleanup_free_ char *path = NULL;

			line += strspn(line, " ");
			path = strndup(line, strcspn(line, " \n"));
			if (!path)
				return -ENOMEM;
			if (*path && *path != '\\' && *path != '$')
				r = strv_append(&list, path);
			if (!strchr(line, '\n'))
				break;
		}
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(list);
	return 0;
}

/* The value of -DNAME='"VALUE"' in the command; NULL where there is none. */
static char *command_define(const char *command, const char *name)
{
	_cleanup_free_ char *key = NULL;
	const char *start;

	if (string_format(&key, "-D%s='\"", name) < 0)
		return NULL;
	start = strstr(command, key);
	if (!start)
		return NULL;
	start += strlen(key);
	return strndup(start, strcspn(start, "\""));
}

static int find_owner(struct compiled *compiled)
{
	compiled->is_module = strstr(compiled->command, " -DMODULE ");
	if (compiled->is_module)
		compiled->module = command_define(compiled->command, "KBUILD_MODNAME");
	else
		compiled->module = strdup("vmlinux");
	return compiled->module ? 0 : -EBADMSG;
}

/* Mostly that of the C file. */
int tree_find_target(const struct tree *tree, const char *source, char **ret)
{
	_cleanup_free_ char *makefile = NULL, *object = NULL, *target = NULL;
	int r;

	r = makefile_elsewhere(tree->kernel->source, source, &makefile, &object, &target);
	if (r < 0)
		return r;
	if (!target)
		return string_format(ret, "%.*s.o", (int)strlen(source) - 2, source);
	*ret = TAKE_PTR(target);
	return 0;
}

static int start_original(const struct tree *tree, struct tree_original *original)
{
	struct compiled *compiled = &original->compiled;
	_cleanup_free_ char *target = NULL;
	int r;

	r = tree_find_target(tree, original->source, &target);
	r = r ?: string_format(&compiled->source, "%s", original->source);
	return r ?: string_format(&compiled->object, "%s/%s", tree->output, target);
}

static int take_from_cache(struct tree *tree, struct tree_original *original)
{
	struct compiled *compiled = &original->compiled;
	const struct cache_places places = {tree->kernel->source, tree->output};
	int r;

	r = cache_get(tree->cache, tree->inputs, original->source, &places, compiled->object,
		      &compiled->command);
	return r ?: find_owner(compiled);
}

/* "cmd_DIR/x.o := COMMAND" */
static char *command_target(const char *text)
{
	const char *start = strstr(text, "cmd_");

	return start ? strndup(start + 4, strcspn(start + 4, " \n")) : NULL;
}

int tree_read_command(const struct tree *tree, const char *object, struct compiled *compiled,
		      char ***ret_dependencies)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = read_command_file(object, &text);
	r = r ?: parse_command(tree, text, &compiled->command);
	r = r ?: find_owner(compiled);
	r = r ?: parse_dependencies(text, ret_dependencies);
	if (r < 0)
		return r == -ENOMEM ? r : -EINVAL;
	compiled->target = command_target(text);
	return compiled->target ? 0 : -ENOMEM;
}

/* What kbuild made: its .cmd file is the last that it writes. */
static int take_from_output(struct tree *tree, struct tree_original *original)
{
	struct compiled *compiled = &original->compiled;
	_cleanup_strv_ char **dependencies = NULL;
	const struct cache_places places = {tree->kernel->source, tree->output};
	int r;

	if (!path_exists(compiled->object))
		return -EINVAL;
	r = tree_read_command(tree, compiled->object, compiled, &dependencies);
	if (r < 0)
		return r;
	free(TAKE_PTR(compiled->target));
	return cache_put(tree->cache, tree->inputs, original->source, &places, compiled->object,
			 compiled->command, dependencies);
}

/* What many say at the same time is of no use: the one that failed is made once more. */
static int explain_failure(struct tree *tree, struct tree_original *original,
			   struct diag_list *diags)
{
	const struct diag_where where = {.file = original->source};
	char *target = original->compiled.object + strlen(tree->output) + 1;
	_cleanup_free_ char *text = NULL, *errors = NULL;
	int r;

	r = run_make(tree, (char *[]){target, NULL}, "", diags, &text);
	if (r < 0)
		return r;
	if (r == 0 && take_from_output(tree, original) == 0)
		return 0;
	tree_remove_folder(text, tree->kernel->source);
	text_collapse_paths(text);
	errors = tree_compiler_errors(text);
	return diag_add(diags, KM307, DIAG_ERROR, -EINVAL, &where, "it does not compile: %s",
			errors ?: "");
}

int tree_make(struct tree *tree, char *const *targets, const char *flags, struct diag_list *diags)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = run_make(tree, targets, flags, diags, &text);
	if (r < 0)
		return r;
	launcher_hear(tree->options.launcher, text);
	return 0;
}

int tree_compile_originals(struct tree *tree, struct tree_original *originals, size_t n,
			   struct diag_list *diags)
{
	_cleanup_strv_ char **targets = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct tree_original *original = &originals[i];

		r = start_original(tree, original);
		if (r < 0)
			return r;
		original->status = take_from_cache(tree, original);
		if (original->status == -ENOENT)
			r = strv_append(&targets,
					original->compiled.object + strlen(tree->output) + 1);
		else
			r = original->status;
	}
	if (r == 0 && targets)
		r = tree_make(tree, targets, "", diags);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct tree_original *original = &originals[i];

		if (original->status != -ENOENT)
			continue;
		original->status = take_from_output(tree, original);
		if (original->status < 0 && !original->is_optional)
			original->status = explain_failure(tree, original, diags);
		if (original->status < 0 && original->status != -EINVAL)
			r = original->status;
	}
	return r;
}

// SPDX-License-Identifier: GPL-2.0
#include "tree.h"

#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../object/arch.h"
#include "../base/files.h"
#include "../source/makefile.h"
#include "../base/progress.h"
#include "../base/run.h"

/*
 * Every function and object in a section of its own is what the differ works on; debug
 * information has the lines for diagnostics and the layouts of structures, but not where
 * variables are at each instruction, which would be half of it. Neither changes the generated
 * code.
 */
#define COMPILE_FLAGS \
	"-ffunction-sections -fdata-sections -g -fno-var-tracking -gno-variable-location-views"

#define CONFIG_MAX (4UL * 1024 * 1024)

/* The overlay by its place, so that the same patch gives the same command anywhere. */
#define OVERLAY_FROM_OUTPUT "../" TREE_OVERLAY

/* CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0" */
static int find_compiler(struct tree *tree, struct diag_list *diags)
{
	static const char key[] = "CONFIG_CC_VERSION_TEXT=\"";
	_cleanup_free_ char *path = NULL, *config = NULL, *text = NULL;
	const char *value;
	int r;

	r = string_format(&path, "%s/.config", tree->kernel->headers);
	r = r ?: file_read(path, CONFIG_MAX, &config, NULL);
	if (r < 0)
		return diag_error(diags, KM303, r, "%s: %s", path ?: ".config", strerror(-r));
	value = strstr(config, key);
	if (value)
		tree->kernel_compiler =
			strndup(value + strlen(key), strcspn(value + strlen(key), "\"\n"));
	value = value ? value + strlen(key) : "gcc";
	tree->compiler = strndup(value, strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_.-"));
	if (!tree->compiler)
		return -ENOMEM;
	r = run_program(&(struct run){.argv = (const char *[]){tree->compiler, "--version", NULL}},
			&text);
	if (r != 0)
		return diag_error(diags, KM309, r < 0 ? r : -EINVAL,
				  "the kernel's compiler, '%s', cannot be run", tree->compiler);
	tree->compiler_version = strndup(text, strcspn(text, "\n"));
	return tree->compiler_version ? 0 : -ENOMEM;
}

const char *tree_flags(void)
{
	return COMPILE_FLAGS;
}

/* An object does not say where it was compiled. */
static int flags_for(const struct tree *tree, const char *output, char **ret)
{
	return string_format(ret, COMPILE_FLAGS " -fdebug-prefix-map=%s=. -fdebug-prefix-map=%s/=",
			     output, tree->kernel->source);
}

static int open_cache(struct tree *tree, struct diag_list *diags)
{
	int r;

	r = cache_open(diags, &tree->cache);
	if (r < 0)
		return r;
	r = inputs_open(&tree->prepared, COMPILE_FLAGS, &tree->inputs);
	return r < 0 ? diag_error(diags, KM309, r, "%s: %s", tree->compiler, strerror(-r)) : 0;
}

int tree_open(const struct kernel *kernel, const struct tree_options *options,
	      struct diag_list *diags, struct tree **ret)
{
	_cleanup_tree_open_ struct tree *tree = calloc(1, sizeof(*tree));
	int r;

	if (!tree)
		return -ENOMEM;
	tree->kernel = kernel;
	tree->options = *options;
	tree->prepared.lock_fd = -1;
	r = find_compiler(tree, diags);
	r = r ?: prepared_open(kernel, tree->compiler, diags, &tree->prepared);
	r = r ?: open_cache(tree, diags);
	r = r ?: string_format(&tree->output, "%s/output", options->scratch);
	if (r < 0)
		return r;
	r = prepared_link(&tree->prepared, tree->output);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", tree->output, strerror(-r));
	*ret = TAKE_PTR(tree);
	return 0;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	if (tree->inputs)
		inputs_free(tree->inputs);
	if (tree->cache)
		cache_close(tree->cache);
	prepared_close(&tree->prepared);
	free(tree->output);
	free(tree->compiler);
	free(tree->compiler_version);
	free(tree->kernel_compiler);
	free(tree);
}

void compiled_done(struct compiled *compiled)
{
	free(compiled->source);
	free(compiled->object);
	free(compiled->target);
	free(compiled->command);
	free(compiled->module);
	*compiled = (struct compiled){0};
}

/* The errors of a compiler's output, or its last lines where none is marked so. */
char *tree_compiler_errors(const char *text)
{
	const char *first = strstr(text, "error:");
	size_t n = strlen(text);

	while (first && first > text && first[-1] != '\n')
		first--;
	if (!first)
		first = n > 800 ? text + n - 800 : text;
	return strndup(first, 800);
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
static int run_make(const struct tree *tree, char *const *targets, struct diag_list *diags,
		    char **ret_text)
{
	_cleanup_free_ char *makefile = NULL, *cc = NULL, *release = NULL, *jobs = NULL;
	_cleanup_free_ char *flags = NULL, *kcflags = NULL;
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
	r = r ?: flags_for(tree, tree->output, &flags);
	r = r ?: string_format(&kcflags, "KCFLAGS=%s", flags);
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
	argv[n++] = kcflags;
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
	return r ?: file_read(path, CONFIG_MAX, ret, NULL);
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

/* kbuild's name for an object: mostly that of the C file. */
static int find_target(const struct tree *tree, const char *source, char **ret)
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

	r = find_target(tree, original->source, &target);
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

	r = run_make(tree, (char *[]){target, NULL}, diags, &text);
	if (r < 0)
		return r;
	if (r == 0 && take_from_output(tree, original) == 0)
		return 0;
	errors = tree_compiler_errors(text);
	return diag_add(diags, KM307, DIAG_ERROR, -EINVAL, &where, "%s does not compile: %s",
			target, errors ?: "");
}

static int make_missing(struct tree *tree, char *const *targets, struct diag_list *diags)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = run_make(tree, targets, diags, &text);
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
		r = make_missing(tree, targets, diags);
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

struct rewrite {
	const char *object, *new_object; /* kernel/time/namespace.o */
	const char *source, *overlay; /* folders */
	const char *options; /* more of them */
	bool is_plain; /* without those of COMPILE_FLAGS that change the object's layout */
	FILE *out;
};

static bool is_dependency_option(const char *word, size_t n)
{
	return n > 9 && memcmp(word, "-Wp,-MMD,", 9) == 0;
}

static bool is_layout_option(const char *word, size_t n)
{
	return (n == 19 && memcmp(word, "-ffunction-sections", n) == 0) ||
	       (n == 15 && memcmp(word, "-fdata-sections", n) == 0);
}

static void rewrite_word(const struct rewrite *rewrite, const char *word, size_t n)
{
	size_t n_source = strlen(rewrite->source);
	const char *at;

	if (rewrite->is_plain && is_layout_option(word, n))
		return;

	if (n == strlen(rewrite->object) && memcmp(word, rewrite->object, n) == 0) {
		fputs(rewrite->new_object, rewrite->out);
		return;
	}
	if (is_dependency_option(word, n)) {
		/* Lines are those of the original (#line): what would be quoted are others. */
		fprintf(rewrite->out, "-Wp,-MMD,%s.d -fno-diagnostics-show-caret %s",
			rewrite->new_object, rewrite->options);
		return;
	}
	at = memmem(word, n, rewrite->source, n_source);
	if (at && (at + n_source == word + n || at[n_source] == '/')) {
		fwrite(word, 1, at - word, rewrite->out);
		fputs(rewrite->overlay, rewrite->out);
		fwrite(at + n_source, 1, word + n - at - n_source, rewrite->out);
		return;
	}
	fwrite(word, 1, n, rewrite->out);
}

static int rewrite_command(const char *command, const struct rewrite *options, char **ret)
{
	struct rewrite rewrite = *options;
	_cleanup_free_ char *text = NULL;
	size_t size;

	rewrite.out = open_memstream(&text, &size);
	if (!rewrite.out)
		return -ENOMEM;
	for (const char *p = command; *p;) {
		size_t blanks = strspn(p, " "), n = strcspn(p + blanks, " ");

		fwrite(p, 1, blanks, rewrite.out);
		rewrite_word(&rewrite, p + blanks, n);
		p += blanks + n;
	}
	if (fclose(rewrite.out) != 0)
		return -ENOMEM;
	*ret = TAKE_PTR(text);
	return 0;
}

/* Every "FOLDER/" out of a text, so that messages name files as the patch does. */
static void remove_folder(char *text, const char *folder)
{
	size_t n = strlen(folder) + 1;

	for (char *p = text; (p = strstr(p, folder));)
		if (p[n - 1] == '/')
			memmove(p, p + n, strlen(p + n) + 1);
		else
			p += n - 1;
}

static int patched_command(const struct tree *tree, const struct tree_patched *patched, char **ret)
{
	const struct compiled *original = patched->original;
	const struct tree_place *place = original->place;
	struct rewrite rewrite = {
		.object = original->target ?: original->object + strlen(tree->output) + 1,
		.new_object = patched->object,
		.source = place ? place->source : tree->kernel->source,
		.overlay = place ? place->overlay : OVERLAY_FROM_OUTPUT,
	};
	_cleanup_free_ char *command = NULL, *options = NULL;
	int r;

	/* As the overlay by its place, where that is known. */
	r = string_format(&options, "-I%s/" TREE_AUTHOR " %s", place ? tree->options.scratch : "..",
			  tree->options.patched_options);
	if (r < 0)
		return r;
	rewrite.options = options;
	r = rewrite_command(patched->original->command, &rewrite, &command);
	return r ?: string_format(ret, "%s%s", tree->options.launcher->words, command);
}

int tree_compile_plain(const struct tree *tree, const struct compiled *original, const char *object)
{
	const char *source = original->place ? original->place->source : tree->kernel->source;
	const struct rewrite rewrite = {
		.object = original->target ?: original->object + strlen(tree->output) + 1,
		.new_object = object,
		.source = source,
		.overlay = source,
		.options = "",
		.is_plain = true,
	};
	_cleanup_free_ char *rewritten = NULL, *command = NULL, *text = NULL;
	int r;

	r = rewrite_command(original->command, &rewrite, &rewritten);
	r = r ?: string_format(&command, "%s%s", tree->options.launcher->words, rewritten);
	if (r < 0)
		return r;
	r = run_program(
		&(struct run){.argv = (const char *[]){"/bin/sh", "-e", "-c", command, NULL},
			      .folder = original->place ? original->place->folder : tree->output},
		&text);
	return r > 0 ? -EINVAL : r;
}

/* "fs/x.c:12:3: error: ..." */
static char *error_place(const char *text, unsigned *ret_line)
{
	const char *error = strstr(text, ": error: "), *start = error, *colon;

	while (start && start > text && start[-1] != '\n')
		start--;
	colon = start ? memchr(start, ':', error - start) : NULL;
	if (!colon || sscanf(colon, ":%u:", ret_line) != 1)
		return NULL;
	return strndup(start, colon - start);
}

static int does_not_compile(const struct tree *tree, const struct tree_patched *patched, char *text,
			    struct diag_list *diags)
{
	struct diag_where where = {.file = patched->original->source};
	const struct tree_place *place = patched->original->place;
	_cleanup_free_ char *errors = NULL, *file = NULL;
	unsigned line;

	remove_folder(text, place ? place->overlay : OVERLAY_FROM_OUTPUT);
	remove_folder(text, "../" TREE_AUTHOR);
	remove_folder(text, place ? place->source : tree->kernel->source);
	file = error_place(text, &line);
	if (file) {
		where.file = file;
		where.line = line;
	}
	errors = tree_compiler_errors(text);
	return diag_add_hint(diags, KM308, DIAG_REFUSAL, -EINVAL, &where, patched->hint,
			     "%s does not compile with the patch: %s", patched->original->source,
			     errors ?: "");
}

static int check_patched(const struct tree *tree, const struct tree_patched *patched,
			 const struct run_result *result, struct diag_list *diags)
{
	if (result->status < 0)
		return diag_error(diags, KM309, result->status, "the compiler: %s",
				  strerror(-result->status));
	launcher_hear(tree->options.launcher, result->text);
	return result->status ? does_not_compile(tree, patched, result->text, diags) : 0;
}

static void count_compiled(void *userdata, size_t n)
{
	progress_update(userdata, n);
}

static int run_commands(struct tree *tree, const struct tree_patched *patched,
			char *const *commands, size_t n, struct run_result *results)
{
	_cleanup_free_ struct run *runs = calloc(n + 1, sizeof(*runs));
	_cleanup_free_ const char *(*argv)[7] = calloc(n + 1, sizeof(*argv));

	if (!runs || !argv)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		/* Which of several objtools Debian's runs is told by kbuild's variable. */
		argv[i][0] = "env";
		argv[i][1] = "SRCARCH=" ARCH_SOURCE;
		/* kbuild chains the compiler and objtool with ';': the first failure ends it. */
		argv[i][2] = "/bin/sh";
		argv[i][3] = "-e";
		argv[i][4] = "-c";
		argv[i][5] = commands[i];
		runs[i] = (struct run){.argv = argv[i],
				       .folder = patched[i].original->place ?
							 patched[i].original->place->folder :
							 tree->output};
	}
	return run_programs(runs, n, tree->options.jobs,
			    tree->options.progress ? count_compiled : NULL, tree->options.progress,
			    results);
}

int tree_compile_patched(struct tree *tree, const struct tree_patched *patched, size_t n,
			 struct diag_list *diags)
{
	_cleanup_strv_ char **commands = calloc(n + 1, sizeof(*commands));
	_cleanup_free_ struct run_result *results = calloc(n + 1, sizeof(*results));
	int r = 0, result = 0;

	if (!commands || !results)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = patched_command(tree, &patched[i], &commands[i]);
	r = r ?: run_commands(tree, patched, commands, n, results);
	if (r == -EINTR)
		diag_error(diags, KM316, r, "interrupted");
	for (size_t i = 0; r == 0 && i < n; i++)
		result = check_patched(tree, &patched[i], &results[i], diags) ?: result;
	run_results_done(results, n);
	return r ?: result;
}

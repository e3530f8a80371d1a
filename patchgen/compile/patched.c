// SPDX-License-Identifier: GPL-2.0
/* Files as the patch has them: by the commands that kbuild left for the originals. */
#include "tree.h"

#include <string.h>

#include "../../lib/strv.h"
#include "../base/files.h"
#include "../base/progress.h"
#include "../base/run.h"
#include "../object/arch.h"

/* The overlay by its place, so that the same patch gives the same command anywhere. */
#define OVERLAY_FROM_OUTPUT "../" TREE_OVERLAY

struct rewrite {
	const char *object, *new_object; /* kernel/time/namespace.o */
	const char *source, *overlay; /* folders */
	const char *options; /* more of them */
	bool is_plain; /* without those of tree_flags() that change the object's layout */
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

	tree_remove_folder(text, place ? place->overlay : OVERLAY_FROM_OUTPUT);
	tree_remove_folder(text, "../" TREE_AUTHOR);
	tree_remove_folder(text, place ? place->source : tree->kernel->source);
	text_collapse_paths(text);
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

int tree_run_patched(struct tree *tree, const struct tree_patched *patched, size_t n,
		     struct run_result *results, struct diag_list *diags)
{
	_cleanup_strv_ char **commands = calloc(n + 1, sizeof(*commands));
	int r = commands ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = patched_command(tree, &patched[i], &commands[i]);
	r = r ?: run_commands(tree, patched, commands, n, results);
	return r == -EINTR ? diag_error(diags, KM316, r, "interrupted") : r;
}

int tree_compile_patched(struct tree *tree, const struct tree_patched *patched, size_t n,
			 struct diag_list *diags)
{
	_cleanup_free_ struct run_result *results = calloc(n + 1, sizeof(*results));
	int r, result = 0;

	if (!results)
		return -ENOMEM;
	r = tree_run_patched(tree, patched, n, results, diags);
	for (size_t i = 0; r == 0 && i < n; i++)
		result = check_patched(tree, &patched[i], &results[i], diags) ?: result;
	run_results_done(results, n);
	return r ?: result;
}

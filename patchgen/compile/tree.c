// SPDX-License-Identifier: GPL-2.0
#include "tree.h"

#include <string.h>

#include "../../lib/fileio.h"
#include "../base/files.h"
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

void tree_remove_folder(char *text, const char *folder)
{
	size_t n = strlen(folder) + 1;

	for (char *p = text; (p = strstr(p, folder));)
		if (p[n - 1] == '/')
			memmove(p, p + n, strlen(p + n) + 1);
		else
			p += n - 1;
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

// SPDX-License-Identifier: GPL-2.0
#include "tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "../lib/fileio.h"
#include "files.h"
#include "run.h"

/*
 * Every function and object in a section of its own is what the differ works on; debug
 * information has the lines for diagnostics and the layouts of structures, but not where
 * variables are at each instruction, which would be half of it. Neither changes the generated
 * code.
 */
#define COMPILE_FLAGS \
	"-ffunction-sections -fdata-sections -g -fno-var-tracking -gno-variable-location-views"

#define CONFIG_MAX (4UL * 1024 * 1024)

static int cannot_prepare(struct diag_list *diags, int r, const char *what)
{
	return diag_error(diags, KM303, r, "the compile folder cannot be prepared: %s: %s", what,
			  strerror(-r));
}

static int copy_part(const struct kernel *kernel, const char *output, const char *name, bool folder)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	int r;

	r = string_format(&from, "%s/%s", kernel->headers, name);
	r = r ?: string_format(&to, "%s/%s", output, name);
	if (r < 0)
		return r;
	return folder ? copy_tree(from, to) : copy_file(from, to);
}

/*
 * A copy, not a link: whatever make takes into its head to rebuild, it must not be in the
 * distribution's package.
 */
static int copy_tool(const struct kernel *kernel, const char *output, const char *name)
{
	_cleanup_free_ char *from = NULL, *to = NULL, *real = NULL;
	struct stat st;
	int r;

	r = string_format(&from, "%s/%s", kernel->headers, name);
	r = r ?: string_format(&to, "%s/%s", output, name);
	r = r ?: make_parent_folders(to, 0755);
	if (r < 0)
		return r;
	real = realpath(from, NULL);
	if (!real || stat(real, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? copy_tree(real, to) : copy_file(real, to);
}

static int write_text(const char *output, const char *name, const char *text)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s/%s", output, name);
	return r ?: file_write_atomic(path, text, strlen(text), 0644);
}

static int make_folder_in(const char *output, const char *name)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s/%s", output, name);
	return r ?: folder_make(path, 0755);
}

/* Programs that kbuild runs while it compiles, and that no package of the distribution has. */
static const struct host_tool {
	const char *folder, *program, *source;
	const char *includes[3];
} host_tools[] = {
	{"scripts", "asn1_compiler", "scripts/asn1_compiler.c", {"include"}},
	{"scripts/selinux/genheaders",
	 "genheaders",
	 "scripts/selinux/genheaders/genheaders.c",
	 {"include/uapi", "include", "security/selinux/include"}},
};

static int build_host_tool(const struct tree *tree, const char *output,
			   const struct host_tool *tool, struct diag_list *diags)
{
	_cleanup_free_ char *program = NULL, *source = NULL, *text = NULL;
	_cleanup_free_ char *includes[ARRAY_SIZE(tool->includes)] = {NULL};
	const char *argv[16] = {tree->compiler, "-O1"};
	size_t n = 2;
	int r;

	r = string_format(&source, "%s/%s", tree->kernel->source, tool->source);
	r = r ?: string_format(&program, "%s/%s/%s", output, tool->folder, tool->program);
	if (r < 0)
		return r;
	if (!path_exists(source) || path_exists(program))
		return 0;
	r = make_folder_in(output, tool->folder);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(tool->includes) && tool->includes[i]; i++) {
		r = string_format(&includes[i], "-I%s/%s", tree->kernel->source, tool->includes[i]);
		argv[n++] = includes[i];
	}
	if (r < 0)
		return cannot_prepare(diags, r, tool->program);
	argv[n++] = "-o";
	argv[n++] = program;
	argv[n++] = source;
	r = run_program(&(struct run){.argv = argv}, &text);
	for (size_t i = 1; i < ARRAY_SIZE(includes); i++)
		free(TAKE_PTR(includes[i]));
	if (r < 0)
		return cannot_prepare(diags, r, tree->compiler);
	if (r > 0)
		return diag_error(diags, KM303, -EINVAL, "%s cannot be built: %s", tool->program,
				  text);
	return 0;
}

static int fill_output(const struct tree *tree, const char *output, struct diag_list *diags)
{
	const struct kernel *kernel = tree->kernel;
	int r = 0;

	r = r ?: copy_part(kernel, output, ".config", /* folder= */ false);
	r = r ?: copy_part(kernel, output, "Module.symvers", /* folder= */ false);
	r = r ?: copy_part(kernel, output, "include", /* folder= */ true);
	r = r ?: copy_part(kernel, output, "arch", /* folder= */ true);
	r = r ?: copy_tool(kernel, output, "scripts");
	r = r ?: copy_tool(kernel, output, "tools/objtool/objtool");
	r = r ?: write_text(output, "include/config/kernel.release", kernel->release);
	/* Without it, make would run syncconfig. */
	r = r ?: write_text(output, "include/config/auto.conf.cmd", "");
	if (r < 0)
		return cannot_prepare(diags, r, output);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(host_tools); i++)
		r = build_host_tool(tree, output, &host_tools[i], diags);
	return r;
}

static int make_output(struct tree *tree, struct diag_list *diags)
{
	_cleanup_tree_ char *temporary = NULL;
	int r;

	r = string_format(&temporary, "%s.new", tree->output);
	r = r ?: remove_tree(temporary);
	r = r ?: folder_make(temporary, 0755);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", temporary, strerror(-r));
	r = fill_output(tree, temporary, diags);
	if (r < 0)
		return r;
	if (rename(temporary, tree->output) < 0)
		return diag_error(diags, KM103, -errno, "%s: %s", tree->output, strerror(errno));
	return 0;
}

static int lock(struct tree *tree, struct diag_list *diags)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s.lock", tree->output);
	if (r < 0)
		return r;
	tree->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (tree->lock_fd < 0)
		return diag_error(diags, KM103, -errno, "%s: %s", path, strerror(errno));
	while (flock(tree->lock_fd, LOCK_EX) < 0) {
		if (errno != EINTR || run_interrupted())
			return -errno;
	}
	return 0;
}

bool tree_has_option(const char *config, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = config; (p = strstr(p, name)); p += n)
		if ((p == config || p[-1] == '\n') && p[n] == '=' &&
		    (p[n + 1] == 'y' || p[n + 1] == 'm'))
			return true;
	return false;
}

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

int tree_open(const struct kernel *kernel, struct diag_list *diags, struct tree **ret)
{
	_cleanup_tree_open_ struct tree *tree = calloc(1, sizeof(*tree));
	int r;

	if (!tree)
		return -ENOMEM;
	tree->kernel = kernel;
	tree->lock_fd = -1;
	r = string_format(&tree->output, "%s/output", kernel->work);
	r = r ?: find_compiler(tree, diags);
	r = r ?: lock(tree, diags);
	if (r == 0 && !path_exists(tree->output))
		r = make_output(tree, diags);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(tree);
	return 0;
}

void tree_unlock(struct tree *tree)
{
	if (tree->lock_fd >= 0)
		close(tree->lock_fd);
	tree->lock_fd = -1;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	tree_unlock(tree);
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
	free(compiled->command);
	free(compiled->module);
	*compiled = (struct compiled){0};
}

/* The errors of a compiler's output, or its last lines where none is marked so. */
static char *compiler_errors(const char *text)
{
	const char *first = strstr(text, "error:");
	size_t n = strlen(text);

	while (first && first > text && first[-1] != '\n')
		first--;
	if (!first)
		first = n > 800 ? text + n - 800 : text;
	return strndup(first, 800);
}

static int run_make(const struct tree *tree, const char *target, struct diag_list *diags)
{
	_cleanup_free_ char *makefile = NULL, *cc = NULL, *release = NULL, *text = NULL;
	int r;

	r = string_format(&makefile, "%s/Makefile", tree->kernel->source);
	r = r ?: string_format(&cc, "CC=%s", tree->compiler);
	r = r ?: string_format(&release, "KERNELRELEASE=%s", tree->kernel->release);
	if (r < 0)
		return r;
	/*
	 * prepare would rebuild kbuild's tools. -o holds for this make only, and Linux 6.12 starts
	 * another one unless it is told not to print folders.
	 */
	r = run_program(
		&(struct run){.argv = (const char *[]){"make", "-s", "--no-print-directory", "-f",
						       makefile, cc, release, "-o", "prepare",
						       target, "KCFLAGS=" COMPILE_FLAGS, NULL},
			      .folder = tree->output},
		&text);
	if (r < 0)
		return diag_error(diags, r == -EINTR ? KM316 : KM309, r, "make: %s", strerror(-r));
	if (r > 0) {
		_cleanup_free_ char *errors = compiler_errors(text);

		return diag_error(diags, KM307, -EINVAL, "%s does not compile: %s", target,
				  errors ?: "");
	}
	return 0;
}

static bool is_newer(const char *object, const char *source)
{
	struct stat a, b;

	return stat(object, &a) == 0 && stat(source, &b) == 0 &&
	       (a.st_mtim.tv_sec > b.st_mtim.tv_sec ||
		(a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec > b.st_mtim.tv_nsec));
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

/* "dir/x.c" to "dir/.x.o.cmd" */
static int command_file(const struct tree *tree, const char *source, char **ret)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
	int folder = base - source, stem = strlen(base) - 2;

	return string_format(ret, "%s/%.*s.%.*s.o.cmd", tree->output, folder, source, stem, base);
}

/* The first line: "cmd_dir/x.o := COMMAND", "savedcmd_" from Linux 6.3 on. */
static int read_command(const struct tree *tree, const char *source, char **ret)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	const char *start;
	int r;

	r = command_file(tree, source, &path);
	r = r ?: file_read(path, CONFIG_MAX, &text, NULL);
	if (r < 0)
		return r;
	start = strstr(text, ":= ");
	if (!start || start > text + strcspn(text, "\n"))
		return -EBADMSG;
	start += 3;
	*ret = unescape(start, strcspn(start, "\n"));
	return *ret ? 0 : -ENOMEM;
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

/* Is the object there, newer than its source, and compiled as this program does it now? */
static bool is_compiled(const struct tree *tree, const char *object, const char *source)
{
	_cleanup_free_ char *full = NULL, *command = NULL;

	if (string_format(&full, "%s/%s", tree->kernel->source, source) < 0)
		return false;
	return is_newer(object, full) && read_command(tree, source, &command) == 0 &&
	       strstr(command, COMPILE_FLAGS);
}

int tree_compile_original(struct tree *tree, const char *source, struct diag_list *diags,
			  struct compiled *ret)
{
	_cleanup_(compiled_done) struct compiled compiled = {0};
	_cleanup_free_ char *target = NULL;
	int r;

	r = string_format(&compiled.source, "%s", source);
	r = r ?: string_format(&target, "%.*s.o", (int)strlen(source) - 2, source);
	r = r ?: string_format(&compiled.object, "%s/%s", tree->output, target);
	if (r < 0)
		return r;
	if (!tree->kernel->is_fetched || !is_compiled(tree, compiled.object, source))
		r = run_make(tree, target, diags);
	if (r < 0)
		return r;
	r = read_command(tree, source, &compiled.command);
	r = r ?: find_owner(&compiled);
	if (r < 0)
		return diag_error(diags, KM307, r, "kbuild left no command for %s", target);
	*ret = compiled;
	compiled = (struct compiled){0};
	return 0;
}

struct rewrite {
	const char *object, *new_object; /* kernel/time/namespace.o */
	const char *source, *overlay; /* folders */
	FILE *out;
};

static bool is_dependency_option(const char *word, size_t n)
{
	return n > 9 && memcmp(word, "-Wp,-MMD,", 9) == 0;
}

static void rewrite_word(const struct rewrite *rewrite, const char *word, size_t n)
{
	size_t n_source = strlen(rewrite->source);
	const char *at;

	if (n == strlen(rewrite->object) && memcmp(word, rewrite->object, n) == 0) {
		fputs(rewrite->new_object, rewrite->out);
		return;
	}
	if (is_dependency_option(word, n)) {
		fprintf(rewrite->out, "-Wp,-MMD,%s.d", rewrite->new_object);
		return;
	}
	at = memmem(word, n, rewrite->source, n_source);
	if (at && at + n_source < word + n && at[n_source] == '/') {
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

int tree_compile_patched(struct tree *tree, const struct compiled *original, const char *overlay,
			 const char *object, struct diag_list *diags)
{
	_cleanup_free_ char *command = NULL, *text = NULL, *errors = NULL;
	const struct rewrite rewrite = {
		.object = original->object + strlen(tree->output) + 1,
		.new_object = object,
		.source = tree->kernel->source,
		.overlay = overlay,
	};
	const struct diag_where where = {.file = original->source};
	int r;

	r = rewrite_command(original->command, &rewrite, &command);
	if (r < 0)
		return r;
	/* kbuild chains the compiler and objtool with ';': the first failure has to end it. */
	r = run_program(
		&(struct run){.argv = (const char *[]){"/bin/sh", "-e", "-c", command, NULL},
			      .folder = tree->output},
		&text);
	if (r == -EINTR)
		return diag_error(diags, KM316, r, "interrupted");
	if (r < 0)
		return diag_error(diags, KM309, r, "the compiler: %s", strerror(-r));
	if (r == 0)
		return 0;
	remove_folder(text, overlay);
	errors = compiler_errors(text);
	return diag_add(diags, KM308, DIAG_ERROR, -EINVAL, &where, "the patched file: %s",
			errors ?: "");
}

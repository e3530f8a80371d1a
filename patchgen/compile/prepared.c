// SPDX-License-Identifier: GPL-2.0
#include "prepared.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "../../lib/fileio.h"
#include "../base/files.h"
#include "../base/run.h"

#define FOLDER   "prepared"
#define IDENTITY ".identity"

DEFINE_CLEANUP(DIR *, closedir)

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

static int build_host_tool(const struct prepared *prepared, const char *output,
			   const struct host_tool *tool, struct diag_list *diags)
{
	_cleanup_free_ char *program = NULL, *source = NULL, *text = NULL;
	_cleanup_free_ char *includes[ARRAY_SIZE(tool->includes)] = {NULL};
	const char *argv[16] = {prepared->compiler, "-O1"};
	size_t n = 2;
	int r;

	r = string_format(&source, "%s/%s", prepared->kernel->source, tool->source);
	r = r ?: string_format(&program, "%s/%s/%s", output, tool->folder, tool->program);
	if (r < 0)
		return r;
	if (!path_exists(source) || path_exists(program))
		return 0;
	r = make_folder_in(output, tool->folder);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(tool->includes) && tool->includes[i]; i++) {
		r = string_format(&includes[i], "-I%s/%s", prepared->kernel->source,
				  tool->includes[i]);
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
		return cannot_prepare(diags, r, prepared->compiler);
	if (r > 0)
		return diag_error(diags, KM303, -EINVAL, "%s cannot be built: %s", tool->program,
				  text);
	return 0;
}

static int fill(const struct prepared *prepared, const char *output, struct diag_list *diags)
{
	const struct kernel *kernel = prepared->kernel;
	int r = 0;

	r = r ?: copy_part(kernel, output, ".config", /* folder= */ false);
	r = r ?: copy_part(kernel, output, "Module.symvers", /* folder= */ false);
	r = r ?: copy_part(kernel, output, "include", /* folder= */ true);
	r = r ?: copy_part(kernel, output, "arch", /* folder= */ true);
	r = r ?: copy_tool(kernel, output, "scripts");
	/* The whole folder: Debian's objtool of 6.12 only calls another one beside it. */
	r = r ?: copy_tool(kernel, output, "tools/objtool");
	r = r ?: write_text(output, "include/config/kernel.release", kernel->release);
	/* Without it, make would run syncconfig. */
	r = r ?: write_text(output, "include/config/auto.conf.cmd", "");
	if (r < 0)
		return cannot_prepare(diags, r, output);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(host_tools); i++)
		r = build_host_tool(prepared, output, &host_tools[i], diags);
	return r;
}

static int make(const struct prepared *prepared, struct diag_list *diags)
{
	_cleanup_tree_ char *temporary = NULL;
	char identity[DIGEST_TEXT];
	int r;

	r = string_format(&temporary, "%s.new", prepared->folder);
	r = r ?: remove_tree(temporary);
	r = r ?: folder_make(temporary, 0755);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", temporary, strerror(-r));
	r = fill(prepared, temporary, diags);
	if (r < 0)
		return r;
	r = digest_folder(temporary, identity);
	r = r ?: write_text(temporary, IDENTITY, identity);
	if (r == 0 && rename(temporary, prepared->folder) < 0)
		r = -errno;
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", prepared->folder, strerror(-r));
	return 0;
}

static int lock(struct prepared *prepared, int operation, struct diag_list *diags)
{
	while (flock(prepared->lock_fd, operation) < 0) {
		if (errno != EINTR || run_interrupted())
			return diag_error(diags, errno == EINTR ? KM316 : KM103, -errno, "%s: %m",
					  prepared->folder);
	}
	return 0;
}

static int open_lock(const char *work, int *ret_fd)
{
	_cleanup_free_ char *path = NULL;
	int r, fd;

	r = string_format(&path, "%s/" FOLDER ".lock", work);
	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int read_identity(struct prepared *prepared)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	r = string_format(&path, "%s/" IDENTITY, prepared->folder);
	r = r ?: file_read_line(path, &text);
	if (r < 0)
		return r;
	if (strlen(text) != DIGEST_TEXT - 1)
		return -EBADMSG;
	memcpy(prepared->identity, text, DIGEST_TEXT);
	return 0;
}

/* Made under an exclusive lock; used under a shared one. */
static int use(struct prepared *prepared, struct diag_list *diags)
{
	int r;

	for (;;) {
		r = lock(prepared, LOCK_SH, diags);
		if (r < 0 || path_exists(prepared->folder))
			return r;
		r = lock(prepared, LOCK_EX, diags);
		if (r == 0 && !path_exists(prepared->folder))
			r = make(prepared, diags);
		if (r < 0)
			return r;
	}
}

int prepared_open(const struct kernel *kernel, const char *compiler, struct diag_list *diags,
		  struct prepared *ret)
{
	struct prepared prepared = {.kernel = kernel, .compiler = compiler, .lock_fd = -1};
	int r;

	r = string_format(&prepared.folder, "%s/" FOLDER, kernel->work);
	r = r ?: open_lock(kernel->work, &prepared.lock_fd);
	if (r < 0)
		r = diag_error(diags, KM103, r, "%s: %s", kernel->work, strerror(-r));
	r = r ?: use(&prepared, diags);
	if (r == 0) {
		r = read_identity(&prepared);
		if (r < 0)
			r = cannot_prepare(diags, r, IDENTITY);
	}
	if (r < 0) {
		prepared_close(&prepared);
		return r;
	}
	*ret = prepared;
	return 0;
}

void prepared_close(struct prepared *prepared)
{
	free(prepared->folder);
	if (prepared->lock_fd >= 0)
		close(prepared->lock_fd);
	*prepared = (struct prepared){.lock_fd = -1};
}

/* kbuild writes objects to folders of any name but these. */
static bool is_only_read(const char *name)
{
	static const char *const names[] = {"include", "scripts", "tools"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static int link_folder(const char *from, const char *to)
{
	_cleanup_(closedirp) DIR *dir = opendir(from);
	struct dirent *entry;
	int r;

	if (!dir || (mkdir(to, 0755) < 0 && errno != EEXIST))
		return -errno;
	while ((errno = 0, entry = readdir(dir))) {
		_cleanup_free_ char *source = NULL, *target = NULL;
		const char *name = entry->d_name;
		struct stat st;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    strcmp(name, IDENTITY) == 0)
			continue;
		r = string_format(&source, "%s/%s", from, name);
		r = r ?: string_format(&target, "%s/%s", to, name);
		if (r == 0 && lstat(source, &st) < 0)
			r = -errno;
		if (r == 0 && S_ISDIR(st.st_mode) && !is_only_read(name))
			r = link_folder(source, target);
		else if (r == 0 && symlink(source, target) < 0)
			r = -errno;
		if (r < 0)
			return r;
	}
	return -errno;
}

int prepared_link(const struct prepared *prepared, const char *output)
{
	return link_folder(prepared->folder, output);
}

int prepared_remove(const char *work)
{
	_cleanup_free_ char *folder = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	r = string_format(&folder, "%s/" FOLDER, work);
	r = r ?: open_lock(work, &fd);
	if (r < 0)
		return r;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	return remove_tree(folder);
}

// SPDX-License-Identifier: GPL-2.0
#include "debian.h"

#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"
#include "../base/run.h"

#define OUTPUT_MAX (64UL * 1024 * 1024)
#define APT_WORDS  16

/* apt's command line, with the options that make it use our own lists. */
struct command {
	const char *words[64];
	char *options[4];
	size_t n;
};

static void command_done(struct command *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(command->options); i++)
		free(command->options[i]);
}

static int command_init(struct command *command, const struct apt *apt, const char *program)
{
	static const struct {
		const char *option, *folder;
	} places[] = {
		{"Dir::State", "state"}, {"Dir::State::lists", "lists"}, {"Dir::Cache", "cache"}};

	command->words[command->n++] = program;
	if (!apt->state)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int r = string_format(&command->options[i], "%s=%s/%s", places[i].option,
				      apt->state, places[i].folder);

		if (r < 0)
			return r;
		command->words[command->n++] = "-o";
		command->words[command->n++] = command->options[i];
	}
	command->words[command->n++] = "-o";
	command->words[command->n++] = "Dir::State::status=/var/lib/dpkg/status";
	return 0;
}

static int fail(struct diag_list *diags, int r, const char *what, const char *text)
{
	const char *line = text ? strstr(text, "E: ") : NULL;

	if (r == -EINTR)
		return diag_error(diags, KM316, r, "interrupted");
	if (r == -ENOENT)
		return diag_add_hint(diags, KM309, DIAG_ERROR, r, NULL,
				     "this works on Debian and needs its package 'apt'",
				     "%s: the program is not there", what);
	return diag_error(diags, KM317, -EIO, "%s failed: %.*s", what,
			  line ? (int)strcspn(line, "\n") : 13, line ?: "no reason given");
}

static int update(struct apt *apt, struct diag_list *diags)
{
	_cleanup_(command_done) struct command command = {0};
	struct run run = {.argv = command.words, .tick = progress_tick, .userdata = apt->progress};
	_cleanup_free_ char *partial = NULL, *archives = NULL, *text = NULL;
	int r;

	r = string_format(&partial, "%s/lists/partial", apt->state);
	r = r ?: string_format(&archives, "%s/cache/archives/partial", apt->state);
	r = r ?: folder_make(partial, 0755);
	r = r ?: folder_make(archives, 0755);
	r = r ?: command_init(&command, apt, "apt-get");
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", apt->state, strerror(-r));
	command.words[command.n++] = "update";
	progress_begin(apt->progress, 0, "reading the mirror's list of packages");
	r = run_program(&run, &text);
	progress_end(apt->progress, r == 0);
	return r == 0 ? 0 : fail(diags, r, "apt-get update", text);
}

int apt_open(bool private_lists, const char *scratch, struct progress *progress,
	     struct diag_list *diags, struct apt *ret)
{
	_cleanup_apt_ struct apt apt = {.progress = progress};
	int r;

	r = string_format(&apt.scratch, "%s/apt-output", scratch);
	if (r < 0)
		return r;
	if (private_lists) {
		r = string_format(&apt.state, "%s/apt", scratch);
		r = r ?: update(&apt, diags);
		if (r < 0)
			return r;
	}
	*ret = apt;
	apt = (struct apt){0};
	return 0;
}

void apt_close(struct apt *apt)
{
	free(TAKE_PTR(apt->state));
	free(TAKE_PTR(apt->scratch));
}

static int run_cache(const struct apt *apt, struct command *command, struct diag_list *diags,
		     char **ret)
{
	struct run run = {.argv = command->words, .output = apt->scratch};
	_cleanup_free_ char *text = NULL;
	int r;

	r = run_program(&run, &text);
	/* 100: some or all of the names are not known */
	if (r != 0 && r != 100)
		return fail(diags, r, "apt-cache", text);
	r = file_read(apt->scratch, OUTPUT_MAX, ret, NULL);
	if (r < 0)
		return diag_error(diags, KM317, r, "apt-cache: %s: %s", apt->scratch, strerror(-r));
	return 0;
}

void packages_done(struct packages *packages)
{
	for (size_t i = 0; i < packages->n; i++) {
		free(packages->items[i].name);
		free(packages->items[i].version);
		free(packages->items[i].depends);
		free(packages->items[i].sha256);
	}
	free(packages->items);
	*packages = (struct packages){0};
}

static int set(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int add_field(struct package *package, const char *line)
{
	if (strncmp(line, "Version: ", 9) == 0)
		return set(&package->version, line + 9);
	if (strncmp(line, "Depends: ", 9) == 0)
		return set(&package->depends, line + 9);
	if (strncmp(line, "SHA256: ", 8) == 0)
		return set(&package->sha256, line + 8);
	if (strncmp(line, "Size: ", 6) == 0)
		package->size = strtoull(line + 6, NULL, 10);
	return 0;
}

static int add_package(struct packages *packages, const char *name)
{
	struct package *items =
		reallocarray(packages->items, packages->n + 1, sizeof(*packages->items));

	if (!items)
		return -ENOMEM;
	packages->items = items;
	items[packages->n] = (struct package){0};
	packages->n++;
	return set(&items[packages->n - 1].name, name);
}

/* Control data as apt-cache shows it: fields we use are one line each. */
static int parse(char *text, struct packages *packages)
{
	char *saved;
	int r = 0;

	for (char *line = strtok_r(text, "\n", &saved); line && r == 0;
	     line = strtok_r(NULL, "\n", &saved)) {
		if (strncmp(line, "Package: ", 9) == 0)
			r = add_package(packages, line + 9);
		else if (packages->n > 0)
			r = add_field(&packages->items[packages->n - 1], line);
	}
	return r;
}

int apt_show(const struct apt *apt, const char *const *names, struct diag_list *diags,
	     struct packages *ret)
{
	_cleanup_packages_ struct packages packages = {0};
	int r = 0;

	while (*names && r == 0) {
		_cleanup_(command_done) struct command command = {0};
		_cleanup_free_ char *text = NULL;

		r = command_init(&command, apt, "apt-cache");
		command.words[command.n++] = "show";
		command.words[command.n++] = "--";
		for (size_t i = 0; i < APT_WORDS && *names; i++)
			command.words[command.n++] = *names++;
		r = r ?: run_cache(apt, &command, diags, &text);
		r = r ?: parse(text, &packages);
	}
	if (r < 0)
		return r;
	*ret = packages;
	packages = (struct packages){0};
	return 0;
}

int apt_names(const struct apt *apt, const char *prefix, struct diag_list *diags, char ***ret)
{
	_cleanup_(command_done) struct command command = {0};
	_cleanup_strv_ char **names = NULL;
	_cleanup_free_ char *text = NULL;
	char *saved;
	int r;

	r = command_init(&command, apt, "apt-cache");
	command.words[command.n++] = "pkgnames";
	command.words[command.n++] = "--";
	command.words[command.n++] = prefix;
	r = r ?: run_cache(apt, &command, diags, &text);
	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &saved); line; line = strtok_r(NULL, "\n", &saved)) {
		r = strv_append(&names, line);
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(names);
	return 0;
}

/* What the download's file has grown to, for the bar. */
struct download {
	const char *folder;
	struct progress *progress;
};

static void show_download(void *userdata)
{
	struct download *download = userdata;

	progress_update(download->progress, folder_size(download->folder));
}

int apt_download(const struct apt *apt, const struct package *package, const char *folder,
		 struct diag_list *diags, char **ret_path)
{
	_cleanup_(command_done) struct command command = {0};
	_cleanup_free_ char *wanted = NULL, *text = NULL, *path = NULL;
	struct download download = {.folder = folder, .progress = apt->progress};
	struct run run = {.argv = command.words,
			  .folder = folder,
			  .tick = show_download,
			  .userdata = &download};
	int r;

	r = string_format(&wanted, "%s=%s", package->name, package->version);
	r = r ?: command_init(&command, apt, "apt-get");
	if (r < 0)
		return r;
	command.words[command.n++] = "download";
	command.words[command.n++] = "--";
	command.words[command.n++] = wanted;
	progress_begin(apt->progress, package->size, "downloading %s %s (%.1f MB)", package->name,
		       package->version, package->size / 1e6);
	r = run_program(&run, &text);
	progress_end(apt->progress, r == 0);
	if (r != 0)
		return fail(diags, r, wanted, text);
	r = folder_only_file(folder, ".deb", &path);
	if (r < 0)
		return diag_error(diags, KM317, -EIO, "%s: apt-get left no file", wanted);
	*ret_path = TAKE_PTR(path);
	return 0;
}

const struct package *packages_find(const struct packages *packages, const char *name,
				    const char *version)
{
	for (size_t i = 0; i < packages->n; i++) {
		const struct package *package = &packages->items[i];

		if (package->version && strcmp(package->name, name) == 0 &&
		    (!version || strcmp(package->version, version) == 0))
			return package;
	}
	return NULL;
}

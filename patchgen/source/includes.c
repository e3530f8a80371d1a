// SPDX-License-Identifier: GPL-2.0
#include "includes.h"

#include <fts.h>
#include <stdint.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../base/files.h"
#include "../base/run.h"

#define FILE_MAX  (64UL * 1024 * 1024)
#define N_BUCKETS 16384

#define NONE ((size_t)-1)

/* One #include: of a name that ends so, in a file. */
struct include {
	char *name; /* without leading "./" and "../" */
	size_t file;
	bool is_local; /* looked for in the file's own folder first: in quotes, with its whole name */
	size_t next; /* of the same last component, or one of the same hash */
};

struct file {
	char *path; /* relative to the source */
	size_t first, end; /* its includes */
	size_t next; /* as of struct include */
};

struct includes {
	struct file *files;
	size_t n_files, files_allocated;
	struct include *items;
	size_t n_items, items_allocated;
	/* Heads of lists of includes and of files, by the hash of their last component. */
	size_t by_name[N_BUCKETS], by_file[N_BUCKETS];
};

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static size_t bucket_of(const char *name)
{
	uint32_t hash = 2166136261;

	for (const char *p = last_component(name); *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619;
	return hash % N_BUCKETS;
}

/* Folders that nothing of an x86 kernel is compiled from. */
static bool is_passed_over(const char *path)
{
	static const char *const folders[] = {"Documentation", "tools",    "samples", "scripts",
					      "debian",        "LICENSES", "rust",    "usr"};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (strcmp(path, folders[i]) == 0)
			return true;
	return strncmp(path, "arch/", 5) == 0 && strcmp(path, "arch/x86") != 0 &&
	       strncmp(path, "arch/x86/", 9) != 0;
}

static bool is_source(const char *path)
{
	size_t n = strlen(path);

	return n > 2 && path[n - 2] == '.' && (path[n - 1] == 'c' || path[n - 1] == 'h');
}

/* Room for one more of an array. */
static int grow(void **items, size_t n, size_t *allocated, size_t size)
{
	size_t wanted = *allocated ? *allocated * 2 : 4096;
	void *grown;

	if (n < *allocated)
		return 0;
	grown = reallocarray(*items, wanted, size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*allocated = wanted;
	return 0;
}

static int add_include(struct includes *includes, const char *name, size_t n, bool is_local)
{
	struct include *include;
	size_t *head;
	int r;

	while ((n > 2 && strncmp(name, "./", 2) == 0) || (n > 3 && strncmp(name, "../", 3) == 0)) {
		size_t skip = name[1] == '/' ? 2 : 3;

		name += skip;
		n -= skip;
		is_local = false;
	}
	r = grow((void **)&includes->items, includes->n_items, &includes->items_allocated,
		 sizeof(*includes->items));
	if (r < 0)
		return r;
	include = &includes->items[includes->n_items];
	*include = (struct include){strndup(name, n), includes->n_files - 1, is_local, NONE};
	if (!include->name)
		return -ENOMEM;
	head = &includes->by_name[bucket_of(include->name)];
	include->next = *head;
	*head = includes->n_items++;
	return 0;
}

/* "# include <linux/x.h>" at the start of a line */
static int scan(struct includes *includes, const char *text)
{
	int r = 0;

	for (const char *p = text; r == 0 && (p = strstr(p, "include")); p += strlen("include")) {
		const char *start = p, *name = p + strlen("include"), *end;

		while (start > text && (start[-1] == ' ' || start[-1] == '\t'))
			start--;
		if (start == text || start[-1] != '#')
			continue;
		name += strspn(name, " \t");
		end = *name == '<' ? strpbrk(name, ">\n") :
		      *name == '"' ? strpbrk(name + 1, "\"\n") :
				     NULL;
		if (end && *end != '\n')
			r = add_include(includes, name + 1, end - name - 1, *name == '"');
	}
	return r;
}

static int add_file(struct includes *includes, const char *full, const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct file *file;
	size_t *head;
	int r;

	r = grow((void **)&includes->files, includes->n_files, &includes->files_allocated,
		 sizeof(*includes->files));
	if (r < 0)
		return r;
	file = &includes->files[includes->n_files];
	*file = (struct file){.path = strdup(path), .first = includes->n_items};
	if (!file->path)
		return -ENOMEM;
	head = &includes->by_file[bucket_of(path)];
	file->next = *head;
	*head = includes->n_files++;
	r = file_read(full, FILE_MAX, &text, NULL);
	r = r ?: scan(includes, text);
	includes->files[includes->n_files - 1].end = includes->n_items;
	return r;
}

static int read_tree(struct includes *includes, const char *source)
{
	_cleanup_free_ char *root = strdup(source);
	char *roots[] = {root, NULL};
	size_t n = strlen(source) + 1;
	FTSENT *entry;
	FTS *fts;
	int r = 0;

	fts = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL) : NULL;
	if (!fts)
		return root ? -errno : -ENOMEM;
	while (r == 0 && (entry = fts_read(fts))) {
		if (entry->fts_level == 0)
			continue;
		if (entry->fts_info == FTS_D && is_passed_over(entry->fts_path + n))
			fts_set(fts, entry, FTS_SKIP);
		else if ((entry->fts_info == FTS_F || entry->fts_info == FTS_NSOK) &&
			 is_source(entry->fts_name))
			r = add_file(includes, entry->fts_path, entry->fts_path + n);
		if (run_interrupted())
			r = -EINTR;
	}
	fts_close(fts);
	return r;
}

int includes_read(const char *source, struct includes **ret)
{
	struct includes *includes = calloc(1, sizeof(*includes));
	int r;

	if (!includes)
		return -ENOMEM;
	for (size_t i = 0; i < N_BUCKETS; i++)
		includes->by_name[i] = includes->by_file[i] = NONE;
	r = read_tree(includes, source);
	if (r < 0) {
		includes_free(includes);
		return r;
	}
	*ret = includes;
	return 0;
}

void includes_free(struct includes *includes)
{
	if (!includes)
		return;
	for (size_t i = 0; i < includes->n_items; i++)
		free(includes->items[i].name);
	for (size_t i = 0; i < includes->n_files; i++)
		free(includes->files[i].path);
	free(includes->items);
	free(includes->files);
	free(includes);
}

static bool ends_so(const char *path, const char *name)
{
	size_t n = strlen(path), n_name = strlen(name);

	return n >= n_name && strcmp(path + n - n_name, name) == 0 &&
	       (n == n_name || path[n - n_name - 1] == '/');
}

/* <asm/x.h> is asm-generic's where the architecture has none. */
static bool may_be(const char *path, const char *name)
{
	if (ends_so(path, name))
		return true;
	return strncmp(name, "asm/", 4) == 0 && ends_so(path, name + 4) &&
	       strstr(path, "asm-generic/");
}

/* The file of this name in the folder of the one that includes it, which no other is taken for. */
static const struct file *find_beside(const struct includes *includes,
				      const struct include *include)
{
	const char *from = includes->files[include->file].path;
	size_t n = last_component(from) - from;

	if (!include->is_local)
		return NULL;
	for (size_t i = includes->by_file[bucket_of(include->name)]; i != NONE;
	     i = includes->files[i].next) {
		const char *path = includes->files[i].path;

		if (strncmp(path, from, n) == 0 && strcmp(path + n, include->name) == 0)
			return &includes->files[i];
	}
	return NULL;
}

static bool is_meant(const struct includes *includes, const struct include *include,
		     const char *path)
{
	const struct file *beside = may_be(path, include->name) ? find_beside(includes, include) :
								  NULL;

	return beside ? strcmp(beside->path, path) == 0 : may_be(path, include->name);
}

struct reach {
	const struct includes *includes;
	bool *is_reached; /* by index of file */
	size_t *waiting; /* files that were reached, to go on from */
	size_t n_waiting;
};

static void reach_file(struct reach *reach, size_t file)
{
	if (reach->is_reached[file])
		return;
	reach->is_reached[file] = true;
	reach->waiting[reach->n_waiting++] = file;
}

/* Every compiler is told to include these first. */
static bool is_everywhere(const char *path)
{
	static const char *const names[] = {"include/linux/kconfig.h",
					    "include/linux/compiler-version.h",
					    "include/linux/compiler_types.h"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

static void reach_includers(struct reach *reach, const char *path)
{
	const struct includes *includes = reach->includes;

	if (is_everywhere(path))
		for (size_t i = 0; i < includes->n_files; i++)
			reach_file(reach, i);
	for (size_t i = includes->by_name[bucket_of(path)]; i != NONE; i = includes->items[i].next)
		if (is_meant(includes, &includes->items[i], path))
			reach_file(reach, includes->items[i].file);
}

static void reach_included(struct reach *reach, const struct file *file)
{
	const struct includes *includes = reach->includes;

	for (size_t i = file->first; i < file->end; i++) {
		const char *name = includes->items[i].name;
		size_t k = includes->by_file[bucket_of(name)];

		for (; k != NONE; k = includes->files[k].next)
			if (may_be(includes->files[k].path, name))
				reach_file(reach, k);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_reached(const struct reach *reach, char ***ret)
{
	const struct includes *includes = reach->includes;
	_cleanup_strv_ char **result = calloc(includes->n_files + 1, sizeof(*result));
	size_t n = 0;

	if (!result)
		return -ENOMEM;
	for (size_t i = 0; i < includes->n_files; i++)
		if (reach->is_reached[i] && !(result[n++] = strdup(includes->files[i].path)))
			return -ENOMEM;
	qsort(result, n, sizeof(*result), by_text);
	*ret = TAKE_PTR(result);
	return 0;
}

static void go_up(struct reach *reach, char *const *headers)
{
	const struct includes *includes = reach->includes;

	for (size_t i = 0; i < includes->n_files; i++)
		if (strv_contains(headers, includes->files[i].path))
			reach_file(reach, i);
	while (reach->n_waiting > 0)
		reach_includers(reach, includes->files[reach->waiting[--reach->n_waiting]].path);
}

/*
 * What includers of a header also include may use what is in it without including it (as
 * kernel/sched/loadavg.c does, which kernel/sched/build_utility.c includes).
 */
static void go_down(struct reach *reach)
{
	const struct includes *includes = reach->includes;

	for (size_t i = 0; i < includes->n_files; i++)
		if (reach->is_reached[i])
			reach->waiting[reach->n_waiting++] = i;
	while (reach->n_waiting > 0)
		reach_included(reach, &includes->files[reach->waiting[--reach->n_waiting]]);
}

int includes_reach(const struct includes *includes, char *const *headers, char ***ret_includers,
		   char ***ret_all)
{
	_cleanup_free_ bool *is_reached = calloc(includes->n_files + 1, sizeof(*is_reached));
	_cleanup_free_ size_t *waiting = calloc(includes->n_files + 1, sizeof(*waiting));
	struct reach reach = {includes, is_reached, waiting, 0};
	_cleanup_strv_ char **includers = NULL;
	int r;

	if (!is_reached || !waiting)
		return -ENOMEM;
	go_up(&reach, headers);
	r = list_reached(&reach, &includers);
	if (r == 0 && !ret_all)
		*ret_includers = TAKE_PTR(includers);
	if (r < 0 || !ret_all)
		return r;
	go_down(&reach);
	r = list_reached(&reach, ret_all);
	if (r == 0)
		*ret_includers = TAKE_PTR(includers);
	return r;
}

// SPDX-License-Identifier: GPL-2.0
#include "tree.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fileio.h"

char *tree_new(void)
{
	char *root = strdup("/tmp/kmend-unit-XXXXXX");

	cr_assert(mkdtemp(root));
	return root;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void tree_remove(char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(root);
}

char *tree_path(const char *root, const char *path)
{
	return path_join(root, path);
}

void tree_write_bytes(const char *root, const char *path, const void *data, size_t size)
{
	_cleanup_free_ char *full = path_join(root, path), *folder = strdup(full);
	FILE *f;

	*strrchr(folder, '/') = '\0';
	cr_assert_eq(folder_make(folder, 0755), 0);
	f = fopen(full, "w");
	cr_assert(f, "%s: %m", full);
	cr_assert_eq(fwrite(data, 1, size, f), size);
	fclose(f);
}

void tree_write(const char *root, const char *path, const char *text)
{
	tree_write_bytes(root, path, text, strlen(text));
}

static struct {
	char **lines;
	size_t n;
} snapshot;

static int note_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	_cleanup_free_ char *text = NULL;
	char *line;

	if (type == FTW_F)
		cr_assert_eq(file_read(path, 1 << 20, &text, NULL), 0);
	cr_assert(asprintf(&line, "%s %o\n%s", path, st->st_mode, text ?: "") > 0);
	snapshot.lines = reallocarray(snapshot.lines, snapshot.n + 1, sizeof(char *));
	snapshot.lines[snapshot.n++] = line;
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *tree_snapshot(const char *root)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	snapshot.n = 0;
	nftw(root, note_one, 16, FTW_PHYS);
	if (snapshot.n)
		qsort(snapshot.lines, snapshot.n, sizeof(char *), compare_lines);
	for (size_t i = 0; i < snapshot.n; i++) {
		fputs(snapshot.lines[i], f);
		free(snapshot.lines[i]);
	}
	fclose(f);
	return text;
}

void tree_add_core(const char *root, const char *build_id)
{
	unsigned char notes[36] = {4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0};

	for (size_t i = 0; i < 20; i++) {
		unsigned byte;

		cr_assert_eq(sscanf(build_id + i * 2, "%2x", &byte), 1);
		notes[16 + i] = byte;
	}
	tree_write_bytes(root, "kernel/notes", notes, sizeof(notes));
	tree_write(root, "kernel/kmend/abi", "1\n");
	tree_write(root, "kernel/kmend/version", "0.1.0\n");
	tree_write(root, "kernel/kmend/transition/state", "idle\n");
	tree_write(root, "kernel/kmend/patches/.keep", "");
}

static void add_attribute(const char *root, const char *patch, const char *attribute,
			  const char *value)
{
	_cleanup_free_ char *path = NULL, *line = NULL;

	cr_assert(asprintf(&path, "kernel/kmend/patches/%s/%s", patch, attribute) > 0);
	cr_assert(asprintf(&line, "%s\n", value) > 0);
	tree_write(root, path, line);
}

void tree_add_patch(const char *root, const char *name, const char *version, const char *state)
{
	_cleanup_free_ char *module = NULL;

	cr_assert(asprintf(&module, "kmend_%s", name) > 0);
	add_attribute(root, name, "enabled", strcmp(state, "live") == 0 ? "1" : "0");
	add_attribute(root, name, "state", state);
	add_attribute(root, name, "version", version);
	add_attribute(root, name, "module", module);
	add_attribute(root, name, "build_id", "0123456789abcdef0123456789abcdef01234567");
	add_attribute(root, name, "last_error", "");
}

// SPDX-License-Identifier: GPL-2.0
#include "layers.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fileio.h"

DEFINE_CLEANUP(DIR *, closedir)

void layers_done(struct layers *layers)
{
	for (size_t i = 0; i < layers->n; i++) {
		free(layers->items[i].name);
		free(layers->items[i].path);
	}
	free(layers->items);
	*layers = (struct layers){};
}

/* While they are read they are in no order yet. */
static const struct layers_entry *find_unsorted(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->n; i++)
		if (strcmp(layers->items[i].name, name) == 0)
			return &layers->items[i];
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct layers_entry *)a)->name,
		      ((const struct layers_entry *)b)->name);
}

const struct layers_entry *layers_find(const struct layers *layers, const char *name)
{
	const struct layers_entry key = {.name = (char *)name};

	return layers->n ? bsearch(&key, layers->items, layers->n, sizeof(key), compare) : NULL;
}

static bool is_mask(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

static int add(struct layers *layers, const char *folder, const char *name)
{
	struct layers_entry *grown, entry = {.name = strdup(name), .path = path_join(folder, name)};

	grown = reallocarray(layers->items, layers->n + 1, sizeof(*grown));
	if (grown)
		layers->items = grown;
	if (!grown || !entry.name || !entry.path) {
		free(entry.name);
		free(entry.path);
		return -ENOMEM;
	}
	entry.masked = is_mask(entry.path);
	grown[layers->n++] = entry;
	return 0;
}

static int read_folder(struct layers *layers, const char *folder, size_t max)
{
	_cleanup_(closedirp) DIR *dir = opendir(folder);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (r >= 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || find_unsorted(layers, entry->d_name))
			continue;
		r = layers->n < max ? add(layers, folder, entry->d_name) : -E2BIG;
	}
	return r;
}

int layers_read(char *const *folders, size_t max, struct layers *ret, const char **ret_folder)
{
	_cleanup_layers_ struct layers layers = {};
	int r = 0;

	for (size_t i = 0; folders && folders[i] && r >= 0; i++) {
		r = read_folder(&layers, folders[i], max);
		if (r < 0 && ret_folder)
			*ret_folder = folders[i];
	}
	if (r < 0)
		return r;
	if (layers.n)
		qsort(layers.items, layers.n, sizeof(*layers.items), compare);
	*ret = layers;
	layers = (struct layers){};
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#include "mask.h"

#include <string.h>
#include <unistd.h>

#include "config.h"
#include "lib/cleanup.h"
#include "lib/diag.h"
#include "lib/fileio.h"

#define NOWHERE "/dev/null"

static bool is_mask(const char *path)
{
	char target[sizeof(NOWHERE) + 1];
	ssize_t n = readlink(path, target, sizeof(target));

	return n == strlen(NOWHERE) && memcmp(target, NOWHERE, n) == 0;
}

static int complain(struct diag_list *diags, const char *path, int err)
{
	return diag_error(diags, KM663, err, "%s: %s", path, strerror(-err));
}

int mask_set(const struct config *config, const char *name, struct diag_list *diags)
{
	const char *folder = config->catalog[0];
	_cleanup_free_ char *path = path_join(folder, name);
	int r;

	if (!path)
		return -ENOMEM;
	r = folder_make(folder, 0755);
	if (r < 0)
		return complain(diags, folder, r);
	if (symlink(NOWHERE, path) == 0)
		return folder_sync(path);
	r = -errno;
	if (r != -EEXIST)
		return complain(diags, path, r);
	if (is_mask(path))
		return 0;
	return diag_add(diags, KM660, DIAG_REFUSAL, r, NULL, "%s is in the way of the mask", path);
}

/* Returns 1 when there was one, 0 when not. */
static int lift_in(const char *folder, const char *name, struct diag_list *diags)
{
	_cleanup_free_ char *path = path_join(folder, name);
	int r;

	if (!path)
		return -ENOMEM;
	if (!is_mask(path))
		return 0;
	r = file_remove_sync(path);
	return r < 0 ? complain(diags, path, r) : 1;
}

int mask_lift(const struct config *config, const char *name, struct diag_list *diags)
{
	int found = 0;

	for (size_t i = 0; config->catalog[i]; i++) {
		_cleanup_free_ char *folder = path_join(config->catalog[i], config->release);
		int r, q;

		if (!folder)
			return -ENOMEM;
		r = lift_in(config->catalog[i], name, diags);
		q = r < 0 ? r : lift_in(folder, name, diags);
		if (q < 0)
			return q;
		found += r + q;
	}
	return found ? 0 :
		       diag_add(diags, KM661, DIAG_REFUSAL, -ENOENT, NULL, "%s is not masked",
				name);
}

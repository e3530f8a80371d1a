// SPDX-License-Identifier: GPL-2.0
#include "result.h"

#include <fcntl.h>
#include <string.h>

#include "../lib/fileio.h"
#include "base/files.h"
#include "base/run.h"

#define MODULE_MAX (256UL * 1024 * 1024)
#define TRIES      16

/* A file system that cannot exchange two names has a moment without the result. */
static int replace(const char *folder, const char *final)
{
	_cleanup_free_ char *old = NULL;
	int r;

	r = string_format(&old, "%s.old", folder);
	if (r < 0)
		return r;
	if (rename(final, old) < 0)
		return -errno;
	if (rename(folder, final) < 0) {
		r = -errno;
		rename(old, final);
		return r;
	}
	return remove_tree(old);
}

/* Of two builds that end at the same time the later one stays. */
static int publish(const char *folder, const char *final)
{
	for (int i = 0; i < TRIES; i++) {
		if (renameat2(AT_FDCWD, folder, AT_FDCWD, final, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno == EINVAL)
			return rename(folder, final) == 0 ? 0 : replace(folder, final);
		if (errno != EEXIST)
			return -errno;
		if (renameat2(AT_FDCWD, folder, AT_FDCWD, final, RENAME_EXCHANGE) == 0)
			return remove_tree(folder);
		if (errno != ENOENT)
			return -errno;
	}
	return -EBUSY;
}

static int sign(struct build *build, const char *data, size_t size, char **ret, size_t *ret_size)
{
	const char *name = build->manifest->name;
	int r;

	r = signer_sign(build->signer, name, data, size, /* replace= */ false, &build->diags, ret,
			ret_size);
	r = r ?: signature_read(*ret, *ret_size, name, &build->diags, &build->signature);
	build->signature.message = NULL;
	return r;
}

static int write_module(struct build *build, const char *path)
{
	_cleanup_free_ char *data = NULL, *signed_data = NULL;
	size_t size;
	int r;

	r = file_read(build->module.path, MODULE_MAX, &data, &size);
	if (r == 0 && build->signer)
		r = sign(build, data, size, &signed_data, &size);
	r = r ?: file_write_atomic(path, signed_data ?: data, size, 0644);
	if (r < 0)
		return r;
	build->module_bytes = size;
	return 0;
}

int result_write(struct build *build)
{
	_cleanup_free_ char *module = NULL, *manifest = NULL;
	const char *name = build->manifest->name;
	struct scratch staging = {.fd = -1};
	int r;

	r = scratch_make(build->options->output, STAGING_PREFIX, &staging);
	if (r == 0 && chmod(staging.path, 0755) < 0)
		r = -errno;
	r = r ?: string_format(&module, "%s/%s.ko", staging.path, name);
	r = r ?: string_format(&manifest, "%s/%s", staging.path, KMEND_MANIFEST_FILE);
	r = r ?: string_format(&build->result, "%s/%s", build->options->output, name);
	r = r ?: write_module(build, module);
	r = r ?: file_write_atomic(manifest, build->manifest_text, build->manifest_size, 0644);
	if (r == 0 && run_interrupted())
		r = -EINTR;
	r = r ?: publish(staging.path, build->result);
	scratch_done(&staging, /* keep= */ false);
	if (r < 0)
		build->module_bytes = 0;
	if (r < 0 && !diag_list_has(&build->diags, DIAG_ERROR))
		return diag_error(&build->diags, KM103, r, "%s: %s", build->options->output,
				  strerror(-r));
	return r;
}

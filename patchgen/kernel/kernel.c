// SPDX-License-Identifier: GPL-2.0
#include "kernel.h"

#include <limits.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/manifest.h"
#include "../base/files.h"

#define CONFIG_MAX (4UL * 1024 * 1024)

int cache_folder(struct diag_list *diags, char **ret)
{
	const char *own = getenv("KMEND_CACHE"), *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	_cleanup_free_ char *path = NULL, *real = NULL;
	int r;

	if (own && *own)
		r = string_format(&path, "%s", own);
	else if (xdg && *xdg == '/')
		r = string_format(&path, "%s/kmend", xdg);
	else if (home && *home)
		r = string_format(&path, "%s/.cache/kmend", home);
	else
		return diag_error(diags, KM103, -ENOENT,
				  "no folder for the cache: HOME and KMEND_CACHE are not set");
	if (r < 0)
		return r;
	r = folder_make(path, 0755);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", path, strerror(-r));
	real = realpath(path, NULL);
	if (!real)
		return -errno;
	*ret = TAKE_PTR(real);
	return 0;
}

int kernel_folder(const char *release, struct diag_list *diags, char **ret)
{
	_cleanup_free_ char *cache = NULL;
	int r;

	if (!kernel_release_is_valid(release))
		return diag_error(diags, KM101, -EINVAL, "'%s' is no kernel release", release);
	r = cache_folder(diags, &cache);
	if (r < 0)
		return r;
	return string_format(ret, "%s/kernels/%s", cache, release);
}

static int check_part(const char *path, const char *part, const char *what, struct diag_list *diags)
{
	_cleanup_free_ char *full = NULL;

	if (!path_is_plain(path))
		return diag_error(diags, KM303, -EINVAL,
				  "%s: kbuild cannot work with the characters in this path", path);
	if (string_format(&full, "%s%s%s", path, *part ? "/" : "", part) < 0)
		return -ENOMEM;
	if (!path_exists(full))
		return diag_error(diags, KM303, -ENOENT, "%s is missing: %s", what, full);
	return 0;
}

/* What has to be in a kernel's folders before anything is begun. */
static int check(const struct kernel *kernel, struct diag_list *diags)
{
	const struct {
		const char *folder, *file, *what;
	} parts[] = {
		{kernel->source, "Makefile", "the kernel's source"},
		{kernel->headers, ".config", "the kernel's configuration"},
		{kernel->headers, "Module.symvers", "the list of exported symbols"},
		{kernel->headers, "include/generated/autoconf.h", "the kernel's generated headers"},
		{kernel->headers, "scripts/mod/modpost", "kbuild's tools"},
		{kernel->vmlinuz, "", "the kernel's image"},
		{kernel->modules, "kernel", "the kernel's modules"},
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++)
		r = check_part(parts[i].folder, parts[i].file, parts[i].what, diags);
	return r;
}

int kernel_open(const char *release, struct diag_list *diags, struct kernel **ret)
{
	_cleanup_kernel_ struct kernel *kernel = calloc(1, sizeof(*kernel));
	_cleanup_free_ char *folder = NULL;
	int r;

	if (!kernel)
		return -ENOMEM;
	r = kernel_folder(release, diags, &kernel->work);
	if (r < 0)
		return r;
	if (!path_exists(kernel->work)) {
		_cleanup_free_ char *hint = NULL;

		if (string_format(&hint, "run 'patchgen fetch %s'", release) < 0)
			return -ENOMEM;
		return diag_add_hint(diags, KM302, DIAG_ERROR, -ENOENT, NULL, hint,
				     "the files of kernel %s are not in the cache", release);
	}
	/* kbuild finds out where its Makefile really is, and its commands have those names. */
	folder = realpath(kernel->work, NULL);
	if (!folder)
		return -errno;
	free(kernel->work);
	kernel->work = TAKE_PTR(folder);
	r = string_format(&kernel->release, "%s", release);
	r = r ?: string_format(&kernel->source, "%s/source", kernel->work);
	r = r ?: string_format(&kernel->headers, "%s/build", kernel->work);
	r = r ?: string_format(&kernel->vmlinuz, "%s/image/boot/vmlinuz-%s", kernel->work, release);
	r = r ?: string_format(&kernel->modules, "%s/image/lib/modules/%s", kernel->work, release);
	r = r ?: check(kernel, diags);
	if (r < 0)
		return r;
	kernel->is_fetched = true;
	*ret = TAKE_PTR(kernel);
	return 0;
}

static int absolute(const char *path, const char *what, struct diag_list *diags, char **ret)
{
	char *real = realpath(path, NULL);

	if (!real)
		return diag_error(diags, KM303, -errno, "%s is missing: %s: %s", what, path,
				  strerror(errno));
	*ret = real;
	return 0;
}

/* #define UTS_RELEASE "6.1.0-54-cloud-amd64" */
static int read_release(const char *headers, struct diag_list *diags, char **ret)
{
	_cleanup_free_ char *path = NULL, *text = NULL, *release = NULL;
	char *start, *end;
	int r;

	r = string_format(&path, "%s/include/generated/utsrelease.h", headers);
	if (r < 0)
		return r;
	r = file_read(path, 65536, &text, NULL);
	if (r < 0)
		return diag_error(diags, KM303, r, "%s: %s", path, strerror(-r));
	start = strchr(text, '"');
	end = start ? strchr(start + 1, '"') : NULL;
	if (end)
		release = strndup(start + 1, end - start - 1);
	if (!release || !kernel_release_is_valid(release))
		return diag_error(diags, KM303, -EINVAL, "%s names no kernel release", path);
	*ret = TAKE_PTR(release);
	return 0;
}

/* One private folder for each set of paths, and a new one when what is there was replaced. */
static int private_folder(const struct kernel *kernel, struct diag_list *diags, char **ret)
{
	_cleanup_free_ char *cache = NULL, *key = NULL, *config = NULL;
	struct stat image = {0}, configured = {0};
	unsigned char hash[SHA256_DIGEST_LENGTH];
	int r;

	r = cache_folder(diags, &cache);
	if (r < 0)
		return r;
	r = string_format(&config, "%s/.config", kernel->headers);
	if (r < 0)
		return r;
	if (stat(config, &configured) < 0 || stat(kernel->vmlinuz, &image) < 0)
		return -errno;
	r = string_format(&key, "%s\n%s\n%s\n%s\n%s\n%jd %jd %jd %jd", kernel->release,
			  kernel->source, kernel->headers, kernel->vmlinuz, kernel->modules,
			  (intmax_t)image.st_mtime, (intmax_t)image.st_size,
			  (intmax_t)configured.st_mtime, (intmax_t)configured.st_size);
	if (r < 0)
		return r;
	SHA256((unsigned char *)key, strlen(key), hash);
	r = string_format(ret, "%s/work/%s-%02x%02x%02x%02x%02x%02x", cache, kernel->release,
			  hash[0], hash[1], hash[2], hash[3], hash[4], hash[5]);
	if (r == 0 && !path_is_plain(*ret))
		return diag_error(diags, KM303, -EINVAL,
				  "%s: kbuild cannot work with the characters in this path", *ret);
	return r ?: folder_make(*ret, 0755);
}

int kernel_open_paths(const struct kernel_paths *paths, struct diag_list *diags,
		      struct kernel **ret)
{
	_cleanup_kernel_ struct kernel *kernel = calloc(1, sizeof(*kernel));
	int r = 0;

	if (!kernel)
		return -ENOMEM;
	r = r ?: absolute(paths->source, "the kernel's source", diags, &kernel->source);
	r = r ?: absolute(paths->headers, "the kernel's build folder", diags, &kernel->headers);
	r = r ?: absolute(paths->vmlinuz, "the kernel's image", diags, &kernel->vmlinuz);
	r = r ?: absolute(paths->modules, "the kernel's modules", diags, &kernel->modules);
	r = r ?: read_release(kernel->headers, diags, &kernel->release);
	r = r ?: check(kernel, diags);
	r = r ?: private_folder(kernel, diags, &kernel->work);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(kernel);
	return 0;
}

int kernel_config_string(const struct kernel *kernel, const char *name, char **ret)
{
	_cleanup_free_ char *path = NULL, *config = NULL, *key = NULL;
	const char *value;
	int r;

	r = string_format(&path, "%s/.config", kernel->headers);
	r = r ?: string_format(&key, "\n%s=\"", name);
	r = r ?: file_read(path, CONFIG_MAX, &config, NULL);
	if (r < 0)
		return r;
	value = strstr(config, key);
	if (!value)
		return -ENODATA;
	value += strlen(key);
	*ret = strndup(value, strcspn(value, "\"\n"));
	return *ret ? 0 : -ENOMEM;
}

void kernel_free(struct kernel *kernel)
{
	if (!kernel)
		return;
	free(kernel->release);
	free(kernel->source);
	free(kernel->headers);
	free(kernel->vmlinuz);
	free(kernel->modules);
	free(kernel->work);
	free(kernel);
}

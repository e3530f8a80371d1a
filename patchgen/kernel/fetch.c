// SPDX-License-Identifier: GPL-2.0
#include "fetch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "debian.h"
#include "../../lib/digest.h"
#include "../base/files.h"
#include "kernel.h"
#include "../base/run.h"

#define IMAGE_PREFIX "linux-image-"
#define MAKEFILE_MAX 4096

struct fetch {
	const char *release;
	char *folder; /* kernels/RELEASE */
	char *staging; /* kernels/.fetch-RELEASE, beside it: parts move by one rename */
	const char *store; /* folder that packages are kept in, or NULL */
	struct apt apt;
	struct packages packages;
	struct progress *progress;
	struct diag_list *diags;
};

static const struct part {
	unsigned flag;
	const char *name, *witness; /* what is there when the part is */
	int (*fetch)(struct fetch *fetch, const char *staged);
} parts[3];

static void fetch_done(struct fetch *fetch)
{
	if (fetch->staging)
		remove_tree(fetch->staging);
	/* Only goes when nothing could be fetched into it. */
	if (fetch->folder)
		rmdir(fetch->folder);
	free(fetch->staging);
	free(fetch->folder);
	apt_close(&fetch->apt);
	packages_done(&fetch->packages);
}

/* "6.1" of "6.1.0-54-cloud-amd64", "6.12" of "6.12.107+deb12-amd64" */
static int series_of(const char *release, char **ret)
{
	size_t n = strcspn(release, ".");

	if (release[n] != '.')
		return -EINVAL;
	n += 1 + strspn(release + n + 1, "0123456789");
	*ret = strndup(release, n);
	return *ret ? 0 : -ENOMEM;
}

static int run_step(struct fetch *fetch, const char *const *argv, const char *what)
{
	struct run run = {.argv = argv, .tick = progress_tick, .userdata = fetch->progress};
	_cleanup_free_ char *text = NULL;
	int r;

	progress_begin(fetch->progress, 0, "unpacking %s", what);
	r = run_program(&run, &text);
	progress_end(fetch->progress, r == 0);
	if (r == -EINTR)
		return diag_error(fetch->diags, KM316, r, "interrupted");
	if (r != 0)
		return diag_error(fetch->diags, KM317, r < 0 ? r : -EIO, "%s: %s: %s", what,
				  argv[0], r < 0 ? strerror(-r) : text);
	return 0;
}

/* Whatever a folder has under the package's name: only what the mirror serves is taken. */
static bool is_package(const struct package *package, const char *file)
{
	char digest[DIGEST_TEXT];
	struct stat st;

	return stat(file, &st) == 0 && (uint64_t)st.st_size == package->size && package->sha256 &&
	       digest_file(file, digest) == 0 && strcmp(digest, package->sha256) == 0;
}

/* As apt names them; a colon in the version is written "%3a". */
static int file_in_store(const struct fetch *fetch, const struct package *package, const char *arch,
			 char **ret)
{
	const char *colon = strchr(package->version, ':');
	int n = colon ? colon - package->version : 0;

	return string_format(ret, "%s/%s_%.*s%s%s_%s.deb", fetch->store, package->name, n,
			     package->version, colon ? "%3a" : "",
			     colon ? colon + 1 : package->version, arch);
}

static int find_in_store(const struct fetch *fetch, const struct package *package, char **ret)
{
	static const char *const archs[] = {"all", "amd64"};

	for (size_t i = 0; i < ARRAY_SIZE(archs); i++) {
		_cleanup_free_ char *file = NULL;
		int r = file_in_store(fetch, package, archs[i], &file);

		if (r < 0)
			return r;
		if (is_package(package, file)) {
			*ret = TAKE_PTR(file);
			return 0;
		}
	}
	return -ENOENT;
}

/* For the next time; it appears there when it is whole. */
static int keep_in_store(struct fetch *fetch, const char *file)
{
	_cleanup_free_ char *part = NULL, *final = NULL;
	const char *name = strrchr(file, '/') + 1;
	int r;

	r = string_format(&part, "%s/.%s.%d", fetch->store, name, getpid());
	r = r ?: string_format(&final, "%s/%s", fetch->store, name);
	r = r ?: copy_file(file, part);
	if (r == 0 && rename(part, final) < 0)
		r = -errno;
	if (r < 0 && part)
		unlink(part);
	if (r < 0)
		return diag_error(fetch->diags, KM103, r, "%s: %s", fetch->store, strerror(-r));
	return 0;
}

static int download(struct fetch *fetch, const struct package *package, const char *folder,
		    char **ret)
{
	int r;

	if (fetch->store && find_in_store(fetch, package, ret) == 0)
		return 0;
	r = folder_make(folder, 0755);
	if (r < 0)
		return diag_error(fetch->diags, KM103, r, "%s: %s", folder, strerror(-r));
	r = apt_download(&fetch->apt, package, folder, fetch->diags, ret);
	return r == 0 && fetch->store ? keep_in_store(fetch, *ret) : r;
}

/* Get a package and unpack it over what is in the folder "into". */
static int unpack(struct fetch *fetch, const char *name, const char *version, const char *into)
{
	const struct package *package = packages_find(&fetch->packages, name, version);
	_cleanup_(remove_treep) char *folder = NULL;
	_cleanup_free_ char *file = NULL;
	int r;

	if (!package)
		return diag_error(fetch->diags, KM318, -ENOENT, "package %s %s is not served", name,
				  version ?: "");
	r = string_format(&folder, "%s/download", fetch->staging);
	r = r ?: folder_make(into, 0755);
	if (r < 0)
		return diag_error(fetch->diags, KM103, r, "%s: %s", fetch->staging, strerror(-r));
	r = download(fetch, package, folder, &file);
	if (r < 0)
		return r;
	return run_step(fetch, (const char *const[]){"dpkg-deb", "-x", file, into, NULL}, name);
}

static const struct package *image_package(const struct fetch *fetch)
{
	_cleanup_free_ char *name = NULL;

	if (string_format(&name, IMAGE_PREFIX "%s", fetch->release) < 0)
		return NULL;
	return packages_find(&fetch->packages, name, NULL);
}

static int fetch_image(struct fetch *fetch, const char *staged)
{
	const struct package *image = image_package(fetch);

	return unpack(fetch, image->name, image->version, staged);
}

/* A package that another one depends on, by the start and end of its name. */
static int dependency(const struct package *package, const char *prefix, const char *part,
		      char **ret)
{
	const char *at = package->depends;

	while (at && *at) {
		size_t n = strcspn(at, " ,(|");

		if (strncmp(at, prefix, strlen(prefix)) == 0 && memmem(at, n, part, strlen(part))) {
			*ret = strndup(at, n);
			return *ret ? 0 : -ENOMEM;
		}
		at = strchr(at, ',');
		if (at)
			at += 1 + strspn(at + 1, " ");
	}
	return -ENOENT;
}

/*
 * The build folder's Makefile is one line, include /usr/src/NAME/Makefile: it has to find that
 * wherever the package was unpacked. The package's other links are relative already.
 */
static int relocate_makefile(struct fetch *fetch, const char *staged)
{
	static const char absolute[] = "include /usr/src/";
	_cleanup_free_ char *path = NULL, *text = NULL, *relative = NULL;
	int r;

	r = string_format(&path, "%s/usr/src/linux-headers-%s/Makefile", staged, fetch->release);
	r = r ?: file_read(path, MAKEFILE_MAX, &text, NULL);
	if (r < 0)
		return diag_error(fetch->diags, KM317, r, "%s: %s", path ?: staged, strerror(-r));
	if (strncmp(text, absolute, strlen(absolute)) != 0)
		return diag_error(fetch->diags, KM317, -EINVAL,
				  "linux-headers-%s: its Makefile is not of the form that is known",
				  fetch->release);
	r = string_format(&relative, "include $(dir $(lastword $(MAKEFILE_LIST)))../%s",
			  text + strlen(absolute));
	return r ?: file_write_atomic(path, relative, strlen(relative), 0644);
}

static int link_build_folder(struct fetch *fetch)
{
	_cleanup_free_ char *link = NULL, *target = NULL;
	int r;

	r = string_format(&link, "%s/build", fetch->folder);
	r = r ?: string_format(&target, "headers/usr/src/linux-headers-%s", fetch->release);
	if (r < 0)
		return r;
	if (symlink(target, link) < 0 && errno != EEXIST)
		return diag_error(fetch->diags, KM103, -errno, "%s: %m", link);
	return 0;
}

/*
 * linux-kbuild is served for some versions only; the newest gives identical objects (its tools do
 * not depend on the version within a series).
 */
static int fetch_headers(struct fetch *fetch, const char *staged)
{
	_cleanup_free_ char *name = NULL, *common = NULL, *kbuild = NULL;
	const struct package *headers;
	_cleanup_packages_ struct packages more = {0};
	int r;

	r = string_format(&name, "linux-headers-%s", fetch->release);
	if (r < 0)
		return r;
	headers = packages_find(&fetch->packages, name, NULL);
	if (!headers)
		return diag_error(fetch->diags, KM318, -ENOENT, "package %s is not served", name);
	r = dependency(headers, "linux-headers-", "-common", &common);
	r = r ?: dependency(headers, "linux-kbuild-", "", &kbuild);
	if (r < 0)
		return diag_error(fetch->diags, KM317, r,
				  "%s does not depend on the packages it used to", name);
	r = apt_show(&fetch->apt, (const char *const[]){common, kbuild, NULL}, fetch->diags, &more);
	if (r < 0)
		return r;
	r = unpack(fetch, name, headers->version, staged);
	if (r < 0)
		return r;
	packages_done(&fetch->packages);
	fetch->packages = more;
	more = (struct packages){0};
	r = unpack(fetch, common, NULL, staged);
	r = r ?: unpack(fetch, kbuild, NULL, staged);
	r = r ?: relocate_makefile(fetch, staged);
	return r ?: link_build_folder(fetch);
}

/* "cloud-amd64" of "6.1.0-54-cloud-amd64", "amd64" of "6.12.107+deb12-amd64"; NULL: no release. */
static const char *flavour_of(const char *release)
{
	const char *dash = strchr(release, '-'), *dot = strchr(release, '.');

	/* Packages that only depend on the newest kernel have two numbers: 6.12-amd64. */
	dot = dot ? strchr(dot + 1, '.') : NULL;
	if (!dash || !dot || dot > dash)
		return NULL;
	if (dash[1] >= '0' && dash[1] <= '9')
		dash = strchr(dash + 1, '-');
	return dash ? dash + 1 : NULL;
}

/*
 * Debian's linux-source is the source of all flavours but the rt one, whose further patches are in
 * no binary package. Its headers are others too, so that not even files which those patches leave
 * alone would see the structures that the kernel has.
 */
static bool source_is_served(const char *release)
{
	const char *flavour = flavour_of(release);

	return !flavour || strncmp(flavour, "rt-", 3) != 0;
}

static int fetch_source(struct fetch *fetch, const char *staged)
{
	_cleanup_free_ char *series = NULL, *name = NULL, *package = NULL, *archive = NULL;
	int r;

	if (!source_is_served(fetch->release))
		return diag_add_hint(
			fetch->diags, KM318, DIAG_ERROR, -EOPNOTSUPP, NULL,
			"'--only image,headers' fetches the rest; give the source with "
			"the rt patches to 'patchgen build --source'",
			"the source of %s with its rt patches is in no package", fetch->release);
	r = series_of(fetch->release, &series);
	r = r ?: string_format(&name, "linux-source-%s", series);
	r = r ?: string_format(&package, "%s/source-package", fetch->staging);
	r = r ?: string_format(&archive, "%s/usr/src/%s.tar.xz", package, name);
	r = r ?: unpack(fetch, name, image_package(fetch)->version, package);
	r = r ?: folder_make(staged, 0755);
	if (r < 0)
		return r;
	/* Debian compresses it in blocks, for as many processors as there are. */
	return run_step(fetch,
			(const char *const[]){"tar", "--use-compress-program=xz -T0", "-xf",
					      archive, "-C", staged, "--strip-components=1", NULL},
			"the source");
}

static const struct part parts[3] = {
	{FETCH_SOURCE, "source", "source/Makefile", fetch_source},
	{FETCH_IMAGE, "image", "image/boot", fetch_image},
	{FETCH_HEADERS, "headers", "build/Makefile", fetch_headers},
};

static unsigned missing_parts(const struct fetch *fetch, unsigned wanted)
{
	unsigned missing = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_free_ char *witness = path_join(fetch->folder, parts[i].witness);

		if ((wanted & parts[i].flag) && (!witness || !path_exists(witness)))
			missing |= parts[i].flag;
	}
	return missing;
}

static int fetch_part(struct fetch *fetch, const struct part *part)
{
	_cleanup_free_ char *staged = NULL, *final = NULL;
	int r;

	r = string_format(&staged, "%s/%s", fetch->staging, part->name);
	r = r ?: string_format(&final, "%s/%s", fetch->folder, part->name);
	r = r ?: part->fetch(fetch, staged);
	if (r < 0)
		return r;
	if (rename(staged, final) < 0)
		return diag_error(fetch->diags, KM103, -errno, "%s: %m", final);
	return 0;
}

static int find_packages(struct fetch *fetch, bool private_lists, struct diag_list *diags)
{
	_cleanup_free_ char *image = NULL, *headers = NULL, *source = NULL, *series = NULL;
	int r;

	apt_close(&fetch->apt);
	packages_done(&fetch->packages);
	r = apt_open(private_lists, fetch->staging, fetch->progress, diags, &fetch->apt);
	r = r ?: series_of(fetch->release, &series);
	r = r ?: string_format(&image, IMAGE_PREFIX "%s", fetch->release);
	r = r ?: string_format(&headers, "linux-headers-%s", fetch->release);
	r = r ?: string_format(&source, "linux-source-%s", series);
	if (r < 0)
		return r;
	r = apt_show(&fetch->apt, (const char *const[]){image, headers, source, NULL}, diags,
		     &fetch->packages);
	if (r < 0)
		return r;
	return packages_find(&fetch->packages, image, NULL) ? 0 : -ENOENT;
}

/* One fetch of a release at a time; the lock goes with the process. */
static int lock(struct fetch *fetch, int *ret_fd)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	r = string_format(&path, "%s.lock", fetch->staging);
	r = r ?: make_parent_folders(path, 0755);
	if (r < 0)
		return diag_error(fetch->diags, KM103, r, "%s: %s", path ?: "", strerror(-r));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return diag_error(fetch->diags, errno == EINTR ? KM316 : KM103, -errno, "%s: %m",
				  path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int prepare(struct fetch *fetch, int *ret_lock)
{
	_cleanup_free_ char *cache = NULL;
	int r;

	r = kernel_folder(fetch->release, fetch->diags, &fetch->folder);
	r = r ?: cache_folder(fetch->diags, &cache);
	r = r ?: string_format(&fetch->staging, "%s/kernels/.fetch-%s", cache, fetch->release);
	if (r < 0)
		return r;
	r = fetch->store ? folder_make(fetch->store, 0755) : 0;
	if (r < 0)
		return diag_error(fetch->diags, KM103, r, "%s: %s", fetch->store, strerror(-r));
	return lock(fetch, ret_lock);
}

/* The machine's own lists can be missing or older than what the mirror serves. */
static int fetch_missing(struct fetch *fetch, unsigned missing, bool private_lists)
{
	int r;

	remove_tree(fetch->staging);
	r = folder_make(fetch->staging, 0755);
	r = r ?: folder_make(fetch->folder, 0755);
	if (r < 0)
		return diag_error(fetch->diags, KM103, r, "%s: %s", fetch->folder, strerror(-r));
	r = find_packages(fetch, private_lists, fetch->diags);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(parts); i++)
		if (missing & parts[i].flag)
			r = fetch_part(fetch, &parts[i]);
	return r;
}

static int unknown_release(struct fetch *fetch)
{
	_cleanup_free_ char *hint = NULL, *served = NULL;
	_cleanup_strv_ char **list = NULL;
	const char *flavour = flavour_of(fetch->release);

	if (flavour && fetch_list(flavour, fetch->progress, NULL, &list) >= 0)
		served = strv_join(list, ", ");
	if (served && *served && string_format(&hint, "served are: %s", served) < 0)
		hint = NULL;
	return diag_add_hint(fetch->diags, KM301, DIAG_ERROR, -ENOENT, NULL, hint,
			     "kernel release %s is not served by the package mirror",
			     fetch->release);
}

int fetch_kernel(const char *release, const struct fetch_options *options,
		 struct progress *progress, struct diag_list *diags, unsigned *ret_missing)
{
	_cleanup_(fetch_done) struct fetch fetch = {.release = release,
						    .store = options->packages,
						    .progress = progress,
						    .diags = diags};
	_cleanup_(diag_list_done) struct diag_list first = {0};
	_cleanup_close_ int lock_fd = -1;
	unsigned missing;
	int r;

	r = prepare(&fetch, &lock_fd);
	if (r < 0)
		return r;
	missing = missing_parts(&fetch, options->parts);
	if (missing) {
		fetch.diags = &first;
		r = fetch_missing(&fetch, missing, false);
		fetch.diags = diags;
		if (r < 0 && r != -EINTR)
			r = fetch_missing(&fetch, missing_parts(&fetch, options->parts), true);
		else if (r == -EINTR)
			diag_error(diags, KM316, r, "interrupted");
	}
	if (r == -ENOENT && !diag_list_has(diags, DIAG_ERROR))
		return unknown_release(&fetch);
	if (r < 0)
		return r;
	*ret_missing = missing;
	return 0;
}

static bool is_image_of(const char *name, const char *flavour)
{
	const char *found;

	if (strncmp(name, IMAGE_PREFIX, strlen(IMAGE_PREFIX)) != 0)
		return false;
	found = flavour_of(name + strlen(IMAGE_PREFIX));
	return found && strcmp(found, flavour) == 0;
}

static int by_version_descending(const void *a, const void *b)
{
	return -strverscmp(*(char *const *)a, *(char *const *)b);
}

static int source_name(const char *release, char **ret)
{
	_cleanup_free_ char *series = NULL;
	int r;

	r = series_of(release, &series);
	return r ?: string_format(ret, "linux-source-%s", series);
}

static int show_sources(struct apt *apt, const struct packages *images, struct diag_list *diags,
			struct packages *ret)
{
	_cleanup_strv_ char **names = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < images->n; i++) {
		_cleanup_free_ char *name = NULL;

		r = source_name(images->items[i].name + strlen(IMAGE_PREFIX), &name);
		if (r == 0 && !strv_contains(names, name))
			r = strv_append(&names, name);
	}
	if (r < 0 || !names)
		return r;
	return apt_show(apt, (const char *const *)names, diags, ret);
}

static int keep_with_source(struct apt *apt, char *const *names, struct diag_list *diags,
			    char ***ret)
{
	_cleanup_packages_ struct packages images = {0}, sources = {0};
	_cleanup_strv_ char **list = NULL;
	int r;

	r = apt_show(apt, (const char *const *)names, diags, &images);
	r = r ?: show_sources(apt, &images, diags, &sources);
	for (size_t i = 0; r == 0 && i < images.n; i++) {
		const char *release = images.items[i].name + strlen(IMAGE_PREFIX);
		_cleanup_free_ char *source = NULL;

		r = source_name(release, &source);
		if (r == 0 && packages_find(&sources, source, images.items[i].version) &&
		    !strv_contains(list, release))
			r = strv_append(&list, release);
	}
	if (r < 0)
		return r;
	if (list)
		qsort(list, strv_length(list), sizeof(*list), by_version_descending);
	*ret = TAKE_PTR(list);
	return 0;
}

static int list_served(struct apt *apt, const char *flavour, struct diag_list *diags, char ***ret)
{
	_cleanup_strv_ char **names = NULL, **images = NULL;
	int r;

	r = apt_names(apt, IMAGE_PREFIX, diags, &names);
	for (char **name = names; r == 0 && name && *name; name++)
		if (is_image_of(*name, flavour))
			r = strv_append(&images, *name);
	if (r < 0 || !images)
		return r < 0 ? r : -ENOENT;
	return keep_with_source(apt, images, diags, ret);
}

int fetch_list(const char *flavour, struct progress *progress, struct diag_list *diags, char ***ret)
{
	_cleanup_tree_ char *scratch = NULL;
	_cleanup_free_ char *cache = NULL;
	_cleanup_strv_ char **list = NULL;
	int r;

	r = cache_folder(diags, &cache);
	r = r ?: string_format(&scratch, "%s/.list-%d", cache, getpid());
	r = r ?: folder_make(scratch, 0755);
	if (r < 0)
		return r;
	for (int private_lists = 0; private_lists < 2 && !list; private_lists++) {
		_cleanup_apt_ struct apt apt = {0};

		r = apt_open(private_lists, scratch, progress, diags, &apt);
		r = r ?: list_served(&apt, flavour, diags, &list);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	if (!list)
		return diag_error(diags, KM301, -ENOENT,
				  "no kernel of flavour '%s' is served together with its source",
				  flavour);
	*ret = TAKE_PTR(list);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/fileio.h"
#include "../lib/module.h"
#include "../lib/strv.h"
#include "../lib/text.h"
#include "base/files.h"
#include "json.h"
#include "link/sign.h"
#include "../lib/signature.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen sign --sign-key=KEY [OPTION...] NAME.ko|FOLDER...\n\n"
	      "Signs patch modules, or all of a patch's folder, as the kernel's own modules are. Each\n"
	      "file is replaced at once, and only when all of them can be signed.\n\n"
	      "      --sign-key=KEY    the private key: a PEM file or a pkcs11: URI\n"
	      "      --sign-cert=FILE  its certificate (default: in the key's file)\n"
	      "      --sign-hash=NAME  sha224, sha256 (default), sha384, sha512\n"
	      "      --replace         also those that are signed already\n"
	      "      --json            print one JSON array\n"
	      "  -h, --help            print this\n\n"
	      "A pass phrase or PIN is taken from $KBUILD_SIGN_PIN.\n",
	      f);
}

struct arguments {
	struct sign_options sign;
	bool replace, json, help;
};

/* A module that is to be replaced by its signed self. */
struct file {
	char *path, *data;
	size_t size;
	mode_t mode;
};

struct files {
	struct file *items;
	size_t n;
};

static void files_done(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->items[i].path);
		free(files->items[i].data);
	}
	free(files->items);
}

DEFINE_CLEANUP(DIR *, closedir)

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The modules in a patch's folder, by name. */
static int list_folder(const char *path, char ***list)
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	_cleanup_strv_ char **found = NULL;
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (errno = 0, entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);
		_cleanup_free_ char *full = NULL;

		if (n < 4 || *entry->d_name == '.' || strcmp(entry->d_name + n - 3, ".ko") != 0)
			continue;
		full = path_join(path, entry->d_name);
		r = full ? strv_append(&found, full) : -ENOMEM;
	}
	if (r == 0)
		r = -errno;
	if (found)
		qsort(found, strv_length(found), sizeof(*found), compare_names);
	for (char **name = found; r == 0 && name && *name; name++)
		r = strv_append(list, *name);
	return r ?: found ? r : -ENOENT;
}

static int list_modules(char *const *arguments, struct diag_list *diags, char ***ret)
{
	_cleanup_strv_ char **list = NULL;

	for (; *arguments; arguments++) {
		struct stat st;
		int r;

		if (stat(*arguments, &st) == 0 && S_ISDIR(st.st_mode))
			r = list_folder(*arguments, &list);
		else
			r = strv_append(&list, *arguments);
		if (r == -ENOENT)
			return diag_error(diags, KM102, r, "%s: no module is in it", *arguments);
		if (r < 0)
			return diag_error(diags, KM102, r, "%s: %s", *arguments, strerror(-r));
	}
	*ret = TAKE_PTR(list);
	return 0;
}

/* Only what is a patch: the key is not for whatever lies in a folder. */
static int read_module(const char *path, struct diag_list *diags, char **ret, size_t *ret_size,
		       mode_t *ret_mode)
{
	_cleanup_patch_module_ struct patch_module *module = NULL;
	struct stat st;
	int r;

	r = file_read(path, PATCH_MODULE_MAX, ret, ret_size);
	if (r == 0 && stat(path, &st) < 0)
		r = -errno;
	if (r < 0)
		return diag_error(diags, KM102, r, "%s: %s", path, strerror(-r));
	*ret_mode = st.st_mode & 0777;
	return patch_module_parse(*ret, *ret_size, path, diags, &module);
}

static int sign_one(const char *path, const struct arguments *arguments, struct signer *signer,
		    struct diag_list *diags, struct file *ret)
{
	_cleanup_free_ char *data = NULL;
	struct file file = {0};
	size_t size;
	int r;

	r = read_module(path, diags, &data, &size, &file.mode);
	r = r     ?:
		    signer_sign(signer, path, data, size, arguments->replace, diags, &file.data,
				&file.size);
	if (r < 0)
		return r;
	file.path = strdup(path);
	if (!file.path) {
		free(file.data);
		return -ENOMEM;
	}
	*ret = file;
	return 0;
}

static int sign_all(char *const *paths, const struct arguments *arguments, struct diag_list *diags,
		    struct files *ret)
{
	_cleanup_signer_ struct signer *signer = NULL;
	_cleanup_strv_ char **list = NULL;
	int r, result = 0;

	r = list_modules(paths, diags, &list);
	r = r ?: signer_open(&arguments->sign, diags, &signer);
	if (r < 0)
		return r;
	ret->items = calloc(strv_length(list) + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (char **path = list; *path; path++) {
		r = sign_one(*path, arguments, signer, diags, &ret->items[ret->n]);
		if (r < 0)
			result = r;
		else
			ret->n++;
	}
	return result;
}

static int write_all(const struct files *files, struct diag_list *diags)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct file *file = &files->items[i];
		int r = file_write_atomic(file->path, file->data, file->size, file->mode);

		if (r < 0)
			return diag_error(diags, KM103, r, "%s: %s", file->path, strerror(-r));
	}
	return 0;
}

static struct json_object *file_to_json(const struct file *file)
{
	_cleanup_(signature_done) struct signature signature = {0};
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "file", json_object_new_string(file->path));
	json_object_object_add(o, "bytes", json_object_new_int64(file->size));
	if (signature_read(file->data, file->size, file->path, NULL, &signature) == 0)
		json_object_object_add(o, "signature", signature_to_json(&signature));
	return o;
}

static void print_json(const struct files *files, const struct diag_list *diags)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();

	for (size_t i = 0; i < files->n; i++)
		json_object_array_add(list, file_to_json(&files->items[i]));
	json_object_object_add(o, "signed", list);
	json_object_object_add(o, "diagnostics", diag_list_to_json(diags));
	json_print(o);
}

static void print_text(const struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct file *file = &files->items[i];
		_cleanup_(signature_done) struct signature signature = {0};

		if (signature_read(file->data, file->size, file->path, NULL, &signature) == 0)
			printf("%s: signed by %s, %s\n", file->path, signature.issuer,
			       signature.hash);
	}
}

enum { ARG_KEY = 256, ARG_CERT, ARG_HASH, ARG_REPLACE, ARG_JSON };

static int parse(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{"sign-key", required_argument, NULL, ARG_KEY},
		{"sign-cert", required_argument, NULL, ARG_CERT},
		{"sign-hash", required_argument, NULL, ARG_HASH},
		{"replace", no_argument, NULL, ARG_REPLACE},
		{"json", no_argument, NULL, ARG_JSON},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
		if (c == ARG_KEY)
			arguments->sign.key = optarg;
		else if (c == ARG_CERT)
			arguments->sign.certificate = optarg;
		else if (c == ARG_HASH)
			arguments->sign.hash = optarg;
		else if (c == ARG_REPLACE)
			arguments->replace = true;
		else if (c == ARG_JSON)
			arguments->json = true;
		else if (c == 'h')
			arguments->help = true;
		else
			return option_error("sign", argv);
	if (arguments->help)
		return 0;
	if (!arguments->sign.key)
		return usage_error("sign", "--sign-key is missing");
	if (optind == argc)
		return usage_error("sign", "a module or a patch's folder is expected");
	return 0;
}

int verb_sign(int argc, char **argv)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	_cleanup_(files_done) struct files files = {0};
	struct arguments arguments = {0};
	int r;

	r = parse(argc, argv, &arguments);
	if (r != 0)
		return r;
	if (arguments.help) {
		usage(stdout);
		return EXIT_PATCHGEN_DONE;
	}
	r = sign_all(argv + optind, &arguments, &diags, &files);
	if (r == 0)
		r = write_all(&files, &diags);
	else
		files_done(&files), files = (struct files){0};
	if (r < 0 && diags.n == 0)
		diag_error(&diags, KM104, r, "%s", strerror(-r));
	if (arguments.json)
		print_json(&files, &diags);
	else if (r == 0)
		print_text(&files);
	diag_list_print(stderr, &diags, colours_wanted(stderr));
	return r < 0 ? EXIT_PATCHGEN_ERROR : EXIT_PATCHGEN_DONE;
}

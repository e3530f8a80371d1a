// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "../lib/text.h"
#include "build.h"
#include "compile/cache.h"
#include "base/files.h"
#include "json.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen cache [OPTION...] [show|prune|clean]\n\n"
	      "What builds keep for later ones: compiled originals, and what each kernel is compiled\n"
	      "with. Fetched kernels are not touched.\n\n"
	      "  show    how much there is (default)\n"
	      "  prune   remove compiled originals, oldest use first, until the limit is kept;\n"
	      "          builds do that themselves\n"
	      "  clean   remove all of it that no build uses at the moment\n\n"
	      "      --json  print one JSON object\n"
	      "  -h, --help  print this\n\n"
	      "The limit is $KMEND_CACHE_LIMIT (as 500M or 10G, 4G by default, 0: nothing is kept).\n",
	      f);
}

DEFINE_CLEANUP(DIR *, closedir)

/* Folders of kernels: the fetched ones, and those of kernels that were given by paths. */
static int list_works(struct diag_list *diags, char ***ret)
{
	static const char *const names[] = {"kernels", "work"};
	_cleanup_free_ char *cache = NULL;
	_cleanup_strv_ char **list = NULL;
	int r;

	r = cache_folder(diags, &cache);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *parent = path_join(cache, names[i]);
		_cleanup_(closedirp) DIR *dir = parent ? opendir(parent) : NULL;
		struct dirent *entry;

		while (r == 0 && dir && (entry = readdir(dir))) {
			_cleanup_free_ char *path = path_join(parent, entry->d_name);

			if (*entry->d_name != '.')
				r = path ? strv_append(&list, path) : -ENOMEM;
		}
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(list);
	return 0;
}

static int clean_works(struct diag_list *diags)
{
	_cleanup_strv_ char **works = NULL;
	int r;

	r = list_works(diags, &works);
	for (char **work = works; r == 0 && work && *work; work++) {
		r = prepared_remove(*work);
		if (r == -EAGAIN)
			r = diag_add(diags, KM344, DIAG_NOTE, 0, NULL, "%s", *work);
		else if (r < 0)
			return diag_error(diags, KM103, r, "%s: %s", *work, strerror(-r));
	}
	return r;
}

static void print_usage(const struct cache_usage *usage, bool json, const struct diag_list *diags)
{
	struct json_object *o;

	if (!json) {
		printf("%ju compiled originals, %.1f of at most %.1f MB\n",
		       (uintmax_t)usage->entries, usage->bytes / 1e6, usage->limit / 1e6);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "entries", json_object_new_int64(usage->entries));
	json_object_object_add(o, "bytes", json_object_new_int64(usage->bytes));
	json_object_object_add(o, "limit", json_object_new_int64(usage->limit));
	json_object_object_add(o, "diagnostics", diag_list_to_json(diags));
	json_print(o);
}

static int carry_out(const char *what, bool json, struct diag_list *diags)
{
	_cleanup_cache_ struct cache *cache = NULL;
	struct cache_usage usage = {0};
	int r;

	r = cache_open(diags, &cache);
	if (r == 0)
		r = cache_usage(cache, &usage);
	if (r == 0 && strcmp(what, "prune") == 0)
		r = cache_prune(cache, usage.limit);
	if (strcmp(what, "clean") == 0) {
		scratch_clean(build_scratch_parent(), BUILD_SCRATCH_PREFIX);
		r = r ?: cache_prune(cache, 0);
		r = r ?: clean_works(diags);
	}
	r = r ?: cache_usage(cache, &usage);
	if (r == 0)
		print_usage(&usage, json, diags);
	else if (diags->n == 0)
		diag_error(diags, KM103, r, "the cache: %s", strerror(-r));
	return r;
}

int verb_cache(int argc, char **argv)
{
	enum { ARG_JSON = 256 };
	static const struct option options[] = {
		{"json", no_argument, NULL, ARG_JSON}, {"help", no_argument, NULL, 'h'}, {0}};
	static const char *const actions[] = {"show", "prune", "clean"};
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	const char *what = NULL;
	bool json = false;
	int c, r;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
		switch (c) {
		case ARG_JSON:
			json = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_PATCHGEN_DONE;
		default:
			return option_error("cache", argv);
		}
	if (argc - optind > 1)
		return usage_error("cache", "one action is expected");
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (strcmp(argv[optind] ?: "show", actions[i]) == 0)
			what = actions[i];
	if (!what)
		return usage_error("cache", "no action '%s'", argv[optind]);
	r = carry_out(what, json, &diags);
	diag_list_print(stderr, &diags, colours_wanted(stderr));
	return r < 0 ? EXIT_PATCHGEN_ERROR : EXIT_PATCHGEN_DONE;
}

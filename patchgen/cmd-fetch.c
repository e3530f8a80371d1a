// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "../lib/strv.h"
#include "../lib/text.h"
#include "kernel/fetch.h"
#include "kernel/kernel.h"
#include "base/run.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen fetch [OPTION...] RELEASE\n"
	      "       patchgen fetch --list [FLAVOUR]\n\n"
	      "Gets a Debian kernel's image, headers and the source of exactly the same version from\n"
	      "the package mirror into the cache, as an ordinary user. What is there is left alone.\n\n"
	      "  -o, --only PART[,PART...]  image, headers, source (default: all)\n"
	      "  -p, --packages=DIR         take packages that are in this folder, and keep there what is\n"
	      "                             downloaded\n"
	      "  -l, --list                 releases that are served with their source, newest first\n"
	      "                             (default flavour: cloud-amd64)\n"
	      "  -q, --quiet                no progress\n"
	      "  -h, --help                 this text\n\n"
	      "The cache is $KMEND_CACHE, or kmend in $XDG_CACHE_HOME or ~/.cache.\n",
	      f);
}

static int parse_parts(const char *text, unsigned *ret)
{
	static const struct {
		const char *name;
		unsigned flag;
	} parts[] = {{"image", FETCH_IMAGE}, {"headers", FETCH_HEADERS}, {"source", FETCH_SOURCE}};
	unsigned flags = 0;

	while (*text) {
		size_t n = strcspn(text, ","), i;

		for (i = 0; i < ARRAY_SIZE(parts); i++)
			if (strlen(parts[i].name) == n && strncmp(text, parts[i].name, n) == 0)
				break;
		if (i == ARRAY_SIZE(parts))
			return -EINVAL;
		flags |= parts[i].flag;
		text += n + (text[n] == ',');
	}
	*ret = flags;
	return flags ? 0 : -EINVAL;
}

static int list_releases(const char *flavour, struct progress *progress, struct diag_list *diags)
{
	_cleanup_strv_ char **list = NULL;
	int r;

	r = fetch_list(flavour, progress, diags, &list);
	if (r < 0)
		return r;
	for (char **release = list; *release; release++)
		puts(*release);
	return 0;
}

static int fetch_release(const char *release, const struct fetch_options *options,
			 struct progress *progress, struct diag_list *diags)
{
	_cleanup_free_ char *folder = NULL;
	unsigned missing;
	int r;

	r = fetch_kernel(release, options, progress, diags, &missing);
	r = r ?: kernel_folder(release, diags, &folder);
	if (r < 0)
		return r;
	printf("%s: %s in %s\n", release, missing ? "fetched, and now" : "is there already,",
	       folder);
	return 0;
}

int verb_fetch(int argc, char **argv)
{
	static const struct option options[] = {
		{"only", required_argument, NULL, 'o'}, {"packages", required_argument, NULL, 'p'},
		{"list", no_argument, NULL, 'l'},       {"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},       {0}};
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	bool list = false, quiet = false;
	struct fetch_options wanted = {.parts = FETCH_ALL};
	struct progress progress;
	int c, r;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "o:p:lqh", options, NULL)) >= 0)
		switch (c) {
		case 'o':
			if (parse_parts(optarg, &wanted.parts) < 0)
				return usage_error("fetch", "--only takes image, headers, source");
			break;
		case 'p':
			wanted.packages = optarg;
			break;
		case 'l':
			list = true;
			break;
		case 'q':
			quiet = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_PATCHGEN_DONE;
		default:
			return option_error("fetch", argv);
		}
	if (argc - optind > 1 || (!list && argc - optind != 1))
		return usage_error("fetch", "one kernel release is expected");
	run_catch_signals();
	progress_init(&progress, quiet);
	if (list)
		r = list_releases(argv[optind] ?: "cloud-amd64", &progress, &diags);
	else
		r = fetch_release(argv[optind], &wanted, &progress, &diags);
	diag_list_print(stderr, &diags, colours_wanted(stderr));
	return r < 0 ? EXIT_PATCHGEN_ERROR : EXIT_PATCHGEN_DONE;
}

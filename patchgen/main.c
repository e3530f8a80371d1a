// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "verbs.h"

static const struct verb {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"build", "make a patch module out of a source fix", verb_build},
	{"fetch", "get a kernel's image, headers and source into the cache", verb_fetch},
	{"cache", "show or clear what builds keep for later ones", verb_cache},
	{"diff", "compare two objects and write what has to go into a patch module", verb_diff},
	{"sign", "sign patch modules with a key or a token", verb_sign},
	{"inspect", "show what a patch module does", verb_inspect},
	{"symbols", "list the symbols of a kernel's image, as System.map does", verb_symbols},
	{"explain", "say what a diagnostic code means and what to do", verb_explain},
};

static void usage(FILE *f)
{
	fputs("Usage: patchgen COMMAND [OPTION...]\n\nMakes patch modules for running kernels.\n\n"
	      "Commands:\n",
	      f);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(f, "  %-8s  %s\n", verbs[i].name, verbs[i].summary);
	fputs("\n'patchgen COMMAND --help' tells about one command.\n"
	      "Exit status: 0 done, 1 error, 2 refused, 3 no change.\n",
	      f);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return usage_error("", "a command is missing");
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(stdout);
		return EXIT_PATCHGEN_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_STRING);
		return EXIT_PATCHGEN_DONE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return usage_error("", "no command '%s'", argv[1]);
}

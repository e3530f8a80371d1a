// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../lib/diag.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen explain [CODE...]\n\n"
	      "Says what diagnostic codes, as KM120, mean and what to do; without any, lists all.\n\n"
	      "  -h, --help  print this\n",
	      f);
}

static void explain(enum diag_code code)
{
	printf("%s: %s\n  %s\n", diag_code_name(code), diag_code_text(code), diag_code_hint(code));
}

int verb_explain(int argc, char **argv)
{
	int result = EXIT_PATCHGEN_DONE;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage(stdout);
		return EXIT_PATCHGEN_DONE;
	}
	for (int code = 0; argc == 1 && code < _DIAG_CODE_MAX; code++)
		explain(code);
	for (int i = 1; i < argc; i++) {
		enum diag_code code = diag_code_from_name(argv[i]);

		if ((int)code >= 0) {
			explain(code);
			continue;
		}
		result = usage_error("explain", "there is no code '%s'", argv[i]);
	}
	return result;
}

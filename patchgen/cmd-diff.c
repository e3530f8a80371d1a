// SPDX-License-Identifier: GPL-2.0
#include "diff.h"
#include "verbs.h"

int verb_diff(int argc, char **argv)
{
	fputs("patchgen: diff is not available in this build\n", stderr);
	return EXIT_PATCHGEN_ERROR;
}

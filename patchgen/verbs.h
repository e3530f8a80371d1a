/* SPDX-License-Identifier: GPL-2.0 */
/* patchgen's commands: cmd-NAME.c has verb_NAME(). */
#ifndef PATCHGEN_VERBS_H
#define PATCHGEN_VERBS_H

#include "../lib/cleanup.h"

enum {
	EXIT_PATCHGEN_DONE = 0, /* or accepted */
	EXIT_PATCHGEN_ERROR = 1,
	EXIT_PATCHGEN_REFUSED = 2,
	EXIT_PATCHGEN_NO_CHANGE = 3,
};

/* argv[0] is the command's name. Each returns the program's exit status. */
int verb_build(int argc, char **argv);
int verb_diff(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_fetch(int argc, char **argv);
int verb_inspect(int argc, char **argv);

#endif

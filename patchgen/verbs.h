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
int verb_cache(int argc, char **argv);
int verb_diff(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_fetch(int argc, char **argv);
int verb_symbols(int argc, char **argv);
int verb_inspect(int argc, char **argv);
int verb_sign(int argc, char **argv);

/*
 * Say what is wrong with the command line (KM101). A verb sets opterr to 0 and calls the second
 * when getopt_long() returns '?'. Both return EXIT_PATCHGEN_ERROR.
 */
int usage_error(const char *verb, const char *format, ...) _printf_(2, 3);
int option_error(const char *verb, char *const *argv);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs: compilers, make, package tools. */
#ifndef PATCHGEN_RUN_H
#define PATCHGEN_RUN_H

#include <stdbool.h>

#include "../lib/cleanup.h"

struct run {
	const char *const *argv; /* NULL-terminated; looked up in PATH */
	const char *folder; /* working directory; NULL: the current one */
	const char *input; /* file for its standard input; NULL: empty */
	const char *output; /* file for its standard output; NULL: captured */
	void (*tick)(void *userdata); /* called several times a second while it runs; may be NULL */
	void *userdata;
};

/*
 * Run it and wait. Its standard error, and its standard output unless that goes to a file, are
 * captured as text (the last 256 KiB, terminated) in *ret_text, which may be NULL. The message
 * locale is C. Returns its exit status (128 + N for signal N), or negative errno: -ENOENT for a
 * program that is not there, -EINTR once run_interrupted().
 */
int run_program(const struct run *run, char **ret_text);

/* SIGINT, SIGTERM and SIGHUP from now on end the running program and make run_program() fail. */
void run_catch_signals(void);
bool run_interrupted(void);

/* Milliseconds of a clock that only goes forward. */
long run_clock_ms(void);

#endif

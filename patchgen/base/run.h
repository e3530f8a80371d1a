/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs: compilers, make, package tools. */
#ifndef PATCHGEN_RUN_H
#define PATCHGEN_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "../../lib/cleanup.h"

struct run {
	const char *const *argv; /* NULL-terminated; looked up in PATH */
	/* Instead of argv: called in a process of its own, which it ends with what it returns. */
	int (*call)(void *userdata);
	const char *folder; /* working directory; NULL: the current one */
	const char *input; /* file for its standard input; NULL: empty */
	const char *output; /* file for its standard output; NULL: captured */
	void (*tick)(void *userdata); /* called several times a second while it runs; may be NULL */
	void *userdata; /* of call and tick */
};

/* How one of several programs ended: its exit status as of run_program(), and what it said. */
struct run_result {
	int status;
	char *text;
};

/*
 * Run it and wait. Its standard error, and its standard output unless that goes to a file, are
 * captured as text (the last 256 KiB, terminated) in *ret_text, which may be NULL. The message
 * locale is C. Returns its exit status (128 + N for signal N), or negative errno: -ENOENT for a
 * program that is not there, -EINTR once run_interrupted().
 */
int run_program(const struct run *run, char **ret_text);

/*
 * The same for several, at most so many at a time, in the order given. done, which may be NULL, is
 * told how many have ended each time one has, and several times a second. The results are in the
 * order of the programs and the caller's to end. Returns 0 when all were run, whatever their
 * status, or a negative errno: -EINTR once run_interrupted(), when nothing runs any more.
 */
int run_programs(const struct run *runs, size_t n, unsigned jobs,
		 void (*done)(void *userdata, size_t n_done), void *userdata,
		 struct run_result *results);
void run_results_done(struct run_result *results, size_t n);

/* How many CPUs this process may use. */
unsigned run_cpus(void);

/* SIGINT, SIGTERM and SIGHUP from now on end the running program and make run_program() fail. */
void run_catch_signals(void);
bool run_interrupted(void);

/* Milliseconds of a clock that only goes forward. */
long run_clock_ms(void);

#endif

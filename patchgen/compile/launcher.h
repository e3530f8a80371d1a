/* SPDX-License-Identifier: GPL-2.0 */
/* The program that starts the compiler for us: ccache, distcc, or one of a build farm's own. */
#ifndef PATCHGEN_LAUNCHER_H
#define PATCHGEN_LAUNCHER_H

#include "../../lib/diag.h"

struct launcher {
	char *words; /* with a blank at the end: "ccache "; empty where there is none */
	char *name; /* the first word's last part, as it calls itself in messages */
	unsigned n_messages;
	char *message; /* the first one */
};

/*
 * option is what the command line says, or NULL: then $KMEND_LAUNCHER, or the words before the
 * compiler in $CC, as builds of the kernel take them (CC="ccache gcc"). "none" is none. KM340 for
 * one that cannot be run.
 */
int launcher_open(const char *option, struct diag_list *diags, struct launcher *ret);
void launcher_done(struct launcher *launcher);

/* A program's output, in which it may say that it did something else than it was started for. */
void launcher_hear(struct launcher *launcher, const char *text);

/* What it said, as one note (KM341). */
void launcher_tell(const struct launcher *launcher, struct diag_list *diags);

#endif

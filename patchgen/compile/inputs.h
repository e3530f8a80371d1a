/* SPDX-License-Identifier: GPL-2.0 */
/* All that an object of the kernel is compiled from, as digests. */
#ifndef PATCHGEN_INPUTS_H
#define PATCHGEN_INPUTS_H

#include "../../lib/digest.h"
#include "../kernel/kernel.h"
#include "prepared.h"

struct inputs;

/* flags are those that are added to kbuild's own. prepared stays the caller's. */
int inputs_open(const struct prepared *prepared, const char *flags, struct inputs **ret);
void inputs_free(struct inputs *inputs);

/*
 * What is known before a file is compiled: the compiler, the configuration and generated headers,
 * the Makefiles that its command comes from. What it includes is found out by compiling it.
 */
int inputs_key(const struct inputs *inputs, const char *source, char ret[DIGEST_TEXT]);

/*
 * One file that was read, absolute or relative to the compile folder; each is read once only.
 * -ENOENT for one that the compilation itself makes.
 */
int inputs_digest(struct inputs *inputs, const char *path, char ret[DIGEST_TEXT]);

DEFINE_CLEANUP(struct inputs *, inputs_free)
#define _cleanup_inputs_ _cleanup_(inputs_freep)

#endif

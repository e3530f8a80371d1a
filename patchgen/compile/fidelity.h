/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a build begins with what the kernel was built from: told before anything is compiled. */
#ifndef PATCHGEN_FIDELITY_H
#define PATCHGEN_FIDELITY_H

#include "../kernel/image.h"
#include "tree.h"

/*
 * The source's version is that of the image. Returns 0, or -EINVAL with KM332. severity is
 * DIAG_REFUSAL, or less, and then 0 is returned in any case.
 */
int fidelity_check_source(const struct kernel *kernel, const struct image *image,
			  enum diag_severity severity, struct diag_list *diags);

/*
 * The compiler is the kernel's, but for the distribution's revision of its package, about which
 * the comparison with the shipped code decides. KM331; otherwise the same.
 */
int fidelity_check_compiler(const struct tree *tree, enum diag_severity severity,
			    struct diag_list *diags);

/* "gcc (Debian 12.2.0-14) 12.2.0" and "gcc-12 (GCC) 12.2.0": the same kind and version. */
bool fidelity_same_compiler(const char *a, const char *b);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* What a patch is built from, and the manifest that says so. */
#ifndef PATCHGEN_BUILD_INPUT_H
#define PATCHGEN_BUILD_INPUT_H

#include "build.h"

/* The manifest and its patches, or one patch and a manifest made for it. */
int build_read_input(struct build *build);

/* Add what kernel the patch is for and what it was built with, and write the text. */
int build_complete_manifest(struct build *build);

#endif

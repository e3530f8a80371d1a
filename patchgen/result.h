/* SPDX-License-Identifier: GPL-2.0 */
/* The folder that a build is for. */
#ifndef PATCHGEN_RESULT_H
#define PATCHGEN_RESULT_H

#include "build.h"

/* In the output folder while a result is made there, so that one rename completes it. */
#define STAGING_PREFIX ".patchgen-"

/*
 * Write the module and its manifest, on the disk before they get their name: the folder NAME
 * appears with all its files, or the one that was there stays. KM103.
 */
int result_write(struct build *build);

#endif

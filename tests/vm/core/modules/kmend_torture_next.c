// SPDX-License-Identifier: GPL-2.0
/* What kmend_torture changes, in the version after it. */
#define VERSION    3
#define PATCH_NAME "torture_next"
#include "kmend_torture.c"

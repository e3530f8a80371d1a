/* SPDX-License-Identifier: GPL-2.0 */
/* What the daemon's short-lived processes have in common. */
#ifndef KMENDD_CHILD_H
#define KMENDD_CHILD_H

#include <sys/types.h>

/*
 * In a forked child: go when the daemon goes, leave its signals to it, and keep nothing open but
 * the standard streams and these two descriptors (which may be one). Returns 0 or a negative errno.
 */
int child_prepare(pid_t daemon, int a, int b);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places at which a test can make the daemon die, in builds with --enable-debug-hooks only. The
 * file STATE/crash-at names one of the steps below; it is removed before the daemon kills itself,
 * so that the next start lives.
 *
 *   guard-written, module-loaded, enabled-written, live, generation-written, guard-removed
 */
#ifndef KMENDD_HOOK_H
#define KMENDD_HOOK_H

#include <sys/types.h>

#ifdef KMEND_DEBUG_HOOKS
/* daemon: the process to kill; 0 for this one. */
void hook(const char *state, const char *step, pid_t daemon);
#else
static inline void hook(const char *state, const char *step, pid_t daemon)
{
}
#endif

#endif

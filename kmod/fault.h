/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A switch for tests: let one fallible step of what is asked for next fail. Only a core that is
 * built with KMEND_FAULTS=1 has it, with two parameters:
 *   fault_at     which step fails, counted from when this was written; 0: none
 *   fault_steps  how many there have been since then
 *   fault_fatal  1: those steps fail after which only a reboot helps; they are not counted
 */
#ifndef KMEND_FAULT_H
#define KMEND_FAULT_H

#ifdef KMEND_FAULTS
#include <linux/types.h>

/* Is this the step that is to fail? */
bool fault_is_due(const char *step);

/* Is every fatal one to fail? */
bool fault_is_fatal(const char *step);

#define FALLIBLE(failure, step) (fault_is_due(#step) ? (failure) : (step))
#define FATAL(failure, step)    (fault_is_fatal(#step) ? (failure) : (step))
#else
/* What the step gives, or, where it is to fail, what it would give then, without having been made. */
#define FALLIBLE(failure, step) (step)
#define FATAL(failure, step)    (step)
#endif

#endif

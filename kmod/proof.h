/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is a redirect in effect? Followed instruction by instruction, as a caller of the function would:
 * the call at its entry, the trampoline that this goes to, and what that calls.
 */
#ifndef KMEND_PROOF_H
#define KMEND_PROOF_H

#include <linux/types.h>

struct ftrace_ops;

/* Texts in proof.c. */
enum proof {
	PROOF_LIVE,
	PROOF_NO_OPS, /* ftrace does not have the op, or not for this function */
	PROOF_NO_CALL, /* but the NOP */
	PROOF_NO_INSTRUCTION, /* neither a call nor the NOP */
	PROOF_NO_REGISTERS, /* ftrace passes over ops that need them */
	PROOF_OTHER_CALL,
	PROOF_OTHER_CALLBACK, /* the trampoline calls something else */
	PROOF_NO_RECORD, /* ftrace means another thing than what it has written */
	PROOF_NO_VERSION, /* the core lets callers go on to the old function */
	_PROOF_MAX,
};

/* What is wrong with it, in words. */
const char *proof_text(enum proof proof);

/* Does calling the function of this ftrace location reach the op's function? Needs text_mutex. */
enum proof proof_of_call(unsigned long ip, const struct ftrace_ops *ops);

#endif

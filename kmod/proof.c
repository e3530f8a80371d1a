// SPDX-License-Identifier: GPL-2.0
#include "proof.h"

#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>

#include "arch.h"
#include "symbols.h"

static const char *const texts[_PROOF_MAX] = {
	[PROOF_LIVE] = "it is live",
	[PROOF_NO_OPS] = "its ftrace op is not registered",
	[PROOF_NO_CALL] = "there is no call at its entry",
	[PROOF_NO_INSTRUCTION] = "there is other code at its entry",
	[PROOF_NO_REGISTERS] = "ftrace calls without registers",
	[PROOF_OTHER_CALL] = "the call at its entry goes elsewhere",
	[PROOF_OTHER_CALLBACK] = "ftrace's trampoline calls something else",
	[PROOF_NO_RECORD] = "ftrace's own record says something else",
	[PROOF_NO_VERSION] = "the core sends its callers to no patch",
};

const char *proof_text(enum proof proof)
{
	return texts[proof];
}

static bool is_in_list(const struct ftrace_ops *wanted)
{
	const struct ftrace_ops *ops;

	for (ops = READ_ONCE(*kernel.ftrace_ops_list); ops; ops = rcu_dereference_raw(ops->next))
		if (ops == wanted)
			return true;
	return false;
}

static bool has_function(const struct ftrace_ops *ops, unsigned long ip)
{
	struct ftrace_hash *hash = rcu_dereference_raw(ops->func_hash->filter_hash);

	return hash && kernel.ftrace_lookup_ip(hash, ip);
}

static bool is_registered(unsigned long ip, const struct ftrace_ops *ops)
{
	bool is_there;

	/* Ops and their hashes stay for as long as preemption is disabled. */
	preempt_disable();
	is_there = (READ_ONCE(ops->flags) & FTRACE_OPS_FL_ENABLED) && is_in_list(ops) &&
		   has_function(ops, ip);
	preempt_enable();
	return is_there;
}

/*
 * The trampoline that ops share calls either ftrace's own function, which goes through the list of
 * ops, or, where there is but one op, that one's.
 */
static bool shared_reaches(const struct ftrace_ops *ops)
{
	unsigned long callback = arch_regs_trampoline_calls();

	if (callback == (unsigned long)kernel.ftrace_list_func)
		return true;
	return callback == (unsigned long)ops->func && READ_ONCE(*kernel.function_trace_op) == ops;
}

enum proof proof_of_call(unsigned long ip, const struct ftrace_ops *ops)
{
	unsigned long target = 0;

	if (!is_registered(ip, ops))
		return PROOF_NO_OPS;
	switch (arch_read_entry(ip, &target)) {
	case ARCH_ENTRY_NOP:
		return PROOF_NO_CALL;
	case ARCH_ENTRY_OTHER:
		return PROOF_NO_INSTRUCTION;
	case ARCH_ENTRY_CALL:
		break;
	}
	if (ops->trampoline && target == ops->trampoline)
		return arch_trampoline_reaches(ops) ? PROOF_LIVE : PROOF_OTHER_CALLBACK;
	if (target == arch_regs_trampoline())
		return shared_reaches(ops) ? PROOF_LIVE : PROOF_OTHER_CALLBACK;
	return target == arch_args_trampoline() ? PROOF_NO_REGISTERS : PROOF_OTHER_CALL;
}

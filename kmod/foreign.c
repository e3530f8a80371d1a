// SPDX-License-Identifier: GPL-2.0
#include "foreign.h"

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/string.h>

#include "compat.h"
#include "fault.h"
#include "symbols.h"

static const struct klp_patch *klp_owner(unsigned long old_addr)
{
	struct klp_patch *patch;
	struct klp_object *object;
	struct klp_func *func;

	list_for_each_entry(patch, kernel.klp_patches, list)
		list_for_each_entry(object, &patch->obj_list, node)
			list_for_each_entry(func, &object->func_list, node)
				if (func->patched && (unsigned long)func->old_func == old_addr)
					return patch;
	return NULL;
}

/* Of the kprobes at a function's entry, the one that may change where it goes on. */
static const struct kprobe *probe_owner(unsigned long ip)
{
	const struct kprobe *probe = kernel.get_kprobe((void *)ip), *one;

	if (!probe)
		return NULL;
	/* Where there are several, the first stands for all of them. */
	list_for_each_entry_rcu(one, &probe->list, list)
		if (one->post_handler)
			return one;
	return probe->post_handler ? probe : NULL;
}

/* Two of those cannot be at one function; FTRACE_OPS_FL_DIRECT where it does not know of others. */
static bool is_exclusive(const struct ftrace_ops *ops)
{
	if (within_module((unsigned long)ops->func, THIS_MODULE))
		return false;
	return (ops->flags & FTRACE_OPS_FL_IPMODIFY) || ops_is_unshared_direct(ops);
}

static bool has_function(const struct ftrace_ops *ops, unsigned long ip)
{
	struct ftrace_hash *hash = rcu_dereference_raw(ops->func_hash->filter_hash);

	return hash && kernel.ftrace_lookup_ip(hash, ip);
}

/* The op in the way, or NULL. Ops stay for as long as preemption is disabled. */
static const struct ftrace_ops *exclusive_ops(unsigned long ip)
{
	const struct ftrace_ops *ops;

	for (ops = READ_ONCE(*kernel.ftrace_ops_list); ops; ops = rcu_dereference_raw(ops->next))
		if (!(ops->flags & FTRACE_OPS_FL_STUB) && is_exclusive(ops) &&
		    has_function(ops, ip))
			return ops;
	return NULL;
}

static void describe_probe(unsigned long ip, char ret[FOREIGN_OWNER_LEN])
{
	const struct kprobe *probe = probe_owner(ip);

	if (probe)
		snprintf(ret, FOREIGN_OWNER_LEN, "a kprobe with a post_handler, %ps",
			 probe->post_handler);
	else
		strscpy(ret, "a kprobe", FOREIGN_OWNER_LEN);
}

static void describe_direct(unsigned long ip, char ret[FOREIGN_OWNER_LEN])
{
	unsigned long direct = kernel.ftrace_find_rec_direct ? kernel.ftrace_find_rec_direct(ip) :
							       0;

	snprintf(ret, FOREIGN_OWNER_LEN, "a BPF trampoline or direct call, %ps", (void *)direct);
}

static void describe_livepatch(unsigned long old_addr, char ret[FOREIGN_OWNER_LEN])
{
	const struct klp_patch *patch;

	strscpy(ret, "an in-tree livepatch", FOREIGN_OWNER_LEN);
	/* Not worth waiting for: this is for a message. */
	if (!FALLIBLE(false, mutex_trylock(kernel.klp_mutex)))
		return;
	patch = klp_owner(old_addr);
	if (patch)
		snprintf(ret, FOREIGN_OWNER_LEN, "in-tree livepatch %s", patch->mod->name);
	mutex_unlock(kernel.klp_mutex);
}

bool foreign_owner(unsigned long old_addr, unsigned long ip, char ret[FOREIGN_OWNER_LEN])
{
	const struct ftrace_ops *ops;
	bool is_livepatch = false;

	preempt_disable();
	ops = exclusive_ops(ip);
	if (ops && ops->func == kernel.klp_ftrace_handler)
		is_livepatch = true;
	else if (ops && ops->func == kernel.kprobe_ftrace_handler)
		describe_probe(ip, ret);
	else if (ops && (ops->flags & FTRACE_OPS_FL_DIRECT))
		describe_direct(ip, ret);
	else if (ops)
		snprintf(ret, FOREIGN_OWNER_LEN, "the ftrace handler %ps", ops->func);
	preempt_enable();
	if (is_livepatch)
		describe_livepatch(old_addr, ret);
	return ops != NULL;
}

void foreign_describe(unsigned long callback, unsigned long flags, char ret[FOREIGN_OWNER_LEN])
{
	if ((const void *)callback == kernel.klp_ftrace_handler)
		strscpy(ret, "an in-tree livepatch", FOREIGN_OWNER_LEN);
	else if ((const void *)callback == kernel.kprobe_ftrace_handler)
		strscpy(ret, "a kprobe with a post_handler", FOREIGN_OWNER_LEN);
	else if (flags & FTRACE_OPS_FL_DIRECT)
		strscpy(ret, "a BPF trampoline or direct call", FOREIGN_OWNER_LEN);
	else
		snprintf(ret, FOREIGN_OWNER_LEN, "the ftrace handler %ps", (void *)callback);
}

bool foreign_suspend(void)
{
	if (!FALLIBLE(false, mutex_trylock(kernel.klp_mutex)))
		return false;
	if (!READ_ONCE(*kernel.klp_transition_patch))
		return true;
	mutex_unlock(kernel.klp_mutex);
	return false;
}

void foreign_resume(void)
{
	mutex_unlock(kernel.klp_mutex);
}

// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "rival.h"

#include <linux/ftrace.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "symbols.h"

/* Tracers change several things one after the other; one look at the end is enough. */
#define SETTLE_MS 50

static void (*on_change)(void);
static void (*on_rival)(const struct rival *rival);

static struct rival_ips __rcu *wanted;

/* The one to be told of; while it is taken, others that come are not kept. */
static struct rival noticed;
static atomic_t is_noticed = ATOMIC_INIT(0); /* 0: free; 1: being filled in; 2: to be told */

static void tell_change(struct work_struct *work)
{
	on_change();
}
static DECLARE_DELAYED_WORK(change_work, tell_change);

static void tell_rival(struct work_struct *work)
{
	struct rival rival;

	if (atomic_read_acquire(&is_noticed) != 2)
		return;
	rival = noticed;
	atomic_set_release(&is_noticed, 0);
	on_rival(&rival);
}
static DECLARE_WORK(rival_work, tell_rival);

/* Probes may hit in a breakpoint, where workqueues must not be asked for anything. */
static void queue_change(struct irq_work *work)
{
	mod_delayed_work(system_wq, &change_work, msecs_to_jiffies(SETTLE_MS));
}
static struct irq_work change_irq_work = IRQ_WORK_INIT(queue_change);

static void queue_rival(struct irq_work *work)
{
	schedule_work(&rival_work);
}
static struct irq_work rival_irq_work = IRQ_WORK_INIT(queue_rival);

/* All changes of code that somebody's coming, going or other choice of functions makes. */
static int code_changes(struct kprobe *probe, struct pt_regs *regs)
{
	irq_work_queue(&change_irq_work);
	return 0;
}

static struct kprobe change_probe = {
	.symbol_name = "ftrace_modify_all_code",
	.pre_handler = code_changes,
};

/* The arguments of __ftrace_hash_update_ipmodify(), where ftrace sees to it that there is one owner. */
struct request {
	const struct ftrace_ops *ops;
	struct ftrace_hash *hash; /* the functions that ops is to have */
};

static int request_begins(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct request *request = (struct request *)instance->data;

	request->ops = (const void *)regs_get_kernel_argument(regs, 0);
	request->hash = (void *)regs_get_kernel_argument(regs, 2);
	return 0;
}

/* Which of our functions is among those, or 0. */
static unsigned long which_of_ours(struct ftrace_hash *hash)
{
	const struct rival_ips *ours;
	unsigned long ip = 0;
	unsigned int i;

	rcu_read_lock();
	ours = rcu_dereference(wanted);
	for (i = 0; ours && hash && ip == 0 && i < ours->nr; i++)
		if (kernel.ftrace_lookup_ip(hash, ours->ips[i]))
			ip = ours->ips[i];
	rcu_read_unlock();
	return ip;
}

static int request_ends(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct request *request = (const struct request *)instance->data;
	unsigned long callback, ip;

	if ((int)regs_return_value(regs) != -EBUSY)
		return 0;
	callback = (unsigned long)request->ops->func;
	if (within_module(callback, THIS_MODULE))
		return 0;
	ip = which_of_ours(request->hash);
	if (!ip || atomic_cmpxchg(&is_noticed, 0, 1) != 0)
		return 0;
	noticed.ip = ip;
	noticed.callback = callback;
	noticed.flags = request->ops->flags;
	noticed.pid = current->pid;
	memcpy(noticed.comm, current->comm, sizeof(noticed.comm));
	atomic_set_release(&is_noticed, 2);
	irq_work_queue(&rival_irq_work);
	return 0;
}

static struct kretprobe request_probe = {
	.kp.symbol_name = "__ftrace_hash_update_ipmodify",
	.entry_handler = request_begins,
	.handler = request_ends,
	.data_size = sizeof(struct request),
};

static bool change_is_probed, request_is_probed;

void rivals_watch(void (*changed)(void), void (*came)(const struct rival *rival))
{
	on_change = changed;
	on_rival = came;
	change_is_probed = register_kprobe(&change_probe) == 0;
	request_is_probed = register_kretprobe(&request_probe) == 0;
	if (!change_is_probed)
		pr_info("changes of ftrace are not noticed at once, for %s cannot be probed\n",
			change_probe.symbol_name);
	if (!request_is_probed)
		pr_info("others whom ftrace refuses are not noticed, for %s cannot be probed\n",
			request_probe.kp.symbol_name);
}

void rivals_ignore(void)
{
	if (change_is_probed)
		unregister_kprobe(&change_probe);
	if (request_is_probed)
		unregister_kretprobe(&request_probe);
	irq_work_sync(&change_irq_work);
	irq_work_sync(&rival_irq_work);
	cancel_delayed_work_sync(&change_work);
	cancel_work_sync(&rival_work);
	rivals_want(NULL);
}

void rivals_want(struct rival_ips *ours)
{
	struct rival_ips *old;

	old = rcu_replace_pointer(wanted, ours, true);
	if (old)
		kvfree_rcu(old, rcu);
}

// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "verify.h"

#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "arch.h"
#include "foreign.h"
#include "op.h"
#include "registry.h"
#include "report.h"
#include "rival.h"
#include "symbols.h"
#include "sysfs.h"
#include "trace.h"

static unsigned int verify_interval = 60;
module_param(verify_interval, uint, 0400);
MODULE_PARM_DESC(verify_interval,
		 "Seconds between two proofs of all redirects; 0: never by itself");

static struct verify_view view; /* under kmend_lock */
static bool is_dead_told; /* that ftrace has shut itself down */

static void pass_in_time(struct work_struct *work);
static DECLARE_DELAYED_WORK(pass_work, pass_in_time);

/* Its version is what callers of the function are to get, so its redirect has to be live. */
static bool is_on_top(const struct func *func)
{
	return func->site && func->site->top == func;
}

/* ftrace's own note of a function, or NULL. Needs ftrace_lock. */
static const struct dyn_ftrace *find_record(unsigned long ip)
{
	struct ftrace_rec_iter *iter;

	for (iter = kernel.ftrace_rec_iter_start(); iter;
	     iter = kernel.ftrace_rec_iter_next(iter)) {
		const struct dyn_ftrace *record = kernel.ftrace_rec_iter_record(iter);

		if (record->ip == ip)
			return record;
	}
	return NULL;
}

/* Does ftrace mean to call somebody who has the function for himself, with registers? */
static bool record_is_ours(const struct dyn_ftrace *record)
{
	const unsigned long wanted = FTRACE_FL_ENABLED | FTRACE_FL_REGS_EN | FTRACE_FL_IPMODIFY;

	return (record->flags & wanted) == wanted;
}

static enum proof prove(const struct func *func)
{
	const struct site *site = site_find(func->ip);
	enum proof proof;

	proof = proof_of_call(site->ip, op_ftrace(site->op));
	if (proof == PROOF_LIVE && list_empty(&site->changing) && !site_sends_to(site, func))
		proof = PROOF_NO_VERSION;
	return proof;
}

enum proof verify_func(const struct func *func)
{
	/* On its way to being live, it is not in the stack yet. */
	const struct site *site = site_find(func->ip);
	enum proof proof;

	if (!site || !site_sends_to(site, func))
		return PROOF_NO_VERSION;
	mutex_lock(kernel.text_mutex);
	proof = prove(func);
	mutex_unlock(kernel.text_mutex);
	return proof;
}

__printf(3, 4) static void tell(struct patch *patch, enum report_code code, const char *format, ...)
{
	struct va_format message = {.fmt = format};
	va_list args;

	va_start(args, format);
	message.va = &args;
	scnprintf(view.event, sizeof(view.event), "%s: %s %pV", patch->name, report_code_name(code),
		  &message);
	va_end(args);
	pr_err("%s\n", view.event);
}

/*
 * Somebody wrote the NOP back, and ftrace does not know. It would find out when it changes this
 * call for the next time, and shut itself down, so nobody but us may write there now.
 */
static bool put_call_back(struct site *site)
{
	const struct ftrace_ops *ops = op_ftrace(site->op);
	const struct dyn_ftrace *record;
	bool done = false;

	mutex_lock(kernel.ftrace_lock);
	mutex_lock(kernel.text_mutex);
	record = find_record(site->ip);
	/* What ftrace has called so far is known where it is one of these two. */
	if (record && record_is_ours(record) && !(record->flags & FTRACE_FL_DIRECT_EN) &&
	    proof_of_call(site->ip, ops) == PROOF_NO_CALL) {
		bool is_own = record->flags & FTRACE_FL_TRAMP_EN;

		if (!is_own || ops->trampoline) {
			arch_write_call(site->ip,
					is_own ? ops->trampoline : arch_regs_trampoline());
			done = true;
		}
	}
	mutex_unlock(kernel.text_mutex);
	mutex_unlock(kernel.ftrace_lock);
	return done;
}

/*
 * Somebody unregistered it, as with a pointer that was never his. The whole op comes back at once,
 * without a transition: callers are getting old and new functions mixed until then.
 */
static bool put_op_back(struct op *op)
{
	/* He may not be done yet. */
	mutex_lock(kernel.ftrace_lock);
	mutex_unlock(kernel.ftrace_lock);
	return op_revive(op) == 0;
}

static bool repair(struct func *func, enum proof proof)
{
	bool done = false;

	if (*kernel.ftrace_disabled)
		return false;
	if (proof == PROOF_NO_CALL)
		done = put_call_back(func->site);
	else if (proof == PROOF_NO_OPS)
		done = put_op_back(func->site->op);
	return done && verify_func(func) == PROOF_LIVE;
}

/* What a pass has found of a redirect, against what was known of it. */
static void judge(struct func *func, enum proof proof)
{
	struct site *site = func->site;
	const char *name = func->record->name;

	if (proof == PROOF_LIVE) {
		if (site->is_lost)
			pr_info("%s: the redirect of %s is live again\n", func->patch->name, name);
		site->is_lost = false;
		return;
	}
	if (site->is_lost) {
		/* It has been told, and may have become possible. */
		if (!repair(func, proof))
			return;
		pr_info("%s: the redirect of %s is put back\n", func->patch->name, name);
		view.repaired++;
		site->is_lost = false;
		return;
	}
	view.lost++;
	site->is_lost = !repair(func, proof);
	if (!site->is_lost)
		view.repaired++;
	func->lost_by = proof;
	trace_kmend_lost(func->patch->name, name, !site->is_lost, proof_text(proof));
	tell(func->patch, KM522, "the redirect of %s was lost: %s; it %s", name, proof_text(proof),
	     site->is_lost ? "stays lost" : "is put back");
	sysfs_verify_changed(func->patch);
}

/*
 * See what ftrace means of our functions. It may be something else than what it has written into
 * them, and it would act upon it when it changes them for the next time.
 */
static void read_records(void)
{
	struct ftrace_rec_iter *iter;

	mutex_lock(kernel.ftrace_lock);
	for (iter = kernel.ftrace_rec_iter_start(); iter;
	     iter = kernel.ftrace_rec_iter_next(iter)) {
		const struct dyn_ftrace *record = kernel.ftrace_rec_iter_record(iter);
		struct site *site;

		if (!(record->flags & FTRACE_FL_ENABLED))
			continue;
		site = site_find(record->ip);
		if (site)
			site->is_recorded = record_is_ours(record);
	}
	mutex_unlock(kernel.ftrace_lock);
}

static void check(struct func *func)
{
	enum proof proof;

	/* Held for one at a time, for there may be thousands. */
	mutex_lock(kernel.text_mutex);
	proof = prove(func);
	mutex_unlock(kernel.text_mutex);
	/* It may have been put back since they were read, with another one. */
	if (proof == PROOF_LIVE && !func->site->is_recorded)
		read_records();
	if (proof == PROOF_LIVE && !func->site->is_recorded)
		proof = PROOF_NO_RECORD;
	judge(func, proof);
}

/* Once for good: nothing of it can be undone. */
static void tell_if_dead(struct patch *patch)
{
	if (!*kernel.ftrace_disabled || is_dead_told)
		return;
	is_dead_told = true;
	tell(patch, KM524, "ftrace has shut itself down: it stays as it is until reboot");
	sysfs_verify_changed(patch);
}

static int pass_over(struct patch *patch, void *nr)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++) {
		struct func *func = &patch->funcs[i];

		if (!is_on_top(func))
			continue;
		tell_if_dead(patch);
		check(func);
		*(u64 *)nr += 1;
	}
	return 0;
}

static int forget_record(struct patch *patch, void *data)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++)
		if (patch->funcs[i].site)
			patch->funcs[i].site->is_recorded = false;
	return 0;
}

unsigned int verify_lost(const struct patch *patch)
{
	unsigned int i, nr = 0;

	for (i = 0; i < patch->nr_funcs; i++)
		nr += is_on_top(&patch->funcs[i]) && patch->funcs[i].site->is_lost;
	return nr;
}

static int add_lost(struct patch *patch, void *nr)
{
	*(unsigned int *)nr += verify_lost(patch);
	return 0;
}

static int add_ips(struct patch *patch, void *data)
{
	struct rival_ips *ips = data;
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++)
		if (is_on_top(&patch->funcs[i]))
			ips->ips[ips->nr++] = patch->funcs[i].ip;
	return 0;
}

/* Have others noticed that want what is ours now. Without memory, those of before are looked for. */
static void look_out_for_rivals(unsigned int nr)
{
	struct rival_ips *ips = kvmalloc(struct_size(ips, ips, nr), GFP_KERNEL);

	if (!ips)
		return;
	ips->nr = 0;
	patches_visit(add_ips, ips);
	rivals_want(ips);
}

int verify_patch(struct patch *patch)
{
	u64 nr = 0;

	forget_record(patch, NULL);
	read_records();
	pass_over(patch, &nr);
	return verify_lost(patch) ? -EIO : 0;
}

int verify_all(void)
{
	unsigned int lost = 0;

	view.redirects = 0;
	patches_visit(forget_record, NULL);
	read_records();
	patches_visit(pass_over, &view.redirects);
	patches_visit(add_lost, &lost);
	look_out_for_rivals(view.redirects);
	view.passes++;
	return lost ? -EIO : 0;
}

static void next_pass(void)
{
	if (view.interval)
		mod_delayed_work(system_wq, &pass_work, view.interval * HZ);
	else
		cancel_delayed_work(&pass_work);
}

static void pass_in_time(struct work_struct *work)
{
	mutex_lock(&kmend_lock);
	verify_all();
	next_pass();
	mutex_unlock(&kmend_lock);
}

static void pass_after_change(void)
{
	mutex_lock(&kmend_lock);
	verify_all();
	mutex_unlock(&kmend_lock);
}

static void rival_came(const struct rival *rival)
{
	char who[FOREIGN_OWNER_LEN];
	struct site *site;

	foreign_describe(rival->callback, rival->flags, who);
	mutex_lock(&kmend_lock);
	site = site_find(rival->ip);
	if (site && site->top) {
		view.rivals++;
		tell(site->top->patch, KM523, "%s was refused %s (asked for by %s, pid %d)", who,
		     site->top->record->name, rival->comm, rival->pid);
		sysfs_verify_changed(site->top->patch);
	}
	mutex_unlock(&kmend_lock);
}

int verify_set_interval(unsigned int seconds)
{
	if (seconds > VERIFY_INTERVAL_MAX)
		return -EINVAL;
	mutex_lock(&kmend_lock);
	view.interval = seconds;
	next_pass();
	mutex_unlock(&kmend_lock);
	return 0;
}

void verify_read(struct verify_view *ret)
{
	mutex_lock(&kmend_lock);
	*ret = view;
	mutex_unlock(&kmend_lock);
}

void __init verify_init(void)
{
	rivals_watch(pass_after_change, rival_came);
	verify_set_interval(min_t(unsigned int, verify_interval, VERIFY_INTERVAL_MAX));
}

void verify_exit(void)
{
	rivals_ignore();
	verify_set_interval(0);
	cancel_delayed_work_sync(&pass_work);
}

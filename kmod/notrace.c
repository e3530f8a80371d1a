// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "notrace.h"

#include <linux/ctype.h>
#include <linux/glob.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "fault.h"
#include "registry.h"
#include "report.h"
#include "symbols.h"

static char *parameter = "";

/* The parameter "notrace". The usual macros would take its name for the attribute that it is, too. */
__module_param_call(MODULE_PARAM_PREFIX, notrace, &param_ops_charp, &parameter, 0400, -1, 0);
__MODULE_INFO(parmtype, notrace_type, "notrace:charp");
__MODULE_INFO(parm, notrace_desc, "notrace:Functions that no patch may change: [OBJECT:]GLOB,...");

/*
 * The core's own list, for vmlinux. Most of what is here cannot be traced on most kernels, which
 * ftrace would say as well; but not on all, and not with the reason.
 */
struct group {
	const char *why;
	const char *const *globs; /* up to a NULL */
};

#define GLOBS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct group groups[] = {
	/*
	 * A function is switched when nobody is inside. A task that does not run is in the
	 * scheduler, and kernel threads, idle tasks included, never leave their outermost functions.
	 */
	{"there is always a task inside, so it could never be switched",
	 GLOBS(
		 /* the switch from task to task, and the first steps of a new one */
		 "schedule", "__schedule", "schedule_idle", "__switch_to", "__switch_to_asm",
		 "context_switch", "finish_task_switch", "prepare_task_switch", "schedule_tail",
		 "preempt_schedule*", "ret_from_fork*",
		 /* idle tasks */
		 "do_idle", "call_cpuidle", "cpu_startup_entry", "rest_init", "start_secondary",
		 /* kernel threads, those of workqueues and those that exist per CPU */
		 "kthread", "kthreadd", "kthread_worker_fn", "worker_thread", "rescuer_thread",
		 "smpboot_thread_fn")},

	/*
	 * Who asks for the stop waits in these, and who stands still does it in these, when the
	 * stacks are looked at; the worker's own functions are below both.
	 */
	{"the core is inside when it switches functions",
	 GLOBS("multi_cpu_stop", "stop_machine*", "stop_cpus", "__stop_cpus",
	       "stop_core_cpuslocked", "cpu_stop*", "queue_stop_cpus_work", "process_one_work",
	       "wait_for_completion", "*wait_for_common", "schedule_timeout")},

	/* They decide whether a task is inside; half a switch must not decide about the other. */
	{"the core finds with it out which task is inside which function",
	 GLOBS("unwind_*", "__unwind_*", "arch_stack_walk*", "orc_find", "__orc_find",
	       "orc_ftrace_find", "orc_module_find", "stack_access_ok", "get_stack_info*",
	       "deref_stack_*", "*kernel_text_address", "core_kernel_text",
	       "is_module_text_address", "__module_address", "__module_text_address",
	       "is_ftrace_trampoline", "ftrace_graph_ret_addr", "rethook_find_ret_addr",
	       "kretprobe_find_ret_addr", "__kretprobe_find_ret_addr")},

	/*
	 * A call at a function's entry is written by way of a breakpoint, and whoever comes along
	 * meanwhile is sent on by these. They must not meet a breakpoint themselves.
	 */
	{"the kernel writes into its own code with it",
	 GLOBS("text_poke*", "__text_poke*", "smp_text_poke*", "poke_int3_handler", "do_sync_core",
	       "exc_int3", "asm_exc_int3", "do_int3*", "kprobe_int3_handler", "int3_*")},

	{"it is a part of ftrace",
	 GLOBS("ftrace_*", "__ftrace_*", "arch_ftrace_*", "*_ftrace_function", "*_ftrace_handler",
	       "prepare_ftrace_return", "call_direct_funcs")},

	/*
	 * New code is compiled as modules are: it has an entry for tracers, and may use what is
	 * protected by RCU. Nothing waits for it here. Besides, all idle functions of a kernel's
	 * .cpuidle.text and .noinstr.text, which are known by their addresses.
	 */
	{"it runs where RCU is not watching",
	 GLOBS("cpuidle_enter_state*", "default_idle*", "mwait_idle*", "acpi_idle_*", "intel_idle*",
	       "*acpi_safe_halt", "arch_cpu_idle", "amd_e400_idle", "tdx_*halt", "xen_*halt",
	       "poll_idle", "cpu_idle_poll", "default_enter_idle",
	       "acpi_processor_ffh_cstate_enter", "ct_idle_*", "ct_irq_*", "ct_nmi_*", "ct_user_*",
	       "__ct_user_*", "ct_kernel_*", "context_tracking_*", "rcu_idle_*", "rcu_eqs_*",
	       "rcu_dynticks_*", "rcu_user_*", "rcu_nmi_*", "rcu_irq_*", "rcu_cpu_starting",
	       "rcu_report_dead", "rcutree_report_cpu_*")},

	/* A wrong answer of these frees code that somebody runs. */
	{"the core waits in it until nobody is in old code any more",
	 GLOBS("synchronize_rcu_tasks*", "rcu_tasks_*")},

	/* The core counts calls in per-CPU memory, which is found through a segment register. */
	{"a CPU is set up in it, and per-CPU memory may be out of reach",
	 GLOBS("restore_processor_state", "__restore_processor_state", "load_percpu_segment",
	       "switch_to_new_gdt", "switch_gdt_and_percpu_base", "cpu_init*")},
};

/* A rule of the administrator's. */
struct rule {
	struct list_head node;
	const char *glob; /* in text */
	size_t object_len; /* of text; 0: for all objects */
	char text[];
};

#define RULE_LEN 160

static LIST_HEAD(rules); /* under kmend_lock */

/* All names that a function may be listed by. */
struct names {
	const char *object;
	const char *claimed; /* by the patch */
	char symbol[KSYM_SYMBOL_LEN]; /* what the kernel has at the address */
	char plain[KSYM_SYMBOL_LEN]; /* the same without what the compiler appends to clones */
};

static void names_of(const struct func *func, struct names *ret)
{
	ret->object = func->object->name;
	ret->claimed = func->record->name;
	sprint_symbol_no_offset(ret->symbol, func->record->old_addr);
	ret->symbol[strcspn(ret->symbol, " ")] = '\0'; /* "name [module]" */
	strscpy(ret->plain, ret->symbol, sizeof(ret->plain));
	ret->plain[strcspn(ret->plain, ".")] = '\0';
}

static bool glob_matches(const char *glob, const struct names *names)
{
	return glob_match(glob, names->claimed) || glob_match(glob, names->symbol) ||
	       glob_match(glob, names->plain);
}

static bool rule_matches(const struct rule *rule, const struct names *names)
{
	if (rule->object_len && (strlen(names->object) != rule->object_len ||
				 strncmp(names->object, rule->text, rule->object_len) != 0))
		return false;
	return glob_matches(rule->glob, names);
}

static bool is_in_section(const struct func *func, const char *start, const char *end)
{
	const char *old = (const char *)(unsigned long)func->record->old_addr;

	return start && old >= start && old < end;
}

/* Why the core's own list has this function, or NULL. */
static const char *why_built_in(const struct func *func, const struct names *names)
{
	size_t i, j;

	if (strcmp(names->object, THIS_MODULE->name) == 0)
		return "it is a part of the core";
	if (strcmp(names->object, KMEND_OBJECT_VMLINUX) != 0)
		return NULL;
	if (is_in_section(func, kernel.cpuidle_text_start, kernel.cpuidle_text_end) ||
	    is_in_section(func, kernel.noinstr_text_start, kernel.noinstr_text_end))
		return "it runs where RCU is not watching";
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (j = 0; groups[i].globs[j]; j++)
			if (glob_matches(groups[i].globs[j], names))
				return groups[i].why;
	return NULL;
}

static const struct rule *find_rule(const struct names *names)
{
	const struct rule *rule;

	list_for_each_entry(rule, &rules, node)
		if (rule_matches(rule, names))
			return rule;
	return NULL;
}

static int check_func(struct patch *patch, const struct func *func, struct names *names)
{
	const struct rule *rule;
	const char *why;

	names_of(func, names);
	why = why_built_in(func, names);
	if (why)
		return refuse_for(func, refuse(patch, -EPERM, KM517, "%s must not be patched: %s",
					       func->record->name, why));
	rule = find_rule(names);
	if (rule)
		return refuse_for(func, refuse(patch, -EPERM, KM517,
					       "%s must not be patched: the administrator lists %s",
					       func->record->name, rule->text));
	return 0;
}

int notrace_check(struct patch *patch)
{
	struct names *names; /* too large for the stack */
	unsigned int i;
	int r = 0;

	names = FALLIBLE(NULL, kmalloc(sizeof(*names), GFP_KERNEL));
	if (!names)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	for (i = 0; r == 0 && i < patch->nr_funcs; i++)
		r = check_func(patch, &patch->funcs[i], names);
	kfree(names);
	return r;
}

static bool is_rule(const char *text)
{
	const char *colon = strchr(text, ':'), *p;

	for (p = text; *p; p++)
		if (!isascii(*p) || !isgraph(*p) || *p == ',' || *p == '/' ||
		    (*p == ':' && p != colon))
			return false;
	return p - text < RULE_LEN && *text != '\0' && colon != text && (!colon || colon[1]);
}

static struct rule *rule_new(const char *text)
{
	const char *colon = strchr(text, ':');
	struct rule *rule;

	rule = FALLIBLE(NULL, kzalloc(struct_size(rule, text, strlen(text) + 1), GFP_KERNEL));
	if (!rule)
		return NULL;
	memcpy(rule->text, text, strlen(text));
	rule->object_len = colon ? colon - text : 0;
	rule->glob = rule->text + (colon ? rule->object_len + 1 : 0);
	return rule;
}

static struct rule *find_text(const char *text)
{
	struct rule *rule;

	list_for_each_entry(rule, &rules, node)
		if (strcmp(rule->text, text) == 0)
			return rule;
	return NULL;
}

static size_t length_of_list(void)
{
	const struct rule *rule;
	size_t length = 0;

	list_for_each_entry(rule, &rules, node)
		length += strlen(rule->text) + 1;
	return length;
}

/* What a rule that is to be added would have to say about the functions that are patched now. */
struct question {
	const struct rule *rule;
	struct names names;
};

static int refuse_if_patched(struct patch *patch, void *data)
{
	struct question *question = data;
	unsigned int i;

	if (patch->state == PATCH_LOADED)
		return 0;
	for (i = 0; i < patch->nr_funcs; i++) {
		names_of(&patch->funcs[i], &question->names);
		if (!rule_matches(question->rule, &question->names))
			continue;
		pr_err("KM518 notrace: %s lists %s, which patch %s changes now: revert it first\n",
		       question->rule->text, patch->funcs[i].record->name, patch->name);
		return -EBUSY;
	}
	return 0;
}

static int rule_add(const char *text)
{
	struct question *question;
	struct rule *rule;
	int r;

	if (find_text(text))
		return 0;
	/* One read of the file has to tell all of them. */
	if (length_of_list() + strlen(text) + 1 >= PAGE_SIZE) {
		pr_err("KM518 notrace: the list is full: use a glob that says more at once\n");
		return -ENOSPC;
	}
	rule = rule_new(text);
	question = FALLIBLE(NULL, kmalloc(sizeof(*question), GFP_KERNEL));
	r = -ENOMEM;
	if (rule && question) {
		question->rule = rule;
		r = patches_visit(refuse_if_patched, question);
	}
	kfree(question);
	if (r) {
		kfree(rule);
		return r;
	}
	list_add_tail(&rule->node, &rules);
	pr_info("notrace: %s is added\n", rule->text);
	return 0;
}

static int rule_remove(const char *text)
{
	struct rule *rule = find_text(text);

	if (!rule) {
		pr_err("KM518 notrace: %s was not added\n", text);
		return -ENOENT;
	}
	list_del(&rule->node);
	pr_info("notrace: %s is taken away\n", rule->text);
	kfree(rule);
	return 0;
}

int notrace_change(const char *text)
{
	char rule[RULE_LEN + 2];

	if (strscpy(rule, text, sizeof(rule)) < 0)
		rule[0] = '\0';
	strim(rule);
	if ((rule[0] != '+' && rule[0] != '-') || !is_rule(rule + 1)) {
		pr_err("KM518 notrace: write +[OBJECT:]GLOB or -[OBJECT:]GLOB\n");
		return -EINVAL;
	}
	return rule[0] == '+' ? rule_add(rule + 1) : rule_remove(rule + 1);
}

ssize_t notrace_show(char *page)
{
	const struct rule *rule;
	ssize_t size = 0;

	list_for_each_entry(rule, &rules, node)
		size += sysfs_emit_at(page, size, "%s\n", rule->text);
	return size;
}

ssize_t notrace_show_builtin(char *page)
{
	ssize_t size = 0;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (j = 0; groups[i].globs[j]; j++)
			size += sysfs_emit_at(page, size, "vmlinux:%s\n", groups[i].globs[j]);
	return size + sysfs_emit_at(page, size, "%s:*\n", THIS_MODULE->name);
}

void notrace_exit(void)
{
	struct rule *rule, *next;

	list_for_each_entry_safe(rule, next, &rules, node)
		kfree(rule);
	INIT_LIST_HEAD(&rules);
}

int __init notrace_init(void)
{
	char *copy, *rest, *text;
	int r = 0;

	copy = rest = FALLIBLE(NULL, kstrdup(parameter, GFP_KERNEL));
	if (!copy)
		return -ENOMEM;
	mutex_lock(&kmend_lock);
	while (r == 0 && (text = strsep(&rest, ",")) != NULL) {
		if (!*text)
			continue;
		if (is_rule(text)) {
			r = rule_add(text);
		} else {
			pr_err("KM518 notrace: \"%s\" is no [OBJECT:]GLOB\n", text);
			r = -EINVAL;
		}
	}
	if (r)
		notrace_exit();
	mutex_unlock(&kmend_lock);
	kfree(copy);
	return r;
}

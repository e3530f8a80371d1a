// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "symbols.h"

#include <linux/kprobes.h>
#include <linux/printk.h>
#ifdef CONFIG_X86_KERNEL_IBT
#include <asm/ibt.h>
#endif

#include "compat.h"

struct kernel_symbols kernel __ro_after_init;

typedef unsigned long (*lookup_fn)(const char *name);

/* A kprobe is told the address of any function, also of those that are not exported. */
static struct kprobe lookup_probe __initdata = {
	.symbol_name = "kallsyms_lookup_name",
};

static lookup_fn __init find_lookup(void)
{
	unsigned long addr;

	if (register_kprobe(&lookup_probe))
		return NULL;
	addr = (unsigned long)lookup_probe.addr;
	unregister_kprobe(&lookup_probe);

#ifdef CONFIG_X86_KERNEL_IBT
	/* The probe was moved behind the ENDBR that an indirect call has to land on. */
	if (is_endbr(*(u32 *)(addr - 4)))
		addr -= 4;
#endif
	return (lookup_fn)addr;
}

int __init symbols_resolve(void)
{
	const struct {
		const char *name;
		void *slot;
		bool optional;
	} wanted[] = {
		{"ftrace_location", &kernel.ftrace_location},
		{"ftrace_free_filter", &kernel.ftrace_free_filter},
		{"arch_stack_walk_reliable", &kernel.arch_stack_walk_reliable},
		{"idle_task", &kernel.idle_task},
		{"put_task_stack", &kernel.put_task_stack},
		{"find_module", &kernel.find_module},
		{"kallsyms_lookup_size_offset", &kernel.kallsyms_lookup_size_offset},
		{"core_kernel_text", &kernel.core_kernel_text},
		{"text_poke", &kernel.text_poke},
		{"text_poke_sync", &kernel.text_poke_sync},
		{"ftrace_enabled", &kernel.ftrace_enabled},
		{"__start_notes", &kernel.notes_start},
		{"__stop_notes", &kernel.notes_stop},
		{"tasklist_lock", &kernel.tasklist_lock},
		{"klp_mutex", &kernel.klp_mutex},
		{"klp_patches", &kernel.klp_patches},
		{"klp_transition_patch", &kernel.klp_transition_patch},
		{"ftrace_ops_list", &kernel.ftrace_ops_list},
		{"ftrace_lookup_ip", &kernel.ftrace_lookup_ip},
		{"get_kprobe", &kernel.get_kprobe},
		{"klp_ftrace_handler", &kernel.klp_ftrace_handler},
		{"kprobe_ftrace_handler", &kernel.kprobe_ftrace_handler},
		{"ftrace_caller", &kernel.ftrace_caller},
		{"ftrace_regs_caller", &kernel.ftrace_regs_caller},
		{"ftrace_regs_caller_op_ptr", &kernel.ftrace_regs_op_ptr},
		{"ftrace_regs_call", &kernel.ftrace_regs_call},
		{"ftrace_ops_list_func", &kernel.ftrace_list_func},
		{"function_trace_op", &kernel.function_trace_op},
		{"ftrace_rec_iter_start", &kernel.ftrace_rec_iter_start},
		{"ftrace_rec_iter_next", &kernel.ftrace_rec_iter_next},
		{"ftrace_rec_iter_record", &kernel.ftrace_rec_iter_record},
		{"ftrace_disabled", &kernel.ftrace_disabled},
		{"ftrace_lock", &kernel.ftrace_lock},
		{"text_mutex", &kernel.text_mutex},
		{"text_poke_bp", &kernel.text_poke_bp},
		{"__cpuidle_text_start", &kernel.cpuidle_text_start, true},
		{"__cpuidle_text_end", &kernel.cpuidle_text_end, true},
		{"__noinstr_text_start", &kernel.noinstr_text_start, true},
		{"__noinstr_text_end", &kernel.noinstr_text_end, true},
		{"ftrace_find_rec_direct", &kernel.ftrace_find_rec_direct, true},
	};
	lookup_fn lookup = find_lookup();
	size_t i;

	if (!lookup) {
		pr_err("KM515 kallsyms_lookup_name cannot be found (is CONFIG_KPROBES off?)\n");
		return -ENOENT;
	}
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		unsigned long addr = lookup(wanted[i].name);

		if (!addr && !wanted[i].optional) {
			pr_err("KM515 this kernel has no symbol %s\n", wanted[i].name);
			return -ENOENT;
		}
		*(unsigned long *)wanted[i].slot = addr;
	}
	return 0;
}

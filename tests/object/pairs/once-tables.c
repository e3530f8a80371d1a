// SPDX-License-Identifier: GPL-2.0
// Tables that the kernel goes through at boot or load: nobody would see what comes, goes or changes.
// expect verdict: refused
// expect codes: KM215
// expect in-section: __tracepoints __tracepoints_ptrs __tracepoints_strings __bpf_raw_tp_map
// expect in-section: _ftrace_events _ftrace_eval_map __event_filters __syscalls_metadata
// expect in-section: .initcall6.init .con_initcall.init .exitcall.exit .init.setup __param
// expect in-section: .pci_fixup_final .static_call_tramp_key __dyndbg_classes ___srcu_struct_ptrs
// expect in-section: .lsm_info.init .x86_cpu_dev.init __timer_of_table .BTF_ids .kunit_test_suites
// expect message: PCI quirks
#include "kernel.h"

struct thing {
	long x;
} thing;

#define ENTRY(n, section) \
	static struct thing *const entry##n __used __section(section) = OLD_NEW(0, &thing)

ENTRY(1, "__tracepoints");
ENTRY(2, "__tracepoints_ptrs");
ENTRY(3, "__tracepoints_strings");
ENTRY(4, "__bpf_raw_tp_map");
ENTRY(5, "_ftrace_events");
ENTRY(6, "_ftrace_eval_map");
ENTRY(7, "__event_filters");
ENTRY(8, "__syscalls_metadata");
ENTRY(9, ".initcall6.init");
ENTRY(10, ".con_initcall.init");
ENTRY(11, ".exitcall.exit");
ENTRY(12, ".init.setup");
ENTRY(13, "__param");
ENTRY(14, ".pci_fixup_final");
ENTRY(15, ".static_call_tramp_key");
ENTRY(16, "__dyndbg_classes");
ENTRY(17, "___srcu_struct_ptrs");
ENTRY(18, ".lsm_info.init");
ENTRY(19, ".x86_cpu_dev.init");
ENTRY(20, "__timer_of_table");
ENTRY(21, ".BTF_ids");
ENTRY(22, ".kunit_test_suites");

noinline int changed(int x)
{
	return x + OLD_NEW(1, 2);
}

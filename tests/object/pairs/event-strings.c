// SPDX-License-Identifier: GPL-2.0
// The names of events that tracepoint_string() and trace_printk() leave in tables of their own.
// expect verdict: accepted
// expect changed: traces
// expect sections: __tracepoint_str __trace_printk_fmt
// expect not-undefined-like: .*(tp_str|trace_printk).*
#include "kernel.h"

noinline int traces(int x)
{
	static const char *___tp_str __used __section("__tracepoint_str") = OLD_NEW("old", "new");
	static const char *trace_printk_fmt __used __section("__trace_printk_fmt") = "%d\n";

	use((void *)___tp_str);
	use((void *)trace_printk_fmt);
	return x;
}

noinline int untouched(int x)
{
	static const char *___tp_str __used __section("__tracepoint_str") = "same";

	use((void *)___tp_str);
	return x;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* What tracers can see of the core, in events/kmend; doc/tracing.md describes it. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kmend

#if !defined(KMEND_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KMEND_TRACE_H

#include <linux/sched.h>
#include <linux/tracepoint.h>

#include "compat.h"

/* These macros are laid out as the structures that they stand for. */
/* clang-format off */

/* A patch is live, or gone. */
DECLARE_EVENT_CLASS(kmend_patch,
	TP_PROTO(const char *patch, u64 duration_ns, unsigned int pass),
	TP_ARGS(patch, duration_ns, pass),
	TP_STRUCT__entry(
		__string(patch, patch)
		__field(u64, duration_ns)
		__field(unsigned int, pass)
	),
	TP_fast_assign(
		compat_assign_str(patch, patch);
		__entry->duration_ns = duration_ns;
		__entry->pass = pass;
	),
	TP_printk("patch=%s duration_ns=%llu pass=%u",
		  __get_str(patch), __entry->duration_ns, __entry->pass)
);

DEFINE_EVENT(kmend_patch, kmend_apply,
	TP_PROTO(const char *patch, u64 duration_ns, unsigned int pass),
	TP_ARGS(patch, duration_ns, pass)
);

DEFINE_EVENT(kmend_patch, kmend_revert,
	TP_PROTO(const char *patch, u64 duration_ns, unsigned int pass),
	TP_ARGS(patch, duration_ns, pass)
);

TRACE_EVENT(kmend_transition_begin,
	TP_PROTO(const char *patch, bool on, unsigned int patches, bool back),
	TP_ARGS(patch, on, patches, back),
	TP_STRUCT__entry(
		__string(patch, patch)
		__field(bool, on)
		__field(unsigned int, patches)
		__field(bool, back)
	),
	TP_fast_assign(
		compat_assign_str(patch, patch);
		__entry->on = on;
		__entry->patches = patches;
		__entry->back = back;
	),
	TP_printk("patch=%s on=%d patches=%u back=%d",
		  __get_str(patch), __entry->on, __entry->patches, __entry->back)
);

TRACE_EVENT(kmend_transition_pass,
	TP_PROTO(unsigned int pass, u64 stop_ns, unsigned int stragglers, int result),
	TP_ARGS(pass, stop_ns, stragglers, result),
	TP_STRUCT__entry(
		__field(unsigned int, pass)
		__field(u64, stop_ns)
		__field(unsigned int, stragglers)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->pass = pass;
		__entry->stop_ns = stop_ns;
		__entry->stragglers = stragglers;
		__entry->result = result;
	),
	TP_printk("pass=%u stop_ns=%llu stragglers=%u result=%d",
		  __entry->pass, __entry->stop_ns, __entry->stragglers, __entry->result)
);

TRACE_EVENT(kmend_transition_end,
	TP_PROTO(const char *patch, bool back, u64 elapsed_ns, unsigned int passes),
	TP_ARGS(patch, back, elapsed_ns, passes),
	TP_STRUCT__entry(
		__string(patch, patch)
		__field(bool, back)
		__field(u64, elapsed_ns)
		__field(unsigned int, passes)
	),
	TP_fast_assign(
		compat_assign_str(patch, patch);
		__entry->back = back;
		__entry->elapsed_ns = elapsed_ns;
		__entry->passes = passes;
	),
	TP_printk("patch=%s back=%d elapsed_ns=%llu passes=%u",
		  __get_str(patch), __entry->back, __entry->elapsed_ns, __entry->passes)
);

TRACE_EVENT(kmend_straggler,
	TP_PROTO(const struct task_struct *task, unsigned long inside),
	TP_ARGS(task, inside),
	TP_STRUCT__entry(
		__field(pid_t, pid)
		__array(char, comm, TASK_COMM_LEN)
		__field(unsigned long, function)
	),
	TP_fast_assign(
		__entry->pid = task->pid;
		memcpy(__entry->comm, task->comm, TASK_COMM_LEN);
		__entry->function = inside;
	),
	TP_printk("pid=%d comm=%s function=%ps",
		  __entry->pid, __entry->comm, (void *)__entry->function)
);

TRACE_EVENT(kmend_refusal,
	TP_PROTO(const char *patch, const char *code, int err, const char *text),
	TP_ARGS(patch, code, err, text),
	TP_STRUCT__entry(
		__string(patch, patch)
		__string(code, code)
		__field(int, err)
		__string(text, text)
	),
	TP_fast_assign(
		compat_assign_str(patch, patch);
		compat_assign_str(code, code);
		__entry->err = err;
		compat_assign_str(text, text);
	),
	TP_printk("patch=%s code=%s err=%d text=%s",
		  __get_str(patch), __get_str(code), __entry->err, __get_str(text))
);

TRACE_EVENT(kmend_lost,
	TP_PROTO(const char *patch, const char *function, bool repaired, const char *text),
	TP_ARGS(patch, function, repaired, text),
	TP_STRUCT__entry(
		__string(patch, patch)
		__string(function, function)
		__field(bool, repaired)
		__string(text, text)
	),
	TP_fast_assign(
		compat_assign_str(patch, patch);
		compat_assign_str(function, function);
		__entry->repaired = repaired;
		compat_assign_str(text, text);
	),
	TP_printk("patch=%s function=%s repaired=%d text=%s",
		  __get_str(patch), __get_str(function), __entry->repaired, __get_str(text))
);

/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

// SPDX-License-Identifier: GPL-2.0
/*
 * target_sleep() returns 2, with callbacks in vmlinux ("a.c") and core_target ("b.c", "c.c"),
 * which note in the parameter "told" what they are called for:
 *   "EVENT:SOURCE", with "!" where the event comes of something that was taken back
 * "-" stands for nothing. The parameter "fail" names the file whose pre_apply fails with "error"; "hold" the callback, as
 * "EVENT:SOURCE", that waits until "hold" is changed; "fault" what the core has to refuse; with
 * "alone" the patch has only the callbacks, with "log" the kernel log has them, too.
 */
#include <linux/delay.h>

#include "core_target.h"
#include "patch.h"

static char told[1024];
module_param_string(told, told, sizeof(told), 0600);
static char fail[8];
module_param_string(fail, fail, sizeof(fail), 0600);
static int error = -ENODEV;
module_param(error, int, 0600);
static char hold[32];
module_param_string(hold, hold, sizeof(hold), 0600);
static bool alone;
module_param(alone, bool, 0);
static bool log;
module_param(log, bool, 0);
static char *fault = "";
module_param(fault, charp, 0);

static noinline int new_sleep(struct core_gate *waited)
{
	swait_event_idle_exclusive(waited->queue, READ_ONCE(waited->open));
	return 2;
}

static void tell(const struct kmend_event *event, const char *name, const char *source)
{
	bool is_right = strcmp(event->patch, "callbacks") == 0 && !irqs_disabled() &&
			!in_atomic() && (strcmp(event->object, "vmlinux") == 0) == !event->module;
	char text[32];

	snprintf(text, sizeof(text), "%s:%s%s", name, source,
		 event->flags & KMEND_EVENT_UNDONE ? "!" : "");
	if (strcmp(told, "-") == 0)
		told[0] = '\0';
	if (told[0])
		strlcat(told, " ", sizeof(told));
	strlcat(told, is_right ? text : "wrong", sizeof(told));
	if (log)
		pr_info("kmend_callbacks: %s\n", text);
	while (strcmp(hold, text) == 0)
		msleep(10);
}

#define CALLBACKS(file)                                                 \
	static int pre_apply_##file(const struct kmend_event *event)    \
	{                                                               \
		tell(event, "pre_apply", #file ".c");                   \
		return strcmp(fail, #file ".c") == 0 ? error : 0;       \
	}                                                               \
	static void post_apply_##file(const struct kmend_event *event)  \
	{                                                               \
		tell(event, "post_apply", #file ".c");                  \
	}                                                               \
	static void pre_revert_##file(const struct kmend_event *event)  \
	{                                                               \
		tell(event, "pre_revert", #file ".c");                  \
	}                                                               \
	static void post_revert_##file(const struct kmend_event *event) \
	{                                                               \
		tell(event, "post_revert", #file ".c");                 \
	}

CALLBACKS(a)
CALLBACKS(b)

static void only_post_revert(const struct kmend_event *event)
{
	tell(event, "post_revert", "c.c");
}

#define RECORD(file, of)                                                                         \
	{                                                                                        \
		.functions = {(unsigned long)pre_apply_##file, (unsigned long)post_apply_##file, \
			      (unsigned long)pre_revert_##file,                                  \
			      (unsigned long)post_revert_##file},                                \
		.events = 0xf, .source = #file ".c", .object = of                                \
	}

static struct kmend_func funcs[1];
static struct kmend_callbacks callbacks[3];

static void fill(void)
{
	const struct kmend_callbacks records[] = {
		RECORD(a, "vmlinux"),
		RECORD(b, "core_target"),
		{.functions = {[KMEND_EVENT_POST_REVERT] = (unsigned long)only_post_revert},
		 .events = 1 << KMEND_EVENT_POST_REVERT,
		 .source = "c.c",
		 .object = "core_target"},
	};

	memcpy(callbacks, records, sizeof(callbacks));
}

static bool is_fault(const char *name)
{
	return strcmp(fault, name) == 0;
}

static void spoil(const struct lookup *lookup)
{
	if (is_fault("outside"))
		callbacks[1].functions[2] = lookup->address("schedule");
	if (is_fault("data"))
		callbacks[1].functions[2] = (unsigned long)callbacks;
	if (is_fault("none"))
		memset(callbacks[2].functions, 0, sizeof(callbacks[2].functions));
	if (is_fault("events"))
		callbacks[2].events = 0xf;
	if (is_fault("unknown-event"))
		callbacks[2].events |= 0x10;
	if (is_fault("object-name"))
		memset(callbacks[0].object, 'x', sizeof(callbacks[0].object));
	if (is_fault("source-name"))
		memset(callbacks[0].source, 'x', sizeof(callbacks[0].source));
	if (is_fault("no-object")) {
		strscpy(callbacks[0].object, "no_such_module", sizeof(callbacks[0].object));
		strscpy(objects[1].name, "no_such_module", sizeof(objects[1].name));
		strscpy(objects[1].build_id, objects[0].build_id, sizeof(objects[1].build_id));
	}
	if (is_fault("many"))
		patch.nr_callbacks = 1ULL << 40;
	if (is_fault("beyond-module"))
		patch.nr_callbacks = 65536;
	if (is_fault("null"))
		patch.callbacks = NULL;
	if (is_fault("reserved"))
		callbacks[0].reserved = 1;
}

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_target", "target_sleep", new_sleep);
	if (r)
		return r;
	fill();
	patch.callbacks = callbacks;
	patch.nr_callbacks = ARRAY_SIZE(callbacks);
	spoil(&lookup);
	return patch_register(&lookup, "callbacks", alone ? NULL : funcs,
			      alone ? 0 : ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch with callbacks");
MODULE_LICENSE("GPL");

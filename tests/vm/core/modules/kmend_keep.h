/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patches KEEP_NAME that count the calls of target_value() from 100 on, which returns the count, in
 * a shadow variable of the kernel's init_task. Who changes places with another leaves it the count.
 * The parameter "told" has "EVENT" for each callback, with ">PEER" where there is one; "fail" makes
 * pre_apply fail.
 */
#include <linux/livepatch.h>
#include <linux/sched/task.h>

#include <kmend/author.h>

#include "core_target.h"
#include "patch.h"

#define COUNT_ID KMEND_SHADOW_ID_OF(kmend_shadow_space("keep"), 1)

static char told[256];
module_param_string(told, told, sizeof(told), 0600);
static bool fail;
module_param(fail, bool, 0600);

static noinline int new_value(void)
{
	int *count = klp_shadow_get(&init_task, COUNT_ID);

	return count ? ++*count : -1;
}

static noinline int new_sleep(struct core_gate *waited)
{
	swait_event_idle_exclusive(waited->queue, READ_ONCE(waited->open));
	return 2;
}

static void tell(const struct kmend_event *event, const char *name)
{
	snprintf(told + strlen(told), sizeof(told) - strlen(told), " %s%s%s%s", name,
		 event->flags & KMEND_EVENT_UNDONE ? "!" : "", event->peer ? ">" : "",
		 event->peer ?: "");
}

static int begin_count(void *object, void *variable, void *data)
{
	*(int *)variable = 100;
	return 0;
}

static int pre_apply(const struct kmend_event *event)
{
	tell(event, "pre_apply");
	if (fail)
		return -EAGAIN;
	return klp_shadow_get_or_alloc(&init_task, COUNT_ID, sizeof(int), GFP_KERNEL, begin_count,
				       NULL) ?
		       0 :
		       -ENOMEM;
}

static void post_apply(const struct kmend_event *event)
{
	tell(event, "post_apply");
}

static void pre_revert(const struct kmend_event *event)
{
	tell(event, "pre_revert");
}

static void post_revert(const struct kmend_event *event)
{
	tell(event, "post_revert");
	if (!event->peer)
		klp_shadow_free_all(COUNT_ID, NULL);
}

static struct kmend_func funcs[2];
static struct kmend_callbacks callbacks[1];

static int __init patch_init(void)
{
	const struct kmend_callbacks records[] = {{
		.functions = {(unsigned long)pre_apply, (unsigned long)post_apply,
			      (unsigned long)pre_revert, (unsigned long)post_revert},
		.events = 0xf,
		.source = "keep.c",
		.object = "core_target",
	}};
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_target", "target_value", new_value);
	if (r == 0)
		r = patch_func(&lookup, &funcs[1], "core_target", "target_sleep", new_sleep);
	if (r)
		return r;
	memcpy(callbacks, records, sizeof(callbacks));
	patch.callbacks = callbacks;
	patch.nr_callbacks = ARRAY_SIZE(callbacks);
	return patch_register(&lookup, KEEP_NAME, funcs, ARRAY_SIZE(funcs));
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patch that keeps data");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "callbacks.h"

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <kmend/sysfs.h>

#include "fault.h"
#include "report.h"

typedef int (*prepare_fn)(const struct kmend_event *event);
typedef void (*callback_fn)(const struct kmend_event *event);

/* The one that runs now; one transition at a time makes it the only one. Under kmend_lock. */
static struct {
	const struct callbacks *callbacks; /* NULL: none */
	unsigned int event;
} running;

const char *callback_event_name(unsigned int event)
{
	static const char *const names[KMEND_EVENTS] = {
		[KMEND_EVENT_PRE_APPLY] = KMEND_SYSFS_PRE_APPLY,
		[KMEND_EVENT_POST_APPLY] = KMEND_SYSFS_POST_APPLY,
		[KMEND_EVENT_PRE_REVERT] = KMEND_SYSFS_PRE_REVERT,
		[KMEND_EVENT_POST_REVERT] = KMEND_SYSFS_POST_REVERT,
	};

	return names[event];
}

void callback_name(const struct callbacks *callbacks, unsigned int event,
		   char ret[CALLBACK_NAME_LEN])
{
	unsigned long function = callbacks->record->functions[event];

	ret[0] = '\0';
	if (!function)
		return;
	/* "name [module]" */
	snprintf(ret, CALLBACK_NAME_LEN, "%ps", (void *)function);
	ret[strcspn(ret, " ")] = '\0';
}

static int call(struct patch *patch, const struct callbacks *callbacks, unsigned int event,
		unsigned int flags, const struct patch *peer)
{
	unsigned long function = callbacks->record->functions[event];
	const struct kmend_event told = {
		.patch = patch->name,
		.object = callbacks->object->name,
		.module = callbacks->object->module,
		.event = event,
		.flags = flags,
		.peer = peer ? peer->name : NULL,
	};
	int r = 0;

	if (!function)
		return 0;
	running.callbacks = callbacks;
	running.event = event;
	mutex_unlock(&kmend_lock);
	if (event == KMEND_EVENT_PRE_APPLY)
		r = ((prepare_fn)function)(&told);
	else
		((callback_fn)function)(&told);
	mutex_lock(&kmend_lock);
	running.callbacks = NULL;
	return r;
}

int callbacks_prepare(struct patch *patch, const struct patch *peer)
{
	unsigned int i;

	for (i = 0; i < patch->nr_callbacks; i++) {
		struct callbacks *callbacks = &patch->callbacks[i];
		char name[CALLBACK_NAME_LEN];
		int r;

		r = FALLIBLE(-EIO, call(patch, callbacks, KMEND_EVENT_PRE_APPLY, 0, peer));
		if (r) {
			callback_name(callbacks, KMEND_EVENT_PRE_APPLY, name);
			return refuse(patch, r < 0 && r >= -MAX_ERRNO ? r : -EINVAL, KM516,
				      "%s callback %s of %s (%s) returned %d",
				      callback_event_name(KMEND_EVENT_PRE_APPLY), name,
				      callbacks->object->name, callbacks->record->source, r);
		}
		callbacks->is_prepared = true;
	}
	return 0;
}

static bool is_reverting(unsigned int event)
{
	return event == KMEND_EVENT_PRE_REVERT || event == KMEND_EVENT_POST_REVERT;
}

void callbacks_run(struct patch *patch, unsigned int event, unsigned int flags,
		   const struct patch *peer)
{
	unsigned int i;

	for (i = 0; i < patch->nr_callbacks; i++) {
		unsigned int last = patch->nr_callbacks - 1;
		struct callbacks *callbacks = &patch->callbacks[is_reverting(event) ? last - i : i];

		if (!callbacks->is_prepared)
			continue;
		if (event == KMEND_EVENT_POST_REVERT)
			callbacks->is_prepared = false;
		call(patch, callbacks, event, flags, peer);
	}
}

void callbacks_describe_running(char *ret, size_t size)
{
	char name[CALLBACK_NAME_LEN];

	ret[0] = '\0';
	if (!running.callbacks)
		return;
	callback_name(running.callbacks, running.event, name);
	snprintf(ret, size, "%s %s", callback_event_name(running.event), name);
}

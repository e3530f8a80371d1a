// SPDX-License-Identifier: GPL-2.0
#include "sysfs.h"

#include <linux/slab.h>
#include <linux/sysfs.h>

#include <kmend/sysfs.h>

#include "calls.h"
#include "fault.h"
#include "notrace.h"
#include "registry.h"
#include "report.h"
#include "request.h"
#include "transition.h"
#include "version.h"

static struct kobject *root_kobj, *patches_kobj, *transition_kobj;

#define ATTRIBUTE(name) static struct kobj_attribute name##_attribute = __ATTR_RO(name)

static ssize_t abi_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", KMEND_ABI);
}
ATTRIBUTE(abi);

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", KMEND_VERSION);
}
ATTRIBUTE(version);

static ssize_t notrace_list_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	ssize_t size;

	mutex_lock(&kmend_lock);
	size = notrace_show(buf);
	mutex_unlock(&kmend_lock);
	return size;
}

static ssize_t notrace_list_store(struct kobject *kobj, struct kobj_attribute *attr,
				  const char *buf, size_t size)
{
	int r;

	mutex_lock(&kmend_lock);
	r = notrace_change(buf);
	mutex_unlock(&kmend_lock);
	return r ?: (ssize_t)size;
}

static struct kobj_attribute notrace_attribute = {
	.attr = {.name = KMEND_SYSFS_NOTRACE, .mode = 0644},
	.show = notrace_list_show,
	.store = notrace_list_store,
};

static ssize_t notrace_builtin_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return notrace_show_builtin(buf);
}
ATTRIBUTE(notrace_builtin);

static ssize_t transaction_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	ssize_t size;

	mutex_lock(&kmend_lock);
	size = sysfs_emit(buf, "%s\n", report_transaction_error());
	mutex_unlock(&kmend_lock);
	return size;
}

static ssize_t transaction_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
				 size_t size)
{
	char *text = kstrndup(buf, size, GFP_KERNEL);
	int r;

	if (!text)
		return -ENOMEM;
	mutex_lock(&kmend_lock);
	r = request_words(text);
	mutex_unlock(&kmend_lock);
	kfree(text);
	return r ?: (ssize_t)size;
}

static struct kobj_attribute transaction_attribute = __ATTR_RW_MODE(transaction, 0600);

static ssize_t count_calls_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", calls_counted());
}

static ssize_t count_calls_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
				 size_t size)
{
	bool on;
	int r;

	r = kstrtobool(buf, &on);
	if (r == 0)
		calls_set_counted(on);
	return r ?: (ssize_t)size;
}

static struct kobj_attribute count_calls_attribute = __ATTR_RW(count_calls);

static const struct attribute *const root_attributes[] = {
	&abi_attribute.attr,
	&version_attribute.attr,
	&notrace_attribute.attr,
	&notrace_builtin_attribute.attr,
	&transaction_attribute.attr,
	&count_calls_attribute.attr,
	NULL,
};

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%s\n",
			  view.patch[0] ? patch_state_name(view.state) : KMEND_TRANSITION_IDLE);
}
ATTRIBUTE(state);

static ssize_t patch_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%s\n", view.patch);
}
ATTRIBUTE(patch);

static ssize_t tries_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%u\n", view.tries);
}
ATTRIBUTE(tries);

static ssize_t duration_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%llu\n", view.duration_ns);
}
ATTRIBUTE(duration_ns);

static ssize_t elapsed_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%llu\n", view.elapsed_ns);
}
ATTRIBUTE(elapsed_ns);

static ssize_t stop_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%llu\n", view.stop_ns);
}
ATTRIBUTE(stop_ns);

static ssize_t straggler_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	if (view.nr_stragglers == 0)
		return sysfs_emit(buf, "\n");
	if (!view.straggler.inside)
		return sysfs_emit(buf, "%d %s ?\n", view.straggler.pid, view.straggler.comm);
	return sysfs_emit(buf, "%d %s %ps\n", view.straggler.pid, view.straggler.comm,
			  (void *)view.straggler.inside);
}
ATTRIBUTE(straggler);

static ssize_t straggler_count_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%u\n", view.nr_stragglers);
}
ATTRIBUTE(straggler_count);

static ssize_t stragglers_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return transition_read_stragglers(buf);
}

/* Stacks are for root alone, as in /proc. */
static struct kobj_attribute stragglers_attribute = __ATTR_RO_MODE(stragglers, 0400);

static ssize_t stops_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;
	unsigned int i;
	ssize_t n = 0;

	transition_read(&view);
	for (i = 0; i < view.nr_stops; i++)
		n += sysfs_emit_at(buf, n, "%s%llu", i ? " " : "", view.stops_ns[i]);
	return n + sysfs_emit_at(buf, n, "\n");
}
ATTRIBUTE(stops_ns);

static ssize_t kick_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%d\n", view.may_kick);
}

static ssize_t kick_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			  size_t size)
{
	bool allow;
	int r;

	r = kstrtobool(buf, &allow);
	if (r == 0)
		r = transition_allow_kick(allow);
	return r ?: (ssize_t)size;
}

static struct kobj_attribute kick_attribute = __ATTR_RW_MODE(kick, 0600);

static ssize_t callback_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct transition_view view;

	transition_read(&view);
	return sysfs_emit(buf, "%s\n", view.callback);
}
ATTRIBUTE(callback);

static ssize_t changes_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	ssize_t size = transition_read_changes(buf, PAGE_SIZE - 1);

	return size + sysfs_emit_at(buf, size, "\n");
}
ATTRIBUTE(changes);

static const struct attribute *const transition_attributes[] = {
	&state_attribute.attr,      &patch_attribute.attr,
	&tries_attribute.attr,      &duration_ns_attribute.attr,
	&elapsed_ns_attribute.attr, &stop_ns_attribute.attr,
	&straggler_attribute.attr,  &callback_attribute.attr,
	&changes_attribute.attr,    &straggler_count_attribute.attr,
	&stragglers_attribute.attr, &stops_ns_attribute.attr,
	&kick_attribute.attr,       NULL,
};

struct kobject *sysfs_patches_kobj(void)
{
	return patches_kobj;
}

void sysfs_transition_changed(void)
{
	sysfs_notify(transition_kobj, NULL, KMEND_SYSFS_TR_STATE);
}

void sysfs_stragglers_changed(void)
{
	sysfs_notify(transition_kobj, NULL, KMEND_SYSFS_TR_COUNT);
	sysfs_notify(transition_kobj, NULL, KMEND_SYSFS_TR_STRAGGLER);
}

int __init sysfs_init(void)
{
	int r = -ENOMEM;

	root_kobj = FALLIBLE(NULL, kobject_create_and_add("kmend", kernel_kobj));
	if (!root_kobj)
		return -ENOMEM;
	transition_kobj = FALLIBLE(NULL, kobject_create_and_add(KMEND_SYSFS_TRANSITION, root_kobj));
	patches_kobj = FALLIBLE(NULL, kobject_create_and_add(KMEND_SYSFS_PATCHES, root_kobj));
	if (transition_kobj && patches_kobj)
		r = FALLIBLE(-ENOMEM, sysfs_create_files(transition_kobj, transition_attributes));
	if (r == 0)
		r = FALLIBLE(-ENOMEM, sysfs_create_files(root_kobj, root_attributes));
	if (r == 0)
		r = sysfs_verify_add(root_kobj);
	if (r)
		sysfs_exit();
	return r;
}

void sysfs_exit(void)
{
	sysfs_verify_remove();
	kobject_put(patches_kobj);
	kobject_put(transition_kobj);
	kobject_put(root_kobj);
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/sysfs.h>

#include <kmend/sysfs.h>

#include "guard.h"
#include "report.h"
#include "sysfs.h"

#define PROBATION_FILE(name)    static struct patch_attribute probation_##name = __ATTR_RO(name)
#define PROBATION_REQUEST(name) static struct patch_attribute probation_##name = __ATTR_WO(name)

static void read_guard(const struct patch *patch, struct guard_view *ret)
{
	mutex_lock(&kmend_lock);
	guard_read(patch, ret);
	mutex_unlock(&kmend_lock);
}

static ssize_t seconds_show(struct patch *patch, char *buf)
{
	struct guard_view view;

	read_guard(patch, &view);
	return sysfs_emit(buf, "%u\n", view.seconds);
}

static ssize_t state_show(struct patch *patch, char *buf)
{
	struct guard_view view;

	read_guard(patch, &view);
	return sysfs_emit(buf, "%s\n", view.state);
}
PROBATION_FILE(state);

static ssize_t left_show(struct patch *patch, char *buf)
{
	struct guard_view view;

	read_guard(patch, &view);
	return sysfs_emit(buf, "%u\n", view.left);
}
PROBATION_FILE(left);

static ssize_t reason_show(struct patch *patch, char *buf)
{
	struct guard_view view;

	read_guard(patch, &view);
	return sysfs_emit(buf, "%s\n", view.reason);
}
PROBATION_FILE(reason);

static ssize_t request(struct patch *patch, int (*fn)(struct patch *patch, unsigned int seconds),
		       unsigned int seconds, size_t size)
{
	int r = -ENODEV;

	mutex_lock(&kmend_lock);
	if (patch->registered) {
		report_clear(patch);
		r = fn(patch, seconds);
	}
	mutex_unlock(&kmend_lock);
	return r ?: (ssize_t)size;
}

static ssize_t request_seconds(struct patch *patch,
			       int (*fn)(struct patch *patch, unsigned int seconds),
			       const char *buf, size_t size)
{
	unsigned int seconds;
	int r;

	r = kstrtouint(buf, 10, &seconds);
	return r ?: request(patch, fn, seconds, size);
}

/* Only a 1 is a request. */
static ssize_t request_plainly(struct patch *patch,
			       int (*fn)(struct patch *patch, unsigned int seconds),
			       const char *buf, size_t size)
{
	bool wanted;
	int r;

	r = kstrtobool(buf, &wanted);
	if (r == 0 && !wanted)
		r = -EINVAL;
	return r ?: request(patch, fn, 0, size);
}

static ssize_t seconds_store(struct patch *patch, const char *buf, size_t size)
{
	return request_seconds(patch, guard_set_seconds, buf, size);
}
static struct patch_attribute probation_seconds = __ATTR_RW(seconds);

static ssize_t extend_store(struct patch *patch, const char *buf, size_t size)
{
	return request_seconds(patch, guard_extend, buf, size);
}
PROBATION_REQUEST(extend);

static int commit(struct patch *patch, unsigned int seconds)
{
	return guard_commit(patch);
}

static ssize_t commit_store(struct patch *patch, const char *buf, size_t size)
{
	return request_plainly(patch, commit, buf, size);
}
PROBATION_REQUEST(commit);

static int reject(struct patch *patch, unsigned int seconds)
{
	return guard_reject(patch);
}

static ssize_t reject_store(struct patch *patch, const char *buf, size_t size)
{
	return request_plainly(patch, reject, buf, size);
}
PROBATION_REQUEST(reject);

static struct attribute *probation_attrs[] = {
	&probation_seconds.attr, &probation_state.attr,
	&probation_left.attr,    &probation_reason.attr,
	&probation_commit.attr,  &probation_extend.attr,
	&probation_reject.attr,  NULL,
};

const struct attribute_group sysfs_probation_group = {
	.name = KMEND_SYSFS_PROBATION,
	.attrs = probation_attrs,
};

void sysfs_probation_changed(struct patch *patch)
{
	sysfs_notify(&patch->kobj, KMEND_SYSFS_PROBATION, KMEND_SYSFS_PROB_STATE);
}

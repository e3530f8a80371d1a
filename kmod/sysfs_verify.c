// SPDX-License-Identifier: GPL-2.0
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include <kmend/sysfs.h>

#include "fault.h"
#include "sysfs.h"
#include "verify.h"

static struct kobject *verify_kobj;

#define ATTRIBUTE(name) static struct kobj_attribute name##_attribute = __ATTR_RO(name)
#define NUMBER(name, format)                                                                     \
	static ssize_t name##_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf) \
	{                                                                                        \
		struct verify_view view;                                                         \
		verify_read(&view);                                                              \
		return sysfs_emit(buf, format "\n", view.name);                                  \
	}

NUMBER(interval, "%u")
NUMBER(passes, "%llu")
ATTRIBUTE(passes);
NUMBER(redirects, "%llu")
ATTRIBUTE(redirects);
NUMBER(lost, "%llu")
ATTRIBUTE(lost);
NUMBER(repaired, "%llu")
ATTRIBUTE(repaired);
NUMBER(rivals, "%llu")
ATTRIBUTE(rivals);
NUMBER(event, "%s")
ATTRIBUTE(event);

static ssize_t interval_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			      size_t size)
{
	unsigned int seconds;
	int r;

	r = kstrtouint(buf, 10, &seconds);
	if (r == 0)
		r = verify_set_interval(seconds);
	return r ?: (ssize_t)size;
}
static struct kobj_attribute interval_attribute = __ATTR_RW(interval);

static ssize_t run_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			 size_t size)
{
	bool run;
	int r;

	r = kstrtobool(buf, &run);
	if (r || !run)
		return r ?: -EINVAL;
	mutex_lock(&kmend_lock);
	r = verify_all();
	mutex_unlock(&kmend_lock);
	return r ?: (ssize_t)size;
}
static struct kobj_attribute run_attribute = __ATTR_WO(run);

static const struct attribute *const attributes[] = {
	&run_attribute.attr,       &interval_attribute.attr, &passes_attribute.attr,
	&redirects_attribute.attr, &lost_attribute.attr,     &repaired_attribute.attr,
	&rivals_attribute.attr,    &event_attribute.attr,    NULL,
};

void sysfs_verify_changed(struct patch *patch)
{
	sysfs_notify(verify_kobj, NULL, KMEND_SYSFS_VERIFY_EVENT);
	sysfs_notify(&patch->kobj, NULL, KMEND_SYSFS_VERIFY);
}

int __init sysfs_verify_add(struct kobject *root)
{
	verify_kobj = FALLIBLE(NULL, kobject_create_and_add(KMEND_SYSFS_VERIFY, root));
	return verify_kobj ? FALLIBLE(-ENOMEM, sysfs_create_files(verify_kobj, attributes)) :
			     -ENOMEM;
}

void sysfs_verify_remove(void)
{
	kobject_put(verify_kobj);
}

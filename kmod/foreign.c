// SPDX-License-Identifier: GPL-2.0
#include "foreign.h"

#include <linux/livepatch.h>
#include <linux/string.h>

#include "symbols.h"

static const struct klp_patch *klp_owner(unsigned long old_addr)
{
	struct klp_patch *patch;
	struct klp_object *object;
	struct klp_func *func;

	list_for_each_entry(patch, kernel.klp_patches, list)
		list_for_each_entry(object, &patch->obj_list, node)
			list_for_each_entry(func, &object->func_list, node)
				if (func->patched && (unsigned long)func->old_func == old_addr)
					return patch;
	return NULL;
}

void foreign_owner(unsigned long old_addr, char ret[FOREIGN_OWNER_LEN])
{
	const struct klp_patch *patch;

	strscpy(ret, "somebody else (a livepatch, a BPF trampoline or a kprobe)",
		FOREIGN_OWNER_LEN);
	/* Not worth waiting for: this is for a message. */
	if (!mutex_trylock(kernel.klp_mutex))
		return;
	patch = klp_owner(old_addr);
	if (patch)
		snprintf(ret, FOREIGN_OWNER_LEN, "in-tree livepatch %s", patch->mod->name);
	mutex_unlock(kernel.klp_mutex);
}

bool foreign_suspend(void)
{
	if (!mutex_trylock(kernel.klp_mutex))
		return false;
	if (!READ_ONCE(*kernel.klp_transition_patch))
		return true;
	mutex_unlock(kernel.klp_mutex);
	return false;
}

void foreign_resume(void)
{
	mutex_unlock(kernel.klp_mutex);
}

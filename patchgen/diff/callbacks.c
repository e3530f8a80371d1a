// SPDX-License-Identifier: GPL-2.0
/* The callbacks that an author declares in a C file (kmend/author.h): pointers for patchgen. */
#include "callbacks.h"

#include <kmend/patch.h>
#include <string.h>

#include "../object/arch.h"
#include "differ.h"

static const char *const sections[KMEND_EVENTS] = {
	[KMEND_EVENT_PRE_APPLY] = KMEND_SEC_AUTHOR "pre_apply",
	[KMEND_EVENT_POST_APPLY] = KMEND_SEC_AUTHOR "post_apply",
	[KMEND_EVENT_PRE_REVERT] = KMEND_SEC_AUTHOR "pre_revert",
	[KMEND_EVENT_POST_REVERT] = KMEND_SEC_AUTHOR "post_revert",
};

/* The section holds one pointer and nothing else. */
static const struct reloc *pointer_in(const struct section *section)
{
	if (section->size != 8 || section->n_relocs != 1 || section->relocs[0].offset != 0 ||
	    section->relocs[0].type != arch_reloc_address())
		return NULL;
	return &section->relocs[0];
}

static struct symbol *function_of(const struct section *section)
{
	const struct reloc *reloc = pointer_in(section);
	struct target target;

	if (!reloc)
		return NULL;
	target = reloc_target(reloc);
	if (!target.symbol || !target.section || target.offset != 0 ||
	    !symbol_is_function(target.symbol))
		return NULL;
	return target.symbol;
}

/* False when the core could not call it. */
static bool judge_section(struct differ *differ, const struct section *section)
{
	const struct reloc *reloc = pointer_in(section);
	const struct symbol *function = function_of(section);
	const char *event = section->name + strlen(KMEND_SEC_AUTHOR);

	if (function && function_is_taken(function) && !section_is_init(function->section))
		return true;
	if (function)
		refuse(differ, KM250, function, function->section, function->value,
		       "%s() cannot be the %s callback: it is not part of the patch",
		       function->name, event);
	else
		refuse(differ, KM250, reloc ? reloc->symbol : NULL, section, 0,
		       "the %s callback is not a function of this file", event);
	return false;
}

/* What the original has already is none of the patch's. */
static const struct section *declaration(const struct differ *differ, unsigned event)
{
	if (object_find_section(differ->orig, sections[event]))
		return NULL;
	return object_find_section(differ->patched, sections[event]);
}

int judge_callbacks(struct differ *differ)
{
	struct diff_result *result = differ->result;

	for (unsigned i = 0; i < KMEND_EVENTS; i++) {
		const struct section *section = declaration(differ, i);

		if (!section || !judge_section(differ, section))
			continue;
		result->has_callbacks = true;
		result->callbacks[i] = strdup(function_of(section)->name);
		if (!result->callbacks[i])
			return -ENOMEM;
	}
	return 0;
}

struct symbol *callback_function(const struct differ *differ, unsigned event)
{
	const struct section *section = declaration(differ, event);

	return section ? function_of(section) : NULL;
}

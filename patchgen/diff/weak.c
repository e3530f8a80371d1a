// SPDX-License-Identifier: GPL-2.0
/*
 * Weak definitions that another object of the kernel overrides: the link passed them over, so a
 * change of them has no effect. What refers to them means the other one.
 */
#include "differ.h"

static bool is_overridden(const struct differ *differ, const struct symbol *symbol)
{
	const struct symbol *orig = symbol->twin;

	return orig && orig->section && orig->bind == STB_WEAK && symbol->section &&
	       (symbol_is_function(symbol) || symbol_is_data(symbol)) &&
	       resolver_has_strong(differ->options->resolver, orig->name);
}

static bool is_changed(const struct symbol *symbol)
{
	const struct symbol *orig = symbol->twin;
	struct range a = {orig->section, orig->value, orig->value + orig->size};
	struct range b = {symbol->section, symbol->value, symbol->value + symbol->size};

	return symbol_is_data(symbol) ? !ranges_same(&a, &b, NULL) : symbol->is_changed;
}

static void drop(struct differ *differ, struct symbol *symbol)
{
	const struct diag_where where = {symbol->name, symbol->section->name,
					 differ->options->source, 0};

	diag_add(&differ->result->diags, KM243, DIAG_WARNING, 0, &where,
		 "%s%s changes, but %s has another object's instead of this weak one", symbol->name,
		 symbol_is_function(symbol) ? "()" : "", differ->options->object);
	symbol->is_changed = false;
	symbol->twin->is_changed = false;
}

void drop_overridden(struct differ *differ)
{
	if (!differ->options->resolver)
		return;
	for_each_symbol(symbol, differ->patched) {
		if (!is_overridden(differ, symbol))
			continue;
		symbol->is_overridden = true;
		if (is_changed(symbol))
			drop(differ, symbol);
	}
}

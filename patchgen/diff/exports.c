// SPDX-License-Identifier: GPL-2.0
/*
 * Exported symbols. The running kernel's table of them stays as it is: what is new in it, gone or
 * labelled otherwise has no effect, and is told. What modules call through it must keep its type.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#include "differ.h"

/* The name that a label of an export stands for, or NULL. */
static const char *exported_name(const struct symbol *symbol)
{
	static const char *const prefixes[] = {"__ksymtab_", "__export_symbol_"};

	if (symbol->type == STT_SECTION || !symbol->section)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(symbol->name, prefixes[i], strlen(prefixes[i])) == 0)
			return symbol->name + strlen(prefixes[i]);
	return NULL;
}

static struct symbol *find_defined(const struct object *object, const char *name)
{
	struct symbol *symbol = object_first_by_name(object, name);

	for (; symbol; symbol = symbol->next_same_name)
		if (symbol->section && strcmp(symbol->name, name) == 0)
			return symbol;
	return NULL;
}

static const char *text_at(const struct symbol *symbol, uint64_t offset)
{
	uint64_t at = symbol->value + offset;

	return section_string_size(symbol->section, at) ? (const char *)symbol->section->data + at :
							  "";
}

/*
 * Before 6.5 the section's name tells the licence, and a string beside the symbol's name the
 * namespace; since then (.export_symbol) two strings at the label are both.
 */
static bool is_record(const struct symbol *label)
{
	return strcmp(label->section->name, ".export_symbol") == 0;
}

static bool is_for_gpl(const struct symbol *label)
{
	if (is_record(label))
		return strcmp(text_at(label, 0), "GPL") == 0;
	return strstr(label->section->name, "ksymtab_gpl") != NULL;
}

static const char *namespace_of(const struct object *object, const struct symbol *label)
{
	_cleanup_free_ char *name = NULL;
	const struct symbol *text;

	if (is_record(label))
		return text_at(label, strlen(text_at(label, 0)) + 1);
	if (asprintf(&name, "__kstrtabns_%s", exported_name(label)) < 0)
		return "";
	text = find_defined(object, name);
	return text ? text_at(text, 0) : "";
}

static void tell(struct differ *differ, enum diag_code code, const char *symbol,
		 const struct section *section, const char *what)
{
	struct diag_where where = {symbol, section->name, differ->options->source, 0};

	diag_add(&differ->result->diags, code, DIAG_WARNING, 0, &where, "%s", what);
}

static void judge_new_export(struct differ *differ, const struct symbol *label)
{
	const char *name = exported_name(label);
	_cleanup_free_ char *what = NULL;

	if (asprintf(&what,
		     "%s is exported anew: the objects of this patch can use it, others cannot",
		     name) >= 0)
		tell(differ, KM240, name, label->section, what);
}

/* Modules of the running kernel are linked to it already. */
static void judge_removed_export(struct differ *differ, const struct symbol *label)
{
	const char *name = exported_name(label);
	const struct symbol *symbol = find_defined(differ->patched, name);
	_cleanup_free_ char *what = NULL;

	if (asprintf(&what,
		     symbol ? "%s is no longer exported: modules can use it as before" :
			      "%s is removed: modules that use it keep the old one, as it is",
		     name) >= 0)
		tell(differ, KM241, name, label->section, what);
}

static void judge_changed_export(struct differ *differ, const struct symbol *orig,
				 const struct symbol *label)
{
	bool is_gpl = is_for_gpl(label);
	const char *name = exported_name(label), *namespace = namespace_of(differ->patched, label);
	_cleanup_free_ char *what = NULL;

	if (is_for_gpl(orig) == is_gpl && strcmp(namespace_of(differ->orig, orig), namespace) == 0)
		return;
	if (asprintf(&what, "the export of %s changes%s%s%s: modules can use it as before", name,
		     is_for_gpl(orig) == is_gpl ? "" :
		     is_gpl                     ? ", to modules under the GPL only" :
						  ", to modules under any licence",
		     *namespace ? ", to namespace " : "", namespace) >= 0)
		tell(differ, KM241, name, label->section, what);
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;

	return dwarf_attr_integrate(die, DW_AT_type, &attribute) &&
	       dwarf_formref_die(&attribute, ret);
}

/* Deeper than that types are taken to be the same. */
#define DEPTH_MAX 16

static bool arguments_same(Dwarf_Die *a, Dwarf_Die *b, unsigned depth);

static bool is_name(int tag)
{
	return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
	       tag == DW_TAG_restrict_type;
}

static bool is_number(Dwarf_Die *die)
{
	return dwarf_tag(die) == DW_TAG_base_type || dwarf_tag(die) == DW_TAG_enumeration_type;
}

static bool names_same(Dwarf_Die *a, Dwarf_Die *b)
{
	const char *x = dwarf_diename(a), *y = dwarf_diename(b);

	return !x || !y ? x == y : strcmp(x, y) == 0;
}

/* Whether what one type describes may be handed over as the other. The layout of structures is
 * layout.c's business. */
static bool types_same(Dwarf_Die *a, Dwarf_Die *b, unsigned depth)
{
	Dwarf_Die x = *a, y = *b, next_x, next_y;
	Dwarf_Word size_x = 0, size_y = 0;
	bool has_x = type_of(&x, &next_x), has_y = type_of(&y, &next_y);

	if (depth >= DEPTH_MAX)
		return true;
	if (is_name(dwarf_tag(&x)) && has_x)
		return types_same(&next_x, &y, depth + 1);
	if (is_name(dwarf_tag(&y)) && has_y)
		return types_same(&x, &next_y, depth + 1);
	if (dwarf_tag(&x) != dwarf_tag(&y) && !(is_number(&x) && is_number(&y)))
		return false;
	switch (dwarf_tag(&x)) {
	case DW_TAG_pointer_type:
	case DW_TAG_array_type:
		return has_x == has_y && (!has_x || types_same(&next_x, &next_y, depth + 1));
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return names_same(&x, &y);
	case DW_TAG_subroutine_type:
		return arguments_same(&x, &y, depth + 1);
	default:
		dwarf_aggregate_size(&x, &size_x);
		dwarf_aggregate_size(&y, &size_y);
		return size_x == size_y;
	}
}

/* A structure, for which the caller hands over a place as the first argument. */
static bool is_returned_in_memory(Dwarf_Die *type)
{
	Dwarf_Die die = *type, next;

	while (is_name(dwarf_tag(&die)) && type_of(&die, &next))
		die = next;
	return dwarf_tag(&die) == DW_TAG_structure_type || dwarf_tag(&die) == DW_TAG_union_type;
}

static bool next_argument(Dwarf_Die *function, Dwarf_Die *die, bool *is_first)
{
	int r = *is_first ? dwarf_child(function, die) : dwarf_siblingof(die, die);

	*is_first = false;
	while (r == 0 && dwarf_tag(die) != DW_TAG_formal_parameter &&
	       dwarf_tag(die) != DW_TAG_unspecified_parameters)
		r = dwarf_siblingof(die, die);
	return r == 0;
}

static bool arguments_same(Dwarf_Die *a, Dwarf_Die *b, unsigned depth)
{
	Dwarf_Die x, y, type_x, type_y;
	bool is_first_x = true, is_first_y = true;
	bool has_x = type_of(a, &type_x), has_y = type_of(b, &type_y);

	/* A result where there was none harms nobody but who expects it of a callback. */
	if (has_x != has_y && (has_x || depth > 0 || is_returned_in_memory(&type_y)))
		return false;
	if (has_x && has_y && !types_same(&type_x, &type_y, depth))
		return false;
	for (;;) {
		has_x = next_argument(a, &x, &is_first_x);
		has_y = next_argument(b, &y, &is_first_y);
		if (!has_x || !has_y)
			return has_x == has_y;
		has_x = type_of(&x, &type_x);
		has_y = type_of(&y, &type_y);
		if (has_x != has_y || (has_x && !types_same(&type_x, &type_y, depth)))
			return false;
	}
}

/* A function's own entry, which has its arguments. */
static bool find_function(struct object *object, const char *name, Dwarf_Die *ret)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit, die;
	Dwarf *dwarf;

	if (object_dwarf(object, &dwarf) < 0)
		return false;
	while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
		if (dwarf_child(&unit, &die) != 0)
			continue;
		do {
			const char *own = dwarf_diename(&die);

			if (dwarf_tag(&die) != DW_TAG_subprogram || !own ||
			    strcmp(own, name) != 0 || dwarf_hasattr(&die, DW_AT_declaration))
				continue;
			*ret = die;
			return true;
		} while (dwarf_siblingof(&die, &die) == 0);
	}
	return false;
}

static void judge_prototype(struct differ *differ, const char *name)
{
	struct symbol *symbol = find_defined(differ->patched, name);
	Dwarf_Die orig, patched;

	if (!symbol || !symbol_is_function(symbol) || !symbol->is_changed ||
	    !find_function(differ->orig, name, &orig) ||
	    !find_function(differ->patched, name, &patched) || arguments_same(&orig, &patched, 0))
		return;
	refuse(differ, KM214, symbol, symbol->section, symbol->value,
	       "exported %s() takes or returns something else: modules call it as before", name);
}

void judge_exports(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		const struct symbol *orig;

		if (!exported_name(symbol))
			continue;
		orig = find_defined(differ->orig, symbol->name);
		if (!orig) {
			judge_new_export(differ, symbol);
			continue;
		}
		judge_changed_export(differ, orig, symbol);
		judge_prototype(differ, exported_name(symbol));
	}
	for_each_symbol(symbol, differ->orig)
		if (exported_name(symbol) && !find_defined(differ->patched, symbol->name))
			judge_removed_export(differ, symbol);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that change and cannot be redirected, as ftrace has no entry in them: what is notrace,
 * in a file built without -pg (kernel/trace), or declared inline and yet compiled (__do_sys_*). So
 * do those that share their place with another function that does not change.
 * Such a function comes along like a new one, and its callers are redirected instead, though they
 * did not change: their copies call the copy. That holds where every reference to the function is
 * a call or jump out of other functions of the object; whoever has its address goes on calling the
 * old one. Where a caller cannot be redirected either, its callers are, and so on.
 */
#include <stdarg.h>
#include <string.h>

#include "../object/arch.h"
#include "differ.h"

/* The function that is looked at. */
struct callee {
	struct symbol *function; /* of the patched object */
	struct symbol *root; /* the changed one that it is, or calls */
	bool is_refused;
	bool is_called; /* by what may still run */
};

/* One thing that refers to it, or to its twin. */
struct referrer {
	struct section *section;
	uint64_t offset;
	struct symbol *symbol; /* that it is part of, or NULL */
	bool is_call;
};

/* Why its function's redirect would not be enough. */
enum obstacle {
	OBSTACLE_NONE,
	OBSTACLE_REFERS,
	OBSTACLE_ADDRESS,
	OBSTACLE_LEAVES,
	OBSTACLE_GOES,
	OBSTACLE_UNKNOWN,
};

static bool covers(const struct symbol *function, const struct section *section, uint64_t offset)
{
	return function && function->section == section && offset >= function->value &&
	       offset - function->value < function->size;
}

/* In the function itself, its .cold part included. */
static bool is_inside(const struct symbol *function, const struct section *section, uint64_t offset)
{
	return covers(function, section, offset) || covers(function->child, section, offset);
}

/* An entry that describes a place in the function itself. */
static bool is_own_entry(const struct symbol *function, const struct section *table,
			 uint64_t offset)
{
	const struct symbol *parts[] = {function, function->child};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const struct section *section = parts[i] ? parts[i]->section : NULL;

		for (size_t k = 0; section && k < section->n_entries; k++) {
			const struct entry *entry = &section->entries[k];

			if (entry->section == table && offset >= entry->offset &&
			    offset - entry->offset < entry->size &&
			    covers(parts[i], section, entry->owner))
				return true;
		}
	}
	return false;
}

/* For the build only, or a list of functions that nobody is called from. */
static bool is_harmless(const struct section *section)
{
	return !(section->flags & SHF_ALLOC) ||
	       (section->special && section->special->kind == SPECIAL_IGNORED) ||
	       strcmp(section->name, "_kprobe_blacklist") == 0 ||
	       strcmp(section->name, "_error_injection_whitelist") == 0;
}

/* A label in the function, in a table that its own switch jumps through. */
static bool is_label(const struct symbol *function, const struct section *section, uint64_t place)
{
	return place != function->value && !section->special && !section_is_code(section) &&
	       !section_is_writable(section);
}

/* The change is told once, with the first obstacle. */
static void refuse_callee(struct differ *differ, struct callee *callee, enum diag_code code,
			  const char *format, ...) _printf_(4, 5);

static void refuse_callee(struct differ *differ, struct callee *callee, enum diag_code code,
			  const char *format, ...)
{
	const struct symbol *root = callee->root;
	uint64_t first = root->change.part == root ? root->change.offset : 0;
	_cleanup_free_ char *why = NULL;
	va_list ap;

	if (callee->is_refused)
		return;
	callee->is_refused = true;
	va_start(ap, format);
	if (vasprintf(&why, format, ap) < 0)
		why = NULL;
	va_end(ap);
	refuse(differ, code, root, root->section, root->value + first,
	       "%s() changes (first at +0x%llx) and %s: %s", root->name, (unsigned long long)first,
	       function_has_fentry(root->twin) ? "is one with another function in the kernel" :
						 "has no fentry call to redirect",
	       why ?: "callers do not help");
}

/* How a message names the function after the change has been named. */
static char *name_of(const struct callee *callee)
{
	char *name;

	if (callee->function == callee->root)
		return strdup("it");
	return asprintf(&name, "its caller %s()", callee->function->name) < 0 ? NULL : name;
}

static char *place_of(const struct referrer *referrer)
{
	struct section *section = referrer->section;
	const struct symbol *by = referrer->symbol;
	bool is_function = by && symbol_is_function(by);
	_cleanup_free_ char *file = NULL;
	const char *base;
	unsigned line;
	char *place;
	int r = -ENODATA;

	if (section_is_code(section))
		r = source_line(section->object, section->name, referrer->offset, &file, &line);
	else if (by)
		r = variable_line(section->object, by->name, &file, &line);
	if (r < 0)
		r = by ? asprintf(&place, "%s%s in %s", by->name, is_function ? "()" : "",
				  section->name) :
			 asprintf(&place, "%s+0x%llx", section->name,
				  (unsigned long long)referrer->offset);
	else {
		base = strrchr(file, '/');
		r = asprintf(&place, "%s%s in %s (%s:%u)", by ? by->name : "code",
			     is_function ? "()" : "", section->name, base ? base + 1 : file, line);
	}
	return r < 0 ? NULL : place;
}

static void refuse_referrer(struct differ *differ, struct callee *callee,
			    const struct referrer *referrer, enum obstacle obstacle)
{
	static const struct {
		const char *verb, *rest;
	} texts[] = {
		[OBSTACLE_REFERS] = {"refers to", ""},
		[OBSTACLE_ADDRESS] = {"takes the address of", ""},
		[OBSTACLE_LEAVES] = {"calls", " when the module comes or goes"},
		[OBSTACLE_GOES] = {"calls", ", goes away, and may still be called"},
		[OBSTACLE_UNKNOWN] = {"cannot be decoded, and may call", ""},
	};
	_cleanup_free_ char *place = place_of(referrer), *name = name_of(callee);

	refuse_callee(differ, callee, KM210, "%s %s %s%s", place ?: "something",
		      texts[obstacle].verb, name ?: "it", texts[obstacle].rest);
}

/*
 * Boot is over, and so are its calls, but not what it did with an address (proc_create() in an
 * init function). A module's init and exit code is still to run.
 */
static bool is_over(const struct differ *differ, const struct section *section, bool is_call)
{
	return is_call && section_is_code(section) && section_is_init(section) &&
	       strcmp(differ->options->object, "vmlinux") == 0;
}

static bool is_called_only(struct object *object, const struct symbol *function)
{
	if (function->bind != STB_LOCAL)
		return false;
	for_each_section(section, object) {
		if (is_harmless(section))
			continue;
		for_each_reloc(reloc, section, 0, section->size) {
			struct target target = reloc_target(reloc);

			if (target.symbol == function && !reloc->is_branch &&
			    !is_inside(function, section, reloc->offset) &&
			    !is_own_entry(function, section, reloc->offset))
				return false;
		}
	}
	return true;
}

/* A caller is redirected under all its names. */
static void redirect(struct symbol *caller, struct symbol *root)
{
	const struct section *section = caller->section;

	for (size_t i = 0; i < section->n_defs; i++) {
		struct symbol *other = section->defs[i];

		if (!symbol_is_function(other) || other->value != caller->value || !other->twin ||
		    other->is_changed || other->is_redirected)
			continue;
		other->is_redirected = true;
		other->root = root;
	}
}

static enum obstacle obstacle_of(struct differ *differ, const struct referrer *referrer)
{
	const struct section *section = referrer->section;
	struct symbol *by = referrer->symbol;

	if (!section_is_code(section) || !by || !symbol_is_function(by) ||
	    strcmp(section->name, ".static_call.text") == 0)
		return OBSTACLE_REFERS;
	if (!referrer->is_call)
		return OBSTACLE_ADDRESS;
	if (section_is_init(section))
		return OBSTACLE_LEAVES;
	by = symbol_owner(by);
	if (section->object == differ->orig && !by->twin && !is_called_only(differ->orig, by))
		return OBSTACLE_GOES;
	return OBSTACLE_NONE;
}

static void judge_referrer(struct differ *differ, struct callee *callee,
			   const struct referrer *referrer)
{
	enum obstacle obstacle;
	struct symbol *by;

	if (is_over(differ, referrer->section, referrer->is_call))
		return;
	obstacle = obstacle_of(differ, referrer);
	if (obstacle != OBSTACLE_NONE) {
		refuse_referrer(differ, callee, referrer, obstacle);
		return;
	}
	callee->is_called = true;
	by = symbol_owner(referrer->symbol);
	if (referrer->section->object == differ->orig)
		by = by->twin;
	if (by && by->twin)
		redirect(by, callee->root);
}

static void judge_relocs(struct differ *differ, struct callee *callee,
			 const struct symbol *function, struct section *section)
{
	for_each_reloc(reloc, section, 0, section->size) {
		struct referrer referrer = {.section = section, .offset = reloc->offset};
		struct target target;
		int64_t place;

		if (reloc->symbol->section != function->section)
			continue;
		target = reloc_target(reloc);
		place = target.offset + (target.symbol ? (int64_t)target.symbol->value : 0);
		if (place < 0 || !covers(function, function->section, place) ||
		    is_inside(function, section, reloc->offset) ||
		    is_own_entry(function, section, reloc->offset) ||
		    is_label(function, section, place))
			continue;
		referrer.symbol = section_symbol_at(section, reloc->offset);
		referrer.is_call = reloc->is_branch && !reloc->is_uncertain &&
				   (uint64_t)place == function->value;
		judge_referrer(differ, callee, &referrer);
	}
}

/* What shares the section may call without a relocation. */
static void judge_neighbours(struct differ *differ, struct callee *callee,
			     const struct symbol *function)
{
	struct section *section = function->section;
	struct insn insn;

	for (uint64_t at = 0; section->data && at < section->size; at += insn.length) {
		struct referrer referrer = {.section = section, .offset = at};
		size_t reloc = section_reloc_index(section, at);
		uint64_t place;

		if (arch_decode(section->data + at, section->size - at, &insn) < 0) {
			referrer.symbol = section_symbol_at(section, at);
			refuse_referrer(differ, callee, &referrer, OBSTACLE_UNKNOWN);
			return;
		}
		if (!insn.relative || is_inside(function, section, at) ||
		    (reloc < section->n_relocs && section->relocs[reloc].offset < at + insn.length))
			continue;
		place = at + insn.length + insn.displacement;
		if (!covers(function, section, place))
			continue;
		referrer.symbol = section_symbol_at(section, at);
		referrer.is_call = insn.is_branch && place == function->value;
		judge_referrer(differ, callee, &referrer);
	}
}

static bool is_alone(const struct symbol *function)
{
	const struct section *section = function->section;

	for (size_t i = 0; i < section->n_defs; i++)
		if (symbol_is_function(section->defs[i]) &&
		    section->defs[i]->value != function->value)
			return false;
	return true;
}

/* BPF programs call kernel functions that such a list names, by their address. */
static bool has_btf_id(struct object *object, const struct symbol *function)
{
	static const char prefix[] = "__BTF_ID__func__";
	size_t n = strlen(function->name);

	for_each_symbol(symbol, object)
		if (strncmp(symbol->name, prefix, strlen(prefix)) == 0 &&
		    strncmp(symbol->name + strlen(prefix), function->name, n) == 0 &&
		    strncmp(symbol->name + strlen(prefix) + n, "__", 2) == 0)
			return true;
	return false;
}

static void judge_object(struct differ *differ, struct callee *callee, struct object *object,
			 const struct symbol *function)
{
	_cleanup_free_ char *name = name_of(callee);

	for_each_section(section, object)
		if (!is_harmless(section))
			judge_relocs(differ, callee, function, section);
	if (!is_alone(function))
		judge_neighbours(differ, callee, function);
	if (has_btf_id(object, function))
		refuse_callee(differ, callee, KM210, "BPF programs may call %s", name ?: "it");
}

/* Under any of its names. */
static bool is_global(const struct symbol *function)
{
	const struct section *section = function->section;

	for (size_t i = 0; i < section->n_defs; i++)
		if (symbol_is_function(section->defs[i]) &&
		    section->defs[i]->value == function->value &&
		    section->defs[i]->bind != STB_LOCAL)
			return true;
	return false;
}

/* Other objects may refer to a global one; what was shipped tells, and confirms it of a local one. */
static int judge_others(struct differ *differ, struct callee *callee)
{
	const struct symbol *orig = callee->function->twin;
	_cleanup_free_ char *why = NULL, *name = name_of(callee);
	int r;

	if (callee->is_refused)
		return 0;
	if (!differ->options->resolver && !is_global(orig) && !is_global(callee->function))
		return 0;
	if (!differ->options->resolver) {
		refuse_callee(differ, callee, KM210,
			      "%s is global, and only patchgen build can tell who calls it",
			      name ?: "it");
		return 0;
	}
	r = resolver_find_user(differ->options->resolver, orig->index, &why);
	if (r > 0)
		refuse_callee(differ, callee, KM210, "%s %s", name ?: "it", why);
	return r < 0 ? r : 0;
}

static bool is_callee(const struct symbol *symbol)
{
	const struct symbol *orig = symbol->twin;

	return symbol_is_function(symbol) && symbol->section && orig && orig->section &&
	       !symbol->parent && !symbol->is_carried &&
	       (symbol->is_changed || symbol->is_redirected) &&
	       (symbol->section->flags & SHF_ALLOC) && !section_is_init(symbol->section) &&
	       !section_is_init(orig->section) &&
	       (!function_has_fentry(orig) || function_shares_place(symbol)) &&
	       strcmp(symbol->section->name, ".static_call.text") != 0;
}

static int carry(struct differ *differ, struct symbol *function)
{
	struct callee callee = {.function = function, .root = function};
	int r;

	if (function->is_redirected)
		callee.root = function->root;
	function->is_carried = true;
	if (callee.root->is_stuck)
		return 0;
	judge_object(differ, &callee, differ->orig, function->twin);
	judge_object(differ, &callee, differ->patched, function);
	r = judge_others(differ, &callee);
	if (r == 0 && !callee.is_refused && !callee.is_called)
		refuse_callee(differ, &callee, KM242, "nothing that still runs calls it");
	callee.root->is_stuck = callee.is_refused;
	return r;
}

/* Nobody is redirected for a change that is refused. */
static void forget_stuck(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched)
		if (symbol->root && symbol->root->is_stuck)
			symbol->is_redirected = false;
}

int redirect_callers(struct differ *differ)
{
	bool again = true;

	while (again) {
		again = false;
		for_each_symbol(symbol, differ->patched) {
			int r;

			if (!is_callee(symbol))
				continue;
			r = carry(differ, symbol);
			if (r < 0)
				return r;
			again = true;
		}
	}
	forget_stuck(differ);
	return 0;
}

static bool is_reached_in(const struct differ *differ, struct object *object,
			  const struct symbol *function)
{
	for_each_section(section, object) {
		if (is_harmless(section))
			continue;
		for_each_reloc(reloc, section, 0, section->size) {
			struct target target;
			int64_t place;

			if (reloc->symbol->section != function->section)
				continue;
			target = reloc_target(reloc);
			place = target.offset + (target.symbol ? (int64_t)target.symbol->value : 0);
			if (place >= 0 && covers(function, function->section, place) &&
			    !is_over(differ, section, reloc->is_branch) &&
			    !is_inside(function, section, reloc->offset) &&
			    !is_own_entry(function, section, reloc->offset))
				return true;
		}
	}
	return has_btf_id(object, function);
}

/* All who refer to it can be seen: it is local to an object of the kernel itself. */
static bool is_unreached(const struct differ *differ, const struct symbol *symbol)
{
	return symbol_is_function(symbol) && symbol->section && symbol->is_changed &&
	       !symbol->is_carried && !symbol->parent && !is_global(symbol) &&
	       !is_global(symbol->twin) && !section_is_init(symbol->section) &&
	       strcmp(differ->options->object, "vmlinux") == 0 &&
	       !is_reached_in(differ, differ->orig, symbol->twin) &&
	       !is_reached_in(differ, differ->patched, symbol);
}

void tell_unreached(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched) {
		_cleanup_free_ char *file = NULL;
		struct diag_where where = {.symbol = symbol->name};

		if (!is_unreached(differ, symbol))
			continue;
		where.section = symbol->section->name;
		source_line(differ->patched, where.section, symbol->value, &file, &where.line);
		where.file = file ?: differ->options->source;
		diag_add(&differ->result->diags, KM242, DIAG_WARNING, 0, &where,
			 "%s() changes, but nothing that still runs calls it", symbol->name);
	}
}

// SPDX-License-Identifier: GPL-2.0
#include "resolve.h"

#include <stdarg.h>
#include <string.h>

#include "../../lib/strv.h"
#include "../diff/differ.h"
#include "../base/files.h"
#include "../kernel/ksymtab.h"
#include "proof.h"
#include "references.h"
#include "../kernel/symvers.h"

/* A symbol that one object of the fix has for others, and whose that object is. */
struct fix_symbol {
	char *name;
	struct shipped *owner;
};

struct fix_symbols {
	struct fix_symbol *items;
	size_t n;
};

struct resolver {
	const struct kernel *kernel;
	enum verify verify;
	struct symvers symvers, own; /* the kernel's, and those of a module that is not its own */
	struct ksymtab *ksymtab; /* what the image exports; NULL: not known */
	const char *module_file; /* of that module */
	struct shipped *vmlinux;
	struct shipped **modules;
	size_t n_modules;
	char **namespaces;
	struct fix_symbols new_symbols; /* that the fix's objects define for each other */
	struct fix_symbols made_global; /* that are there, but no longer static, or exported */
	char **new_uses; /* global symbols that one of its objects did not use before */
	/* The object that requests are about. */
	struct object *object;
	char *source;
	struct shipped *owner;
	struct proof *proof;
	/* The same compiled without sections for each function, when it is needed. */
	const struct tree *tree;
	const struct compiled *original;
	struct object *plain;
	struct proof *plain_proof;
	bool is_plain_tried;
};

static const char *const verify_names[] = {
	[VERIFY_REQUIRE] = "require",
	[VERIFY_WARN] = "warn",
	[VERIFY_OFF] = "off",
};

const char *verify_name(enum verify verify)
{
	return verify < _VERIFY_MAX ? verify_names[verify] : NULL;
}

enum verify verify_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verify_names); i++)
		if (strcmp(verify_names[i], name) == 0)
			return i;
	return _VERIFY_INVALID;
}

int resolver_new(const struct kernel *kernel, const struct image *image, enum verify verify,
		 struct diag_list *diags, struct resolver **ret)
{
	_cleanup_resolver_ struct resolver *resolver = calloc(1, sizeof(*resolver));
	_cleanup_free_ char *path = NULL;
	int r;

	if (!resolver)
		return -ENOMEM;
	resolver->kernel = kernel;
	resolver->verify = verify;
	r = shipped_open_image(kernel, image, &resolver->vmlinux);
	r = r ?: string_format(&path, "%s/Module.symvers", kernel->headers);
	r = r ?: symvers_read(path, diags, &resolver->symvers);
	r = r ?: ksymtab_open(image, &resolver->symvers, &resolver->ksymtab);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(resolver);
	return 0;
}

int resolver_add_module(struct resolver *resolver, const char *file, const char *symvers,
			struct diag_list *diags)
{
	resolver->module_file = file;
	return symvers_read(symvers, diags, &resolver->own);
}

static void forget_object(struct resolver *resolver)
{
	proof_free(resolver->plain_proof);
	object_free(resolver->plain);
	proof_free(resolver->proof);
	object_free(resolver->object);
	free(resolver->source);
	resolver->plain_proof = NULL;
	resolver->plain = NULL;
	resolver->is_plain_tried = false;
	resolver->proof = NULL;
	resolver->object = NULL;
	resolver->source = NULL;
}

static void fix_symbols_done(struct fix_symbols *symbols)
{
	for (size_t i = 0; i < symbols->n; i++)
		free(symbols->items[i].name);
	free(symbols->items);
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	forget_object(resolver);
	shipped_free(resolver->vmlinux);
	for (size_t i = 0; i < resolver->n_modules; i++)
		shipped_free(resolver->modules[i]);
	free(resolver->modules);
	symvers_done(&resolver->symvers);
	symvers_done(&resolver->own);
	ksymtab_free(resolver->ksymtab);
	strv_free(resolver->namespaces);
	fix_symbols_done(&resolver->new_symbols);
	fix_symbols_done(&resolver->made_global);
	strv_free(resolver->new_uses);
	free(resolver);
}

/* is_outside: one that is not the kernel's own. */
static int open_module(struct resolver *resolver, const char *name, bool is_outside,
		       struct diag_list *diags, struct shipped **ret)
{
	struct shipped **modules;
	int r;

	for (size_t i = 0; i < resolver->n_modules; i++)
		if (strcmp(resolver->modules[i]->name, name) == 0) {
			*ret = resolver->modules[i];
			return 0;
		}
	modules = reallocarray(resolver->modules, resolver->n_modules + 1, sizeof(*modules));
	if (!modules)
		return -ENOMEM;
	resolver->modules = modules;
	if (is_outside)
		r = shipped_open_outside(resolver->kernel, name, resolver->module_file, diags,
					 &modules[resolver->n_modules]);
	else
		r = shipped_open_module(resolver->kernel, name, diags,
					&modules[resolver->n_modules]);
	if (r < 0)
		return r;
	*ret = modules[resolver->n_modules++];
	return 0;
}

static int open_owner(struct resolver *resolver, const struct compiled *original,
		      struct diag_list *diags, struct shipped **ret)
{
	if (original->is_module)
		return open_module(resolver, original->module, original->place, diags, ret);
	*ret = resolver->vmlinux;
	return 0;
}

/* How many of the object's functions what was shipped has by name. */
static size_t count_known(const struct resolver *resolver)
{
	size_t n = 0, first;

	for_each_symbol(symbol, resolver->object)
		if (symbol->section && symbol_is_function(symbol))
			n += shipped_find(resolver->owner, symbol->name, &first) > 0;
	return n;
}

/* Returns 0 where what is not proven may go into a patch, or err. */
static int not_proven(const struct resolver *resolver, const struct diag_where *where, int err,
		      struct diag_list *diags, const char *format, ...)
{
	static const enum diag_severity severities[] = {
		[VERIFY_REQUIRE] = DIAG_REFUSAL,
		[VERIFY_WARN] = DIAG_WARNING,
	};
	_cleanup_free_ char *message = NULL;
	va_list ap;

	if (resolver->verify == VERIFY_OFF)
		return 0;
	va_start(ap, format);
	if (vasprintf(&message, format, ap) < 0)
		message = NULL;
	va_end(ap);
	diag_add(diags, KM312, severities[resolver->verify], err, where, "%s",
		 message ?: diag_code_text(KM312));
	return resolver->verify == VERIFY_REQUIRE ? err : 0;
}

/*
 * What is in the way of a proof may be that functions have sections of their own. The whole of
 * .text or .data then has one place, which tells more symbols of one name apart. Returns whether
 * there is such a proof; without it nothing more is proven.
 */
static bool has_plain(struct resolver *resolver)
{
	_cleanup_free_ char *path = NULL;
	int n = strlen(resolver->original->object) - 2;

	if (resolver->is_plain_tried)
		return resolver->plain_proof;
	resolver->is_plain_tried = true;
	if (!resolver->tree ||
	    string_format(&path, "%.*s.plain.o", n, resolver->original->object) < 0 ||
	    tree_compile_plain(resolver->tree, resolver->original, path) < 0 ||
	    object_open(path, &resolver->plain, NULL) < 0)
		return false;
	return proof_make(resolver->plain, resolver->owner, &resolver->plain_proof) == 0;
}

/* The symbol of a name that is alike; NULL where there are several, or none. */
static const struct symbol *plain_symbol(struct resolver *resolver, const struct symbol *symbol)
{
	const struct symbol *found = NULL;

	if (!has_plain(resolver))
		return NULL;
	for (const struct symbol *s = object_first_by_name(resolver->plain, symbol->name); s;
	     s = s->next_same_name) {
		if (strcmp(s->name, symbol->name) != 0 || s->type != symbol->type || !s->section)
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

static bool is_proven(struct resolver *resolver, const struct symbol *symbol)
{
	const struct symbol *plain;

	if (resolver->proof->is_proven[symbol->index])
		return true;
	plain = plain_symbol(resolver, symbol);
	return plain && resolver->plain_proof->is_proven[plain->index];
}

/* A function that is a little shorter where its jumps reach their targets in one section. */
static uint64_t shipped_size(struct resolver *resolver, const struct symbol *function)
{
	const struct symbol *plain;

	if (resolver->proof->is_proven[function->index])
		return 0;
	plain = plain_symbol(resolver, function);
	return plain && resolver->plain_proof->is_proven[plain->index] ? plain->size : 0;
}

static bool find_place(struct resolver *resolver, const struct symbol *symbol, struct place *ret)
{
	const struct symbol *plain;

	if (proof_place(resolver->proof, symbol, ret))
		return true;
	plain = plain_symbol(resolver, symbol);
	return plain && proof_place(resolver->plain_proof, plain, ret);
}

static bool is_nothing_proven(struct resolver *resolver)
{
	if (resolver->proof->n_functions == 0 || resolver->proof->n_proven > 0)
		return false;
	return !has_plain(resolver) || resolver->plain_proof->n_proven == 0;
}

int resolver_set_object(struct resolver *resolver, const struct tree *tree,
			const struct compiled *original, struct diag_list *diags)
{
	const struct diag_where where = {.file = original->source};
	int r;

	forget_object(resolver);
	resolver->tree = tree;
	resolver->original = original;
	resolver->source = strdup(original->source);
	r = resolver->source ? open_owner(resolver, original, diags, &resolver->owner) : -ENOMEM;
	r = r ?: object_open(original->object, &resolver->object, diags);
	r = r ?: proof_make(resolver->object, resolver->owner, &resolver->proof);
	if (r < 0)
		return r;
	if (!is_nothing_proven(resolver))
		return 0;
	if (count_known(resolver) > 0)
		return not_proven(resolver, &where, -ENOENT, diags,
				  "none of its functions is what was shipped in %s",
				  original->module);
	return diag_add(diags, KM304, DIAG_REFUSAL, -ENOENT, &where,
			"none of its functions is in the shipped %s", original->module);
}

static const char *in_source(const struct resolver *resolver, const char *path)
{
	size_t n = strlen(resolver->kernel->source);

	return strncmp(path, resolver->kernel->source, n) == 0 && path[n] == '/' ? path + n + 1 :
										   path;
}

static bool defines(const struct object *object, const char *name)
{
	for (const struct symbol *symbol = object_first_by_name(object, name); symbol;
	     symbol = symbol->next_same_name)
		if (symbol->section && symbol->bind != STB_LOCAL && strcmp(symbol->name, name) == 0)
			return true;
	return false;
}

static int add_once(char ***list, const char *name)
{
	return strv_contains(*list, name) ? 0 : strv_append(list, name);
}

static bool has_local(const struct object *object, const struct symbol *like)
{
	for (const struct symbol *symbol = object_first_by_name(object, like->name); symbol;
	     symbol = symbol->next_same_name)
		if (symbol->section && symbol->bind == STB_LOCAL && symbol->type == like->type &&
		    strcmp(symbol->name, like->name) == 0)
			return true;
	return false;
}

static bool exports(const struct object *object, const char *name)
{
	static const char *const prefixes[] = {"__ksymtab_", "__export_symbol_"};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		_cleanup_free_ char *label = NULL;
		const struct symbol *symbol;

		if (string_format(&label, "%s%s", prefixes[i], name) < 0)
			return false;
		symbol = object_first_by_name(object, label);
		for (; symbol; symbol = symbol->next_same_name)
			if (symbol->section && strcmp(symbol->name, label) == 0)
				return true;
	}
	return false;
}

/* A module's own so far: those of other modules cannot find it by its name. */
static bool is_newly_exported(const struct object *old, const struct object *new,
			      const struct symbol *symbol)
{
	return defines(old, symbol->name) && exports(new, symbol->name) &&
	       !exports(old, symbol->name);
}

static int add_fix_symbol(struct resolver *resolver, const struct compiled *original,
			  const char *name, struct fix_symbols *symbols, struct diag_list *diags)
{
	struct fix_symbol *items;
	struct shipped *owner;
	int r;

	r = open_owner(resolver, original, diags, &owner);
	if (r < 0)
		return r;
	items = reallocarray(symbols->items, symbols->n + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	symbols->items = items;
	items += symbols->n;
	*items = (struct fix_symbol){.name = strdup(name), .owner = owner};
	if (!items->name)
		return -ENOMEM;
	symbols->n++;
	return 0;
}

int resolver_add_new_symbols(struct resolver *resolver, const struct compiled *original,
			     const char *patched, struct diag_list *diags)
{
	_cleanup_(object_freep) struct object *old = NULL, *new = NULL;
	int r;

	r = object_open(original->object, &old, diags);
	r = r ?: object_open(patched, &new, diags);
	if (r < 0)
		return r;
	for_each_symbol(symbol, new) {
		if (symbol->bind == STB_LOCAL)
			continue;
		if (symbol->section &&
		    (has_local(old, symbol) || is_newly_exported(old, new, symbol)))
			/* What was static is the kernel's still: others reach it there, not a copy. */
			r = add_fix_symbol(resolver, original, symbol->name, &resolver->made_global,
					   diags);
		else if (symbol->section && !defines(old, symbol->name))
			r = add_fix_symbol(resolver, original, symbol->name, &resolver->new_symbols,
					   diags);
		else if (!symbol->section && !object_find_undefined(old, symbol->name))
			r = add_once(&resolver->new_uses, symbol->name);
		if (r < 0)
			return r;
	}
	return 0;
}

/* With the first instruction that is another one, where there is one function to compare with. */
static int tell_difference(const struct resolver *resolver, const char *name,
			   const struct symbol *function, struct diag_list *diags)
{
	struct diag_where where = {.symbol = name, .file = resolver->source};
	_cleanup_free_ char *file = NULL;
	uint64_t first;

	if (!function || !proof_first_difference(resolver->proof, function, &first))
		return not_proven(resolver, &where, -EINVAL, diags,
				  "'%s' of the shipped %s is not what the source compiles to", name,
				  resolver->owner->name);
	where.section = function->section->name;
	if (source_line(resolver->object, where.section, function->value + first, &file,
			&where.line) == 0)
		where.file = in_source(resolver, file);
	return not_proven(
		resolver, &where, -EINVAL, diags,
		"'%s' of the shipped %s is not what the source compiles to, first at +0x%llx", name,
		resolver->owner->name, (unsigned long long)first);
}

int resolver_prove(struct resolver *resolver, const char *function, struct diag_list *diags)
{
	const struct symbol *found = NULL;

	if (resolver->verify == VERIFY_OFF)
		return 0;
	for (const struct symbol *symbol = object_first_by_name(resolver->object, function); symbol;
	     symbol = symbol->next_same_name) {
		if (strcmp(symbol->name, function) != 0)
			continue;
		if (is_proven(resolver, symbol))
			return 1;
		found = symbol;
	}
	return tell_difference(resolver, function, found, diags);
}

void resolver_shipped(const struct resolver *resolver, const char **ret_file,
		      const char **ret_build_id)
{
	*ret_file = resolver->owner->path;
	*ret_build_id = resolver->owner->build_id;
}

void resolver_counts(const struct resolver *resolver, size_t *ret_functions, size_t *ret_proven)
{
	const struct proof *proof = resolver->proof;

	if (resolver->plain_proof && resolver->plain_proof->n_proven > proof->n_proven)
		proof = resolver->plain_proof;
	*ret_functions = proof->n_functions;
	*ret_proven = proof->n_proven;
}

char *const *resolver_namespaces(const struct resolver *resolver)
{
	return resolver->namespaces;
}

bool resolver_module(const struct resolver *resolver, size_t i, struct resolver_module *ret)
{
	const struct shipped *module;

	if (i >= resolver->n_modules)
		return false;
	module = resolver->modules[i];
	*ret = (struct resolver_module){
		.name = module->name,
		.build_id = module->build_id,
		.is_needed = module->is_needed,
		.is_needed_late = module->is_needed_late,
	};
	return true;
}

void resolver_forget_needs(struct resolver *resolver)
{
	for (size_t i = 0; i < resolver->n_modules; i++) {
		resolver->modules[i]->is_needed = false;
		resolver->modules[i]->is_needed_late = false;
	}
}

/* The module loader would refuse the patch: the list is not that of the image. */
static void check_export(const struct resolver *resolver, const struct export *export,
			 struct diag_list *diags)
{
	const struct diag_where where = {.symbol = export->name, .file = resolver->source};
	uint32_t crc;

	if (!resolver->ksymtab || strcmp(export->module, KMEND_OBJECT_VMLINUX) != 0 ||
	    !ksymtab_find(resolver->ksymtab, export->name, &crc) || crc == export->crc)
		return;
	diag_add(diags, KM337, DIAG_REFUSAL, 0, &where,
		 "%s has the checksum %#010x in Module.symvers, %#010x in the kernel's image",
		 export->name, export->crc, crc);
}

static struct reach_answer answer(enum reach reach, const struct shipped *shipped, unsigned sympos)
{
	return (struct reach_answer){.reach = reach, .object = shipped->name, .sympos = sympos};
}

static int reach_export(struct resolver *resolver, const struct export *export,
			struct reach_answer *ret, struct diag_list *diags)
{
	check_export(resolver, export, diags);
	if (*export->namespace && !strv_contains(resolver->namespaces, export->namespace)) {
		int r = strv_append(&resolver->namespaces, export->namespace);

		if (r < 0)
			return r;
	}
	*ret = (struct reach_answer){.reach = REACH_EXPORTED, .object = export->module};
	return 0;
}

/* The one of several symbols that lies where the proof found the object's own. */
static struct reach_answer reach_by_place(const struct shipped *shipped, size_t first, size_t n,
					  struct place place)
{
	for (size_t i = 0; i < n; i++) {
		struct shipped_symbol symbol = shipped_get(shipped, first + i);

		if (symbol.place.section == place.section && symbol.place.value == place.value)
			return answer(REACH_KLP, shipped, n > 1 ? i + 1 : 0);
	}
	return answer(REACH_AMBIGUOUS, shipped, 0);
}

/* A local symbol, or a global one that the object defines: it is the owner's. */
static struct reach_answer reach_own(struct resolver *resolver, const struct reach_request *request,
				     const struct symbol *symbol)
{
	const struct shipped *owner = resolver->owner;
	struct place place;
	size_t first, n;

	n = shipped_find(owner, request->name, &first);
	if (n == 0)
		return answer(REACH_UNKNOWN, owner, 0);
	if (symbol && n == 1 && !proof_place(resolver->proof, symbol, &place))
		return answer(REACH_KLP, owner, 0);
	if (symbol && find_place(resolver, symbol, &place))
		return reach_by_place(owner, first, n, place);
	return n == 1 ? answer(REACH_KLP, owner, 0) : answer(REACH_AMBIGUOUS, owner, 0);
}

/* The global one among symbols of a name. */
static struct reach_answer reach_global_in(const struct shipped *shipped, const char *name)
{
	unsigned sympos = 0, n_global = 0;
	size_t first, n;

	n = shipped_find(shipped, name, &first);
	for (size_t i = 0; i < n; i++)
		if (shipped_get(shipped, first + i).is_global) {
			sympos = n > 1 ? i + 1 : 0;
			n_global++;
		}
	if (n_global == 0)
		return answer(REACH_UNKNOWN, shipped, 0);
	return n_global == 1 ? answer(REACH_KLP, shipped, sympos) :
			       answer(REACH_AMBIGUOUS, shipped, 0);
}

static struct reach_answer reach_global(const struct resolver *resolver, const char *name)
{
	struct reach_answer found = answer(REACH_UNKNOWN, resolver->vmlinux, 0);

	if (resolver->owner != resolver->vmlinux)
		found = reach_global_in(resolver->owner, name);
	return found.reach == REACH_UNKNOWN ? reach_global_in(resolver->vmlinux, name) : found;
}

bool resolver_has_global(const struct resolver *resolver, const char *name)
{
	return reach_global_in(resolver->owner, name).reach != REACH_UNKNOWN;
}

bool resolver_has_strong(const struct resolver *resolver, const char *name)
{
	size_t first, n = shipped_find(resolver->owner, name, &first);

	for (size_t i = 0; i < n; i++) {
		struct shipped_symbol symbol = shipped_get(resolver->owner, first + i);

		if (symbol.is_global && !symbol.is_weak)
			return true;
	}
	return false;
}

/* A function of the object that was found in what was shipped, its own references included. */
static bool is_own_function(const void *userdata, struct place function)
{
	const struct resolver *resolver = userdata;

	for_each_symbol(symbol, resolver->object) {
		struct place place;

		if (resolver->proof->is_proven[symbol->index] &&
		    proof_place(resolver->proof, symbol, &place) &&
		    place.section == function.section && place.value == function.value)
			return true;
	}
	return false;
}

int resolver_find_user(const struct resolver *resolver, size_t symbol, char **ret_why)
{
	const struct symbol *function = &resolver->object->symbols[symbol];
	_cleanup_free_ char *who = NULL;
	struct place place;
	int r;

	if (function->bind != STB_LOCAL && symvers_find(&resolver->symvers, function->name))
		r = string_format(ret_why, "is exported to modules");
	else if (strv_contains(resolver->new_uses, function->name))
		r = string_format(ret_why, "is new to another object of the fix, which uses it");
	else if (!proof_place(resolver->proof, function, &place))
		r = string_format(ret_why, "was not found in the shipped %s",
				  resolver->owner->name);
	else
		r = references_find(resolver->owner, place, is_own_function, resolver, &who);
	if (r > 0)
		r = string_format(ret_why, "is referred to by %s of the shipped %s", who,
				  resolver->owner->name);
	else if (r == 0 && !*ret_why)
		return 0;
	return r < 0 ? r : 1;
}

static const struct symbol *requested_symbol(const struct resolver *resolver,
					     const struct reach_request *request)
{
	const struct symbol *symbol;

	if (request->symbol == 0 || request->symbol >= resolver->object->n_symbols)
		return NULL;
	symbol = &resolver->object->symbols[request->symbol];
	return symbol->section && strcmp(symbol->name, request->name) == 0 ? symbol : NULL;
}

static const struct fix_symbol *fix_symbol_find(const struct fix_symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->n; i++)
		if (strcmp(symbols->items[i].name, name) == 0)
			return &symbols->items[i];
	return NULL;
}

/* The code that asks uses a symbol of another module: that has to be there with it. */
static enum reach_late need(const struct resolver *resolver, struct shipped *other, bool is_late)
{
	if (other == resolver->owner || other == resolver->vmlinux)
		return REACH_LATE;
	if (is_late && strv_contains(resolver->owner->depends, other->name)) {
		other->is_needed_late = true;
		return REACH_LATE;
	}
	other->is_needed = true;
	return is_late ? REACH_NO_DEPENDENCY : REACH_LATE;
}

/* Only by its name: which of several is meant is known where it is defined, but not here. */
static struct reach_answer reach_made_global(const struct resolver *resolver,
					     const struct reach_request *request)
{
	const struct fix_symbol *symbol = fix_symbol_find(&resolver->made_global, request->name);
	struct reach_answer found;
	size_t first;

	if (!symbol)
		return answer(REACH_UNKNOWN, resolver->owner, 0);
	switch (shipped_find(symbol->owner, request->name, &first)) {
	case 0:
		return answer(REACH_UNKNOWN, resolver->owner, 0);
	case 1:
		found = answer(REACH_KLP, symbol->owner, 0);
		found.late = need(resolver, symbol->owner, request->is_late);
		return found;
	default:
		return answer(REACH_AMBIGUOUS, symbol->owner, 0);
	}
}

/* One that only the patch has is linked to whatever uses it. */
static struct reach_answer reach_new(const struct resolver *resolver, const char *name)
{
	const struct fix_symbol *symbol = fix_symbol_find(&resolver->new_symbols, name);
	struct reach_answer found;

	if (!symbol)
		return answer(REACH_UNKNOWN, resolver->owner, 0);
	found = answer(REACH_EXPORTED, symbol->owner, 0);
	if (symbol->owner != resolver->owner && symbol->owner != resolver->vmlinux)
		found.late = REACH_NEW_ELSEWHERE;
	return found;
}

static const struct export *find_export(const struct resolver *resolver, const char *name)
{
	const struct export *own = symvers_find(&resolver->own, name);

	return own ?: symvers_find(&resolver->symvers, name);
}

/* A module's export is looked up when the module comes that asks for it. Returns whether it can. */
static bool reach_export_late(struct resolver *resolver, const struct export *export,
			      struct reach_answer *ret)
{
	const char *base = strrchr(export->module, '/') ? strrchr(export->module, '/') + 1 :
							  export->module;
	_cleanup_free_ char *name = strdup(base);
	struct shipped *other;

	if (!name)
		return false;
	module_name_clean(name);
	if (strcmp(name, resolver->owner->name) != 0 &&
	    !strv_contains(resolver->owner->depends, name))
		return false;
	if (open_module(resolver, name, /* is_outside= */ false, NULL, &other) < 0)
		return false;
	*ret = reach_global_in(other, export->name);
	if (ret->reach == REACH_KLP)
		need(resolver, other, /* is_late= */ true);
	return ret->reach == REACH_KLP;
}

int resolver_reach(struct resolver *resolver, const struct reach_request *request,
		   struct reach_answer *ret, struct diag_list *diags)
{
	const struct symbol *symbol = requested_symbol(resolver, request);
	const struct diag_where where = {.symbol = request->name, .file = resolver->source};
	const struct export *export = request->is_local || (request->is_place && symbol) ?
					      NULL :
					      find_export(resolver, request->name);

	if (export && request->is_late && strcmp(export->module, KMEND_OBJECT_VMLINUX) != 0) {
		int r;

		if (reach_export_late(resolver, export, ret))
			return 0;
		r = reach_export(resolver, export, ret, diags);
		ret->late = REACH_NO_DEPENDENCY;
		return r;
	}
	if (export)
		return reach_export(resolver, export, ret, diags);
	/* A weak definition that the link passed over may still lie about in the kernel. */
	if (symbol && symbol->bind == STB_WEAK && resolver_has_strong(resolver, request->name))
		*ret = reach_global_in(resolver->owner, request->name);
	else if (symbol || request->is_local)
		*ret = reach_own(resolver, request, symbol);
	else
		*ret = reach_global(resolver, request->name);
	if (ret->reach == REACH_UNKNOWN && !request->is_local)
		*ret = reach_made_global(resolver, request);
	if (symbol && request->is_place)
		ret->size = shipped_size(resolver, symbol);
	if (ret->reach != REACH_UNKNOWN || request->is_local)
		return 0;
	*ret = reach_new(resolver, request->name);
	if (ret->reach == REACH_UNKNOWN)
		diag_add_hint(diags, KM314, DIAG_REFUSAL, 0, &where,
			      "is it part of a later version of the kernel, or of another fix?",
			      "neither the kernel nor the patch has a symbol '%s'", request->name);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "reloc.h"

#include <linux/elf.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arch.h"
#include "compat.h"
#include "fault.h"
#include "registry.h"
#include "report.h"
#include "symbols.h"
#include "validate.h"

#define RELA_PREFIX ".klp.rela."
#define SYM_PREFIX  ".klp.sym."

#define MAX_USED 16 /* other modules that one object's code uses symbols of, unexported or not */

/* One section of relocations, and what they are for. */
struct table {
	const char *name;
	const Elf64_Rela *relas;
	unsigned int nr;
	unsigned long start, size; /* of the section that they change */
};

/* ".klp.sym.OBJECT.NAME,SYMPOS", taken apart. */
struct wanted {
	char object[KMEND_OBJECT_NAME_LEN];
	const char *name;
	size_t length; /* of name */
	unsigned long sympos; /* from 1; 0: there is only one */
};

typedef int (*visit_fn)(struct patch *patch, struct object *object, const struct table *table,
			const Elf64_Rela *rela);

static int malformed(struct patch *patch, const char *section, const char *why)
{
	return refuse(patch, -ENOEXEC, KM541, "%s: %s", section, why);
}

/* ".klp.rela.OBJECT.SECTION" */
static bool is_for(const char *section, const struct object *object)
{
	size_t n = strlen(object->name);

	if (strncmp(section, RELA_PREFIX, strlen(RELA_PREFIX)) != 0)
		return false;
	section += strlen(RELA_PREFIX);
	return strncmp(section, object->name, n) == 0 && section[n] == '.';
}

static bool is_in_core(const struct module *module, unsigned long start, unsigned long size)
{
	return size && start + size > start && within_module_core(start, module) &&
	       within_module_core(start + size - 1, module);
}

/* The loader has put the sections where they are; what they say of each other is the file's. */
static int read_table(struct patch *patch, const Elf64_Shdr *section, const char *name,
		      struct table *ret)
{
	const struct klp_modinfo *info = patch->module->klp_info;
	const Elf64_Shdr *target;

	/* Where entries had their size the loader has noted something else. */
	if (section->sh_type != SHT_RELA || section->sh_size % sizeof(Elf64_Rela) ||
	    section->sh_link != info->symndx ||
	    !is_in_core(patch->module, section->sh_addr, section->sh_size))
		return malformed(patch, name, "it is no section of relocations");
	if (section->sh_info >= info->hdr.e_shnum)
		return malformed(patch, name, "it is for no section");
	target = &info->sechdrs[section->sh_info];
	if (!(target->sh_flags & SHF_ALLOC) || target->sh_type == SHT_RELA ||
	    !is_in_core(patch->module, target->sh_addr, target->sh_size))
		return malformed(patch, name,
				 "it is for a section that is not loaded, or has gone");
	*ret = (struct table){
		.name = name,
		.relas = (const void *)section->sh_addr,
		.nr = section->sh_size / sizeof(Elf64_Rela),
		.start = target->sh_addr,
		.size = target->sh_size,
	};
	return 0;
}

static int visit_table(struct patch *patch, struct object *object, const Elf64_Shdr *section,
		       const char *name, visit_fn visit)
{
	struct table table;
	unsigned int i;
	int r;

	r = read_table(patch, section, name, &table);
	for (i = 0; r == 0 && i < table.nr; i++)
		r = visit(patch, object, &table, &table.relas[i]);
	return r;
}

static int visit_all(struct patch *patch, struct object *object, visit_fn visit)
{
	const struct klp_modinfo *info = patch->module->klp_info;
	unsigned int i;
	int r = 0;

	for (i = 1; info && r == 0 && i < info->hdr.e_shnum; i++) {
		const Elf64_Shdr *section = &info->sechdrs[i];
		const char *name = info->secstrings + section->sh_name;

		if ((section->sh_flags & SHF_RELA_LIVEPATCH) && is_for(name, object))
			r = visit_table(patch, object, section, name, visit);
	}
	return r;
}

static void *place_of(const struct table *table, const Elf64_Rela *rela)
{
	return (void *)(table->start + rela->r_offset);
}

static int check_place(struct patch *patch, const struct table *table, const Elf64_Rela *rela)
{
	unsigned int width = arch_reloc_width(ELF64_R_TYPE(rela->r_info));

	if (!width)
		return malformed(patch, table->name, "a relocation's type is not known");
	if (rela->r_offset >= table->size || width > table->size - rela->r_offset)
		return malformed(patch, table->name, "a relocation is outside of its section");
	if (memchr_inv(place_of(table, rela), 0, width))
		return malformed(patch, table->name, "a relocation's place is not empty");
	return 0;
}

static bool parse_symbol(const char *text, struct wanted *ret)
{
	const char *dot, *comma;

	if (strncmp(text, SYM_PREFIX, strlen(SYM_PREFIX)) != 0)
		return false;
	text += strlen(SYM_PREFIX);
	dot = strchr(text, '.');
	comma = strrchr(text, ',');
	if (!dot || dot == text || (size_t)(dot - text) >= sizeof(ret->object) || !comma ||
	    comma <= dot + 1)
		return false;
	memcpy(ret->object, text, dot - text);
	ret->object[dot - text] = '\0';
	ret->name = dot + 1;
	ret->length = comma - ret->name;
	return kstrtoul(comma + 1, 10, &ret->sympos) == 0;
}

/* A module that is neither the patch nor the object has to stay as long as the object. */
static struct module *use_module(struct patch *patch, struct object *object, const char *name)
{
	const struct kmend_object *record = object_record(patch, name);
	struct module *module;
	unsigned int i;

	if (strcmp(name, object->name) == 0)
		return object->module;
	for (i = 0; i < object->nr_used; i++)
		if (strcmp(object->used[i]->name, name) == 0)
			return object->used[i];
	if (!object->used)
		object->used =
			FALLIBLE(NULL, kcalloc(MAX_USED, sizeof(struct module *), GFP_KERNEL));
	if (!object->used || object->nr_used == MAX_USED)
		return NULL;

	preempt_disable();
	module = kernel.find_module(name);
	if (module && !FALLIBLE(false, try_module_get(module)))
		module = NULL;
	preempt_enable();
	if (!module)
		return NULL;
	object->used[object->nr_used++] = module;
	return !record || validate_identity(patch, record, module) ? NULL : module;
}

/*
 * In the table that the module has also after its init, in the order in which sympos counts. It is
 * complete before the module comes.
 */
static unsigned int find_symbol(const struct module *module, const struct wanted *wanted,
				unsigned long *ret)
{
	const struct mod_kallsyms *table = &module->core_kallsyms;
	unsigned int i, nr = 0;

	for (i = 0; i < table->num_symtab; i++) {
		const Elf64_Sym *symbol = &table->symtab[i];
		const char *name = table->strtab + symbol->st_name;

		if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_LIVEPATCH ||
		    strncmp(name, wanted->name, wanted->length) != 0 || name[wanted->length])
			continue;
		if (++nr == wanted->sympos || wanted->sympos == 0)
			*ret = symbol->st_value;
		if (nr == wanted->sympos)
			break;
	}
	return nr;
}

static int resolve(struct patch *patch, struct object *object, const struct table *table,
		   const Elf64_Rela *rela, unsigned long *ret)
{
	const struct mod_kallsyms *own = &patch->module->core_kallsyms;
	unsigned long index = ELF64_R_SYM(rela->r_info);
	struct wanted wanted;
	struct module *module;
	const char *text;
	unsigned int nr;

	if (index >= own->num_symtab || own->symtab[index].st_shndx != SHN_LIVEPATCH)
		return malformed(patch, table->name, "a relocation's symbol is none to look up");
	text = own->strtab + own->symtab[index].st_name;
	if (!parse_symbol(text, &wanted))
		return malformed(patch, table->name, "a relocation's symbol is malformed");
	module = use_module(patch, object, wanted.object);
	if (!module)
		return refuse(patch, -ENOENT, KM541,
			      "module %s, which its code for %s uses, is not there", wanted.object,
			      object->name);
	nr = find_symbol(module, &wanted, ret);
	if (nr == 0 || nr < wanted.sympos || (wanted.sympos == 0 && nr > 1))
		return refuse(patch, -ENOENT, KM541, "module %s has %u symbols %.*s (wanted: %lu)",
			      wanted.object, nr, (int)wanted.length, wanted.name, wanted.sympos);
	return 0;
}

static int evaluate(struct patch *patch, struct object *object, const struct table *table,
		    const Elf64_Rela *rela, u64 *ret)
{
	unsigned long symbol = 0;
	int r;

	r = check_place(patch, table, rela);
	if (r == 0)
		r = resolve(patch, object, table, rela, &symbol);
	if (r)
		return r;
	r = arch_reloc_value(ELF64_R_TYPE(rela->r_info), (unsigned long)place_of(table, rela),
			     symbol, rela->r_addend, ret);
	return r ? malformed(patch, table->name, "a symbol is too far away") : 0;
}

static int check(struct patch *patch, struct object *object, const struct table *table,
		 const Elf64_Rela *rela)
{
	u64 value;

	return evaluate(patch, object, table, rela, &value);
}

static int fill(struct patch *patch, struct object *object, const struct table *table,
		const Elf64_Rela *rela)
{
	u64 value;
	int r;

	r = evaluate(patch, object, table, rela, &value);
	if (r == 0)
		arch_write(place_of(table, rela), &value,
			   arch_reloc_width(ELF64_R_TYPE(rela->r_info)));
	return r;
}

static int empty(struct patch *patch, struct object *object, const struct table *table,
		 const Elf64_Rela *rela)
{
	static const u64 nothing;

	arch_write(place_of(table, rela), &nothing, arch_reloc_width(ELF64_R_TYPE(rela->r_info)));
	return 0;
}

static void drop_used(struct object *object)
{
	while (object->nr_used)
		module_put(object->used[--object->nr_used]);
	kfree(object->used);
	object->used = NULL;
}

/* All is checked before anything is written. */
int reloc_apply(struct patch *patch, struct object *object)
{
	int r;

	r = visit_all(patch, object, check);
	if (r == 0) {
		arch_write_begin();
		r = visit_all(patch, object, fill);
		if (r)
			visit_all(patch, object, empty);
		arch_write_end();
	}
	if (r)
		drop_used(object);
	else
		object->is_relocated = true;
	return r;
}

void reloc_clear(struct patch *patch, struct object *object)
{
	if (!object->is_relocated)
		return;
	arch_write_begin();
	visit_all(patch, object, empty);
	arch_write_end();
	object->is_relocated = false;
	drop_used(object);
}

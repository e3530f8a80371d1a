// SPDX-License-Identifier: GPL-2.0
/* From pieces to the patch object. */
#include <kmend/patch.h>
#include <stddef.h>
#include <string.h>

#include "../object/arch.h"
#include "callbacks.h"
#include "differ.h"
#include "../object/outfile.h"

/* Section flags that mean something in a patch module. */
#define FLAGS_KEPT (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR)

struct emitter {
	struct differ *differ;
	struct outfile out;
	size_t *shared; /* by index of an input section: output section of its unnamed pieces + 1 */
	size_t orc_ip, orc; /* output sections + 1 */
	const struct section *orc_input;
	size_t funcs; /* output section of the records */
};

static int no_memory(struct differ *differ)
{
	return diag_error(&differ->result->diags, KM104, -ENOMEM, "out of memory");
}

/* Entries keep the order they had: some tables are gone through in order. */
static int by_entry(const void *a, const void *b)
{
	const struct piece *x = *(struct piece *const *)a, *y = *(struct piece *const *)b;
	bool is_entry_x = x->range.section->special, is_entry_y = y->range.section->special;

	if (is_entry_x != is_entry_y)
		return is_entry_x ? 1 : -1;
	if (x->range.section->index != y->range.section->index)
		return x->range.section->index < y->range.section->index ? -1 : 1;
	if (x->range.from != y->range.from)
		return x->range.from < y->range.from ? -1 : 1;
	return x->range.to < y->range.to ? -1 : x->range.to > y->range.to;
}

static ssize_t own_section(struct emitter *e, const struct piece *piece)
{
	const struct section *section = piece->range.section;
	bool is_whole = piece->range.from == 0 && piece->range.to == section->size;
	_cleanup_free_ char *name = NULL;

	if (section_is_code(section) && !is_whole &&
	    asprintf(&name, "%s.%s", section->name, piece->symbol->name) < 0)
		return -ENOMEM;
	return outfile_add_section(&e->out, name ?: section->name, section->type,
				   section->flags & FLAGS_KEPT, section->align);
}

/* The output section + 1 of the code that an entry is about, which is placed before it. */
static size_t code_of_entry(const struct piece *piece)
{
	const struct section *section = piece->range.section;
	size_t i = section_reloc_index(section, piece->range.from);
	const struct section *code;

	if (i == section->n_relocs)
		return 0;
	code = reloc_target(&section->relocs[i]).section;
	for (size_t k = 0; code && k < code->n_pieces; k++)
		if (piece->entry->owner >= code->pieces[k]->range.from &&
		    piece->entry->owner < code->pieces[k]->range.to)
			return code->pieces[k]->out_section + 1;
	return 0;
}

static ssize_t shared_section(struct emitter *e, const struct piece *piece)
{
	const struct section *section = piece->range.section;
	ssize_t out;

	if (!e->shared[section->index]) {
		out = outfile_add_section(&e->out, section->name, section->type,
					  section->flags & FLAGS_KEPT, section->align);
		if (out < 0)
			return out;
		/* __patchable_function_entries: the linker takes all of a name so, or none. */
		if ((section->flags & SHF_LINK_ORDER) && piece->entry)
			e->out.sections[out].ordered = code_of_entry(piece);
		e->shared[section->index] = out + 1;
	}
	return e->shared[section->index] - 1;
}

/* The address of an empty variable (__key without lockdep) still has to be its own. */
#define EMPTY_SIZE 8

static int place_piece(struct emitter *e, struct piece *piece)
{
	const struct range *range = &piece->range;
	const uint8_t *data = range->section->data;
	uint64_t size = range->to - range->from, align = range->section->align;
	ssize_t out;

	out = piece->symbol ? own_section(e, piece) : shared_section(e, piece);
	if (out < 0)
		return out;
	piece->out_section = out;
	if (piece->symbol && size == 0)
		return outfile_append(&e->out, out, NULL, EMPTY_SIZE, EMPTY_SIZE,
				      &piece->out_offset);
	/* Entries of tables and code in pieces stand close to each other. */
	if ((piece->entry && !piece->entry->special->padded_size) ||
	    (!piece->symbol && section_is_code(range->section)))
		align = 1;
	return outfile_append(&e->out, out, data ? data + range->from : NULL, size, align,
			      &piece->out_offset);
}

static int name_symbols(struct emitter *e)
{
	for_each_symbol(symbol, e->differ->patched) {
		struct piece *piece = symbol->piece;
		bool is_global = symbol->bind != STB_LOCAL && !symbol->twin;

		if (!piece)
			continue;
		if (outfile_add_symbol(&e->out, symbol->name, symbol->type,
				       is_global ? STB_GLOBAL : STB_LOCAL, piece->out_section + 1,
				       piece->out_offset + symbol->value - piece->range.from,
				       symbol->size) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int name_externals(struct emitter *e)
{
	for (struct external *x = e->differ->externals; x; x = x->next) {
		ssize_t symbol = outfile_add_symbol(&e->out, x->name, STT_NOTYPE,
						    x->is_weak ? STB_WEAK : STB_GLOBAL, 0, 0, 0);

		if (symbol < 0)
			return symbol;
		x->out_symbol = symbol;
	}
	return 0;
}

static int emit_reloc(struct emitter *e, const struct piece *piece, const struct reloc *reloc)
{
	uint64_t at = piece->out_offset + reloc->offset - piece->range.from;
	struct reference to;
	int64_t addend;
	size_t symbol;
	int r;

	r = reference(e->differ, piece, reloc, &to);
	if (r <= 0)
		return r < 0 ? r : -ENOEXEC;
	addend = to.offset - (arch_reloc_is_pcrel(reloc->type) ? reloc->to_end : 0);
	if (to.piece) {
		symbol = e->out.sections[to.piece->out_section].symbol;
		addend += to.piece->out_offset;
	} else {
		symbol = to.external->out_symbol;
	}
	return outfile_add_reloc(&e->out, piece->out_section, at, reloc->type, symbol, addend);
}

static int emit_relocs(struct emitter *e)
{
	for (size_t i = 0; i < e->differ->n_pieces; i++) {
		const struct piece *piece = e->differ->pieces[i];

		for_each_reloc(reloc, piece->range.section, piece->range.from, piece->range.to) {
			int r = emit_reloc(e, piece, reloc);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* One line of the unwind tables, for a place of a piece. */
static int emit_orc_line(struct emitter *e, const struct piece *piece, const struct entry *entry,
			 uint64_t at)
{
	const struct section *ip = entry->section;
	const struct section *orc = e->orc_input;
	size_t n = ip->size / entry->size, index = entry->offset / entry->size;
	uint64_t size = orc && n ? orc->size / n : 0, at_ip, at_orc;
	const struct reloc *place = section_reloc_from(ip, entry->offset);
	ssize_t out;

	if (arch_reloc_width(place->type) != entry->size || !arch_reloc_is_pcrel(place->type) ||
	    !orc || !orc->data || size == 0 || size * n != orc->size || orc->n_relocs)
		return -ENOEXEC;
	if (!e->orc_ip) {
		out = outfile_add_section(&e->out, ip->name, ip->type, ip->flags & FLAGS_KEPT, 4);
		if (out < 0)
			return out;
		e->orc_ip = out + 1;
		out = outfile_add_section(&e->out, orc->name, orc->type, orc->flags & FLAGS_KEPT,
					  orc->align);
		if (out < 0)
			return out;
		e->orc = out + 1;
	}
	if (outfile_append(&e->out, e->orc_ip - 1, NULL, entry->size, 1, &at_ip) < 0 ||
	    outfile_append(&e->out, e->orc - 1, orc->data + index * size, size, 1, &at_orc) < 0)
		return -ENOMEM;
	return outfile_add_reloc(&e->out, e->orc_ip - 1, at_ip, place->type,
				 e->out.sections[piece->out_section].symbol,
				 piece->out_offset + at - piece->range.from);
}

/* With the line that ends a section: without it, the last line would hold for what follows. */
static int emit_orc_of(struct emitter *e, const struct piece *piece)
{
	const struct section *section = piece->range.section;
	bool is_whole = piece->range.to == section->size, has_start = false;
	const struct entry *before = NULL;
	int r;

	for (size_t i = 0; i < section->n_entries; i++) {
		const struct entry *entry = &section->entries[i];

		if (!entry->special->pair)
			continue;
		if (entry->owner <= piece->range.from)
			before = entry;
		if (entry->owner > piece->range.from && before && !has_start) {
			r = emit_orc_line(e, piece, before, piece->range.from);
			if (r < 0)
				return r;
			has_start = true;
		}
		if (entry->owner > piece->range.from &&
		    (entry->owner < piece->range.to ||
		     (is_whole && entry->owner == piece->range.to))) {
			r = emit_orc_line(e, piece, entry, entry->owner);
			if (r < 0)
				return r;
		}
	}
	return before && !has_start ? emit_orc_line(e, piece, before, piece->range.from) : 0;
}

static int emit_orc(struct emitter *e)
{
	struct diag_where where = {.section = ".orc_unwind_ip", .file = e->differ->patched->path};
	int r;

	e->orc_input = object_find_section(e->differ->patched, ".orc_unwind");
	for (size_t i = 0; i < e->differ->n_pieces; i++) {
		const struct piece *piece = e->differ->pieces[i];

		if (!section_is_code(piece->range.section) || piece->range.from == piece->range.to)
			continue;
		r = emit_orc_of(e, piece);
		if (r == -ENOEXEC)
			return diag_add(&e->differ->result->diags, KM217, DIAG_ERROR, r, &where,
					"unwind tables do not belong together");
		if (r < 0)
			return r;
	}
	return 0;
}

/* What a record says of one function; either side may be missing in a record of a range. */
struct record {
	struct symbol *old, *new;
	uint32_t flags;
	struct external *external;
};

static int fill_record(const struct record *record, const char *object, struct kmend_func *ret)
{
	const struct symbol *named = record->old ?: record->new;
	const struct external *external = record->external;

	*ret = (struct kmend_func){
		.old_size = record->old ? record->old->size : 0,
		.new_size = record->new ? record->new->size : 0,
		.sympos = external ? external->sympos : 0,
		.flags = record->flags,
	};
	if (external && external->size)
		ret->old_size = external->size;
	if (external)
		object = external->object;
	if (strlen(named->name) >= sizeof(ret->name) || strlen(object) >= sizeof(ret->object))
		return -ENAMETOOLONG;
	memcpy(ret->name, named->name, strlen(named->name));
	memcpy(ret->object, object, strlen(object));
	return 0;
}

static int emit_record(struct emitter *e, const struct record *record)
{
	const struct symbol *new = record->new;
	struct kmend_func func;
	uint64_t at;
	int r;

	r = fill_record(record, e->differ->options->object, &func);
	if (r < 0)
		return r;
	r = outfile_append(&e->out, e->funcs, &func, sizeof(func), 8, &at);
	if (r < 0)
		return r;
	if (record->external) {
		r = outfile_add_reloc(&e->out, e->funcs, at + offsetof(struct kmend_func, old_addr),
				      arch_reloc_address(), record->external->out_symbol, 0);
		if (r < 0)
			return r;
	}
	if (!new)
		return 0;
	return outfile_add_reloc(&e->out, e->funcs, at + offsetof(struct kmend_func, new_addr),
				 arch_reloc_address(),
				 e->out.sections[new->piece->out_section].symbol,
				 new->piece->out_offset + new->value - new->piece->range.from);
}

struct records {
	struct record *items;
	size_t n, allocated;
};

static int add_record(struct emitter *e, struct records *records, struct symbol *old,
		      struct symbol *new, uint32_t flags)
{
	struct record record = {.old = old, .new = new, .flags = flags};
	int r;

	if (records->n == records->allocated) {
		size_t n = records->allocated ? records->allocated * 2 : 8;
		struct record *items = reallocarray(records->items, n, sizeof(*items));

		if (!items)
			return -ENOMEM;
		records->items = items;
		records->allocated = n;
	}
	if (old) {
		r = external_of(e->differ, old, /* as_klp= */ true, &record.external);
		if (r <= 0)
			return r;
	}
	records->items[records->n++] = record;
	return 1;
}

static int collect_records(struct emitter *e, struct records *records)
{
	int r;

	for_each_symbol(symbol, e->differ->patched) {
		struct symbol *old_cold, *new_cold;

		if (!symbol->twin || symbol->parent || !function_is_taken(symbol) ||
		    function_is_alias(symbol))
			continue;
		/* A task may be in what is carried without its caller on the stack: by a tail call. */
		r = add_record(e, records, symbol->twin, symbol,
			       symbol->is_carried ? KMEND_FUNC_RANGE : 0);
		if (r <= 0)
			return r;
		old_cold = symbol->twin->child;
		new_cold = symbol->child && symbol->child->piece ? symbol->child : NULL;
		if (!old_cold && !new_cold)
			continue;
		r = add_record(e, records, old_cold, new_cold, KMEND_FUNC_RANGE);
		if (r <= 0)
			return r;
	}
	return 1;
}

static int emit_records(struct emitter *e, const struct records *records)
{
	ssize_t out;
	int r;

	if (records->n == 0)
		return 0;
	out = outfile_add_section(&e->out, KMEND_SEC_FUNCS, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8);
	if (out < 0)
		return out;
	e->funcs = out;
	for (size_t i = 0; i < records->n; i++) {
		const struct record *record = &records->items[i];

		r = emit_record(e, record);
		if (r == -ENAMETOOLONG) {
			struct diag_where where = {.symbol = (record->old ?: record->new)->name};

			return diag_add(&e->differ->result->diags, KM225, DIAG_REFUSAL, r, &where,
					"name is too long");
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* The path of the C file, which may be longer than there is room for: its end tells more. */
static void fill_source(const struct differ *differ, struct kmend_callbacks *record)
{
	const char *source = differ->options->source ?: differ->options->patched_path;
	size_t n = strlen(source),
	       skip = n < sizeof(record->source) ? 0 : n + 1 - sizeof(record->source);

	memcpy(record->source, source + skip, n - skip);
}

static int emit_callback(struct emitter *e, size_t section, uint64_t at,
			 const struct symbol *function)
{
	const struct piece *piece = function->piece;

	return outfile_add_reloc(&e->out, section, at, arch_reloc_address(),
				 e->out.sections[piece->out_section].symbol,
				 piece->out_offset + function->value - piece->range.from);
}

static int emit_callbacks(struct emitter *e)
{
	const char *object = e->differ->options->object;
	struct symbol *functions[KMEND_EVENTS];
	struct kmend_callbacks record = {0};
	uint64_t at;
	ssize_t out;
	int r;

	for (unsigned i = 0; i < KMEND_EVENTS; i++) {
		functions[i] = callback_function(e->differ, i);
		record.events |= functions[i] ? 1U << i : 0;
	}
	if (record.events == 0)
		return 0;
	fill_source(e->differ, &record);
	memcpy(record.object, object, strlen(object));
	out = outfile_add_section(&e->out, KMEND_SEC_CALLBACKS, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				  8);
	if (out < 0)
		return out;
	r = outfile_append(&e->out, out, &record, sizeof(record), 8, &at);
	for (unsigned i = 0; r == 0 && i < KMEND_EVENTS; i++)
		if (functions[i])
			r = emit_callback(e, out,
					  at + offsetof(struct kmend_callbacks, functions) + 8 * i,
					  functions[i]);
	return r;
}

static int build(struct emitter *e)
{
	struct differ *differ = e->differ;
	struct records records = {0};
	int r;

	/* Of what only runs at boot, which an author may pass over, nothing comes along. */
	if (differ->n_pieces)
		qsort(differ->pieces, differ->n_pieces, sizeof(*differ->pieces), by_entry);
	e->shared = calloc(differ->patched->n_sections, sizeof(*e->shared));
	if (!e->shared)
		return -ENOMEM;
	for (size_t i = 0; i < differ->n_pieces; i++) {
		r = place_piece(e, differ->pieces[i]);
		if (r < 0)
			return r;
	}
	r = name_symbols(e);
	if (r == 0)
		r = collect_records(e, &records);
	if (r > 0)
		r = name_externals(e);
	else if (r == 0)
		r = -EPERM;
	if (r == 0)
		r = emit_relocs(e);
	if (r == 0)
		r = emit_orc(e);
	if (r == 0)
		r = emit_records(e, &records);
	if (r == 0)
		r = emit_callbacks(e);
	free(records.items);
	return r;
}

int emit(struct differ *differ)
{
	struct emitter e = {.differ = differ};
	const char *path = differ->options->out_path;
	struct diag_where where = {.file = path};
	int r;

	r = build(&e);
	if (r == -ENOMEM)
		no_memory(differ);
	if (r == 0 && path) {
		r = outfile_write(&e.out, path);
		if (r < 0)
			diag_add(&differ->result->diags, KM103, DIAG_ERROR, r, &where,
				 "cannot be written: %s", strerror(-r));
	}
	outfile_done(&e.out);
	free(e.shared);
	return r;
}

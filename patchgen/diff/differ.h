/* SPDX-License-Identifier: GPL-2.0 */
/* The steps of diff_objects() and the state that they hand on. */
#ifndef PATCHGEN_DIFFER_H
#define PATCHGEN_DIFFER_H

#include "diff.h"
#include "../object/object.h"
#include "../object/overrides.h"
#include "../object/special.h"

/* What is taken over from the patched object: a range of a section, with its place in the output. */
struct piece {
	struct range range;
	struct symbol *symbol; /* NULL: unnamed */
	const struct entry *entry; /* special entry that it is, or is the replacement code of */
	size_t out_section; /* index in the output */
	uint64_t out_offset;
};

/* How a symbol of the running kernel is reached from the output. */
struct external {
	char *name; /* of the undefined symbol */
	bool is_weak; /* klp names are */
	unsigned sympos;
	uint64_t size; /* where it is not that of the original's symbol; else 0 */
	const char *object; /* lives as long as the resolver */
	size_t out_symbol; /* index in the output's symbol table */
	struct external *next;
};

struct differ {
	const struct diff_options *options;
	struct diff_result *result;
	struct object *orig, *patched;
	struct piece **pieces; /* in the order found */
	size_t n_pieces, pieces_allocated;
	struct external *externals;
	struct overrides own, *overrides; /* the author's; overrides is own or the caller's */
	bool keeps_bindings; /* a reference to what became global, or local, is no change */
	bool is_bound_anew; /* there are functions that changed by such references only */
};

/* correlate.c: set the twins of symbols and sections. */
void correlate(struct differ *differ);
/*
 * A variable of one function of which a patch brings its own copy, as nothing is kept in it that
 * matters, or nothing at all (__func__, __key, _rs, descriptors of dynamic debug).
 */
bool symbol_is_copied(const struct symbol *symbol);
/* A static local, or a variable made by the compiler: its number says nothing. */
bool symbol_is_numbered(const struct symbol *symbol);

/* compare.c */
/* Whether both hold the same. Where not, ret_first (may be NULL) is where they begin to differ. */
bool ranges_same(const struct range *a, const struct range *b, uint64_t *ret_first);
/* Mark changed functions, including parents of changed .cold parts. */
void compare_functions(struct differ *differ);
/* Whether a relocation and its counterpart mean the same. */
bool relocs_same(const struct reloc *a, const struct reloc *b);
bool functions_same(const struct symbol *a, const struct symbol *b, struct change *ret);
/* Whether a function of the patched object is taken over. */
bool function_is_taken(const struct symbol *symbol);
/* Whether another name of the same function stands for it; it was the same in the original too. */
bool function_is_alias(const struct symbol *symbol);

/* The start of the instruction of a function that an offset is in. */
uint64_t instruction_start(const struct symbol *symbol, uint64_t offset);

/*
 * binding.c: mark functions as changed that refer to what became global, or local, and are the same
 * otherwise, where they can be redirected. Returns whether there are any.
 */
bool compare_bindings(struct differ *differ);

/* weak.c: pass over changes of weak definitions that the kernel does not use. */
void drop_overridden(struct differ *differ);

/* callers.c: redirect the callers of functions that cannot be redirected. 0 or -ENOMEM. */
int redirect_callers(struct differ *differ);
/* Tell which functions are redirected though nobody can call them: they only ran at boot. */
void tell_unreached(struct differ *differ);

/* line.c: whether the instruction at an offset of a function loads a line number for a call. */
bool is_line_argument(const struct symbol *symbol, uint64_t offset);

/*
 * boot.c: let taken functions read from memory what the kernel writes into its code at boot, where
 * that is possible. The entries that told of it are gone then. 0 or -ENOMEM.
 */
int read_boot_constants(struct differ *differ);

/* verdict.c: refuse what would not work or not be safe. */
void judge(struct differ *differ);
/* Whether ftrace can redirect a function. */
bool function_has_fentry(const struct symbol *symbol);
/*
 * Whether the original has another function in the place of this one's twin (gcc makes one of two
 * static functions that do the same), which the patch gives a place of its own.
 */
bool function_shares_place(const struct symbol *symbol);
/* Whether the author answers for a code about a symbol, or a section where that is NULL. */
bool author_answers(struct differ *differ, enum diag_code code, const struct symbol *symbol,
		    const struct section *section);
/* Nothing is refused, but said, where the author answers for it. */
void refuse(struct differ *differ, enum diag_code code, const struct symbol *symbol,
	    const struct section *section, uint64_t offset, const char *format, ...) _printf_(6, 7);

/* exports.c: refuse, or tell, what a change does to exported symbols. */
void judge_exports(struct differ *differ);

/* layout.c: refuse changed layouts of structures, where debug information tells. 0 or -ENOMEM. */
int judge_layouts(struct differ *differ);

/*
 * late.c: tell, in result->late, why the object's module has to be loaded before the patch: a
 * relocation in a piece against a symbol of a module cannot wait, or what it answers cannot.
 */
void judge_late(struct differ *differ, const struct piece *from, const struct reloc *reloc,
		const struct symbol *symbol, const char *module);
/* Returns 0 or -ENOMEM. */
int judge_late_answer(struct differ *differ, const struct symbol *symbol,
		      const struct reach_answer *answer);

/* closure.c: find the pieces that the output consists of. Returns 0, or -ENOMEM. */
int close_over(struct differ *differ);

/* What a relocation in a piece becomes. */
struct reference {
	struct piece *piece; /* it stays inside of the output, at offset from piece's start */
	struct external *external; /* or it goes outside */
	int64_t offset;
};

/*
 * Decide that; entry is the special entry that the relocation is in, or NULL. May add pieces and
 * externals. Returns 1, 0 (refused, and said so), or -ENOMEM.
 */
int reference(struct differ *differ, const struct piece *from, const struct reloc *reloc,
	      struct reference *ret);
/* The running kernel's symbol (of the original object). Same returns. */
int external_of(struct differ *differ, struct symbol *symbol, bool as_klp, struct external **ret);

/* emit.c: write the output. Returns 0, or negative errno with the reason in diags. */
int emit(struct differ *differ);

/* srcline.c: where in the source a place of an object comes from. -ENODATA: not known. */
int source_line(struct object *object, const char *section, uint64_t offset, char **ret_file,
		unsigned *ret_line);

/* The same of a variable outside functions, by its name. */
int variable_line(struct object *object, const char *name, char **ret_file, unsigned *ret_line);
/* What of a variable is at an offset, as "table[3].name". */
int variable_member(struct object *object, const char *name, uint64_t offset, char **ret);

#endif

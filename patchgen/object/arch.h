/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the differ has to know about a machine: its relocations, how long instructions are, how
 * functions begin, and the special sections that only it has. One file per architecture.
 */
#ifndef PATCHGEN_ARCH_H
#define PATCHGEN_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCH_MACHINE      EM_X86_64
#define ARCH_MACHINE_NAME "x86_64"
#define ARCH_SOURCE       "x86" /* folder below arch/ */
/* What clang calls .eh_frame. */
#define ARCH_SHT_UNWIND SHT_X86_64_UNWIND

struct insn {
	unsigned length; /* bytes */
	bool is_branch; /* direct call or jump: its relative operand is not an address taken */
	unsigned relative; /* offset of an operand that is relative to the next instruction; or 0 */
	unsigned relative_size; /* bytes of it */
	int64_t displacement; /* what that says, where no relocation changes it */
	bool is_end; /* nothing runs on from here: unconditional jump, return, trap */
};

/*
 * Decode one instruction of at most size bytes. Returns 0, or -EILSEQ where the bytes are none or
 * end within it.
 */
int arch_decode(const uint8_t *code, size_t size, struct insn *ret);

/*
 * Whether an instruction loads a 32-bit constant, in its last 4 bytes, into the register of an
 * argument of a call: ret_argument is which one, from 0. -EINVAL: it does not.
 */
#define ARCH_ARGUMENT_CONSTANT_LENGTH 5
int arch_argument_constant(const uint8_t *insn, size_t length, unsigned *ret_argument);

/* Bytes that a relocation of this type changes; 0 for one that is not known. */
unsigned arch_reloc_width(uint32_t type);
bool arch_reloc_is_none(uint32_t type);
bool arch_reloc_is_pcrel(uint32_t type);
/* Whether the kernel takes it in a module. */
bool arch_reloc_is_loadable(uint32_t type);
/* The types of a 64-bit absolute address, of a call or jump, and of another relative operand. */
uint32_t arch_reloc_address(void);
uint32_t arch_reloc_branch(void);
uint32_t arch_reloc_pcrel(void);
/* Whether two types ask for the same thing (a call through a PLT that a kernel does not have). */
bool arch_reloc_same(uint32_t a, uint32_t b);

/* Special sections of this architecture (special.h), in the order in which names are tried. */
struct special;
const struct special *arch_specials(size_t *ret_n);

/* Bytes of replacement code that an entry of .altinstructions tells of. */
unsigned arch_replacement_length(const uint8_t *entry, size_t size);
/* Bytes of code that such an entry, by the name of its section, may replace; 0: it is another one. */
unsigned arch_replaced_length(const char *section, const uint8_t *entry, size_t size);

/*
 * Whether the bytes at an address may refer to a target, as an address or as a distance from
 * themselves; in code also as the operand of an instruction.
 */
bool arch_may_refer(const uint8_t *bytes, size_t size, bool is_code, uint64_t address,
		    uint64_t target);

/* Whether the bytes before a place are those of a direct call or jump, whose operand it is. */
bool arch_is_branch_before(const uint8_t *code, size_t at);

/* Length of the instruction that does nothing at the start of size bytes of code; 0: none is. */
unsigned arch_nop_length(const uint8_t *code, size_t size);

/*
 * Where code has an instruction that loads a 64-bit constant, it gets one of the same length that
 * loads what is at a place in memory, with an operand for a relocation of arch_reloc_pcrel().
 */
#define ARCH_CONSTANT_LENGTH 10
#define ARCH_CONSTANT_OFFSET 2 /* of the constant */
#define ARCH_LOAD_OFFSET     3 /* of the operand */
#define ARCH_LOAD_TO_END     4 /* from there to what it counts from */
bool arch_load_for_constant(uint8_t *code);

/* Whether a call of this symbol is what ftrace turns into a redirect. */
bool arch_is_fentry(const char *name);
/* Whether a section lists the places of such calls. */
bool arch_lists_fentry(const char *section);
/* Largest offset from a function's start at which that call may be. */
#define ARCH_FENTRY_MAX_OFFSET 32

/* Whether a file of the kernel's source is for other machines only. */
bool arch_is_other(const char *path);

/*
 * Code that is compiled from the kernel's source into something else than the kernel: what that is,
 * or NULL. *ret_is_live: a running system goes on using it.
 */
const char *arch_other_image(const char *path, bool *ret_is_live);

#endif

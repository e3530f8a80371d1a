/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_ELFMUTATE_H
#define FUZZ_ELFMUTATE_H

#include "random.h"

/*
 * Change something of an ELF file in place, mostly such that what stands around it stays
 * meaningful: headers, symbols, relocations, names, code, numbering. Returns the new size, at
 * most max. What is no ELF file is changed as bytes.
 */
size_t elf_mutate(uint8_t *data, size_t size, size_t max, struct random *random);

#endif

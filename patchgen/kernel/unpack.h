/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PATCHGEN_UNPACK_H
#define PATCHGEN_UNPACK_H

#include "../../lib/diag.h"

/* The ELF file within an x86 bzImage, written whole or not at all. KM310 says what is wrong. */
int unpack_vmlinuz(const char *vmlinuz, const char *vmlinux, struct diag_list *diags);

/* A compressed or plain file decompressed into another one, by what its first bytes say. */
int unpack_file(const char *from, const char *to, struct diag_list *diags);

#endif

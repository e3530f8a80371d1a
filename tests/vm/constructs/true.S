/* SPDX-License-Identifier: GPL-2.0 */
/* A program that does nothing, of 32 or 64 bits, without a C library. */
.globl _start
_start:
	mov	$1, %eax
	xor	%ebx, %ebx
	int	$0x80

.section .note.GNU-stack, "", @progbits

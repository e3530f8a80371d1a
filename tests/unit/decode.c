// SPDX-License-Identifier: GPL-2.0
/* Lengths of instructions, and what the differ asks about them. */
#include <criterion/criterion.h>
#include <errno.h>

#include "patchgen/object/arch.h"

static const struct sample {
	const char *what;
	unsigned length;
	uint8_t bytes[16];
} samples[] = {
	{"nop", 1, {0x90}},
	{"push %rbp", 1, {0x55}},
	{"ret", 1, {0xc3}},
	{"ud2", 2, {0x0f, 0x0b}},
	{"ud1", 5, {0x67, 0x0f, 0xb9, 0x40, 0x0c}},
	{"udb", 1, {0xd6}},
	{"call", 5, {0xe8}},
	{"jmp rel8", 2, {0xeb, 0x10}},
	{"jne rel32", 6, {0x0f, 0x85}},
	{"loop", 2, {0xe2, 0xfe}},
	{"mov %rsp,%rbp", 3, {0x48, 0x89, 0xe5}},
	{"mov $imm32,%esi", 5, {0xbe}},
	{"movabs $imm64,%rax", 10, {0x48, 0xb8}},
	{"mov $imm16,%ax", 4, {0x66, 0xb8}},
	{"movq $imm32,disp32(%rip)", 11, {0x48, 0xc7, 0x05}},
	{"cmpb $imm8,disp32(%rip)", 7, {0x80, 0x3d}},
	{"cmpw $imm16,(%rax)", 5, {0x66, 0x81, 0x38}},
	{"testb $imm8,disp32(%rip)", 7, {0xf6, 0x05}},
	{"not (%rax)", 2, {0xf7, 0x10}},
	{"testl $imm32,(%rax)", 6, {0xf7, 0x00}},
	{"mov %gs:disp32,%rax", 9, {0x65, 0x48, 0x8b, 0x04, 0x25}},
	{"mov disp8(%rsp),%rax", 5, {0x48, 0x8b, 0x44, 0x24, 0x08}},
	{"mov disp32(,%rax,8),%rax", 8, {0x48, 0x8b, 0x04, 0xc5}},
	{"lock cmpxchg16b", 5, {0xf0, 0x48, 0x0f, 0xc7, 0x0f}},
	{"movabs moffs", 9, {0xa0}},
	{"enter", 4, {0xc8}},
	{"nopl disp8(%rax,%rax)", 5, {0x0f, 0x1f, 0x44, 0x00, 0x00}},
	{"endbr64", 4, {0xf3, 0x0f, 0x1e, 0xfa}},
	{"pshufb", 4, {0x0f, 0x38, 0x00, 0xc1}},
	{"palignr", 5, {0x0f, 0x3a, 0x0f, 0xc1, 0x08}},
	{"vzeroupper", 3, {0xc5, 0xf8, 0x77}},
	{"vpxor", 4, {0xc5, 0xf1, 0xef, 0xc1}},
	{"vpalignr", 6, {0xc4, 0xe3, 0x71, 0x0f, 0xc1, 0x08}},
	{"vpxord zmm", 6, {0x62, 0xf1, 0x75, 0x48, 0xef, 0xc1}},
};

Test(decode, lengths)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		struct insn insn;

		cr_assert_eq(arch_decode(s->bytes, sizeof(s->bytes), &insn), 0, "%s", s->what);
		cr_expect_eq(insn.length, s->length, "%s: %u bytes", s->what, insn.length);
	}
}

/* No sample may be taken for complete with a byte less, nor be read beyond its end. */
Test(decode, truncated)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];

		for (unsigned size = 0; size < s->length; size++) {
			uint8_t *copy = malloc(size ?: 1);
			struct insn insn;

			for (unsigned j = 0; j < size; j++)
				copy[j] = s->bytes[j];
			cr_expect_eq(arch_decode(copy, size, &insn), -EILSEQ, "%s, %u bytes",
				     s->what, size);
			free(copy);
		}
	}
}

Test(decode, branches)
{
	static const uint8_t call[] = {0xe8, 0x10, 0, 0, 0}, back[] = {0xeb, 0xfe},
			     trap[] = {0x0f, 0x0b},
			     load[] = {0x48, 0x8d, 0x05, 0xfc, 0xff, 0xff, 0xff};
	struct insn insn;

	cr_assert_eq(arch_decode(call, sizeof(call), &insn), 0);
	cr_expect(insn.is_branch && !insn.is_end && insn.displacement == 0x10);
	cr_assert_eq(arch_decode(back, sizeof(back), &insn), 0);
	cr_expect(insn.is_branch && insn.is_end && insn.displacement == -2);
	cr_assert_eq(arch_decode(trap, sizeof(trap), &insn), 0);
	cr_expect(!insn.is_branch && insn.is_end && !insn.relative);
	cr_assert_eq(arch_decode(load, sizeof(load), &insn), 0);
	cr_expect(!insn.is_branch && insn.relative == 3 && insn.displacement == -4);
}

Test(decode, argument_constants)
{
	static const uint8_t esi[] = {0xbe, 1, 0, 0, 0}, eax[] = {0xb8, 1, 0, 0, 0};
	unsigned argument;

	cr_expect_eq(arch_argument_constant(esi, sizeof(esi), &argument), 0);
	cr_expect_eq(argument, 1);
	cr_expect_eq(arch_argument_constant(eax, sizeof(eax), &argument), -EINVAL);
}

// SPDX-License-Identifier: GPL-2.0
#include "arch.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "../../lib/cleanup.h"
#include "special.h"

/* What follows an opcode byte. */
enum {
	MODRM = 1 << 0,
	IMM8 = 1 << 1,
	IMM16 = 1 << 2,
	IMMZ = 1 << 3, /* 4 bytes, 2 with an operand size prefix */
	IMMV = 1 << 4, /* as IMMZ, 8 with REX.W */
	REL32 = 1 << 5,
	MOFFS = 1 << 6, /* an address: 8 bytes, 4 with an address size prefix */
	GROUP3 = 1 << 7, /* an immediate only where ModRM.reg is 0 or 1 */
	BAD = 1 << 8,
};

#define R4(a)  a, a, a, a
#define R8(a)  R4(a), R4(a)
#define R16(a) R8(a), R8(a)
#define ALU    R4(MODRM), IMM8, IMMZ, BAD, BAD

/* clang-format off */
static const uint16_t one_byte[256] = {
	/* 00 */ ALU, ALU, ALU, ALU, ALU, ALU, ALU, ALU,
	/* 40 */ R16(BAD),
	/* 50 */ R16(0),
	/* 60 */ BAD, BAD, BAD, MODRM, R4(BAD),
	/* 68 */ IMMZ, MODRM | IMMZ, IMM8, MODRM | IMM8, R4(0),
	/* 70 */ R16(IMM8),
	/* 80 */ MODRM | IMM8, MODRM | IMMZ, BAD, MODRM | IMM8, R4(MODRM), R8(MODRM),
	/* 90 */ R8(0), 0, 0, BAD, 0, R4(0),
	/* a0 */ R4(MOFFS), R4(0), IMM8, IMMZ, 0, 0, R4(0),
	/* b0 */ R8(IMM8), R8(IMMV),
	/* c0 */ MODRM | IMM8, MODRM | IMM8, IMM16, 0, BAD, BAD, MODRM | IMM8, MODRM | IMMZ,
	/* c8 */ IMM16 | IMM8, 0, IMM16, 0, 0, IMM8, BAD, 0,
	/* d0 */ R4(MODRM), BAD, BAD, 0, 0, R8(MODRM),
	/* e0 */ R8(IMM8), REL32, REL32, BAD, IMM8, R4(0),
	/* f0 */ BAD, 0, BAD, BAD, 0, 0, MODRM | IMM8 | GROUP3, MODRM | IMMZ | GROUP3,
	/* f8 */ R4(0), 0, 0, MODRM, MODRM,
};

static const uint16_t two_byte[256] = {
	/* 00 */ R4(MODRM), BAD, 0, 0, 0, 0, 0, BAD, 0, BAD, MODRM, 0, MODRM | IMM8,
	/* 10 */ R16(MODRM),
	/* 20 */ R4(MODRM), R4(BAD), R8(MODRM),
	/* 30 */ R8(0), R8(BAD),
	/* 40 */ R16(MODRM),
	/* 50 */ R16(MODRM),
	/* 60 */ R16(MODRM),
	/* 70 */ R4(MODRM | IMM8), MODRM, MODRM, MODRM, 0, R8(MODRM),
	/* 80 */ R16(REL32),
	/* 90 */ R16(MODRM),
	/* a0 */ 0, 0, 0, MODRM, MODRM | IMM8, MODRM, MODRM, MODRM,
	/* a8 */ 0, 0, 0, MODRM, MODRM | IMM8, MODRM, MODRM, MODRM,
	/* b0 */ R8(MODRM), MODRM, MODRM, MODRM | IMM8, MODRM, R4(MODRM),
	/* c0 */ MODRM, MODRM, MODRM | IMM8, MODRM, MODRM | IMM8, MODRM | IMM8, MODRM | IMM8, MODRM,
	/* c8 */ R8(0),
	/* d0 */ R16(MODRM),
	/* e0 */ R16(MODRM),
	/* f0 */ R16(MODRM),
};
/* clang-format on */

struct cursor {
	const uint8_t *code;
	size_t size, at;
	bool operand16, address32, wide;
	size_t relative; /* where a RIP-relative displacement is; 0: there is none */
};

static int peek(const struct cursor *c, size_t ahead)
{
	return c->at + ahead < c->size ? c->code[c->at + ahead] : -1;
}

static void skip_prefixes(struct cursor *c)
{
	for (;; c->at++) {
		switch (peek(c, 0)) {
		case 0x66:
			c->operand16 = true;
			break;
		case 0x67:
			c->address32 = true;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
		case 0xf0:
		case 0xf2:
		case 0xf3:
			break;
		default:
			return;
		}
	}
}

/* Opcode maps 1 (0f), 2 (0f 38) and 3 (0f 3a), however they were reached. */
static unsigned map_flags(unsigned map, uint8_t opcode)
{
	switch (map) {
	case 1:
		return two_byte[opcode];
	case 2:
		return MODRM;
	case 3:
		return MODRM | IMM8;
	default:
		return BAD;
	}
}

/* VEX and EVEX prefixes carry the opcode map themselves. */
static bool skip_vector_prefix(struct cursor *c, unsigned *ret_map)
{
	int first = peek(c, 0), second = peek(c, 1);

	if (second < 0)
		return false;
	if (first == 0xc5) {
		*ret_map = 1;
		c->at += 2;
	} else if (first == 0xc4) {
		*ret_map = second & 0x1f;
		c->at += 3;
	} else if (first == 0x62) {
		*ret_map = second & 0x07;
		c->at += 4;
	} else {
		return false;
	}
	return true;
}

static unsigned read_opcode(struct cursor *c, uint8_t *ret_opcode, unsigned *ret_map)
{
	unsigned map = 0;
	int byte;

	if (!skip_vector_prefix(c, &map)) {
		byte = peek(c, 0);
		if (byte >= 0x40 && byte <= 0x4f) {
			c->wide = byte & 0x08;
			c->at++;
		}
		if (peek(c, 0) == 0x0f) {
			c->at++;
			map = 1;
			if (peek(c, 0) == 0x38 || peek(c, 0) == 0x3a)
				map = c->code[c->at++] == 0x38 ? 2 : 3;
		}
	}
	byte = peek(c, 0);
	if (byte < 0)
		return BAD;
	c->at++;
	*ret_opcode = byte;
	*ret_map = map;
	return map == 0 ? one_byte[byte] : map_flags(map, byte);
}

static int skip_modrm(struct cursor *c, unsigned *ret_reg)
{
	int modrm = peek(c, 0), sib;
	unsigned mod, rm;

	if (modrm < 0)
		return -EILSEQ;
	c->at++;
	mod = modrm >> 6;
	rm = modrm & 7;
	*ret_reg = (modrm >> 3) & 7;
	if (mod == 3)
		return 0;
	if (rm == 4) {
		sib = peek(c, 0);
		if (sib < 0)
			return -EILSEQ;
		c->at++;
		if (mod == 0 && (sib & 7) == 5)
			c->at += 4;
	} else if (mod == 0 && rm == 5) {
		c->relative = c->at;
		c->at += 4;
	}
	if (mod == 1)
		c->at += 1;
	else if (mod == 2)
		c->at += 4;
	return 0;
}

static void skip_immediates(struct cursor *c, unsigned flags)
{
	if (flags & IMM8)
		c->at += 1;
	if (flags & IMM16)
		c->at += 2;
	if (flags & IMMZ)
		c->at += c->operand16 ? 2 : 4;
	if (flags & IMMV)
		c->at += c->wide ? 8 : c->operand16 ? 2 : 4;
	if (flags & REL32)
		c->at += 4;
	if (flags & MOFFS)
		c->at += c->address32 ? 4 : 8;
}

static bool is_branch(unsigned map, uint8_t opcode, unsigned flags)
{
	if (flags & REL32)
		return true;
	return map == 0 && (opcode == 0xeb || (opcode >= 0x70 && opcode <= 0x7f) ||
			    (opcode >= 0xe0 && opcode <= 0xe3));
}

static void set_relative(struct insn *insn, const uint8_t *code, unsigned at, unsigned size)
{
	int32_t wide;

	insn->relative = at;
	insn->relative_size = size;
	if (size == 1) {
		insn->displacement = (int8_t)code[at];
		return;
	}
	memcpy(&wide, code + at, sizeof(wide));
	insn->displacement = wide;
}

int arch_decode(const uint8_t *code, size_t size, struct insn *ret)
{
	struct cursor c = {.code = code, .size = size};
	unsigned flags, map = 0, reg = 0;
	uint8_t opcode = 0;
	int r;

	skip_prefixes(&c);
	flags = read_opcode(&c, &opcode, &map);
	if (flags & BAD)
		return -EILSEQ;
	if (flags & MODRM) {
		r = skip_modrm(&c, &reg);
		if (r < 0)
			return r;
	}
	if (!(flags & GROUP3) || reg < 2)
		skip_immediates(&c, flags);
	if (c.at > c.size || c.at > 15)
		return -EILSEQ;
	*ret = (struct insn){
		.length = c.at,
		.is_branch = is_branch(map, opcode, flags),
		.is_end = (map == 0 && (opcode == 0xe9 || opcode == 0xeb || opcode == 0xc3 ||
					opcode == 0xd6 /* udb, a trap */)) ||
			  (map == 1 && opcode == 0x0b),
	};
	if (ret->is_branch)
		set_relative(ret, code, c.at - (flags & REL32 ? 4 : 1), flags & REL32 ? 4 : 1);
	else if (c.relative)
		set_relative(ret, code, c.relative, 4);
	return 0;
}

int arch_argument_constant(const uint8_t *insn, size_t length, unsigned *ret_argument)
{
	/* mov $imm32 to edi, esi, edx, ecx */
	static const uint8_t opcodes[] = {0xbf, 0xbe, 0xba, 0xb9};

	for (unsigned i = 0; length == ARCH_ARGUMENT_CONSTANT_LENGTH && i < sizeof(opcodes); i++) {
		if (insn[0] != opcodes[i])
			continue;
		*ret_argument = i;
		return 0;
	}
	return -EINVAL;
}

/*
 * What a type changes, and whether the kernel's module loader knows it. The others are found in
 * objects that are written in assembler or built for a place that is not fixed.
 */
static const struct reloc_type {
	uint32_t type;
	unsigned width;
	bool is_pcrel, is_loadable;
} reloc_types[] = {
	{R_X86_64_64, 8, .is_loadable = true},
	{R_X86_64_PC64, 8, .is_pcrel = true, .is_loadable = true},
	{R_X86_64_PC32, 4, .is_pcrel = true, .is_loadable = true},
	{R_X86_64_PLT32, 4, .is_pcrel = true, .is_loadable = true},
	{R_X86_64_32, 4, .is_loadable = true},
	{R_X86_64_32S, 4, .is_loadable = true},
	{R_X86_64_GOTPCREL, 4, .is_pcrel = true},
	{R_X86_64_GOTPCRELX, 4, .is_pcrel = true},
	{R_X86_64_REX_GOTPCRELX, 4, .is_pcrel = true},
	{R_X86_64_16, 2},
	{R_X86_64_PC16, 2, .is_pcrel = true},
	{R_X86_64_8, 1},
	{R_X86_64_PC8, 1, .is_pcrel = true},
};

static const struct reloc_type *reloc_type(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(reloc_types); i++)
		if (reloc_types[i].type == type)
			return &reloc_types[i];
	return NULL;
}

unsigned arch_reloc_width(uint32_t type)
{
	const struct reloc_type *t = reloc_type(type);

	return t ? t->width : 0;
}

bool arch_reloc_is_none(uint32_t type)
{
	return type == R_X86_64_NONE;
}

bool arch_reloc_is_pcrel(uint32_t type)
{
	const struct reloc_type *t = reloc_type(type);

	return t && t->is_pcrel;
}

bool arch_reloc_is_loadable(uint32_t type)
{
	const struct reloc_type *t = reloc_type(type);

	return t && t->is_loadable;
}

uint32_t arch_reloc_address(void)
{
	return R_X86_64_64;
}

uint32_t arch_reloc_branch(void)
{
	return R_X86_64_PLT32;
}

uint32_t arch_reloc_pcrel(void)
{
	return R_X86_64_PC32;
}

bool arch_reloc_same(uint32_t a, uint32_t b)
{
	if (a == R_X86_64_PLT32)
		a = R_X86_64_PC32;
	if (b == R_X86_64_PLT32)
		b = R_X86_64_PC32;
	return a == b;
}

/* clang-format off */
static const struct special specials[] = {
	{".altinstructions", SPECIAL_CODE, .min_size = 12},
	{".smp_locks", SPECIAL_CODE},
	{".parainstructions", SPECIAL_CODE, .padded_size = 12},
	{".retpoline_sites", SPECIAL_CODE},
	{".return_sites", SPECIAL_CODE},
	{".call_sites", SPECIAL_CODE},
	{".cfi_sites", SPECIAL_CODE},
	{".ibt_endbr_seal", SPECIAL_CODE},
	{".orc_unwind_ip", SPECIAL_CODE, .pair = ".orc_unwind", .is_derived = true},
	{".orc_unwind", SPECIAL_PAIRED},
	{".orc_header", SPECIAL_IGNORED},
	{".x86_cpu_dev.init", SPECIAL_ONCE, "vendors of processors"},
	{".x86_intel_mid_dev.init", SPECIAL_ONCE, "devices"},
	{".apicdrivers", SPECIAL_ONCE, "drivers of interrupt controllers"},
	{".iommu_table", SPECIAL_ONCE, "detections of IOMMUs"},
};
/* clang-format on */

const struct special *arch_specials(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(specials);
	return specials;
}

/*
 * struct alt_instr ends with the lengths of both; from 4.1 to 5.17 (13 bytes) one of padding
 * follows.
 */
unsigned arch_replacement_length(const uint8_t *entry, size_t size)
{
	if (size < 12)
		return 0;
	return size == 13 ? entry[11] : entry[size - 1];
}

/* The length of what is replaced stands before that of the replacement. */
unsigned arch_replaced_length(const char *section, const uint8_t *entry, size_t size)
{
	if (strcmp(section, ".altinstructions") != 0 || size < 12)
		return 0;
	return size == 13 ? entry[10] : entry[size - 2];
}

/* Every instruction that names a function does so in its last 4 bytes, relative or sign-extended. */
bool arch_may_refer(const uint8_t *bytes, size_t size, bool is_code, uint64_t address,
		    uint64_t target)
{
	uint64_t wide;
	uint32_t value;

	if (size < sizeof(value))
		return false;
	memcpy(&value, bytes, sizeof(value));
	if (value == (uint32_t)(target - address))
		return true;
	if (is_code && (value == (uint32_t)(target - address - 4) || value == (uint32_t)target))
		return true;
	if (value != (uint32_t)target || size < sizeof(wide))
		return false;
	memcpy(&wide, bytes, sizeof(wide));
	return wide == target;
}

bool arch_is_branch_before(const uint8_t *code, size_t at)
{
	if (at >= 1 && (code[at - 1] == 0xe8 || code[at - 1] == 0xe9))
		return true;
	return at >= 2 && code[at - 2] == 0x0f && (code[at - 1] & 0xf0) == 0x80;
}

unsigned arch_nop_length(const uint8_t *code, size_t size)
{
	static const uint8_t nop2[] = {0x66, 0x90}, nop5[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};

	if (size >= sizeof(nop5) && memcmp(code, nop5, sizeof(nop5)) == 0)
		return sizeof(nop5);
	return size >= sizeof(nop2) && memcmp(code, nop2, sizeof(nop2)) == 0 ? sizeof(nop2) : 0;
}

bool arch_load_for_constant(uint8_t *code)
{
	/* movabs $imm64, %reg: 48/49 b8+reg; mov disp32(%rip), %reg: 48/4c 8b 05+8*reg */
	static const uint8_t nop3[] = {0x0f, 0x1f, 0x00};
	uint8_t reg = code[1] & 7;

	if ((code[0] & 0xfe) != 0x48 || (code[1] & 0xf8) != 0xb8)
		return false;
	code[0] = code[0] & 1 ? 0x4c : 0x48;
	code[1] = 0x8b;
	code[2] = 0x05 | reg << 3;
	memset(code + ARCH_LOAD_OFFSET, 0, ARCH_LOAD_TO_END);
	memcpy(code + ARCH_LOAD_OFFSET + ARCH_LOAD_TO_END, nop3, sizeof(nop3));
	return true;
}

bool arch_is_fentry(const char *name)
{
	return strcmp(name, "__fentry__") == 0 || strcmp(name, "mcount") == 0;
}

bool arch_is_other(const char *path)
{
	static const char own[] = "arch/x86/", user_mode[] = "arch/x86/um/";

	if (strncmp(path, "arch/", 5) != 0 || !strchr(path + 5, '/'))
		return false;
	return strncmp(path, own, strlen(own)) != 0 ||
	       strncmp(path, user_mode, strlen(user_mode)) == 0;
}

const char *arch_other_image(const char *path, bool *ret_is_live)
{
	static const struct {
		const char *prefix, *what;
		bool is_live;
	} images[] = {
		/* arch/x86/entry/vdso/vma.c and its like map it, and are ordinary code. */
		{"arch/x86/entry/vdso/vclock_gettime.c", "the vDSO", true},
		{"arch/x86/entry/vdso/vgetcpu.c", "the vDSO", true},
		{"arch/x86/entry/vdso/vdso32/", "the vDSO", true},
		{"lib/vdso/", "the vDSO", true},
		{"arch/x86/purgatory/", "kexec's purgatory", true},
		{"arch/x86/realmode/rm/", "the real-mode trampoline", true},
		{"arch/x86/tools/", "the programs that the kernel is built with", false},
		{"arch/x86/boot/", "the boot loader's stub", false},
		{"drivers/firmware/efi/libstub/", "the EFI stub", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		if (strncmp(path, images[i].prefix, strlen(images[i].prefix)) == 0) {
			*ret_is_live = images[i].is_live;
			return images[i].what;
		}
	return NULL;
}

/* __patchable_function_entries is about padding in front of functions. */
bool arch_lists_fentry(const char *section)
{
	return strcmp(section, "__mcount_loc") == 0;
}

// SPDX-License-Identifier: GPL-2.0
/* Who refers to a function of a kernel image: an image of a few sections, made by hand. */
#include "patchgen/resolve/references.h"

#include <criterion/criterion.h>
#include <string.h>

#include "patchgen/object/arch.h"

#define TEXT    0xffffffff81000000ULL
#define TARGET  (TEXT + 0x100) /* the function that is looked for */
#define KNOWN   (TEXT + 0x200)
#define OTHER   (TEXT + 0x300)
#define PLACE   0x10 /* of the reference, in a function or section */
#define INIT    0xffffffff83000000ULL
#define DATA    0xffffffff82000000ULL
#define LISTS   0xffffffff83100000ULL
#define UNWIND  0xffffffff82800000ULL
#define SECTION 0x1000

static struct kallsyms_symbol symbols[] = {
	{TEXT, 'T', "_text"},   {TARGET, 't', "target"},          {KNOWN, 't', "known"},
	{OTHER, 'T', "other"},  {OTHER, 'T', "other_name"},       {DATA, 'd', "table"},
	{INIT, 't', "at_boot"}, {LISTS, 'd', "_kbl_addr_target"},
};

/* An image with one reference in it: bytes at a place of a section. */
static struct image_section section_of(const char *name, uint64_t address, unsigned char *data,
				       uint64_t at, const void *bytes, size_t n)
{
	memset(data, 0x90, SECTION);
	memcpy(data + at, bytes, n);
	return (struct image_section){
		.name = name,
		.address = address,
		.size = SECTION,
		.data = data,
	};
}

static bool is_known(const void *userdata, struct place function)
{
	(void)userdata;
	return function.value == KNOWN;
}

/* Who is found; freed by the caller. NULL: nobody. */
static char *find(const char *name, uint64_t address, uint64_t at, const void *bytes, size_t n)
{
	static unsigned char data[SECTION];
	struct image_section sections[] = {section_of(name, address, data, at, bytes, n)};
	struct image image = {
		.kallsyms = {symbols, sizeof(symbols) / sizeof(symbols[0]), NULL},
		.sections = sections,
		.n_sections = 1,
	};
	const struct shipped shipped = {.image = &image};
	char *who = NULL;
	int r = references_find(&shipped, (struct place){0, TARGET}, is_known, NULL, &who);

	cr_expect_eq(r, who != NULL);
	return who;
}

static void expect(const char *got, const char *wanted)
{
	if (wanted)
		cr_expect_str_eq(got ?: "nobody", wanted);
	else
		cr_expect_null(got, "found %s", got);
}

/* A direct branch at an address, opcode first. */
static size_t branch(unsigned char *insn, const char *opcode, size_t n, uint64_t address)
{
	int32_t distance = (int32_t)(TARGET - (address + n + sizeof(distance)));

	memcpy(insn, opcode, n);
	memcpy(insn + n, &distance, sizeof(distance));
	return n + sizeof(distance);
}

static void expect_branch(const char *section, uint64_t start, uint64_t at, const char *opcode,
			  const char *wanted)
{
	unsigned char insn[16];
	size_t n = branch(insn, opcode, strlen(opcode), start + at);
	char *who = find(section, start, at, insn, n);

	expect(who, wanted);
	free(who);
}

Test(references, code)
{
	uint64_t other = OTHER - TEXT + PLACE, known = KNOWN - TEXT + PLACE;

	expect_branch(".text", TEXT, other, "\xe8", "other()");
	expect_branch(".text", TEXT, other, "\xe9", "other()");
	expect_branch(".text", TEXT, other, "\x0f\x85", "other()");
	expect_branch(".text", TEXT, other, "\x48\x8d\x3d", "other()"); /* lea */
	expect_branch(".text", TEXT, known, "\xe8", NULL);
	expect_branch(".altinstr_replacement", INIT + SECTION, 0, "\xe8", "at_boot()");
}

/* What the boot called it has called; what it did with an address may last. */
Test(references, boot)
{
	expect_branch(".init.text", INIT, PLACE, "\xe8", NULL);
	expect_branch(".init.text", INIT, PLACE, "\x0f\x84", NULL);
	expect_branch(".init.text", INIT, PLACE, "\x48\x8d\x35", "at_boot()");
	expect_branch(".exit.text", INIT, PLACE, "\xe8", NULL);
}

static void expect_bytes(const char *section, uint64_t start, uint64_t at, const void *bytes,
			 size_t n, const char *wanted)
{
	char *who = find(section, start, at, bytes, n);

	expect(who, wanted);
	free(who);
}

Test(references, data)
{
	uint64_t address = TARGET, near = TARGET + 1;
	int32_t distance = (int32_t)(TARGET - (DATA + PLACE)), absolute = (int32_t)TARGET;
	int32_t unwind = (int32_t)(TARGET - (UNWIND + PLACE));

	expect_bytes(".data", DATA, PLACE, &address, 8, "table+0x10 in .data");
	expect_bytes(".data", DATA, PLACE + 3, &address, 8, "table+0x13 in .data");
	expect_bytes(".rodata", DATA, PLACE, &distance, 4, "table+0x10 in .rodata");
	expect_bytes(".data", DATA, SECTION - 8, &address, 8, "table+0xff8 in .data");
	expect_bytes(".data", DATA, PLACE, &near, 8, NULL);
	expect_bytes(".data", DATA, PLACE, &absolute, 4, NULL);
	expect_bytes(".text", TEXT, OTHER - TEXT, &absolute, 4, "other()");
	/* Lists that nobody calls from, and tables that describe the function. */
	expect_bytes(".init.data", LISTS, 0, &address, 8, NULL);
	expect_bytes(".init.data", DATA, PLACE, &address, 8, "table+0x10 in .init.data");
	expect_bytes(".orc_unwind_ip", UNWIND, PLACE, &unwind, 4, NULL);
}

Test(references, ends)
{
	unsigned char *bytes = malloc(4);
	uint64_t address = TARGET;
	int32_t absolute = (int32_t)TARGET;

	/* Nothing is read behind the end. */
	memcpy(bytes, &absolute, 4);
	for (size_t size = 0; size < 4; size++)
		cr_expect_not(arch_may_refer(bytes, size, true, DATA, address));
	cr_expect(arch_may_refer(bytes, 4, true, DATA, address));
	cr_expect_not(arch_may_refer(bytes, 4, false, DATA, address));
	cr_expect_not(arch_is_branch_before(bytes, 0));
	free(bytes);
}

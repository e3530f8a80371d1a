// SPDX-License-Identifier: GPL-2.0
/* What patchgen reads of a kernel: its own symbol table, exports, Makefiles and headers. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/strv.h"
#include "patchgen/base/files.h"
#include "patchgen/source/declarations.h"
#include "patchgen/kernel/kallsyms.h"
#include "patchgen/source/affected.h"
#include "patchgen/source/makefile.h"
#include "patchgen/source/redeclared.h"
#include "patchgen/kernel/symbolfile.h"
#include "patchgen/kernel/symvers.h"

#define TEXT      0xffffffff81000000
#define N_SYMBOLS 300 /* more than one marker */

struct blob {
	unsigned char data[65536];
	size_t size;
};

static void put(struct blob *blob, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		blob->data[blob->size++] = value >> (8 * i);
}

static void align(struct blob *blob)
{
	while (blob->size % 8)
		put(blob, 0, 1);
}

/* Address of symbol i: the first two are per-CPU, which are absolute. */
static uint64_t address(unsigned i)
{
	return i < 2 ? 0x40 * i : TEXT + 0x10 * (i - 2);
}

static void put_offsets(struct blob *blob)
{
	align(blob);
	for (unsigned i = 0; i < N_SYMBOLS; i++)
		put(blob, i < 2 ? address(i) : -1 - (address(i) - TEXT), 4);
	align(blob);
	put(blob, TEXT, 8);
}

/* Names "T" and then "sym_7"; code 1 stands for "sym_". */
static void put_names(struct blob *blob)
{
	uint32_t markers[2] = {0, 0};
	size_t start;

	put(blob, N_SYMBOLS, 8);
	start = blob->size;
	for (unsigned i = 0; i < N_SYMBOLS; i++) {
		char digits[8];
		int n = snprintf(digits, sizeof(digits), "%u", i);

		if (i % 256 == 0)
			markers[i / 256] = blob->size - start;
		put(blob, n + 2, 1);
		put(blob, 'T', 1);
		put(blob, 1, 1);
		for (int k = 0; k < n; k++)
			put(blob, digits[k], 1);
	}
	align(blob);
	put(blob, markers[0], 4);
	put(blob, markers[1], 4);
	align(blob);
}

static void put_tokens(struct blob *blob)
{
	uint16_t index[256];
	size_t start = blob->size;

	for (int i = 0; i < 256; i++) {
		index[i] = blob->size - start;
		if (i == 1) {
			memcpy(blob->data + blob->size, "sym_", 4);
			blob->size += 4;
		} else if (i > ' ' && i < 127) {
			put(blob, i, 1);
		}
		put(blob, 0, 1);
	}
	align(blob);
	for (int i = 0; i < 256; i++)
		put(blob, index[i], 2);
}

static void check(const struct blob *blob)
{
	struct kallsyms kallsyms;
	char name[16];

	cr_assert_eq(kallsyms_parse(blob->data, blob->size, TEXT, &kallsyms), 0);
	cr_assert_eq(kallsyms.n_symbols, N_SYMBOLS);
	for (unsigned i = 0; i < N_SYMBOLS; i++) {
		snprintf(name, sizeof(name), "sym_%u", i);
		cr_assert_str_eq(kallsyms.symbols[i].name, name);
		cr_assert_eq(kallsyms.symbols[i].type, 'T');
		cr_assert_eq(kallsyms.symbols[i].address, address(i), "symbol %u", i);
	}
	kallsyms_done(&kallsyms);
}

/* As Linux 6.1 lays them out; index_by_name as stable 6.1 and 6.2 do. */
static void make_old(struct blob *blob, bool index_by_name)
{
	put(blob, 0x1234567812345678, 8);
	put_offsets(blob);
	put_names(blob);
	for (unsigned i = 0; index_by_name && i < 3 * N_SYMBOLS; i++)
		put(blob, 0xaa, 1);
	align(blob);
	put_tokens(blob);
}

/* As Linux 6.4 and later do. */
static void make_new(struct blob *blob)
{
	put(blob, 0x1234567812345678, 8);
	put_names(blob);
	put_tokens(blob);
	put_offsets(blob);
}

Test(kallsyms, reads_every_layout)
{
	struct blob a = {}, b = {}, c = {};

	make_old(&a, false);
	check(&a);
	make_old(&b, true);
	check(&b);
	make_new(&c);
	check(&c);
}

Test(kallsyms, refuses_another_base)
{
	struct blob blob = {};
	struct kallsyms kallsyms;

	make_old(&blob, true);
	cr_assert_eq(kallsyms_parse(blob.data, blob.size, TEXT + 0x1000, &kallsyms), -ENODATA);
}

Test(kallsyms, survives_truncation_and_damage)
{
	static struct blob good, blob;
	struct kallsyms kallsyms;
	unsigned seed = 1;

	make_old(&good, true);
	for (size_t size = 0; size < good.size; size += 7) {
		unsigned char *exact = malloc(size ?: 1);

		memcpy(exact, good.data, size);
		if (kallsyms_parse(exact, size, TEXT, &kallsyms) == 0)
			kallsyms_done(&kallsyms);
		free(exact);
	}
	for (int i = 0; i < 2000; i++) {
		blob = good;
		for (int k = 0; k < 3; k++) {
			seed = seed * 1103515245 + 12345;
			blob.data[(seed >> 8) % blob.size] = seed >> 24;
		}
		if (kallsyms_parse(blob.data, blob.size, TEXT, &kallsyms) == 0)
			kallsyms_done(&kallsyms);
	}
}

Test(symvers, reads_exports_with_and_without_namespace)
{
	static const char text[] = "0x12345678\tzeta\tvmlinux\tEXPORT_SYMBOL\t\n"
				   "0xdeadbeef\talpha\tfs/btrfs/btrfs\tEXPORT_SYMBOL_GPL\tSOME_NS\n"
				   "0x00000001\told\tvmlinux\tEXPORT_SYMBOL\n";
	struct symvers symvers;
	const struct export *export;

	cr_assert_eq(symvers_parse(text, strlen(text), "Module.symvers", NULL, &symvers), 0);
	cr_assert_eq(symvers.n_exports, 3);
	export = symvers_find(&symvers, "alpha");
	cr_assert_str_eq(export->namespace, "SOME_NS");
	cr_assert_str_eq(export->module, "fs/btrfs/btrfs");
	cr_assert_eq(export->crc, 0xdeadbeef);
	cr_assert_str_eq(symvers_find(&symvers, "zeta")->namespace, "");
	cr_assert_str_eq(symvers_find(&symvers, "old")->namespace, "");
	cr_assert_null(symvers_find(&symvers, "beta"));
	symvers_done(&symvers);
}

Test(symvers, names_the_line_that_is_malformed)
{
	static const char *const texts[] = {"x\n", "0x1\n", "0x1\ta\n", "0x1\ta\tvmlinux\n",
					    "nonsense\ta\tvmlinux\tEXPORT_SYMBOL\t\n"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(diag_list_done) struct diag_list diags = {0};
		struct symvers symvers;

		cr_assert_eq(symvers_parse(texts[i], strlen(texts[i]), "f", &diags, &symvers),
			     -EINVAL);
		cr_assert_eq(diags.n, 1);
		cr_assert_eq(diags.items[0].line, 1);
	}
}

static enum member member(const char *makefile, const char *object, const char *wanted_option)
{
	_cleanup_free_ char *option = NULL;
	enum member result;

	cr_assert_eq(makefile_member(makefile,
				     "CONFIG_ON=y\nCONFIG_MOD=m\n# CONFIG_OFF is not set\n", object,
				     &result, &option),
		     0);
	if (wanted_option)
		cr_assert_str_eq(option ?: "", wanted_option);
	return result;
}

Test(makefile, heeds_conditions)
{
	static const char text[] = "ifdef CONFIG_OFF\n"
				   "obj-y += a.o\n"
				   "else\n"
				   "obj-y += b.o\n"
				   "endif\n"
				   "ifneq ($(CONFIG_ON),)\n"
				   "  ifeq ($(CONFIG_OFF), y)\n"
				   "obj-y += c.o\n"
				   "  endif\n"
				   "obj-y += d.o \\\n"
				   "\te.o\n"
				   "ifneq ($(CONFIG_OFF),y)\n"
				   "obj-y += f.o\n"
				   "endif\n"
				   "endif\n"
				   "obj-y += g.o\n"
				   "hostprogs := table\n"
				   "hostprogs-always-y += list\n";

	cr_assert_eq(member(text, "a.o", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	cr_assert_eq(member(text, "b.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "c.o", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	cr_assert_eq(member(text, "d.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "e.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "f.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "g.o", NULL), MEMBER_YES);
	cr_assert(makefile_has_program(text, "table"));
	cr_assert(makefile_has_program(text, "list"));
	cr_assert_not(makefile_has_program(text, "tab"));
	cr_assert_not(makefile_has_program(text, "g.o"));
}

Test(files, takes_ways_back_out_of_paths)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
		{"a/b/../c.h:1: error", "a/c.h:1: error"},
		{"a/b/../../c.h", "c.h"},
		{"x: a/../b and c/d/../e", "x: b and c/e"},
		{"../a/b", "../a/b"},
		{"../../a/../b", "../../b"},
		{"/../a", "/../a"},
		{"/a/../b", "/b"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = strdup(cases[i].text);

		text_collapse_paths(text);
		cr_assert_str_eq(text, cases[i].result);
	}
}

Test(makefile, tells_what_is_configured)
{
	static const char text[] = "# a.o is nothing\n"
				   "obj-y := one.o \\\n\ttwo.o\n"
				   "obj-$(CONFIG_MOD) += big.o\n"
				   "big-y := part.o\n"
				   "big-$(CONFIG_OFF) += rare.o\n"
				   "obj-$(CONFIG_OFF) += gone.o whole.o\n"
				   "whole-objs := piece.o\n"
				   "near-y := near.o\n"
				   "far-y := sub/far.o\n"
				   "big-y += $(near-y)\n"
				   "whole-y += $(far-y)\n"
				   "obj-$(CONFIG_OFF) += sub/\n";

	cr_assert_eq(member(text, "one.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "two.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "part.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "rare.o", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	cr_assert_eq(member(text, "gone.o", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	cr_assert_eq(member(text, "piece.o", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	cr_assert_eq(member(text, "near.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "sub/far.o", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	cr_assert_eq(member(text, "sub/", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	cr_assert_eq(member(text, "a.o", NULL), MEMBER_NOT_LISTED);
	cr_assert_eq(member(text, "art.o", NULL), MEMBER_NOT_LISTED);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	cr_assert_eq(fclose(f), 0);
}

Test(makefile, reads_what_it_includes_from_within)
{
	char folder[] = "/tmp/kmend-makefile-XXXXXX", path[256];
	_cleanup_free_ char *text = NULL;

	cr_assert_not_null(mkdtemp(folder));
	write_file(folder, "Makefile",
		   "include $(src)/part\n"
		   "include $(src)/missing\n"
		   "big-y += $(addprefix lib/, \\\n\ta.o \\\n\tb.o) $(addprefix $(X)/,c.o) d.o\n"
		   "obj-$(CONFIG_OFF) += $(part-y)\n"
		   "obj-$(CONFIG_ON) += big.o\n");
	write_file(folder, "part", "include $(src)/part\npart-y := part/e.o\n");
	cr_assert_eq(makefile_read(folder, "", 0, &text), 0);
	cr_assert_eq(member(text, "lib/a.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "lib/b.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "d.o", NULL), MEMBER_YES);
	cr_assert_eq(member(text, "a.o", NULL), MEMBER_NOT_LISTED);
	cr_assert_eq(member(text, "part/e.o", "CONFIG_OFF"), MEMBER_NOT_CONFIGURED);
	snprintf(path, sizeof(path), "rm -r %s", folder);
	cr_assert_eq(system(path), 0);
}

/* A header's change must not pass over what a Makefile hides from us. */
Test(affected, leaves_to_the_compiler_what_no_makefile_names)
{
	static const char config[] = "CONFIG_ON=y\n";
	char folder[] = "/tmp/kmend-affected-XXXXXX", path[256];
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	struct kernel kernel = {.source = folder};
	struct affected affected = {0};

	cr_assert_not_null(mkdtemp(folder));
	write_file(folder, "Makefile", "obj-$(CONFIG_OFF) += off.o\nobj-$(CONFIG_ON) += on.o\n");
	cr_assert_eq(affected_add_indirect(&kernel, config, "off.c", &affected, &diags), 0);
	cr_assert_null(affected.sources);
	cr_assert_eq(affected_add_indirect(&kernel, config, "on.c", &affected, &diags), 0);
	cr_assert_eq(affected_add_indirect(&kernel, config, "hidden.c", &affected, &diags), 0);
	cr_assert_eq(strv_length(affected.sources), 2);
	cr_assert(strv_contains(affected.sources, "on.c"));
	cr_assert(strv_contains(affected.sources, "hidden.c"));
	affected_done(&affected);
	snprintf(path, sizeof(path), "rm -r %s", folder);
	cr_assert_eq(system(path), 0);
}

static void expect_names(const char *text, const char *wanted)
{
	struct declarations declarations;
	_cleanup_strv_ char **all = NULL;
	_cleanup_free_ char *joined = NULL;

	cr_assert_eq(declarations_parse(text, strlen(text), &declarations), 0);
	for (size_t i = 0; i < declarations.n; i++)
		for (char **name = declarations.items[i].names; name && *name; name++)
			cr_assert_eq(strv_append(&all, *name), 0);
	joined = strv_join(all, " ");
	cr_assert_str_eq(joined ?: "", wanted, "%s: got '%s'", text, joined);
	declarations_done(&declarations);
}

Test(declarations, finds_what_is_declared)
{
	expect_names("#define A(x) \\\n\t((x) + 1)\nint f(int a, int b);\n", "A f");
	expect_names("static inline int *g(void)\n{\n#ifdef X\n\treturn h();\n#endif\n}\nint v;\n",
		     "g v");
	expect_names("struct s {\n\tint a;\n#define S_FLAG 1\n\tint (*f)(void);\n};\n", "S_FLAG s");
	expect_names("enum e { E_ONE, /* , */ E_TWO = 4, };\n", "e E_ONE E_TWO");
	expect_names("typedef struct { int a; } t_t;\ntypedef int (*cb_t)(int);\n", "t_t cb_t");
	expect_names("struct t;\nextern __printf(1, 2)\nint p(const char *, ...) __cold;\n", "p");
	expect_names("extern struct s v __section(\".x\");\n", "v");
	expect_names("DECLARE_STATIC_KEY_FALSE(key);\nDECLARE_PER_CPU(struct s, cpu);\n",
		     "key cpu");
	expect_names("TRACE_EVENT(one,\n\tTP_PROTO(int a),\n\tTP_ARGS(a)\n);\n",
		     "one trace_one CREATE_TRACE_POINTS");
	expect_names("struct s *make(int n);\nextern struct s table[4];\n", "make table");
}

static void expect_parts(int (*find)(const char *, const char *, char ***), const char *from,
			 const char *to, const char *wanted)
{
	_cleanup_strv_ char **parts = NULL;
	_cleanup_free_ char *joined = NULL;

	cr_assert_eq(find(from, to, &parts), 0);
	joined = strv_join(parts, " ");
	cr_assert_str_eq(joined ?: "", wanted, "%s: got '%s'", to, joined);
}

Test(declarations, members_that_changed_are_found)
{
	static const char old[] =
		"struct s { int a; int (*f)(int x); u8 b : 1, c : 2; struct t d; };";

	expect_parts(redeclared_members, old, old, "");
	expect_parts(redeclared_members, old,
		     "struct s { int a; int (*f)(long x); u8 b : 1, c : 2; struct t d; };", "f");
	expect_parts(
		redeclared_members, old,
		"struct s { int a; int (*f)(int x); u8 b : 1, c : 3; struct t d; int *e[4]; };",
		"b c e");
	expect_parts(redeclared_members, old,
		     "struct s { int a; int (*f)(int x); u8 b : 1, c : 2; union { struct t d; "
		     "long g; }; DECLARE_BITMAP(h, N); };",
		     "d g h N");
	expect_parts(redeclared_members, "struct s { u8 a __aligned(8); };",
		     "struct s { u16 a __aligned(8); };", "__aligned a");
	expect_parts(redeclared_members_with, "struct s { char a[MAX]; int b; char c[2 * MAX]; };",
		     "MAX", "a c");
	expect_parts(redeclared_members_with, "struct s {{{ ;(", "MAX", "");
}

Test(declarations, enumerators_of_other_values_are_found)
{
	expect_parts(redeclared_enumerators, "enum { A, B, C };", "enum { A, B, C, };", "");
	expect_parts(redeclared_enumerators, "enum { A, B, LAST };", "enum { A, B, C, LAST };",
		     "LAST C");
	expect_parts(redeclared_enumerators, "enum { A = 4, B, C = 9 };",
		     "enum { A = 4, X, B, C = 9 };", "B X");
	expect_parts(redeclared_enumerators, "enum { A = 1 << 2 };", "enum { A = 1 << 3 };", "A");
}

Test(declarations, a_member_is_used_by_an_object)
{
	static const char *const uses[] = {"p->m", "s . m = 1", "offsetof(struct s, m)",
					   "p ->\n m(1)"};
	static const char *const others[] = {"int m;", "m(1)", "p->mm", "(m + 1)", "p-> x, m"};

	for (size_t i = 0; i < ARRAY_SIZE(uses); i++)
		cr_assert(text_uses_member(uses[i], strlen(uses[i]), "m"), "%s", uses[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		cr_assert_not(text_uses_member(others[i], strlen(others[i]), "m"), "%s", others[i]);
}

Test(declarations, conditions_are_part_of_what_stands_under_them)
{
	static const char a[] = "#ifdef X\nint f(void);\n#endif\n", b[] = "int f(void);\n";
	struct declarations x, y;

	cr_assert_eq(declarations_parse(a, strlen(a), &x), 0);
	cr_assert_eq(declarations_parse(b, strlen(b), &y), 0);
	cr_assert_not(declarations_contain(&x, y.items[0].text));
	declarations_done(&x);
	declarations_done(&y);
}

Test(declarations, comments_and_blanks_are_no_change)
{
	static const char a[] = "int f(int  a);\n", b[] = "int f(int/* the */a); // no\n";
	struct declarations x, y;

	cr_assert_eq(declarations_parse(a, strlen(a), &x), 0);
	cr_assert_eq(declarations_parse(b, strlen(b), &y), 0);
	cr_assert(declarations_contain(&x, y.items[0].text), "'%s'", y.items[0].text);
	declarations_done(&x);
	declarations_done(&y);
}

static const struct symbolfile_image list_image = {.text = TEXT, .build_id = ""};

/* n symbols from the highest address down, the kernel displaced, and a line of the test's own. */
static char *symbol_list(unsigned n, uint64_t displacement, const char *line)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (unsigned i = n; i-- > 0;)
		fprintf(out, "%016llx t %s\n", (unsigned long long)(TEXT + 16 * i + displacement),
			i == 0 ? "_text" :
			i % 2  ? "odd" :
				 "even");
	fprintf(out, "0000000000000040 A percpu\n%s", line);
	fclose(out);
	return text;
}

static enum diag_code code_of_list(const char *text, struct kallsyms *ret)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};

	if (symbolfile_parse(text, "list", &list_image, &diags, ret) == 0)
		return -1;
	cr_assert_eq(diags.n, 1);
	return diags.items[0].code;
}

Test(symbolfile, is_ordered_by_address_and_put_back_in_its_place)
{
	_cleanup_(kallsyms_done) struct kallsyms list = {0};
	_cleanup_free_ char *text =
		symbol_list(N_SYMBOLS, 0x1c800000, "ffffffffc0000000 t odd\t[module]\n");

	cr_assert_eq(code_of_list(text, &list), (enum diag_code) - 1);
	cr_assert_eq(list.n_symbols, N_SYMBOLS + 1);
	cr_assert_str_eq(list.symbols[0].name, "percpu");
	cr_assert_eq(list.symbols[0].address, 0x40);
	for (unsigned i = 0; i < N_SYMBOLS; i++)
		cr_assert_eq(list.symbols[i + 1].address, TEXT + 16 * i);
}

Test(symbolfile, what_is_no_list_is_refused)
{
	static const char *const lines[] = {
		"text\n",
		"ffffffff81000000\n",
		"ffffffff81000000 T\n",
		"ffffffff81000000 T \n",
		"ffffffff81000000 T two words\n",
		"ffffffff81000000 1 name\n",
	};
	struct kallsyms list;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *text = symbol_list(N_SYMBOLS, 0, lines[i]);

		cr_assert_eq(code_of_list(text, &list), KM333, "%s", lines[i]);
	}
	cr_assert_eq(code_of_list("", &list), KM333);
}

Test(symbolfile, a_list_that_lacks_what_the_image_has_is_of_another_image)
{
	_cleanup_(kallsyms_done) struct kallsyms list = {0}, own = {0};
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	_cleanup_free_ char *text = symbol_list(N_SYMBOLS, 0, "");
	_cleanup_free_ char *more = symbol_list(N_SYMBOLS, 0, "ffffffff81900000 T more\n");

	cr_assert_eq(code_of_list(text, &own), (enum diag_code) - 1);
	cr_assert_eq(code_of_list(more, &list), (enum diag_code) - 1);
	cr_assert_eq(symbolfile_compare("list", &list, &own, &diags), 0);
	cr_assert_eq(symbolfile_compare("list", &own, &list, &diags), -EINVAL);
	cr_assert_eq(diags.items[0].code, KM334);
}

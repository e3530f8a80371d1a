// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "patchgen/source/patchtext.h"

#define HEAD "--- a/dir/file.c\n+++ b/dir/file.c\n"

/* Apply a patch to a text; the patched text, or NULL and the code of the first diagnostic. */
static char *apply(const char *text, const char *patch_text, enum diag_code *ret_code)
{
	_cleanup_(source_text_done) struct source_text source = {0};
	_cleanup_patch_text_ struct patch_text *patch = NULL;
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	char *result = NULL;
	size_t size;
	int r;

	r = patch_text_parse("fix.patch", patch_text, strlen(patch_text), &diags, &patch);
	if (r == 0)
		r = source_text_split(text, strlen(text), &source);
	for (size_t i = 0; r == 0 && i < patch->n_files; i++)
		r = source_text_apply(&source, patch, &patch->files[i], &diags);
	if (r == 0)
		r = source_text_write(&source, &result, &size);
	if (r < 0 && ret_code)
		*ret_code = diags.n > 0 ? diags.items[0].code : _DIAG_CODE_INVALID;
	cr_assert((r < 0) == !result);
	cr_assert(!result || size == strlen(result));
	return result;
}

static void expect(const char *text, const char *patch, const char *wanted)
{
	_cleanup_free_ char *got = apply(text, patch, NULL);

	cr_assert_not_null(got, "does not apply");
	cr_assert_str_eq(got, wanted);
}

static void expect_refused(const char *text, const char *patch, enum diag_code wanted)
{
	enum diag_code code = _DIAG_CODE_INVALID;
	_cleanup_free_ char *got = apply(text, patch, &code);

	cr_assert_null(got);
	cr_assert_eq(code, wanted, "got %s", diag_code_name(code));
}

Test(patchtext, numbers_go_on_after_an_addition)
{
	expect("one();\ntwo();\nthree();\n",
	       HEAD "@@ -1,2 +1,4 @@\n one();\n+a();\n+b();\n two();\n",
	       "one();\na();\nb();\n#line 2\ntwo();\nthree();\n");
}

Test(patchtext, numbers_go_on_after_a_removal)
{
	expect("one();\ntwo();\nthree();\n", HEAD "@@ -1,3 +1,2 @@\n one();\n-two();\n three();\n",
	       "one();\n#line 3\nthree();\n");
}

Test(patchtext, same_number_of_lines_needs_no_directive)
{
	expect("one();\ntwo();\n", HEAD "@@ -1,2 +1,2 @@\n one();\n-two();\n+three();\n",
	       "one();\nthree();\n");
}

Test(patchtext, no_directive_between_arguments)
{
	expect("f(a,\n  b);\ng();\n", HEAD "@@ -1,2 +1,3 @@\n f(a,\n+  x,\n   b);\n",
	       "f(a,\n  x,\n  b);\n#line 3\ng();\n");
}

Test(patchtext, no_directive_in_a_comment_or_macro)
{
	expect("/* one\n * two\n */\ng();\n", HEAD "@@ -1,2 +1,3 @@\n /* one\n+ * new\n  * two\n",
	       "/* one\n * new\n * two\n */\n#line 4\ng();\n");
	expect("#define A \\\n\tb \\\n\tc\ng();\n",
	       HEAD "@@ -1,2 +1,3 @@\n #define A \\\n+\tnew \\\n \tb \\\n",
	       "#define A \\\n\tnew \\\n\tb \\\n\tc\n#line 4\ng();\n");
}

Test(patchtext, parentheses_in_strings_and_branches_do_not_count)
{
	expect("p(\"(\");\nq('(');\nr();\n", HEAD "@@ -1,1 +1,2 @@\n+n();\n p(\"(\");\n",
	       "n();\n#line 1\np(\"(\");\nq('(');\nr();\n");
	expect("#if X\nif (a) {\n#else\nif (b) {\n#endif\n}\nz();\n",
	       HEAD "@@ -6,2 +6,3 @@\n }\n+y();\n z();\n",
	       "#if X\nif (a) {\n#else\nif (b) {\n#endif\n}\ny();\n#line 7\nz();\n");
}

Test(patchtext, a_hunk_is_found_where_its_context_is)
{
	expect("0();\n0();\n0();\none();\ntwo();\n",
	       HEAD "@@ -1,2 +1,2 @@\n one();\n-two();\n+2();\n",
	       "0();\n0();\n0();\none();\n2();\n");
}

Test(patchtext, second_hunk_follows_the_first)
{
	expect("a;\nb;\nc;\nd;\ne;\n",
	       HEAD "@@ -1,2 +1,3 @@\n a;\n+1;\n b;\n@@ -4,2 +5,2 @@\n d;\n-e;\n+5;\n",
	       "a;\n1;\n#line 2\nb;\nc;\nd;\n5;\n");
}

Test(patchtext, end_without_newline_stays)
{
	expect("a;\nb;", HEAD "@@ -1,2 +1,2 @@\n-a;\n+1;\n b;\n\\ No newline at end of file\n",
	       "1;\nb;");
}

Test(patchtext, empty_context_line_without_its_blank)
{
	expect("a;\n\nb;\n", HEAD "@@ -1,3 +1,3 @@\n a;\n\n-b;\n+c;\n", "a;\n\nc;\n");
}

Test(patchtext, refuses_what_does_not_apply)
{
	expect_refused("one();\n", HEAD "@@ -1,1 +1,1 @@\n-two();\n+2();\n", KM120);
	expect_refused("2();\n", HEAD "@@ -1,1 +1,1 @@\n-two();\n+2();\n", KM120);
	expect_refused("", HEAD "@@ -1,1 +1,1 @@\n-two();\n+2();\n", KM120);
}

Test(patchtext, refuses_what_is_no_diff)
{
	static const char *const texts[] = {
		"",
		"no diff at all\n",
		HEAD,
		HEAD "@@ nonsense @@\n",
		HEAD "@@ -1,99999999999 +1 @@\n a\n",
		HEAD "@@ -1,2 +1,2 @@\n a;\n",
		HEAD "@@ -1,2 +1,2 @@\n a;\n*b;\n",
		HEAD "@@ -1,1 +1,2 @@\n a;\n b;\n",
		"@@ -1,1 +1,1 @@\n-a\n+b\n",
		"--- file.c\n+++ file.c\n@@ -1,1 +1,1 @@\n-a\n+b\n",
		"--- a/../../etc/x\n+++ b/../../etc/x\n@@ -1,1 +1,1 @@\n-a\n+b\n",
		"--- a//etc/x\n+++ b//etc/x\n@@ -1,1 +1,1 @@\n-a\n+b\n",
		"--- a/x.c\n+++ b/y.c\n@@ -1,1 +1,1 @@\n-a\n+b\n",
		"rename from a\nrename to b\n",
		"GIT binary patch\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		expect_refused("a;\n", texts[i], KM121);
}

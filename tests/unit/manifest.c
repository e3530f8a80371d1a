// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "lib/diag.h"
#include "lib/manifest.h"
#include "lib/strv.h"

#define HEAD     "kmend: 1\nname: example\nversion: \"1\"\nsummary: One line.\n"
#define BUILD_ID "0123456789abcdef0123456789abcdef01234567"

static int parse(const char *text, struct diag_list *diags, struct manifest **ret)
{
	return manifest_parse(text, strlen(text), "manifest.yaml", diags, ret);
}

Test(manifest, reads_every_key)
{
	static const char text[] = HEAD
		"author: Some One <one@example.org>\nrisk: low\n"
		"fixes: [CVE-2026-1, CVE-2026-2]\nreferences:\n  - https://example.org/1\n"
		"depends: [first]\nconflicts: [other]\nreplaces: [older]\n"
		"stacks-on: [lower, lowest]\npatch: fix.patch\n"
		"overrides:\n  - code: KM212\n    symbol: limit\n    reason: It is set.\n"
		"  - {code: KM228, symbol: item, reason: There are none.}\n"
		"kernel:\n  release: 6.1.0-54-cloud-amd64\n  arch: x86_64\n  build-id: " BUILD_ID
		"\nmodules:\n  - name: btrfs\n    build-id: " BUILD_ID
		"\nbuild:\n  patchgen: 0.1.0\n  compiler: gcc-12 (Debian)\n"
		"  source: linux-source-6.1 6.1.190-1\n  patch-sha256: " BUILD_ID
		"0123456789abcdef01234567\n";
	struct diag_list diags = {};
	struct manifest *m = NULL;

	cr_assert_eq(parse(text, &diags, &m), 0);
	cr_assert_eq(diags.n, 0);
	cr_assert_str_eq(m->name, "example");
	cr_assert_str_eq(m->version, "1");
	cr_assert_str_eq(m->summary, "One line.");
	cr_assert_str_eq(m->author, "Some One <one@example.org>");
	cr_assert_str_eq(m->risk, "low");
	cr_assert_eq(strv_length(m->fixes), 2);
	cr_assert_str_eq(m->fixes[1], "CVE-2026-2");
	cr_assert_str_eq(m->references[0], "https://example.org/1");
	cr_assert_str_eq(m->depends[0], "first");
	cr_assert_str_eq(m->conflicts[0], "other");
	cr_assert_str_eq(m->replaces[0], "older");
	cr_assert_str_eq(m->stacks_on[1], "lowest");
	cr_assert_str_eq(m->patch[0], "fix.patch");
	cr_assert(manifest_is_built(m));
	cr_assert_str_eq(m->kernel_release, "6.1.0-54-cloud-amd64");
	cr_assert_str_eq(m->kernel_arch, "x86_64");
	cr_assert_str_eq(m->kernel_build_id, BUILD_ID);
	cr_assert_eq(m->n_modules, 1);
	cr_assert_str_eq(m->modules[0].name, "btrfs");
	cr_assert_str_eq(m->modules[0].build_id, BUILD_ID);
	cr_assert_eq(m->n_overrides, 2);
	cr_assert_str_eq(m->overrides[0].code, "KM212");
	cr_assert_str_eq(m->overrides[0].symbol, "limit");
	cr_assert_str_eq(m->overrides[0].reason, "It is set.");
	cr_assert_str_eq(m->overrides[1].symbol, "item");
	cr_assert_str_eq(m->build_source, "linux-source-6.1 6.1.190-1");
	manifest_free(m);
}

struct refusal {
	char text[400];
	enum diag_code code;
	unsigned line;
	char word[40]; /* that the message must contain */
};

ParameterizedTestParameters(manifest, refuses)
{
	static struct refusal cases[] = {
		{HEAD "colour: red\n", KM111, 5, "colour"},
		{HEAD "kernel:\n  release: 6.1.0\n  arch: x86_64\n  build-id: " BUILD_ID
		      "\n  flavour: x\n",
		 KM111, 9, "kernel.flavour"},
		{HEAD "modules:\n- name: ext4\n  build-id: " BUILD_ID "\n  path: x\n", KM111, 8,
		 "modules.path"},
		{HEAD "[a]: b\n", KM111, 5, "not a string"},
		{HEAD "overrides: x\n", KM113, 5, "not a list"},
		{HEAD "overrides:\n- x\n", KM113, 6, "not a mapping"},
		{HEAD "overrides:\n- {code: KM212, symbol: x}\n", KM112, 6, "overrides.reason"},
		{HEAD "overrides:\n- {symbol: x, reason: y}\n", KM112, 6, "overrides.code"},
		{HEAD "overrides:\n- {code: 212, symbol: x, reason: y}\n", KM113, 6, "code"},
		{HEAD "overrides:\n- {code: KM212, symbol: x y, reason: y}\n", KM113, 6, "symbol"},
		{HEAD "overrides:\n- {code: KM212, symbol: x, reason: \"\"}\n", KM113, 6, "reason"},
		{HEAD "overrides:\n- {code: KM212, symbol: x, reason: y, who: z}\n", KM111, 6,
		 "overrides.who"},
		{"kmend: 1\nname: example\nversion: 1\n", KM112, 1, "summary"},
		{HEAD "kernel:\n  arch: x86_64\n  build-id: " BUILD_ID "\n", KM112, 6,
		 "kernel.release"},
		{"kmend: 2\nname: example\nversion: 1\nsummary: s\n", KM113, 1, "kmend"},
		{"kmend: 1\nname: Example\nversion: 1\nsummary: s\n", KM113, 2, "name"},
		{"kmend: 1\nname: ../x\nversion: 1\nsummary: s\n", KM113, 2, "name"},
		{"kmend: 1\nname: -x\nversion: 1\nsummary: s\n", KM113, 2, "name"},
		{"kmend: 1\nname: example\nversion: 1 2\nsummary: s\n", KM113, 3, "version"},
		{"kmend: 1\nname: example\nversion: [1]\nsummary: s\n", KM113, 3, "version"},
		{"kmend: 1\nname: example\nversion: 1\nsummary: \"a\\nb\"\n", KM113, 4, "summary"},
		{"kmend: 1\nname: example\nversion: 1\nsummary: \"a\\0b\"\n", KM113, 4, "summary"},
		{"kmend: 1\nname: example\nversion: 1\nsummary:\n", KM113, 4, "summary"},
		{HEAD "author: \"\\x9b31m\"\n", KM113, 5, "author"},
		{HEAD "author: \"\\e[31m\"\n", KM113, 5, "author"},
		{HEAD "risk: huge\n", KM113, 5, "risk"},
		{HEAD "fixes: {a: b}\n", KM113, 5, "fixes"},
		{HEAD "fixes: [a, [b]]\n", KM113, 5, "fixes"},
		{HEAD "depends: [a, a]\n", KM113, 5, "twice"},
		{HEAD "depends: [Not_Valid]\n", KM113, 5, "depends"},
		{HEAD "depends: [example]\n", KM113, 1, "itself"},
		{HEAD "conflicts: [example]\n", KM113, 1, "itself"},
		{HEAD "depends: [a]\nconflicts: [a]\n", KM113, 1, "both"},
		{HEAD "replaces: [example]\n", KM113, 1, "itself"},
		{HEAD "stacks-on: [example]\n", KM113, 1, "itself"},
		{HEAD "depends: [a]\nreplaces: [a]\n", KM113, 1, "both"},
		{HEAD "stacks-on: [b, a]\nconflicts: [a]\n", KM113, 1, "both"},
		{HEAD "stacks-on: [a]\nreplaces: [a]\n", KM113, 1, "both"},
		{HEAD "risk: low\nrisk: high\n", KM113, 6, "twice"},
		{HEAD "kernel: 6.1\n", KM113, 5, "kernel"},
		{HEAD "kernel:\n  release: ../../etc\n  arch: x86_64\n  build-id: " BUILD_ID "\n",
		 KM113, 6, "release"},
		{HEAD "kernel:\n  release: 6.1\n  arch: x86_64\n  build-id: ABC\n", KM113, 8,
		 "build-id"},
		{HEAD "modules: ext4\n", KM113, 5, "modules"},
		{HEAD "modules: [ext4]\n", KM113, 5, "modules"},
		{"- a\n- b\n", KM113, 1, "not a mapping"},
		{HEAD "author: \"x\n", KM110, 6, "quoted scalar"},
		{"a: b: c\n", KM110, 1, "mapping values"},
		{HEAD "fixes: [a\n", KM110, 6, "flow sequence"},
		{HEAD "fixes: &a [x]\n", KM110, 5, "anchors"},
		{HEAD "author: &a x\n", KM110, 5, "anchors"},
		{HEAD "author: *a\n", KM110, 5, "aliases"},
		{HEAD "author: !!str x\n", KM110, 5, "tags"},
		{HEAD "fixes: [[[[[x]]]]]\n", KM110, 5, "deep"},
		{HEAD "---\nkmend: 1\n", KM110, 5, "more than one"},
		{"", KM110, 1, "empty"},
		{"# nothing\n", KM110, 1, "empty"},
		{"\xff\xfe\xfd", KM110, 1, "UTF-8"},
	};

	return cr_make_param_array(struct refusal, cases, ARRAY_SIZE(cases));
}

ParameterizedTest(struct refusal *c, manifest, refuses)
{
	struct diag_list diags = {};
	struct manifest *m = (void *)-1;

	cr_assert_eq(parse(c->text, &diags, &m), -EINVAL, "accepted:\n%s", c->text);
	cr_assert_eq(m, (void *)-1);
	cr_assert_geq(diags.n, 1);
	cr_assert_eq(diags.items[0].code, c->code, "%s for:\n%s", diags.items[0].message, c->text);
	cr_assert_eq(diags.items[0].line, c->line, "line %u (%s) for:\n%s", diags.items[0].line,
		     diags.items[0].message, c->text);
	cr_assert_str_eq(diags.items[0].file, "manifest.yaml");
	cr_assert(strstr(diags.items[0].message, c->word), "\"%s\" lacks \"%s\"",
		  diags.items[0].message, c->word);
	diag_list_done(&diags);
}

Test(manifest, reports_every_error)
{
	struct diag_list diags = {};
	struct manifest *m;

	cr_assert_eq(parse("kmend: 1\nname: A\nverison: 1\nsummary: s\n", &diags, &m), -EINVAL);
	cr_assert_eq(diags.n, 3);
	diag_list_done(&diags);
}

Test(manifest, refuses_too_much_text)
{
	size_t size = KMEND_MANIFEST_MAX + 1;
	char *text = malloc(size);
	struct diag_list diags = {};
	struct manifest *m;

	memset(text, '#', size);
	cr_assert_eq(manifest_parse(text, size, "m", &diags, &m), -EINVAL);
	cr_assert_eq(diags.items[0].code, KM110);
	diag_list_done(&diags);
	free(text);
}

Test(manifest, missing_file_is_named)
{
	struct diag_list diags = {};
	struct manifest *m;

	cr_assert_eq(manifest_read("/nonexistent/manifest.yaml", &diags, &m), -ENOENT);
	cr_assert_eq(diags.items[0].code, KM102);
	cr_assert_str_eq(diags.items[0].file, "/nonexistent/manifest.yaml");
	diag_list_done(&diags);
}

/* Every prefix of a manifest is accepted or refused, and never read beyond its end. */
Test(manifest, survives_truncation)
{
	static const char text[] = HEAD "fixes: [a, b]\nkernel:\n  release: 6.1\n  arch: x86_64\n"
					"  build-id: " BUILD_ID "\n";

	for (size_t n = 0; n < sizeof(text); n++) {
		char *exact = malloc(n ?: 1);
		struct manifest *m = NULL;

		memcpy(exact, text, n);
		if (manifest_parse(exact, n, "m", NULL, &m) == 0)
			manifest_free(m);
		free(exact);
	}
}

Test(manifest, written_text_reads_back)
{
	static const char text[] =
		"kmend: 1\nname: example\nversion: \"1.0\"\nsummary: \"yes: a # b 'c' \\\"d\\\" ü\"\n"
		"fixes: [\"123\", no, CVE-1]\npatch: x\nkernel: {release: 6.1.0, arch: x86_64, "
		"build-id: " BUILD_ID "}\nmodules: [{name: a, build-id: " BUILD_ID "}]\n"
		"overrides: [{code: KM215, symbol: .init.setup, reason: \"a: b\"}]\n";
	_cleanup_free_ char *once = NULL, *twice = NULL;
	struct manifest *m = NULL, *again = NULL;
	size_t n_once, n_twice;

	cr_assert_eq(parse(text, NULL, &m), 0);
	cr_assert_eq(manifest_write(m, &once, &n_once), 0);
	cr_assert_eq(strlen(once), n_once);
	cr_assert_eq(manifest_parse(once, n_once, "m", NULL, &again), 0, "%s", once);
	cr_assert_str_eq(again->version, "1.0");
	cr_assert_str_eq(again->summary, m->summary);
	cr_assert_str_eq(again->fixes[0], "123");
	cr_assert_str_eq(again->modules[0].build_id, BUILD_ID);
	cr_assert_eq(again->n_overrides, 1);
	cr_assert_str_eq(again->overrides[0].symbol, ".init.setup");
	cr_assert_str_eq(again->overrides[0].reason, "a: b");
	cr_assert_null(again->patch);
	cr_assert_eq(manifest_write(again, &twice, &n_twice), 0);
	cr_assert_str_eq(once, twice);
	cr_assert(strstr(once, "version: \"1.0\""), "%s", once);
	cr_assert(strncmp(once, "kmend: 1\nname: example\n", 23) == 0, "%s", once);
	manifest_free(m);
	manifest_free(again);
}

Test(manifest, incomplete_is_not_written)
{
	struct manifest m = {};
	char *text;
	size_t size;

	cr_assert_eq(manifest_write(&m, &text, &size), -EINVAL);
}

Test(manifest, patch_names)
{
	cr_assert(patch_name_is_valid("a"));
	cr_assert(patch_name_is_valid("0a-b_c"));
	cr_assert(patch_name_is_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	cr_assert_not(patch_name_is_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	cr_assert_not(patch_name_is_valid(""));
	cr_assert_not(patch_name_is_valid("a.b"));
	cr_assert_not(patch_name_is_valid("a/b"));
}

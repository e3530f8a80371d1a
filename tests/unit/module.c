// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "lib/diag.h"
#include "lib/manifest.h"
#include "lib/module.h"
#include "lib/strv.h"
#include "patchfile.h"
#include "tree.h"

static int parse(const struct patchfile *spec, struct diag_list *diags, struct patch_module **ret)
{
	_cleanup_free_ void *image = NULL;
	size_t size;

	image = patchfile_make(spec, &size);
	return patch_module_parse(image, size, "x.ko", diags, ret);
}

Test(module, reads_a_patch)
{
	const struct patchfile spec = {.name = "fix-it",
				       .depends = "[other]",
				       .modinfo = "name=kmend_fix_it|kmend=1|livepatch=Y|"
						  "depends=kmend,btrfs|vermagic=6.1.0-test SMP |"};
	struct diag_list diags = {};
	struct patch_module *m = NULL;

	cr_assert_eq(parse(&spec, &diags, &m), 0, "%s", diags.n ? diags.items[0].message : "");
	cr_assert_eq(diags.n, 0);
	cr_assert_str_eq(m->name, "kmend_fix_it");
	cr_assert_str_eq(m->release, "6.1.0-test");
	cr_assert_eq(m->abi, 1);
	cr_assert_eq(strv_length(m->depends), 2);
	cr_assert_eq(m->n_funcs, 1);
	cr_assert_str_eq(m->funcs[0].name, "fix-it");
	cr_assert_str_eq(m->funcs[0].object, "vmlinux");
	cr_assert_eq(m->funcs[0].old_size, 64);
	cr_assert_eq(m->n_klp, 1);
	cr_assert_str_eq(m->klp[0].name, ".klp.rela.vmlinux..text");
	cr_assert_eq(m->klp[0].n_relocs, 3);
	cr_assert_str_eq(m->manifest->name, "fix-it");
	cr_assert_str_eq(m->manifest->depends[0], "other");
	cr_assert_eq(strlen(m->manifest_text), m->manifest_size);
	patch_module_free(m);
}

/* A range belongs to one side only; two ranges of a function are no duplicates. */
Test(module, reads_ranges)
{
	static const struct kmend_func funcs[] = {
		{.old_size = 1, .new_size = 1, .name = "f", .object = "vmlinux"},
		{.old_size = 1, .flags = KMEND_FUNC_RANGE, .name = "f", .object = "vmlinux"},
		{.new_size = 1, .flags = KMEND_FUNC_RANGE, .name = "f", .object = "vmlinux"},
		{.old_size = 1, .new_size = 1, .sympos = 2, .name = "f", .object = "vmlinux"},
	};
	const struct patchfile spec = {.name = "a", .funcs = funcs, .n_funcs = ARRAY_SIZE(funcs)};
	struct patch_module *m = NULL;

	cr_assert_eq(parse(&spec, NULL, &m), 0);
	cr_assert_eq(m->n_funcs, 4);
	patch_module_free(m);
}

Test(module, reads_objects)
{
	static const struct kmend_object objects[] = {
		{.name = "m", .build_id = TEST_BUILD_ID, .flags = KMEND_OBJECT_LATE},
		{.name = "n", .build_id = TEST_BUILD_ID},
	};
	const struct patchfile spec = {
		.name = "a",
		.object = "m",
		.modules = "[{name: m, load: late, build-id: \"" TEST_BUILD_ID "\"}]",
		.objects = objects,
		.n_objects = ARRAY_SIZE(objects)};
	struct patch_module *m = NULL;

	cr_assert_eq(parse(&spec, NULL, &m), 0);
	cr_assert_eq(m->n_objects, 2);
	cr_assert_eq(patch_module_object(m, "m")->flags, KMEND_OBJECT_LATE);
	cr_assert_eq(patch_module_object(m, "n")->flags, 0);
	cr_assert_null(patch_module_object(m, "vmlinux"));
	cr_assert_str_eq(m->manifest->modules[0].load, "late");
	patch_module_free(m);
}

Test(module, reads_callbacks)
{
	static const struct kmend_callbacks callbacks[] = {
		{.events = 0x3, .source = "fs/x/a.c", .object = "vmlinux"},
		{.events = 0x8, .source = "net/b.c", .object = "b_ko"},
	};
	const struct patchfile spec = {.name = "a", .callbacks = callbacks, .n_callbacks = 2};
	const struct patchfile alone = {
		.name = "a", .without = KMEND_SEC_FUNCS, .callbacks = callbacks, .n_callbacks = 1};
	struct patch_module *m = NULL;

	cr_assert_eq(parse(&spec, NULL, &m), 0);
	cr_assert_eq(m->n_callbacks, 2);
	cr_assert_str_eq(m->callbacks[0].source, "fs/x/a.c");
	cr_assert_eq(m->callbacks[0].events, 0x3);
	cr_assert_str_eq(m->callbacks[1].object, "b_ko");
	patch_module_free(m);
	cr_assert_eq(parse(&alone, NULL, &m), 0, "callbacks without functions");
	cr_assert_eq(m->n_funcs, 0);
	cr_assert_eq(m->n_callbacks, 1);
	patch_module_free(m);
}

#define C(...)  (const struct kmend_callbacks[]){{__VA_ARGS__}}, .n_callbacks = 1
#define F(...)  (const struct kmend_func[]){{__VA_ARGS__}}, .n_funcs = 1
#define OK      .old_size = 1, .new_size = 1
#define INFO(x) .modinfo = x

#define O(...) (const struct kmend_object[]){{__VA_ARGS__}}, .n_objects = 1

static const struct kmend_object twins[] = {
	{.name = "m", .build_id = TEST_BUILD_ID},
	{.name = "m", .build_id = TEST_BUILD_ID},
};

static const struct kmend_func same[] = {
	{.old_size = 1, .new_size = 1, .name = "f", .object = "vmlinux"},
	{.old_size = 1, .new_size = 1, .name = "f", .object = "vmlinux"},
};

static const struct refusal {
	struct patchfile spec;
	enum diag_code code;
	const char *word;
} refusals[] = {
	{{.name = "a", .machine = EM_AARCH64}, KM401, "x86_64"},
	{{.name = "a", .type = ET_DYN}, KM401, "relocatable"},
	{{.name = "a", .without = ".modinfo"}, KM403, "kmend"},
	{{.name = "a", .without = KMEND_SEC_FUNCS}, KM404, "missing"},
	{{.name = "a", .without = KMEND_SEC_MANIFEST}, KM405, "missing"},
	{{.name = "a", .twice = KMEND_SEC_FUNCS}, KM404, "twice"},
	{{.name = "a", .twice = KMEND_SEC_MANIFEST}, KM405, "twice"},
	{{.name = "a", .twice = ".modinfo"}, KM402, "twice"},
	{{.name = "a", INFO("name=kmend_a|livepatch=Y|depends=kmend|vermagic=6.1.0-test |")},
	 KM403,
	 "\"kmend\" is missing"},
	{{.name = "a",
	  INFO("kmend=2|name=kmend_a|livepatch=Y|depends=kmend|vermagic=6.1.0-test |")},
	 KM403,
	 "ABI is 2"},
	{{.name = "a", INFO("kmend=1|name=kmend_a|depends=kmend|vermagic=6.1.0-test |")},
	 KM403,
	 "livepatch"},
	{{.name = "a", INFO("kmend=1|name=kmend_a|livepatch=Y|depends=|vermagic=6.1.0-test |")},
	 KM403,
	 "depends"},
	{{.name = "a", INFO("kmend=1|name=kmend_a|livepatch=Y|depends=kmend|")}, KM403, "vermagic"},
	{{.name = "a", INFO("kmend=1|livepatch=Y|depends=kmend|vermagic=6.1.0-test |")},
	 KM403,
	 "name"},
	{{.name = "a", INFO("kmend=1|name=\x1b[2J|")}, KM402, "plain text"},
	{{.name = "a", INFO("kmend=1|nonsense|")}, KM402, "key=value"},
	{{.name = "a", INFO("kmend=1|name=kmend_a")}, KM402, "not terminated"},
	{{.name = "a",
	  INFO("kmend=1|name=kmend_b|livepatch=Y|depends=kmend|vermagic=6.1.0-test |")},
	 KM406,
	 "kmend_b"},
	{{.name = "a", INFO("kmend=1|name=kmend_a|livepatch=Y|depends=kmend|vermagic=6.1.1 |")},
	 KM406,
	 "6.1.1"},
	{{.name = "a", .manifest = "kmend: 1\nname: a\nversion: 1\nsummary: s\n"},
	 KM405,
	 "which kernel"},
	{{.name = "a", .manifest = "kmend: 1\nnmae: a\n"}, KM111, "nmae"},
	{{.name = "a", .manifest = ":\n\t- ["}, KM110, ""},
	{{.name = "a", .funcs_size = 1}, KM404, "size of 1 bytes"},
	{{.name = "a", .funcs_size = sizeof(struct kmend_func) - 1},
	 KM404,
	 "not a number of records"},
	{{.name = "a", .funcs = F(OK, .name = "", .object = "vmlinux")}, KM404, "function name"},
	{{.name = "a", .funcs = F(OK, .name = "a/b", .object = "vmlinux")}, KM404, "function name"},
	{{.name = "a", .funcs = F(OK, .name = "f", .object = "")}, KM404, "object name"},
	{{.name = "a", .funcs = F(OK, .name = "f", .object = "../x")}, KM404, "object name"},
	{{.name = "a", .funcs = F(OK, .name = "f", .object = "vmlinux", .flags = 0x80)},
	 KM404,
	 "flags"},
	{{.name = "a", .funcs = F(.old_size = 1, .name = "f", .object = "vmlinux")},
	 KM404,
	 "size 0"},
	{{.name = "a", .funcs = F(.flags = KMEND_FUNC_RANGE, .name = "f", .object = "vmlinux")},
	 KM404,
	 "size 0"},
	{{.name = "a", .funcs = F(OK, .old_addr = 1, .name = "f", .object = "vmlinux")},
	 KM404,
	 "address"},
	{{.name = "a", .funcs = same, .n_funcs = 2}, KM404, "two records"},
	{{.name = "a", .callbacks = C(.events = 1, .source = "", .object = "vmlinux")},
	 KM404,
	 "source name"},
	{{.name = "a", .callbacks = C(.events = 1, .source = "a\n.c", .object = "vmlinux")},
	 KM404,
	 "source name"},
	{{.name = "a", .callbacks = C(.events = 1, .source = "a.c", .object = "a/b")},
	 KM404,
	 "object name"},
	{{.name = "a", .callbacks = C(.events = 0, .source = "a.c", .object = "b")},
	 KM404,
	 "events"},
	{{.name = "a", .callbacks = C(.events = 0x10, .source = "a.c", .object = "b")},
	 KM404,
	 "events"},
	{{.name = "a", .callbacks = C(.events = 1, .reserved = 1, .source = "a.c", .object = "b")},
	 KM404,
	 "events"},
	{{.name = "a",
	  .callbacks = C(.functions = {1}, .events = 1, .source = "a.c", .object = "b")},
	 KM404,
	 "address"},
	{{.name = "a", .objects = O(.name = "", .build_id = TEST_BUILD_ID)}, KM404, "module name"},
	{{.name = "a", .objects = O(.name = "vmlinux", .build_id = TEST_BUILD_ID)},
	 KM404,
	 "module name"},
	{{.name = "a", .objects = O(.name = "m", .build_id = "12")}, KM404, "build-id"},
	{{.name = "a", .objects = O(.name = "m", .build_id = TEST_BUILD_ID, .flags = 4)},
	 KM404,
	 "flags"},
	{{.name = "a", .objects = O(.name = "m", .build_id = TEST_BUILD_ID, .reserved = {1})},
	 KM404,
	 "flags"},
	{{.name = "a", .objects = twins, .n_objects = 2}, KM404, "two records"},
	{{.name = "a", .object = "m", .twice = KMEND_SEC_OBJECTS}, KM404, "twice"},
	{{.name = "a", .object = "m", .without = KMEND_SEC_OBJECTS}, KM404, "module m"},
	{{.name = "a", .object = "m", .objects = O(.name = "n", .build_id = TEST_BUILD_ID)},
	 KM404,
	 "module m"},
	{{.name = "a",
	  .object = "m",
	  .modules = "[{name: m, build-id: 00000000000000000000000000000000000000aa}]"},
	 KM406,
	 "build-id of m"},
	{{.name = "a",
	  .twice = KMEND_SEC_CALLBACKS,
	  .callbacks = C(.events = 1, .source = "a.c", .object = "b")},
	 KM404,
	 "twice"},
};

/* Parameters reach a test in another process, so only numbers can be handed over. */
ParameterizedTestParameters(module, refuses)
{
	static size_t cases[ARRAY_SIZE(refusals)];

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		cases[i] = i;
	return cr_make_param_array(size_t, cases, ARRAY_SIZE(cases));
}

ParameterizedTest(size_t *i, module, refuses)
{
	const struct refusal *c = &refusals[*i];
	struct patch_module *m = (void *)-1;
	struct diag_list diags = {};

	cr_assert_eq(parse(&c->spec, &diags, &m), -ENOEXEC, "case %zu was accepted", *i);
	cr_assert_eq(m, (void *)-1);
	cr_assert_geq(diags.n, 1);
	cr_assert_eq(diags.items[0].code, c->code, "case %zu: %s %s", *i,
		     diag_code_name(diags.items[0].code), diags.items[0].message);
	cr_assert_str_eq(diags.items[0].file, "x.ko");
	cr_assert(strstr(diags.items[0].message, c->word), "case %zu: %s", *i,
		  diags.items[0].message);
	diag_list_done(&diags);
}

Test(module, refuses_unterminated_names)
{
	struct kmend_func f = {.old_size = 1, .new_size = 1, .object = "vmlinux"};
	const struct patchfile spec = {.name = "a", .funcs = &f, .n_funcs = 1};
	struct diag_list diags = {};
	struct patch_module *m;

	memset(f.name, 'x', sizeof(f.name));
	cr_assert_eq(parse(&spec, &diags, &m), -ENOEXEC);
	cr_assert_eq(diags.items[0].code, KM404);
	diag_list_done(&diags);
}

/* Cut at every length: always refused with a code, never read beyond the end. */
Test(module, refuses_every_truncation)
{
	const struct patchfile spec = {.name = "a"};
	_cleanup_free_ char *image = NULL;
	size_t size;

	image = patchfile_make(&spec, &size);
	for (size_t n = 0; n < size; n++) {
		_cleanup_free_ char *exact = malloc(n ?: 1);
		struct diag_list diags = {};
		struct patch_module *m;

		memcpy(exact, image, n);
		cr_assert_eq(patch_module_parse(exact, n, "x.ko", &diags, &m), -ENOEXEC,
			     "%zu bytes were accepted", n);
		cr_assert(diags.n == 1 &&
				  (diags.items[0].code == KM401 || diags.items[0].code == KM402),
			  "%zu bytes: %s", n, diags.items[0].message);
		diag_list_done(&diags);
	}
}

/* One byte changed anywhere: accepted or refused with a code, and nothing worse. */
Test(module, survives_every_mutation)
{
	static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	const struct patchfile spec = {.name = "a"};
	_cleanup_free_ unsigned char *image = NULL;
	size_t size;

	image = patchfile_make(&spec, &size);
	cr_assert_gt(size, 1000);
	for (size_t i = 0; i < size; i++)
		for (size_t j = 0; j < sizeof(values); j++) {
			unsigned char before = image[i];
			struct diag_list diags = {};
			struct patch_module *m;
			int r;

			image[i] = values[j];
			r = patch_module_parse(image, size, "x.ko", &diags, &m);
			cr_assert(r == 0 || (r == -ENOEXEC && diags.n >= 1), "byte %zu: %d", i, r);
			if (r == 0)
				patch_module_free(m);
			diag_list_done(&diags);
			image[i] = before;
		}
}

Test(module, not_elf)
{
	static const char *const texts[] = {
		"", "#!/bin/sh\n",
		"\x7f"
		"ELF",
		"kmend: 1\nname: a\nversion: 1\nsummary: not a module\n"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct diag_list diags = {};
		struct patch_module *m;

		cr_assert_eq(patch_module_parse(texts[i], strlen(texts[i]), "x", &diags, &m),
			     -ENOEXEC);
		cr_assert_eq(diags.items[0].code, KM401);
		diag_list_done(&diags);
	}
}

Test(module, opens_files)
{
	_cleanup_(freep) char *path = NULL;
	struct diag_list diags = {};
	struct patch_module *m;
	char *root = tree_new();

	patchfile_install(&(struct patchfile){.name = "a"}, root);
	path = tree_path(root, TEST_RELEASE "/a/a.ko");
	cr_assert_eq(patch_module_open(path, &diags, &m), 0);
	patch_module_free(m);
	cr_assert_eq(patch_module_open(root, &diags, &m), -EISDIR);
	cr_assert_eq(diags.items[0].code, KM102);
	cr_assert_eq(patch_module_open("/nonexistent", &diags, &m), -ENOENT);
	cr_assert_eq(diags.items[1].code, KM102);
	diag_list_done(&diags);
	tree_remove(root);
}

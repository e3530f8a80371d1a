// SPDX-License-Identifier: GPL-2.0
#include "module.h"

#include <kmend/patch.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/manifest.h"
#include "../../lib/strv.h"
#include "../compile/abi.h"
#include "../base/files.h"
#include "klp.h"
#include "../object/object.h"
#include "../base/run.h"

/* The first object of the link, so that its empty array is where the records begin. */
static const char source_head[] =
	"#include <linux/init.h>\n"
	"#include <linux/module.h>\n"
	"#include <kmend/patch.h>\n"
	"\n"
	"#include \"patch.inc\"\n"
	"\n"
	"static void kmend_patch_exit(void);\n"
	"\n"
	"#if PATCH_FUNCS\n"
	"static struct kmend_func kmend_funcs[0] __used __section(KMEND_SEC_FUNCS) __aligned(8);\n"
	"#endif\n"
	"\n"
	"#if PATCH_OBJECTS\n"
	"static struct kmend_object kmend_objects[] __used __section(KMEND_SEC_OBJECTS) __aligned(8)\n"
	"	= { PATCH_OBJECT_LIST };\n"
	"#endif\n"
	"\n"
	"#if PATCH_CALLBACKS\n"
	"static struct kmend_callbacks kmend_callbacks[0]\n"
	"	__used __section(KMEND_SEC_CALLBACKS) __aligned(8);\n"
	"#endif\n"
	"\n"
	"static const char kmend_manifest[] __used __section(KMEND_SEC_MANIFEST) = {\n"
	"#include \"manifest.inc\"\n"
	"};\n"
	"\n"
	"static struct kmend_patch kmend_patch = {\n"
	"	.abi = KMEND_ABI,\n"
	"	.name = PATCH_NAME,\n"
	"	.version = PATCH_VERSION,\n"
	"	.build_id = PATCH_BUILD_ID,\n"
	"	.module = THIS_MODULE,\n"
	"#if PATCH_FUNCS\n"
	"	.funcs = kmend_funcs,\n"
	"	.nr_funcs = PATCH_FUNCS,\n"
	"#endif\n"
	"#if PATCH_OBJECTS\n"
	"	.objects = kmend_objects,\n"
	"	.nr_objects = PATCH_OBJECTS,\n"
	"#endif\n"
	"#if PATCH_CALLBACKS\n"
	"	.callbacks = kmend_callbacks,\n"
	"	.nr_callbacks = PATCH_CALLBACKS,\n"
	"#endif\n"
	"	.manifest = kmend_manifest,\n"
	"	.manifest_size = sizeof(kmend_manifest),\n"
	"	.replaces = PATCH_REPLACES,\n"
	"	.stacks_on = PATCH_STACKS_ON,\n"
	"};\n"
	"\n"
	"static int __init kmend_patch_init(void)\n"
	"{\n"
	"	return kmend_register(&kmend_patch);\n"
	"}\n"
	"module_init(kmend_patch_init);\n"
	"\n"
	"static void __exit kmend_patch_exit(void)\n"
	"{\n"
	"	kmend_unregister(&kmend_patch);\n"
	"}\n"
	"module_exit(kmend_patch_exit);\n"
	"\n"
	"MODULE_LICENSE(\"GPL\");\n"
	"MODULE_INFO(livepatch, \"Y\");\n"
	"MODULE_INFO(kmend, __stringify(1));\n";

_Static_assert(KMEND_ABI == 1, "modinfo kmend= is the ABI's version");

/*
 * The kernel adapts LOCK prefixes to the number of processors in a module's .text only
 * (arch/x86/kernel/module.c of 6.1), so that is where all functions have to be.
 */
static const char code_script[] = "SECTIONS { .text : { *(.text .text.*) } }\n";

static int write_in(const char *folder, const char *name, const char *text, size_t size)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = string_format(&path, "%s/%s", folder, name);
	return r ?: file_write_atomic(path, text, size, 0644);
}

struct record_counts {
	size_t funcs, callbacks;
};

static int count_in(const struct object *object, const char *name, size_t size, size_t *n,
		    struct diag_list *diags)
{
	const struct section *section = object_find_section(object, name);

	if (!section)
		return 0;
	if (section->size % size != 0)
		return diag_error(diags, KM315, -EINVAL, "%s: malformed %s", object->path, name);
	*n += section->size / size;
	return 0;
}

static int count_records(const struct module_parts *parts, struct diag_list *diags,
			 struct record_counts *ret)
{
	struct record_counts counts = {0};

	for (char *const *path = parts->objects; *path; path++) {
		_cleanup_(object_freep) struct object *object = NULL;
		int r;

		r = object_open(*path, &object, diags);
		r = r     ?:
			    count_in(object, KMEND_SEC_FUNCS, sizeof(struct kmend_func),
				     &counts.funcs, diags);
		r = r     ?:
			    count_in(object, KMEND_SEC_CALLBACKS, sizeof(struct kmend_callbacks),
				     &counts.callbacks, diags);
		if (r < 0)
			return r;
	}
	*ret = counts;
	return 0;
}

static void put_string(FILE *out, const char *macro, const char *value)
{
	fprintf(out, "#define %s \"", macro);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputs("\"\n", out);
}

/* Names of patches need no quoting. */
static void put_names(FILE *out, const char *macro, char *const *names)
{
	fprintf(out, "#define %s \"", macro);
	for (size_t i = 0; names && names[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", names[i]);
	fputs("\"\n", out);
}

static void put_objects(FILE *out, const struct kmend_object *objects, size_t n)
{
	fprintf(out, "#define PATCH_OBJECTS %zu\n#define PATCH_OBJECT_LIST", n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, " { .name = \"%s\", .build_id = \"%s\", .flags = %#x },",
			objects[i].name, objects[i].build_id, objects[i].flags);
	fputc('\n', out);
}

static int write_constants(const struct module_parts *parts, const struct record_counts *counts)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	put_string(out, "PATCH_NAME", parts->name);
	put_string(out, "PATCH_VERSION", parts->version);
	put_string(out, "PATCH_BUILD_ID", parts->build_id);
	put_names(out, "PATCH_REPLACES", parts->replaces);
	put_names(out, "PATCH_STACKS_ON", parts->stacks_on);
	put_objects(out, parts->targets, parts->n_targets);
	fprintf(out, "#define PATCH_FUNCS %zu\n", counts->funcs);
	fprintf(out, "#define PATCH_CALLBACKS %zu\n", counts->callbacks);
	for (char *const *name = parts->namespaces; name && *name; name++)
		fprintf(out, "MODULE_IMPORT_NS(%s);\n", *name);
	if (fclose(out) != 0)
		return -ENOMEM;
	return write_in(parts->folder, "patch.inc", text, size);
}

static int write_manifest(const struct module_parts *parts)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < parts->manifest_size; i++)
		fprintf(out, "%d,%s", (signed char)parts->manifest[i], i % 20 == 19 ? "\n" : "");
	if (fclose(out) != 0)
		return -ENOMEM;
	return write_in(parts->folder, "manifest.inc", text, size);
}

/* Objects that are there already are "shipped" to kbuild. */
static int write_kbuild(const struct module_parts *parts, const char *module)
{
	_cleanup_free_ char *text = NULL;
	size_t size, i = 0;
	FILE *out = open_memstream(&text, &size);
	int r = 0;

	if (!out)
		return -ENOMEM;
	fprintf(out, "obj-m := %s.o\n%s-y := main.o", module, module);
	for (char *const *path = parts->objects; r == 0 && *path; path++, i++) {
		_cleanup_free_ char *copy = NULL, *command = NULL;

		fprintf(out, " part%zu.o", i);
		r = string_format(&copy, "%s/part%zu.o_shipped", parts->folder, i);
		r = r ?: copy_file(*path, copy);
		r = r ?: string_format(&command, ".part%zu.o.cmd", i);
		/* modpost reads there what an object was compiled from. */
		r = r ?: write_in(parts->folder, command, "", 0);
	}
	fputs("\nccflags-y := -I$(src)\nldflags-y := -T $(src)/code.lds\n", out);
	if (fclose(out) != 0)
		return -ENOMEM;
	return r ?: write_in(parts->folder, "Kbuild", text, size);
}

static int write_sources(const struct module_parts *parts, const char *module,
			 struct diag_list *diags)
{
	struct record_counts counts;
	int r;

	r = count_records(parts, diags, &counts);
	r = r ?: abi_write_headers(parts->folder);
	r = r ?: write_in(parts->folder, "main.c", source_head, strlen(source_head));
	r = r ?: write_constants(parts, &counts);
	r = r ?: write_manifest(parts);
	r = r ?: write_in(parts->folder, "code.lds", code_script, strlen(code_script));
	r = r ?: write_kbuild(parts, module);
	return r;
}

static int run_kbuild(const struct module_parts *parts, const char *symvers,
		      struct diag_list *diags)
{
	_cleanup_free_ char *m = NULL, *cc = NULL, *extra = NULL, *text = NULL;
	int r;

	r = string_format(&m, "M=%s", parts->folder);
	r = r ?: string_format(&cc, "CC=%s", parts->tree->compiler);
	r = r     ?:
		    string_format(&extra, "KBUILD_EXTRA_SYMBOLS=%s%s%s", symvers,
				  parts->symvers ? " " : "", parts->symvers ?: "");
	if (r < 0)
		return r;
	/*
	 * Debug information has the scratch folder's name in it, and the build-id covers it. Without
	 * it there are no types for pahole, which fails then where the headers have a vmlinux.
	 */
	r = run_program(&(struct run){.argv = (const char *[]){"make", "-s", "-C",
							       parts->tree->kernel->headers, m, cc,
							       extra, "KCFLAGS=-g0",
							       "CONFIG_DEBUG_INFO_BTF_MODULES=",
							       "modules", NULL}},
			&text);
	if (r < 0)
		return diag_error(diags, r == -EINTR ? KM316 : KM309, r, "make: %s", strerror(-r));
	/* modpost only warns of symbols that it does not find, where it is told so. */
	if (r > 0 || strstr(text, "undefined!"))
		return diag_error(diags, KM315, -EINVAL, "%s", text);
	return 0;
}

static int strip_debug(const char *path, struct diag_list *diags)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = run_program(
		&(struct run){.argv = (const char *[]){"strip", "--strip-debug", path, NULL}},
		&text);
	if (r != 0)
		return diag_error(diags, r < 0 ? KM309 : KM315, r < 0 ? r : -EINVAL, "strip: %s",
				  text ?: strerror(-r));
	return 0;
}

int module_link(const struct module_parts *parts, struct diag_list *diags,
		struct module_result *ret)
{
	_cleanup_free_ char *module = patch_module_name(parts->name), *symvers = NULL;
	_cleanup_free_ char *linked = NULL;
	_cleanup_(module_result_done) struct module_result result = {0};
	int r;

	if (!module)
		return -ENOMEM;
	r = string_format(&symvers, "%s/kmend.symvers", parts->folder);
	r = r ?: string_format(&linked, "%s/%s.ko", parts->folder, module);
	r = r ?: string_format(&result.path, "%s/%s.finished", parts->folder, module);
	r = r ?: write_sources(parts, module, diags);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", parts->folder, strerror(-r));
	r = abi_write_symvers(parts->tree, parts->compiled, parts->folder, symvers, diags);
	r = r ?: run_kbuild(parts, symvers, diags);
	r = r ?: strip_debug(linked, diags);
	r = r ?: klp_convert(linked, result.path, diags, &result.n_klp);
	if (r < 0)
		return r;
	*ret = result;
	result = (struct module_result){0};
	return 0;
}

void module_result_done(struct module_result *result)
{
	free(result->path);
	*result = (struct module_result){0};
}

// SPDX-License-Identifier: GPL-2.0
#include "patchfile.h"

#include <criterion/criterion.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/manifest.h"
#include "tree.h"

#define SECTIONS_MAX 16

struct image {
	FILE *f;
	char *data;
	size_t size;
	Elf64_Shdr headers[SECTIONS_MAX];
	size_t n;
	char names[512];
	size_t names_size;
};

static size_t add_name(struct image *image, const char *name)
{
	size_t at = image->names_size;

	strcpy(image->names + at, name);
	image->names_size += strlen(name) + 1;
	return at;
}

static void add_section(struct image *image, const struct patchfile *spec, const char *name,
			Elf64_Word type, Elf64_Xword flags, const void *data, size_t size)
{
	size_t copies = spec->twice && strcmp(spec->twice, name) == 0 ? 2 : 1;

	if (spec->without && strcmp(spec->without, name) == 0)
		return;
	while (copies--) {
		while (ftell(image->f) % 8)
			fputc(0, image->f);
		image->headers[image->n++] = (Elf64_Shdr){
			.sh_name = add_name(image, name),
			.sh_type = type,
			.sh_flags = flags,
			.sh_offset = ftell(image->f),
			.sh_size = size,
			.sh_addralign = 8,
			.sh_entsize = type == SHT_RELA ? sizeof(Elf64_Rela) : 0,
		};
		fwrite(data, 1, size, image->f);
	}
}

char *patchfile_manifest(const struct patchfile *spec)
{
	char *text;

	if (spec->manifest)
		return strdup(spec->manifest);
	cr_assert(
		asprintf(
			&text,
			"kmend: 1\nname: %s\nversion: \"%s\"\nsummary: A test.\ndepends: %s\n"
			"conflicts: %s\nreplaces: %s\nstacks-on: %s\nkernel:\n  release: %s\n  arch: x86_64\n"
			"  build-id: \"%s\"\nmodules: %s\n",
			spec->name, spec->version ?: "1", spec->depends ?: "[]",
			spec->conflicts ?: "[]", spec->replaces ?: "[]", spec->stacks_on ?: "[]",
			spec->release ?: TEST_RELEASE, spec->build_id ?: TEST_BUILD_ID,
			spec->modules ?: "[]") > 0);
	return text;
}

static void add_manifest(struct image *image, const struct patchfile *spec)
{
	_cleanup_free_ char *text = patchfile_manifest(spec);

	add_section(image, spec, KMEND_SEC_MANIFEST, SHT_PROGBITS, SHF_ALLOC, text, strlen(text));
}

static void add_modinfo(struct image *image, const struct patchfile *spec)
{
	_cleanup_free_ char *name = patch_module_name(spec->name);
	char *text;
	size_t size;

	if (spec->modinfo)
		text = strdup(spec->modinfo);
	else
		cr_assert(asprintf(&text,
				   "license=GPL|name=%s|kmend=1|livepatch=Y|depends=kmend|"
				   "vermagic=%s SMP preempt mod_unload modversions |",
				   name, spec->release ?: TEST_RELEASE) > 0);
	size = strlen(text);
	for (size_t i = 0; i < size; i++)
		if (text[i] == '|')
			text[i] = '\0';
	add_section(image, spec, ".modinfo", SHT_PROGBITS, SHF_ALLOC, text, size);
	free(text);
}

static void add_funcs(struct image *image, const struct patchfile *spec)
{
	struct kmend_func one = {.old_size = 64, .new_size = 80};
	const struct kmend_func *funcs = spec->funcs ?: &one;
	size_t n = spec->funcs ? spec->n_funcs : 1;

	snprintf(one.name, sizeof(one.name), "%s", spec->function ?: spec->name);
	snprintf(one.object, sizeof(one.object), "%s", spec->object ?: KMEND_OBJECT_VMLINUX);
	add_section(image, spec, KMEND_SEC_FUNCS, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, funcs,
		    spec->funcs_size ?: n * sizeof(*funcs));
}

#define OBJECTS_MAX 16

struct objects {
	struct kmend_object items[OBJECTS_MAX];
	size_t n;
};

static void add_object(struct objects *objects, const char *name)
{
	struct kmend_object *object = &objects->items[objects->n];

	for (size_t i = 0; i < objects->n; i++)
		if (strcmp(objects->items[i].name, name) == 0)
			return;
	if (strcmp(name, KMEND_OBJECT_VMLINUX) == 0 || strpbrk(name, "/") || !*name)
		return;
	cr_assert(objects->n++ < OBJECTS_MAX);
	snprintf(object->name, sizeof(object->name), "%s", name);
	snprintf(object->build_id, sizeof(object->build_id), "%s", TEST_BUILD_ID);
}

static void add_objects(struct image *image, const struct patchfile *spec)
{
	struct objects objects = {.n = 0};
	const struct kmend_object *items = spec->objects ?: objects.items;
	size_t n;

	add_object(&objects, spec->object ?: KMEND_OBJECT_VMLINUX);
	for (size_t i = 0; i < spec->n_funcs; i++)
		add_object(&objects, spec->funcs[i].object);
	for (size_t i = 0; i < spec->n_callbacks; i++)
		add_object(&objects, spec->callbacks[i].object);
	n = spec->objects ? spec->n_objects : objects.n;
	if (n)
		add_section(image, spec, KMEND_SEC_OBJECTS, SHT_PROGBITS, SHF_ALLOC, items,
			    n * sizeof(*items));
}

static void add_klp(struct image *image, const struct patchfile *spec)
{
	static const Elf64_Rela relocs[3];

	add_section(image, spec, ".klp.rela.vmlinux..text", SHT_RELA, SHF_ALLOC | 0x00100000,
		    relocs, sizeof(relocs));
}

static void finish(struct image *image, const struct patchfile *spec)
{
	Elf64_Ehdr ehdr = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = spec->type ?: ET_REL,
		.e_machine = spec->machine ?: EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
	};

	add_name(image, ".shstrtab");
	image->headers[image->n++] = (Elf64_Shdr){
		.sh_name = image->names_size - sizeof(".shstrtab"),
		.sh_type = SHT_STRTAB,
		.sh_offset = ftell(image->f),
		.sh_size = image->names_size,
		.sh_addralign = 1,
	};
	fwrite(image->names, 1, image->names_size, image->f);
	while (ftell(image->f) % 8)
		fputc(0, image->f);
	ehdr.e_shoff = ftell(image->f);
	ehdr.e_shnum = image->n;
	ehdr.e_shstrndx = image->n - 1;
	fwrite(image->headers, sizeof(Elf64_Shdr), image->n, image->f);
	fclose(image->f);
	memcpy(image->data, &ehdr, sizeof(ehdr));
}

void *patchfile_make(const struct patchfile *spec, size_t *ret_size)
{
	static const Elf64_Ehdr empty;
	struct image image = {.n = 1, .names_size = 1};

	image.f = open_memstream(&image.data, &image.size);
	fwrite(&empty, sizeof(empty), 1, image.f);
	add_modinfo(&image, spec);
	add_funcs(&image, spec);
	add_objects(&image, spec);
	if (spec->callbacks)
		add_section(&image, spec, KMEND_SEC_CALLBACKS, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
			    spec->callbacks, spec->n_callbacks * sizeof(*spec->callbacks));
	add_manifest(&image, spec);
	add_klp(&image, spec);
	finish(&image, spec);
	*ret_size = image.size;
	return image.data;
}

void patchfile_install(const struct patchfile *spec, const char *root)
{
	_cleanup_free_ char *path = NULL, *manifest_path = NULL;
	_cleanup_free_ char *manifest = patchfile_manifest(spec);
	_cleanup_free_ void *image = NULL;
	size_t size;

	image = patchfile_make(spec, &size);
	cr_assert(asprintf(&path, TEST_RELEASE "/%s/%s.ko", spec->name, spec->name) > 0);
	cr_assert(asprintf(&manifest_path, TEST_RELEASE "/%s/manifest.yaml", spec->name) > 0);
	tree_write_bytes(root, path, image, size);
	tree_write(root, manifest_path, manifest);
}

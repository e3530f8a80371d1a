// SPDX-License-Identifier: GPL-2.0
#include "module.h"

#include <gelf.h>
#include <kmend/sysfs.h>
#include <libelf.h>
#include <stdarg.h>
#include <string.h>

#include "diag.h"
#include "fileio.h"
#include "manifest.h"
#include "strv.h"
#include "text.h"

#define KLP_RELA_PREFIX     ".klp.rela."
#define SHF_RELA_LIVEPATCH_ 0x00100000U

struct reader {
	const char *path;
	struct diag_list *diags;
	Elf *elf;
	size_t file_size;
	size_t shstrndx;
	struct patch_module *module;
};

struct section {
	const char *name;
	const unsigned char *data;
	size_t size;
	GElf_Shdr shdr;
};

void patch_module_free(struct patch_module *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_klp; i++)
		free(m->klp[i].name);
	free(m->klp);
	free(m->path);
	free(m->name);
	free(m->vermagic);
	free(m->release);
	strv_free(m->depends);
	free(m->funcs);
	free(m->objects);
	free(m->callbacks);
	free(m->manifest_text);
	manifest_free(m->manifest);
	free(m);
}

const char *patch_event_name(unsigned event)
{
	static const char *const names[KMEND_EVENTS] = {
		[KMEND_EVENT_PRE_APPLY] = KMEND_SYSFS_PRE_APPLY,
		[KMEND_EVENT_POST_APPLY] = KMEND_SYSFS_POST_APPLY,
		[KMEND_EVENT_PRE_REVERT] = KMEND_SYSFS_PRE_REVERT,
		[KMEND_EVENT_POST_REVERT] = KMEND_SYSFS_POST_REVERT,
	};

	return event < KMEND_EVENTS ? names[event] : NULL;
}

static int refuse(const struct reader *r, enum diag_code code, const char *section,
		  const char *format, ...) _printf_(4, 5);

static int refuse(const struct reader *r, enum diag_code code, const char *section,
		  const char *format, ...)
{
	struct diag_where where = {.file = r->path, .section = section};
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	return diag_add(r->diags, code, DIAG_ERROR, -ENOEXEC, &where, "%s",
			text ?: "out of memory");
}

static int check_header(struct reader *r)
{
	GElf_Ehdr ehdr;

	if (elf_kind(r->elf) != ELF_K_ELF || !gelf_getehdr(r->elf, &ehdr))
		return refuse(r, KM401, NULL, "it is not an ELF file");
	if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr.e_machine != EM_X86_64)
		return refuse(r, KM401, NULL, "it is not for x86_64");
	if (ehdr.e_type != ET_REL)
		return refuse(r, KM401, NULL, "it is not a kernel module (not relocatable)");
	if (ehdr.e_shentsize != sizeof(Elf64_Shdr) || ehdr.e_shoff == 0)
		return refuse(r, KM402, NULL, "it has no section table");
	/* The count of an extended section table is in the table itself; modules have no use
	 * for so many sections. */
	if (ehdr.e_shnum == 0 || ehdr.e_shoff > r->file_size ||
	    (size_t)ehdr.e_shnum * sizeof(Elf64_Shdr) > r->file_size - ehdr.e_shoff)
		return refuse(r, KM402, NULL,
			      "its section table of %u entries at offset %llu is outside the file "
			      "of %zu bytes: it is truncated",
			      ehdr.e_shnum, (unsigned long long)ehdr.e_shoff, r->file_size);
	if (elf_getshdrstrndx(r->elf, &r->shstrndx) < 0)
		return refuse(r, KM402, NULL, "it has no section names");
	return 0;
}

static int get_section(const struct reader *r, Elf_Scn *scn, struct section *ret)
{
	struct section s = {};
	size_t index = elf_ndxscn(scn);
	Elf_Data *data;

	if (!gelf_getshdr(scn, &s.shdr))
		return refuse(r, KM402, NULL, "section %zu cannot be read", index);
	s.name = elf_strptr(r->elf, r->shstrndx, s.shdr.sh_name);
	if (!s.name || !text_is_printable(s.name))
		return refuse(r, KM402, NULL, "section %zu has no valid name", index);
	if (s.shdr.sh_type == SHT_NOBITS || s.shdr.sh_type == SHT_NULL || s.shdr.sh_size == 0) {
		*ret = s;
		return 0;
	}
	if (s.shdr.sh_offset > r->file_size || s.shdr.sh_size > r->file_size - s.shdr.sh_offset)
		return refuse(r, KM402, s.name,
			      "%llu bytes at offset %llu are outside the file of %zu bytes: it is "
			      "truncated",
			      (unsigned long long)s.shdr.sh_size,
			      (unsigned long long)s.shdr.sh_offset, r->file_size);
	data = elf_rawdata(scn, NULL);
	if (!data || data->d_size != s.shdr.sh_size || !data->d_buf)
		return refuse(r, KM402, s.name, "its content cannot be read");
	s.data = data->d_buf;
	s.size = data->d_size;
	*ret = s;
	return 0;
}

static int set_once(const struct reader *r, char **field, const char *key, const char *value)
{
	if (*field)
		return refuse(r, KM402, ".modinfo", "it gives \"%s\" twice", key);
	if (!text_is_printable(value))
		return refuse(r, KM402, ".modinfo", "\"%s\" is not plain text", key);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int take_depends(struct patch_module *m, const char *value)
{
	_cleanup_free_ char *copy = strdup(value);
	char *rest = copy, *word;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	while (r >= 0 && (word = strsep(&rest, ",")))
		if (*word && !strv_contains(m->depends, word))
			r = strv_append(&m->depends, word);
	return r;
}

struct modinfo {
	char *abi;
	char *livepatch;
};

static void modinfo_done(struct modinfo *info)
{
	free(info->abi);
	free(info->livepatch);
}

static int take_modinfo(const struct reader *r, const char *line, struct modinfo *info)
{
	const char *value = strchr(line, '=');
	size_t n;

	if (!value)
		return refuse(r, KM402, ".modinfo", "an entry is not \"key=value\"");
	n = value++ - line;
#define IS(key) (n == strlen(key) && memcmp(line, key, n) == 0)
	if (IS("name"))
		return set_once(r, &r->module->name, "name", value);
	if (IS("vermagic"))
		return set_once(r, &r->module->vermagic, "vermagic", value);
	if (IS("kmend"))
		return set_once(r, &info->abi, "kmend", value);
	if (IS("livepatch"))
		return set_once(r, &info->livepatch, "livepatch", value);
	if (IS("depends"))
		return take_depends(r->module, value);
#undef IS
	return 0;
}

static int read_modinfo(const struct reader *r, const struct section *s, struct modinfo *info)
{
	for (size_t at = 0; at < s->size;) {
		const char *line = (const char *)s->data + at;
		size_t n = strnlen(line, s->size - at);
		int q;

		if (n == s->size - at)
			return refuse(r, KM402, s->name, "its last entry is not terminated");
		at += n + 1;
		if (n == 0)
			continue;
		q = take_modinfo(r, line, info);
		if (q < 0)
			return q;
	}
	return 0;
}

static bool is_symbol_name(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f || *s == '/')
			return false;
	return true;
}

static int check_func(const struct reader *r, const struct section *s, size_t i,
		      const struct kmend_func *f)
{
	bool is_range;

	if (strnlen(f->name, sizeof(f->name)) == sizeof(f->name) || f->name[0] == '\0' ||
	    !is_symbol_name(f->name))
		return refuse(r, KM404, s->name, "record %zu has no valid function name", i);
	if (strnlen(f->object, sizeof(f->object)) == sizeof(f->object) || f->object[0] == '\0' ||
	    !is_symbol_name(f->object))
		return refuse(r, KM404, s->name, "record %zu (%s) has no valid object name", i,
			      f->name);
	if (f->flags & ~KMEND_FUNC_FLAGS_ALL)
		return refuse(r, KM404, s->name, "record %zu (%s) has unknown flags %#x", i,
			      f->name, f->flags);
	is_range = f->flags & KMEND_FUNC_RANGE;
	if ((f->old_size == 0 && f->new_size == 0) ||
	    (!is_range && (f->old_size == 0 || f->new_size == 0)))
		return refuse(r, KM404, s->name, "record %zu (%s) has size 0", i, f->name);
	if (f->old_addr || f->new_addr)
		return refuse(r, KM404, s->name, "record %zu (%s) has an address in the file", i,
			      f->name);
	return 0;
}

static int check_duplicates(const struct reader *r, const char *section)
{
	const struct patch_module *m = r->module;

	for (size_t i = 0; i < m->n_funcs; i++)
		for (size_t j = i + 1; j < m->n_funcs; j++) {
			const struct kmend_func *a = &m->funcs[i], *b = &m->funcs[j];

			if ((a->flags | b->flags) & KMEND_FUNC_RANGE)
				continue;
			if (strcmp(a->name, b->name) == 0 && strcmp(a->object, b->object) == 0 &&
			    a->sympos == b->sympos)
				return refuse(r, KM404, section, "two records replace %s:%s,%u",
					      a->object, a->name, a->sympos);
		}
	return 0;
}

static int read_funcs(const struct reader *r, const struct section *s)
{
	struct patch_module *m = r->module;
	size_t n = s->size / sizeof(struct kmend_func);

	if (m->funcs)
		return refuse(r, KM404, s->name, "the section occurs twice");
	if (!s->data || n == 0 || s->size % sizeof(struct kmend_func) != 0)
		return refuse(r, KM404, s->name,
			      "its size of %zu bytes is not a number of records of %zu bytes",
			      s->size, sizeof(struct kmend_func));
	if (n > PATCH_FUNCS_MAX)
		return refuse(r, KM404, s->name, "it has more than %d records", PATCH_FUNCS_MAX);
	m->funcs = calloc(n, sizeof(*m->funcs));
	if (!m->funcs)
		return -ENOMEM;
	memcpy(m->funcs, s->data, s->size);
	m->n_funcs = n;
	for (size_t i = 0; i < n; i++) {
		int q = check_func(r, s, i, &m->funcs[i]);

		if (q < 0)
			return q;
	}
	return check_duplicates(r, s->name);
}

const struct kmend_object *patch_module_object(const struct patch_module *m, const char *name)
{
	for (size_t i = 0; i < m->n_objects; i++)
		if (strcmp(m->objects[i].name, name) == 0)
			return &m->objects[i];
	return NULL;
}

static int check_object(const struct reader *r, const struct section *s, size_t i,
			const struct kmend_object *o)
{
	static const __u8 nothing[sizeof(o->reserved)];

	if (strnlen(o->name, sizeof(o->name)) == sizeof(o->name) || o->name[0] == '\0' ||
	    !is_symbol_name(o->name) || strcmp(o->name, KMEND_OBJECT_VMLINUX) == 0)
		return refuse(r, KM404, s->name, "record %zu has no valid module name", i);
	if (strnlen(o->build_id, sizeof(o->build_id)) == sizeof(o->build_id) ||
	    !build_id_is_valid(o->build_id))
		return refuse(r, KM404, s->name, "record %zu (%s) has no valid build-id", i,
			      o->name);
	if (o->flags & ~KMEND_OBJECT_FLAGS_ALL ||
	    memcmp(o->reserved, nothing, sizeof(nothing)) != 0)
		return refuse(r, KM404, s->name, "record %zu (%s) has unknown flags %#x", i,
			      o->name, o->flags);
	if (patch_module_object(r->module, o->name) != o)
		return refuse(r, KM404, s->name, "two records are about the module %s", o->name);
	return 0;
}

static int read_objects(const struct reader *r, const struct section *s)
{
	struct patch_module *m = r->module;
	size_t n = s->size / sizeof(struct kmend_object);

	if (m->objects)
		return refuse(r, KM404, s->name, "the section occurs twice");
	if (!s->data || n == 0 || s->size % sizeof(struct kmend_object) != 0)
		return refuse(r, KM404, s->name,
			      "its size of %zu bytes is not a number of records of %zu bytes",
			      s->size, sizeof(struct kmend_object));
	if (n > PATCH_OBJECTS_MAX)
		return refuse(r, KM404, s->name, "it has more than %d records", PATCH_OBJECTS_MAX);
	m->objects = calloc(n, sizeof(*m->objects));
	if (!m->objects)
		return -ENOMEM;
	memcpy(m->objects, s->data, s->size);
	m->n_objects = n;
	for (size_t i = 0; i < n; i++) {
		int q = check_object(r, s, i, &m->objects[i]);

		if (q < 0)
			return q;
	}
	return 0;
}

static bool is_source_name(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

static int check_callbacks(const struct reader *r, const struct section *s, size_t i,
			   const struct kmend_callbacks *c)
{
	if (strnlen(c->source, sizeof(c->source)) == sizeof(c->source) || c->source[0] == '\0' ||
	    !is_source_name(c->source))
		return refuse(r, KM404, s->name, "record %zu has no valid source name", i);
	if (strnlen(c->object, sizeof(c->object)) == sizeof(c->object) || c->object[0] == '\0' ||
	    !is_symbol_name(c->object))
		return refuse(r, KM404, s->name, "record %zu (%s) has no valid object name", i,
			      c->source);
	if (c->events == 0 || c->events >> KMEND_EVENTS || c->reserved)
		return refuse(r, KM404, s->name, "record %zu (%s) has unknown events %#x", i,
			      c->source, c->events);
	for (size_t k = 0; k < KMEND_EVENTS; k++)
		if (c->functions[k])
			return refuse(r, KM404, s->name,
				      "record %zu (%s) has an address in the file", i, c->source);
	return 0;
}

static int read_callbacks(const struct reader *r, const struct section *s)
{
	struct patch_module *m = r->module;
	size_t n = s->size / sizeof(struct kmend_callbacks);

	if (m->callbacks)
		return refuse(r, KM404, s->name, "the section occurs twice");
	if (!s->data || n == 0 || s->size % sizeof(struct kmend_callbacks) != 0)
		return refuse(r, KM404, s->name,
			      "its size of %zu bytes is not a number of records of %zu bytes",
			      s->size, sizeof(struct kmend_callbacks));
	if (n > PATCH_FILES_MAX)
		return refuse(r, KM404, s->name, "it has more than %d records", PATCH_FILES_MAX);
	m->callbacks = calloc(n, sizeof(*m->callbacks));
	if (!m->callbacks)
		return -ENOMEM;
	memcpy(m->callbacks, s->data, s->size);
	m->n_callbacks = n;
	for (size_t i = 0; i < n; i++) {
		int q = check_callbacks(r, s, i, &m->callbacks[i]);

		if (q < 0)
			return q;
	}
	return 0;
}

static int read_manifest(const struct reader *r, const struct section *s)
{
	struct patch_module *m = r->module;
	int q;

	if (m->manifest_text)
		return refuse(r, KM405, s->name, "the section occurs twice");
	if (!s->data)
		return refuse(r, KM405, s->name, "it is empty");
	if (s->size > KMEND_MANIFEST_MAX)
		return refuse(r, KM405, s->name, "it is larger than %d bytes", KMEND_MANIFEST_MAX);
	m->manifest_text = strndup((const char *)s->data, s->size);
	if (!m->manifest_text)
		return -ENOMEM;
	m->manifest_size = strlen(m->manifest_text);
	if (m->manifest_size != s->size)
		return refuse(r, KM405, s->name, "it has a NUL byte inside");
	q = manifest_parse(m->manifest_text, m->manifest_size, r->path, r->diags, &m->manifest);
	return q == -EINVAL ? -ENOEXEC : q;
}

static int read_klp(const struct reader *r, const struct section *s)
{
	struct patch_module *m = r->module;
	struct patch_klp_section *grown;

	if (s->shdr.sh_type != SHT_RELA || s->size % sizeof(Elf64_Rela) != 0)
		return refuse(r, KM402, s->name, "it is not a section of relocations");
	grown = reallocarray(m->klp, m->n_klp + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->klp = grown;
	grown[m->n_klp].name = strdup(s->name);
	if (!grown[m->n_klp].name)
		return -ENOMEM;
	grown[m->n_klp++].n_relocs = s->size / sizeof(Elf64_Rela);
	return 0;
}

static int read_section(const struct reader *r, const struct section *s, struct modinfo *info)
{
	if (strcmp(s->name, ".modinfo") == 0)
		return read_modinfo(r, s, info);
	if (strcmp(s->name, KMEND_SEC_FUNCS) == 0)
		return read_funcs(r, s);
	if (strcmp(s->name, KMEND_SEC_OBJECTS) == 0)
		return read_objects(r, s);
	if (strcmp(s->name, KMEND_SEC_CALLBACKS) == 0)
		return read_callbacks(r, s);
	if (strcmp(s->name, KMEND_SEC_MANIFEST) == 0)
		return read_manifest(r, s);
	if (s->shdr.sh_flags & SHF_RELA_LIVEPATCH_ ||
	    strncmp(s->name, KLP_RELA_PREFIX, strlen(KLP_RELA_PREFIX)) == 0)
		return read_klp(r, s);
	return 0;
}

static int read_sections(const struct reader *r, struct modinfo *info)
{
	for (Elf_Scn *scn = elf_nextscn(r->elf, NULL); scn; scn = elf_nextscn(r->elf, scn)) {
		struct section s = {};
		int q;

		q = get_section(r, scn, &s);
		if (q >= 0)
			q = read_section(r, &s, info);
		if (q < 0)
			return q;
	}
	return 0;
}

static int check_modinfo(const struct reader *r, const struct modinfo *info)
{
	struct patch_module *m = r->module;

	if (!info->abi)
		return refuse(r, KM403, ".modinfo", "\"kmend\" is missing");
	if (strcmp(info->abi, "1") != 0)
		return refuse(r, KM403, ".modinfo", "its ABI is %.20s, not %d", info->abi,
			      KMEND_ABI);
	m->abi = KMEND_ABI;
	if (!info->livepatch || strcmp(info->livepatch, "Y") != 0)
		return refuse(r, KM403, ".modinfo", "\"livepatch=Y\" is missing");
	if (!strv_contains(m->depends, "kmend"))
		return refuse(r, KM403, ".modinfo", "\"depends=kmend\" is missing");
	if (!m->name || !m->vermagic)
		return refuse(r, KM403, ".modinfo", "\"%s\" is missing",
			      m->name ? "vermagic" : "name");
	m->release = strndup(m->vermagic, strcspn(m->vermagic, " "));
	return m->release ? 0 : -ENOMEM;
}

static int check_known(const struct reader *r, const char *object)
{
	if (strcmp(object, KMEND_OBJECT_VMLINUX) == 0 || patch_module_object(r->module, object))
		return 0;
	return refuse(r, KM404, KMEND_SEC_OBJECTS, "it has no record of the module %s", object);
}

/* Every module that is named has a build-id, the one of the manifest. */
static int check_objects(const struct reader *r)
{
	const struct patch_module *m = r->module;
	int q = 0;

	for (size_t i = 0; q == 0 && i < m->n_funcs; i++)
		q = check_known(r, m->funcs[i].object);
	for (size_t i = 0; q == 0 && i < m->n_callbacks; i++)
		q = check_known(r, m->callbacks[i].object);
	for (size_t i = 0; q == 0 && i < m->manifest->n_modules; i++) {
		const struct manifest_module *module = &m->manifest->modules[i];
		const struct kmend_object *object = patch_module_object(m, module->name);

		if (object && strcmp(object->build_id, module->build_id) != 0)
			q = refuse(r, KM406, NULL,
				   "the build-id of %s is %s, but %s in the manifest", object->name,
				   object->build_id, module->build_id);
	}
	return q;
}

/* Do the module's parts tell the same story? */
static int check_agreement(const struct reader *r)
{
	const struct patch_module *m = r->module;
	_cleanup_free_ char *expected = NULL;

	if (!m->funcs && !m->callbacks)
		return refuse(r, KM404, KMEND_SEC_FUNCS, "the section is missing");
	if (!m->manifest)
		return refuse(r, KM405, KMEND_SEC_MANIFEST, "the section is missing");
	if (!manifest_is_built(m->manifest))
		return refuse(r, KM405, KMEND_SEC_MANIFEST,
			      "the manifest does not say which kernel the patch is for");
	expected = patch_module_name(m->manifest->name);
	if (!expected)
		return -ENOMEM;
	if (strcmp(m->name, expected) != 0)
		return refuse(r, KM406, NULL,
			      "the module is called %.60s, but the manifest's patch %s", m->name,
			      m->manifest->name);
	if (strcmp(m->release, m->manifest->kernel_release) != 0)
		return refuse(r, KM406, NULL, "the module is for %.70s, but the manifest for %s",
			      m->release, m->manifest->kernel_release);
	return check_objects(r);
}

static int read_all(struct reader *r)
{
	_cleanup_(modinfo_done) struct modinfo info = {};
	int q;

	q = check_header(r);
	if (q >= 0)
		q = read_sections(r, &info);
	if (q >= 0)
		q = check_modinfo(r, &info);
	if (q >= 0)
		q = check_agreement(r);
	return q;
}

int patch_module_parse(const void *image, size_t size, const char *path, struct diag_list *diags,
		       struct patch_module **ret)
{
	_cleanup_patch_module_ struct patch_module *m = calloc(1, sizeof(*m));
	struct reader r = {.path = path, .diags = diags, .file_size = size, .module = m};
	int q;

	if (!m || !(m->path = strdup(path)))
		return -ENOMEM;
	if (size < sizeof(Elf64_Ehdr))
		return refuse(&r, KM401, NULL, "it is not an ELF file");
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOSYS;
	/* libelf takes a pointer to non-const, but does not write through it. */
	r.elf = elf_memory((char *)image, size);
	if (!r.elf)
		return refuse(&r, KM401, NULL, "it is not an ELF file");
	q = read_all(&r);
	elf_end(r.elf);
	if (q < 0)
		return q;
	*ret = TAKE_PTR(m);
	return 0;
}

int patch_module_open(const char *path, struct diag_list *diags, struct patch_module **ret)
{
	struct diag_where where = {.file = path};
	_cleanup_free_ char *image = NULL;
	size_t size;
	int r;

	r = file_read(path, PATCH_MODULE_MAX, &image, &size);
	if (r == -EFBIG)
		return diag_add(diags, KM401, DIAG_ERROR, -ENOEXEC, &where,
				"it is larger than %lu bytes", PATCH_MODULE_MAX);
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r, &where, "cannot read it: %s",
				strerror(-r));
	return patch_module_parse(image, size, path, diags, ret);
}

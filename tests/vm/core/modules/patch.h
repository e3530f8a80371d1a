/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A handwritten patch module: what patchgen's output gets from relocations, it looks up by name
 * when it is loaded.
 */
#ifndef CORE_TEST_PATCH_H
#define CORE_TEST_PATCH_H

#include <linux/elf.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#include <kmend/patch.h>

static struct kprobe lookup_probe = {
	.symbol_name = "kallsyms_lookup_name",
};

struct lookup {
	unsigned long (*address)(const char *name);
	int (*size)(unsigned long addr, unsigned long *size, unsigned long *offset);
};

static int __maybe_unused lookup_init(struct lookup *lookup)
{
	int r = register_kprobe(&lookup_probe);

	if (r)
		return r;
	lookup->address = (void *)lookup_probe.addr;
	unregister_kprobe(&lookup_probe);
	lookup->size = (void *)lookup->address("kallsyms_lookup_size_offset");
	return lookup->size ? 0 : -ENOENT;
}

static char running_build_id[KMEND_BUILD_ID_LEN];

/* The running kernel's own, as the first note with that type has it. */
static int __maybe_unused read_build_id(const struct lookup *lookup)
{
	const char *p = (const char *)lookup->address("__start_notes");
	const char *end = (const char *)lookup->address("__stop_notes");

	while (p && p < end) {
		const struct elf32_note *note = (const void *)p;
		const char *desc = p + sizeof(*note) + ALIGN(note->n_namesz, 4);

		if (note->n_type == 3 && note->n_descsz == 20) {
			bin2hex(running_build_id, desc, 20);
			return 0;
		}
		p = desc + ALIGN(note->n_descsz, 4);
	}
	return -ENOENT;
}

static struct kmend_object objects[4];

/* As user space sees it, and not as the core does. */
static int __maybe_unused read_module_build_id(const char *name, char ret[KMEND_BUILD_ID_LEN])
{
	struct {
		struct elf32_note note;
		char name[4];
		u8 id[20];
	} notes;
	char path[128];
	struct file *file;
	loff_t pos = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/module/%s/notes/.note.gnu.build-id", name);
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_read(file, &notes, sizeof(notes), &pos);
	filp_close(file, NULL);
	if (n != sizeof(notes) || notes.note.n_descsz != sizeof(notes.id))
		return -EIO;
	*bin2hex(ret, notes.id, sizeof(notes.id)) = '\0';
	return 0;
}

/* Make it known to the patch that it is about this module. */
static int __maybe_unused patch_object(const char *name)
{
	struct kmend_object *object;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(objects) && objects[i].name[0]; i++)
		if (strcmp(objects[i].name, name) == 0)
			return 0;
	if (strcmp(name, KMEND_OBJECT_VMLINUX) == 0)
		return 0;
	if (i == ARRAY_SIZE(objects))
		return -ENOSPC;
	object = &objects[i];
	strscpy(object->name, name, sizeof(object->name));
	return read_module_build_id(name, object->build_id);
}

static unsigned int __maybe_unused patch_nr_objects(void)
{
	unsigned int nr = 0;

	while (nr < ARRAY_SIZE(objects) && objects[nr].name[0])
		nr++;
	return nr;
}

/* Fill in a record; replacement is the new function. */
static int __maybe_unused patch_func(const struct lookup *lookup, struct kmend_func *func,
				     const char *object, const char *name, void *replacement)
{
	unsigned long size, offset;
	int r = patch_object(object);

	if (r)
		return r;
	strscpy(func->object, object, sizeof(func->object));
	strscpy(func->name, name, sizeof(func->name));
	func->old_addr = lookup->address(name);
	func->new_addr = (unsigned long)replacement;
	if (!func->old_addr || !lookup->size(func->old_addr, &size, &offset))
		return -ENOENT;
	func->old_size = size;
	if (!lookup->size(func->new_addr, &size, &offset))
		return -ENOENT;
	func->new_size = size;
	return 0;
}

static struct kmend_patch patch = {
	.abi = KMEND_ABI,
	.version = "1",
	.build_id = running_build_id,
	.module = THIS_MODULE,
	.objects = objects,
};

/* Names of other patches, with commas where the record has spaces. */
static char *replaces = "";
module_param(replaces, charp, 0);
static char *stacks_on = "";
module_param(stacks_on, charp, 0);

static int __maybe_unused patch_register(const struct lookup *lookup, const char *name,
					 const struct kmend_func *funcs, unsigned int nr)
{
	int r = read_build_id(lookup);

	if (r)
		return r;
	patch.name = name;
	patch.funcs = funcs;
	patch.nr_funcs = nr;
	if (*replaces)
		strreplace(replaces, ',', ' ');
	patch.replaces = replaces;
	if (*stacks_on)
		strreplace(stacks_on, ',', ' ');
	patch.stacks_on = stacks_on;
	patch.nr_objects = patch_nr_objects();
	return kmend_register(&patch);
}

static void __maybe_unused patch_exit(void)
{
	kmend_unregister(&patch);
}

#endif

// SPDX-License-Identifier: GPL-2.0
#include "image.h"

#include <ctype.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>

#include "../../lib/buildid.h"
#include "../base/files.h"
#include "symbolfile.h"
#include "../base/scratch.h"
#include "unpack.h"

#define EXTRACT_PREFIX ".extract-"

static int unreadable(struct diag_list *diags, const struct kernel *kernel, const char *what)
{
	const struct diag_where where = {.file = kernel->vmlinuz};

	return diag_add(diags, KM310, DIAG_ERROR, -EBADMSG, &where, "%s", what);
}

static int read_sections(struct image *image)
{
	size_t names, n;
	Elf_Scn *scn = NULL;

	if (elf_getshdrstrndx(image->elf, &names) < 0 || elf_getshdrnum(image->elf, &n) < 0)
		return -EBADMSG;
	image->sections = calloc(n + 1, sizeof(*image->sections));
	if (!image->sections)
		return -ENOMEM;
	while ((scn = elf_nextscn(image->elf, scn))) {
		struct image_section *section = &image->sections[image->n_sections];
		GElf_Shdr shdr;
		Elf_Data *data;

		if (!gelf_getshdr(scn, &shdr))
			return -EBADMSG;
		if (!(shdr.sh_flags & SHF_ALLOC))
			continue;
		section->name = elf_strptr(image->elf, names, shdr.sh_name) ?: "";
		section->address = shdr.sh_addr;
		section->size = shdr.sh_size;
		data = shdr.sh_type == SHT_NOBITS ? NULL : elf_rawdata(scn, NULL);
		if (data && data->d_buf && data->d_size == shdr.sh_size)
			section->data = data->d_buf;
		image->n_sections++;
	}
	return 0;
}

static const struct image_section *find_section(const struct image *image, const char *name)
{
	for (size_t i = 0; i < image->n_sections; i++)
		if (strcmp(image->sections[i].name, name) == 0 && image->sections[i].data)
			return &image->sections[i];
	return NULL;
}

static int compare_names(const void *a, const void *b, void *arg)
{
	const struct kallsyms *kallsyms = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int r = strcmp(kallsyms->symbols[i].name, kallsyms->symbols[k].name);

	return r ?: (i > k) - (i < k);
}

/* The list takes the place of the image's own tables, if there are any. */
static int use_list(struct image *image, const char *symbols, uint64_t text,
		    struct diag_list *diags)
{
	const struct symbolfile_image own = {text, image->build_id};
	struct kallsyms list;
	int r;

	r = symbolfile_read(symbols, &own, diags, &list);
	if (r < 0)
		return r;
	if (image->kallsyms.n_symbols)
		r = symbolfile_compare(symbols, &list, &image->kallsyms, diags);
	kallsyms_done(&image->kallsyms);
	image->kallsyms = list;
	return r;
}

static int read_symbols(struct image *image, const struct kernel *kernel, const char *symbols,
			struct diag_list *diags)
{
	const struct image_section *text = find_section(image, ".text");
	const struct image_section *rodata = find_section(image, ".rodata");
	int r;

	if (!text || !rodata)
		return unreadable(diags, kernel, "the image has no .text or .rodata");
	r = kallsyms_parse(rodata->data, rodata->size, text->address, &image->kallsyms);
	if (r == -ENODATA && !symbols)
		return unreadable(
			diags, kernel,
			"the image's symbol tables are not found: give a list of symbols");
	if (r < 0 && r != -ENODATA)
		return r;
	if (symbols) {
		r = use_list(image, symbols, text->address, diags);
		if (r < 0)
			return r;
	}
	image->by_name = calloc(image->kallsyms.n_symbols, sizeof(*image->by_name));
	if (!image->by_name)
		return -ENOMEM;
	for (size_t i = 0; i < image->kallsyms.n_symbols; i++)
		image->by_name[i] = i;
	qsort_r(image->by_name, image->kallsyms.n_symbols, sizeof(*image->by_name), compare_names,
		&image->kallsyms);
	return 0;
}

static int read_banner(struct image *image, const struct kernel *kernel, struct diag_list *diags)
{
	static const char start[] = "Linux version ";
	const struct image_section *rodata = find_section(image, ".rodata");
	const unsigned char *p = rodata->data, *end = p + rodata->size;
	_cleanup_free_ char *expected = NULL;

	if (string_format(&expected, "%s%s ", start, kernel->release) < 0)
		return -ENOMEM;
	while ((p = memmem(p, end - p, start, strlen(start)))) {
		image->banner = strndup((const char *)p, strnlen((const char *)p, end - p));
		if (!image->banner)
			return -ENOMEM;
		image->banner[strcspn(image->banner, "\n")] = '\0';
		if (strncmp(image->banner, expected, strlen(expected)) == 0)
			return 0;
		free(TAKE_PTR(image->banner));
		p++;
	}
	return unreadable(diags, kernel, "the image is not that of the release it is said to be");
}

static int read_image(struct image *image, const struct kernel *kernel, const char *symbols,
		      struct diag_list *diags)
{
	const struct image_section *notes;
	int r;

	elf_version(EV_CURRENT);
	image->elf = elf_begin(image->fd, ELF_C_READ_MMAP, NULL);
	if (!image->elf || elf_kind(image->elf) != ELF_K_ELF)
		return unreadable(diags, kernel, "the image does not hold an ELF file");
	r = read_sections(image);
	if (r == -EBADMSG)
		return unreadable(diags, kernel, "the image's section table is malformed");
	if (r < 0)
		return r;
	notes = find_section(image, ".notes");
	if (!notes || build_id_from_notes(notes->data, notes->size, image->build_id) < 0)
		return unreadable(diags, kernel, "the image has no build-id");
	r = read_symbols(image, kernel, symbols, diags);
	return r < 0 ? r : read_banner(image, kernel, diags);
}

/* Beside its place, on the disk before it gets its name: the next build has to trust it. */
static int extract(const struct kernel *kernel, const char *vmlinux, struct diag_list *diags)
{
	struct scratch scratch = {.fd = -1};
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	scratch_clean(kernel->work, EXTRACT_PREFIX);
	r = scratch_make(kernel->work, EXTRACT_PREFIX, &scratch);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", kernel->work, strerror(-r));
	r = string_format(&temporary, "%s/vmlinux", scratch.path);
	r = r ?: unpack_vmlinuz(kernel->vmlinuz, temporary, diags);
	if (r == 0) {
		fd = open(temporary, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fsync(fd) < 0 || rename(temporary, vmlinux) < 0)
			r = diag_error(diags, KM103, -errno, "%s: %s", vmlinux, strerror(errno));
	}
	scratch_done(&scratch, /* keep= */ false);
	return r;
}

int image_open(const struct kernel *kernel, const char *symbols, struct diag_list *diags,
	       struct image **ret)
{
	_cleanup_image_ struct image *image = calloc(1, sizeof(*image));
	_cleanup_free_ char *vmlinux = NULL;
	struct stat compressed, extracted;
	int r;

	if (!image)
		return -ENOMEM;
	image->fd = -1;
	r = string_format(&vmlinux, "%s/vmlinux", kernel->work);
	if (r < 0)
		return r;
	if (stat(kernel->vmlinuz, &compressed) < 0)
		return unreadable(diags, kernel, strerror(errno));
	if (stat(vmlinux, &extracted) < 0 || extracted.st_mtime < compressed.st_mtime)
		r = extract(kernel, vmlinux, diags);
	if (r < 0)
		return r;
	image->fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	if (image->fd < 0)
		return diag_error(diags, KM102, -errno, "%s: %s", vmlinux, strerror(errno));
	r = read_image(image, kernel, symbols, diags);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(image);
	return 0;
}

void image_free(struct image *image)
{
	if (!image)
		return;
	kallsyms_done(&image->kallsyms);
	free(image->by_name);
	free(image->sections);
	free(image->banner);
	if (image->elf)
		elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	free(image);
}

const unsigned char *image_bytes(const struct image *image, uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < image->n_sections; i++) {
		const struct image_section *section = &image->sections[i];

		if (section->data && address >= section->address &&
		    address - section->address < section->size &&
		    size <= section->size - (address - section->address))
			return section->data + (address - section->address);
	}
	return NULL;
}

size_t image_find(const struct image *image, const char *name, size_t *ret_first)
{
	size_t low = 0, high = image->kallsyms.n_symbols, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(image_symbol(image, middle)->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < image->kallsyms.n_symbols &&
	       strcmp(image_symbol(image, low + n)->name, name) == 0)
		n++;
	*ret_first = low;
	return n;
}

/* "... #1 SMP PREEMPT_DYNAMIC Debian 6.1.190-1 (2026-10-16)" */
char *image_package_version(const struct image *image)
{
	const char *at = strstr(image->banner, " Debian "), *found = NULL;

	while (at) {
		if (isdigit((unsigned char)at[strlen(" Debian ")]))
			found = at + strlen(" Debian ");
		at = strstr(at + 1, " Debian ");
	}
	return found ? strndup(found, strcspn(found, " ")) : NULL;
}

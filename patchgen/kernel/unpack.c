// SPDX-License-Identifier: GPL-2.0
#include "unpack.h"

#include <stdint.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../base/files.h"
#include "../base/run.h"

#define IMAGE_MAX (256UL * 1024 * 1024)

/* Documentation/arch/x86/boot.rst */
#define SETUP_SECTS    0x1f1
#define HEADER_MAGIC   0x202
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c

static const struct format {
	const char *magic;
	size_t n_magic;
	const char *program;
	bool size_follows; /* in a kernel image, its 4 bytes are no part of the stream */
} formats[] = {
	{"\x1f\x8b", 2, "gzip", false},
	{"\xfd"
	 "7zXZ",
	 5, "xz", true},
	{"\x28\xb5\x2f\xfd", 4, "zstd", true},
	{"\x02\x21\x4c\x18", 4, "lz4", true},
	{"BZh", 3, "bzip2", true},
	{"\x89LZO", 4, "lzop", true},
};

static const struct format *find_format(const char *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (size >= formats[i].n_magic &&
		    memcmp(data, formats[i].magic, formats[i].n_magic) == 0)
			return &formats[i];
	return NULL;
}

static int unreadable(struct diag_list *diags, const char *path, const char *what)
{
	const struct diag_where where = {.file = path};

	return diag_add(diags, KM310, DIAG_ERROR, -EBADMSG, &where, "%s", what);
}

static int decompress(const struct format *format, const char *from, const char *to,
		      struct diag_list *diags)
{
	_cleanup_free_ char *temporary = NULL, *text = NULL;
	int r;

	r = string_format(&temporary, "%s.%d.new", to, getpid());
	if (r < 0)
		return r;
	r = run_program(&(struct run){.argv = (const char *[]){format->program, "-dc", NULL},
				      .input = from,
				      .output = temporary},
			&text);
	if (r == 0 && rename(temporary, to) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlink(temporary);
	if (r < 0)
		return diag_error(diags, r == -EINTR ? KM316 : KM309, r, "%s: %s", format->program,
				  strerror(-r));
	return diag_error(diags, KM310, -EBADMSG, "%s: %s", from, text);
}

static uint32_t u32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

int unpack_vmlinuz(const char *vmlinuz, const char *vmlinux, struct diag_list *diags)
{
	_cleanup_free_ char *data = NULL, *payload = NULL;
	const struct format *format;
	size_t size, start, length, sectors;
	int r;

	r = file_read(vmlinuz, IMAGE_MAX, &data, &size);
	if (r < 0)
		return diag_error(diags, KM310, r, "%s: %s", vmlinuz, strerror(-r));
	if (size < PAYLOAD_LENGTH + 4 || memcmp(data + HEADER_MAGIC, "HdrS", 4) != 0)
		return unreadable(diags, vmlinuz, "not an x86 kernel image");
	sectors = (unsigned char)data[SETUP_SECTS] ?: 4;
	start = (sectors + 1) * 512 + u32(data + PAYLOAD_OFFSET);
	length = u32(data + PAYLOAD_LENGTH);
	if (start > size || length > size - start)
		return unreadable(diags, vmlinuz, "the kernel image is truncated");
	format = find_format(data + start, length);
	if (!format)
		return unreadable(diags, vmlinuz, "compressed in a format that is not known");
	if (format->size_follows && length >= 4)
		length -= 4;
	r = string_format(&payload, "%s.%d.payload", vmlinux, getpid());
	r = r ?: file_write_atomic(payload, data + start, length, 0600);
	if (r < 0)
		return diag_error(diags, KM103, r, "%s: %s", vmlinux, strerror(-r));
	r = decompress(format, payload, vmlinux, diags);
	unlink(payload);
	return r;
}

int unpack_file(const char *from, const char *to, struct diag_list *diags)
{
	_cleanup_free_ char *data = NULL;
	const struct format *format;
	size_t size;
	int r;

	r = file_read(from, IMAGE_MAX, &data, &size);
	if (r < 0)
		return diag_error(diags, KM102, r, "%s: %s", from, strerror(-r));
	format = find_format(data, size);
	return format ? decompress(format, from, to, diags) : copy_file(from, to);
}

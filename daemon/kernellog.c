// SPDX-License-Identifier: GPL-2.0
#include "kernellog.h"

#include <fcntl.h>
#include <string.h>

#define RECORD_MAX 8192

/* The core speaks of one patch; the others could be about another module at the same time. */
enum {
	WEIGHT_NONE,
	WEIGHT_MODULE,
	WEIGHT_LIVEPATCH,
	WEIGHT_CORE,
};

void kernellog_reason_done(struct kernellog_reason *reason)
{
	free(reason->text);
	*reason = (struct kernellog_reason){};
}

int kernellog_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* What follows "A: " or "A: B: " in a text that begins so; NULL when it does not. */
static const char *after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 && strncmp(text + n, ": ", 2) == 0 ? text + n + 2 :
										  NULL;
}

static int keep(struct kernellog_reason *reason, int weight, enum diag_code code, const char *text)
{
	char *copy;

	if (weight <= reason->weight)
		return 0;
	copy = strndup(text, strcspn(text, "\n"));
	if (!copy)
		return -ENOMEM;
	free(reason->text);
	*reason = (struct kernellog_reason){weight, code, copy};
	return 0;
}

static int judge_core(const char *said, struct kernellog_reason *reason)
{
	char name[6] = "";
	enum diag_code code;

	if (strlen(said) < 6 || said[5] != ' ')
		return 0;
	memcpy(name, said, 5);
	code = diag_code_from_name(name);
	return (int)code < 0 ? 0 : keep(reason, WEIGHT_CORE, code, said + 6);
}

int kernellog_judge(const char *record, const char *patch, const char *module,
		    struct kernellog_reason *reason)
{
	const char *text = strchr(record, ';'), *said;

	if (!text)
		return 0;
	text++;
	said = after(text, "kmend");
	if (said)
		said = after(said, patch);
	if (said)
		return judge_core(said, reason);
	if (after(text, "livepatch"))
		return keep(reason, WEIGHT_LIVEPATCH, _DIAG_CODE_INVALID, text);
	if (after(text, module))
		return keep(reason, WEIGHT_MODULE, _DIAG_CODE_INVALID, text);
	return 0;
}

int kernellog_read(int fd, const char *patch, const char *module, struct kernellog_reason *reason)
{
	char record[RECORD_MAX];

	for (;;) {
		ssize_t n = read(fd, record, sizeof(record) - 1);
		int r;

		/* EPIPE: records were overwritten before they could be read; go on with the next. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return n < 0 && errno != EAGAIN ? -errno : 0;
		record[n] = '\0';
		r = kernellog_judge(record, patch, module, reason);
		if (r < 0)
			return r;
	}
}

// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "report.h"

#include <linux/kernel.h>
#include <linux/printk.h>

#include "registry.h"

static const char *const code_names[] = {
#define X(code, text, hint) [code] = #code,
	KMEND_DIAG_CORE(X)
#undef X
};

int refuse(struct patch *patch, int err, enum report_code code, const char *format, ...)
{
	struct va_format message = {.fmt = format};
	va_list args;

	va_start(args, format);
	message.va = &args;
	scnprintf(patch->last_error, sizeof(patch->last_error), "%s %pV", code_names[code],
		  &message);
	va_end(args);
	pr_err("%s: %s\n", patch->name, patch->last_error);
	return err;
}

// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "report.h"

#include <linux/kernel.h>
#include <linux/printk.h>

#include "registry.h"
#include "sysfs.h"
#include "trace.h"

/* Of the transaction that was asked for last. Under kmend_lock. */
static struct {
	const struct task_struct *asking; /* NULL: nobody asks for one now */
	char error[KMEND_PATCH_NAME_MAX + sizeof(": ") + PATCH_ERROR_LEN];
} transaction;

static const char *const code_names[] = {
#define X(code, text, hint) [code] = #code,
	KMEND_DIAG_CORE(X)
#undef X
};

const char *report_code_name(enum report_code code)
{
	return code_names[code];
}

/* What follows the code. */
static const char *text_of(const char *error, enum report_code code)
{
	return error + strlen(code_names[code]) + 1;
}

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
	patch->blamed = NULL;
	sysfs_patch_error_changed(patch);
	trace_kmend_refusal(patch->name, code_names[code], err, text_of(patch->last_error, code));
	if (READ_ONCE(transaction.asking) == current)
		snprintf(transaction.error, sizeof(transaction.error), "%s: %s", patch->name,
			 patch->last_error);
	return err;
}

int refuse_for(const struct func *func, int err)
{
	func->patch->blamed = func;
	return err;
}

void report_clear(struct patch *patch)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++)
		patch->funcs[i].lost_by = PROOF_LIVE;
	patch->blamed = NULL;
	if (!patch->last_error[0])
		return;
	patch->last_error[0] = '\0';
	sysfs_patch_error_changed(patch);
}

void report_restore(struct patch *patch, const char *error)
{
	strscpy(patch->last_error, error, sizeof(patch->last_error));
	patch->blamed = NULL;
	sysfs_patch_error_changed(patch);
}

int refuse_transaction(int err, enum report_code code, const char *format, ...)
{
	struct va_format message = {.fmt = format};
	va_list args;

	va_start(args, format);
	message.va = &args;
	scnprintf(transaction.error, sizeof(transaction.error), "%s %pV", code_names[code],
		  &message);
	va_end(args);
	pr_err("transaction: %s\n", transaction.error);
	trace_kmend_refusal("", code_names[code], err, text_of(transaction.error, code));
	return err;
}

void report_transaction_begin(void)
{
	WRITE_ONCE(transaction.asking, current);
	transaction.error[0] = '\0';
}

void report_transaction_end(void)
{
	WRITE_ONCE(transaction.asking, NULL);
}

const char *report_transaction_error(void)
{
	return transaction.error;
}

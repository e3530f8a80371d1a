/* SPDX-License-Identifier: GPL-2.0 */
/* What the core tells people: a stable code and a sentence, in the log and in last_error. */
#ifndef KMEND_REPORT_H
#define KMEND_REPORT_H

#include <linux/compiler_attributes.h>

#include <kmend/diag.h>

struct func;
struct patch;

enum report_code {
#define X(code, text, hint) code,
	KMEND_DIAG_CORE(X)
#undef X
};

/* "KMnnn". */
const char *report_code_name(enum report_code code);

/* Log why something about a patch was refused, keep it as its last error, return err unchanged. */
__printf(4, 5) int refuse(struct patch *patch, int err, enum report_code code, const char *format,
			  ...);

/* That refusal was because of this function. Return err unchanged. */
int refuse_for(const struct func *func, int err);

/* A new request: what was said about the patch and its functions is over. Needs kmend_lock. */
void report_clear(struct patch *patch);

/* Have said this about it, "KMnnn TEXT", once more: it outlasts a request. Needs kmend_lock. */
void report_restore(struct patch *patch, const char *error);

/*
 * Log why a transaction was refused that is not about one of its patches, and return err unchanged.
 * Between begin and end it is kept, and so is what refuse() says about a patch of it:
 * report_transaction_error() is "KMnnn TEXT", "NAME: KMnnn TEXT" or "". All need kmend_lock.
 */
__printf(3, 4) int refuse_transaction(int err, enum report_code code, const char *format, ...);
void report_transaction_begin(void);
void report_transaction_end(void);
const char *report_transaction_error(void);

#endif

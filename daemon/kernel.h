/* SPDX-License-Identifier: GPL-2.0 */
/* One step of a transaction against the kernel: libkmod for modules, sysfs for the core. */
#ifndef KMENDD_KERNEL_H
#define KMENDD_KERNEL_H

#include <sys/types.h>

#include <stdbool.h>

#include <kmend/patch.h>

#include "config.h"
#include "transaction.h"

struct kernel {
	const struct config *config;
	pid_t daemon; /* whom a test's hook kills */
	void (*report)(void *userdata, const struct step *step); /* before each step */
	void *userdata;
	char culprit[KMEND_PATCH_NAME_MAX + 1]; /* for whom a step failed first; "": not known */
	bool has_failed;
};

/* A step_func; userdata is a struct kernel. It blocks. */
int kernel_run_step(void *userdata, const struct step *step, struct diag_list *diags);

/* Insert the module kmend and what it needs, unless it is there. 0, or diagnosed as KM614. */
int kernel_load_core(const struct config *config, struct diag_list *diags);

/* Does the kernel itself load signed modules only? 0, or -EPERM (diagnosed as KM637). */
int kernel_check_enforcement(const char *sysfs, struct diag_list *diags);

#endif

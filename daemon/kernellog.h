/* SPDX-License-Identifier: GPL-2.0 */
/* Why the kernel refused a module: its loader returns a bare errno, and logs the reason. */
#ifndef KMENDD_KERNELLOG_H
#define KMENDD_KERNELLOG_H

#include "lib/diag.h"

/* Start to listen: returns a file descriptor at the end of the kernel's log, or a negative errno. */
int kernellog_open(void);

struct kernellog_reason {
	int weight; /* how surely it is the reason; 0: there is none */
	enum diag_code code; /* the core's, or _DIAG_CODE_INVALID */
	char *text;
};

/*
 * Judge one record of /dev/kmsg, "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT", and keep it in *reason when
 * it tells more than what is there already. Returns 0 or -ENOMEM.
 */
int kernellog_judge(const char *record, const char *patch, const char *module,
		    struct kernellog_reason *reason);

/* Judge all that was logged since kernellog_open(). */
int kernellog_read(int fd, const char *patch, const char *module, struct kernellog_reason *reason);

void kernellog_reason_done(struct kernellog_reason *reason);

#endif

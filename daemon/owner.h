/* SPDX-License-Identifier: GPL-2.0 */
/* Who may change a file that decides what the kernel runs. */
#ifndef KMENDD_OWNER_H
#define KMENDD_OWNER_H

struct diag_list;

/*
 * May nobody but root write to this file or folder? 0, also when it cannot be looked at, or -EPERM
 * (diagnosed as KM629).
 */
int owner_check(const char *path, struct diag_list *diags);

#endif

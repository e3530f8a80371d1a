// SPDX-License-Identifier: GPL-2.0
#include "owner.h"

#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/diag.h"

int owner_check(const char *path, struct diag_list *diags)
{
	struct diag_where where = {.file = path};
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & S_IWOTH) ||
	    ((st.st_mode & S_IWGRP) && st.st_gid != 0))
		return diag_add(diags, KM629, DIAG_REFUSAL, -EPERM, &where,
				"others than root may write to it (owner %u, mode %03o)", st.st_uid,
				st.st_mode & 0777);
	return 0;
}

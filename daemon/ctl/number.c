// SPDX-License-Identifier: GPL-2.0
#include "number.h"

int parse_generation(struct ctl *ctl, const char *s, uint64_t *ret)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(s, &end, 10);
	if (errno || *s < '0' || *s > '9' || *end)
		return diag_error(&ctl->diags, KM101, -EINVAL, "\"%.60s\" is not a generation", s);
	*ret = n;
	return 0;
}

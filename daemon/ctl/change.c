// SPDX-License-Identifier: GPL-2.0
#include "change.h"

#include "client.h"
#include "lib/strv.h"

int change_named(struct ctl *ctl, const char *method, char **names, uint64_t flags,
		 const char *past)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	_cleanup_free_ char *joined = strv_join(names, ", "), *done = NULL;
	int r;

	if (!joined || asprintf(&done, "%s: %s", past, joined) < 0)
		return -ENOMEM;
	r = client_new_call(ctl, method, &call);
	if (r >= 0)
		r = sd_bus_message_append_strv(call, names);
	if (r >= 0)
		r = sd_bus_message_append(call, "t", flags);
	return r < 0 ? r : client_change(ctl, call, done);
}

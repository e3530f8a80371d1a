// SPDX-License-Identifier: GPL-2.0
#include "change.h"

#include <string.h>

#include "client.h"
#include "lib/manifest.h"
#include "lib/strv.h"
#include "lib/text.h"
#include "plan.h"

/* The bus takes nothing but UTF-8, so the daemon does not get to see every name. */
static int check_name(struct ctl *ctl, const char *name)
{
	_cleanup_free_ char *plain = strdup(name);

	if (!plain)
		return -ENOMEM;
	if (patch_name_is_valid(name))
		return 0;
	text_make_printable(plain);
	return diag_error(&ctl->diags, KM101, -EINVAL, "\"%.60s\" is not a patch name", plain);
}

int change_check_names(struct ctl *ctl, char *const *names)
{
	int r = 0;

	for (size_t i = 0; names[i] && r >= 0; i++)
		r = check_name(ctl, names[i]);
	return r;
}

int change_named(struct ctl *ctl, const char *method, const char *verb, char **names,
		 const char *past)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	_cleanup_free_ char *joined = strv_join(names, ", "), *done = NULL;
	int r;

	if (!joined || asprintf(&done, "%s: %s", past, joined) < 0)
		return -ENOMEM;
	r = change_check_names(ctl, names);
	if (r < 0)
		return r;
	if (ctl->dry_run)
		return plan_show(ctl, &(struct wish){verb, names, 0, plan_flags(ctl, verb)});
	r = client_new_call(ctl, method, &call);
	if (r >= 0)
		r = sd_bus_message_append_strv(call, names);
	if (r >= 0)
		r = sd_bus_message_append(call, "t", plan_flags(ctl, verb));
	return r < 0 ? r : client_change(ctl, call, done);
}

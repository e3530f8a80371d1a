// SPDX-License-Identifier: GPL-2.0
/* Verbs that decide which patches may be applied: the daemon answers when it is so. */
#include <string.h>

#include "change.h"
#include "client.h"
#include "daemon/json.h"
#include "lib/strv.h"

static int print_answer(struct ctl *ctl, const char *past, char **names)
{
	_cleanup_free_ char *joined = strv_join(names, ", ");
	_cleanup_json_ struct json_object *o = NULL;

	if (!joined)
		return -ENOMEM;
	if (!ctl->json) {
		printf("%s: %s\n", past, joined);
		return 0;
	}
	o = json_object_new_object();
	if (!o || json_add_string(o, "result", past) < 0 || json_add_strv(o, "patches", names) < 0)
		return -ENOMEM;
	print_json(o, ctl->json);
	return 0;
}

/* more: what a method takes besides, or NULL. */
static int decide(struct ctl *ctl, const char *method, char **names, const char *more,
		  const char *past)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r = change_check_names(ctl, names);

	if (r >= 0)
		r = client_new_call(ctl, method, &call);
	if (r >= 0)
		r = sd_bus_message_append_strv(call, names);
	if (r >= 0)
		r = sd_bus_message_append(call, "t", UINT64_C(0));
	if (r >= 0 && more)
		r = sd_bus_message_append(call, "s", more);
	if (r >= 0)
		r = client_send(ctl, call, NULL);
	return r < 0 ? r : print_answer(ctl, past, names);
}

int verb_quarantine(struct ctl *ctl, int n_args, char **args)
{
	return decide(ctl, "Quarantine", args, ctl->reason ?: "", "in quarantine");
}

int verb_release(struct ctl *ctl, int n_args, char **args)
{
	return decide(ctl, "Release", args, NULL, "released");
}

int verb_mask(struct ctl *ctl, int n_args, char **args)
{
	return decide(ctl, "Mask", args, NULL, "masked");
}

int verb_unmask(struct ctl *ctl, int n_args, char **args)
{
	return decide(ctl, "Unmask", args, NULL, "unmasked");
}

int verb_pin(struct ctl *ctl, int n_args, char **args)
{
	char *name[] = {args[0], NULL};

	return decide(ctl, "Pin", name, n_args > 1 ? args[1] : "", "pinned");
}

int verb_unpin(struct ctl *ctl, int n_args, char **args)
{
	return decide(ctl, "Unpin", args, NULL, "unpinned");
}

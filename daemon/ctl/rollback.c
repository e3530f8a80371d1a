// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "client.h"
#include "number.h"
#include "plan.h"

int verb_rollback(struct ctl *ctl, int n_args, char **args)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	char done[64] = "rolled back to the previous generation";
	uint64_t number = 0, flags = plan_flags(ctl, "rollback");
	int r = 0;

	if (n_args)
		r = parse_generation(ctl, args[0], &number);
	/* Number 0 would mean the previous one. */
	if (r >= 0 && n_args && number == 0)
		return diag_error(&ctl->diags, KM101, -EINVAL, "\"0\" is not a generation");
	if (r < 0)
		return r;
	if (number)
		snprintf(done, sizeof(done), "rolled back to generation %" PRIu64, number);
	if (ctl->dry_run)
		return plan_show(ctl, &(struct wish){"rollback", NULL, number, flags});
	r = client_new_call(ctl, "Rollback", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "tt", number, flags);
	return r < 0 ? r : client_change(ctl, call, done);
}

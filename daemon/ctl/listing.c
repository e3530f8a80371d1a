// SPDX-License-Identifier: GPL-2.0
#include "listing.h"

#include "client.h"
#include "daemon/json.h"
#include "table.h"

int listing_print(struct ctl *ctl, const struct listing *listing)
{
	_cleanup_(table_done) struct table table = {.heads = listing->heads,
						    .n_columns = listing->n_heads};
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_json_ struct json_object *array = json_object_new_array();
	int r;

	if (!array)
		return -ENOMEM;
	r = client_call(ctl, listing->method, &reply);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', listing->signature);
	if (r < 0)
		return r;
	do
		r = listing->add_next(reply, &table, ctl->json ? array : NULL);
	while (r > 0);
	if (r < 0)
		return r;
	if (ctl->json)
		print_json(array, ctl->json);
	else
		table_print(&table, ctl->legend);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* What two generations differ in. */
#include <string.h>

#include "bus.h"
#include "manager.h"

static int append_difference(sd_bus_message *reply, const struct generation *from,
			     const struct generation *to, const char *name)
{
	const struct generation_patch *a = generation_find(from, name);
	const struct generation_patch *b = generation_find(to, name);

	if (a && b && strcmp(a->version, b->version) == 0)
		return 0;
	return sd_bus_message_append(reply, "(sss)", name, a ? a->version : "",
				     b ? b->version : "");
}

static int append_differences(sd_bus_message *reply, const struct generation *from,
			      const struct generation *to)
{
	int r = sd_bus_message_open_container(reply, 'a', "(sss)");

	for (size_t i = 0; i < from->n_patches && r >= 0; i++)
		r = append_difference(reply, from, to, from->patches[i].name);
	for (size_t i = 0; i < to->n_patches && r >= 0; i++)
		if (!generation_find(from, to->patches[i].name))
			r = append_difference(reply, from, to, to->patches[i].name);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* Number 0 is the empty set before the first. */
static int read_generation(const struct manager *m, uint64_t number, struct generation *ret,
			   sd_bus_error *error)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};
	int r;

	if (number == 0)
		return 0;
	r = generation_read(m->config.state, number, &diags, ret);
	if (r == -ENOENT)
		return sd_bus_error_setf(error, BUS_ERROR_FAILED,
					 "KM618: there is no generation %llu",
					 (unsigned long long)number);
	return r < 0 ? bus_fail(error, &diags, r) : 0;
}

int bus_method_diff(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_generation_ struct generation from = {}, to = {};
	const struct manager *m = userdata;
	uint64_t a, b;
	int r;

	r = sd_bus_message_read(message, "tt", &a, &b);
	if (r >= 0)
		r = read_generation(m, a, &from, error);
	if (r >= 0)
		r = read_generation(m, b, &to, error);
	if (r >= 0)
		r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = append_differences(reply, &from, &to);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

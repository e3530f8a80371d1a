// SPDX-License-Identifier: GPL-2.0
/* What the daemon signals, a line each, until the reader goes away. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "daemon/bus.h"
#include "daemon/json.h"

/* What is printed of one signal; members that do not matter are NULL. */
struct event {
	const char *what, *object, *result, *code, *text;
};

static void print_event(struct ctl *ctl, const struct event *e)
{
	_cleanup_json_ struct json_object *o = NULL;
	struct timespec now;
	struct tm tm;
	char when[32] = "";

	clock_gettime(CLOCK_REALTIME, &now);
	if (ctl->json) {
		o = json_object_new_object();
		if (!o)
			return;
		json_add_number(o, "time_us", now.tv_sec * 1000000ULL + now.tv_nsec / 1000);
		json_add_string(o, "event", e->what);
		json_add_string(o, "object", e->object);
		json_add_string(o, "result", e->result ?: "");
		json_add_string(o, "code", e->code ?: "");
		json_add_string(o, "message", e->text ?: "");
		print_json(o, JSON_SHORT);
		return;
	}
	if (localtime_r(&now.tv_sec, &tm))
		strftime(when, sizeof(when), "%F %T", &tm);
	printf("%s  %s %s%s%s%s%s%s%s\n", when, e->what, e->object, e->result ? ": " : "",
	       e->result ?: "", e->code && *e->code ? " " : "", e->code ?: "",
	       e->text && *e->text ? ": " : "", e->text ?: "");
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void on_job(struct ctl *ctl, sd_bus_message *m, bool removed)
{
	const char *path, *result = NULL, *code = NULL, *text = NULL;
	uint32_t id;
	char number[16];

	if (sd_bus_message_read(m, "uo", &id, &path) < 0 ||
	    (removed && sd_bus_message_read(m, "sss", &result, &code, &text) < 0))
		return;
	snprintf(number, sizeof(number), "%" PRIu32, id);
	print_event(ctl, &(struct event){removed ? "job-removed" : "job-new", number, result, code,
					 text});
}

/* The value of a property among those that have changed, where it is a string or a number. */
static int read_change(sd_bus_message *m, const char **ret_name, char *ret_value, size_t size)
{
	const char *type, *s;
	uint64_t t;
	int r = sd_bus_message_enter_container(m, 'e', "sv");

	if (r <= 0)
		return r;
	*ret_value = '\0';
	r = sd_bus_message_read(m, "s", ret_name);
	if (r >= 0)
		r = sd_bus_message_peek_type(m, NULL, &type);
	if (r >= 0 && strcmp(type, "s") == 0) {
		r = sd_bus_message_read(m, "v", "s", &s);
		if (r >= 0)
			snprintf(ret_value, size, "%s", s);
	} else if (r >= 0 && strcmp(type, "t") == 0) {
		r = sd_bus_message_read(m, "v", "t", &t);
		if (r >= 0)
			snprintf(ret_value, size, "%" PRIu64, t);
	} else if (r >= 0) {
		r = sd_bus_message_skip(m, "v");
	}
	return r < 0 ? r : sd_bus_message_exit_container(m) < 0 ? -EBADMSG : 1;
}

static void on_properties(struct ctl *ctl, sd_bus_message *m)
{
	const char *path = sd_bus_message_get_path(m), *interface, *name;
	_cleanup_free_ char *patch = NULL;
	char value[256];

	if (sd_bus_path_decode(path, BUS_PATCH_PATH, &patch) < 0 ||
	    sd_bus_message_read(m, "s", &interface) < 0 ||
	    sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
		return;
	while (read_change(m, &name, value, sizeof(value)) > 0) {
		if (strcmp(name, "State") == 0)
			print_event(ctl,
				    &(struct event){patch ? "patch" : "job",
						    patch ?: last_part(path), value, NULL, NULL});
		else if (strcmp(name, "Generation") == 0)
			print_event(ctl, &(struct event){"generation", value, NULL, NULL, NULL});
	}
}

static void on_interfaces(struct ctl *ctl, sd_bus_message *m, const char *what)
{
	_cleanup_free_ char *patch = NULL;
	const char *path;

	if (sd_bus_message_read(m, "o", &path) >= 0 &&
	    sd_bus_path_decode(path, BUS_PATCH_PATH, &patch) > 0)
		print_event(ctl, &(struct event){what, patch, NULL, NULL, NULL});
}

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *member = sd_bus_message_get_member(m);
	struct ctl *ctl = userdata;

	if (strcmp(member, "JobNew") == 0)
		on_job(ctl, m, /* removed= */ false);
	else if (strcmp(member, "JobRemoved") == 0)
		on_job(ctl, m, /* removed= */ true);
	else if (strcmp(member, "PropertiesChanged") == 0)
		on_properties(ctl, m);
	else if (strcmp(member, "InterfacesAdded") == 0)
		on_interfaces(ctl, m, "patch-new");
	else if (strcmp(member, "InterfacesRemoved") == 0)
		on_interfaces(ctl, m, "patch-removed");
	fflush(stdout);
	return 0;
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *name, *before, *after;

	if (sd_bus_message_read(m, "sss", &name, &before, &after) >= 0)
		print_event(userdata, &(struct event){"kmendd", *after ? "started" : "stopped",
						      NULL, NULL, NULL});
	fflush(stdout);
	return 0;
}

int verb_monitor(struct ctl *ctl, int n_args, char **args)
{
	int r;

	r = sd_bus_add_match(ctl->bus, NULL, "type='signal',sender='" BUS_NAME "'", on_signal, ctl);
	if (r >= 0)
		r = sd_bus_add_match(ctl->bus, NULL,
				     "type='signal',sender='org.freedesktop.DBus',"
				     "interface='org.freedesktop.DBus',"
				     "member='NameOwnerChanged',arg0='" BUS_NAME "'",
				     on_owner, ctl);
	while (r >= 0 && !ferror(stdout)) {
		r = sd_bus_process(ctl->bus, NULL);
		if (r == 0)
			r = sd_bus_wait(ctl->bus, UINT64_MAX);
	}
	return r < 0 ? diag_error(&ctl->diags, KM624, r, "the bus was lost: %s", strerror(-r)) : 0;
}

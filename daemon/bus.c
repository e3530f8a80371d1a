// SPDX-License-Identifier: GPL-2.0
#include "bus.h"

#include <string.h>

#include "lib/fileio.h"
#include "lib/strv.h"
#include "lib/text.h"
#include "manager.h"
#include "polkit.h"

#define SYSTEM_BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"

/* More than any machine has. */
#define NAMES_MAX 1000

static int reply_with_job(struct manager *m, sd_bus_message *message, struct job *job)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (!job)
		return -ENOMEM;
	r = manager_enqueue(m, job);
	if (r < 0) {
		job_free(job);
		return r;
	}
	path = bus_job_path(job);
	return path ? sd_bus_reply_method_return(message, "o", path) : -ENOMEM;
}

int bus_check_names(char **names, sd_bus_error *error)
{
	if (!names || !names[0])
		return sd_bus_error_set(error, BUS_ERROR_BAD_REQUEST, "KM101: no patch is named");
	for (size_t i = 0; names[i]; i++) {
		if (i == NAMES_MAX)
			return sd_bus_error_setf(error, BUS_ERROR_BAD_REQUEST,
						 "KM101: more than %d patches are named",
						 NAMES_MAX);
		if (patch_name_is_valid(names[i]))
			continue;
		/* A character that is cut in two could not be sent back. */
		text_make_printable(names[i]);
		return sd_bus_error_setf(error, BUS_ERROR_BAD_REQUEST,
					 "KM101: \"%.60s\" is not a patch name", names[i]);
	}
	return 0;
}

int bus_read_flags(enum job_verb verb, uint64_t flags, unsigned *ret, sd_bus_error *error)
{
	static const struct {
		enum job_verb verb;
		uint64_t flag;
		enum plan_option option;
	} known[] = {
		{JOB_APPLY, BUS_APPLY_LIFT_QUARANTINE, PLAN_LIFT_QUARANTINE},
		{JOB_APPLY, BUS_CHANGE_HELD, PLAN_HELD},
		{JOB_REVERT, BUS_REVERT_DEPENDENTS, PLAN_DEPENDENTS},
		{JOB_REVERT, BUS_CHANGE_HELD, PLAN_HELD},
		{JOB_ROLLBACK, BUS_CHANGE_HELD, PLAN_HELD},
	};

	*ret = 0;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].verb == verb && flags & known[i].flag) {
			*ret |= known[i].option;
			flags &= ~known[i].flag;
		}
	return flags ? sd_bus_error_set(error, BUS_ERROR_BAD_REQUEST, "KM101: unknown flags") : 0;
}

int bus_fail(sd_bus_error *error, const struct diag_list *diags, int err)
{
	_cleanup_free_ char *text = diags->n ? diag_describe(&diags->items[0]) : NULL;

	return text ? sd_bus_error_setf(error, BUS_ERROR_FAILED, "%s: %s",
					diag_code_name(diags->items[0].code), text) :
		      err;
}

int bus_ask(struct manager *m, sd_bus_message *message, const char *action,
	    sd_bus_message_handler_t allowed, sd_bus_error *error)
{
	const struct polkit_question question = {
		.action = action, .allowed = allowed, .userdata = m};

	return polkit_authorize(&m->polkit, message, &question, error);
}

int bus_ask_named(struct manager *m, sd_bus_message *message, const char *action,
		  uint64_t force_flags, sd_bus_message_handler_t allowed, sd_bus_error *error)
{
	struct polkit_question question = {.allowed = allowed, .userdata = m};
	_cleanup_strv_ char **names = NULL;
	_cleanup_free_ char *joined = NULL;
	uint64_t flags;
	int r;

	r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = sd_bus_message_read(message, "t", &flags);
	if (r >= 0)
		r = bus_check_names(names, error);
	if (r < 0)
		return r;
	joined = strv_join(names, " ");
	if (!joined)
		return -ENOMEM;
	question.action = flags & force_flags ? POLKIT_FORCE : action;
	question.patches = joined;
	return polkit_authorize(&m->polkit, message, &question, error);
}

static int change_named(struct manager *m, sd_bus_message *message, enum job_verb verb,
			sd_bus_error *error)
{
	_cleanup_strv_ char **names = NULL;
	unsigned options;
	uint64_t flags;
	int r;

	r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = sd_bus_message_read(message, "t", &flags);
	if (r >= 0)
		r = bus_check_names(names, error);
	if (r >= 0)
		r = bus_read_flags(verb, flags, &options, error);
	return r < 0 ? r : reply_with_job(m, message, job_new(verb, names, 0, options));
}

static int do_apply(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return change_named(userdata, message, JOB_APPLY, error);
}

static int method_apply(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_APPLY,
			     BUS_APPLY_LIFT_QUARANTINE | BUS_CHANGE_HELD, do_apply, error);
}

static int do_revert(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return change_named(userdata, message, JOB_REVERT, error);
}

static int method_revert(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_REVERT, BUS_CHANGE_HELD, do_revert, error);
}

static int do_rollback(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	uint64_t number, flags;
	unsigned options;
	int r;

	r = sd_bus_message_read(message, "tt", &number, &flags);
	if (r >= 0)
		r = bus_read_flags(JOB_ROLLBACK, flags, &options, error);
	if (r < 0)
		return r;
	return reply_with_job(userdata, message, job_new(JOB_ROLLBACK, NULL, number, options));
}

static int method_rollback(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	uint64_t number, flags;
	int r;

	r = sd_bus_message_read(message, "tt", &number, &flags);
	return r < 0 ? r :
		       bus_ask(userdata, message,
			       flags & BUS_CHANGE_HELD ? POLKIT_FORCE : POLKIT_ROLLBACK,
			       do_rollback, error);
}

static int append_view(sd_bus_message *reply, const struct view *v)
{
	int r;

	r = sd_bus_message_open_container(reply, 'r', "sssassss");
	if (r >= 0)
		r = sd_bus_message_append(reply, "sss", v->name, v->version, v->state);
	if (r >= 0)
		r = sd_bus_message_append_strv(reply, v->fixes);
	if (r >= 0)
		r = sd_bus_message_append(reply, "sss", v->summary, v->code, v->reason);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int method_list(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct manager *m = userdata;
	int r;

	/* The kernel's side can change without the daemon. */
	r = manager_refresh_core(m);
	if (r >= 0)
		r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sssassss)");
	for (size_t i = 0; i < m->views.n && r >= 0; i++)
		r = append_view(reply, &m->views.items[i]);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int append_generation(struct manager *m, sd_bus_message *reply, uint64_t number)
{
	_cleanup_generation_ struct generation g = {};
	_cleanup_strv_ char **names = NULL;
	int r;

	/* One damaged file must not hide the rest of the history. */
	r = generation_read(m->config.state, number, NULL, &g);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return sd_bus_message_append(reply, "(ttssass)", number, UINT64_C(0), "", "damaged",
					     0, "");
	r = generation_names(&g, &names);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'r', "ttssass");
	if (r >= 0)
		r = sd_bus_message_append(reply, "ttss", g.number, g.time_us, g.verb,
					  generation_state_to_string(g.state));
	if (r >= 0)
		r = sd_bus_message_append_strv(reply, names);
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", g.reason);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int method_history(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ uint64_t *numbers = NULL;
	struct manager *m = userdata;
	size_t n = 0;
	int r;

	r = generation_list(m->config.state, &numbers, &n);
	if (r >= 0)
		r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(ttssass)");
	for (size_t i = 0; i < n && r >= 0; i++)
		r = append_generation(m, reply, numbers[i]);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int do_reload(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return manager_reload(userdata, message);
}

static int method_reload(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask(userdata, message, POLKIT_RELOAD, do_reload, error);
}

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
		       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

static int get_core_abi(sd_bus *bus, const char *path, const char *interface, const char *property,
			sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "u", ((struct manager *)userdata)->core_abi);
}

static int get_generation(sd_bus *bus, const char *path, const char *interface,
			  const char *property, sd_bus_message *reply, void *userdata,
			  sd_bus_error *error)
{
	return sd_bus_message_append(reply, "t", ((struct manager *)userdata)->current.number);
}

static int get_previous(sd_bus *bus, const char *path, const char *interface, const char *property,
			sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "t", ((struct manager *)userdata)->current.base);
}

static int get_release(sd_bus *bus, const char *path, const char *interface, const char *property,
		       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", ((struct manager *)userdata)->config.release);
}

/*
 * Without SD_BUS_VTABLE_UNPRIVILEGED sd-bus itself admits only root to a method. With it, what
 * changes something has to ask polkit.
 */
static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("KernelRelease", "s", get_release, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("CoreAbi", "u", get_core_abi, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Generation", "t", get_generation, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("PreviousGeneration", "t", get_previous, 0,
			SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_METHOD_WITH_ARGS("Apply", SD_BUS_ARGS("as", names, "t", flags),
				SD_BUS_RESULT("o", job), method_apply, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Revert", SD_BUS_ARGS("as", names, "t", flags),
				SD_BUS_RESULT("o", job), method_revert, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Rollback", SD_BUS_ARGS("t", generation, "t", flags),
				SD_BUS_RESULT("o", job), method_rollback,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Plan",
				SD_BUS_ARGS("s", verb, "as", names, "t", generation, "t", flags),
				SD_BUS_RESULT("b", feasible, "a(ssss)", changes, "a(ss)", steps,
					      "a(ss)", result, "a(ssss)", diagnostics),
				bus_method_plan, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_reload,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("List", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(sssassss)", patches),
				method_list, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("History", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ttssass)", generations),
				method_history, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Diff", SD_BUS_ARGS("t", from, "t", to),
				SD_BUS_RESULT("a(sss)", differences), bus_method_diff,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Verify", SD_BUS_ARGS("as", names),
				SD_BUS_RESULT("a(sus)", results), bus_method_verify,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Quarantine", SD_BUS_ARGS("as", names, "t", flags, "s", reason),
				SD_BUS_NO_RESULT, bus_method_quarantine,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Release", SD_BUS_ARGS("as", names, "t", flags), SD_BUS_NO_RESULT,
				bus_method_release, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Mask", SD_BUS_ARGS("as", names, "t", flags), SD_BUS_NO_RESULT,
				bus_method_mask, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Unmask", SD_BUS_ARGS("as", names, "t", flags), SD_BUS_NO_RESULT,
				bus_method_unmask, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Pin", SD_BUS_ARGS("as", names, "t", flags, "s", version),
				SD_BUS_NO_RESULT, bus_method_pin, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Unpin", SD_BUS_ARGS("as", names, "t", flags), SD_BUS_NO_RESULT,
				bus_method_unpin, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("JobNew", SD_BUS_ARGS("u", id, "o", job), 0),
	SD_BUS_SIGNAL_WITH_ARGS(
		"JobRemoved", SD_BUS_ARGS("u", id, "o", job, "s", result, "s", code, "s", message),
		0),
	SD_BUS_VTABLE_END,
};

void bus_property_changed(struct manager *m, const char *property)
{
	if (m->bus)
		sd_bus_emit_properties_changed(m->bus, BUS_PATH, BUS_INTERFACE, property, NULL);
}

static int on_name(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const sd_bus_error *e = sd_bus_message_get_error(message);

	if (e)
		fprintf(stderr, "<3>kmendd: cannot take the bus name " BUS_NAME ": %s\n",
			e->message);
	return 0;
}

/* The service manager starts the daemon again, and it then connects to the new bus. */
static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct manager *m = userdata;

	fprintf(stderr, "<4>kmendd: the system bus went away\n");
	manager_stop(m, EXIT_FAILURE);
	return 0;
}

static int add_objects(struct manager *m)
{
	int r;

	r = sd_bus_add_object_vtable(m->bus, NULL, BUS_PATH, BUS_INTERFACE, vtable, m);
	if (r >= 0)
		r = sd_bus_add_object_manager(m->bus, NULL, BUS_PATH);
	if (r >= 0)
		r = bus_add_patches(m);
	return r < 0 ? r : bus_add_jobs(m);
}

int bus_connect(struct manager *m)
{
	int r;

	r = sd_bus_new(&m->bus);
	if (r >= 0)
		r = sd_bus_set_address(m->bus, secure_getenv("DBUS_SYSTEM_BUS_ADDRESS") ?:
						       SYSTEM_BUS_ADDRESS);
	if (r >= 0)
		r = sd_bus_set_bus_client(m->bus, true);
	/* Early at boot there is no bus yet: connect when its socket appears. */
	if (r >= 0)
		r = sd_bus_set_watch_bind(m->bus, true);
	if (r >= 0)
		r = sd_bus_start(m->bus);
	if (r >= 0)
		r = add_objects(m);
	if (r >= 0)
		r = sd_bus_match_signal_async(m->bus, NULL, NULL, "/org/freedesktop/DBus/Local",
					      "org.freedesktop.DBus.Local", "Disconnected",
					      on_disconnected, NULL, m);
	if (r >= 0)
		r = sd_bus_request_name_async(m->bus, NULL, BUS_NAME, 0, on_name, m);
	return r < 0 ? r : sd_bus_attach_event(m->bus, m->event, SD_EVENT_PRIORITY_NORMAL);
}

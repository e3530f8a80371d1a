// SPDX-License-Identifier: GPL-2.0
#include "client.h"

#include <string.h>

#include "daemon/bus.h"
#include "daemon/json.h"
#include "lib/fileio.h"
#include "lib/strv.h"
#include "table.h"

/* As the daemon's own limit for one patch, times many: only a daemon that hangs is given up on. */
#define CALL_TIMEOUT_US (90ULL * 1000000)

/* One job that was removed. */
struct removal {
	char *path, *result, *code, *message;
};

struct wait {
	struct removal *removals; /* seen so far, as ours may end before we know its path */
	size_t n;
	bool gone; /* the daemon */
};

static void wait_done(struct wait *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->removals[i].path);
		free(w->removals[i].result);
		free(w->removals[i].code);
		free(w->removals[i].message);
	}
	free(w->removals);
}

static bool is_switched_off(void)
{
	_cleanup_free_ char *words = NULL;
	char *rest, *word;

	if (file_read_line("/proc/cmdline", &words) < 0)
		return false;
	rest = words;
	while ((word = strsep(&rest, " ")))
		if (strcmp(word, "kmend=off") == 0)
			return true;
	return false;
}

static int open_bus(const struct ctl *ctl, sd_bus **ret)
{
	if (ctl->host)
		return sd_bus_open_system_remote(ret, ctl->host);
	if (ctl->machine)
		return sd_bus_open_system_machine(ret, ctl->machine);
	return sd_bus_open_system(ret);
}

int client_connect(struct ctl *ctl)
{
	const char *other = ctl->host ?: ctl->machine;
	int r = open_bus(ctl, &ctl->bus);

	if (r < 0)
		return diag_error(&ctl->diags, KM624, r, "the system bus%s%s cannot be reached: %s",
				  other ? " of " : "", other ?: "", strerror(-r));
	/* The bus would try to start it, and notice only after half a minute that it does not. */
	if (!other && is_switched_off() &&
	    sd_bus_get_name_creds(ctl->bus, BUS_NAME, 0, NULL) == -ENXIO)
		return diag_error(&ctl->diags, KM624, -ENXIO,
				  "kmendd is switched off by \"kmend=off\" on the kernel's command "
				  "line");
	return 0;
}

static bool is_unreachable(const sd_bus_error *e)
{
	return sd_bus_error_has_names(e, "org.freedesktop.DBus.Error.TimedOut",
				      SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NO_REPLY,
				      SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_DISCONNECTED,
				      SD_BUS_ERROR_TIMEOUT) ||
	       (e->name && strncmp(e->name, "org.freedesktop.DBus.Error.Spawn.", 33) == 0) ||
	       (e->name && strncmp(e->name, "org.freedesktop.systemd1.", 25) == 0);
}

static bool is_lost(int err)
{
	return err == -ENOTCONN || err == -ECONNRESET || err == -EPIPE;
}

/* The text of the daemon's own errors begins with a code: "KMnnn: ". */
static bool split_code(const char *text, enum diag_code *ret_code, const char **ret_rest)
{
	char name[6] = "";
	enum diag_code code;

	if (strlen(text) <= 7 || strncmp(text + 5, ": ", 2) != 0)
		return false;
	memcpy(name, text, 5);
	code = diag_code_from_name(name);
	if ((int)code < 0)
		return false;
	*ret_code = code;
	*ret_rest = text + 7;
	return true;
}

int client_complain(struct ctl *ctl, const sd_bus_error *e, int err)
{
	const char *text = e->message ?: strerror(-err);
	enum diag_code code = is_unreachable(e) || is_lost(err) ? KM624 : KM628;

	split_code(text, &code, &text);
	return diag_error(&ctl->diags, code, err, "%s", text);
}

int client_call(struct ctl *ctl, const char *method, sd_bus_message **ret)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(ctl->bus, BUS_NAME, BUS_PATH, BUS_INTERFACE, method, &error, ret,
				   NULL);

	return r < 0 ? client_complain(ctl, &error, r) : 0;
}

int client_new_call(struct ctl *ctl, const char *method, sd_bus_message **ret)
{
	int r = sd_bus_message_new_method_call(ctl->bus, ret, BUS_NAME, BUS_PATH, BUS_INTERFACE,
					       method);

	return r < 0 ? r :
		       sd_bus_message_set_allow_interactive_authorization(*ret, ctl->ask_password);
}

int client_send(struct ctl *ctl, sd_bus_message *call, sd_bus_message **ret)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call(ctl->bus, call, CALL_TIMEOUT_US, &error, ret);

	return r < 0 ? client_complain(ctl, &error, r) : 0;
}

static int on_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const char *path, *result, *code, *text;
	struct wait *w = userdata;
	struct removal *grown;
	uint32_t id;

	if (sd_bus_message_read(message, "uosss", &id, &path, &result, &code, &text) < 0)
		return 0;
	grown = reallocarray(w->removals, w->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	w->removals = grown;
	grown[w->n++] = (struct removal){strdup(path), strdup(result), strdup(code), strdup(text)};
	return 0;
}

static int on_owner(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const char *name, *before, *after;
	struct wait *w = userdata;

	/* An empty owner before: it has only just been started for us. */
	if (sd_bus_message_read(message, "sss", &name, &before, &after) >= 0 && *before)
		w->gone = true;
	return 0;
}

static int watch(struct ctl *ctl, struct wait *w)
{
	int r;

	r = sd_bus_match_signal(ctl->bus, NULL, BUS_NAME, BUS_PATH, BUS_INTERFACE, "JobRemoved",
				on_removed, w);
	if (r >= 0)
		r = sd_bus_add_match(ctl->bus, NULL,
				     "type='signal',sender='org.freedesktop.DBus',"
				     "interface='org.freedesktop.DBus',"
				     "member='NameOwnerChanged',arg0='" BUS_NAME "'",
				     on_owner, w);
	return r < 0 ? diag_error(&ctl->diags, KM624, r, "cannot watch the bus: %s", strerror(-r)) :
		       0;
}

static const struct removal *find(const struct wait *w, const char *path)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->removals[i].path && strcmp(w->removals[i].path, path) == 0)
			return &w->removals[i];
	return NULL;
}

static int wait_for(struct ctl *ctl, struct wait *w, const char *path, const struct removal **ret)
{
	for (;;) {
		int r;

		*ret = find(w, path);
		if (*ret)
			return 0;
		if (w->gone)
			return diag_error(&ctl->diags, KM624, -EOWNERDEAD,
					  "kmendd went away in the middle of the change; it "
					  "undoes it at its next start");
		r = sd_bus_process(ctl->bus, NULL);
		if (r == 0)
			r = sd_bus_wait(ctl->bus, UINT64_MAX);
		if (r < 0)
			return diag_error(&ctl->diags, KM624, r, "the bus was lost: %s",
					  strerror(-r));
	}
}

static void print_removal(struct ctl *ctl, const struct removal *removal, const char *done)
{
	_cleanup_json_ struct json_object *o = NULL;

	if (!ctl->json) {
		if (strcmp(removal->result, "done") == 0)
			puts(done);
		return;
	}
	o = json_object_new_object();
	if (!o)
		return;
	json_add_string(o, "job", removal->path);
	json_add_string(o, "result", removal->result);
	json_add_string(o, "code", removal->code);
	json_add_string(o, "message", removal->message);
	print_json(o, ctl->json);
	ctl->answered = true;
}

static int complain_removal(struct ctl *ctl, const struct removal *removal)
{
	enum diag_code code = diag_code_from_name(removal->code);

	if (strcmp(removal->result, "done") == 0)
		return 0;
	return diag_error(&ctl->diags, (int)code >= 0 ? code : KM616, -EIO, "%s", removal->message);
}

int client_change(struct ctl *ctl, sd_bus_message *call, const char *done)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(wait_done) struct wait w = {};
	const struct removal *removal;
	const char *path;
	int r;

	r = watch(ctl, &w);
	if (r < 0)
		return r;
	r = client_send(ctl, call, &reply);
	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "o", &path);
	if (r < 0)
		return diag_error(&ctl->diags, KM624, r, "kmendd's answer is not understood");
	r = wait_for(ctl, &w, path, &removal);
	if (r < 0)
		return r;
	print_removal(ctl, removal, done);
	return complain_removal(ctl, removal);
}

// SPDX-License-Identifier: GPL-2.0
/* What an administrator decides about patches without changing the kernel, and asks about them. */
#include <string.h>

#include "bus.h"
#include "journal.h"
#include "lib/strv.h"
#include "lib/text.h"
#include "manager.h"
#include "mask.h"
#include "pins.h"
#include "polkit.h"
#include "verify.h"

#define REASON_MAX 500 /* bytes */

static void note(struct manager *m, char *const *names, const char *what)
{
	_cleanup_free_ char *joined = strv_join(names, " ");
	const struct journal_fields fields = {.generation = m->current.number, .patches = joined};

	journal_write(m->config.state, JOURNAL_DECIDED, &fields, "%s: %s", what, joined ?: "");
}

static int read_names(sd_bus_message *message, char ***ret, sd_bus_error *error)
{
	uint64_t flags;
	int r;

	r = sd_bus_message_read_strv(message, ret);
	if (r >= 0)
		r = sd_bus_message_read(message, "t", &flags);
	if (r >= 0)
		r = bus_check_names(*ret, error);
	if (r >= 0 && flags)
		r = sd_bus_error_set(error, BUS_ERROR_BAD_REQUEST, "KM101: unknown flags");
	return r;
}

typedef int (*decide_func)(struct manager *m, const char *name, struct diag_list *diags);

/* For each of the names in the call; returns how far it came in *ret_names. */
static int decide(struct manager *m, sd_bus_message *message, decide_func each, char ***ret_names,
		  sd_bus_error *error)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};
	int r;

	r = read_names(message, ret_names, error);
	for (size_t i = 0; r >= 0 && (*ret_names)[i]; i++) {
		r = each(m, (*ret_names)[i], &diags);
		if (r < 0)
			return bus_fail(error, &diags, r);
	}
	return r;
}

static int mask_one(struct manager *m, const char *name, struct diag_list *diags)
{
	return mask_set(&m->config, name, diags);
}

static int unmask_one(struct manager *m, const char *name, struct diag_list *diags)
{
	return mask_lift(&m->config, name, diags);
}

/* Answered when the catalog has been read again, so that who asks next sees the effect. */
static int do_mask(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_strv_ char **names = NULL;
	int r = decide(userdata, message, mask_one, &names, error);

	if (r < 0)
		return r;
	note(userdata, names, "masked");
	return manager_reload(userdata, message);
}

int bus_method_mask(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_CONFIGURE, 0, do_mask, error);
}

static int do_unmask(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_strv_ char **names = NULL;
	int r = decide(userdata, message, unmask_one, &names, error);

	if (r < 0)
		return r;
	note(userdata, names, "unmasked");
	return manager_reload(userdata, message);
}

int bus_method_unmask(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_CONFIGURE, 0, do_unmask, error);
}

/* The version that is live or in the catalog, where the caller names none. */
static int pin_one(struct manager *m, const char *name, const char *version,
		   struct diag_list *diags)
{
	const struct view *view = views_find(&m->views, name);

	if (!*version && (!view || !*view->version))
		return diag_error(diags, KM601, -ENOENT, "%s is neither in the catalog nor loaded",
				  name);
	return pins_set(&m->config, name, *version ? version : view->version, diags);
}

static int do_pin(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_strv_ char **names = NULL;
	const char *version;
	int r;

	r = read_names(message, &names, error);
	if (r >= 0)
		r = sd_bus_message_read(message, "s", &version);
	for (size_t i = 0; r >= 0 && names[i]; i++) {
		r = pin_one(userdata, names[i], version, &diags);
		if (r < 0)
			return bus_fail(error, &diags, r);
	}
	if (r < 0)
		return r;
	note(userdata, names, "pinned");
	return manager_reload(userdata, message);
}

int bus_method_pin(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_CONFIGURE, 0, do_pin, error);
}

static int unpin_one(struct manager *m, const char *name, struct diag_list *diags)
{
	return pins_lift(&m->config, name, diags);
}

static int do_unpin(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_strv_ char **names = NULL;
	int r = decide(userdata, message, unpin_one, &names, error);

	if (r < 0)
		return r;
	note(userdata, names, "unpinned");
	return manager_reload(userdata, message);
}

int bus_method_unpin(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_CONFIGURE, 0, do_unpin, error);
}

/* On disk first of all: when that fails, what was there holds. */
static int save_quarantine(struct manager *m, sd_bus_message *message, char *const *names,
			   const char *what, sd_bus_error *error)
{
	int r = quarantine_write(m->config.state, &m->quarantine);

	manager_refresh(m, /* diags= */ NULL);
	if (r < 0)
		return sd_bus_error_setf(error, BUS_ERROR_FAILED, "KM611: %s cannot be written: %s",
					 m->config.state, strerror(-r));
	note(m, names, what);
	return sd_bus_reply_method_return(message, "");
}

static int quarantine_one(struct manager *m, const char *name, const char *reason,
			  sd_bus_error *error)
{
	const struct view *view = views_find(&m->views, name);

	if (!view || !*view->version)
		return sd_bus_error_setf(error, BUS_ERROR_FAILED,
					 "KM601: %s is neither in the catalog nor loaded", name);
	return quarantine_add(&m->quarantine, name, view->version, reason);
}

static int do_quarantine(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_strv_ char **names = NULL;
	_cleanup_free_ char *plain = NULL;
	struct manager *m = userdata;
	const char *reason;
	int r;

	r = read_names(message, &names, error);
	if (r >= 0)
		r = sd_bus_message_read(message, "s", &reason);
	if (r < 0)
		return r;
	if (strlen(reason) > REASON_MAX)
		return sd_bus_error_set(error, BUS_ERROR_BAD_REQUEST,
					"KM101: the reason is too long");
	plain = strdup(*reason ? reason : "an administrator put it there");
	if (!plain)
		return -ENOMEM;
	text_make_printable(plain);
	for (size_t i = 0; names[i] && r >= 0; i++)
		r = quarantine_one(m, names[i], plain, error);
	if (r < 0) {
		manager_refresh(m, /* diags= */ NULL);
		return r;
	}
	return save_quarantine(m, message, names, "put in quarantine", error);
}

int bus_method_quarantine(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_CONFIGURE, 0, do_quarantine, error);
}

static int release_one(struct manager *m, const char *name, struct diag_list *diags)
{
	if (quarantine_lift(&m->quarantine, name))
		return 0;
	return diag_add(diags, KM662, DIAG_REFUSAL, -ENOENT, NULL, "%s is not in quarantine", name);
}

static int do_release(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_strv_ char **names = NULL;
	int r = decide(userdata, message, release_one, &names, error);

	if (r < 0) {
		manager_refresh(userdata, /* diags= */ NULL);
		return r;
	}
	return save_quarantine(userdata, message, names, "released from quarantine", error);
}

int bus_method_release(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask_named(userdata, message, POLKIT_FORCE, 0, do_release, error);
}

static int live_names(const struct manager *m, char ***ret)
{
	int r = 0;

	for (size_t i = 0; i < m->core.n && r >= 0; i++)
		if (m->core.items[i].state == CORE_LIVE)
			r = strv_append(ret, m->core.items[i].name);
	return r;
}

static int check_live(const struct manager *m, char **names, sd_bus_error *error)
{
	for (size_t i = 0; names[i]; i++) {
		const struct core_patch *p;
		int r = bus_check_names((char *[]){names[i], NULL}, error);

		if (r < 0)
			return r;
		p = core_patches_find(&m->core, names[i]);
		if (!p || p->state != CORE_LIVE)
			return sd_bus_error_setf(error, BUS_ERROR_FAILED, "KM623: %s is not live",
						 names[i]);
	}
	return 0;
}

static int do_verify(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_strv_ char **names = NULL;
	struct manager *m = userdata;
	int r;

	r = sd_bus_message_read_strv(message, &names);
	if (r >= 0)
		r = manager_refresh_core(m);
	if (r >= 0)
		r = names && names[0] ? check_live(m, names, error) : live_names(m, &names);
	if (r >= 0)
		r = verify_start(m, message, names);
	return r == -EBUSY ? sd_bus_error_set(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
					      "KM628: too many are under way") :
			     r;
}

int bus_method_verify(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return bus_ask(userdata, message, POLKIT_RELOAD, do_verify, error);
}

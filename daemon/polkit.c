// SPDX-License-Identifier: GPL-2.0
#include "polkit.h"

#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

#include "lib/cleanup.h"

#define POLKIT_NAME      "org.freedesktop.PolicyKit1"
#define POLKIT_PATH      "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"

#define ALLOW_INTERACTION 0x1

/* A person may have to look for the password. */
#define ANSWER_TIMEOUT_US      (25ULL * 1000000)
#define INTERACTIVE_TIMEOUT_US (120ULL * 1000000)

/* So that nobody fills the daemon's memory with calls. */
#define CHECKS_PER_USER 16
#define CHECKS_MAX      1024

#define UID_UNKNOWN ((uid_t)-1)

struct polkit_check {
	struct polkit *polkit;
	struct polkit_check *next;
	sd_bus_message *call;
	sd_bus_slot *slot; /* of the question that is under way */
	char *action, *patches;
	sd_bus_message_handler_t allowed;
	void *userdata;
	uid_t uid;
};

static void check_free(struct polkit_check *c)
{
	struct polkit_check **link = &c->polkit->checks;

	while (*link && *link != c)
		link = &(*link)->next;
	if (*link)
		*link = c->next;
	sd_bus_slot_unref(c->slot);
	sd_bus_message_unref(c->call);
	free(c->action);
	free(c->patches);
	free(c);
}

DEFINE_CLEANUP(struct polkit_check *, check_free)

void polkit_done(struct polkit *polkit)
{
	while (polkit->checks)
		check_free(polkit->checks);
}

static size_t count(const struct polkit *polkit, uid_t uid)
{
	size_t n = 0;

	for (const struct polkit_check *c = polkit->checks; c; c = c->next)
		n += uid == UID_UNKNOWN || c->uid == uid;
	return n;
}

/* The handler of the call has returned long ago: what it would have returned is answered here. */
static void answer(sd_bus_message *call, int r, const sd_bus_error *error)
{
	if (sd_bus_error_is_set(error))
		sd_bus_reply_method_error(call, error);
	else if (r < 0)
		sd_bus_reply_method_errno(call, r, NULL);
}

static void refuse(const struct polkit_check *c, const char *name, const char *why)
{
	sd_bus_reply_method_errorf(c->call, name, "KM628: %s (%s)", why, c->action);
}

static void carry_out(const struct polkit_check *c)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_message_rewind(c->call, /* complete= */ true);

	if (r >= 0)
		r = c->allowed(c->call, c->userdata, &error);
	answer(c->call, r, &error);
}

static int on_decision(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	_cleanup_(check_freep) struct polkit_check *c = userdata;
	int is_allowed, is_challenge;

	if (sd_bus_message_get_error(reply))
		refuse(c, SD_BUS_ERROR_ACCESS_DENIED,
		       "only root may, as polkit, which may allow others, does not answer");
	else if (sd_bus_message_enter_container(reply, 'r', "bba{ss}") < 0 ||
		 sd_bus_message_read(reply, "bb", &is_allowed, &is_challenge) < 0)
		refuse(c, SD_BUS_ERROR_ACCESS_DENIED, "polkit's answer is not understood");
	else if (is_allowed)
		carry_out(c);
	else if (is_challenge && sd_bus_message_get_allow_interactive_authorization(c->call) <= 0)
		refuse(c, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
		       "polkit wants a password, and the caller does not let it ask for one");
	else
		refuse(c, SD_BUS_ERROR_ACCESS_DENIED, "polkit does not allow it");
	return 1;
}

static int append_question(sd_bus_message *question, const struct polkit_check *c, bool interactive)
{
	int r;

	r = sd_bus_message_append(question, "(sa{sv})s", "system-bus-name", 1, "name", "s",
				  sd_bus_message_get_sender(c->call), c->action);
	if (r >= 0)
		r = c->patches ?
			    sd_bus_message_append(question, "a{ss}", 1, "patches", c->patches) :
			    sd_bus_message_append(question, "a{ss}", 0);
	return r < 0 ? r :
		       sd_bus_message_append(question, "us", interactive ? ALLOW_INTERACTION : 0,
					     "");
}

static int ask_polkit(struct polkit_check *c)
{
	bool interactive = sd_bus_message_get_allow_interactive_authorization(c->call) > 0;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
	sd_bus *bus = sd_bus_message_get_bus(c->call);
	int r;

	r = sd_bus_message_new_method_call(bus, &question, POLKIT_NAME, POLKIT_PATH,
					   POLKIT_INTERFACE, "CheckAuthorization");
	if (r >= 0)
		r = append_question(question, c, interactive);
	if (r < 0)
		return r;
	c->slot = sd_bus_slot_unref(c->slot);
	return sd_bus_call_async(bus, &c->slot, question, on_decision, c,
				 interactive ? INTERACTIVE_TIMEOUT_US : ANSWER_TIMEOUT_US);
}

static int on_user(sd_bus_message *reply, void *userdata, sd_bus_error *unused)
{
	_cleanup_(check_freep) struct polkit_check *c = userdata;
	uint32_t uid;
	int r;

	if (sd_bus_message_get_error(reply) || sd_bus_message_read(reply, "u", &uid) < 0) {
		refuse(c, SD_BUS_ERROR_ACCESS_DENIED, "the bus does not tell who the caller is");
		return 1;
	}
	if (uid == 0) {
		carry_out(c);
		return 1;
	}
	if (count(c->polkit, uid) >= CHECKS_PER_USER) {
		refuse(c, SD_BUS_ERROR_LIMITS_EXCEEDED, "too many of the user's calls wait");
		return 1;
	}
	c->uid = uid;
	r = ask_polkit(c);
	if (r < 0)
		answer(c->call, r, NULL);
	else
		TAKE_PTR(c);
	return 1;
}

static struct polkit_check *check_new(struct polkit *polkit, sd_bus_message *call,
				      const struct polkit_question *question)
{
	struct polkit_check *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	*c = (struct polkit_check){.polkit = polkit,
				   .next = polkit->checks,
				   .call = sd_bus_message_ref(call),
				   .action = strdup(question->action),
				   .patches = question->patches ? strdup(question->patches) : NULL,
				   .allowed = question->allowed,
				   .userdata = question->userdata,
				   .uid = UID_UNKNOWN};
	polkit->checks = c;
	if (!c->action || (question->patches && !c->patches)) {
		check_free(c);
		return NULL;
	}
	return c;
}

int polkit_authorize(struct polkit *polkit, sd_bus_message *call,
		     const struct polkit_question *question, sd_bus_error *error)
{
	_cleanup_(check_freep) struct polkit_check *c = NULL;
	int r;

	if (count(polkit, UID_UNKNOWN) >= CHECKS_MAX)
		return sd_bus_error_set(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
					"KM628: too many calls wait");
	c = check_new(polkit, call, question);
	if (!c)
		return -ENOMEM;
	r = sd_bus_call_method_async(sd_bus_message_get_bus(call), &c->slot, "org.freedesktop.DBus",
				     "/org/freedesktop/DBus", "org.freedesktop.DBus",
				     "GetConnectionUnixUser", on_user, c, "s",
				     sd_bus_message_get_sender(call));
	if (r < 0)
		return r;
	TAKE_PTR(c);
	return 1;
}

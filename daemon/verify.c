// SPDX-License-Identifier: GPL-2.0
#include "verify.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus.h"
#include "child.h"
#include "lib/fileio.h"
#include "lib/strv.h"
#include "manager.h"

#define UNDER_WAY_MAX 8

struct verify {
	struct manager *manager;
	struct verify *next;
	sd_bus_message *call;
	sd_event_source *child;
	pid_t pid; /* 0: it has exited */
	char **names;
};

static void verify_free(struct verify *v)
{
	struct verify **link = &v->manager->verifies;

	while (*link && *link != v)
		link = &(*link)->next;
	if (*link)
		*link = v->next;
	sd_event_source_disable_unref(v->child);
	if (v->pid > 0) {
		kill(v->pid, SIGKILL);
		waitpid(v->pid, NULL, 0);
	}
	sd_bus_message_unref(v->call);
	strv_free(v->names);
	free(v);
}

DEFINE_CLEANUP(struct verify *, verify_free)

void verify_end_all(struct manager *m)
{
	while (m->verifies)
		verify_free(m->verifies);
}

static char *attribute_path(const struct manager *m, const char *patch)
{
	char *path;

	return asprintf(&path, "%s/kernel/kmend/" KMEND_SYSFS_PATCHES "/%s/" KMEND_SYSFS_VERIFY,
			m->config.sysfs, patch) < 0 ?
		       NULL :
		       path;
}

/* A redirect that is lost makes the write fail: how many there are is read afterwards. */
static void child_main(const struct manager *m, char *const *names, pid_t daemon)
{
	prctl(PR_SET_NAME, "kmendd-verify");
	if (child_prepare(daemon, STDERR_FILENO, STDERR_FILENO) < 0)
		_exit(EXIT_FAILURE);
	for (size_t i = 0; names && names[i]; i++) {
		_cleanup_free_ char *path = attribute_path(m, names[i]);
		int r = path ? file_write_once(path, "1") : -ENOMEM;

		if (r < 0 && r != -EIO)
			_exit(-r & 0xff);
	}
	_exit(EXIT_SUCCESS);
}

static int read_lost(const struct manager *m, const char *patch, uint32_t *ret)
{
	_cleanup_free_ char *text = NULL;
	int r = core_read_attribute(m->config.sysfs, patch, KMEND_SYSFS_VERIFY, &text);

	if (r >= 0)
		*ret = strtoul(text, NULL, 10);
	return r;
}

/* The core tells of the last loss only, as "NAME: KMnnn TEXT". */
static const char *word_on(const char *event, const char *patch)
{
	size_t n = strlen(patch);

	return event && strncmp(event, patch, n) == 0 && strncmp(event + n, ": ", 2) == 0 ?
		       event + n + 2 :
		       "";
}

static int append_result(const struct verify *v, const char *event, const char *name,
			 sd_bus_message *reply)
{
	uint32_t lost = 0;
	int r = read_lost(v->manager, name, &lost);

	return r < 0 ? r :
		       sd_bus_message_append(reply, "(sus)", name, lost,
					     lost ? word_on(event, name) : "");
}

static int answer(const struct verify *v)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ char *path = NULL, *event = NULL;
	int r;

	if (asprintf(&path, "%s/kernel/kmend/" KMEND_SYSFS_VERIFY "/" KMEND_SYSFS_VERIFY_EVENT,
		     v->manager->config.sysfs) < 0)
		return -ENOMEM;
	file_read_line(path, &event);
	r = sd_bus_message_new_method_return(v->call, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sus)");
	for (size_t i = 0; v->names && v->names[i] && r >= 0; i++)
		r = append_result(v, event, v->names[i], reply);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int on_exit_of_child(sd_event_source *source, const siginfo_t *info, void *userdata)
{
	_cleanup_(verify_freep) struct verify *v = userdata;
	int r = -EOWNERDEAD;

	v->pid = 0;
	if (info->si_code == CLD_EXITED)
		r = -info->si_status;
	if (r >= 0)
		r = answer(v);
	if (r < 0)
		sd_bus_reply_method_errorf(v->call, BUS_ERROR_FAILED,
					   "KM616: the core could not verify its redirects: %s",
					   strerror(-r));
	return 0;
}

static size_t count(const struct manager *m)
{
	size_t n = 0;

	for (const struct verify *v = m->verifies; v; v = v->next)
		n++;
	return n;
}

int verify_start(struct manager *m, sd_bus_message *call, char *const *names)
{
	_cleanup_(verify_freep) struct verify *v = NULL;
	pid_t daemon = getpid();
	int r;

	if (count(m) >= UNDER_WAY_MAX)
		return -EBUSY;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	*v = (struct verify){.manager = m, .next = m->verifies, .call = sd_bus_message_ref(call)};
	m->verifies = v;
	r = strv_copy(names, &v->names);
	if (r < 0)
		return r;
	v->pid = fork();
	if (v->pid < 0)
		return -errno;
	if (v->pid == 0)
		child_main(m, v->names, daemon);
	r = sd_event_add_child(m->event, &v->child, v->pid, WEXITED, on_exit_of_child, v);
	if (r >= 0)
		TAKE_PTR(v);
	return r;
}

// SPDX-License-Identifier: GPL-2.0
#include "loader.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "child.h"
#include "kernel.h"
#include "lib/cleanup.h"
#include "lib/diag.h"

enum message_kind {
	MESSAGE_STATUS, /* text */
	MESSAGE_DIAG, /* code, text, hint */
	MESSAGE_RESULT, /* value; text: the culprit */
};

/* What the child tells its parent; both are the same program. */
struct message {
	enum message_kind kind;
	int value;
	enum diag_code code;
	enum diag_severity severity;
	char text[1024];
	char hint[256];
};

struct loader {
	sd_event_source *io, *child;
	int fd;
	pid_t pid;
	struct diag_list diags;
	int result;
	char culprit[KMEND_PATCH_NAME_MAX + 1];
	bool has_result, has_exited;
	loader_progress_func progress;
	loader_done_func done;
	void *userdata;
};

void loader_free(struct loader *l)
{
	if (!l)
		return;
	sd_event_source_disable_unref(l->io);
	if (l->pid > 0 && !l->has_exited) {
		kill(l->pid, SIGKILL);
		waitpid(l->pid, NULL, 0);
	}
	sd_event_source_disable_unref(l->child);
	if (l->fd >= 0)
		close(l->fd);
	diag_list_done(&l->diags);
	free(l);
}

static void send_message(int fd, const struct message *message)
{
	while (send(fd, message, sizeof(*message), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

static void send_status(void *userdata, const struct step *step)
{
	struct message message = {.kind = MESSAGE_STATUS};
	_cleanup_free_ char *what = step_describe(step);

	snprintf(message.text, sizeof(message.text), "%s", what ?: "");
	send_message(*(int *)userdata, &message);
}

static void send_result(int fd, int result, const char *culprit, const struct diag_list *diags)
{
	struct message message = {.kind = MESSAGE_RESULT, .value = result};

	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];
		struct message m = {.kind = MESSAGE_DIAG, .code = d->code, .severity = d->severity};

		snprintf(m.text, sizeof(m.text), "%s", d->message ?: diag_code_text(d->code));
		snprintf(m.hint, sizeof(m.hint), "%s", d->hint ?: diag_code_hint(d->code));
		send_message(fd, &m);
	}
	snprintf(message.text, sizeof(message.text), "%s", culprit);
	send_message(fd, &message);
}

/* The child: it goes when the daemon does, and is not stopped with it in the middle. */
static void child_main(int fd, int lock, pid_t daemon, const struct config *config,
		       const struct steps *steps)
{
	struct kernel kernel = {
		.config = config, .daemon = daemon, .report = send_status, .userdata = &fd};
	struct diag_list diags = {};
	size_t failed = 0;
	int r;

	prctl(PR_SET_NAME, "kmendd-loader");
	if (child_prepare(daemon, fd, lock) < 0)
		_exit(EXIT_FAILURE);
	r = transaction_run(steps, kernel_run_step, &kernel, &diags, &failed);
	send_result(fd, r, kernel.culprit, &diags);
	_exit(EXIT_SUCCESS);
}

static void finish_when_complete(struct loader *l)
{
	if (!l->has_exited || l->io)
		return;
	if (!l->has_result)
		l->result = diag_error(&l->diags, KM622, -EOWNERDEAD,
				       "the loader died before it was done");
	l->done(l->userdata, l->result, l->culprit, &l->diags);
}

static void take_message(struct loader *l, struct message *m)
{
	m->text[sizeof(m->text) - 1] = '\0';
	m->hint[sizeof(m->hint) - 1] = '\0';
	switch (m->kind) {
	case MESSAGE_STATUS:
		l->progress(l->userdata, m->text);
		break;
	case MESSAGE_DIAG:
		diag_add_hint(&l->diags, m->code, m->severity, 0, NULL, m->hint, "%s", m->text);
		break;
	case MESSAGE_RESULT:
		l->result = m->value;
		snprintf(l->culprit, sizeof(l->culprit), "%.*s", KMEND_PATCH_NAME_MAX, m->text);
		l->has_result = true;
		break;
	}
}

static int on_message(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct loader *l = userdata;
	struct message message;
	ssize_t n;

	n = recv(fd, &message, sizeof(message), MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n == sizeof(message)) {
		take_message(l, &message);
		return 0;
	}
	l->io = sd_event_source_disable_unref(l->io);
	finish_when_complete(l);
	return 0;
}

static int on_child_exit(sd_event_source *source, const siginfo_t *info, void *userdata)
{
	struct loader *l = userdata;

	l->has_exited = true;
	finish_when_complete(l);
	return 0;
}

static int fork_child(struct loader *l, const struct config *config, const struct steps *steps,
		      int lock)
{
	pid_t daemon = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	l->pid = fork();
	if (l->pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return -errno;
	}
	if (l->pid == 0)
		child_main(fds[1], lock, daemon, config, steps);
	close(fds[1]);
	l->fd = fds[0];
	return 0;
}

DEFINE_CLEANUP(struct loader *, loader_free)

int loader_start(sd_event *event, const struct config *config, const struct steps *steps, int lock,
		 loader_progress_func progress, loader_done_func done, void *userdata,
		 struct loader **ret)
{
	_cleanup_(loader_freep) struct loader *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	l->fd = -1;
	l->progress = progress;
	l->done = done;
	l->userdata = userdata;
	r = fork_child(l, config, steps, lock);
	if (r >= 0)
		r = sd_event_add_io(event, &l->io, l->fd, EPOLLIN, on_message, l);
	if (r >= 0)
		r = sd_event_add_child(event, &l->child, l->pid, WEXITED, on_child_exit, l);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(l);
	return 0;
}

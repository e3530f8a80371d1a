// SPDX-License-Identifier: GPL-2.0
#include "reader.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "catalog-json.h"
#include "child.h"
#include "json.h"
#include "lib/diag.h"
#include "lib/keyring.h"
#include "sandbox.h"

#define ANSWER_MAX   (256UL * 1024 * 1024) /* bytes of JSON */
#define ANSWER_DEPTH 16

struct reader {
	sd_event_source *io;
	int fd;
	pid_t pid;
	char *text;
	size_t size, allocated;
	reader_done_func done;
	void *userdata;
};

void reader_free(struct reader *r)
{
	if (!r)
		return;
	sd_event_source_disable_unref(r->io);
	if (r->fd >= 0)
		close(r->fd);
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
	}
	free(r->text);
	free(r);
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		size -= n;
	}
	return 0;
}

static int answer(int fd, const struct catalog *catalog, const struct diag_list *diags)
{
	_cleanup_json_ struct json_object *o = catalog_to_json(catalog, diags);
	const char *text = o ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : NULL;

	return text ? write_all(fd, text, strlen(text)) : -ENOMEM;
}

static int read_all(int fd, const struct config *config, const char *build_id, bool must_be_signed)
{
	_cleanup_(catalog_done) struct catalog catalog = {};
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_keyring_ struct keyring *keys = NULL;
	struct catalog_rules rules = {config->catalog, config->release, build_id, NULL};
	int r = 0;

	if (must_be_signed)
		r = keyring_read(config->keys, &diags, &keys);
	rules.keys = keys;
	if (r >= 0)
		r = catalog_read(&rules, &catalog);
	return r < 0 ? r : answer(fd, &catalog, &diags);
}

/* The child's exit status is an errno. */
static void child_main(int fd, pid_t daemon, const struct config *config, const char *build_id,
		       bool must_be_signed)
{
	int r;

	prctl(PR_SET_NAME, "kmendd-reader");
	r = child_prepare(daemon, fd, fd);
	if (r >= 0)
		r = sandbox_enter();
	if (r >= 0)
		r = read_all(fd, config, build_id, must_be_signed);
	_exit(r < 0 ? -r & 0xff : 0);
}

static int parse_answer(const struct reader *r, struct catalog *ret, struct diag_list *diags)
{
	_cleanup_json_ struct json_object *o = NULL;
	struct json_tokener *tokener = json_tokener_new_ex(ANSWER_DEPTH);

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = r->text ? json_tokener_parse_ex(tokener, r->text, r->size + 1) : NULL;
	json_tokener_free(tokener);
	return json_object_is_type(o, json_type_object) ? catalog_from_json(o, ret, diags) :
							  -EBADMSG;
}

static int wait_for(struct reader *r)
{
	int status;

	while (waitpid(r->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	r->pid = 0;
	if (!WIFEXITED(status))
		return -EOWNERDEAD;
	return -WEXITSTATUS(status);
}

static void finish(struct reader *r)
{
	_cleanup_(catalog_done) struct catalog catalog = {};
	_cleanup_(diag_list_done) struct diag_list diags = {};
	int result;

	result = wait_for(r);
	if (result >= 0)
		result = parse_answer(r, &catalog, &diags);
	if (result < 0)
		diag_error(&diags, KM638, result, "the catalog cannot be read: %s",
			   strerror(-result));
	r->done(r->userdata, result, &catalog, &diags);
}

/* One byte more than there is, for the NUL byte behind it. */
static int make_room(struct reader *r)
{
	size_t wanted = r->allocated ? 2 * r->allocated : 64 * 1024;
	char *grown;

	if (r->size + 1 < r->allocated)
		return 0;
	if (wanted > ANSWER_MAX)
		return -EFBIG;
	grown = realloc(r->text, wanted);
	if (!grown)
		return -ENOMEM;
	r->text = grown;
	r->allocated = wanted;
	return 0;
}

static int on_answer(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct reader *r = userdata;
	ssize_t n = -1;

	if (make_room(r) < 0) {
		kill(r->pid, SIGKILL);
	} else {
		n = read(fd, r->text + r->size, r->allocated - r->size - 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return 0;
	}
	if (n > 0) {
		r->size += n;
		return 0;
	}
	if (r->text)
		r->text[r->size] = '\0';
	r->io = sd_event_source_disable_unref(r->io);
	finish(r);
	return 0;
}

DEFINE_CLEANUP(struct reader *, reader_free)

int reader_start(sd_event *event, const struct config *config, const char *build_id,
		 bool must_be_signed, reader_done_func done, void *userdata, struct reader **ret)
{
	_cleanup_(reader_freep) struct reader *r = calloc(1, sizeof(*r));
	pid_t daemon = getpid();
	int fds[2], q;

	if (!r)
		return -ENOMEM;
	r->fd = -1;
	r->done = done;
	r->userdata = userdata;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	r->pid = fork();
	if (r->pid == 0)
		child_main(fds[1], daemon, config, build_id, must_be_signed);
	r->fd = fds[0];
	close(fds[1]);
	if (r->pid < 0)
		return -errno;
	q = sd_event_add_io(event, &r->io, r->fd, EPOLLIN, on_answer, r);
	if (q < 0)
		return q;
	*ret = TAKE_PTR(r);
	return 0;
}

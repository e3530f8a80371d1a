// SPDX-License-Identifier: GPL-2.0
#include "transition.h"

#include <string.h>

#include "fileio.h"
#include "text.h"

#define FOLDER KMEND_SYSFS_TRANSITION "/"

/* A file of sysfs has a page at most. */
#define FILE_SIZE_MAX 65536

void transition_done(struct transition *transition)
{
	free(transition->patch);
	free(transition->changes);
	free(transition->callback);
	free(transition->straggler);
	*transition = (struct transition){};
}

static void straggler_done(struct straggler *straggler)
{
	free(straggler->comm);
	free(straggler->function);
	free(straggler->stack);
}

void stragglers_done(struct stragglers *stragglers)
{
	for (size_t i = 0; i < stragglers->n; i++)
		straggler_done(&stragglers->items[i]);
	free(stragglers->items);
	*stragglers = (struct stragglers){};
}

static int read_state(const char *sysfs, enum core_state *ret)
{
	_cleanup_free_ char *text = NULL;
	enum core_state state;
	int r;

	r = core_read_transition(sysfs, KMEND_SYSFS_TR_STATE, &text);
	if (r < 0)
		return r;
	state = strcmp(text, KMEND_TRANSITION_IDLE) == 0 ? CORE_LOADED :
							   core_state_from_string(text);
	if (state != CORE_LOADED && state != CORE_APPLYING && state != CORE_REVERTING)
		return -EBADMSG;
	*ret = state;
	return 0;
}

static int read_number(const char *sysfs, const char *attribute, uint64_t *ret)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = core_read_transition(sysfs, attribute, &text);
	return r < 0 ? r : core_parse_number(text, ret);
}

static int read_figures(const char *sysfs, struct transition *t)
{
	const struct {
		const char *attribute;
		uint64_t *value;
	} figures[] = {
		{KMEND_SYSFS_TR_COUNT, &t->stragglers},
		{KMEND_SYSFS_TR_TRIES, &t->tries},
		{KMEND_SYSFS_TR_ELAPSED_NS, &t->elapsed_ns},
		{KMEND_SYSFS_TR_DURATION_NS, &t->duration_ns},
		{KMEND_SYSFS_TR_STOP_NS, &t->stop_ns},
	};

	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		int r = read_number(sysfs, figures[i].attribute, figures[i].value);

		if (r < 0)
			return r;
	}
	return 0;
}

static int read_texts(const char *sysfs, struct transition *t)
{
	const struct {
		const char *attribute;
		char **value;
	} texts[] = {
		{KMEND_SYSFS_TR_PATCH, &t->patch},
		{KMEND_SYSFS_TR_CHANGES, &t->changes},
		{KMEND_SYSFS_TR_CALLBACK, &t->callback},
		{KMEND_SYSFS_TR_STRAGGLER, &t->straggler},
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int r = core_read_transition(sysfs, texts[i].attribute, texts[i].value);

		if (r < 0)
			return r;
	}
	return 0;
}

int transition_read(const char *sysfs, struct transition *ret)
{
	_cleanup_(transition_done) struct transition t = {};
	_cleanup_free_ char *kick = NULL;
	int r;

	r = read_state(sysfs, &t.state);
	if (r >= 0)
		r = read_texts(sysfs, &t);
	if (r >= 0)
		r = read_figures(sysfs, &t);
	/* Only root may read it, and to others it makes no difference. */
	if (r >= 0) {
		r = core_read_transition(sysfs, KMEND_SYSFS_TR_KICK, &kick);
		if (r == -EACCES)
			r = 0;
	}
	if (r < 0)
		return r;
	t.may_kick = kick && strcmp(kick, "1") == 0;
	*ret = t;
	t = (struct transition){};
	return 0;
}

/* Take the text up to the next tab, or to the end. Returns NULL when there is no more. */
static char *next_field(char **rest)
{
	return *rest ? strsep(rest, "\t") : NULL;
}

static int parse_straggler(char *line, struct straggler *ret)
{
	const char *pid = next_field(&line), *comm = next_field(&line);
	const char *function = next_field(&line), *stack = next_field(&line);
	struct straggler straggler = {};
	uint64_t number;
	int r;

	if (!stack || line)
		return -EBADMSG;
	r = core_parse_number(pid, &number);
	if (r < 0 || number > INT32_MAX)
		return -EBADMSG;
	straggler.pid = (int)number;
	straggler.comm = strdup(comm);
	straggler.function = strdup(function);
	straggler.stack = strdup(stack);
	if (!straggler.comm || !straggler.function || !straggler.stack) {
		straggler_done(&straggler);
		return -ENOMEM;
	}
	text_make_printable(straggler.comm);
	text_make_printable(straggler.function);
	text_make_printable(straggler.stack);
	*ret = straggler;
	return 0;
}

static int add_straggler(struct stragglers *stragglers, char *line)
{
	struct straggler *grown, straggler;
	int r;

	r = parse_straggler(line, &straggler);
	if (r < 0)
		return r;
	grown = reallocarray(stragglers->items, stragglers->n + 1, sizeof(*grown));
	if (!grown) {
		straggler_done(&straggler);
		return -ENOMEM;
	}
	stragglers->items = grown;
	grown[stragglers->n++] = straggler;
	return 0;
}

int transition_read_stragglers(const char *sysfs, struct stragglers *ret)
{
	_cleanup_(stragglers_done) struct stragglers stragglers = {};
	_cleanup_free_ char *path = NULL, *text = NULL;
	char *rest, *line;
	int r;

	path = core_path(sysfs, FOLDER KMEND_SYSFS_TR_STRAGGLERS);
	if (!path)
		return -ENOMEM;
	r = file_read(path, FILE_SIZE_MAX, &text, NULL);
	if (r < 0)
		return r;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		r = add_straggler(&stragglers, line);
		if (r < 0)
			return r;
	}
	*ret = stragglers;
	stragglers = (struct stragglers){};
	return 0;
}

int transition_set_kick(const char *sysfs, bool kick)
{
	_cleanup_free_ char *path = core_path(sysfs, FOLDER KMEND_SYSFS_TR_KICK);

	return path ? file_write_once(path, kick ? "1" : "0") : -ENOMEM;
}

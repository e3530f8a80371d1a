// SPDX-License-Identifier: GPL-2.0
#include "probation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kmend/sysfs.h>

#include "core.h"
#include "text.h"

#define IN_FOLDER(name) KMEND_SYSFS_PROBATION "/" name

static const char *const states[_PROBATION_STATE_MAX] = {
	[PROBATION_NONE] = KMEND_PROBATION_NONE,
	[PROBATION_RUNNING] = KMEND_PROBATION_RUNNING,
	[PROBATION_COMMITTED] = KMEND_PROBATION_COMMITTED,
	[PROBATION_EXPIRED] = KMEND_PROBATION_EXPIRED,
	[PROBATION_HARMED] = KMEND_PROBATION_HARMED,
	[PROBATION_REJECTED] = KMEND_PROBATION_REJECTED,
};

const char *probation_state_to_string(enum probation_state state)
{
	return (int)state >= 0 && state < _PROBATION_STATE_MAX ? states[state] : NULL;
}

enum probation_state probation_state_from_string(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strcmp(states[i], s) == 0)
			return i;
	return _PROBATION_STATE_INVALID;
}

void probation_done(struct probation *probation)
{
	free(probation->reason);
	*probation = (struct probation){};
}

static int read_number(const char *sysfs, const char *patch, const char *attribute, unsigned *ret)
{
	_cleanup_free_ char *text = NULL;
	uint64_t number;
	int r;

	r = core_read_attribute(sysfs, patch, attribute, &text);
	if (r >= 0)
		r = core_parse_number(text, &number);
	if (r < 0)
		return r;
	if (number != (unsigned)number)
		return -EBADMSG;
	*ret = number;
	return 0;
}

static int read_state(const char *sysfs, const char *patch, enum probation_state *ret)
{
	_cleanup_free_ char *text = NULL;
	enum probation_state state;
	int r;

	r = core_read_attribute(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_STATE), &text);
	if (r < 0)
		return r;
	state = probation_state_from_string(text);
	if ((int)state < 0)
		return -EBADMSG;
	*ret = state;
	return 0;
}

int probation_read(const char *sysfs, const char *patch, struct probation *ret)
{
	struct probation probation = {};
	int r;

	r = read_state(sysfs, patch, &probation.state);
	if (r >= 0)
		r = read_number(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_SECONDS),
				&probation.seconds);
	if (r >= 0)
		r = read_number(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_LEFT), &probation.left);
	if (r >= 0)
		r = core_read_attribute(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_REASON),
					&probation.reason);
	/* A file that was open when its patch went away reads as ENODEV. */
	if (r < 0)
		return r == -ENODEV ? -ENOENT : r;
	*ret = probation;
	return 0;
}

static int write_number(const char *sysfs, const char *patch, const char *attribute,
			unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return core_write_attribute(sysfs, patch, attribute, text);
}

int probation_set_seconds(const char *sysfs, const char *patch, unsigned seconds)
{
	return write_number(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_SECONDS), seconds);
}

int probation_commit(const char *sysfs, const char *patch)
{
	return core_write_attribute(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_COMMIT), "1");
}

int probation_extend(const char *sysfs, const char *patch, unsigned seconds)
{
	return write_number(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_EXTEND), seconds);
}

int probation_reject(const char *sysfs, const char *patch)
{
	return core_write_attribute(sysfs, patch, IN_FOLDER(KMEND_SYSFS_PROB_REJECT), "1");
}

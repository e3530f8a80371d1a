// SPDX-License-Identifier: GPL-2.0
#include "steps.h"

#include <json-c/json.h>
#include <sys/resource.h>

#include "../../lib/cleanup.h"
#include "run.h"

const char *step_name(enum step step)
{
	static const char *const names[_STEP_MAX] = {
		[STEP_INPUT] = "input",
		[STEP_IMAGE] = "image",
		[STEP_APPLY] = "apply",
		[STEP_HEADERS] = "headers",
		[STEP_PREPARE] = "prepare",
		[STEP_PREPROCESS] = "preprocess",
		[STEP_COMPILE_ORIGINAL] = "compile-original",
		[STEP_COMPILE_PATCHED] = "compile-patched",
		[STEP_COMPARE] = "compare",
		[STEP_LINK] = "link",
		[STEP_WRITE] = "write",
	};

	return step < _STEP_MAX ? names[step] : NULL;
}

static long milliseconds(const struct timeval *time)
{
	return time->tv_sec * 1000 + time->tv_usec / 1000;
}

static struct step_time now(void)
{
	struct rusage own, programs;

	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &programs);
	return (struct step_time){
		.wall = run_clock_ms(),
		.cpu = milliseconds(&own.ru_utime) + milliseconds(&own.ru_stime) +
		       milliseconds(&programs.ru_utime) + milliseconds(&programs.ru_stime),
	};
}

void steps_begin(struct steps *steps, enum step step)
{
	*steps = (struct steps){.current = step, .since = now()};
}

void steps_next(struct steps *steps, enum step step)
{
	steps_end(steps);
	steps->current = step;
}

void steps_end(struct steps *steps)
{
	struct step_time *total = &steps->total[steps->current], time = now();

	total->wall += time.wall - steps->since.wall;
	total->cpu += time.cpu - steps->since.cpu;
	steps->since = time;
}

struct json_object *steps_to_json(const struct steps *steps)
{
	struct json_object *array = json_object_new_array();

	for (enum step step = 0; step < _STEP_MAX; step++) {
		const struct step_time *time = &steps->total[step];
		struct json_object *o;

		if (time->wall == 0 && time->cpu == 0)
			continue;
		o = json_object_new_object();
		json_object_object_add(o, "step", json_object_new_string(step_name(step)));
		json_object_object_add(o, "milliseconds", json_object_new_int64(time->wall));
		json_object_object_add(o, "cpu_milliseconds", json_object_new_int64(time->cpu));
		json_object_array_add(array, o);
	}
	return array;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Where the time of a build goes. */
#ifndef PATCHGEN_STEPS_H
#define PATCHGEN_STEPS_H

enum step {
	STEP_INPUT, /* manifest and patches are read */
	STEP_IMAGE, /* kernel image and its symbols */
	STEP_APPLY,
	STEP_HEADERS, /* who uses what changed in them */
	STEP_PREPARE, /* kernel's build folder */
	STEP_PREPROCESS, /* files that headers reach, for whether they change */
	STEP_COMPILE_ORIGINAL,
	STEP_COMPILE_PATCHED,
	STEP_COMPARE, /* proof and diff */
	STEP_LINK,
	STEP_WRITE, /* signed, and moved to its place */
	_STEP_MAX,
};

/* Milliseconds: on the clock, and of processors, programs that were run included. */
struct step_time {
	long wall, cpu;
};

struct steps {
	struct step_time total[_STEP_MAX];
	enum step current;
	struct step_time since;
};

/* "input", "image", ... */
const char *step_name(enum step step);

void steps_begin(struct steps *steps, enum step step);
/* What is running ends, and another one begins, which may have run before. */
void steps_next(struct steps *steps, enum step step);
void steps_end(struct steps *steps);

struct json_object *steps_to_json(const struct steps *steps);

#endif

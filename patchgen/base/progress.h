/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a person sees of a long step, on standard error: on a terminal one line that is redrawn and
 * fits its width, with what is left to do and how long that may take; elsewhere plain lines, when
 * the step starts to take long, every half minute, and when it is done.
 */
#ifndef PATCHGEN_PROGRESS_H
#define PATCHGEN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../lib/cleanup.h"

struct progress {
	bool quiet; /* says nothing at all */
	bool terminal;
	char *what;
	uint64_t total, done; /* in whatever unit the step counts; total 0: not known */
	long started_ms, shown_ms;
	bool announced;
};

void progress_init(struct progress *progress, bool quiet);

/* The step "what" starts; what is copied. */
void progress_begin(struct progress *progress, uint64_t total, const char *what, ...)
	_printf_(3, 4);

/* Call as often as convenient: it is drawn a few times a second. */
void progress_update(struct progress *progress, uint64_t done);

/* As progress_update() with what is known already: for a timer, as run.tick. */
void progress_tick(void *progress);

/* The step is over; when it failed, its line is only cleared. */
void progress_end(struct progress *progress, bool ok);

#endif

// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <stdarg.h>

#include "run.h"

#define BAR_WIDTH   24
#define REDRAW_MS   200
#define ANNOUNCE_MS 2000
/* A finished step that took less says nothing. */
#define WORTH_TELLING_MS 100

#define CLEAR_LINE "\r\033[K"

void progress_init(struct progress *progress, bool quiet)
{
	*progress = (struct progress){.quiet = quiet, .terminal = isatty(STDERR_FILENO)};
}

static double seconds(const struct progress *progress)
{
	return (run_clock_ms() - progress->started_ms) / 1000.0;
}

static void draw(struct progress *progress)
{
	unsigned percent, filled;

	fprintf(stderr, CLEAR_LINE "  %s", progress->what);
	if (progress->total) {
		percent = progress->done >= progress->total ?
				  100 :
				  progress->done * 100 / progress->total;
		filled = percent * BAR_WIDTH / 100;
		fprintf(stderr, " [%.*s%*s] %u %%", filled, "########################",
			BAR_WIDTH - filled, "", percent);
	}
	fprintf(stderr, " %.0f s", seconds(progress));
	fflush(stderr);
}

void progress_begin(struct progress *progress, uint64_t total, const char *what, ...)
{
	va_list ap;

	va_start(ap, what);
	if (vasprintf(&progress->what, what, ap) < 0)
		progress->what = NULL;
	va_end(ap);
	progress->total = total;
	progress->done = 0;
	progress->announced = false;
	progress->started_ms = progress->shown_ms = run_clock_ms();
	if (!progress->quiet && progress->terminal && progress->what)
		draw(progress);
}

void progress_update(struct progress *progress, uint64_t done)
{
	long now = run_clock_ms();

	progress->done = done;
	if (progress->quiet || !progress->what)
		return;
	if (progress->terminal && now - progress->shown_ms >= REDRAW_MS) {
		draw(progress);
		progress->shown_ms = now;
	} else if (!progress->terminal && !progress->announced &&
		   now - progress->started_ms >= ANNOUNCE_MS) {
		fprintf(stderr, "  %s...\n", progress->what);
		progress->announced = true;
	}
}

void progress_tick(void *progress)
{
	progress_update(progress, ((struct progress *)progress)->done);
}

void progress_end(struct progress *progress, bool ok)
{
	if (!progress->quiet && progress->what) {
		if (progress->terminal)
			fputs(CLEAR_LINE, stderr);
		if (ok && run_clock_ms() - progress->started_ms >= WORTH_TELLING_MS)
			fprintf(stderr, "  %s: %.1f s\n", progress->what, seconds(progress));
	}
	free(TAKE_PTR(progress->what));
}

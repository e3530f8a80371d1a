// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "run.h"

#define BAR_WIDTH   24
#define REDRAW_MS   200
#define ANNOUNCE_MS 2000
/* Before that an estimate is only noise. */
#define ETA_AFTER_MS  2000
#define REPEAT_MS     30000
#define WIDTH_DEFAULT 80
#define INDENT        2
/* A finished step that took less says nothing. */
#define WORTH_TELLING_MS 100

#define CLEAR_LINE "\r\033[K"

/* One that cannot go back to the start of a line gets what a log gets. */
static bool is_terminal(void)
{
	const char *name = getenv("TERM");

	return isatty(STDERR_FILENO) && name && *name && strcmp(name, "dumb") != 0;
}

void progress_init(struct progress *progress, bool quiet)
{
	*progress = (struct progress){.quiet = quiet, .terminal = is_terminal()};
}

static double seconds(const struct progress *progress)
{
	return (run_clock_ms() - progress->started_ms) / 1000.0;
}

/* Asked anew for each line: a terminal's window changes its size. */
static unsigned terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

/* "1:05", "2:03:04" */
static void format_time(char *text, size_t size, unsigned long s)
{
	if (s < 3600)
		snprintf(text, size, "%lu:%02lu", s / 60, s % 60);
	else
		snprintf(text, size, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

/* " [####    ] 45 % 0:12, 0:14 left"; what is left is only known once a part is done. */
static void format_state(const struct progress *progress, bool bar, char *text, size_t size)
{
	uint64_t done = progress->done < progress->total ? progress->done : progress->total;
	unsigned percent = progress->total ? done * 100 / progress->total : 0;
	unsigned filled = percent * BAR_WIDTH / 100;
	long elapsed = run_clock_ms() - progress->started_ms;
	char time[32], left[32], drawn[BAR_WIDTH + 8] = "";

	format_time(time, sizeof(time), elapsed / 1000);
	if (!progress->total) {
		snprintf(text, size, " %s", time);
		return;
	}
	if (bar)
		snprintf(drawn, sizeof(drawn), " [%.*s%*s]", filled, "########################",
			 BAR_WIDTH - filled, "");
	if (done == 0 || done == progress->total || elapsed < ETA_AFTER_MS) {
		snprintf(text, size, "%s %u %% %s", drawn, percent, time);
		return;
	}
	format_time(left, sizeof(left),
		    (double)elapsed / done * (progress->total - done) / 1000 + 0.5);
	snprintf(text, size, "%s %u %% %s, %s left", drawn, percent, time, left);
}

/* One line, whatever the width: what does not fit is cut from the name, after the bar has gone. */
static void draw(struct progress *progress)
{
	unsigned width = terminal_width(), room;
	char state[128];

	format_state(progress, /* bar= */ true, state, sizeof(state));
	if (INDENT + strlen(progress->what) + strlen(state) >= width)
		format_state(progress, /* bar= */ false, state, sizeof(state));
	room = width > INDENT + strlen(state) + 1 ? width - INDENT - strlen(state) - 1 : 0;
	fprintf(stderr, CLEAR_LINE "%*s%.*s%.*s", INDENT, "", (int)room, progress->what,
		(int)(width > INDENT ? width - INDENT - 1 : 0), state);
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

/* In a log: that a step takes long, then once in a while how far it is. */
static void announce(struct progress *progress, long now)
{
	if (!progress->announced && now - progress->started_ms >= ANNOUNCE_MS) {
		fprintf(stderr, "  %s...\n", progress->what);
		progress->announced = true;
		progress->shown_ms = now;
	} else if (progress->announced && progress->total && progress->done < progress->total &&
		   now - progress->shown_ms >= REPEAT_MS) {
		fprintf(stderr, "  %s: %u %%\n", progress->what,
			(unsigned)(progress->done * 100 / progress->total));
		progress->shown_ms = now;
	}
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
	} else if (!progress->terminal) {
		announce(progress, now);
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

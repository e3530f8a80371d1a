// SPDX-License-Identifier: GPL-2.0
#include "journal.h"

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <time.h>

#include "json.h"
#include "lib/diag.h"
#include "lib/fileio.h"

static const struct {
	const char *name;
	int priority;
	const char *id;
} events[_JOURNAL_EVENT_MAX] = {
	[JOURNAL_CHANGED] = {"changed", LOG_NOTICE, "cec71c6b16284fada23334cdafe196d5"},
	[JOURNAL_FAILED] = {"failed", LOG_ERR, "06c0d2af88b64155a0558a19c8f64da4"},
	[JOURNAL_BROKEN] = {"broken", LOG_CRIT, "b13eb11b4b294e158c693ef220766f8a"},
	[JOURNAL_STARTED] = {"started", LOG_INFO, "e3748287a4fb49e2aac49b04a5a1a2dd"},
	[JOURNAL_SKIPPED] = {"skipped", LOG_WARNING, "d3da02087b4c40d780114f3eb6d27bf9"},
	[JOURNAL_RECOVERED] = {"recovered", LOG_WARNING, "c55933ec325c4538960019fb8803f34f"},
	[JOURNAL_QUARANTINED] = {"quarantined", LOG_ERR, "15671c70c9cc4906b5f616691d19f685"},
	[JOURNAL_UNWRITABLE] = {"unwritable", LOG_ERR, "5b9ef127c8d64b0190a5d79d69bea1e9"},
	[JOURNAL_UNFIT] = {"unfit", LOG_WARNING, "76c1e55e7a93482e841e2fbd94eed80a"},
	[JOURNAL_DECIDED] = {"decided", LOG_NOTICE, "395be96a9142468295008a6e169ded43"},
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

static const char *code_of(const struct journal_fields *f)
{
	return f->diag ? diag_code_name(f->diag->code) : "";
}

/* Best effort: a full disk must not keep the daemon from undoing a change. */
static void write_line(const char *state, enum journal_event event, const struct journal_fields *f,
		       const char *text)
{
	_cleanup_free_ char *path = path_join(state, "journal"), *line = NULL;
	_cleanup_json_ struct json_object *o = json_object_new_object();

	if (!path || !o)
		return;
	json_add_number(o, "time_us", now_us());
	json_add_string(o, "event", events[event].name);
	json_add_number(o, "generation", f->generation);
	json_add_string(o, "patches", f->patches ?: "");
	json_add_string(o, "code", code_of(f));
	json_add_string(o, "message", text);
	if (asprintf(&line, "%s\n",
		     json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE)) < 0)
		return;
	file_append_sync(path, line, strlen(line), 0644);
}

static void send_to_system(enum journal_event event, const struct journal_fields *f,
			   const char *text)
{
	const char *hint = f->diag ? f->diag->hint ?: diag_code_hint(f->diag->code) : "";

	sd_journal_send("MESSAGE=%s", text, "MESSAGE_ID=%s", events[event].id, "PRIORITY=%d",
			events[event].priority, "SYSLOG_IDENTIFIER=kmendd", "KMEND_EVENT=%s",
			events[event].name, "KMEND_GENERATION=%llu",
			(unsigned long long)f->generation, "KMEND_PATCHES=%s", f->patches ?: "",
			"KMEND_CODE=%s", code_of(f), "KMEND_HINT=%s", hint, NULL);
}

/* The variable is inherited even by a program whose standard error leads elsewhere. */
static bool is_under_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void journal_write(const char *state, enum journal_event event, const struct journal_fields *f,
		   const char *format, ...)
{
	_cleanup_free_ char *said = NULL, *why = NULL, *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&said, format, ap) < 0)
		said = NULL;
	va_end(ap);
	why = f->diag ? diag_describe(f->diag) : NULL;
	if (said && why &&
	    asprintf(&text, "%s: %s %s: %s", said, diag_severity_name(f->diag->severity),
		     code_of(f), why) < 0)
		text = NULL;
	if (is_under_journal())
		send_to_system(event, f, text ?: said ?: "");
	else
		fprintf(stderr, "kmendd: %s\n", text ?: said ?: "");
	if (state)
		write_line(state, event, f, text ?: said ?: "");
}

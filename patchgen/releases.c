// SPDX-License-Identifier: GPL-2.0
#include "releases.h"

#include <dirent.h>
#include <json-c/json.h>
#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "../lib/text.h"
#include "base/files.h"
#include "json.h"
#include "base/run.h"
#include "verbs.h"

#define REPORT_MAX (256UL * 1024 * 1024)

DEFINE_CLEANUP(DIR *, closedir)

/* The build of one release, in a process that writes its report to a file. */
struct task {
	struct build_options options;
	char *report_path;
	struct json_object *report;
	struct diag_list diags; /* of the report */
};

struct tasks {
	struct task *items;
	size_t n;
	struct scratch scratch;
};

static int compare_names(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static bool is_complete(const char *folder)
{
	static const char *const parts[] = {"source/Makefile", "build/Makefile", "image/boot"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_free_ char *path = path_join(folder, parts[i]);

		if (!path || !path_exists(path))
			return false;
	}
	return true;
}

static int list_fetched(struct diag_list *diags, char ***ret)
{
	_cleanup_free_ char *cache = NULL, *kernels = NULL;
	_cleanup_(closedirp) DIR *dir = NULL;
	_cleanup_strv_ char **list = NULL;
	struct dirent *entry;
	int r;

	r = cache_folder(diags, &cache);
	r = r ?: string_format(&kernels, "%s/kernels", cache);
	if (r < 0)
		return r;
	dir = opendir(kernels);
	while (r == 0 && dir && (entry = readdir(dir))) {
		_cleanup_free_ char *folder = path_join(kernels, entry->d_name);

		if (!folder)
			return -ENOMEM;
		if (*entry->d_name != '.' && is_complete(folder))
			r = strv_append(&list, entry->d_name);
	}
	if (r < 0)
		return r;
	if (!list)
		return diag_error(diags, KM302, -ENOENT, "%s: no kernel is in it", kernels);
	qsort(list, strv_length(list), sizeof(*list), compare_names);
	*ret = TAKE_PTR(list);
	return 0;
}

static int add_once(char ***releases, const char *release)
{
	return strv_contains(*releases, release) ? 0 : strv_append(releases, release);
}

int releases_add(const char *argument, struct diag_list *diags, char ***releases)
{
	_cleanup_strv_ char **fetched = NULL;
	int r = 0;

	if (strcmp(argument, "all") == 0) {
		r = list_fetched(diags, &fetched);
		for (char **release = fetched; r == 0 && *release; release++)
			r = add_once(releases, *release);
		return r;
	}
	for (const char *p = argument; r == 0; p++) {
		size_t n = strcspn(p, ",");
		_cleanup_free_ char *release = strndup(p, n);

		if (!release)
			return -ENOMEM;
		if (n == 0)
			return diag_error(diags, KM101, -EINVAL, "--release=%s: an empty name",
					  argument);
		r = add_once(releases, release);
		p += n;
		if (!*p)
			break;
	}
	return r;
}

/* In the process of its own. */
static int build_one(void *userdata)
{
	const struct task *task = userdata;
	struct build build;

	build_run(&task->options, &build);
	json_print(report_to_json(&build));
	build_done(&build);
	return 0;
}

static int set_up(struct tasks *tasks, const struct build_options *options, char *const *releases)
{
	size_t n = strv_length(releases);
	unsigned processes = options->jobs < n ? options->jobs : n;
	int r = 0;

	tasks->items = calloc(n + 1, sizeof(*tasks->items));
	if (!tasks->items)
		return -ENOMEM;
	r = scratch_make(build_scratch_parent(), BUILD_SCRATCH_PREFIX, &tasks->scratch);
	for (; r == 0 && tasks->n < n; tasks->n++) {
		struct task *task = &tasks->items[tasks->n];
		char *output;

		r = string_format(&output, "%s/%s", options->output, releases[tasks->n]);
		if (r < 0)
			return r;
		task->options = *options;
		task->options.release = releases[tasks->n];
		task->options.output = output;
		task->options.quiet = true;
		task->options.jobs = options->jobs / processes ?: 1;
		r = string_format(&task->report_path, "%s/%zu.json", tasks->scratch.path, tasks->n);
	}
	return r;
}

static void tear_down(struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->n; i++) {
		struct task *task = &tasks->items[i];

		/* Only goes when there is nothing for this kernel. */
		rmdir(task->options.output);
		free((char *)task->options.output);
		free(task->report_path);
		json_object_put(task->report);
		diag_list_done(&task->diags);
	}
	free(tasks->items);
	scratch_done(&tasks->scratch, /* keep= */ false);
}

static const char *get_string(struct json_object *o, const char *key)
{
	return json_object_get_string(json_object_object_get(o, key));
}

static enum diag_severity severity_of(const char *name)
{
	for (int i = 0; i < _DIAG_SEVERITY_MAX; i++)
		if (name && strcmp(diag_severity_name(i), name) == 0)
			return i;
	return DIAG_ERROR;
}

static void read_diags(struct json_object *list, struct diag_list *diags)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const struct diag_where where = {
			.symbol = get_string(o, "symbol"),
			.section = get_string(o, "section"),
			.file = get_string(o, "file"),
			.line = json_object_get_int(json_object_object_get(o, "line")),
			.has_offset = json_object_object_get(o, "offset") != NULL,
			.offset = json_object_get_int64(json_object_object_get(o, "offset")),
		};

		diag_add_hint(diags, diag_code_from_name(get_string(o, "code")),
			      severity_of(get_string(o, "severity")), 0, &where,
			      get_string(o, "hint"), "%s", get_string(o, "message") ?: "");
	}
}

/* What failed before the kernel was found does not know its name. */
static void name_release(struct task *task)
{
	if (!get_string(task->report, "release"))
		json_object_object_add(task->report, "release",
				       json_object_new_string(task->options.release));
}

/* A process that was killed has left no report; the others go on. */
static void report_death(struct task *task, int status)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};

	if (run_interrupted())
		diag_error(&diags, KM316, 0, "interrupted");
	else
		diag_error(&diags, KM343, 0, "its process ended with status %d", status);
	json_object_put(task->report);
	task->report = report_to_json(&(struct build){.options = &task->options, .diags = diags});
}

static void read_report(struct task *task, const struct run_result *result)
{
	_cleanup_free_ char *text = NULL;

	if (result->status == 0 && file_read(task->report_path, REPORT_MAX, &text, NULL) == 0)
		task->report = json_tokener_parse(text);
	if (!task->report || !get_string(task->report, "verdict"))
		report_death(task, result->status);
	name_release(task);
	read_diags(json_object_object_get(task->report, "diagnostics"), &task->diags);
}

static void count_done(void *userdata, size_t n)
{
	progress_update(userdata, n);
}

static int run_tasks(struct tasks *tasks, const struct build_options *options,
		     struct progress *progress)
{
	_cleanup_free_ struct run *runs = calloc(tasks->n + 1, sizeof(*runs));
	_cleanup_free_ struct run_result *results = calloc(tasks->n + 1, sizeof(*results));
	int r;

	if (!runs || !results)
		return -ENOMEM;
	for (size_t i = 0; i < tasks->n; i++)
		runs[i] = (struct run){.call = build_one,
				       .userdata = &tasks->items[i],
				       .output = tasks->items[i].report_path};
	progress_begin(progress, tasks->n, "building for %zu kernels", tasks->n);
	r = run_programs(runs, tasks->n, options->jobs, count_done, progress, results);
	for (size_t i = 0; i < tasks->n; i++)
		read_report(&tasks->items[i], &results[i]);
	run_results_done(results, tasks->n);
	progress_end(progress, r == 0);
	return r == -EINTR ? 0 : r;
}

/* From the worst to the best. */
static const struct {
	const char *verdict;
	int status;
} verdicts[] = {{"error", EXIT_PATCHGEN_ERROR},
		{"refused", EXIT_PATCHGEN_REFUSED},
		{"accepted", EXIT_PATCHGEN_DONE},
		{"no-change", EXIT_PATCHGEN_NO_CHANGE}};

static size_t worst_verdict(const struct tasks *tasks)
{
	size_t worst = ARRAY_SIZE(verdicts) - 1;

	for (size_t i = 0; i < tasks->n; i++) {
		const char *verdict = get_string(tasks->items[i].report, "verdict");
		size_t k = 0;

		while (k < worst && strcmp(verdicts[k].verdict, verdict) != 0)
			k++;
		worst = k;
	}
	return worst;
}

struct totals {
	size_t functions, compared, proven;
};

static struct totals add_up(struct json_object *report)
{
	struct json_object *objects = json_object_object_get(report, "objects");
	struct totals totals = {0};

	for (size_t i = 0; objects && i < json_object_array_length(objects); i++) {
		struct json_object *o = json_object_array_get_idx(objects, i);
		struct json_object *changed = json_object_object_get(o, "changed");

		totals.functions += changed ? json_object_array_length(changed) : 0;
		totals.compared += json_object_get_int64(json_object_object_get(o, "functions"));
		totals.proven += json_object_get_int64(json_object_object_get(o, "proven"));
	}
	return totals;
}

/* The codes of what was told, each once; notes are no news in a table. */
static char *codes_of(const struct task *task)
{
	_cleanup_strv_ char **codes = NULL;

	for (size_t i = 0; i < task->diags.n; i++) {
		const char *name = diag_code_name(task->diags.items[i].code);

		if (task->diags.items[i].severity != DIAG_NOTE && name)
			add_once(&codes, name);
	}
	return codes ? strv_join(codes, " ") : strdup("");
}

static void print_row(const struct task *task, int width)
{
	struct totals totals = add_up(task->report);
	_cleanup_free_ char *codes = codes_of(task), *proven = NULL;
	int64_t bytes = json_object_get_int64(json_object_object_get(task->report, "module_bytes"));
	int64_t ms = json_object_get_int64(json_object_object_get(task->report, "milliseconds"));

	if (string_format(&proven, "%zu/%zu", totals.proven, totals.compared) < 0)
		return;
	printf("%-*s  %-9s  %9zu  %11s  %8jd  %6.1f  %s\n", width, task->options.release,
	       get_string(task->report, "verdict"), totals.functions, proven, (intmax_t)bytes,
	       ms / 1000.0, codes ?: "");
}

static void print_table(const struct tasks *tasks)
{
	int width = strlen("RELEASE");

	for (size_t i = 0; i < tasks->n; i++) {
		int n = strlen(tasks->items[i].options.release);

		width = n > width ? n : width;
	}
	printf("%-*s  %-9s  %9s  %11s  %8s  %6s  %s\n", width, "RELEASE", "VERDICT", "FUNCTIONS",
	       "PROVEN", "BYTES", "TIME/s", "CODES");
	for (size_t i = 0; i < tasks->n; i++)
		print_row(&tasks->items[i], width);
	fflush(stdout);
}

static void print_diags(const struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->n; i++) {
		const struct task *task = &tasks->items[i];

		if (task->diags.n == 0)
			continue;
		fprintf(stderr, "%s:\n", task->options.release);
		diag_list_print(stderr, &task->diags, colours_wanted(stderr));
	}
}

static void print_reports(const struct tasks *tasks, size_t worst)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();

	json_object_object_add(o, "verdict", json_object_new_string(verdicts[worst].verdict));
	for (size_t i = 0; i < tasks->n; i++)
		json_object_array_add(list, json_object_get(tasks->items[i].report));
	json_object_object_add(o, "releases", list);
	json_print(o);
}

static void report_failure(struct task *task, const struct diag_list *diags)
{
	json_object_put(task->report);
	task->report = report_to_json(&(struct build){.options = &task->options, .diags = *diags});
	name_release(task);
}

static int try_signing(void *userdata)
{
	const struct build_options *options = userdata;
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	_cleanup_signer_ struct signer *signer = NULL;
	int r = signer_open(&options->sign, &diags, &signer);
	struct json_object *list = diag_list_to_json(&diags);

	json_print(list);
	return r < 0;
}

/*
 * A token gets one attempt with the PIN, not one for each kernel; in a process of its own, since
 * a token's session does not survive a fork.
 */
static int check_signing(struct tasks *tasks, const struct build_options *options)
{
	struct build_options copy = *options;
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	_cleanup_free_ char *text = NULL;
	struct json_object *list;
	int r;

	if (!options->sign.key)
		return 0;
	r = run_program(&(struct run){.call = try_signing, .userdata = &copy}, &text);
	if (r == 0)
		return 0;
	list = text ? json_tokener_parse(text) : NULL;
	read_diags(list, &diags);
	json_object_put(list);
	if (diags.n == 0)
		diag_error(&diags, run_interrupted() ? KM316 : KM356, r, "no key could be tried");
	for (size_t i = 0; i < tasks->n; i++)
		report_failure(&tasks->items[i], &diags);
	/* Once is enough for a person. */
	diag_list_print(stderr, &diags, colours_wanted(stderr));
	return -EINVAL;
}

static void finish(const struct tasks *tasks, size_t worst, bool json)
{
	if (json)
		print_reports(tasks, worst);
	else
		print_table(tasks);
	print_diags(tasks);
}

int releases_build(const struct build_options *options, char *const *releases, bool json)
{
	struct tasks tasks = {.scratch.fd = -1};
	int status = EXIT_PATCHGEN_ERROR, r;
	struct progress progress;
	size_t worst;

	progress_init(&progress, options->quiet);
	r = set_up(&tasks, options, releases);
	if (r < 0)
		fprintf(stderr, "patchgen build: %s\n", strerror(-r));
	else if (check_signing(&tasks, options) < 0)
		r = json;
	else
		r = run_tasks(&tasks, options, &progress) == 0;
	if (r > 0) {
		worst = worst_verdict(&tasks);
		status = verdicts[worst].status;
		finish(&tasks, worst, json);
	}
	tear_down(&tasks);
	return status;
}

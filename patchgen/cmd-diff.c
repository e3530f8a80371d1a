// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <json-c/json.h>
#include <kmend/patch.h>
#include <string.h>

#include "../lib/text.h"
#include "diff/diff.h"
#include "json.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen diff [OPTION...] ORIGINAL.o PATCHED.o\n\n"
	      "Says which functions differ and whether the change can be made to a running kernel,\n"
	      "and writes the object that goes into a patch module.\n\n"
	      "  -o, --output=FILE   write the patch object (verdict only without it)\n"
	      "      --object=NAME   the objects are part of: vmlinux (default) or a module\n"
	      "      --source=PATH   name of the source file, for messages\n"
	      "      --json          print one JSON object\n"
	      "  -h, --help          print this\n\n"
	      "Exit status: 0 accepted, 1 error, 2 refused, 3 no change.\n",
	      f);
}

struct arguments {
	struct diff_options options;
	bool json, help;
};

static int parse(int argc, char **argv, struct arguments *ret)
{
	enum { ARG_JSON = 256, ARG_OBJECT, ARG_SOURCE };
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"object", required_argument, NULL, ARG_OBJECT},
		{"source", required_argument, NULL, ARG_SOURCE},
		{"json", no_argument, NULL, ARG_JSON},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct arguments arguments = {.options.object = KMEND_OBJECT_VMLINUX};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "o:h", options, NULL)) >= 0) {
		switch (c) {
		case 'o':
			arguments.options.out_path = optarg;
			break;
		case ARG_OBJECT:
			arguments.options.object = optarg;
			break;
		case ARG_SOURCE:
			arguments.options.source = optarg;
			break;
		case ARG_JSON:
			arguments.json = true;
			break;
		case 'h':
			arguments.help = true;
			break;
		default:
			option_error("diff", argv);
			return -EINVAL;
		}
	}
	if (!arguments.help && argc - optind != 2) {
		usage_error("diff", "an original and a patched object are expected");
		return -EINVAL;
	}
	if (!arguments.help) {
		arguments.options.orig_path = argv[optind];
		arguments.options.patched_path = argv[optind + 1];
	}
	*ret = arguments;
	return 0;
}

static void print_json(const struct diff_result *result, const char *verdict)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "verdict", json_object_new_string(verdict));
	json_object_object_add(o, "changed_functions", json_names(result->changed));
	json_object_object_add(o, "new_functions", json_names(result->added));
	json_object_object_add(o, "redirected_callers", json_names(result->callers));
	json_object_object_add(o, "first_changes", json_first_changes(result));
	json_object_object_add(o, "diagnostics", diag_list_to_json(&result->diags));
	json_print(o);
}

static void print_change(const char *name, const struct diff_change *change)
{
	printf("changed  %s, first at %s+0x%llx", name,
	       strcmp(change->part, name) == 0 ? "" : change->part, change->offset);
	if (change->section)
		printf(" (%s)", change->section);
	if (change->file)
		printf(", %s:%u", change->file, change->line);
	putchar('\n');
}

static void print_text(const struct diff_result *result, const char *verdict)
{
	diag_list_print(stderr, &result->diags, colours_wanted(stderr));
	for (size_t i = 0; result->changes && i < result->n_changed; i++)
		print_change(result->changed[i], &result->changes[i]);
	for (size_t i = 0; i < result->n_callers; i++)
		printf("caller   %s\n", result->callers[i]);
	for (size_t i = 0; i < result->n_added; i++)
		printf("new      %s\n", result->added[i]);
	printf("verdict  %s\n", verdict);
}

int verb_diff(int argc, char **argv)
{
	static const int statuses[] = {
		[DIFF_ACCEPTED] = EXIT_PATCHGEN_DONE,
		[DIFF_REFUSED] = EXIT_PATCHGEN_REFUSED,
		[DIFF_NO_CHANGE] = EXIT_PATCHGEN_NO_CHANGE,
	};
	struct arguments arguments;
	struct diff_result result;
	const char *verdict;
	int r, status;

	if (parse(argc, argv, &arguments) < 0)
		return EXIT_PATCHGEN_ERROR;
	if (arguments.help) {
		usage(stdout);
		return EXIT_PATCHGEN_DONE;
	}
	r = diff_objects(&arguments.options, &result);
	verdict = r < 0 ? "error" : diff_verdict_name(result.verdict);
	status = r < 0 ? EXIT_PATCHGEN_ERROR : statuses[result.verdict];
	if (arguments.json)
		print_json(&result, verdict);
	else
		print_text(&result, verdict);
	diff_result_done(&result);
	return status;
}

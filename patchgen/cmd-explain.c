// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "../lib/diag.h"
#include "json.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen explain [--json] [CODE...]\n\n"
	      "Says what diagnostic codes, as KM120, mean and what to do; without any, lists all.\n\n"
	      "      --json  print one JSON object\n"
	      "  -h, --help  print this\n",
	      f);
}

static void explain(enum diag_code code)
{
	printf("%s: %s\n  %s\n", diag_code_name(code), diag_code_text(code), diag_code_hint(code));
}

static struct json_object *code_to_json(enum diag_code code)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "code", json_object_new_string(diag_code_name(code)));
	json_object_object_add(o, "text", json_object_new_string(diag_code_text(code)));
	json_object_object_add(o, "hint", json_object_new_string(diag_code_hint(code)));
	return o;
}

/* names: codes, NULL-terminated; empty: all of them. */
static int explain_all(char *const *names, struct json_object *codes)
{
	int result = EXIT_PATCHGEN_DONE;

	for (int code = 0; !*names && code < _DIAG_CODE_MAX; code++) {
		if (codes)
			json_object_array_add(codes, code_to_json(code));
		else
			explain(code);
	}
	for (; *names; names++) {
		enum diag_code code = diag_code_from_name(*names);

		if ((int)code < 0)
			result = usage_error("explain", "there is no code '%s'", *names);
		else if (codes)
			json_object_array_add(codes, code_to_json(code));
		else
			explain(code);
	}
	return result;
}

int verb_explain(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct json_object *codes = NULL, *o;
	int c, result;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
		switch (c) {
		case 'j':
			codes = codes ?: json_object_new_array();
			break;
		case 'h':
			usage(stdout);
			return EXIT_PATCHGEN_DONE;
		default:
			return option_error("explain", argv);
		}
	result = explain_all(argv + optind, codes);
	if (codes) {
		o = json_object_new_object();
		json_object_object_add(o, "codes", codes);
		json_print(o);
	}
	return result;
}

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

__asm__(".pushsection .rodata\n"
	"diagnostics:\n"
	"	.incbin \"diagnostics.md\"\n"
	"	.byte 0\n"
	"	.popsection\n");
extern const char diagnostics[] __attribute__((visibility("hidden")));

/*
 * What the page says of a code, without its heading, "### KM101: ..." and an empty line, and
 * without the line of the hint. Newly allocated, and empty where there is nothing.
 */
static char *long_form(enum diag_code code)
{
	_cleanup_free_ char *heading = NULL;
	const char *start, *end;

	if (asprintf(&heading, "\n### %s: %s\n\n", diag_code_name(code), diag_code_text(code)) < 0)
		return NULL;
	start = strstr(diagnostics, heading);
	if (!start)
		return strdup("");
	start += strlen(heading);
	end = strstr(start, "What to do: ");
	while (end && end > start && end[-1] == '\n')
		end--;
	return strndup(start, end ? (size_t)(end - start) : 0);
}

/* The list has a line for each; who asks for one is told all. */
static void explain(enum diag_code code, bool is_whole)
{
	_cleanup_free_ char *text = is_whole ? long_form(code) : NULL;

	printf("%s: %s\n  %s\n", diag_code_name(code), diag_code_text(code), diag_code_hint(code));
	if (text && *text)
		printf("\n%s\n", text);
}

static struct json_object *code_to_json(enum diag_code code)
{
	_cleanup_free_ char *text = long_form(code);
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "code", json_object_new_string(diag_code_name(code)));
	json_object_object_add(o, "text", json_object_new_string(diag_code_text(code)));
	json_object_object_add(o, "hint", json_object_new_string(diag_code_hint(code)));
	json_object_object_add(o, "more", json_object_new_string(text ?: ""));
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
			explain(code, /* is_whole= */ false);
	}
	for (; *names; names++) {
		enum diag_code code = diag_code_from_name(*names);

		if ((int)code < 0)
			result = usage_error("explain", "there is no code '%s'", *names);
		else if (codes)
			json_object_array_add(codes, code_to_json(code));
		else
			explain(code, /* is_whole= */ true);
	}
	return result;
}

int verb_explain(int argc, char **argv)
{
	enum { ARG_JSON = 256 };
	static const struct option options[] = {
		{"json", no_argument, NULL, ARG_JSON}, {"help", no_argument, NULL, 'h'}, {0}};
	struct json_object *codes = NULL, *o;
	int c, result;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
		switch (c) {
		case ARG_JSON:
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

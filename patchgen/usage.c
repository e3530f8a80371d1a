// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "../lib/diag.h"
#include "../lib/text.h"
#include "verbs.h"

int usage_error(const char *verb, const char *format, ...)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	_cleanup_free_ char *message = NULL, *hint = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&message, format, ap) < 0)
		message = NULL;
	va_end(ap);
	if (asprintf(&hint, "see 'patchgen %s%s--help'", verb, *verb ? " " : "") < 0)
		hint = NULL;
	diag_add_hint(&diags, KM101, DIAG_ERROR, 0, NULL, hint, "%s",
		      message ?: diag_code_text(KM101));
	diag_list_print(stderr, &diags, colours_wanted(stderr));
	return EXIT_PATCHGEN_ERROR;
}

int option_error(const char *verb, char *const *argv)
{
	const char *word = argv[optind - 1];
	char letter[3] = {'-', optopt};

	/* getopt has the letter of a short option; a long one has been passed over as a word. */
	if (isprint(optopt) && strncmp(word, "--", 2) != 0)
		word = letter;
	return usage_error(verb, "'%s' is no option, or has a wrong or no argument", word);
}

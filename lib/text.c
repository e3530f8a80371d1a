// SPDX-License-Identifier: GPL-2.0
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_printable(char c)
{
	return c >= 0x20 && c < 0x7f;
}

bool text_is_printable(const char *s)
{
	for (; *s; s++)
		if (!is_printable(*s))
			return false;
	return true;
}

void text_make_printable(char *s)
{
	for (; *s; s++)
		if (!is_printable(*s))
			*s = '?';
}

bool colours_wanted(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return !(no && *no) && isatty(fileno(f)) && !(terminal && strcmp(terminal, "dumb") == 0);
}

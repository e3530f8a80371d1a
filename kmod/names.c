// SPDX-License-Identifier: GPL-2.0
#include "names.h"

#include <linux/kernel.h>
#include <linux/string.h>

bool names_next(const char **names, char *ret, size_t size)
{
	size_t length;

	if (!*names || !**names)
		return false;
	length = strcspn(*names, " ");
	strscpy(ret, *names, min(size, length + 1));
	*names += length + ((*names)[length] == ' ');
	return true;
}

bool names_contain(const char *names, const char *name)
{
	size_t length = strlen(name);

	while (names && *names) {
		size_t next = strcspn(names, " ");

		if (next == length && strncmp(names, name, length) == 0)
			return true;
		names += next + (names[next] == ' ');
	}
	return false;
}

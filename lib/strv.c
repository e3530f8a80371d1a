// SPDX-License-Identifier: GPL-2.0
#include "strv.h"

#include <string.h>

void strv_free(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

size_t strv_length(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

bool strv_contains(char *const *list, const char *s)
{
	for (size_t i = 0; list && list[i]; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

int strv_append(char ***list, const char *s)
{
	_cleanup_free_ char *copy = strdup(s);
	size_t n = strv_length(*list);
	char **grown;

	if (!copy)
		return -ENOMEM;
	grown = reallocarray(*list, n + 2, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[n] = TAKE_PTR(copy);
	grown[n + 1] = NULL;
	*list = grown;
	return 0;
}

int strv_copy(char *const *list, char ***ret)
{
	_cleanup_strv_ char **copy = NULL;

	for (size_t i = 0; list && list[i]; i++) {
		int r = strv_append(&copy, list[i]);

		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(copy);
	return 0;
}

char *strv_join(char *const *list, const char *separator)
{
	size_t size = 1;
	char *joined, *p;

	for (size_t i = 0; list && list[i]; i++)
		size += strlen(list[i]) + (i ? strlen(separator) : 0);
	joined = p = malloc(size);
	if (!joined)
		return NULL;
	*p = '\0';
	for (size_t i = 0; list && list[i]; i++) {
		if (i)
			p = stpcpy(p, separator);
		p = stpcpy(p, list[i]);
	}
	return joined;
}

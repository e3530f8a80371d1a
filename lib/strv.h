/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of strings, terminated by NULL; an empty list may also be NULL. */
#ifndef KMEND_LIB_STRV_H
#define KMEND_LIB_STRV_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

void strv_free(char **list);
size_t strv_length(char *const *list);
bool strv_contains(char *const *list, const char *s);

/* Append a copy of s. Returns 0 or -ENOMEM, and the list is then as before. */
int strv_append(char ***list, const char *s);

/* Returns 0, or -ENOMEM. An empty list is copied as NULL. */
int strv_copy(char *const *list, char ***ret);

/* The members joined by separator; NULL when out of memory. */
char *strv_join(char *const *list, const char *separator);

DEFINE_CLEANUP(char **, strv_free)
#define _cleanup_strv_ _cleanup_(strv_freep)

#endif

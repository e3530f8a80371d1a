/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of patch names as patch modules have them: separated by single spaces; NULL or "": none. */
#ifndef KMEND_NAMES_H
#define KMEND_NAMES_H

#include <linux/types.h>

/* Copy the next name and step behind it; false when there is none. */
bool names_next(const char **names, char *ret, size_t size);

bool names_contain(const char *names, const char *name);

#endif

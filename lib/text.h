/* SPDX-License-Identifier: GPL-2.0 */
/* Text from outside, before it reaches a terminal, a log or the bus. */
#ifndef KMEND_LIB_TEXT_H
#define KMEND_LIB_TEXT_H

#include <stdbool.h>
#include <stdio.h>

/* Printable ASCII only? True for "". */
bool text_is_printable(const char *s);

/* Put '?' in the place of every byte that is not printable ASCII. */
void text_make_printable(char *s);

/* Is f a terminal, and has nobody asked for no colours (NO_COLOR)? */
bool colours_wanted(FILE *f);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMENDCTL_NUMBER_H
#define KMENDCTL_NUMBER_H

#include <stdint.h>

#include "verbs.h"

/* The number of a generation, from 0, on the command line; diagnosed as KM101 when it is none. */
int parse_generation(struct ctl *ctl, const char *s, uint64_t *ret);

#endif

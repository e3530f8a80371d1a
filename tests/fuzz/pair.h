/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An input that holds two files: 4 bytes of options, 4 bytes with the size of the first (both
 * little-endian), the first, the second. `seeds` writes them.
 */
#ifndef FUZZ_PAIR_H
#define FUZZ_PAIR_H

#include "random.h"

#define PAIR_HEADER   8
#define PAIR_ORIGINAL (1u << 31) /* option: nothing was changed by a mutator */

struct pair {
	uint32_t options;
	const uint8_t *first, *second;
	size_t first_size, second_size;
};

/* False where the input is too short. A size that leads beyond the end means all that is left. */
bool pair_read(const uint8_t *data, size_t size, struct pair *ret);

/* Change one of both, now and then both, by the mutators given; and now and then the options. */
typedef size_t (*mutator)(uint8_t *data, size_t size, size_t max, struct random *random);
size_t pair_mutate(uint8_t *data, size_t size, size_t max, struct random *random, mutator first,
		   mutator second);

#endif

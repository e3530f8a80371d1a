// SPDX-License-Identifier: GPL-2.0
#include "pair.h"

#include <stdlib.h>
#include <string.h>

static uint32_t u32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = value >> (8 * i);
}

bool pair_read(const uint8_t *data, size_t size, struct pair *ret)
{
	size_t first;

	if (size < PAIR_HEADER)
		return false;
	first = u32(data + 4);
	if (first > size - PAIR_HEADER)
		first = size - PAIR_HEADER;
	*ret = (struct pair){
		.options = u32(data),
		.first = data + PAIR_HEADER,
		.first_size = first,
		.second = data + PAIR_HEADER + first,
		.second_size = size - PAIR_HEADER - first,
	};
	return true;
}

size_t pair_mutate(uint8_t *data, size_t size, size_t max, struct random *random, mutator first,
		   mutator second)
{
	size_t room, n_first, n_second;
	unsigned which = random_below(random, 20);
	uint32_t options;
	struct pair pair;
	uint8_t *buffer;

	if (!pair_read(data, size, &pair) || max <= size)
		return size;
	/* Mutators want their file aligned, and room behind it. */
	room = (max - size) / 2;
	buffer = malloc(max);
	if (!buffer)
		return size;
	options = random_chance(random, 5) ? (uint32_t)random_next(random) : pair.options;
	n_second = pair.second_size;
	memcpy(buffer, pair.second, n_second);
	if (which >= 8)
		n_second = second(buffer, n_second, n_second + room, random);
	n_first = pair.first_size;
	if (which < 10) {
		uint8_t *copy = malloc(n_first + room + 1);

		if (copy) {
			memcpy(copy, pair.first, n_first);
			n_first = first(copy, n_first, n_first + room, random);
			memcpy(data + PAIR_HEADER, copy, n_first);
			free(copy);
		}
	}
	put32(data, options & ~PAIR_ORIGINAL);
	put32(data + 4, n_first);
	memcpy(data + PAIR_HEADER + n_first, buffer, n_second);
	free(buffer);
	return PAIR_HEADER + n_first + n_second;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that a seed repeats (xorshift64*). */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline struct random random_start(uint64_t seed)
{
	return (struct random){(seed + 1) * 0x9e3779b97f4a7c15};
}

static inline uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1d;
}

/* Below n; 0 where n is 0. */
static inline size_t random_below(struct random *random, size_t n)
{
	return n ? (random_next(random) >> 16) % n : 0;
}

static inline bool random_chance(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

#define random_of(random, array) ((array)[random_below(random, sizeof(array) / sizeof(*(array)))])

#endif

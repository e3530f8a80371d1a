/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a fuzz target consists of. The names are libFuzzer's, so that a target runs under it as
 * well as under driver.c.
 */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

#define EXPORTED __attribute__((visibility("default")))

/* Once, before anything else. */
EXPORTED int LLVMFuzzerInitialize(int *argc, char ***argv);
EXPORTED int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
EXPORTED size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
/* The engine's own changes, which know nothing of what the bytes mean. */
EXPORTED size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* A promise that was not kept: say which, and end so that the engine keeps the input. */
void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Stop unless condition holds. */
#define fuzz_expect(condition, ...)             \
	do {                                    \
		if (!(condition))               \
			fuzz_fail(__VA_ARGS__); \
	} while (0)

#endif

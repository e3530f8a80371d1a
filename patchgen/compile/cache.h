/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compiled originals, kept below the cache folder for later and parallel builds.
 *
 * An entry is one file: named by the digest of what is known before a file is compiled
 * (inputs.h), with the digests of all that it turned out to be compiled from, the command, the
 * object, and last a digest of the whole. It appears by one rename, so that there is nothing to
 * lock: of two builds that compile the same file the later one's entry stays, and both are right.
 * One whose digest does not fit is removed and compiled anew.
 */
#ifndef PATCHGEN_CACHE_H
#define PATCHGEN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "inputs.h"

struct cache;

/* Folders whose paths are in commands; an entry serves others just as well. */
struct cache_places {
	const char *source, *output;
};

int cache_open(struct diag_list *diags, struct cache **ret);
/* What is over the limit goes, oldest use first, when something was added. */
void cache_close(struct cache *cache);

/*
 * The object of a file, written to the path object, and its command. Returns 0, -ENOENT where it
 * has to be compiled, or another negative errno.
 */
int cache_get(struct cache *cache, struct inputs *inputs, const char *source,
	      const struct cache_places *places, const char *object, char **ret_command);

/* dependencies: what was read, as the compiler names it. What cannot be kept is no error. */
int cache_put(struct cache *cache, struct inputs *inputs, const char *source,
	      const struct cache_places *places, const char *object, const char *command,
	      char *const *dependencies);

struct cache_usage {
	uint64_t entries, bytes, limit;
};

int cache_usage(struct cache *cache, struct cache_usage *ret);

/* Remove entries until no more than so many bytes are left. */
int cache_prune(struct cache *cache, uint64_t limit);

/* How many entries were found damaged, found fit, or added since cache_open(). */
struct cache_counts {
	unsigned damaged, used, added;
};

struct cache_counts cache_counts(const struct cache *cache);

DEFINE_CLEANUP(struct cache *, cache_close)
#define _cleanup_cache_ _cleanup_(cache_closep)

#endif

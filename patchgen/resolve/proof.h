/* SPDX-License-Identifier: GPL-2.0 */
/*
 * That an object compiled here is what the distribution compiled: its functions are found in the
 * shipped kernel, byte by byte but for relocated fields. It proves that source, configuration and
 * compiler match, and tells where each of the object's sections lies, so which of several symbols
 * of one name is the object's own.
 */
#ifndef PATCHGEN_PROOF_H
#define PATCHGEN_PROOF_H

#include "../object/object.h"
#include "../kernel/shipped.h"

struct proof {
	const struct object *object;
	const struct shipped *shipped;
	/* By section index of the object: where it lies in what was shipped. */
	struct proof_section {
		bool is_placed, is_followed;
		struct place place;
	} * sections;
	/* By symbol index: a function whose bytes are those that were shipped. */
	bool *is_proven, *is_followed;
	size_t n_functions, n_proven;
};

/* object and shipped stay the caller's, and outlive the proof. Returns 0 or -ENOMEM. */
int proof_make(const struct object *object, const struct shipped *shipped, struct proof **ret);
void proof_free(struct proof *proof);

/* Where a symbol of the object lies; false where that is not known. */
bool proof_place(const struct proof *proof, const struct symbol *symbol, struct place *ret);

/*
 * From which offset on the one shipped function of the name has other bytes; false where that
 * cannot be told.
 */
bool proof_first_difference(const struct proof *proof, const struct symbol *function,
			    uint64_t *ret);

DEFINE_CLEANUP(struct proof *, proof_free)
#define _cleanup_proof_ _cleanup_(proof_freep)

#endif

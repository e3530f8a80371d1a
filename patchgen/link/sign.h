/* SPDX-License-Identifier: GPL-2.0 */
/* Signing modules as the kernel's scripts/sign-file does. */
#ifndef PATCHGEN_SIGN_H
#define PATCHGEN_SIGN_H

#include <stddef.h>

#include "../../lib/diag.h"

struct sign_options {
	const char *key; /* file or pkcs11: URI; NULL: nothing is signed */
	const char *certificate; /* NULL: in the key's file */
	const char *hash; /* NULL: sha256 */
};

struct signer;

/*
 * All that can be wrong is found here, before hours of work: KM350 to KM356. One signature is
 * made for a try; of a token's PIN there is one attempt.
 */
int signer_open(const struct sign_options *options, struct diag_list *diags, struct signer **ret);
void signer_close(struct signer *signer);

/*
 * A module with its signature appended, and verified. KM357 for one that is signed already, unless
 * that is to be replaced. The caller frees *ret.
 */
int signer_sign(struct signer *signer, const char *path, const void *data, size_t size,
		bool replace, struct diag_list *diags, char **ret, size_t *ret_size);

DEFINE_CLEANUP(struct signer *, signer_close)
#define _cleanup_signer_ _cleanup_(signer_closep)

#endif

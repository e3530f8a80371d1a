/* SPDX-License-Identifier: GPL-2.0 */
/* The private key and the certificate that modules are signed with. */
#ifndef PATCHGEN_SIGNING_KEY_H
#define PATCHGEN_SIGNING_KEY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../../lib/diag.h"

/* Holds the pass phrase or the PIN, as for the kernel's scripts/sign-file. */
#define SIGN_PIN_VARIABLE "KBUILD_SIGN_PIN"

/*
 * A PEM file, or a token's key by its pkcs11: URI; nobody is asked for a pass phrase.
 * KM350 for one that cannot be read, KM354 for the pass phrase or PIN.
 */
int signing_key_open(const char *name, struct diag_list *diags, EVP_PKEY **ret);

/* A PEM or DER file. KM351. */
int signing_certificate_open(const char *path, struct diag_list *diags, X509 **ret);

/* What may be said of a key's name: without a PIN that is part of a URI. */
char *signing_key_name(const char *name);

#endif

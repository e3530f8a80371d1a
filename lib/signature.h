/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures at the end of kernel modules, as the kernel's own build appends them: the module, a
 * detached PKCS#7 message without attributes or certificates, a record of 12 bytes with its
 * length, and a line of text (include/linux/module_signature.h).
 */
#ifndef KMEND_LIB_SIGNATURE_H
#define KMEND_LIB_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

struct diag_list;
struct json_object;
struct x509_st; /* libcrypto's X509 */

struct signature {
	bool is_signed;
	size_t module_size; /* of the file without what was appended */
	const unsigned char *message; /* within the file */
	size_t message_size;
	char *issuer, *serial; /* of the signer's certificate */
	char *hash, *algorithm;
};

/* Returns 0 (also for a module without a signature), -EBADMSG (KM358), or another errno. */
int signature_read(const void *data, size_t size, const char *path, struct diag_list *diags,
		   struct signature *ret);
void signature_done(struct signature *signature);

/* An object with issuer, serial, hash and algorithm; null for a module without a signature. */
struct json_object *signature_to_json(const struct signature *signature);

/* Does it name this certificate, by issuer and serial number? */
bool signature_names(const struct signature *signature, struct x509_st *certificate);

/* Was it made with this certificate's key, of what is there now? 0, or -EBADMSG (KM358). */
int signature_verify(const struct signature *signature, const void *data,
		     struct x509_st *certificate, const char *path, struct diag_list *diags);

/* The module with the message appended; the caller frees *ret. */
int signature_append(const void *module, size_t size, const void *message, size_t message_size,
		     char **ret, size_t *ret_size);

#endif

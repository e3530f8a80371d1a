/* SPDX-License-Identifier: GPL-2.0 */
/* SHA-256 of files, folders and lists of them, as text. */
#ifndef KMEND_LIB_DIGEST_H
#define KMEND_LIB_DIGEST_H

#include <stddef.h>

#include "cleanup.h"

#define DIGEST_TEXT 65 /* hexadecimal, terminated */

/* A digest that is added to piece by piece. */
struct digest;

int digest_new(struct digest **ret);
void digest_free(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t size);
/* The string with its NUL byte, so that a list of strings is not another one joined. */
void digest_add_string(struct digest *digest, const char *s);
int digest_text(struct digest *digest, char ret[DIGEST_TEXT]);

DEFINE_CLEANUP(struct digest *, digest_free)
#define _cleanup_digest_ _cleanup_(digest_freep)

int digest_data(const void *data, size_t size, char ret[DIGEST_TEXT]);
int digest_file(const char *path, char ret[DIGEST_TEXT]);

/* Names, contents and links of all that is below a folder. */
int digest_folder(const char *path, char ret[DIGEST_TEXT]);

#endif

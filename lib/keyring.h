/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The certificates whose keys may sign patch modules: files *.pem, *.crt, *.x509 and *.der of
 * several folders. A file hides those of the same name in later folders, so that an administrator
 * can replace one, or take it away with a link to /dev/null.
 */
#ifndef KMEND_LIB_KEYRING_H
#define KMEND_LIB_KEYRING_H

#include <stddef.h>

#include "cleanup.h"

struct diag_list;
struct keyring;

#define KEYRING_FILE_MAX  (256UL * 1024) /* bytes of one file */
#define KEYRING_FILES_MAX 1024

/*
 * Read the certificates. A folder that does not exist is empty. A file that cannot be read, holds
 * no certificate, or belongs to others than root is left out, with a warning (KM635).
 * Returns 0, or -ENOMEM.
 */
int keyring_read(char *const *folders, struct diag_list *diags, struct keyring **ret);

/* How many certificates it has. */
size_t keyring_size(const struct keyring *keyring);

/*
 * Is the module, with what is appended to it, signed by one of the keys, and that certificate
 * valid now? path is only named in diagnostics.
 * Returns 0, or diagnosed -ENODATA (KM631: not signed), -ENOKEY (KM632: by no key that is there),
 * -EKEYEXPIRED (KM633: or not valid yet), -EKEYREJECTED (KM634: not of this module), -EBADMSG
 * (KM358), or -ENOMEM.
 */
int keyring_verify(const struct keyring *keyring, const void *data, size_t size, const char *path,
		   struct diag_list *diags);

void keyring_free(struct keyring *keyring);

DEFINE_CLEANUP(struct keyring *, keyring_free)
#define _cleanup_keyring_ _cleanup_(keyring_freep)

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* The manifest's keys as a table, from which it is parsed and written; private to libkmend. */
#ifndef KMEND_LIB_MANIFEST_KEYS_H
#define KMEND_LIB_MANIFEST_KEYS_H

#include "manifest.h"
#include "yaml-keys.h"

/* Ends with a NULL name. */
extern const struct yaml_key manifest_keys[] __attribute__((visibility("hidden")));

#endif

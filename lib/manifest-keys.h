/* SPDX-License-Identifier: GPL-2.0 */
/* The manifest's keys as a table, from which it is parsed and written; private to libkmend. */
#ifndef KMEND_LIB_MANIFEST_KEYS_H
#define KMEND_LIB_MANIFEST_KEYS_H

#include "manifest.h"

enum key_kind {
	KEY_STRING, /* char * */
	KEY_LIST, /* char **, a sequence of strings; one string stands for a sequence of one */
	KEY_MAPPING, /* the members are in fields of the same structure */
	KEY_RECORDS, /* a sequence of mappings, to an array of structures and their number */
};

struct manifest_key {
	const char *name;
	enum key_kind kind;
	bool required; /* where the mapping it belongs to is present */
	bool author_only; /* not written into a built patch */
	size_t offset; /* of the field; of KEY_MAPPING: unused */
	bool (*is_valid)(const char *value); /* of a string, or of each string of a list */
	const char *rule; /* what is_valid() wants, for the diagnostic */
	const struct manifest_key *members; /* ends with a NULL name */
	size_t count, size; /* of KEY_RECORDS: offset of their number (size_t), bytes of one */
};

/* Ends with a NULL name. */
extern const struct manifest_key manifest_keys[] __attribute__((visibility("hidden")));

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A YAML document of known keys, read into a structure by a table; private to kmend. Hostile text
 * is expected: aliases, anchors, tags, several documents and deep nesting are refused.
 */
#ifndef KMEND_LIB_YAML_KEYS_H
#define KMEND_LIB_YAML_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct diag_list;

enum key_kind {
	KEY_STRING, /* char * */
	KEY_LIST, /* char **, a sequence of strings; one string stands for a sequence of one */
	KEY_MAPPING, /* the members are in fields of the same structure */
	KEY_RECORDS, /* a sequence of mappings, to an array of structures and their number */
	KEY_PAIRS, /* a mapping of names that are free, to an array of yaml_pair and their number */
};

struct yaml_pair {
	char *name;
	char *value;
};

struct yaml_key {
	const char *name;
	enum key_kind kind;
	bool required; /* where the mapping it belongs to is present */
	bool author_only; /* not written into a built patch */
	size_t offset; /* of the field; of KEY_MAPPING: unused */
	bool (*is_valid)(const char *value); /* of a string, or of each string of a list */
	const char *rule; /* what is_valid() wants, for the diagnostic */
	const struct yaml_key *members; /* ends with a NULL name */
	size_t count, size; /* of KEY_RECORDS: offset of their number (size_t), bytes of one */
	bool (*is_name)(const char *name); /* of KEY_PAIRS, which has a count, too */
	const char *name_rule;
};

struct yaml_source {
	const char *text;
	size_t size;
	size_t size_max;
	const char *file; /* only named in diagnostics */
	const char *what; /* "the manifest", for diagnostics */
};

/*
 * Fill in target, which is zeroed before; keys ends with a NULL name, at most 32 in one mapping.
 * All errors are collected (KM110 to KM113, with the line), not only the first.
 * Returns 0, -EINVAL (diagnosed), or -ENOMEM; target is to be freed in any case.
 */
int yaml_keys_parse(const struct yaml_source *source, const struct yaml_key *keys,
		    struct diag_list *diags, void *target);

/* Free what the fields of a structure own. */
void yaml_keys_free(void *target, const struct yaml_key *keys);

/* Free the records of one key, of kind KEY_RECORDS, and forget them. */
void yaml_keys_free_records(void *target, const struct yaml_key *key);

#endif

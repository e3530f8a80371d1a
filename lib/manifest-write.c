// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <yaml.h>

#include "manifest-keys.h"

struct buffer {
	char *data;
	size_t size;
};

static int buffer_write(void *opaque, unsigned char *data, size_t size)
{
	struct buffer *b = opaque;
	char *grown = realloc(b->data, b->size + size + 1);

	if (!grown)
		return 0;
	memcpy(grown + b->size, data, size);
	b->data = grown;
	b->size += size;
	b->data[b->size] = '\0';
	return 1;
}

/* Would another YAML reader take it for a number, a date, a truth value or null? */
static bool needs_quotes(const char *s)
{
	static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
					    "off", "true", "false", "null"};

	if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z')))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

static bool put_styled(yaml_emitter_t *e, const char *s, yaml_scalar_style_t style)
{
	yaml_event_t event;

	return yaml_scalar_event_initialize(&event, NULL, NULL, (const unsigned char *)s, strlen(s),
					    1, 1, style) &&
	       yaml_emitter_emit(e, &event);
}

static bool put(yaml_emitter_t *e, const char *s)
{
	return put_styled(
		e, s, needs_quotes(s) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE);
}

static bool put_mapping_start(yaml_emitter_t *e)
{
	yaml_event_t event;

	return yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
						   YAML_BLOCK_MAPPING_STYLE) &&
	       yaml_emitter_emit(e, &event);
}

static bool put_mapping_end(yaml_emitter_t *e)
{
	yaml_event_t event;

	return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(e, &event);
}

static bool put_sequence_start(yaml_emitter_t *e, yaml_sequence_style_t style)
{
	yaml_event_t event;

	return yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, style) &&
	       yaml_emitter_emit(e, &event);
}

static bool put_sequence_end(yaml_emitter_t *e)
{
	yaml_event_t event;

	return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(e, &event);
}

static bool put_list(yaml_emitter_t *e, char **list)
{
	if (!put_sequence_start(e, YAML_BLOCK_SEQUENCE_STYLE))
		return false;
	for (size_t i = 0; list[i]; i++)
		if (!put(e, list[i]))
			return false;
	return put_sequence_end(e);
}

static bool put_keys(yaml_emitter_t *e, const struct yaml_key *keys, const void *source);

static bool put_records(yaml_emitter_t *e, const struct yaml_key *key, const char *records,
			size_t n)
{
	if (!put_sequence_start(e, YAML_BLOCK_SEQUENCE_STYLE))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!put_mapping_start(e) || !put_keys(e, key->members, records + i * key->size) ||
		    !put_mapping_end(e))
			return false;
	return put_sequence_end(e);
}

static bool has_members(const struct yaml_key *key, const void *source)
{
	for (const struct yaml_key *k = key->members; k->name; k++)
		if (*(char *const *)((const char *)source + k->offset))
			return true;
	return false;
}

static bool put_key(yaml_emitter_t *e, const struct yaml_key *key, const void *source)
{
	const void *field = (const char *)source + key->offset;
	size_t n;

	switch (key->kind) {
	case KEY_STRING:
		if (!*(char *const *)field)
			return true;
		/* The format is the one key that is a number. */
		if (strcmp(key->name, "kmend") == 0)
			return put(e, key->name) &&
			       put_styled(e, *(char *const *)field, YAML_PLAIN_SCALAR_STYLE);
		return put(e, key->name) && put(e, *(char *const *)field);
	case KEY_LIST:
		return !*(char **const *)field ||
		       (put(e, key->name) && put_list(e, *(char **const *)field));
	case KEY_MAPPING:
		return !has_members(key, source) ||
		       (put(e, key->name) && put_mapping_start(e) &&
			put_keys(e, key->members, source) && put_mapping_end(e));
	case KEY_RECORDS:
		n = *(const size_t *)((const char *)source + key->count);
		return n == 0 ||
		       (put(e, key->name) && put_records(e, key, *(char *const *)field, n));
	case KEY_PAIRS: /* not of manifests */
		break;
	}
	return false;
}

static bool put_keys(yaml_emitter_t *e, const struct yaml_key *keys, const void *source)
{
	for (const struct yaml_key *k = keys; k->name; k++)
		if (!k->author_only && !put_key(e, k, source))
			return false;
	return true;
}

static bool put_document(yaml_emitter_t *e, const struct manifest *m)
{
	yaml_event_t event;

	if (!yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) ||
	    !yaml_emitter_emit(e, &event))
		return false;
	if (!yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) ||
	    !yaml_emitter_emit(e, &event))
		return false;
	if (!put_mapping_start(e) || !put_keys(e, manifest_keys, m) || !put_mapping_end(e))
		return false;
	if (!yaml_document_end_event_initialize(&event, 1) || !yaml_emitter_emit(e, &event))
		return false;
	return yaml_stream_end_event_initialize(&event) && yaml_emitter_emit(e, &event);
}

int manifest_write(const struct manifest *m, char **ret, size_t *ret_size)
{
	struct buffer buffer = {};
	yaml_emitter_t emitter;
	bool done;

	if (!m->format || !m->name || !m->version || !m->summary)
		return -EINVAL;
	if (!yaml_emitter_initialize(&emitter))
		return -ENOMEM;
	yaml_emitter_set_output(&emitter, buffer_write, &buffer);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	done = put_document(&emitter, m);
	yaml_emitter_delete(&emitter);
	if (!done) {
		free(buffer.data);
		return -ENOMEM;
	}
	*ret = buffer.data;
	*ret_size = buffer.size;
	return 0;
}

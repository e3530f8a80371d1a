// SPDX-License-Identifier: GPL-2.0
#include "yaml-keys.h"

#include <stdarg.h>
#include <string.h>
#include <yaml.h>

#include "diag.h"
#include "fileio.h"
#include "strv.h"
#include "text.h"

/* As deep as: mapping, sequence of records, mapping, sequence, scalar. */
#define DEPTH_MAX 5

struct parse {
	const char *file;
	const char *what; /* the document, for messages */
	struct diag_list *diags;
	yaml_document_t *document;
	int result; /* the first error */
};

static void free_string(void *record, const struct yaml_key *key)
{
	free(*(char **)((char *)record + key->offset));
}

void yaml_keys_free_records(void *record, const struct yaml_key *key)
{
	char **records = (char **)((char *)record + key->offset);
	size_t *n = (size_t *)((char *)record + key->count);

	for (size_t i = 0; i < *n; i++)
		for (const struct yaml_key *k = key->members; k->name; k++)
			free_string(*records + i * key->size, k);
	free(*records);
	*records = NULL;
	*n = 0;
}

static void free_pairs(void *record, const struct yaml_key *key)
{
	struct yaml_pair **pairs = (struct yaml_pair **)((char *)record + key->offset);
	size_t *n = (size_t *)((char *)record + key->count);

	for (size_t i = 0; i < *n; i++) {
		free((*pairs)[i].name);
		free((*pairs)[i].value);
	}
	free(*pairs);
	*pairs = NULL;
	*n = 0;
}

void yaml_keys_free(void *record, const struct yaml_key *keys)
{
	for (const struct yaml_key *k = keys; k->name; k++) {
		if (k->kind == KEY_STRING)
			free_string(record, k);
		if (k->kind == KEY_RECORDS)
			yaml_keys_free_records(record, k);
		if (k->kind == KEY_PAIRS)
			free_pairs(record, k);
		if (k->kind == KEY_LIST)
			strv_free(*(char ***)((char *)record + k->offset));
		if (k->kind == KEY_MAPPING)
			yaml_keys_free(record, k->members);
	}
}

static void complain(struct parse *p, enum diag_code code, size_t line, const char *format, ...)
	_printf_(4, 5);

static void complain(struct parse *p, enum diag_code code, size_t line, const char *format, ...)
{
	struct diag_where where = {.file = p->file, .line = line + 1};
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	diag_add(p->diags, code, DIAG_ERROR, 0, &where, "%s", text ?: "out of memory");
	if (p->result == 0)
		p->result = -EINVAL;
}

/* Text from a hostile file, as it may stand in a message. */
static char *quoted(const char *s)
{
	char *copy = strndup(s, 60);

	if (copy)
		text_make_printable(copy);
	return copy;
}

static const char *event_objection(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return "aliases are not allowed";
	case YAML_SCALAR_EVENT:
		if (event->data.scalar.anchor)
			return "anchors are not allowed";
		return event->data.scalar.tag ? "tags are not allowed" : NULL;
	case YAML_SEQUENCE_START_EVENT:
		if (event->data.sequence_start.anchor)
			return "anchors are not allowed";
		return event->data.sequence_start.tag ? "tags are not allowed" : NULL;
	case YAML_MAPPING_START_EVENT:
		if (event->data.mapping_start.anchor)
			return "anchors are not allowed";
		return event->data.mapping_start.tag ? "tags are not allowed" : NULL;
	default:
		return NULL;
	}
}

static int check_event(struct parse *p, const yaml_event_t *event, unsigned *depth,
		       unsigned *documents)
{
	const char *objection = event_objection(event);

	if (event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT)
		(*depth)++;
	if (event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT)
		(*depth)--;
	if (event->type == YAML_DOCUMENT_START_EVENT)
		(*documents)++;
	if (*depth > DEPTH_MAX)
		objection = "it is nested too deeply";
	if (*documents > 1)
		objection = "there is more than one document";
	if (!objection)
		return 0;
	complain(p, KM110, event->start_mark.line, "%s", objection);
	return -EINVAL;
}

static void complain_yaml(struct parse *p, const yaml_parser_t *parser)
{
	complain(p, KM110, parser->problem_mark.line, "%s%s%s",
		 parser->problem ?: "it cannot be parsed", parser->context ? " " : "",
		 parser->context ?: "");
}

/*
 * Walk the events before anything is built of them: aliases could make a small text expand
 * without end, and the document loader resolves them silently.
 */
static int check_events(struct parse *p, const char *text, size_t size)
{
	unsigned depth = 0, documents = 0;
	yaml_parser_t parser;
	bool done = false;
	int r = 0;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	while (!done && r >= 0) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			r = parser.error == YAML_MEMORY_ERROR ? -ENOMEM : -EINVAL;
			if (r == -EINVAL)
				complain_yaml(p, &parser);
			break;
		}
		r = check_event(p, &event, &depth, &documents);
		done = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (r >= 0 && documents == 0) {
		complain(p, KM110, 0, "it is empty");
		return -EINVAL;
	}
	return r;
}

/* The text of a scalar; NULL when the node is none, or has a NUL byte inside. */
static const char *scalar(const yaml_node_t *node)
{
	const char *value;

	if (!node || node->type != YAML_SCALAR_NODE)
		return NULL;
	value = (const char *)node->data.scalar.value;
	return strlen(value) == node->data.scalar.length ? value : NULL;
}

static char *take_string(struct parse *p, const struct yaml_key *key, const yaml_node_t *node)
{
	const char *value = scalar(node);
	_cleanup_free_ char *shown = NULL;
	char *copy;

	if (!value) {
		complain(p, KM113, node->start_mark.line, "\"%s\" is not a string", key->name);
		return NULL;
	}
	if (!key->is_valid(value)) {
		shown = quoted(value);
		complain(p, KM113, node->start_mark.line, "\"%s\" is \"%s\", but must be %s",
			 key->name, shown ?: "?", key->rule);
		return NULL;
	}
	copy = strdup(value);
	if (!copy)
		p->result = -ENOMEM;
	return copy;
}

static void take_item(struct parse *p, const struct yaml_key *key, const yaml_node_t *node,
		      char ***list)
{
	_cleanup_free_ char *value = take_string(p, key, node);

	if (!value)
		return;
	if (strv_contains(*list, value)) {
		complain(p, KM113, node->start_mark.line, "\"%s\" names \"%s\" twice", key->name,
			 value);
		return;
	}
	if (strv_append(list, value) < 0)
		p->result = -ENOMEM;
}

static void take_list(struct parse *p, const struct yaml_key *key, const yaml_node_t *node,
		      char ***list)
{
	if (node->type == YAML_SCALAR_NODE) {
		take_item(p, key, node, list);
		return;
	}
	if (node->type != YAML_SEQUENCE_NODE) {
		complain(p, KM113, node->start_mark.line, "\"%s\" is not a list of strings",
			 key->name);
		return;
	}
	for (yaml_node_item_t *i = node->data.sequence.items.start;
	     i < node->data.sequence.items.top; i++)
		take_item(p, key, yaml_document_get_node(p->document, *i), list);
}

static void take_mapping(struct parse *p, const struct yaml_key *keys, const char *prefix,
			 const yaml_node_t *node, void *target);

static void take_records(struct parse *p, const struct yaml_key *key, const yaml_node_t *node,
			 char *target)
{
	char **records = (char **)(target + key->offset), prefix[64];
	size_t *count = (size_t *)(target + key->count), n;

	if (node->type != YAML_SEQUENCE_NODE) {
		complain(p, KM113, node->start_mark.line, "\"%s\" is not a list", key->name);
		return;
	}
	n = node->data.sequence.items.top - node->data.sequence.items.start;
	*records = calloc(n ?: 1, key->size);
	if (!*records) {
		p->result = -ENOMEM;
		return;
	}
	snprintf(prefix, sizeof(prefix), "%s.", key->name);
	for (size_t i = 0; i < n; i++) {
		yaml_node_item_t item = node->data.sequence.items.start[i];

		(*count)++;
		take_mapping(p, key->members, prefix, yaml_document_get_node(p->document, item),
			     *records + i * key->size);
	}
}

static char *take_name(struct parse *p, const struct yaml_key *key, const yaml_node_t *node,
		       const struct yaml_pair *pairs, size_t n)
{
	const char *name = scalar(node);
	_cleanup_free_ char *shown = NULL;
	bool twice = false;
	char *copy;

	for (size_t i = 0; name && i < n; i++)
		twice |= strcmp(pairs[i].name, name) == 0;
	if (!name) {
		complain(p, KM113, node->start_mark.line, "\"%s\" has a name that is no string",
			 key->name);
		return NULL;
	}
	if (twice || !key->is_name(name)) {
		shown = quoted(name);
		complain(p, KM113, node->start_mark.line, "\"%s\" names \"%s\"%s%s", key->name,
			 shown ?: "?", twice ? " twice" : ", which is not ",
			 twice ? "" : key->name_rule);
		return NULL;
	}
	copy = strdup(name);
	if (!copy)
		p->result = -ENOMEM;
	return copy;
}

static void take_pairs(struct parse *p, const struct yaml_key *key, const yaml_node_t *node,
		       char *target)
{
	struct yaml_pair *pairs;
	size_t *n = (size_t *)(target + key->count);

	if (node->type != YAML_MAPPING_NODE) {
		complain(p, KM113, node->start_mark.line, "\"%s\" is not a mapping", key->name);
		return;
	}
	pairs = calloc(node->data.mapping.pairs.top - node->data.mapping.pairs.start + 1,
		       sizeof(*pairs));
	*(struct yaml_pair **)(target + key->offset) = pairs;
	if (!pairs) {
		p->result = -ENOMEM;
		return;
	}
	for (yaml_node_pair_t *i = node->data.mapping.pairs.start; i < node->data.mapping.pairs.top;
	     i++) {
		struct yaml_pair *pair = &pairs[*n];

		pair->name =
			take_name(p, key, yaml_document_get_node(p->document, i->key), pairs, *n);
		if (!pair->name)
			continue;
		(*n)++;
		pair->value = take_string(p, key, yaml_document_get_node(p->document, i->value));
	}
}

static void take_value(struct parse *p, const struct yaml_key *key, const yaml_node_t *node,
		       void *target)
{
	void *field = (char *)target + key->offset;

	switch (key->kind) {
	case KEY_STRING:
		*(char **)field = take_string(p, key, node);
		break;
	case KEY_LIST:
		take_list(p, key, node, field);
		break;
	case KEY_MAPPING: {
		char prefix[64];

		snprintf(prefix, sizeof(prefix), "%s.", key->name);
		take_mapping(p, key->members, prefix, node, target);
		break;
	}
	case KEY_RECORDS:
		take_records(p, key, node, target);
		break;
	case KEY_PAIRS:
		take_pairs(p, key, node, target);
		break;
	}
}

static const struct yaml_key *find_key(const struct yaml_key *keys, const char *name)
{
	for (const struct yaml_key *k = keys; name && k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

static void take_pair(struct parse *p, const struct yaml_key *keys, const char *prefix,
		      const yaml_node_pair_t *pair, unsigned *seen, void *target)
{
	const yaml_node_t *name = yaml_document_get_node(p->document, pair->key);
	const yaml_node_t *value = yaml_document_get_node(p->document, pair->value);
	const struct yaml_key *key = find_key(keys, scalar(name));
	_cleanup_free_ char *shown = NULL;

	if (!key) {
		shown = quoted(scalar(name) ?: "(not a string)");
		complain(p, KM111, name->start_mark.line, "the key \"%s%s\" is not known", prefix,
			 shown ?: "?");
		return;
	}
	if (*seen & (1U << (key - keys))) {
		complain(p, KM113, name->start_mark.line, "the key \"%s%s\" is given twice", prefix,
			 key->name);
		return;
	}
	*seen |= 1U << (key - keys);
	take_value(p, key, value, target);
}

static void take_mapping(struct parse *p, const struct yaml_key *keys, const char *prefix,
			 const yaml_node_t *node, void *target)
{
	unsigned seen = 0;

	if (node->type != YAML_MAPPING_NODE) {
		complain(p, KM113, node->start_mark.line, "%s%.*s is not a mapping",
			 *prefix ? "an entry of " : p->what, *prefix ? (int)strlen(prefix) - 1 : 0,
			 prefix);
		return;
	}
	for (yaml_node_pair_t *i = node->data.mapping.pairs.start; i < node->data.mapping.pairs.top;
	     i++)
		take_pair(p, keys, prefix, i, &seen, target);
	for (const struct yaml_key *k = keys; k->name; k++)
		if (k->required && !(seen & (1U << (k - keys))))
			complain(p, KM112, node->start_mark.line, "the key \"%s%s\" is missing",
				 prefix, k->name);
}

static int load_document(struct parse *p, const char *text, size_t size,
			 const struct yaml_key *keys, void *target)
{
	yaml_document_t document;
	yaml_parser_t parser;
	yaml_node_t *root;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	if (!yaml_parser_load(&parser, &document)) {
		complain_yaml(p, &parser);
		yaml_parser_delete(&parser);
		return -EINVAL;
	}
	p->document = &document;
	root = yaml_document_get_root_node(&document);
	if (root)
		take_mapping(p, keys, "", root, target);
	else
		complain(p, KM110, 0, "it is empty");
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return p->result;
}

int yaml_keys_parse(const struct yaml_source *source, const struct yaml_key *keys,
		    struct diag_list *diags, void *target)
{
	struct parse p = {.file = source->file, .what = source->what, .diags = diags};
	int r;

	if (source->size > source->size_max) {
		complain(&p, KM110, 0, "it is larger than %zu bytes", source->size_max);
		return -EINVAL;
	}
	r = check_events(&p, source->text, source->size);
	return r < 0 ? r : load_document(&p, source->text, source->size, keys, target);
}

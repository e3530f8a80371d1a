// SPDX-License-Identifier: GPL-2.0
#include "catalog-json.h"

#include <string.h>

#include "catalog.h"
#include "json.h"
#include "lib/strv.h"

static int add(struct json_object *o, const char *key, struct json_object *value)
{
	if (value && json_object_object_add(o, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int append(struct json_object *array, struct json_object *value)
{
	if (array && value && json_object_array_add(array, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static struct json_object *func_to_json(const struct kmend_func *func)
{
	struct json_object *o = json_object_new_object();

	if (o && json_add_string(o, "name", func->name) == 0 &&
	    json_add_string(o, "object", func->object) == 0 &&
	    json_add_number(o, "sympos", func->sympos) == 0 &&
	    json_add_number(o, "flags", func->flags) == 0)
		return o;
	json_object_put(o);
	return NULL;
}

static struct json_object *funcs_to_json(const struct patch_module *module)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < module->n_funcs; i++)
		if (append(array, func_to_json(&module->funcs[i])) < 0) {
			json_object_put(array);
			return NULL;
		}
	return array;
}

/* The objects of callbacks are all that anybody asks for. */
static struct json_object *callbacks_to_json(const struct patch_module *module)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < module->n_callbacks; i++)
		if (append(array, json_object_new_string(module->callbacks[i].object)) < 0) {
			json_object_put(array);
			return NULL;
		}
	return array;
}

static struct json_object *module_to_json(const struct patch_module *module)
{
	struct json_object *o = json_object_new_object();

	if (o && add(o, "manifest", manifest_to_json(module->manifest)) == 0 &&
	    add(o, "funcs", funcs_to_json(module)) == 0 &&
	    add(o, "callbacks", callbacks_to_json(module)) == 0)
		return o;
	json_object_put(o);
	return NULL;
}

static struct json_object *entry_to_json(const struct catalog_entry *e)
{
	struct json_object *o = json_object_new_object();

	if (o && json_add_string(o, "name", e->name) == 0 &&
	    json_add_string(o, "path", e->path) == 0 &&
	    json_add_string(o, "digest", e->digest ?: "") == 0 &&
	    json_add_number(o, "masked", e->masked) == 0 &&
	    add(o, "problems", diag_list_to_json(&e->problems)) == 0 &&
	    (!e->module || add(o, "module", module_to_json(e->module)) == 0))
		return o;
	json_object_put(o);
	return NULL;
}

struct json_object *catalog_to_json(const struct catalog *catalog, const struct diag_list *diags)
{
	struct json_object *o = json_object_new_object(), *array = json_object_new_array();
	int r = o && array ? 0 : -ENOMEM;

	for (size_t i = 0; i < catalog->n && r >= 0; i++)
		r = append(array, entry_to_json(&catalog->items[i]));
	if (r >= 0)
		r = add(o, "diagnostics", diag_list_to_json(diags));
	if (r >= 0)
		r = add(o, "patches", json_object_get(array));
	json_object_put(array);
	if (r >= 0)
		return o;
	json_object_put(o);
	return NULL;
}

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;
}

static int diag_from_json(struct json_object *o, struct diag_list *diags)
{
	const struct diag_where where = {
		.symbol = text_of(o, "symbol"),
		.section = text_of(o, "section"),
		.file = text_of(o, "file"),
		.line = json_object_get_int(json_object_object_get(o, "line")),
	};
	const char *name = text_of(o, "code"), *message = text_of(o, "message");
	const char *hint = text_of(o, "hint"), *severity = text_of(o, "severity");
	enum diag_code code = name ? diag_code_from_name(name) : _DIAG_CODE_INVALID;

	if ((int)code < 0 || !message || !hint || !severity)
		return -EBADMSG;
	for (enum diag_severity s = 0; s < _DIAG_SEVERITY_MAX; s++)
		if (strcmp(severity, diag_severity_name(s)) == 0)
			return diag_add_hint(diags, code, s, 0, &where, hint, "%s", message);
	return -EBADMSG;
}

static int diags_from_json(struct json_object *o, const char *key, struct diag_list *diags)
{
	struct json_object *array;
	int r;

	r = json_get_array(o, key, &array);
	for (size_t i = 0; r >= 0 && i < json_object_array_length(array); i++)
		r = diag_from_json(json_object_array_get_idx(array, i), diags);
	return r;
}

static int copy_word(struct json_object *o, const char *key, char *ret, size_t size)
{
	const char *text = text_of(o, key);

	if (!text || !*text || strlen(text) >= size)
		return -EBADMSG;
	strcpy(ret, text);
	return 0;
}

static int func_from_json(struct json_object *o, struct kmend_func *ret)
{
	uint64_t sympos, flags;
	int r;

	r = copy_word(o, "name", ret->name, sizeof(ret->name));
	if (r >= 0)
		r = copy_word(o, "object", ret->object, sizeof(ret->object));
	if (r >= 0)
		r = json_get_number(o, "sympos", &sympos);
	if (r >= 0)
		r = json_get_number(o, "flags", &flags);
	if (r < 0 || sympos > UINT32_MAX || flags > UINT32_MAX)
		return r < 0 ? r : -EBADMSG;
	ret->sympos = sympos;
	ret->flags = flags;
	return 0;
}

static int funcs_from_json(struct json_object *o, struct patch_module *module)
{
	struct json_object *array;
	size_t n;
	int r;

	r = json_get_array(o, "funcs", &array);
	if (r < 0)
		return r;
	n = json_object_array_length(array);
	module->funcs = calloc(n ?: 1, sizeof(*module->funcs));
	if (!module->funcs)
		return -ENOMEM;
	module->n_funcs = n;
	for (size_t i = 0; i < n && r >= 0; i++)
		r = func_from_json(json_object_array_get_idx(array, i), &module->funcs[i]);
	return r;
}

static int callbacks_from_json(struct json_object *o, struct patch_module *module)
{
	struct json_object *array;
	size_t n;
	int r;

	r = json_get_array(o, "callbacks", &array);
	if (r < 0)
		return r;
	n = json_object_array_length(array);
	module->callbacks = calloc(n ?: 1, sizeof(*module->callbacks));
	if (!module->callbacks)
		return -ENOMEM;
	module->n_callbacks = n;
	for (size_t i = 0; i < n && r >= 0; i++) {
		const char *object = json_object_get_string(json_object_array_get_idx(array, i));

		if (!object || strlen(object) >= sizeof(module->callbacks[i].object))
			return -EBADMSG;
		strcpy(module->callbacks[i].object, object);
	}
	return 0;
}

static int module_from_json(struct json_object *o, struct patch_module **ret)
{
	_cleanup_patch_module_ struct patch_module *module = calloc(1, sizeof(*module));
	struct json_object *manifest;
	int r;

	if (!module)
		return -ENOMEM;
	if (!json_object_object_get_ex(o, "manifest", &manifest))
		return -EBADMSG;
	r = manifest_from_json(manifest, &module->manifest);
	if (r >= 0)
		r = funcs_from_json(o, module);
	if (r >= 0)
		r = callbacks_from_json(o, module);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(module);
	return 0;
}

static int entry_from_json(struct json_object *o, struct catalog_entry *e)
{
	struct json_object *module;
	uint64_t masked;
	int r;

	r = json_get_string(o, "name", &e->name);
	if (r >= 0)
		r = json_get_string(o, "path", &e->path);
	if (r >= 0)
		r = json_get_string(o, "digest", &e->digest);
	if (r >= 0)
		r = json_get_number(o, "masked", &masked);
	if (r >= 0)
		r = diags_from_json(o, "problems", &e->problems);
	if (r >= 0 && json_object_object_get_ex(o, "module", &module))
		r = module_from_json(module, &e->module);
	if (r < 0)
		return r;
	e->masked = masked;
	/* Whoever has no problem can be loaded: then everything about it has to be there. */
	return e->problems.n == 0 && (!*e->digest || !e->module ||
				      !manifest_is_built(e->module->manifest)) ?
		       -EBADMSG :
		       0;
}

int catalog_from_json(struct json_object *object, struct catalog *ret, struct diag_list *diags)
{
	_cleanup_(catalog_done) struct catalog c = {};
	struct json_object *array;
	int r;

	r = diags_from_json(object, "diagnostics", diags);
	if (r >= 0)
		r = json_get_array(object, "patches", &array);
	if (r < 0)
		return r;
	c.items = calloc(json_object_array_length(array) ?: 1, sizeof(*c.items));
	if (!c.items)
		return -ENOMEM;
	for (size_t i = 0; i < json_object_array_length(array) && r >= 0; i++)
		r = entry_from_json(json_object_array_get_idx(array, i), &c.items[c.n++]);
	if (r < 0)
		return r;
	catalog_sort(&c);
	*ret = c;
	c = (struct catalog){};
	return 0;
}

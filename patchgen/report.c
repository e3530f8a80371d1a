// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <string.h>

#include "../lib/module.h"
#include "../lib/strv.h"
#include "build.h"
#include "json.h"

static void print_names(FILE *f, const char *what, char *const *names, size_t n)
{
	if (n == 0)
		return;
	fprintf(f, "    %s", what);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s %s", i ? "," : "", names[i]);
	fputc('\n', f);
}

static void print_changed(FILE *f, const char *what, const struct diff_result *diff,
			  bool is_carried)
{
	const char *separator = "";

	for (size_t i = 0; diff->changes && i < diff->n_changed; i++) {
		if (diff->changes[i].is_carried != is_carried)
			continue;
		if (!*separator)
			fprintf(f, "    %s", what);
		fprintf(f, "%s %s", separator, diff->changed[i]);
		separator = ",";
	}
	if (*separator)
		fputc('\n', f);
}

static void print_callbacks(FILE *f, char *const *callbacks)
{
	const char *separator = "    calls";

	for (unsigned i = 0; i < KMEND_EVENTS; i++) {
		if (!callbacks[i])
			continue;
		fprintf(f, "%s %s for %s", separator, callbacks[i], patch_event_name(i));
		separator = ",";
	}
	if (*separator == ',')
		fputc('\n', f);
}

static void print_object(FILE *f, const struct build_object *object)
{
	fprintf(f, "  %s, part of %s\n", object->original.source, object->original.module);
	fprintf(f, "    %zu of %zu functions proven identical to the shipped ones\n",
		object->n_proven, object->n_functions);
	if (object->shipped && object->original.is_module)
		fprintf(f, "    module's build-id %s\n", object->shipped_build_id);
	if (object->diff.verdict == DIFF_NO_CHANGE)
		fprintf(f, "    no change\n");
	print_changed(f, "redirects", &object->diff, /* is_carried= */ false);
	print_changed(f, "replaces", &object->diff, /* is_carried= */ true);
	print_names(f, "  by redirecting", object->diff.callers, object->diff.n_callers);
	print_names(f, "NOT PROVEN", object->unproven, strv_length(object->unproven));
	print_names(f, "adds", object->diff.added, object->diff.n_added);
	print_callbacks(f, object->diff.callbacks);
}

static void print_modules(FILE *f, const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->n_modules; i++) {
		const struct manifest_module *module = &manifest->modules[i];

		if (module->load && strcmp(module->load, "late") == 0)
			fprintf(f, "  module %s may be loaded later\n", module->name);
		else
			fprintf(f, "  module %s has to be loaded first%s%s\n", module->name,
				module->why ? ": " : "", module->why ?: "");
	}
}

/* What is right because the author says so stands out. */
static void print_overrides(FILE *f, const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->n_overrides; i++) {
		const struct manifest_override *override = &manifest->overrides[i];

		fprintf(f, "  OVERRIDDEN %s of %s: %s\n", override->code, override->symbol,
			override->reason);
	}
	if (manifest->n_overrides)
		fprintf(f, "  risk %s\n", manifest->risk);
}

static void print_fixes(FILE *f, char *const *fixes)
{
	if (!fixes || !*fixes)
		return;
	fputs("  fixes", f);
	for (; *fixes; fixes++)
		fprintf(f, " %s", *fixes);
	fputc('\n', f);
}

void report_print(FILE *f, const struct build *build)
{
	fprintf(f, "%s %s for %s\n", build->manifest->name, build->manifest->version,
		build->kernel->release);
	fprintf(f, "  %s\n", build->manifest->summary);
	print_fixes(f, build->manifest->fixes);
	fprintf(f, "  kernel's build-id %s\n", build->image->build_id);
	for (size_t i = 0; i < build->n_objects; i++)
		if (!build->objects[i].is_indirect ||
		    build->objects[i].diff.verdict != DIFF_NO_CHANGE)
			print_object(f, &build->objects[i]);
	if (build->left_out)
		fprintf(f, "  %zu of the files that headers reach are the same preprocessed\n",
			strv_length(build->left_out));
	if (build->verdict == DIFF_NO_CHANGE) {
		fputs("  the patch changes nothing in this kernel\n", f);
		return;
	}
	print_modules(f, build->manifest);
	print_overrides(f, build->manifest);
	fprintf(f, "  %zu symbols that are not exported\n", build->module.n_klp);
	if (build->signature.is_signed)
		fprintf(f, "  signed by %s, %s\n", build->signature.issuer, build->signature.hash);
	fprintf(f, "  %s/%s.ko, %zu bytes, in %ld.%ld s\n", build->result, build->manifest->name,
		build->module_bytes, build->milliseconds / 1000, build->milliseconds % 1000 / 100);
}

static void add_string(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_string_or_null(value));
}

static struct json_object *callbacks_to_json(char *const *callbacks)
{
	struct json_object *o = json_object_new_object();

	for (unsigned i = 0; i < KMEND_EVENTS; i++)
		if (callbacks[i])
			add_string(o, patch_event_name(i), callbacks[i]);
	return o;
}

static struct json_object *object_to_json(const struct build_object *object)
{
	struct json_object *o = json_object_new_object();

	add_string(o, "source", object->original.source);
	add_string(o, "object", object->original.module);
	add_string(o, "verdict", diff_verdict_name(object->diff.verdict));
	json_object_object_add(o, "changed", json_names(object->diff.changed));
	json_object_object_add(o, "callers", json_names(object->diff.callers));
	json_object_object_add(o, "added", json_names(object->diff.added));
	json_object_object_add(o, "first_changes", json_first_changes(&object->diff));
	json_object_object_add(o, "callbacks", callbacks_to_json(object->diff.callbacks));
	json_object_object_add(o, "functions", json_object_new_int64(object->n_functions));
	json_object_object_add(o, "proven", json_object_new_int64(object->n_proven));
	json_object_object_add(o, "verified", json_names(object->verified));
	json_object_object_add(o, "unproven", json_names(object->unproven));
	add_string(o, "shipped_file", object->shipped);
	add_string(o, "shipped_build_id", object->shipped_build_id);
	return o;
}

static struct json_object *modules_to_json(const struct manifest *manifest)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; manifest && i < manifest->n_modules; i++) {
		const struct manifest_module *module = &manifest->modules[i];
		struct json_object *o = json_object_new_object();

		add_string(o, "name", module->name);
		add_string(o, "build_id", module->build_id);
		add_string(o, "load", module->load);
		add_string(o, "why", module->why);
		json_object_array_add(array, o);
	}
	return array;
}

static const char *verdict_name(const struct build *build)
{
	if (diag_list_has(&build->diags, DIAG_ERROR))
		return "error";
	if (diag_list_has(&build->diags, DIAG_REFUSAL))
		return "refused";
	return diff_verdict_name(build->verdict);
}

/* Of all objects, each name once: what 'patchgen diff' says of two. */
static struct json_object *names_of_all(const struct build *build,
					char **(*names)(const struct diff_result *diff))
{
	_cleanup_strv_ char **all = NULL;

	for (size_t i = 0; i < build->n_objects; i++)
		for (char **name = names(&build->objects[i].diff); name && *name; name++)
			if (!strv_contains(all, *name) && strv_append(&all, *name) < 0)
				return NULL;
	return json_names(all);
}

static char **changed_names(const struct diff_result *diff)
{
	return diff->changed;
}

static char **added_names(const struct diff_result *diff)
{
	return diff->added;
}

struct json_object *report_to_json(const struct build *build)
{
	struct json_object *o = json_object_new_object();
	struct json_object *objects = json_object_new_array();

	add_string(o, "verdict", verdict_name(build));
	add_string(o, "name", build->manifest ? build->manifest->name : NULL);
	add_string(o, "version", build->manifest ? build->manifest->version : NULL);
	add_string(o, "release", build->kernel ? build->kernel->release : NULL);
	add_string(o, "build_id", build->image ? build->image->build_id : NULL);
	add_string(o, "verify", verify_name(build->options->verify));
	add_string(o, "risk", build->manifest ? build->manifest->risk : NULL);
	json_object_object_add(o, "overrides", json_overrides(build->manifest));
	for (size_t i = 0; i < build->n_objects; i++)
		json_object_array_add(objects, object_to_json(&build->objects[i]));
	json_object_object_add(o, "changed_functions", names_of_all(build, changed_names));
	json_object_object_add(o, "new_functions", names_of_all(build, added_names));
	json_object_object_add(o, "objects", objects);
	json_object_object_add(o, "left_out", json_names(build->left_out));
	json_object_object_add(o, "modules", modules_to_json(build->manifest));
	json_object_object_add(o, "klp_relocations", json_object_new_int64(build->module.n_klp));
	add_string(o, "folder", build->module_bytes ? build->result : NULL);
	json_object_object_add(o, "signature", signature_to_json(&build->signature));
	json_object_object_add(o, "module_bytes", json_object_new_int64(build->module_bytes));
	json_object_object_add(o, "milliseconds", json_object_new_int64(build->milliseconds));
	json_object_object_add(o, "steps", steps_to_json(&build->steps));
	json_object_object_add(o, "diagnostics", diag_list_to_json(&build->diags));
	return o;
}

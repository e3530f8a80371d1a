// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "../lib/diag.h"
#include "../lib/fileio.h"
#include "../lib/manifest.h"
#include "../lib/module.h"
#include "../lib/text.h"
#include "json.h"
#include "../lib/signature.h"
#include "link/signing-key.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen inspect [OPTION...] FILE.ko\n\n"
	      "Shows what a patch module is made for, what it redirects and what it needs of the\n"
	      "kernel, without loading it. Exit status 1 when it is no valid patch module.\n\n"
	      "      --sign-cert=FILE  it has to be signed with this certificate's key\n"
	      "      --json            one JSON object\n"
	      "  -h, --help            this text\n",
	      f);
}

static void print_line(const char *label, const char *value)
{
	if (value)
		printf("%-12s %s\n", label, value);
}

static void print_list(const char *label, char *const *list)
{
	for (; list && *list; list++) {
		printf("%-12s %s\n", label, *list);
		label = "";
	}
}

static void print_func(const struct kmend_func *func)
{
	if (func->flags & KMEND_FUNC_RANGE)
		printf("  %-12s %s (only checked, not redirected)", func->object, func->name);
	else
		printf("  %-12s %s", func->object, func->name);
	if (func->sympos)
		printf(", the %u. of this name", func->sympos);
	printf(", %u -> %u bytes\n", func->old_size, func->new_size);
}

static const char *load_order(const struct kmend_object *object)
{
	return object->flags & KMEND_OBJECT_LATE ? "late" : "first";
}

static const char *late_conflict(const struct kmend_object *object)
{
	return object->flags & KMEND_OBJECT_UNPATCHED ? "unpatched" : "refuse";
}

/* The manifest tells why; the record is what the core acts upon. */
static const char *why_first(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->n_modules; i++)
		if (strcmp(manifest->modules[i].name, name) == 0)
			return manifest->modules[i].why;
	return NULL;
}

static void print_object(const struct manifest *manifest, const struct kmend_object *object)
{
	const char *why = why_first(manifest, object->name);

	printf("  %-12s %s, ", object->name, object->build_id);
	if (object->flags & KMEND_OBJECT_LATE)
		printf("may be loaded later; one that cannot be patched is %s\n",
		       object->flags & KMEND_OBJECT_UNPATCHED ? "used as it is" : "not loaded");
	else
		printf("has to be loaded first%s%s\n", why ? ": " : "", why ?: "");
}

static void print_callbacks(const struct kmend_callbacks *callbacks)
{
	printf("  %-12s %s:", callbacks->object, callbacks->source);
	for (size_t i = 0; i < KMEND_EVENTS; i++)
		if (callbacks->events & (1U << i))
			printf(" %s", patch_event_name(i));
	putchar('\n');
}

static void print_overrides(const struct manifest *manifest)
{
	if (manifest->n_overrides)
		printf("overrides\n");
	for (size_t i = 0; i < manifest->n_overrides; i++) {
		const struct manifest_override *override = &manifest->overrides[i];

		printf("  %s %s: %s\n", override->code, override->symbol, override->reason);
	}
}

static void print_signature(const struct signature *signature)
{
	if (signature->is_signed)
		printf("%-12s %s, serial %s, %s\n", "signed by", signature->issuer,
		       signature->serial, signature->hash);
	else
		print_line("signed by", "nobody");
}

static void print_module(const struct patch_module *module)
{
	const struct manifest *manifest = module->manifest;

	print_line("patch", manifest->name);
	print_line("version", manifest->version);
	print_line("summary", manifest->summary);
	print_line("risk", manifest->risk);
	print_list("fixes", manifest->fixes);
	print_list("references", manifest->references);
	print_list("depends", manifest->depends);
	print_list("conflicts", manifest->conflicts);
	print_list("replaces", manifest->replaces);
	print_list("stacks on", manifest->stacks_on);
	print_line("module", module->name);
	print_line("kernel", manifest->kernel_release);
	print_line("build-id", manifest->kernel_build_id);
	if (module->n_objects)
		printf("modules\n");
	for (size_t i = 0; i < module->n_objects; i++)
		print_object(manifest, &module->objects[i]);
	print_line("compiler", manifest->build_compiler);
	print_line("source", manifest->build_source);
	print_line("patchgen", manifest->build_patchgen);
	print_line("verify", manifest->build_verify);
	print_list("NOT PROVEN", manifest->build_unproven);
	printf("functions\n");
	for (size_t i = 0; i < module->n_funcs; i++)
		print_func(&module->funcs[i]);
	print_overrides(manifest);
	if (module->n_callbacks)
		printf("callbacks\n");
	for (size_t i = 0; i < module->n_callbacks; i++)
		print_callbacks(&module->callbacks[i]);
	printf("klp relocations\n");
	for (size_t i = 0; i < module->n_klp; i++)
		printf("  %-40s %zu\n", module->klp[i].name, module->klp[i].n_relocs);
}

static struct json_object *func_to_json(const struct kmend_func *func)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "object", json_object_new_string(func->object));
	json_object_object_add(o, "name", json_object_new_string(func->name));
	json_object_object_add(o, "sympos", json_object_new_int64(func->sympos));
	json_object_object_add(o, "old_size", json_object_new_int64(func->old_size));
	json_object_object_add(o, "new_size", json_object_new_int64(func->new_size));
	json_object_object_add(o, "redirected",
			       json_object_new_boolean(!(func->flags & KMEND_FUNC_RANGE)));
	return o;
}

static struct json_object *callbacks_to_json(const struct kmend_callbacks *callbacks)
{
	struct json_object *o = json_object_new_object(), *events = json_object_new_array();

	json_object_object_add(o, "object", json_object_new_string(callbacks->object));
	json_object_object_add(o, "source", json_object_new_string(callbacks->source));
	for (size_t i = 0; i < KMEND_EVENTS; i++)
		if (callbacks->events & (1U << i))
			json_object_array_add(events, json_object_new_string(patch_event_name(i)));
	json_object_object_add(o, "events", events);
	return o;
}

static struct json_object *targets_to_json(const struct patch_module *module)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < module->n_objects; i++) {
		const struct kmend_object *object = &module->objects[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "name", json_object_new_string(object->name));
		json_object_object_add(o, "build_id", json_object_new_string(object->build_id));
		json_object_object_add(o, "load", json_object_new_string(load_order(object)));
		json_object_object_add(o, "late_conflict",
				       json_object_new_string(late_conflict(object)));
		json_object_object_add(
			o, "why", json_string_or_null(why_first(module->manifest, object->name)));
		json_object_array_add(array, o);
	}
	return array;
}

static struct json_object *module_to_json(const struct patch_module *module)
{
	const struct manifest *manifest = module->manifest;
	struct json_object *o = json_object_new_object(), *funcs = json_object_new_array();
	struct json_object *klp = json_object_new_array(), *callbacks = json_object_new_array();
	const struct {
		const char *key, *value;
	} strings[] = {{"patch", manifest->name},
		       {"version", manifest->version},
		       {"summary", manifest->summary},
		       {"risk", manifest->risk},
		       {"module", module->name},
		       {"kernel", manifest->kernel_release},
		       {"build_id", manifest->kernel_build_id},
		       {"compiler", manifest->build_compiler},
		       {"source", manifest->build_source},
		       {"patchgen", manifest->build_patchgen},
		       {"verify", manifest->build_verify}};

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		json_object_object_add(o, strings[i].key, json_string_or_null(strings[i].value));
	json_object_object_add(o, "abi", json_object_new_int64(module->abi));
	json_object_object_add(o, "fixes", json_names(manifest->fixes));
	json_object_object_add(o, "depends", json_names(manifest->depends));
	json_object_object_add(o, "conflicts", json_names(manifest->conflicts));
	json_object_object_add(o, "replaces", json_names(manifest->replaces));
	json_object_object_add(o, "stacks_on", json_names(manifest->stacks_on));
	json_object_object_add(o, "verified", json_names(manifest->build_verified));
	json_object_object_add(o, "unproven", json_names(manifest->build_unproven));
	json_object_object_add(o, "overrides", json_overrides(manifest));
	json_object_object_add(o, "targets", targets_to_json(module));
	for (size_t i = 0; i < module->n_funcs; i++)
		json_object_array_add(funcs, func_to_json(&module->funcs[i]));
	json_object_object_add(o, "functions", funcs);
	for (size_t i = 0; i < module->n_callbacks; i++)
		json_object_array_add(callbacks, callbacks_to_json(&module->callbacks[i]));
	json_object_object_add(o, "callbacks", callbacks);
	for (size_t i = 0; i < module->n_klp; i++) {
		struct json_object *section = json_object_new_object();

		json_object_object_add(section, "section",
				       json_string_or_null(module->klp[i].name));
		json_object_object_add(section, "relocations",
				       json_object_new_int64(module->klp[i].n_relocs));
		json_object_array_add(klp, section);
	}
	json_object_object_add(o, "klp_relocations", klp);
	json_object_object_add(o, "diagnostics", json_object_new_array());
	return o;
}

/* Of the file, and when a certificate is given, made with its key. */
static int check_signature(const char *path, const char *certificate, struct diag_list *diags,
			   struct signature *ret)
{
	_cleanup_free_ char *data = NULL;
	X509 *x509 = NULL;
	size_t size;
	int r;

	r = file_read(path, PATCH_MODULE_MAX, &data, &size);
	if (r < 0)
		return diag_error(diags, KM102, r, "%s: %s", path, strerror(-r));
	r = signature_read(data, size, path, diags, ret);
	if (r == 0 && certificate) {
		r = signing_certificate_open(certificate, diags, &x509);
		r = r ?: signature_verify(ret, data, x509, path, diags);
		X509_free(x509);
	}
	ret->message = NULL;
	return r;
}

static int fail(const struct diag_list *diags, bool json)
{
	if (json) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "diagnostics", diag_list_to_json(diags));
		json_print(o);
	} else {
		diag_list_print(stderr, diags, colours_wanted(stderr));
	}
	return EXIT_PATCHGEN_ERROR;
}

int verb_inspect(int argc, char **argv)
{
	enum { ARG_JSON = 256, ARG_CERT };
	static const struct option options[] = {{"sign-cert", required_argument, NULL, ARG_CERT},
						{"json", no_argument, NULL, ARG_JSON},
						{"help", no_argument, NULL, 'h'},
						{0}};
	_cleanup_(signature_done) struct signature signature = {0};
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	_cleanup_patch_module_ struct patch_module *module = NULL;
	const char *certificate = NULL;
	bool json = false;
	struct json_object *o;
	int c, r;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
		switch (c) {
		case ARG_CERT:
			certificate = optarg;
			break;
		case ARG_JSON:
			json = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_PATCHGEN_DONE;
		default:
			return option_error("inspect", argv);
		}
	if (argc - optind != 1)
		return usage_error("inspect", "one module is expected");
	r = patch_module_open(argv[optind], &diags, &module);
	r = r ?: check_signature(argv[optind], certificate, &diags, &signature);
	if (r < 0)
		return fail(&diags, json);
	if (json) {
		o = module_to_json(module);
		json_object_object_add(o, "signature", signature_to_json(&signature));
		json_print(o);
	} else {
		print_module(module);
		print_signature(&signature);
	}
	return EXIT_PATCHGEN_DONE;
}

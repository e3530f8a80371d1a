// SPDX-License-Identifier: GPL-2.0
#include "build-input.h"
#include "build-steps.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>

#include "../lib/strv.h"
#include "base/files.h"

static bool is_manifest(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int add_patch(struct build *build, const char *path)
{
	struct patch_text **patches;
	int r;

	patches = reallocarray(build->patches, build->n_patches + 1, sizeof(*patches));
	if (!patches)
		return -ENOMEM;
	build->patches = patches;
	r = patch_text_read(path, &build->diags, &patches[build->n_patches]);
	if (r < 0)
		return r;
	build->n_patches++;
	return 0;
}

static int read_manifest(struct build *build, const char *path)
{
	const char *slash = strrchr(path, '/');
	int r;

	r = manifest_read(path, &build->diags, &build->manifest);
	if (r < 0)
		return r;
	if (!build->manifest->patch)
		return diag_add(&build->diags, KM112, DIAG_ERROR, -EINVAL,
				&(struct diag_where){.file = path},
				"the key 'patch' is missing: there is nothing to build");
	r = overrides_add_manifest(&build->overrides, build->manifest, path, &build->diags);
	for (char **name = build->manifest->patch; r == 0 && *name; name++) {
		_cleanup_free_ char *full = NULL;
		bool is_absolute = **name == '/';

		r = string_format(&full, "%.*s%s",
				  slash && !is_absolute ? (int)(slash - path) + 1 : 0, path, *name);
		r = r ?: add_patch(build, full);
	}
	return r;
}

/* "0001-net: Fix_X.patch" to "0001-net-fix_x" */
static char *name_after_file(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char *name = strdup(base), *to = name;

	if (!name)
		return NULL;
	if (strrchr(name, '.'))
		*strrchr(name, '.') = '\0';
	for (const char *p = name; *p && to - name < KMEND_PATCH_NAME_MAX; p++) {
		if (isalnum((unsigned char)*p))
			*to++ = tolower((unsigned char)*p);
		else if (to > name && to[-1] != '-')
			*to++ = *p == '_' ? '_' : '-';
	}
	while (to > name && to[-1] == '-')
		to--;
	*to = '\0';
	return name;
}

/* The subject that git and mail programs write at the head of a patch. */
static char *subject_of(const struct patch_text *patch)
{
	static const char key[] = "Subject:";
	const char *p = patch->text;

	while (p && strncmp(p, "--- ", 4) != 0) {
		if (strncmp(p, key, strlen(key)) == 0) {
			p += strlen(key);
			p += strspn(p, " \t");
			return strndup(p, strcspn(p, "\r\n"));
		}
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	p = strrchr(patch->name, '/');
	return strdup(p ? p + 1 : patch->name);
}

static int make_manifest(struct build *build, const char *path)
{
	struct manifest *manifest;
	int r;

	r = add_patch(build, path);
	if (r < 0)
		return r;
	manifest = build->manifest = calloc(1, sizeof(*manifest));
	if (!manifest)
		return -ENOMEM;
	manifest->format = strdup("1");
	manifest->name = name_after_file(path);
	manifest->version = strdup("1");
	manifest->summary = subject_of(build->patches[0]);
	if (!manifest->format || !manifest->name || !manifest->version || !manifest->summary)
		return -ENOMEM;
	return 0;
}

int build_read_input(struct build *build)
{
	const struct build_options *options = build->options;
	int r;

	if (is_manifest(options->input))
		r = read_manifest(build, options->input);
	else
		r = make_manifest(build, options->input);
	if (r < 0)
		return r;
	if (options->name) {
		free(build->manifest->name);
		build->manifest->name = strdup(options->name);
		if (!build->manifest->name)
			return -ENOMEM;
	}
	if (!patch_name_is_valid(build->manifest->name))
		return diag_add_hint(
			&build->diags, KM113, DIAG_ERROR, -EINVAL, NULL,
			"give one with --name: lower-case letters, digits, '-' and '_'",
			"'%s' cannot be a patch's name", build->manifest->name);
	return 0;
}

static int hash_patches(const struct build *build, char **ret)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned n = 0;
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	char *text;

	for (size_t i = 0; ok && i < build->n_patches; i++)
		ok = EVP_DigestUpdate(context, build->patches[i]->text,
				      strlen(build->patches[i]->text));
	ok = ok && EVP_DigestFinal_ex(context, hash, &n);
	EVP_MD_CTX_free(context);
	text = ok ? calloc(n + 1, 2) : NULL;
	if (!text)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	*ret = text;
	return 0;
}

/* "linux-source-6.1 6.1.190-1" where the distribution's version is known, the banner otherwise. */
static int describe_source(const struct build *build, char **ret)
{
	_cleanup_free_ char *version = image_package_version(build->image);
	const char *release = build->kernel->release;
	int n = strcspn(release, ".");

	n += release[n] ? 1 + (int)strspn(release + n + 1, "0123456789") : 0;
	if (version)
		return string_format(ret, "linux-source-%.*s %s", n, release, version);
	return string_format(ret, "%s", build->image->banner);
}

/* Is anything of this module patched, and not only compared? */
static bool is_target(const struct build *build, const char *module)
{
	for (size_t i = 0; i < build->n_objects; i++)
		if (build->objects[i].diff.verdict == DIFF_ACCEPTED &&
		    strcmp(build->objects[i].original.module, module) == 0)
			return true;
	return false;
}

static int add_module(struct build *build, const struct resolver_module *module, bool is_late)
{
	const char *conflict = build->manifest->late_conflict, *why;
	struct manifest *manifest = build->manifest;
	struct manifest_module *modules, *entry;
	struct kmend_object *targets;

	modules = reallocarray(manifest->modules, manifest->n_modules + 1, sizeof(*modules));
	if (!modules)
		return -ENOMEM;
	manifest->modules = modules;
	targets = reallocarray(build->targets, build->n_targets + 1, sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	build->targets = targets;

	targets += build->n_targets++;
	*targets = (struct kmend_object){.flags = is_late ? KMEND_OBJECT_LATE : 0};
	if (is_late && conflict && strcmp(conflict, "unpatched") == 0)
		targets->flags |= KMEND_OBJECT_UNPATCHED;
	snprintf(targets->name, sizeof(targets->name), "%s", module->name);
	snprintf(targets->build_id, sizeof(targets->build_id), "%s", module->build_id);

	why = is_late ? NULL : build_why_first(build, module->name);
	entry = &modules[manifest->n_modules++];
	*entry = (struct manifest_module){
		.name = strdup(module->name),
		.build_id = strdup(module->build_id),
		.load = strdup(is_late ? "late" : "first"),
		.why = why ? strdup(why) : NULL,
	};
	return entry->name && entry->build_id && entry->load && (entry->why || !why) ? 0 : -ENOMEM;
}

static int add_modules(struct build *build)
{
	struct resolver_module module;
	int r = 0;

	manifest_clear_modules(build->manifest);
	for (size_t i = 0; r == 0 && resolver_module(build->resolver, i, &module); i++) {
		bool is_changed = is_target(build, module.name);

		if (!is_changed && !module.is_needed && !module.is_needed_late)
			continue;
		if (!is_changed)
			diag_add(
				&build->diags, KM336, DIAG_NOTE, 0, NULL,
				"the patch uses symbols of the module %s, which it does not change",
				module.name);
		r = add_module(build, &module,
			       !module.is_needed && build_is_late(build, module.name));
	}
	return r;
}

static int set(char **field, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int list_functions(const char *source, char *const *functions, char ***list)
{
	int r = 0;

	for (; r == 0 && functions && *functions; functions++) {
		_cleanup_free_ char *name = NULL;

		r = string_format(&name, "%s:%s", source, *functions);
		if (r == 0 && !strv_contains(*list, name))
			r = strv_append(list, name);
	}
	return r;
}

/* What was proven, and against what rule, so that it can be asked on the machine. */
static int add_verification(struct build *build)
{
	struct manifest *manifest = build->manifest;
	int r;

	strv_free(TAKE_PTR(manifest->build_verified));
	strv_free(TAKE_PTR(manifest->build_unproven));
	r = set(&manifest->build_verify, verify_name(build->options->verify));
	for (size_t i = 0; r == 0 && i < build->n_objects; i++) {
		const struct build_object *object = &build->objects[i];

		if (object->diff.verdict != DIFF_ACCEPTED)
			continue;
		r = list_functions(object->original.source, object->verified,
				   &manifest->build_verified);
		r = r     ?:
			    list_functions(object->original.source, object->unproven,
					   &manifest->build_unproven);
	}
	return r;
}

int build_complete_manifest(struct build *build)
{
	_cleanup_free_ char *source = NULL, *hash = NULL;
	struct manifest *manifest = build->manifest;
	int r = 0;

	r = r ?: set(&manifest->kernel_release, build->kernel->release);
	r = r ?: set(&manifest->kernel_arch, "x86_64");
	r = r ?: set(&manifest->kernel_build_id, build->image->build_id);
	r = r ?: set(&manifest->build_patchgen, PACKAGE_VERSION);
	r = r ?: set(&manifest->build_compiler, build->tree->compiler_version);
	r = r ?: describe_source(build, &source);
	r = r ?: hash_patches(build, &hash);
	r = r ?: set(&manifest->build_source, source);
	r = r ?: set(&manifest->build_patch_sha256, hash);
	r = r ?: add_modules(build);
	r = r ?: add_verification(build);
	r = r ?: manifest_write(manifest, &build->manifest_text, &build->manifest_size);
	return r;
}

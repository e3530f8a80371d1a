// SPDX-License-Identifier: GPL-2.0
#include "pins.h"

#include <string.h>

#include "config.h"
#include "lib/cleanup.h"
#include "lib/diag.h"
#include "lib/fileio.h"
#include "policy.h"

#define PINS_FILE "pins.yaml"

/* Beside the policy that counts most. */
static char *pins_path(const struct config *config)
{
	const char *policy = config->policy && config->policy[0] ? config->policy[0] : "";
	const char *slash = strrchr(policy, '/');
	char *path;

	return asprintf(&path, "%.*s" PINS_FILE, slash ? (int)(slash - policy + 1) : 0, policy) <
			       0 ?
		       NULL :
		       path;
}

static int put(struct policy *policy, const char *name, const char *version)
{
	struct yaml_pair *grown;
	char *copy = strdup(version);

	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < policy->n_pins; i++)
		if (strcmp(policy->pins[i].name, name) == 0) {
			free(policy->pins[i].value);
			policy->pins[i].value = copy;
			return 0;
		}
	grown = reallocarray(policy->pins, policy->n_pins + 1, sizeof(*grown));
	if (grown)
		policy->pins = grown;
	name = strdup(name);
	if (!grown || !name) {
		free(copy);
		free((char *)name);
		return -ENOMEM;
	}
	grown[policy->n_pins++] = (struct yaml_pair){.name = (char *)name, .value = copy};
	return 0;
}

static int read_file(const struct config *config, struct diag_list *diags, struct policy *ret)
{
	_cleanup_free_ char *path = pins_path(config);
	int r = path ? policy_read((char *[]){path, NULL}, diags, ret) : -ENOMEM;

	/* It would not count there, and be lost when the file is written again. */
	if (r >= 0 && (ret->holds || ret->signatures != SIGNATURES_REQUIRE))
		r = diag_error(diags, KM664, -EINVAL, "%s: it has more than pins", path);
	return r;
}

int pins_read(const struct config *config, struct diag_list *diags, struct policy *policy)
{
	_cleanup_policy_ struct policy pins = {};
	int r = read_file(config, diags, &pins);

	for (size_t i = 0; i < pins.n_pins && r >= 0; i++)
		r = put(policy, pins.pins[i].name, pins.pins[i].value);
	return r;
}

static int write_text(FILE *f, const struct policy *pins)
{
	fputs("# Written by \"kmendctl pin\" and \"kmendctl unpin\".\n", f);
	fputs("pins:\n", f);
	for (size_t i = 0; i < pins->n_pins; i++)
		fprintf(f, "  %s: \"%s\"\n", pins->pins[i].name, pins->pins[i].value);
	return fclose(f) == 0 ? 0 : -ENOMEM;
}

static int write_pins(const char *path, const struct policy *pins)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f;
	int r;

	/* An empty policy would be no policy. */
	if (pins->n_pins == 0)
		return file_remove_sync(path);
	f = open_memstream(&text, &size);
	r = f ? write_text(f, pins) : -ENOMEM;
	return r < 0 ? r : file_write_atomic(path, text, size, 0644);
}

static int write_file(const struct config *config, const struct policy *pins,
		      struct diag_list *diags)
{
	_cleanup_free_ char *path = pins_path(config);
	int r = path ? write_pins(path, pins) : -ENOMEM;

	return r < 0 ? diag_error(diags, KM664, r, "%s: %s", path ?: PINS_FILE, strerror(-r)) : 0;
}

/* So that nothing in it means anything to YAML. */
static bool version_is_plain(const char *version)
{
	return *version && strlen(version) < 100 &&
	       !version[strspn(version, "0123456789abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ.+~:_-")];
}

int pins_set(const struct config *config, const char *name, const char *version,
	     struct diag_list *diags)
{
	_cleanup_policy_ struct policy pins = {};
	int r;

	if (!version_is_plain(version))
		return diag_error(diags, KM101, -EINVAL, "that is not a version to pin %s to",
				  name);
	r = read_file(config, diags, &pins);
	if (r >= 0)
		r = put(&pins, name, version);
	return r < 0 ? r : write_file(config, &pins, diags);
}

int pins_lift(const struct config *config, const char *name, struct diag_list *diags)
{
	_cleanup_policy_ struct policy pins = {};
	int r = read_file(config, diags, &pins);

	if (r < 0)
		return r;
	for (size_t i = 0; i < pins.n_pins; i++) {
		if (strcmp(pins.pins[i].name, name) != 0)
			continue;
		free(pins.pins[i].name);
		free(pins.pins[i].value);
		pins.pins[i] = pins.pins[--pins.n_pins];
		return write_file(config, &pins, diags);
	}
	return diag_add(diags, KM665, DIAG_REFUSAL, -ENOENT, NULL, "%s is not pinned by kmendctl",
			name);
}

// SPDX-License-Identifier: GPL-2.0
#include "policy.h"

#include <string.h>

#include "lib/diag.h"
#include "lib/fileio.h"
#include "lib/manifest.h"
#include "lib/strv.h"
#include "lib/yaml-keys.h"
#include "owner.h"

/* The values as they are written. */
struct words {
	char *signatures;
	struct yaml_pair *pins;
	size_t n_pins;
	char **holds;
};

static const char *const signatures_names[] = {
	[SIGNATURES_REQUIRE] = "require",
	[SIGNATURES_KERNEL] = "kernel",
	[SIGNATURES_OFF] = "off",
};

const char *signatures_to_string(enum signatures signatures)
{
	return signatures_names[signatures];
}

static int index_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -EINVAL;
}

static bool is_signatures(const char *s)
{
	return index_of(signatures_names, ARRAY_SIZE(signatures_names), s) >= 0;
}

static bool is_word(const char *s)
{
	return *s && !s[strcspn(s, " \t\n\r")];
}

static const struct yaml_key keys[] = {
	{"signatures", KEY_STRING, false, false, offsetof(struct words, signatures), is_signatures,
	 "require, kernel or off"},
	{"pins", KEY_PAIRS, false, false, offsetof(struct words, pins), is_word,
	 "a version, in quotes", .count = offsetof(struct words, n_pins),
	 .is_name = patch_name_is_valid, .name_rule = "a patch name"},
	{"holds", KEY_LIST, false, false, offsetof(struct words, holds), patch_name_is_valid,
	 "a patch name"},
	{},
};

static void take_words(struct words *words, struct policy *policy)
{
	if (words->signatures)
		policy->signatures =
			index_of(signatures_names, ARRAY_SIZE(signatures_names), words->signatures);
	policy->pins = TAKE_PTR(words->pins);
	policy->n_pins = words->n_pins;
	words->n_pins = 0;
	policy->holds = TAKE_PTR(words->holds);
}

void policy_done(struct policy *p)
{
	for (size_t i = 0; i < p->n_pins; i++) {
		free(p->pins[i].name);
		free(p->pins[i].value);
	}
	free(p->pins);
	strv_free(p->holds);
	*p = (struct policy){};
}

const char *policy_pin(const struct policy *p, const char *patch)
{
	for (size_t i = 0; i < p->n_pins; i++)
		if (strcmp(p->pins[i].name, patch) == 0)
			return p->pins[i].value;
	return NULL;
}

bool policy_holds(const struct policy *p, const char *patch)
{
	return strv_contains(p->holds, patch);
}

int policy_parse(const char *text, size_t size, const char *file, struct diag_list *diags,
		 struct policy *ret)
{
	const struct yaml_source source = {text, size, POLICY_MAX, file, "the policy"};
	struct policy policy = {};
	struct words words = {};
	int r;

	r = yaml_keys_parse(&source, keys, diags, &words);
	if (r >= 0) {
		take_words(&words, &policy);
		*ret = policy;
	}
	yaml_keys_free(&words, keys);
	return r;
}

static int read_file(const char *path, struct diag_list *diags, struct policy *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = file_read(path, POLICY_MAX, &text, &size);
	if (r == -ENOENT)
		return r;
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r, &(struct diag_where){.file = path},
				"cannot read the policy: %s", strerror(-r));
	r = owner_check(path, diags);
	return r < 0 ? r : policy_parse(text, size, path, diags, ret);
}

int policy_read(char *const *files, struct diag_list *diags, struct policy *ret)
{
	for (size_t i = 0; files && files[i]; i++) {
		int r = read_file(files[i], diags, ret);

		if (r != -ENOENT)
			return r;
	}
	*ret = (struct policy){};
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#include "manifest-keys.h"

#include <kmend/patch.h>
#include <string.h>

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool consists_of(const char *s, const char *set, size_t max)
{
	size_t n = strspn(s, set);

	return n > 0 && n <= max && s[n] == '\0';
}

bool patch_name_is_valid(const char *name)
{
	return consists_of(name, LOWER DIGITS "_-", KMEND_PATCH_NAME_MAX) && name[0] != '_' &&
	       name[0] != '-';
}

char *patch_module_name(const char *patch)
{
	char *name;

	if (asprintf(&name, KMEND_MODULE_PREFIX "%s", patch) < 0)
		return NULL;
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

bool build_id_is_valid(const char *s)
{
	return strlen(s) == KMEND_BUILD_ID_LEN - 1 &&
	       consists_of(s, DIGITS "abcdef", KMEND_BUILD_ID_LEN - 1);
}

bool kernel_release_is_valid(const char *s)
{
	return consists_of(s, LOWER UPPER DIGITS "._+~-", 64) && s[0] != '.' && s[0] != '-';
}

static bool is_format(const char *s)
{
	return strcmp(s, "1") == 0;
}

static bool is_one_line(const char *s)
{
	if (*s == '\0' || strlen(s) > 1024)
		return false;
	/* In UTF-8 the control characters above ASCII are C2 80 to C2 9F; terminals obey them. */
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f ||
		    ((unsigned char)*s == 0xc2 && (unsigned char)s[1] < 0xa0))
			return false;
	return true;
}

static bool is_word(const char *s)
{
	return is_one_line(s) && !strchr(s, ' ');
}

static bool is_version(const char *s)
{
	return is_word(s) && strlen(s) <= 64;
}

static bool is_risk(const char *s)
{
	return strcmp(s, "low") == 0 || strcmp(s, "medium") == 0 || strcmp(s, "high") == 0;
}

static bool is_verify(const char *s)
{
	return strcmp(s, "require") == 0 || strcmp(s, "warn") == 0 || strcmp(s, "off") == 0;
}

static bool is_late(const char *s)
{
	return strcmp(s, "allow") == 0 || strcmp(s, "require") == 0 || strcmp(s, "never") == 0;
}

static bool is_late_conflict(const char *s)
{
	return strcmp(s, "refuse") == 0 || strcmp(s, "unpatched") == 0;
}

static bool is_load(const char *s)
{
	return strcmp(s, "late") == 0 || strcmp(s, "first") == 0;
}

static bool is_code(const char *s)
{
	return strncmp(s, "KM", 2) == 0 && strlen(s) == 5 && consists_of(s + 2, DIGITS, 3);
}

static bool is_arch(const char *s)
{
	return consists_of(s, LOWER DIGITS "_", 32);
}

static bool is_module(const char *s)
{
	return consists_of(s, LOWER UPPER DIGITS "_-", KMEND_OBJECT_NAME_LEN - 1);
}

static bool is_sha256(const char *s)
{
	return strlen(s) == 64 && consists_of(s, DIGITS "abcdef", 64);
}

#define RULE_NAME     "a patch name: a-z 0-9 first, then a-z 0-9 _ -, at most 49"
#define RULE_LINE     "one line of text, at most 1024 bytes"
#define RULE_WORD     "text without white space"
#define RULE_BUILD_ID "40 hexadecimal digits in lower case"

#define FIELD(f) offsetof(struct manifest, f)

static const struct yaml_key kernel_keys[] = {
	{"release", KEY_STRING, true, false, FIELD(kernel_release), kernel_release_is_valid,
	 "a kernel release"},
	{"arch", KEY_STRING, true, false, FIELD(kernel_arch), is_arch, "an architecture"},
	{"build-id", KEY_STRING, true, false, FIELD(kernel_build_id), build_id_is_valid,
	 RULE_BUILD_ID},
	{},
};

/* Offsets in struct manifest_module. */
static const struct yaml_key module_keys[] = {
	{"name", KEY_STRING, true, false, offsetof(struct manifest_module, name), is_module,
	 "a kernel module's name"},
	{"build-id", KEY_STRING, true, false, offsetof(struct manifest_module, build_id),
	 build_id_is_valid, RULE_BUILD_ID},
	{"load", KEY_STRING, false, false, offsetof(struct manifest_module, load), is_load,
	 "late or first"},
	{"why", KEY_STRING, false, false, offsetof(struct manifest_module, why), is_one_line,
	 RULE_LINE},
	{},
};

/* Offsets in struct manifest_override. */
static const struct yaml_key override_keys[] = {
	{"code", KEY_STRING, true, false, offsetof(struct manifest_override, code), is_code,
	 "a code as KM212"},
	{"symbol", KEY_STRING, true, false, offsetof(struct manifest_override, symbol), is_word,
	 RULE_WORD},
	{"reason", KEY_STRING, true, false, offsetof(struct manifest_override, reason), is_one_line,
	 RULE_LINE},
	{},
};

static const struct yaml_key build_keys[] = {
	{"patchgen", KEY_STRING, false, false, FIELD(build_patchgen), is_one_line, RULE_LINE},
	{"compiler", KEY_STRING, false, false, FIELD(build_compiler), is_one_line, RULE_LINE},
	{"source", KEY_STRING, false, false, FIELD(build_source), is_one_line, RULE_LINE},
	{"patch-sha256", KEY_STRING, false, false, FIELD(build_patch_sha256), is_sha256,
	 "64 hexadecimal digits in lower case"},
	{"verify", KEY_STRING, false, false, FIELD(build_verify), is_verify,
	 "require, warn or off"},
	{"verified", KEY_LIST, false, false, FIELD(build_verified), is_word, RULE_WORD},
	{"unproven", KEY_LIST, false, false, FIELD(build_unproven), is_word, RULE_WORD},
	{},
};

const struct yaml_key manifest_keys[] = {
	{"kmend", KEY_STRING, true, false, FIELD(format), is_format, "1"},
	{"name", KEY_STRING, true, false, FIELD(name), patch_name_is_valid, RULE_NAME},
	{"version", KEY_STRING, true, false, FIELD(version), is_version,
	 RULE_WORD ", at most 64 bytes"},
	{"summary", KEY_STRING, true, false, FIELD(summary), is_one_line, RULE_LINE},
	{"author", KEY_STRING, false, false, FIELD(author), is_one_line, RULE_LINE},
	{"risk", KEY_STRING, false, false, FIELD(risk), is_risk, "low, medium or high"},
	{"fixes", KEY_LIST, false, false, FIELD(fixes), is_word, RULE_WORD},
	{"references", KEY_LIST, false, false, FIELD(references), is_word, RULE_WORD},
	{"depends", KEY_LIST, false, false, FIELD(depends), patch_name_is_valid, RULE_NAME},
	{"conflicts", KEY_LIST, false, false, FIELD(conflicts), patch_name_is_valid, RULE_NAME},
	{"replaces", KEY_LIST, false, false, FIELD(replaces), patch_name_is_valid, RULE_NAME},
	{"stacks-on", KEY_LIST, false, false, FIELD(stacks_on), patch_name_is_valid, RULE_NAME},
	{"late", KEY_STRING, false, false, FIELD(late), is_late, "allow, require or never"},
	{"late-conflict", KEY_STRING, false, false, FIELD(late_conflict), is_late_conflict,
	 "refuse or unpatched"},
	{"patch", KEY_LIST, false, true, FIELD(patch), is_one_line, RULE_LINE},
	{"overrides", KEY_RECORDS, false, false, FIELD(overrides), NULL, NULL, override_keys,
	 FIELD(n_overrides), sizeof(struct manifest_override)},
	{"kernel", KEY_MAPPING, false, false, 0, NULL, NULL, kernel_keys},
	{"modules", KEY_RECORDS, false, false, FIELD(modules), NULL, NULL, module_keys,
	 FIELD(n_modules), sizeof(struct manifest_module)},
	{"build", KEY_MAPPING, false, false, 0, NULL, NULL, build_keys},
	{},
};

bool manifest_is_built(const struct manifest *manifest)
{
	return manifest->kernel_release != NULL;
}

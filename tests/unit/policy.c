// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/policy.h"
#include "lib/diag.h"

static struct policy policy;
static struct diag_list diags;

static void teardown(void)
{
	policy_done(&policy);
	diag_list_done(&diags);
}

TestSuite(policy, .fini = teardown);

static int parse(const char *text)
{
	policy_done(&policy);
	diag_list_done(&diags);
	return policy_parse(text, strlen(text), "policy.yaml", &diags, &policy);
}

Test(policy, pins_and_holds)
{
	cr_assert_eq(parse("signatures: off\npins:\n  fix-a: \"2\"\n  fix-b: 1.0~rc1\n"
			   "holds: [fix-c, fix-d]\n"),
		     0);
	cr_assert_eq(policy.signatures, SIGNATURES_OFF);
	cr_assert_str_eq(policy_pin(&policy, "fix-a"), "2");
	cr_assert_str_eq(policy_pin(&policy, "fix-b"), "1.0~rc1");
	cr_assert_null(policy_pin(&policy, "fix-c"));
	cr_assert(policy_holds(&policy, "fix-d"));
	cr_assert_not(policy_holds(&policy, "fix-a"));
	cr_assert_eq(parse("holds: fix-e"), 0);
	cr_assert(policy_holds(&policy, "fix-e"));
	cr_assert_eq(parse("pins: {}"), 0);
	cr_assert_eq(policy.n_pins, 0);
}

static void assert_refused(const char *text, const char *word)
{
	cr_assert_lt(parse(text), 0, "%s", text);
	cr_assert_eq(diags.items[0].code, KM113, "%s", text);
	cr_assert(strstr(diags.items[0].message, word), "%s", diags.items[0].message);
}

Test(policy, refuses_what_is_no_pin_or_hold)
{
	assert_refused("pins: [fix-a]", "is not a mapping");
	assert_refused("pins: {fix-a: [1]}", "is not a string");
	assert_refused("pins: {fix-a: \"1 2\"}", "must be a version");
	assert_refused("pins: {../a: \"1\"}", "which is not a patch name");
	assert_refused("pins: {[a]: \"1\"}", "no string");
	assert_refused("pins: {fix-a: \"1\", fix-a: \"2\"}", "twice");
	assert_refused("holds: [../a]", "must be a patch name");
	assert_refused("holds: {a: b}", "not a list");
}

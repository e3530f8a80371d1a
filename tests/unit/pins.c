// SPDX-License-Identifier: GPL-2.0
/* Pins that are made on the bus, in a file beside the policy. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "daemon/config.h"
#include "daemon/pins.h"
#include "daemon/policy.h"
#include "lib/diag.h"
#include "lib/fileio.h"
#include "tree.h"

static char *root, *policy_file;
static char *files[2];
static struct config config = {.policy = files};
static struct diag_list diags;

static void setup(void)
{
	root = tree_new();
	policy_file = path_join(root, "policy.yaml");
	files[0] = policy_file;
}

static void teardown(void)
{
	diag_list_done(&diags);
	free(policy_file);
	tree_remove(root);
}

TestSuite(pins, .init = setup, .fini = teardown);

static void write_pins(const char *text)
{
	_cleanup_free_ char *path = path_join(root, "pins.yaml");

	cr_assert(zero(int, file_write_atomic(path, text, strlen(text), 0644)));
}

Test(pins, are_none_without_a_file)
{
	_cleanup_policy_ struct policy policy = {};

	cr_assert(zero(int, pins_read(&config, &diags, &policy)));
	cr_assert(zero(sz, policy.n_pins));
}

Test(pins, are_read_as_they_were_set)
{
	_cleanup_policy_ struct policy policy = {};

	cr_assert(zero(int, pins_set(&config, "a", "1", &diags)));
	cr_assert(zero(int, pins_set(&config, "b", "2.0-1~x", &diags)));
	cr_assert(zero(int, pins_set(&config, "a", "null", &diags)));
	cr_assert(zero(int, pins_read(&config, &diags, &policy)));
	cr_assert(eq(sz, policy.n_pins, 2));
	cr_assert(eq(str, (char *)policy_pin(&policy, "a"), "null"));
	cr_assert(eq(str, (char *)policy_pin(&policy, "b"), "2.0-1~x"));
}

Test(pins, count_more_than_those_of_the_policy)
{
	static const char text[] = "pins: {a: \"1\", b: \"2\"}\n";
	_cleanup_policy_ struct policy policy = {};

	cr_assert(zero(int, policy_parse(text, strlen(text), "policy.yaml", &diags, &policy)));
	cr_assert(zero(int, pins_set(&config, "a", "3", &diags)));
	cr_assert(zero(int, pins_read(&config, &diags, &policy)));
	cr_assert(eq(str, (char *)policy_pin(&policy, "a"), "3"));
	cr_assert(eq(str, (char *)policy_pin(&policy, "b"), "2"));
}

Test(pins, are_lifted_one_by_one)
{
	_cleanup_policy_ struct policy policy = {};

	cr_assert(zero(int, pins_set(&config, "a", "1", &diags)));
	cr_assert(zero(int, pins_set(&config, "b", "2", &diags)));
	cr_assert(zero(int, pins_lift(&config, "a", &diags)));
	cr_assert(eq(int, pins_lift(&config, "a", &diags), -ENOENT));
	cr_assert(eq(int, diags.items[0].code, KM665));
	cr_assert(zero(int, pins_read(&config, &diags, &policy)));
	cr_assert_null(policy_pin(&policy, "a"));
	cr_assert(eq(str, (char *)policy_pin(&policy, "b"), "2"));
	policy_done(&policy);
	cr_assert(zero(int, pins_lift(&config, "b", &diags)));
	cr_assert(zero(int, pins_read(&config, &diags, &policy)));
	cr_assert(zero(sz, policy.n_pins));
	cr_assert(zero(int, pins_set(&config, "b", "2", &diags)));
}

Test(pins, take_no_version_that_means_something_to_yaml)
{
	static const char *const odd[] = {"", "1\" x", "a b", "{", "1\n", "\xff"};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		cr_assert(eq(int, pins_set(&config, "a", odd[i], &diags), -EINVAL));
}

Test(pins, do_not_overwrite_what_others_have_written)
{
	_cleanup_policy_ struct policy policy = {};

	write_pins("holds: [a]\n");
	cr_assert(lt(int, pins_set(&config, "a", "1", &diags), 0));
	cr_assert(eq(int, diags.items[0].code, KM664));
	cr_assert(lt(int, pins_read(&config, &diags, &policy), 0));
	write_pins("pins: [\n");
	cr_assert(lt(int, pins_set(&config, "a", "1", &diags), 0));
}

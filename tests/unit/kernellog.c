// SPDX-License-Identifier: GPL-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/kernellog.h"

static struct kernellog_reason judge(const char *const *records, size_t n)
{
	struct kernellog_reason reason = {};

	for (size_t i = 0; i < n; i++)
		cr_assert_eq(kernellog_judge(records[i], "fix-it", "kmend_fix_it", &reason), 0);
	return reason;
}

#define JUDGE(...) \
	judge((const char *const[]){__VA_ARGS__}, ARRAY_SIZE(((const char *[]){__VA_ARGS__})))

Test(kernellog, the_core_has_the_last_word)
{
	struct kernellog_reason r = JUDGE("3,1,2,-;kmend_fix_it: loading out-of-tree module\n",
					  "3,2,3,-;kmend: other: KM505 not this\n",
					  "3,3,4,-;kmend: fix-it: KM501 made for another build\n",
					  "3,4,5,-;livepatch: something\n");

	cr_assert_eq(r.code, KM501);
	cr_assert_str_eq(r.text, "made for another build");
	kernellog_reason_done(&r);
}

Test(kernellog, the_loader_is_heard)
{
	struct kernellog_reason r =
		JUDGE("3,1,2,-;kmend_fix_it: Unknown symbol x (err -2)\n SUBSYSTEM=module\n",
		      "3,3,4,-;livepatch: symbol 'y' not found in symbol table\n",
		      "3,3,4,-;livepatch: later\n");

	cr_assert_lt((int)r.code, 0);
	cr_assert_str_eq(r.text, "livepatch: symbol 'y' not found in symbol table");
	kernellog_reason_done(&r);
}

Test(kernellog, others_are_not)
{
	struct kernellog_reason r =
		JUDGE("", ";", "no record", "6,1,2,-;", "6,1,2,-;kmend",
		      "6,1,2,-;kmend: ", "6,1,2,-;kmend: fix-it: ", "6,1,2,-;kmend: fix-it: KM",
		      "6,1,2,-;kmend: fix-it: KM999 x", "6,1,2,-;kmend_fix_it2: x",
		      "6,1,2,-;usb 1-1: kmend_fix_it: x");

	cr_assert_eq(r.weight, 0);
	cr_assert_null(r.text);
}

// SPDX-License-Identifier: GPL-2.0
// A function whose name does not fit into a record.
// expect verdict: refused
// expect codes: KM225
#include "kernel.h"

int seq(int x);
int a_name_of_more_than_one_hundred_and_twenty_seven_letters_as_no_function_of_the_kernel_has_it_and_no_record_of_a_patch_could_hold_it(
	int x)
{
#ifdef PATCHED
	if (x < 0)
		return -1;
#endif
	return seq(x + 1);
}

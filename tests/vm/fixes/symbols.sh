# SPDX-License-Identifier: GPL-2.0
# What patchgen reads out of an image is what kallsyms has in the kernel that runs from it.
# shellcheck shell=sh
. ./guest.sh

# The kernel is displaced at boot by a multiple of 2 MiB: five digits of an address stay.
gunzip -c symbols.gz | cut -c 12- >/tmp/image
grep -v '\[' /proc/kallsyms | cut -c 12- >/tmp/kernel
ok "the image has many symbols" test "$(wc -l </tmp/image)" -gt 50000
ok "the same places, types and names, in the same order" cmp /tmp/image /tmp/kernel
done_testing

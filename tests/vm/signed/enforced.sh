# SPDX-License-Identifier: GPL-2.0
# A kernel that insists on signatures reads ours, and looks for the key that it names. Debian's
# kernels trust only keys that are built into them or enrolled in the firmware, which this test's
# key is not: that the key is missing, and not the signature, is what the kernel has to say.
# append: module.sig_enforce=1
# shellcheck shell=sh
. ./guest.sh

last_line()
{
	dmesg | grep 'Loading of' | tail -n 1
}

refused "a patch without a signature is refused" insmod ./unsigned.ko
like "$(last_line)" "unsigned module is rejected" "because it has none"
refused "one that is signed, too" insmod ./proc-version.ko
like "$(last_line)" "module with unavailable key is rejected" "because the key is not known"
refused "one with a damaged signature" insmod ./broken.ko
done_testing

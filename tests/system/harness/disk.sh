# SPDX-License-Identifier: GPL-2.0
# The disk keeps what was synced over a power cut, and a reboot.
# boots: 3
# shellcheck shell=sh
. ./guest.sh

case $BOOT in
1)
	echo kept >/var/lib/kept
	sync
	echo lost >/var/lib/lost
	pass "written"
	power_cut
	;;
2)
	is "$(cat /var/lib/kept)" kept "what was synced survived the power cut"
	refused "what was not synced is lost" test -s /var/lib/lost
	echo again >/var/lib/again
	;;
3)
	is "$(cat /var/lib/again)" again "an orderly reboot writes all"
	;;
esac
done_testing

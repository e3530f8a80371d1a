# SPDX-License-Identifier: GPL-2.0
# What ./demo shows in its virtual machine.
# timeout: 120
# shellcheck shell=sh
. ./guest.sh
. ./story.inc # sets patch and the colours

# tell TEXT...
tell()
{
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# show COMMAND...: as a person would type it
show()
{
	printf '  %s# %s%s\n' "$bold" "$*" "$plain"
	"$@" 2>&1 | sed 's/^/  /'
}

# behaves old|new: try it, and be sure that it is so
behaves()
{
	said=$(./try) && status=0 || status=$?
	case $status in
	0) is_now=new colour=$green ;;
	1) is_now=old colour=$red ;;
	*) is_now=unknown colour=$red ;;
	esac
	printf '  %s\n  %s-> the %s behaviour%s\n' "$said" "$colour" "$is_now" "$plain"
	is "$is_now" "$1" "the $1 behaviour"
}

tell "The machine is up. The daemon knows the patch; nothing is changed yet:"
show uname -r
show kmendctl list
behaves old
boot_id=$(cat /proc/sys/kernel/random/boot_id)

tell "Apply it, live:"
show kmendctl apply "$patch"
show kmendctl status
behaves new

tell "Changed our mind: roll back."
show kmendctl rollback
behaves old

tell "What happened here:"
show kmendctl history
is "$(cat /proc/sys/kernel/random/boot_id)" "$boot_id" "the same boot all along"
tell "No reboot: the machine has been up for $(cut -d. -f1 /proc/uptime) seconds all along."
done_testing

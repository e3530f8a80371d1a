# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What test scripts in a guest (or on the host) say their results with: TAP.
# A script sources this, calls ok, is, like, skip..., and at its end done_testing.

tap_count=0
tap_failed=0

# note TEXT...: a comment in the output, its last lines when there are many
note()
{
	printf '%s\n' "$*" | sed 's/^/# /' | tail -n 20
}

# pass DESCRIPTION / fail DESCRIPTION
pass()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $*"
}

fail()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $*"
	return 0
}

# skip DESCRIPTION REASON
skip()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# ok DESCRIPTION COMMAND...: the command succeeds
ok()
{
	tap_what=$1
	shift
	if tap_out=$("$@" 2>&1); then
		pass "$tap_what"
	else
		tap_status=$?
		fail "$tap_what"
		note "status $tap_status of: $*"
		note "$tap_out"
	fi
}

# refused DESCRIPTION COMMAND...: the command fails; what it said is left in $tap_out
refused()
{
	tap_what=$1
	shift
	if tap_out=$("$@" 2>&1); then
		fail "$tap_what"
		note "succeeded, which it must not: $*"
		note "$tap_out"
	else
		pass "$tap_what"
	fi
}

# is GOT WANTED DESCRIPTION: the strings are equal
is()
{
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3"
		note "got:    $1"
		note "wanted: $2"
	fi
}

# like GOT REGEX DESCRIPTION: the extended regular expression matches
like()
{
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		pass "$3"
	else
		fail "$3"
		note "got:      $1"
		note "no match: $2"
	fi
}

# wait_until SECONDS COMMAND...: repeat the command until it succeeds
wait_until()
{
	tap_left=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$tap_left" -gt 0 ] || return 1
		tap_left=$((tap_left - 1))
		sleep 0.1
	done
}

# bail TEXT: no further test makes sense
bail()
{
	echo "Bail out! $*"
	exit 1
}

# skip_all REASON
skip_all()
{
	echo "1..0 # SKIP $*"
	exit 0
}

# power_cut: end this boot as a power failure would; what was not yet on the disk is lost.
# For scripts that declare several boots; takes the place of done_testing.
power_cut()
{
	echo "1..$tap_count"
	echo "@end $TEST_NAME $((tap_failed > 0))"
	sleep 0.3 # lets the serial line drain
	echo 1 >/proc/sys/kernel/sysrq
	echo b >/proc/sysrq-trigger
	sleep 60
}

done_testing()
{
	echo "1..$tap_count"
	exit $((tap_failed > 0))
}

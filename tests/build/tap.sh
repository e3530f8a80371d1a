# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Results as TAP, for tests of a program whose output is in $work/out and $work/err; needs work.

n=0
failures=0
tap_folder=$(cd "$(dirname "$0")" && pwd)

result()
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $n - $2"
	sed 's/^/# /' "$work/out" "$work/err"
}

ok()
{
	what=$1
	shift
	if "$@" >/dev/null 2>&1; then
		result 0 "$what"
	else
		result 1 "$what"
	fi
}

skip()
{
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

is()
{
	if [ "$1" = "$2" ]; then
		result 0 "$3"
	else
		echo "got '$1', wanted '$2'" >>"$work/err"
		result 1 "$3"
	fi
}

# expect STATUS CODE WHAT: of the last run, with its exit status in $status
expect()
{
	if [ "$status" -eq "$1" ] && grep -q "$2" "$work/err"; then
		result 0 "$3"
	else
		result 1 "$3"
	fi
}

# valid COMMAND WHAT: what the last one printed is as doc/schema says
valid()
{
	if "$tap_folder/../lib/validate" "$1" "$work/out" 2>>"$work/err"; then
		result 0 "$2 is JSON as documented"
	else
		result 1 "$2 is JSON as documented"
	fi
}

done_testing()
{
	echo "1..$n"
	[ "$failures" -eq 0 ]
}

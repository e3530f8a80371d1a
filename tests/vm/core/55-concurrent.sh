# SPDX-License-Identifier: GPL-2.0
# Loading, unloading, applying, reverting and reading at the same time, from several tasks.
# file: core.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
SECONDS_LONG=${SECONDS_LONG:-8}

# until_stop COMMAND...: again and again
until_stop()
{
	while [ ! -e /tmp/stop ]; do
		"$@"
	done >/dev/null 2>&1
}

read_all()
{
	find $CORE -type f -exec cat {} +
}

# toggle NAME: apply and revert, at whatever moment
toggle()
{
	set_patch "$1" 1
	set_patch "$1" 0
}

# come_and_go NAME: load, apply, unload when that is allowed
come_and_go()
{
	insmod ./kmend_$1.ko
	set_patch $1 1
	rmmod kmend_$1
	set_patch $1 0
	rmmod kmend_$1
}

call()
{
	echo 20 >$TARGET/pairs
	cat $TARGET/value
}

# revert_and_unload NAME
revert_and_unload()
{
	[ -e /sys/module/kmend_$1 ] || return 0
	set_patch $1 0 && wait_until 20 in_state $1 loaded && rmmod kmend_$1
}

rm -f /tmp/stop
until_stop read_all &
until_stop come_and_go value &
until_stop come_and_go rival &
until_stop come_and_go both &
until_stop come_and_go cmdline &
until_stop toggle value &
until_stop toggle cmdline &
until_stop call &
sleep $SECONDS_LONG
touch /tmp/stop
wait
pass "every task has come to its end"
note "$(dmesg | grep -c 'kmend: .* live after') applied, $(dmesg | grep -c 'kmend: .* KM50[69]') refused"
ok "patches went live" sh -c "dmesg | grep -q 'kmend: value: live after'"
for name in value rival both cmdline; do
	ok "kmend_$name can be reverted and unloaded" revert_and_unload $name
done
is "$(cat $CORE/transition/state)" idle "no transition is left"
is "$(ls $CORE/patches)" "" "no patch is left"
is "$(cat $TARGET/pair)" "1 1" "the old functions run"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
core_end

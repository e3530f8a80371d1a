# SPDX-License-Identifier: GPL-2.0
# ftrace contract: after a function is given back nobody calls back, and nobody is in the handler.
# file: core.inc
# timeout: 240
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
insmod ./core_callbacks.ko functions=target_value || bail "core_callbacks.ko cannot be loaded"

# Without a pause two tasks call a function, while its patch, and the handler's memory, come and go.
for i in 1 2; do
	while [ ! -e /tmp/called-enough ]; do
		echo 2000 >$TARGET/spin
	done &
done

expected()
{
	sed 's/^expected=\([0-9]*\) .*/\1/' /proc/core_callbacks
}

called=0 late=0
cycle()
{
	insmod ./kmend_value.ko && set_patch value 1 && wait_until 20 in_state value live || return
	before=$(expected)
	sleep 0.2
	[ "$(expected)" -gt $before ] && called=$((called + 1))
	set_patch value 0 && wait_until 20 in_state value loaded || return
	before=$(expected)
	sleep 0.2
	[ "$(expected)" = $before ] || late=$((late + 1))
	rmmod kmend_value
}
cycles()
{
	for i in $(seq 12); do
		cycle || return
	done
}
cycles
is "$?" 0 "a patch comes and goes"
is "$called" 12 "callbacks come while it is live"
is "$late" 0 "and none after it has gone"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
touch /tmp/called-enough
wait
like "$(cat /proc/core_callbacks)" ' other=0$' "no other function called back"
ok "the counter is unloaded" rmmod core_callbacks
core_end

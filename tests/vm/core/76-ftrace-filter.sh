# SPDX-License-Identifier: GPL-2.0
# ftrace contract: functions are chosen by address, before registration: no other function ever calls back.
# file: core.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin

# Of several functions with one name, that at an address.
NAME=state_show
READ=/sys/devices/system/cpu/cpu0/hotplug/state
addresses=$(grep " $NAME\$" /proc/kallsyms | cut -d' ' -f1 | head -n 8)
nr=$(echo $addresses | wc -w)
ok "there are several functions with the name $NAME" [ "$nr" -gt 1 ]
insmod ./kmend_any.ko functions="$(for address in $addresses; do echo "$NAME+$address"; done | tr '\n' , | sed 's/,$//')" ||
	bail "kmend_any.ko cannot be loaded"
ok "all are patched" set_patch any 1
is "$(grep -c "^$NAME " /sys/kernel/tracing/enabled_functions)" "$nr" "each of them"
cat $READ >/dev/null && cat $READ >/dev/null
hit=0
for i in $(seq $nr); do
	calls=$(cat $CORE/patches/any/objects/vmlinux/$NAME,$i/calls)
	[ "$calls" = 0 ] && continue
	hit=$((hit + 1))
	is "$calls" 2 "number $i was called"
	which=$i
done
is "$hit" 1 "and no other"
ok "they are reverted" set_patch any 0
rmmod kmend_any
address=$(echo $addresses | cut -d' ' -f$which)
insmod ./kmend_any.ko functions=$NAME+$address || bail "kmend_any.ko cannot be loaded"
ok "this one alone is patched" set_patch any 1
is "$(grep -c "^$NAME " /sys/kernel/tracing/enabled_functions)" 1 "ftrace has one of them"
cat $READ >/dev/null
is "$(cat $CORE/patches/any/objects/vmlinux/$NAME,1/calls)" 1 "it is called"
ok "it is reverted" set_patch any 0
rmmod kmend_any

# All callbacks are counted, from before the first patch is applied.
insmod ./core_callbacks.ko functions=target_value,target_other,cmdline_proc_show || bail "core_callbacks.ko cannot be loaded"
for name in value both cmdline; do
	insmod ./kmend_$name.ko || bail "kmend_$name.ko cannot be loaded"
done
(
	while [ ! -e /tmp/filtered-enough ]; do
		sed -n 's/ .* I .*//p' /sys/kernel/tracing/enabled_functions
	done
) >/tmp/enabled &
cycles()
{
	for i in $(seq 15); do
		set_patch both 1 && set_patch cmdline 1 || return
		cat /proc/cmdline $TARGET/pair >/dev/null
		set_patch both 0 && set_patch value 1 && set_patch cmdline 0 && set_patch value 0 || return
	done
}
ok "patches come and go" cycles
touch /tmp/filtered-enough
wait
like "$(cat /proc/core_callbacks)" '^expected=[1-9][0-9]* ' "ftrace called for their functions"
like "$(cat /proc/core_callbacks)" ' other=0$' "and for no other function, ever"
is "$(sort -u /tmp/enabled | grep -vE '^(target_value|target_other|cmdline_proc_show)$')" "" "nor did it mean to"
ok "it was looked at often enough" [ "$(wc -l </tmp/enabled)" -gt 10 ]
for name in value both cmdline; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
rmmod core_callbacks
core_end

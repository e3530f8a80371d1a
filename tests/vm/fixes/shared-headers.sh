# SPDX-License-Identifier: GPL-2.0
# An inline function and a macro of headers: all objects that use them change together, also those
# that are made of C files which other C files include.
# file: fixes.inc
# shellcheck shell=sh
. ./fixes.inc

DAY=86400

# by_clock, by_sysinfo, by_proc: seconds since boot
by_clock()
{
	./use uptime | cut -d' ' -f1
}

by_sysinfo()
{
	./use uptime | cut -d' ' -f2
}

by_proc()
{
	cut -d. -f1 </proc/uptime
}

for way in clock sysinfo proc; do
	ok "before: the uptime by $way" [ "$(by_$way)" -lt $DAY ]
done
like "$(cat /proc/loadavg)" '^[0-9]+\.[0-9]{2} ' "before: the load"
like "$(cat /proc/pressure/cpu)" 'avg10=[0-9]+\.[0-9]{2} ' "before: the pressure"
patch_begin shared-headers
patch_apply
for way in clock sysinfo proc; do
	ok "patched: the uptime by $way" [ "$(by_$way)" -gt $DAY ]
done
like "$(cat /proc/loadavg)" '^[0-9]+\.7[0-9]{2} ' "patched: the load"
like "$(cat /proc/pressure/cpu)" 'avg10=[0-9]+\.7[0-9]{2} ' "patched: the pressure"
patch_revert
for way in clock sysinfo proc; do
	ok "after: the uptime by $way" [ "$(by_$way)" -lt $DAY ]
done
like "$(cat /proc/loadavg)" '^[0-9]+\.[0-9]{2} ' "after: the load"
like "$(cat /proc/pressure/cpu)" 'avg10=[0-9]+\.[0-9]{2} ' "after: the pressure"
patch_end

# SPDX-License-Identifier: GPL-2.0
# A module that is loaded after its patch, and unloaded while that is live: redirected before its
# init runs, each time, and not at all, or not loaded, where it cannot be.
# file: core.inc
# timeout: 300
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin

LATE=/sys/module/core_late
NOTE=$LATE/notes/.note.gnu.build-id
PATCH=$CORE/patches/late

target_state()
{
	cat $PATCH/objects/core_late/state
}

target_is()
{
	[ "$(target_state)" = "$1" ]
}

value()
{
	cat $LATE/parameters/value
}

seen()
{
	cat $LATE/parameters/seen
}

# now_patched: 2 where the patch is in effect for this task, else 1
now_patched()
{
	[ "$(cat /proc/cmdline)" = patched ] && echo 2 || echo 1
}

# load_patch [ARGUMENT...]
load_patch()
{
	insmod ./kmend_late.ko build_id=$id "$@"
}

# last_line: the core's last error in the kernel log
last_line()
{
	dmesg | grep 'kmend: .*KM' | tail -n 1
}

insmod ./core_late.ko || bail "core_late.ko cannot be loaded"
is "$(seen) $(value)" "1 1" "the module as it is"
id=$(tail -c 20 $NOTE | od -An -tx1 | tr -d ' \n')
wrong=$(echo $id | tr '0123456789abcdef' '123456789abcdef0')
ok "it is unloaded" rmmod core_late

ok "a patch of a module that is not there is loaded" load_patch
is "$(target_state)" absent "the module is absent"
is "$(cat $CORE/patches/late/objects/vmlinux/state)" live "the kernel is not"
is "$(cat $PATCH/objects/core_late/late_value,1/old_address)" 0x0 "its function has no address"
ok "the patch is applied" set_patch late 1
is "$(cat $PATCH/state)" live "it is live"
is "$(cat /proc/cmdline)" patched "what is there is patched"
is "$(cat $PATCH/objects/core_late/late_value,1/live)" 0 "what is not is not live"
ok "the module comes" insmod ./core_late.ko
is "$(seen)" 2 "its init ran the new function"
is "$(value)" 2 "so does what comes later"
is "$(target_state)" live "it is live"
is "$(cat $PATCH/objects/core_late/late_value,1/live)" 1 "so is the function"
is "$(cat $PATCH/objects/core_late/late_value,1/calls)" 2 "calls are counted"
is "$(cat $LATE/refcnt)" 0 "nobody holds it"
ok "it goes" rmmod core_late
is "$(target_state)" absent "it is absent"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 2 "ftrace redirects the others only"

bad=''
for i in $(seq 50); do
	insmod ./core_late.ko && [ "$(seen) $(value)" = "2 2" ] && rmmod core_late || bad="$bad $i"
done
is "$bad" '' "it comes and goes 50 times"

refused "its init fails" insmod ./core_late.ko fail=5
is "$(target_state)" absent "it is absent"
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 2 "nothing of it is left"
ok "it comes again" insmod ./core_late.ko
is "$(seen)" 2 "patched"

ok "the patch is reverted while it is there" set_patch late 0
is "$(value) $(now_patched)" "1 1" "all is old"
ok "and applied" set_patch late 1
is "$(value) $(now_patched)" "2 2" "all is new"
ok "it goes" rmmod core_late
ok "and comes" insmod ./core_late.ko
is "$(seen) $(value)" "2 2" "patched"
ok "it goes" rmmod core_late
ok "the patch is reverted while it is not there" set_patch late 0
ok "it comes" insmod ./core_late.ko
is "$(seen) $(value)" "1 1" "unpatched"
is "$(target_state)" live "the patch knows of it"
ok "the patch is applied" set_patch late 1
is "$(value)" 2 "patched"
ok "the patch is reverted" set_patch late 0
ok "and unloaded while it is there" rmmod kmend_late
is "$(value)" 1 "it is as ever"
ok "a patch is loaded while it is there" load_patch
is "$(target_state)" live "the patch knows of it"
ok "it goes before the patch is applied" rmmod core_late
is "$(target_state)" absent "it is absent"

# Its init takes a while.
insmod ./core_late.ko slow=2000 &
ok "it is coming" wait_until 10 target_is coming
ok "the patch is applied meanwhile" set_patch late 1
wait
is "$(seen) $(value)" "2 2" "the new function runs"
ok "the patch is reverted" set_patch late 0
ok "the patch is unloaded" rmmod kmend_late
ok "it goes" rmmod core_late
insmod ./core_late.ko slow=2000 &
ok "it is coming" wait_until 10 test -e $LATE
ok "a patch is loaded meanwhile" load_patch
is "$(target_state)" live "it has waited for it"
wait
ok "it is applied" set_patch late 1
is "$(value)" 2 "patched"
ok "it goes" rmmod core_late
ok "the patch is reverted" set_patch late 0
ok "the patch is unloaded" rmmod kmend_late

insmod ./core_late.ko slow=4000 &
ok "it is coming" wait_until 10 test -e $LATE
echo 1 >/sys/module/kmend/parameters/coming_wait
refused "a patch does not wait for it longer than it may" load_patch
like "$(last_line)" "late: KM542 the init of module core_late" "says why"
echo 60 >/sys/module/kmend/parameters/coming_wait
wait
ok "it goes" rmmod core_late
ok "the patch is loaded" load_patch

# While a task in another function that changes delays the transition.
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleep 0.3
ok "an apply has to wait for a task" set_patch late 1
is "$(cat $PATCH/state)" applying "it does"
ok "the module comes" insmod ./core_late.ko
is "$(seen) $(value)" "$(now_patched) $(now_patched)" "it changes together with the kernel"
ok "it goes" rmmod core_late
ok "and comes" insmod ./core_late.ko
is "$(seen) $(value)" "$(now_patched) $(now_patched)" "together with the kernel"
echo 1 >$TARGET/gate
wait
ok "the task leaves" wait_until 10 in_state late live
is "$(value) $(now_patched)" "2 2" "all is new"
ok "it goes" rmmod core_late
echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleep 0.3
ok "a revert has to wait for a task" set_patch late 0
is "$(cat $PATCH/state)" reverting "it does"
ok "the module comes" insmod ./core_late.ko
is "$(seen) $(value)" "$(now_patched) $(now_patched)" "it changes together with the kernel"
ok "the revert is taken back" set_patch late 1
ok "which is done" wait_until 10 in_state late live
is "$(value) $(now_patched)" "2 2" "all is new"
ok "a revert has to wait again" set_patch late 0
ok "the module goes" rmmod core_late
echo 1 >$TARGET/gate
wait
is "$(cat /tmp/slept)" 2 "the task was in the new function"
ok "it leaves" wait_until 10 in_state late loaded
ok "the module comes" insmod ./core_late.ko
is "$(seen) $(value)" "1 1" "unpatched"

# It comes and goes while the patch does.
rmmod core_late
(for i in $(seq 40); do echo $((i % 2)) >$PATCH/enabled; done) &
bad=''
for i in $(seq 40); do
	insmod ./core_late.ko && value >/dev/null && rmmod core_late || bad="$bad $i"
done
wait
is "$bad" '' "it comes and goes while the patch is applied and reverted"
ok "the last request was to revert" wait_until 10 in_state late loaded
is "$(cat $PATCH/last_error)" "" "none was refused"
ok "it is unloaded" rmmod kmend_late

# Another build.
insmod ./core_late.ko
refused "a patch of another build of the module is refused" insmod ./kmend_late.ko build_id=$wrong
like "$(last_line)" "late: KM540 .*build $wrong of module core_late, but $id is loaded" "both are named"
rmmod core_late
ok "while it is absent that is not known" insmod ./kmend_late.ko build_id=$wrong
ok "the patch is applied" set_patch late 1
refused "the module is not loaded" insmod ./core_late.ko
like "$(last_line)" "late: KM540 .*build $wrong of module core_late, but $id is loaded" "both are named"
like "$(dmesg | grep 'kmend: ' | tail -n 1)" "late: module core_late is not loaded" "it says so"
like "$(cat $PATCH/last_error)" "^KM540 " "so does last_error"
refused "it is not there" test -e $LATE
is "$(target_state) $(cat $PATCH/state) $(now_patched)" "absent live 2" "the patch is as before"
ok "the patch is reverted" set_patch late 0
ok "the module is loaded" insmod ./core_late.ko
is "$(target_state)" unpatched "but cannot be patched"
refused_because "the patch cannot be applied" late 1 '^KM540 '
is "$(now_patched)" 1 "nothing of it is"
ok "the module is unloaded" rmmod core_late
is "$(target_state)" absent "it is absent"
ok "the patch is unloaded" rmmod kmend_late
ok "a patch that lets such a module be" insmod ./kmend_late.ko build_id=$wrong unpatched=1
ok "it is applied" set_patch late 1
ok "the module is loaded" insmod ./core_late.ko
is "$(seen) $(value)" "1 1" "as it is"
is "$(target_state)" unpatched "which is told"
like "$(dmesg | grep 'kmend: ' | tail -n 1)" "late: module core_late is used as it is" "also in the log"
is "$(cat $PATCH/state) $(now_patched)" "live 2" "the rest of the patch stays"
ok "the module is unloaded" rmmod core_late
ok "the patch is reverted" set_patch late 0
ok "the patch is unloaded" rmmod kmend_late

# Others want the same function.
ok "one patch of the absent module" load_patch
ok "is applied" set_patch late 1
ok "another one is loaded" insmod ./kmend_late_rival.ko build_id=$id
refused_because "and cannot be applied" late-rival 1 '^KM506 late_value is changed by patch late'
ok "the module comes" insmod ./core_late.ko
is "$(value)" 2 "the first has the function"
refused_because "the second cannot" late-rival 1 '^KM506 late_value is changed by patch late'
rmmod core_late
ok "one is unloaded" rmmod kmend_late_rival
ok "one that stacks on the first" insmod ./kmend_late_rival.ko build_id=$id stacks_on=late
ok "can be applied" set_patch late-rival 1
ok "the module comes" insmod ./core_late.ko
is "$(seen)" 3 "it is on top"
rmmod core_late
ok "the module comes again" insmod ./core_late.ko
is "$(seen)" 3 "it is on top again"
ok "the second is reverted" set_patch late-rival 0
is "$(value)" 2 "below it is the first"
rmmod core_late
ok "it is unloaded" rmmod kmend_late_rival
ok "the first is reverted" set_patch late 0

klp_done()
{
	[ "$(cat /sys/kernel/livepatch/core_klp_late/transition)" = 0 ]
}

klp_gone()
{
	[ ! -e /sys/kernel/livepatch/core_klp_late ]
}

ok "an in-tree livepatch of the absent module" insmod ./core_klp_late.ko
ok "is there" wait_until 30 klp_done
ok "the patch is applied" set_patch late 1
refused "the module, which belongs to the livepatch, is not loaded" insmod ./core_late.ko
like "$(cat $PATCH/last_error)" "^KM507 late_value is changed by .*core_klp_late" "it is named"
is "$(target_state) $(now_patched)" "absent 2" "the patch is as before"
echo 0 >/sys/kernel/livepatch/core_klp_late/enabled
ok "the livepatch goes" wait_until 30 klp_gone
ok "it is unloaded" wait_until 10 rmmod core_klp_late
ok "the module is loaded" insmod ./core_late.ko
is "$(seen)" 2 "and patched"
ok "the patch is reverted" set_patch late 0
ok "the patch is unloaded" rmmod kmend_late
ok "the module is unloaded" rmmod core_late
is "$(grep -c ' I ' /sys/kernel/tracing/enabled_functions)" 0 "ftrace redirects nothing"
core_end

# SPDX-License-Identifier: GPL-2.0
# Every file that the core makes is documented, every documented one is there; readers are woken.
# file: core.inc ../../../doc/abi-sysfs.md
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2015,SC2086
. ./core.inc
core_begin
for name in value rival sleep callbacks; do
	insmod ./kmend_$name.ko || bail "kmend_$name.ko cannot be loaded"
done
T=$CORE/transition

# Names that stand for others become what they stand for.
sed -n 's/^\tWhat:\t\t\(.*[^/]\)$/\1/p' abi-sysfs.md | sed -e 's,/NAME,/[^/]+,' \
	-e 's,/OBJECT,/[^/]+,' -e 's,/FUNCTION\,POS,/[^/]+\,[0-9]+,' \
	-e 's,/callbacks/N,/callbacks/[0-9]+,' >documented
find $CORE /sys/module/kmend/parameters -type f >present
ok "there are files" test "$(wc -l <present)" -gt 60
is "$(grep -vxEf documented present)" "" "none that is not documented"
is "$(while read -r pattern; do
	grep -qxE "$pattern" present || echo "$pattern"
done <documented)" "" "none is missing that is"
is "$(sort documented | uniq -d)" "" "none is documented twice"
find $CORE -type d | grep -E '/(objects/.*,[0-9]+|callbacks/[0-9]+)$' | while read -r folder; do
	(cd $folder && echo *)
done | sort | uniq -c | wc -l >kinds
is "$(cat kinds)" 2 "all functions have the same files, and all callbacks"

# One value a file: one line, but of lists.
grep -vE '/(notrace|notrace_builtin|stragglers)$' present | while read -r file; do
	[ "$(cat $file 2>/dev/null | wc -l)" -le 1 ] || echo $file
done >lines
is "$(cat lines)" "" "one line a file"

F=$CORE/patches/rival/objects/core_target/target_value,1/last_error
is "$(cat $F)" "" "nothing was said about a function"
ok "a patch is applied" set_patch value 1
./wait-state $CORE/patches/rival/last_error "KM506 target_value is changed by patch value already" 10 >/tmp/woken &
waiter=$!
sleep 0.2
refused "another one of the function is refused" set_patch rival 1
wait $waiter
is $? 0 "who polls last_error is woken"
is "$(cat $F)" "$(cat $CORE/patches/rival/last_error)" "its function has the same last error"
is "$(cat $CORE/patches/value/objects/core_target/target_value,1/last_error)" "" "that of the other patch has none"
ok "a request for nothing" set_patch rival 0
is "$(cat $F)" "" "ends that"
echo "+target_sleep" >$CORE/notrace
refused "a function is not to be patched" set_patch sleep 1
like "$(cat $CORE/patches/sleep/objects/core_target/target_sleep,1/last_error)" '^KM517 target_sleep' "which is told of it"
echo "-target_sleep" >$CORE/notrace
ok "it is reverted" set_patch value 0
like "$(cat $T/elapsed_ns)" '^[1-9][0-9]+$' "the whole time is known"
ok "which is longer than that until the switch" test "$(cat $T/elapsed_ns)" -gt "$(cat $T/duration_ns)"

echo 0 >$TARGET/gate
cat $TARGET/sleep >/tmp/slept &
sleeper=$!
sleep 0.2
./wait-state $T/straggler_count 1 10 >/tmp/woken &
waiter=$!
./wait-state $CORE/patches/sleep/enabled 1 10 >/tmp/woken2 &
second=$!
sleep 0.2
ok "a task is inside of what changes" set_patch sleep 1
wait $waiter
is $? 0 "who polls the number of stragglers is woken"
is "$(cat /tmp/woken)" "woken 1" "once"
wait $second
is $? 0 "so is who polls enabled"
elapsed=$(cat $T/elapsed_ns)
sleep 0.2
ok "time goes on" test "$(cat $T/elapsed_ns)" -ge $((elapsed + 200000000))
./wait-state $T/straggler_count 0 10 >/tmp/woken &
waiter=$!
sleep 0.2
echo 1 >$TARGET/gate
wait $waiter
is $? 0 "who polls the number is woken when it has left"
is "$(cat /tmp/woken)" "woken 1" "once"
wait $sleeper
ok "the patch is live" wait_until 10 in_state sleep live
ok "it is reverted" set_patch sleep 0

for name in value rival sleep callbacks; do
	ok "kmend_$name is unloaded" rmmod kmend_$name
done
core_end

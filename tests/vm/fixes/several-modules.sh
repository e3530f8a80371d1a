# SPDX-License-Identifier: GPL-2.0
# One patch of four modules and the kernel: per-CPU variables, keys of branches and namespaces of
# modules, a function that one module's new code has for another's, and what was set when they were
# loaded.
# file: fixes.inc
# module: zram lzo-rle cmac algif_hash dm-mod
# timeout: 120
# shellcheck shell=sh
. ./fixes.inc

KEY=2b7e151628aed2a6abf7158809cf4f3c # RFC 4493, with the result for nothing
MAC=bb1d6929e95937287fa37d129b756746
NULL=00000000000000000000000000000000
ZRAM=/sys/block/zram0

columns()
{
	# shellcheck disable=SC2046 # words to count
	set -- $(cat $ZRAM/mm_stat)
	echo $#
}

# maps: what the new column says
maps()
{
	awk '{ print $10 }' $ZRAM/mm_stat
}

# checksum: of the first MiB of the device, from the device
checksum()
{
	echo 1 >/proc/sys/vm/drop_caches
	head -c 1048576 "$1" | md5sum
}

for name in zram lzo-rle cmac algif_hash dm-mod; do
	modprobe $name || bail "$name cannot be loaded"
done
echo 8M >$ZRAM/disksize
head -c 1000000 /dev/urandom | od -x >/tmp/data
head -c 1048576 /tmp/data >/dev/zram0
sync
sum=$(checksum /dev/zram0)
is "$(columns)" 9 "before: statistics of zram"
is "$(./use cmac $KEY)" $MAC "before: a code of authentication"
like "$(./use cmac $NULL)" '^[0-9a-f]{32}$' "before: one with a key of zeros"
ok "a device over zram" ./use dm create /dev/zram0
is "$(cat /sys/block/dm-0/dm/name)" proof "before: its name"

held=$(cat /sys/module/dm_mod/refcnt)
patch_begin several-modules
ok "a module that had to be loaded first is held" [ "$(cat /sys/module/dm_mod/refcnt)" -gt "$held" ]
ok "one that may be loaded later can go" rmmod algif_hash cmac
is "$(cat "$PATCH/objects/cmac/state") $(cat "$PATCH/objects/dm_mod/state")" "absent live" \
	"the patch knows of it"
ok "and come" modprobe -a cmac algif_hash
patch_apply
is "$(columns)" 10 "patched: a module calls what another module's new code has"
is "$(checksum /dev/zram0)" "$sum" "what was written before is read"
seen=$(maps)
like "$seen" '^[1-9]' "new per-CPU variables count beside the module's own"
head -c 1048576 /tmp/data | tail -c 500000 | dd of=/dev/zram0 bs=4096 seek=300 2>/dev/null
sync
ok "and count on ($seen, $(maps))" [ "$(maps)" -gt "$seen" ]
is "$(checksum /dev/zram0)" "$sum" "what is written elsewhere harms nothing"
is "$(./use cmac $NULL)" "error 129" "a key of zeros is refused: symbols of a namespace"
is "$(dmesg | grep -c 'cmac: a key of zeros')" 1 "THIS_MODULE is the module that is patched"
is "$(./use cmac $KEY)" $MAC "the other gives the same as before"
is "$(cat /sys/block/dm-0/dm/name)" "proof without statistics" "a key of a module is off"
is "$(checksum /dev/dm-0)" "$sum" "the device works"
ok "statistics are asked for" ./use dm stats
is "$(cat /sys/block/dm-0/dm/name)" "proof with statistics" \
	"the key that the module itself turned on reaches the new code"
is "$(checksum /dev/dm-0)" "$sum" "the device works with statistics"
like "$(calls dm_submit_bio)" '^[1-9]' "through the new function, which has that key too"
like "$(head -n 1 /proc/softirqs)" '^softirqs' "and the kernel's own function is replaced with them"
ok "what the kernel makes of the code" ./sites several-modules.ko kmend_several_modules
note "$tap_out"

patch_revert
is "$(columns)" 9 "after: statistics of zram"
is "$(checksum /dev/zram0)" "$sum" "after: the data is the same"
like "$(./use cmac $NULL)" '^[0-9a-f]{32}$' "after: a key of zeros"
is "$(cat /sys/block/dm-0/dm/name)" proof "after: the name"
like "$(head -n 1 /proc/softirqs)" '^ ' "after: the kernel's function"
ok "the device is removed" ./use dm remove
ok "the patch goes before its modules" rmmod kmend_several_modules
echo 1 >$ZRAM/reset
ok "modules can be unloaded again" rmmod zram zsmalloc algif_hash cmac dm_mod
ok "the core is unloaded" rmmod kmend
done_testing

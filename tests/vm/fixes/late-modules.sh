# SPDX-License-Identifier: GPL-2.0
# A patch of two modules and the kernel that is loaded and applied before the modules are: their
# relocations are applied when they come, and taken back when they go, any number of times.
# file: fixes.inc
# module: zram lzo-rle cmac algif_hash
# timeout: 400
# shellcheck shell=sh
. ./fixes.inc

KEY=2b7e151628aed2a6abf7158809cf4f3c # RFC 4493, with the result for nothing
MAC=bb1d6929e95937287fa37d129b756746
NULL=00000000000000000000000000000000
OBJECTS=/sys/kernel/kmend/patches/late-modules/objects

columns()
{
	# shellcheck disable=SC2046 # words to count
	set -- $(cat /sys/block/zram0/mm_stat)
	echo $#
}

states()
{
	echo "$(cat $OBJECTS/cmac/state) $(cat $OBJECTS/zram/state) $(cat $OBJECTS/zsmalloc/state)"
}

cmac_works()
{
	[ "$(./use cmac $KEY)" = $MAC ] && [ "$(./use cmac $NULL)" = "error 129" ]
}

cmac_goes()
{
	rmmod cmac
}

# cmac_round: it comes, works, and goes
cmac_round()
{
	modprobe cmac && cmac_works && wait_until 10 cmac_goes
}

modprobe -a algif_hash lzo-rle || bail "modules cannot be loaded"
patch_begin late-modules
is "$(states)" "absent absent absent" "its modules are not loaded"
ok "none was loaded for it" [ ! -e /sys/module/zram ]
ok "it is applied" sh -c "echo 1 >'$PATCH/enabled'"
ok "and live" wait_until 20 in_state live
is "$(live)" 1 "with the function that is there"
like "$(head -n 1 /proc/softirqs)" '^softirqs' "the kernel's own is replaced"

ok "a module comes" modprobe zram
is "$(states)" "absent live live" "it and the one that it uses are live"
is "$(cat /sys/module/zram/refcnt)" 0 "nobody holds it"
echo 8M >/sys/block/zram0/disksize
head -c 1048576 /dev/urandom >/dev/zram0
sync
is "$(columns)" 10 "its new function runs"
like "$(awk '{ print $10 }' /sys/block/zram0/mm_stat)" '^[1-9]' "and calls what another module exports"
refused "that one cannot go before" rmmod zsmalloc
ok "another module comes" modprobe cmac
ok "its new function runs, with THIS_MODULE and symbols that are not exported" cmac_works
is "$(dmesg | grep -c 'cmac: refused')" 1 "THIS_MODULE is the module that came"
is "$(live)" 3 "all is live"
ok "what the kernel makes of the code" ./sites late-modules.ko kmend_late_modules
note "$tap_out"

echo 1 >/sys/block/zram0/reset
ok "one goes" rmmod zram
ok "and the one that it uses" rmmod zsmalloc
is "$(states)" "live absent absent" "they are absent"
is "$(live)" 2 "the others are live"
refused "it cannot be loaded with this parameter, which is found late" modprobe zram num_devices=x
is "$(states)" "live absent live" "it is absent"
ok "it comes again" modprobe zram
is "$(columns)" 10 "its new function runs"
ok "it goes" rmmod zram zsmalloc
ok "the other one goes" wait_until 10 cmac_goes

# Under load: traced, on both processors.
(while :; do cat /proc/softirqs; done) >/dev/null &
load=$!
bad=''
for i in $(seq 50); do
	cmac_round || bad="$bad $i"
done
is "$bad" '' "it comes and goes 50 times"
bad=''
for i in $(seq 20); do
	modprobe zram && [ "$(columns)" = 10 ] && rmmod zram zsmalloc || bad="$bad $i"
done
is "$bad" '' "so does the other 20 times"
(for i in $(seq 31); do echo $((i % 2)) >"$PATCH/enabled"; done) &
toggles=$!
bad=''
for i in $(seq 20); do
	modprobe cmac && [ "$(./use cmac $KEY)" = $MAC ] && wait_until 10 cmac_goes || bad="$bad $i"
done
is "$bad" '' "also while the patch is applied and reverted"
wait $toggles
kill $load
ok "the last request was to apply" wait_until 20 in_state live
is "$(cat "$PATCH/last_error")" "" "none was refused"

# One whose symbols are not all in the module, though it is the right build.
echo 0 >"$PATCH/enabled"
ok "the patch is reverted" wait_until 20 in_state loaded
ok "and unloaded" rmmod kmend_late_modules
sed 's/\.klp\.sym\.cmac\.crypto_cmac_digest_setkey,0/.klp.sym.cmac.crypto_cmac_digest_setkez,0/' \
	late-modules.ko >/tmp/wrong.ko
ok "a patch with a wrong symbol is loaded" insmod /tmp/wrong.ko
ok "and applied" sh -c "echo 1 >'$PATCH/enabled'"
refused "the module is not loaded" modprobe cmac
like "$(cat "$PATCH/last_error")" '^KM541 module cmac has 0 symbols crypto_cmac_digest_setkez' "says why"
ok "the other one is" modprobe zram
is "$(columns)" 10 "and patched"
ok "it goes" rmmod zram zsmalloc
echo 0 >"$PATCH/enabled"
ok "the patch is reverted" wait_until 20 in_state loaded
ok "and unloaded" rmmod kmend_late_modules
ok "the right one is loaded" insmod ./late-modules.ko
ok "and applied" sh -c "echo 1 >'$PATCH/enabled'"
ok "and live" wait_until 20 in_state live

ok "both come" modprobe -a zram cmac
ok "both are patched" cmac_works
patch_revert
is "$(columns)" 9 "after: statistics of zram"
like "$(./use cmac $NULL)" '^[0-9a-f]{32}$' "after: a key of zeros"
ok "the patch goes before its modules" rmmod kmend_late_modules
is "$(columns) $(./use cmac $KEY)" "9 $MAC" "they are as ever"
ok "modules can be unloaded" rmmod zram zsmalloc algif_hash cmac
ok "the core is unloaded" rmmod kmend
done_testing

# SPDX-License-Identifier: GPL-2.0
# A fix that needs a new member in an object: a shadow variable holds it. Objects from before the
# patch do not have it, and what is held when the patch goes is given back.
# module: macsec
# file: fixes.inc
# shellcheck shell=sh
. ./fixes.inc

SHADOWS=/sys/module/core_shadow/parameters/count
HELD=/sys/module/macsec/refcnt

# hold_dump: a dump that has begun and does not end until end_dump
hold_dump()
{
	rm -f /tmp/hold /tmp/dump
	mkfifo /tmp/hold
	./try-genl-policy macsec macsec hold </tmp/hold >/tmp/dump &
	dump=$!
	exec 7>/tmp/hold
	wait_until 10 test -s /tmp/dump
}

end_dump()
{
	exec 7>&-
	wait "$dump"
}

ok "the family's module is loaded" modprobe macsec
ok "shadow variables can be counted" insmod ./core_shadow.ko
patch_begin genl-policy
is "$(cat "$PATCH/callbacks/0/source")" net/netlink/genetlink.c "it has a callback"
is "$(cat "$PATCH/callbacks/0/post_revert")" put_all_owners "which frees what is left"
try try-genl-policy 1 "before: a dump does not hold the module" macsec macsec
hold_dump
patch_apply
is "$(cat $HELD)" 0 "a dump from before has no owner"
end_dump
is "$(cat $HELD)" 0 "and puts none when it ends"
try try-genl-policy 0 "patched: a dump holds the module" macsec macsec
is "$(cat $HELD)" 0 "until it ends"
is "$(cat $SHADOWS)" 0 "then its variable is freed"
hold_dump
is "$(cat $HELD)" 1 "a dump that goes on holds the module"
is "$(cat $SHADOWS)" 1 "in a variable of its own"
refused "so that it cannot be unloaded" rmmod macsec
patch_revert
is "$(cat $SHADOWS)" 0 "no variable is left after the revert"
is "$(cat $HELD)" 0 "nor a reference to the module"
end_dump
is "$(cat $HELD)" 0 "the old code puts nothing twice"
try try-genl-policy 1 "after: a dump does not hold the module" macsec macsec
for _ in 1 2 3 4 5 6 7 8 9 10; do
	hold_dump
	echo 1 >"$PATCH/enabled"
	./try-genl-policy macsec macsec >/dev/null
	end_dump
	echo 0 >"$PATCH/enabled"
done
ok "after ten rounds it is reverted" wait_until 20 in_state loaded
is "$(cat $SHADOWS) $(cat $HELD)" "0 0" "and nothing is left"
ok "the family's module can be unloaded" rmmod macsec
patch_end

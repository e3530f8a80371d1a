# SPDX-License-Identifier: GPL-2.0
# Patches go live and back through kmendctl and the bus.
# file: daemon.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc
fresh

ok "the core is loaded" test -d $CORE/patches
is "$(kernel_state)" "" "nothing is registered"
is "$(generation)" 0 "no generation yet"
is "$(state_of cmdline)" available "the catalog's patch is available"
ok "list shows what it fixes" sh -c 'kmendctl list | grep -q "cmdline .*TEST-1 TEST-2"'

ok "apply" kmendctl apply cmdline
ok "it is live in the kernel" live cmdline
like "$(cat /proc/cmdline)" '^cmdline is live$' "the new function runs"
is "$(state_of cmdline)" live "kmendctl lists it as live"
is "$(generation)" 1 "generation 1 is in force"
is "$(cat $STATE/current)" 1 "so says the disk"
refused "the guard is gone" test -e $STATE/guard.json
like "$(kmendctl status cmdline)" 'state: live' "status of a patch"
like "$(kmendctl status)" 'generation: 1' "status of the machine"

is "$(kmendctl apply cmdline)" "live: cmdline" "applying it again is no error"
is "$(generation)" 1 "and makes no generation"

ok "apply one that depends on it" kmendctl apply version
like "$(cat /proc/version)" '^version is live$' "it runs"
is "$(generation)" 2 "generation 2"
ok "the disk has its patches in order" grep -q '"name":"version"' $STATE/generations/2.json

ok "revert" kmendctl revert version
is "$(grep -c live /proc/version)" 0 "the old function runs"
refused "its module is gone" grep -q kmend_version /proc/modules
ok "the other is still live" live cmdline
is "$(generation)" 3 "generation 3"

ok "roll back" kmendctl rollback
ok "it is live again" live version
is "$(generation)" 4 "a rollback is a generation"
ok "roll back once more" kmendctl rollback
is "$(kernel_state)" "cmdline=live " "that leads further back"
ok "roll back to a number" kmendctl rollback 2
is "$(kernel_state)" "cmdline=live version=live " "both are live"
refused "there is no generation 77" kmendctl rollback 77
code KM618

kmendctl history >/tmp/history
is "$(wc -l </tmp/history)" 7 "six generations and a head in the history"
is "$(awk 'NR > 1 { print $4 $5 }' /tmp/history | tr '\n' ' ')" \
	"applygood applygood revertgood rollbackgood rollbackgood rollbackgood " "verbs and states"
is "$(kmendctl history --no-legend | wc -l)" 6 "without the head"

cat >/tmp/json.sh <<-'EOF'
	kmendctl list --json | tr -d ' \n' | grep -q '"name":"cmdline","version":"1","state":"live","fixes":\["TEST-1","TEST-2"\]'
EOF
ok "list --json" sh /tmp/json.sh
ok "history --json" sh -c 'kmendctl history --json | grep -q "\"verb\":\"rollback\""'
ok "status --json" sh -c 'kmendctl status --json cmdline | grep -q "\"state\":\"live\""'
ok "revert --json" sh -c 'kmendctl --json revert version | grep -q "\"result\":\"done\""'

ok "the bus has an object for a patch" busctl get-property org.kmend1 /org/kmend1/patch/cmdline \
	org.kmend1.Patch State
is "$(busctl get-property org.kmend1 /org/kmend1 org.kmend1.Manager KernelRelease)" \
	"s \"$RELEASE\"" "the kernel's release"
is "$(busctl get-property org.kmend1 /org/kmend1 org.kmend1.Manager CoreAbi)" "u 1" "the core's ABI"
ok "the bus introspects" busctl introspect org.kmend1 /org/kmend1
ok "the tree has the patches" sh -c 'busctl tree org.kmend1 | grep -q /org/kmend1/patch/cmdline'

# The core's own files are above the daemon: it follows what is done there without it.
echo 0 >$CORE/patches/cmdline/enabled
ok "the bus follows a change that was made by hand" wait_until 5 sh -c \
	"busctl get-property org.kmend1 /org/kmend1/patch/cmdline org.kmend1.Patch State | grep -q loaded"
ok "apply brings it back" kmendctl apply cmdline
ok "it is live" live cmdline

timeout 30 busctl monitor org.kmend1 >/tmp/signals 2>/dev/null &
monitor=$!
sleep 2
ok "revert while somebody watches" kmendctl revert cmdline
sleep 1
kill $monitor
ok "JobRemoved is sent" grep -q 'Member=JobRemoved' /tmp/signals
ok "PropertiesChanged is sent" grep -q 'Member=PropertiesChanged' /tmp/signals
is "$(kernel_state)" "" "the kernel is as at the beginning"

cat >/tmp/nobody.sh <<-'EOF'
	exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
EOF
ok "anybody may look" sh /tmp/nobody.sh kmendctl list
refused "only root may change" sh /tmp/nobody.sh kmendctl apply cmdline
code KM628
refused "a word that is no verb" kmendctl destroy
code KM101
refused "no such option" kmendctl --wish list
code KM101
refused "a name that is none" kmendctl apply ../../x
code KM101

journalctl --sync
like "$(journalctl --unit kmendd MESSAGE_ID=cec71c6b16284fada23334cdafe196d5 --output=cat)" \
	'generation 1 is in force' "the journal has the change by its MESSAGE_ID"
like "$(cat $STATE/journal)" '"event": *"changed", *"generation": *1, *"patches": *"cmdline"' \
	"the state folder's journal too"
done_testing

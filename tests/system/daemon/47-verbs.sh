# SPDX-License-Identifier: GPL-2.0
# The verbs that look, and those that decide without changing the kernel; what others see of it.
# file: daemon.inc
# timeout: 420
# shellcheck shell=sh disable=SC1091,SC2034,SC2086
. ./daemon.inc
fresh
reload

# status_of COMMAND...: what it exits with
status_of()
{
	tap_out=$("$@" 2>&1)
	echo $?
}

# property PATCH NAME: as the bus has it
property()
{
	busctl get-property org.kmend1 /org/kmend1/patch/$1 org.kmend1.Patch $2
}

as_user()
{
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
}

kmendctl monitor >/tmp/monitor &
monitor=$!
kmendctl --json monitor >/tmp/monitor.json &
monitor_json=$!
busctl monitor org.kmend1 >/tmp/signals 2>/dev/null &
signals=$!

# Exit codes.
is "$(status_of kmendctl status cmdline)" 3 "status of a patch that is not live"
is "$(status_of kmendctl frob)" 2 "no such verb"
is "$(status_of kmendctl --json=long list)" 2 "no such style"
is "$(status_of as_user kmendctl --no-ask-password apply cmdline)" 2 "not permitted"
is "$(status_of kmendctl apply nothing-like-it)" 1 "not possible"
is "$(status_of env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere kmendctl list)" 4 "no bus"
is "$(status_of kmendctl --host=nowhere list)" 4 "no such host"
is "$(status_of kmendctl --machine=nowhere list)" 4 "no such container"
ok "apply" kmendctl apply cmdline
is "$(status_of kmendctl status cmdline)" 0 "status of a live patch"

# Masks.
ok "mask" kmendctl mask version
is "$(readlink /etc/kmend/patches/version)" /dev/null "it is a link in /etc"
is "$(state_of version)" masked "it is listed so at once"
refused "not applied" kmendctl apply version
code KM636
is "$(kmendctl mask version)" "masked: version" "masking it again is no error"
ok "what is live can be masked" kmendctl mask cmdline
ok "and stays live" live cmdline
ok "unmask both" kmendctl unmask version cmdline
is "$(state_of version)" available "it is available at once"
refused "nothing is left of the mask" test -L /etc/kmend/patches/version
refused "unmask what is not masked" kmendctl unmask version
code KM661
mkdir -p "/etc/kmend/patches/$RELEASE"
ln -s /dev/null "/etc/kmend/patches/$RELEASE/version"
ok "a mask for this release alone goes, too" kmendctl unmask version
mkdir /etc/kmend/patches/version
refused "something is in the way" kmendctl mask version
code KM660
rmdir /etc/kmend/patches/version
ln -s /dev/null /usr/lib/kmend/version
refused "a mask that a package has made stays" kmendctl unmask version
code KM663
rm /usr/lib/kmend/version
refused "names are looked at" kmendctl mask ../patches
code KM101
refused "on the bus too" busctl call org.kmend1 /org/kmend1 org.kmend1.Manager Mask ast 1 ../x 0
refused "unknown flags" busctl call org.kmend1 /org/kmend1 org.kmend1.Manager Mask ast 1 version 1
ok "through busctl" busctl call org.kmend1 /org/kmend1 org.kmend1.Manager Mask ast 1 version 0
is "$(property version State)" 's "masked"' "the object tells"
ok "and back" busctl call org.kmend1 /org/kmend1 org.kmend1.Manager Unmask ast 1 version 0

# Quarantine.
ok "quarantine" kmendctl quarantine --reason='it bites' version
is "$(property version State)" 's "quarantined"' "the object tells"
is "$(property version Reason)" 's "it bites"' "and why"
ok "it is on the disk" grep -q 'it bites' $STATE/quarantine.json
refused "not applied" kmendctl apply version
code KM612
systemctl restart kmendd
reload
is "$(state_of version)" quarantined "also after a restart"
ok "release" kmendctl release version
is "$(state_of version)" available "it is available"
refused "release what is not in quarantine" kmendctl release version
code KM662
refused "quarantine what there is not" kmendctl quarantine nothing-like-it
code KM601

# Pins.
ok "pin to another version" kmendctl pin version 7
ok "it is on the disk" grep -q 'version: "7"' /etc/kmend/pins.yaml
refused "not applied in this one" kmendctl apply version
code KM650
ok "pin to the one that is there" kmendctl pin version
ok "that may be applied" kmendctl apply --dry-run version
policy 'pins: {version: "8"}'
ok "it counts more than the policy" kmendctl apply --dry-run version
ok "unpin" kmendctl unpin version
refused "then the policy counts" kmendctl apply version
code KM650
refused "which is not kmendctl's" kmendctl unpin version
code KM665
echo 'holds: [uptime]' >/etc/kmend/pins.yaml
refused "what else is in the file is not overwritten" kmendctl pin version
code KM664
rm /etc/kmend/policy.yaml /etc/kmend/pins.yaml
reload

# Who is not root.
for verb in 'mask version' 'unmask version' 'quarantine version' 'release version' 'pin version' \
	'unpin version' verify; do
	refused "not for everybody: $verb" as_user kmendctl --no-ask-password $verb
	code KM628
done
for method in 'Mask ast 1 version 0' 'Unmask ast 1 version 0' 'Quarantine asts 1 version 0 x' \
	'Release ast 1 version 0' 'Verify as 0' 'Reload' 'Pin asts 1 version 0 1' \
	'Unpin ast 1 version 0'; do
	refused "nor on the bus: $method" as_user busctl call org.kmend1 /org/kmend1 \
		org.kmend1.Manager $method
done
is "$(state_of version)" available "nothing was changed"

# What changed, and is it in effect?
ok "apply" kmendctl apply version
is "$(kmendctl diff --no-legend | tr -s ' ')" "added version - 1" "diff to the one before"
is "$(kmendctl diff 2 0 --no-legend | awk '{ print $1 $2 $3 $4 }' | sort | tr '\n' ' ')" \
	"removedcmdline1- removedversion1- " "diff of two"
is "$(kmendctl diff 2 2)" "" "no difference"
like "$(kmendctl diff --json=short)" \
	'^\[\{"name":"version","change":"added","from":"","to":"1"\}\]$' "as JSON on one line"
refused "no such generation" kmendctl diff 77
code KM618
ok "verify" kmendctl verify
is "$(kmendctl verify --no-legend | tr -s ' ' | sed 's/ *$//')" "cmdline in effect 0
version in effect 0" "all redirects are in effect"
like "$(kmendctl verify --json=short version)" '^\[\{"name":"version","lost":0,"message":""\}\]$' \
	"one of them, as JSON"
refused "verify what is not live" kmendctl verify uptime
code KM623

like "$(kmendctl show cmdline)" '^State=live$' "show"
like "$(kmendctl show)" '^Generation=2$' "show the manager"
is "$(kmendctl show cmdline version | grep -c '^Name=')" 2 "show two"
like "$(kmendctl show --json=short cmdline)" '"Loaded":true' "show as JSON"
is "$(kmendctl --json=short list | wc -l)" 1 "a list on one line"

# Terminals.
widest()
{
	script -qec "stty cols 72; $1" /dev/null </dev/null | tr -d '\r' |
		sed "s/$(printf '\342\200\246')/./g" | awk 'length > max { max = length } END { print max }'
}

ok "a terminal's lines are as long as it is wide" test "$(NO_COLOR=1 widest 'kmendctl list')" -le 72
ok "or as COLUMNS says" test "$(NO_COLOR=1 widest 'COLUMNS=60 kmendctl list')" -le 60
ok "others get all" sh -c 'COLUMNS=60 kmendctl list | grep -q ".\{80\}"'
colours()
{
	script -qec "$1" /dev/null </dev/null | grep -c "$(printf '\033')\[32mlive"
}

is "$(TERM=linux colours 'kmendctl list')" 2 "states have colours on a terminal"
is "$(TERM=linux colours 'NO_COLOR=1 kmendctl list')" 0 "not with NO_COLOR"
is "$(kmendctl list | tr -d -c '\033')" "" "nor elsewhere"

# completed WORD...: what bash offers for the last of these words
completed()
{
	bash -c '. /usr/share/bash-completion/completions/kmendctl
		COMP_WORDS=(kmendctl "$@") COMP_CWORD=$#
		_kmendctl
		echo "${COMPREPLY[*]}"' bash "$@" | tr -d '\n'
}

is "$(completed rol)" rollback "a verb is completed"
is "$(completed revert '')" "cmdline version" "names of what can be reverted"
is "$(completed --json apply up)" uptime "and of what can be applied"
is "$(completed rollback '')" "1 2" "and generations"
is "$(completed --de)" --dependents "and options"

# Properties that change are signalled.
mkdir -p "/etc/kmend/patches/$RELEASE"
cp -a "$CATALOG/uptime" "/etc/kmend/patches/$RELEASE/uptime"
reload
like "$(property uptime Path)" '/etc/kmend/patches/' "a patch has moved"
ok "revert" kmendctl revert version cmdline
kill $monitor $monitor_json $signals
like "$(cat /tmp/monitor)" 'patch cmdline: live$' "monitor shows patches"
like "$(cat /tmp/monitor)" 'job-removed [0-9]+: done$' "and jobs"
like "$(cat /tmp/monitor)" 'job-removed [0-9]+: failed KM612: ' "and why they fail"
like "$(cat /tmp/monitor)" 'kmendd stopped' "and the daemon"
like "$(cat /tmp/monitor)" 'generation 2$' "and generations"
like "$(cat /tmp/monitor.json)" '^\{"time_us":[0-9]+,"event":"patch","object":"cmdline","result":"live"' \
	"as JSON a line each"
grep -A 150 'Path=/org/kmend1/patch/uptime.*Member=PropertiesChanged' /tmp/signals >/tmp/uptime
ok "a changed path is signalled" grep -q '"Path"' /tmp/uptime
ok "a job that begins, too" grep -q 'Path=/org/kmend1/job/.*Member=PropertiesChanged' /tmp/signals

journalctl --sync
like "$(journalctl --unit kmendd MESSAGE_ID=395be96a9142468295008a6e169ded43 --output=cat)" \
	'masked: version' "the journal has what was decided"
fresh
done_testing

# SPDX-License-Identifier: GPL-2.0
# A change is one transition of the core, whatever it takes; a plan of it changes nothing.
# file: daemon.inc
# timeout: 300
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc
fresh

# transitions COMMAND...: what the core says of them meanwhile
transitions()
{
	dmesg -C
	ok "$*" "$@"
	dmesg | grep -oE 'kmend: [a-z-]+: (live|reverted) after' >/tmp/switched
}

# live_lines: the patches that the kernel's log says went live, in order
live_lines()
{
	sed -n 's/.*kmend: \(.*\): live after/\1/p' /tmp/switched | tr '\n' ' '
}

# one_time: all "live" lines of the log tell the same moment
one_time()
{
	[ "$(dmesg | grep -oE 'live after [0-9]+ us' | sort -u | wc -l)" = 1 ]
}

modules()
{
	grep -o '^kmend_[a-z_]*' /proc/modules | sort
}

# unchanged DESCRIPTION COMMAND...: it succeeds, and nothing has changed but what is said
unchanged()
{
	kernel_before=$(kernel_state)
	disk_before=$(disk_state)
	modules_before=$(modules)
	dmesg -C
	ok "$@"
	is "$(kernel_state)" "$kernel_before" "the kernel is as before"
	is "$(disk_state)" "$disk_before" "the disk is as before"
	is "$(dmesg | grep -c 'kmend: ')" 0 "the core was asked for nothing"
	is "$(modules)" "$modules_before" "no module came or went"
}

unchanged "a plan" kmendctl plan apply loadavg
like "$tap_out" 'apply +cmdline +1 +.* needs it' "it says why"
like "$tap_out" 'in one transition: \+cmdline \+version \+loadavg' "and how"
unchanged "a dry run is the same" kmendctl apply --dry-run loadavg
like "$tap_out" 'in one transition: \+cmdline \+version \+loadavg' "as it says"

transitions kmendctl apply loadavg
is "$(live_lines)" "cmdline version loadavg " "three patches went live, in the order that was planned"
ok "in one transition" one_time
ok "and back, for what comes" kmendctl revert loadavg

unchanged "what is replaced" kmendctl plan apply bundle
like "$tap_out" 'revert +cmdline +1 +replaced by bundle' "is planned to go"
like "$tap_out" 'in one transition: \+bundle -version -cmdline' "in one transition"
kmendctl plan --json apply bundle >/tmp/plan.json
cat >/tmp/json.sh <<-'EOF'
	tr -d ' \n' </tmp/plan.json | grep -q "$1"
EOF
ok "JSON: it can be done" sh /tmp/json.sh '"feasible":true'
ok "JSON: the steps" sh /tmp/json.sh '{"step":"switch","what":"+bundle-version-cmdline"}'
ok "JSON: the changes" sh /tmp/json.sh \
	'{"action":"revert","name":"version","version":"1","why":"replacedbybundle"}'
ok "JSON: the set that results" sh /tmp/json.sh '"result":\[{"name":"bundle","version":"1"}\]'
cat >/tmp/nobody.sh <<-'EOF'
	exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
EOF
ok "anybody may ask for a plan" sh /tmp/nobody.sh kmendctl plan apply bundle

# There is no moment at which neither runs: somebody who reads all the time sees one or the other.
cat >/tmp/reader.sh <<-'EOF'
	while [ ! -e /tmp/enough ]; do
		tail -n 1 /proc/cmdline
	done | sort | uniq -c >/tmp/seen
EOF
sh /tmp/reader.sh &
reader=$!
transitions kmendctl apply bundle
is "$(kernel_state)" "bundle=live " "the bundle is live, and what it replaces is unloaded"
is "$(live_lines)" "bundle " "one line of the log says so"
like "$(cat /proc/cmdline)" '^cmdline is of the bundle$' "its code runs"
is "$(generation)" 3 "one generation"
transitions kmendctl rollback
is "$(kernel_state)" "cmdline=live version=live " "a rollback brings both back"
is "$(live_lines)" "cmdline version " "the lower one first"
ok "in one transition" one_time
touch /tmp/enough
wait $reader
is "$(sed 's/^ *[0-9]* //' /tmp/seen | sort)" "$(printf '%s\n' 'cmdline is live' 'cmdline is of the bundle')" \
	"whoever read meanwhile has seen one or the other, and never none"

refused "one that needs what would go stands in the way" sh -c \
	'kmendctl apply cmdline-more && kmendctl apply bundle'
code KM654
like "$tap_out" 'cmdline-more stacks on cmdline, which bundle replaces' "and all three are named"
like "$(cat /proc/cmdline)" '^and more of it$' "the upper one of a stack runs"
refused "the lower one cannot go alone" kmendctl revert --dry-run cmdline
code KM613
transitions kmendctl revert --dependents cmdline
is "$(kernel_state)" "" "with all that stands on it"
refused "a plan that is refused" kmendctl plan --json apply orphan
like "$tap_out" '"feasible": *false' "is told as JSON"
like "$tap_out" '"code": *"KM605"' "with its reason"
refused "a generation for what takes none" busctl call org.kmend1 /org/kmend1 \
	org.kmend1.Manager Plan sastt apply 1 cmdline 2 0
like "$tap_out" 'KM101: apply takes no generation' "is not understood"
refused "a plan of nothing known" kmendctl plan make-coffee
code KM101

policy 'holds: [version]'
ok "one that is not held" kmendctl apply cmdline
refused "a held patch is not applied" kmendctl apply version
code KM651
refused "nor on behalf of another" kmendctl apply loadavg
code KM651
ok "but with --held" kmendctl apply --held version
refused "it is not reverted" kmendctl revert version
code KM651
refused "nor by a rollback" kmendctl rollback
code KM651
ok "a restart leaves it" systemctl restart kmendd
is "$(kernel_state)" "cmdline=live version=live " "as it is"
policy 'pins: {loadavg: "2"}'
refused "a pinned patch is not applied in another version" kmendctl apply loadavg
code KM650
policy 'pins: {loadavg: "1"}'
ok "but in this one" kmendctl apply loadavg
fresh
done_testing

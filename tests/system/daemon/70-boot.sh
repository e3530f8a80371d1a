# SPDX-License-Identifier: GPL-2.0
# Patches over reboots: they are live again early; what was being applied when the machine went
# down goes into quarantine; kmend=off keeps everything away.
# file: daemon.inc
# boots: 4
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc

case $BOOT in
1)
	fresh
	ok "apply" kmendctl apply version
	if ! /usr/sbin/kmendd --version | grep -q debug-hooks; then
		sync
		pass "no death of the machine is tried without --enable-debug-hooks"
		done_testing
	fi
	;;
2)
	is "$(kernel_state)" "cmdline=live version=live " "live again after a reboot"
	is "$(generation)" 1 "without a new generation"
	started=$(systemctl show --property ActiveEnterTimestampMonotonic --value kmendd)
	network=$(systemctl show --property ActiveEnterTimestampMonotonic --value network-pre.target)
	ok "before the network" test 0 -lt "$started" -a "$started" -le "$network"
	if ! /usr/sbin/kmendd --version | grep -q debug-hooks; then
		done_testing
	fi
	# The machine goes down while loadavg is live, but not yet committed.
	mkdir -p /etc/systemd/system/kmendd.service.d
	printf '[Service]\nRestart=no\n' >/etc/systemd/system/kmendd.service.d/once.conf
	systemctl daemon-reload
	echo live >$STATE/crash-at
	refused "the daemon dies" kmendctl apply loadavg
	ok "the patch is live" live loadavg
	ok "its guard is on the disk" test -e $STATE/guard.json
	power_cut
	;;
3)
	if ! /usr/sbin/kmendd --version | grep -q debug-hooks; then
		skip_all "this kmendd is built without --enable-debug-hooks"
	fi
	is "$(kernel_state)" "cmdline=live version=live " "the last good generation is live"
	is "$(state_of loadavg)" quarantined "the suspect is in quarantine"
	is "$(generation)" 1 "generation 1 is in force"
	like "$(kmendctl history --no-legend | tail -n 1)" 'quarantined' "the history tells"
	refused "the guard is gone" test -e $STATE/guard.json
	like "$(journalctl --boot --unit kmendd MESSAGE_ID=15671c70c9cc4906b5f616691d19f685 --output=cat)" \
		'loadavg' "the journal tells"
	refused "it cannot be applied" kmendctl apply loadavg
	code KM612
	ok "but when that is lifted" kmendctl apply --lift-quarantine loadavg
	ok "it is live" live loadavg
	rm -rf /etc/systemd/system/kmendd.service.d
	;;
4)
	if ! /usr/sbin/kmendd --version | grep -q debug-hooks; then
		skip_all "this kmendd is built without --enable-debug-hooks"
	fi
	is "$(kernel_state)" "cmdline=live loadavg=live version=live " "all are live, out of quarantine"
	is "$(state_of version)" live "each boot has the whole catalog"
	rm -rf "${CATALOG:?}/version"
	busctl call org.kmend1 /org/kmend1 org.kmend1.Manager Reload >/dev/null
	for name in loadavg version; do
		echo 0 >$CORE/patches/$name/enabled
		rmmod kmend_$name
	done
	ok "start without a patch that is in force" systemctl restart kmendd
	is "$(state_of version)" missing "it is listed as missing"
	is "$(kernel_state)" "cmdline=live " "one that depends on it is left out"
	is "$(generation)" "$(cat $STATE/current)" "the generation stays"
	;;
esac
done_testing

# SPDX-License-Identifier: GPL-2.0
# The daemon is killed at every step of an apply, a revert and a rollback: the next one finishes
# what was committed and undoes what was not.
# file: daemon.inc
# timeout: 400
# boot: own
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc

if ! /usr/sbin/kmendd --version | grep -q debug-hooks; then
	skip_all "this kmendd is built without --enable-debug-hooks"
fi
fresh

# settled PID: another daemon runs, and has done its start
settled()
{
	[ "$(main_pid)" != "$1" ] && [ "$(main_pid)" != 0 ] && active &&
		busctl get-property org.kmend1 /org/kmend1 org.kmend1.Manager Generation
}

# crash STEP COMMAND...: run it with a daemon that dies at that step
crash()
{
	pid=$(main_pid)
	step=$1
	shift
	echo "$step" >$STATE/crash-at
	refused "killed at $step: the command fails" "$@"
	code KM624
	ok "it was killed there" test ! -e $STATE/crash-at
	ok "the daemon is back" wait_until 30 settled "$pid"
	refused "no guard is left" test -e $STATE/guard.json
	systemctl reset-failed kmendd
}

for step in guard-written module-loaded enabled-written live; do
	before=$(generation)
	crash $step kmendctl apply version
	is "$(kernel_state)" "" "nothing is left in the kernel"
	ok "no module is left" no_modules
	is "$(generation)" "$before" "the generation before is in force"
	like "$(kmendctl history --no-legend | tail -n 1)" 'interrupted' "the history tells"
	is "$(state_of version)" available "it is not in quarantine"
done
like "$(journalctl --unit kmendd MESSAGE_ID=c55933ec325c4538960019fb8803f34f --output=cat)" \
	'kmendd died while generation 1' "the journal tells"

for step in generation-written guard-removed; do
	crash $step kmendctl apply version
	is "$(kernel_state)" "cmdline=live version=live " "what was committed stays live"
	like "$(kmendctl history --no-legend | tail -n 1)" 'apply +good' "and is good"
	ok "revert" kmendctl revert version cmdline
done

# Here the first patch is live and the second under way: a crash in the middle of the list.
ok "apply the first" kmendctl apply cmdline
for step in module-loaded live; do
	crash $step kmendctl apply loadavg
	is "$(kernel_state)" "cmdline=live " "only what was live before is live"
	like "$(cat /proc/cmdline)" 'cmdline is live' "and runs"
done
ok "apply all" kmendctl apply loadavg

crash guard-written kmendctl revert loadavg
is "$(kernel_state)" "cmdline=live loadavg=live version=live " "an interrupted revert is undone"
crash generation-written kmendctl revert loadavg
is "$(kernel_state)" "cmdline=live version=live " "a committed revert stays"
crash guard-written kmendctl rollback
is "$(kernel_state)" "cmdline=live version=live " "an interrupted rollback is undone"

# Not at a chosen step, but at any moment: kill -9 while changes are made.
n=0
while [ $n -lt 8 ]; do
	pid=$(main_pid)
	base=$(kernel_state)
	goal="cmdline=live version=live "
	verb="revert loadavg"
	[ "$base" = "cmdline=live loadavg=live version=live " ] || verb="apply loadavg"
	# shellcheck disable=SC2086 # a verb and its argument
	kmendctl $verb >/dev/null 2>&1 &
	sleep "0.$((n * 7 % 10))$((n * 3 % 10))"
	kill -9 "$pid"
	wait
	wait_until 30 settled "$pid" || fail "the daemon does not come back"
	systemctl reset-failed kmendd
	case $(kernel_state) in
	"cmdline=live version=live " | "cmdline=live loadavg=live version=live ") ;;
	*) fail "killed after 0.$((n * 7 % 10)) s of $verb: $(kernel_state)" ;;
	esac
	wanted=$(sed -n 's/.*"name":"\(.*\)",/\1=live/p' "$STATE/generations/$(cat $STATE/current).json" |
		sort | tr '\n' ' ')
	[ "$(kernel_state)" = "$wanted" ] || fail "disk says $wanted, kernel $(kernel_state)"
	[ ! -e $STATE/guard.json ] || fail "a guard is left"
	n=$((n + 1))
done
pass "killed $n times at odd moments, kernel and disk always agree"

ok "restart" systemctl restart kmendd
ok "patches stay live over a restart" live version
ok "stop" systemctl stop kmendd
ok "patches stay live without a daemon" live version
ok "start" systemctl start kmendd
is "$(state_of version)" live "and are found again"
fresh
done_testing

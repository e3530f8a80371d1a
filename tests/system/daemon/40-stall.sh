# SPDX-License-Identifier: GPL-2.0
# A change that cannot get through is taken back; the daemon answers all the while.
# file: daemon.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc
fresh
mkdir -p /etc/systemd/system/kmendd.service.d
cat >/etc/systemd/system/kmendd.service.d/timeout.conf <<-'EOF'
	[Service]
	ExecStart=
	ExecStart=/usr/sbin/kmendd --timeout=4
EOF
systemctl daemon-reload
systemctl restart kmendd

hold_epoll
kmendctl apply epoll >/tmp/out 2>&1 &
job=$!
ok "the transition waits" wait_until 10 sh -c "grep -q applying $CORE/patches/epoll/state"
start=$(date +%s)
is "$(kmendctl list --no-legend | awk '$1 == "epoll" { print $3 }')" applying "the daemon answers"
ok "at once" test $(($(date +%s) - start)) -le 2
refused "the job is on the bus" sh -c '! busctl tree org.kmend1 | grep -q /org/kmend1/job/'
stir &
wait $job
is $? 1 "the apply fails"
like "$(cat /tmp/out)" 'KM617.*task [0-9]+ ' "it names the task that held it up"
is "$(kernel_state)" "" "it is taken back"
ok "its module is unloaded" no_modules
is "$(generation)" 0 "no generation came in force"
ok "the daemon is well" active
ok "another change goes through" kmendctl apply cmdline

# loader: the process that carries out a change
loader()
{
	grep -lx kmendd-loader /proc/[0-9]*/comm 2>/dev/null | cut -d / -f 3
}

kmendctl apply epoll >/tmp/out 2>&1 &
job=$!
ok "once more" wait_until 10 sh -c "grep -q applying $CORE/patches/epoll/state"
kill -9 "$(loader)"
wait $job
like "$(cat /tmp/out)" 'KM622' "its loader is killed: that is told"
ok "what it had begun is undone" wait_until 10 test ! -e $STATE/guard.json
is "$(kernel_state)" "cmdline=live " "and what was live is live"
ok "no restart was needed" active
ok "another change goes through" kmendctl apply version
ok "and back" kmendctl revert version cmdline

stop_stirring
release_epoll
refused "a second daemon" /usr/sbin/kmendd
code KM630
ok "does not disturb the first" kmendctl status
fresh
done_testing

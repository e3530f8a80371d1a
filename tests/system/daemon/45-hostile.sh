# SPDX-License-Identifier: GPL-2.0
# Odd arguments, odd files in the catalog and the state folder, signals in the middle of a change:
# each is refused or done, and the same daemon answers afterwards.
# file: daemon.inc
# timeout: 180
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
. ./daemon.inc
fresh
pid=$(main_pid)

same_daemon()
{
	is "$(main_pid)" "$pid" "$1: the same daemon answers"
}

# odd_name DESCRIPTION NAME...
odd_name()
{
	description=$1
	shift
	refused "$description" kmendctl apply "$@"
	code KM101
	same_daemon "$description"
}

odd_name "an empty name" ''
odd_name "a name with slashes" '../../tmp/x'
odd_name "a name with a line break" 'cmd
line'
odd_name "control characters" "$(printf '\033[2Jcmdline')"
is "$(printf '%s' "$tap_out" | tr -d -c '\033')" "" "they are not repeated"
odd_name "a character that a short message cuts in two" "$(printf '%059d\303\251' 0)"
odd_name "not UTF-8" "$(printf 'a\377')"
odd_name "a long name" "$(printf '%0100000d' 0)"
odd_name "very many names" $(seq 1200)
refused "unknown flags" busctl call org.kmend1 /org/kmend1 org.kmend1.Manager Apply ast 1 cmdline 1024
refused "a generation beyond all" kmendctl rollback 18446744073709551615
code KM618
refused "an object that there is not" busctl introspect org.kmend1 /org/kmend1/job/4294967296
same_daemon "odd arguments"
is "$(kernel_state)" "" "nothing was changed"

for arguments in 'list' 'status' 'status cmdline' 'history' 'status nothing-like-it' 'frob' 'apply'; do
	kmendctl --json $arguments 2>/dev/null >/tmp/json
	is "$(head -c 1 /tmp/json | tr '[' '{')" '{' "kmendctl --json $arguments prints JSON"
done

# Signatures would tell of what is wrong first, and at another time than theirs they do not count.
policy 'signatures: off'
cp -a "$CATALOG" /tmp/catalog
# odd_file DESCRIPTION CODE COMMAND...: run in the folder of a patch, it makes it unfit
odd_file()
{
	description=$1 wanted=$2
	shift 2
	(cd "$CATALOG/cmdline" && "$@") || fail "cannot: $*"
	ok "$description: the catalog is read" reload
	is "$(state_of cmdline)" refused "$description: refused"
	refused "$description: not applied" kmendctl apply cmdline
	code "$wanted"
	rm -rf "$CATALOG/cmdline"
	cp -a /tmp/catalog/cmdline "$CATALOG/cmdline"
	same_daemon "$description"
}

odd_file "a pipe for a module" KM102 sh -c 'rm cmdline.ko && mkfifo cmdline.ko'
odd_file "a pipe for a manifest" KM602 sh -c 'rm manifest.yaml && mkfifo manifest.yaml'
odd_file "a device for a module" KM629 ln -sf /dev/zero cmdline.ko
odd_file "a device for a manifest" KM602 ln -sf /dev/zero manifest.yaml
odd_file "a folder for a module" KM102 sh -c 'rm cmdline.ko && mkdir cmdline.ko'
odd_file "a link to itself" KM102 sh -c 'rm cmdline.ko && ln -s cmdline.ko cmdline.ko'
odd_file "a huge module" KM401 truncate --size=4G cmdline.ko

mkdir "$CATALOG/$(printf 'odd\n\033[2J\377')" "$CATALOG/a b" "$CATALOG/--json"
ok "folders with odd names" reload
ok "do not harm the list" kmendctl list
is "$(kmendctl list | tr -d -c '\033\377')" "" "and are shown without odd bytes"
rm -rf "$CATALOG"
cp -a /tmp/catalog "$CATALOG"
ok "the catalog is as before" reload
same_daemon "odd folders"

real_time=$(date +%s)
date -s '2001-01-01' >/dev/null
ok "apply with the clock in the past" kmendctl apply cmdline
is "$(generation)" 1 "generations count on"
rm $STATE/journal
mkfifo $STATE/journal
ok "a pipe for the journal does not hang it" kmendctl apply version
rm $STATE/journal
printf '{"generation":7,"base":0,"time_us":0,"state":"failed","verb":"apply","kernel":"","reason":"\377","patches":[]}' \
	>$STATE/generations/7.json
like "$(kmendctl history --no-legend | tail -n 1)" '^7 .*failed' "odd bytes do not harm the history"
touch $STATE/generations/9223372036854775807.json
refused "after the last generation there is none" kmendctl revert version
code KM611
is "$(kernel_state)" "cmdline=live version=live " "the kernel is as before"
rm $STATE/generations/9223372036854775807.json
echo precious >/tmp/precious
ln -s /tmp/precious $STATE/quarantine.json
refused "a link for a file of the state" kmendctl revert version
code KM619
is "$(cat /tmp/precious)" precious "what it leads to is not touched"
rm $STATE/quarantine.json
ok "revert" kmendctl revert version cmdline
same_daemon "odd files in the state folder"

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
ok "a change waits" wait_until 10 sh -c "grep -q applying $CORE/patches/epoll/state"
kill -HUP "$(main_pid)"
kmendctl apply cmdline >/tmp/out2 2>&1 &
second=$!
ok "it answers after SIGHUP" kmendctl list
stir &
ok "systemctl stop waits for its end" systemctl stop kmendd
wait $job
is $? 1 "the change fails"
wait $second
is $? 4 "to the one behind it nobody answers any more"
stop_stirring
release_epoll
is "$(kernel_state)" "" "nothing is left in the kernel"
ok "no module is left" no_modules
refused "no guard is left" test -e $STATE/guard.json
ok "the daemon starts" systemctl start kmendd
is "$(kernel_state)" "" "and has nothing to undo"
date -s "@$((real_time + 60))" >/dev/null
fresh
done_testing

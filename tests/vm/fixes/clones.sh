# SPDX-License-Identifier: GPL-2.0
# Functions that the compiler makes something else of than before: clones and parts that come, go
# and change; one that is no longer global; one in a section of several functions. A file whose
# lines move, with their numbers in its strings, changes where the fix changes it.
# file: fixes.inc
# expect-log: ------------[ cut here ]------------
# expect-log-like: memcpy: detected field-spanning write .* at net/socket.c:.*
# expect-log-like: WARNING: CPU: .* at net/socket.c:[0-9]+ sockfs_dname.*
# expect-log: Call Trace:
# shellcheck shell=sh
. ./fixes.inc

# in_log PATTERN: how often the kernel log has it
in_log()
{
	dmesg | grep -c "$1"
}

# as NAME COMMAND...: a command of "use" under another name
as()
{
	cp use "/tmp/$1"
	name=$1
	shift
	"/tmp/$name" "$@"
}

# vvar: the line of the kernel's data for the vDSO, which is of a kind of its own
vvar()
{
	grep '\[vvar\]' /proc/self/maps
}

# snmp LINE-PREFIX
snmp()
{
	grep -m 1 "^$1" /proc/net/snmp
}

# old WHEN: everything is as it was
old()
{
	like "$(./use fdinfo /tests)" 'inotify wd:1 .* f_handle:[0-9a-f]+ ?$' "$1: an inotify watch"
	is "$(./use fdinfo /tests | grep -c anon_inode)" 0 "$1: without its file"
	like "$(vvar)" '^[0-9a-f]+-[0-9a-f]+ r--p' "$1: a line of maps"
	is "$(awk '/^Swap:/ { n += $2 } END { print n }' /proc/self/smaps)" 0 "$1: nothing is swapped"
	is "$(grep '^Name:' /proc/self/status)" "Name:	grep" "$1: a task's name"
	like "$(./use fstatfs /tests)" '^255$' "$1: the length of names"
	is "$(as sleepless sleep 1)" 1 "$1: a sleep of a second"
	like "$(snmp Ip)" '^Ip: Forwarding' "$1: statistics of IP"
	like "$(grep FRAG /proc/net/sockstat)" '^FRAG: inuse' "$1: of sockets"
	like "$(./use socket-name)" '^socket:\[[0-9]+\]$' "$1: the name of a socket"
	is "$(as spanning socket-name | cut -d[ -f1)" socket: "$1: for whom a test cares"
	is "$(./use packet-socket)" made "$1: a socket by its old name"
}

old before
is "$(in_log 'uses obsolete (PF_INET,SOCK_PACKET)')" 1 "before: it is told of once"
is "$(in_log 'kinds of messages')" 0 "before: nothing about messages"
patch_begin clones
patch_apply

said=$(./use fdinfo /tests)
note "$said"
like "$said" 'anon_inode:inotify' "what was a clone (.isra) is one no more"
like "$said" 'f_handle: [0-9a-f]{8} [0-9a-f]{8}' "what was none has become one (.constprop)"
like "$(vvar)" '^ *\[vvar\]$' "a function of which a part is called apart (.part)"
like "$(awk '/^Swap:/ { print $2; exit }' /proc/self/smaps)" '^12$' "only a part of a function changes"
is "$(grep '^Name:' /proc/self/status)" "Name:	grep (not escaped)" \
	"a function that has no rare cases any more (.cold)"
as rare sleep 0 >/dev/null
is "$(in_log 'a rare reader')" 0 "one that has got some: they are rare"
(
	printf rare >/proc/self/comm
	read -r _ </proc/net/sockstat
)
is "$(in_log 'a rare reader of [0-9]* sockets')" 1 "and still happen"
like "$(grep FRAG /proc/net/sockstat)" '^FRAGMENTS: inuse' "beside those that are not"
like "$(snmp Ip)" '^Ip: forwarding' "a clone of a clone (.constprop.0.isra.0)"
like "$(in_log ' [0-9]* kinds of messages')" '^[1-9]' "a function that becomes a clone (.isra)"
like "$(snmp UdpLite)" '^UdpLite:' "a clone of another kind than before"
is "$(./use fstatfs /tests)" 297 "a function that is not global any more"
is "$(as sleepless sleep 1)" 0 "a function in a section of several"
is "$(./use sleep 1)" 1 "which others still use"

is "$(find "$PATCH/objects/vmlinux" -name '*sock*,*' | sed 's|.*/||; s/,.*//' | sort | tr '\n' ' ')" \
	"__sock_create sockfs_dname sockstat_seq_show " \
	"where lines have moved, only what has changed is redirected"
like "$(./use socket-name)" '^a socket:\[[0-9]+\]$' "the name of a socket"
is "$(./use packet-socket)" "error 93" "a socket by its old name"
is "$(in_log 'field-spanning write')" 0 "nothing is written beyond a field"
is "$(as spanning socket-name)" "socket:ning" "until it is"
like "$(dmesg | grep 'field-spanning write')" \
	'size 8\) of single field "reader.name" at net/socket.c:[0-9]+ \(size 4\)' \
	"with the number of the line in a string"
is "$(in_log "WARNING: CPU:.*net/socket.c:$(dmesg | sed -n \
	's/.*"reader.name" at net.socket.c:\([0-9]*\) .*/\1/p') sockfs_dname")" 1 \
	"which is that of the warning"

patch_revert
old after
patch_end

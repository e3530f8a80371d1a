# SPDX-License-Identifier: GPL-2.0
# What is wrong in the catalog is listed with its reason and never loaded; what fails on the way
# is undone.
# file: daemon.inc
# timeout: 120
# shellcheck shell=sh disable=SC1091,SC2086,SC2016
. ./daemon.inc
fresh
# A spoilt module has a spoilt signature too: see what is found behind that.
policy 'signatures: off'

cp -a "$CATALOG" /tmp/catalog

# spoil NAME COMMAND...: run the command in the patch's folder, and let kmendd look again
spoil()
{
	(cd "$CATALOG/$1" && shift && "$@") || fail "cannot spoil it: $*"
	reload
}

repair()
{
	rm -rf "$CATALOG"
	cp -a /tmp/catalog "$CATALOG"
	reload
}

# bad NAME CODE DESCRIPTION: it is listed as refused, and cannot be applied
bad()
{
	is "$(state_of "$1")" refused "$3: listed as refused"
	like "$(kmendctl list --no-legend | grep "^$1 ")" "$2" "the list has the code"
	refused "it cannot be applied" kmendctl apply "$1"
	code "$2"
	is "$(kernel_state)" "" "nothing is registered"
	ok "no module is loaded" no_modules
	is "$(generation)" 0 "no generation was made"
	repair
}

spoil cmdline sh -c 'echo "#!/bin/sh" >cmdline.ko'
bad cmdline KM401 "a file that is not ELF"
spoil cmdline truncate --size=3000 cmdline.ko
bad cmdline KM402 "a truncated module"
spoil cmdline sh -c 'objcopy --remove-section .kmend.funcs cmdline.ko 2>/dev/null ||
	sed -i "s/\.kmend\.funcs/.kmend.xxxxx/g" cmdline.ko'
bad cmdline KM404 "a module without its list of functions"
spoil cmdline sed -i 's/kmend=1/kmend=9/' cmdline.ko
bad cmdline KM403 "a module of another ABI"
spoil cmdline sed -i 's/summary:/sumnary:/' cmdline.ko manifest.yaml
bad cmdline KM111 "an unknown key in the manifest"
spoil cmdline sh -c 'echo "risk: low" >>manifest.yaml'
bad cmdline KM602 "a manifest that differs from the one inside"
spoil cmdline rm manifest.yaml
bad cmdline KM602 "no manifest"
spoil cmdline rm cmdline.ko
bad cmdline KM102 "no module"
spoil cmdline cp ../version/version.ko cmdline.ko
bad cmdline KM602 "another patch's module"
spoil cmdline sh -c 'id=$(sed -n "s/.*build-id: *\"*\([0-9a-f]*\).*/\1/p" manifest.yaml)
	other=$(echo "$id" | tr 0-9a-f 1-9a-f0)
	sed -i "s/$id/$other/g" cmdline.ko manifest.yaml'
bad cmdline KM604 "a patch for another build of this kernel"
spoil cmdline sh -c 'sed -i "s/\(6\.1\.[0-9-]*\)cloud/\1clown/g; s/-amd64/-amd46/g" cmdline.ko manifest.yaml'
bad cmdline KM603 "a patch for another kernel release"

like "$(journalctl --unit kmendd MESSAGE_ID=76c1e55e7a93482e841e2fbd94eed80a --output=cat)" \
	'KM604' "the journal tells of unfit patches"

# A symbol that the running kernel does not have: only the kernel's loader can find that.
spoil version sed -i 's/\.klp\.sym\.vmlinux\.version_proc_show/.klp.sym.vmlinux.version_proc_xxxx/g' version.ko
is "$(state_of version)" available "a symbol that does not exist shows only at the load"
refused "it fails in the middle of an apply" kmendctl apply version
code KM615
like "$tap_out" 'version_proc_xxxx' "it has the kernel's reason"
is "$(kernel_state)" "" "the patch that was live before it is undone"
ok "no module is left" no_modules
is "$(kmendctl history --no-legend | awk '{ print $1 $5 }')" 1failed "a failed generation is in the history"
is "$(generation)" 0 "it never was in force"
refused "no guard is left" test -e $STATE/guard.json
repair
ok "after the repair it can be applied" kmendctl apply version
is "$(generation)" 2 "as the next generation"

# A patch whose catalog entry has gone can still be reverted.
rm -rf "$CATALOG/version"
ok "one that is no longer in the catalog is reverted" kmendctl revert version
is "$(kernel_state)" "cmdline=live " "only the other is left"
repair
ok "revert" kmendctl revert cmdline
done_testing

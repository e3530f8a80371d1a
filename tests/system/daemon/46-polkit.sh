# SPDX-License-Identifier: GPL-2.0
# Who may change something: root, and those whom polkit allows it.
# file: daemon.inc
# timeout: 300
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
. ./daemon.inc
fresh

# as_user COMMAND...: as somebody who is not root
as_user()
{
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
}

# call INTERACTIVE METHOD SIGNATURE [ARGUMENT...]: by somebody who is not root
call()
{
	interactive=$1
	shift
	as_user busctl --allow-interactive-authorization=$interactive call org.kmend1 /org/kmend1 \
		org.kmend1.Manager "$@"
}

# rule JAVASCRIPT: what polkit goes by
rule()
{
	mkdir -p /etc/polkit-1/rules.d
	echo "polkit.addRule(function(action, subject) { $1 });" >/etc/polkit-1/rules.d/10-kmend.rules
	systemctl restart polkit
}

rm -f /etc/polkit-1/rules.d/10-kmend.rules
for action in apply revert rollback force configure reload; do
	ok "polkit knows the action $action" pkaction --action-id org.kmend1.$action
done

refused "without a rule, nobody but root" as_user kmendctl --no-ask-password apply cmdline
code KM628
like "$tap_out" 'wants a password' "a password would help"
refused "nor on the bus" call no Apply ast 1 cmdline 0
like "$tap_out" 'wants a password' "it tells so"
refused "there is nobody to ask for it" as_user kmendctl apply cmdline
code KM628
refused "no rollback" as_user kmendctl rollback 1
code KM628
refused "no reload" call no Reload ''
is "$(kernel_state)$(generation)" 0 "nothing was changed"
ok "everybody may look" as_user kmendctl status

rule 'if (action.id == "org.kmend1.apply" && subject.user == "nobody") return polkit.Result.YES;'
ok "with a rule, this user may apply" as_user kmendctl apply cmdline
ok "it is live" live cmdline
refused "but not revert" as_user kmendctl revert cmdline
code KM628
refused "nor override what keeps a patch out" as_user kmendctl --lift-quarantine apply version
code KM628
refused "and no other user may apply" setpriv --reuid=daemon --regid=nogroup --clear-groups \
	kmendctl apply version
code KM628
refused "capabilities do not count" setpriv --reuid=daemon --regid=nogroup --clear-groups \
	--inh-caps=+all --ambient-caps=+all kmendctl apply version
code KM628
is "$(kernel_state)" "cmdline=live " "nothing else was changed"

rule 'if (action.id == "org.kmend1.apply" && action.lookup("patches") == "version")
	return polkit.Result.YES;
      if (action.id.indexOf("org.kmend1.") == 0) return polkit.Result.NO;'
refused "a rule can name the patches" as_user kmendctl apply uptime
code KM628
like "$tap_out" 'polkit does not allow it' "it tells who refuses"
refused "all of them" as_user kmendctl apply version uptime
code KM628
ok "that may be applied" as_user kmendctl apply version
is "$(kernel_state)" "cmdline=live version=live " "that one is live"
ok "root needs no rule" kmendctl revert version

pid=$(main_pid)
rule 'if (subject.user == "nobody") return polkit.Result.YES;'
seq 20 | xargs -P 20 -I % setpriv --reuid=nobody --regid=nogroup --clear-groups \
	busctl call org.kmend1 /org/kmend1 org.kmend1.Manager Reload >/tmp/many 2>&1
is "$(main_pid)" "$pid" "many calls at once do not harm it"
ok "it goes on" as_user kmendctl apply version
ok "root goes on" kmendctl revert version

systemctl mask --runtime --now polkit
refused "without polkit, nobody but root" as_user kmendctl apply version
code KM628
like "$tap_out" 'only root may' "it tells so"
ok "root may" kmendctl apply version
ok "it is live" live version
systemctl unmask --runtime polkit
is "$(main_pid)" "$pid" "the same daemon answers"
rm -f /etc/polkit-1/rules.d/10-kmend.rules
fresh
done_testing

# SPDX-License-Identifier: GPL-2.0
# Only what a known key has signed is loaded, unless the policy says otherwise; keys and patches
# come in layers, and can be masked.
# file: daemon.inc
# timeout: 240
# shellcheck shell=sh disable=SC1091,SC2086
. ./daemon.inc
fresh

# As an administrator would put them there: kmendd notices by itself
refused_soon()
{
	ok "$3" wait_until 5 sh -c "kmendctl list --no-legend | grep -q '^$1 .* $2'"
	refused "it cannot be applied" kmendctl apply "$1"
	code "$2"
	ok "no module is loaded" no_modules
}

available_soon()
{
	ok "$2" wait_until 5 sh -c \
		"kmendctl list --no-legend | awk '\$1 == \"$1\" { print \$3 }' | grep -qx available"
}

cp "$CATALOG/cmdline/cmdline.ko" /tmp/signed.ko
available_soon cmdline "a signed patch is available"

cp /tests/unsigned.ko "$CATALOG/cmdline/cmdline.ko"
refused_soon cmdline KM631 "an unsigned one is refused"
cp /tests/wrong-key.ko "$CATALOG/cmdline/cmdline.ko"
refused_soon cmdline KM632 "one signed by an unknown key is refused"
cp /tmp/signed.ko /tmp/tampered.ko
printf '\001' | dd of=/tmp/tampered.ko bs=1 seek=2000 conv=notrunc 2>/dev/null
cp /tmp/tampered.ko "$CATALOG/cmdline/cmdline.ko"
refused_soon cmdline KM634 "one that was changed after it was signed is refused"
cp /tmp/signed.ko "$CATALOG/cmdline/cmdline.ko"
available_soon cmdline "the right one is available again"

mkdir -p /etc/kmend/keys
ln -s /dev/null /etc/kmend/keys/tests.pem
refused_soon cmdline KM632 "a key that an administrator masks is not trusted"
rm /etc/kmend/keys/tests.pem
available_soon cmdline "without the mask it is"
echo garbage >/etc/kmend/keys/broken.pem
reload
available_soon cmdline "a damaged certificate harms no other"
rm /etc/kmend/keys/broken.pem

real_time=$(date +%s)
date -s "@$((real_time + 20 * 365 * 24 * 3600))" >/dev/null
reload
refused_soon cmdline KM633 "one whose certificate has expired is refused"
date -s "@$((real_time - 365 * 24 * 3600))" >/dev/null
reload
refused_soon cmdline KM633 "and one whose certificate is not valid yet"
date -s "@$((real_time + 60))" >/dev/null
reload
available_soon cmdline "at the right time it is available"

cp /tests/unsigned.ko "$CATALOG/cmdline/cmdline.ko"
policy 'signatures: off'
ok "with signatures off an unsigned patch is applied" kmendctl apply cmdline
ok "it is live" live cmdline
ok "revert" kmendctl revert cmdline
policy 'signatures: kernel'
refused "left to a kernel that takes everything, nothing is applied" kmendctl apply cmdline
code KM637
policy 'signatures: sometimes'
refused "with a policy that is not understood, nothing is applied" kmendctl apply cmdline
code KM113
policy 'signature: off'
refused "nor with an unknown key in it" kmendctl apply cmdline
code KM111
policy 'signatures: off'
chmod 666 /etc/kmend/policy.yaml
reload
refused "nor with one that everybody may change" kmendctl apply cmdline
code KM629
rm -rf /etc/kmend
cp /tmp/signed.ko "$CATALOG/cmdline/cmdline.ko"
reload

mkdir -p "/etc/kmend/patches/$RELEASE"
ln -s /dev/null "/etc/kmend/patches/$RELEASE/cmdline"
ok "a mask is noticed" wait_until 5 sh -c "kmendctl list --no-legend | grep -q '^cmdline .* masked'"
refused "a masked patch cannot be applied" kmendctl apply cmdline
code KM636
rm "/etc/kmend/patches/$RELEASE/cmdline"
available_soon cmdline "without the mask it is available"
ln -s /dev/null /etc/kmend/patches/cmdline
ok "a mask for all releases" wait_until 5 sh -c \
	"kmendctl list --no-legend | grep -q '^cmdline .* masked'"
rm /etc/kmend/patches/cmdline
cp -a "$CATALOG/version" "/etc/kmend/patches/$RELEASE/version"
available_soon version "a patch of the administrator's own"
ok "it hides the package's" sh -c "kmendctl status version | grep -q '/etc/kmend/patches/'"
mv "$CATALOG/version" /tmp/version
available_soon version "and does without it"
mv /tmp/version "$CATALOG/version"
rm -rf /etc/kmend
reload
ok "apply one that is signed" kmendctl apply cmdline
ok "it is live" live cmdline

done_testing

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# From a fresh clone to something that can be tested: packages, builds, a kernel. For ./check and
# ./demo, which set top (the source folder) and build (where to build).

# The kernel that the examples and their tests were written for; KMEND_KERNEL names another.
BASE_KERNEL=${KMEND_KERNEL:-6.1.0-54-cloud-amd64}
SERIES=6.1
NEWER_SERIES=6.12
FLAVOUR=cloud-amd64

bold='' plain='' green='' red=''
if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
	green=$(printf '\033[32m') red=$(printf '\033[31m')
fi

say()
{
	printf '%s\n' "$*"
}

heading()
{
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Neither configure nor the kernel's build system can work below such a folder.
case "$top${KMEND_CACHE:-}" in
*[[:space:]:]*) die "blanks and colons in the path of the source or the cache: autoconf and kbuild cannot work there" ;;
esac

missing_packages()
{
	sed 's/#.*//' "$top/tests/packages" | while read -r package; do
		[ -n "$package" ] || continue
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=none
		[ "$state" = installed ] || printf '%s ' "$package"
	done
}

install_missing()
{
	missing=$(missing_packages)
	if [ -z "$missing" ]; then
		say "all needed Debian packages are installed"
		return
	fi
	say "installing what is missing: $missing"
	[ "$(id -u)" -eq 0 ] || die "only root can install packages: apt-get install $missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q update
	# shellcheck disable=SC2086 # a list of words
	apt-get -q install -y --no-install-recommends $missing
}

# build_in DIR [CONFIGURE-OPTION...]: configure where that was not done yet, and make
build_in()
{
	dir=$1
	shift
	if [ ! -x "$top/configure" ]; then
		(cd "$top" && autoreconf -fi) || return
	fi
	mkdir -p "$dir" || return
	if [ ! -f "$dir/config.status" ]; then
		(cd "$dir" && "$top/configure" --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
			"$@") || return
	fi
	make -C "$dir" -j"$(nproc)" --no-print-directory
}

# patchgen ARGUMENT...: the one that was built
patchgen()
{
	"$build/normal/patchgen/patchgen" "$@"
}

# newest_kernel: of the flavour and series that the tests are for, as the package mirror serves it
newest_kernel()
{
	patchgen fetch --list "$FLAVOUR" | grep "^$SERIES\." | sort -V | tail -n 1
}

# newer_kernel: one that has what the series of the tests has turned off: of the cache, or served
newer_kernel()
{
	newer=$(find "$(kernel_dir .)" -maxdepth 1 -name "$NEWER_SERIES.*+deb12-$FLAVOUR" -printf '%f\n' \
		2>/dev/null | sort -V | tail -n 1)
	[ -n "$newer" ] || newer=$(patchgen fetch --list "$FLAVOUR" |
		grep "^$NEWER_SERIES\..*+deb12-" | sort -V | tail -n 1)
	echo "$newer"
}

kernel_dir()
{
	printf '%s/kernels/%s\n' "${KMEND_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kmend}" "$1"
}

# fetch_kernel: the base kernel, or the newest served one, into the cache; sets kernel and
# kernel_build
fetch_kernel()
{
	kernel=$BASE_KERNEL
	if ! patchgen fetch "$kernel"; then
		kernel=$(newest_kernel)
		if [ -z "$kernel" ]; then
			say "the package mirror serves no $SERIES kernel of the flavour $FLAVOUR"
			return 1
		fi
		say "$BASE_KERNEL is not served any more; taking $kernel, the newest of its kind"
		patchgen fetch "$kernel" || return 1
	fi
	kernel_build=$(kernel_dir "$kernel")/build
}

# build_core [strict]: kmend.ko for the kernel
build_core()
{
	strict=''
	[ -z "${1:-}" ] || strict='W=1 C=1 CF=-Wsparse-error'
	make -C "$build/normal" --no-print-directory module KERNEL_BUILD="$kernel_build" \
		MODULE_MAKEFLAGS="CC=gcc-12 $strict"
}

# example_applies MANIFEST: its patch applies to the kernel's source
example_applies()
{
	patch -d "$(kernel_dir "$kernel")/source" -p1 -F0 --dry-run --force --silent \
		<"$(dirname "$1")/$(sed -n 's/^patch: *//p' "$1")" >/dev/null
}

# A key to sign patches with, made once; the guests trust its certificate.
signing_key()
{
	[ ! -s "$build/keys/tests.pem" ] || return 0
	mkdir -p "$build/keys"
	openssl req -new -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -batch \
		-subj "/CN=kmend tests" -keyout "$build/tests.key" -out "$build/keys/tests.pem"
}

# build_patch MANIFEST: into build/patches/NAME
build_patch()
{
	signing_key 2>/dev/null
	patchgen build --release "$kernel" "$1" -o "$build/patches" \
		--sign-key="$build/tests.key" --sign-cert="$build/keys/tests.pem"
}

# install_product DIR: what a package would install, kept in a folder of its own
install_product()
{
	rm -rf "$1"
	make -C "$build/normal" --no-print-directory install DESTDIR="$1"
}

# choose_example: the fix that shows best, or on a kernel that has it already, a change that shows
# too; sets example, patch and summary
choose_example()
{
	example=$top/examples/timens
	if ! example_applies "$example/manifest.yaml"; then
		example=$top/examples/proc-version
		say "  $kernel has the fix of CVE-2026-93146 already: showing another change instead."
	fi
	patch=$(sed -n 's/^name: *//p' "$example/manifest.yaml")
	summary=$(sed -n 's/^summary: *//p' "$example/manifest.yaml")
}

# system_boot INSTALLED PATCHES ARGUMENT...: a guest with systemd as PID 1, an installed kmend and
# kmendd as its packaged service
system_boot()
{
	installed=$1 patches=$2
	shift 2
	"$top/tests/system/boot" --kernel "$kernel" --install "$installed" \
		--core "$build/normal/kmod/kmend.ko" --patches "$patches" --keys "$build/keys" \
		--enable kmendd.service "$@"
}

# play [ARGUMENT...]: the story of the chosen example in a guest
play()
{
	cat >"$build/story.inc" <<-END
		patch='$patch'
		bold='$bold' plain='$plain' green='$green' red='$red'
	END
	system_boot "$build/install" "$build/patches" --file "$build/story.inc" \
		--file "$build/normal/examples/${example##*/}/try" "$@" "$top/examples/story.sh"
}

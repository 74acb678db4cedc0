#!/bin/sh
# SPDX-License-Identifier: MIT
# From a fresh checkout to configure, to the running demo or to a full check.

set -u
cd "$(dirname "$0")" || exit 1

usage()
{
	cat <<'END'
Usage: ./autogen.sh                              generate configure
       ./autogen.sh demo [--no-deps] [ARG...]    build; run "grantty demo ARG..."
       ./autogen.sh check [--full] [--no-deps]   build; run the tests

demo and check install missing packages with apt where there is apt, through
sudo where needed; --no-deps leaves that out. check --full adds a browser,
Node.js, a second compiler, sanitizers, distcheck and the format of the code.
END
}

# Debian packages. After the "=" stands the command or pkg-config module that
# does as well, wherever it came from.
build_packages='gcc=gcc libc6-dev make=make autoconf=autoconf
	automake=automake pkg-config=pkg-config ca-certificates
	libncurses-dev=ncursesw libcurl4-openssl-dev=libcurl
	libcjson-dev=libcjson libqrencode-dev=libqrencode
	libconfig-dev=libconfig libsodium-dev=libsodium libssl-dev=libcrypto
	libmicrohttpd-dev=libmicrohttpd libsystemd-dev=libsystemd'
check_packages='libcmocka-dev=cmocka python3-pytest python3-pil
	fonts-dejavu-core ncurses-term tmux=tmux zbar-tools=zbarimg
	openssl=openssl faketime=faketime procps=ps man-db=man
	openssh-server=sshd openssh-client=ssh python3-pytest-xdist'
full_packages='clang=clang clang-format=clang-format
	clang-tidy=clang-tidy libclang-rt-14-dev cppcheck=cppcheck
	shellcheck=shellcheck
	git=git chromium=chromium chromium-driver=chromedriver
	python3-selenium nodejs=node systemd=systemd-analyze
	qemu-system-x86=qemu-system-x86_64 busybox-static e2fsprogs=mkfs.ext4
	valgrind=valgrind strace=strace iproute2=ip
	nftables=nft prometheus=promtool
	prometheus-node-exporter=prometheus-node-exporter'

# is_there PACKAGE SUBSTITUTE
is_there()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = \
		installed ] ||
		command -v "$2" >/dev/null ||
		pkg-config --exists "$2" 2>/dev/null
}

apt_get()
{
	sudo=
	[ "$(id -u)" -eq 0 ] || sudo=sudo
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o DPkg::Lock::Timeout=300 "$@"
}

# need PACKAGE[=SUBSTITUTE]...
# Installs what is missing. Where that fails the build or the tests go on, and
# say what they cannot do.
need()
{
	missing=
	for item; do
		is_there "${item%%=*}" "${item#*=}" ||
			missing="$missing ${item%%=*}"
	done
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "Please install (by their Debian names):$missing"
		return 0
	fi
	echo "Installing with apt-get:$missing"
	# shellcheck disable=SC2086 # a list of words
	set -- install -y --no-install-recommends $missing
	# shellcheck disable=SC2086
	apt-cache show $missing >/dev/null 2>&1 || apt_get update
	apt_get "$@" || { apt_get update && apt_get "$@"; } ||
		echo "Could not install all of:$missing" >&2
}

generate()
{
	for tool in autoconf automake pkg-config; do
		command -v "$tool" >/dev/null && continue
		echo "$tool is missing: install the package $tool." >&2
		return 1
	done
	autoreconf -fi
}

demo()
{
	[ -x configure ] || generate || return
	mkdir -p build || return
	[ -e build/Makefile ] || (cd build && ../configure) || return
	make -C build -j"$(nproc)" || return
	exec build/grantty demo "$@"
}

verb=${1-generate}
[ $# -eq 0 ] || shift
full=
deps=yes
while :; do
	case $verb,${1-} in
	check,--full) full=--full ;;
	check,--no-deps | demo,--no-deps) deps= ;;
	*) break ;;
	esac
	shift
done

# shellcheck disable=SC2086 # lists of words
case $verb,$# in
generate,0)
	generate
	;;
demo,*)
	[ -z "$deps" ] || need $build_packages
	demo "$@"
	;;
check,0)
	if [ -n "$deps" ]; then
		need $build_packages $check_packages ${full:+$full_packages}
		# Some builds of Node.js bring npm along.
		[ -z "$full" ] || need npm=npm
	fi
	exec tests/check $full
	;;
-h,0 | --help,0)
	usage
	;;
*)
	usage >&2
	exit 2
	;;
esac

#!/bin/sh
# SPDX-License-Identifier: MIT
# From a fresh checkout to configure, to the running demo or to a full check.

set -u
cd "$(dirname "$0")" || exit 1

usage()
{
	cat <<'END'
Usage: ./autogen.sh                             generate configure
       ./autogen.sh demo [--no-deps] [ARG...]   build; run "grantty demo ARG..."
       ./autogen.sh check [--full] [--no-deps] [STAGE...]
                                                build; run the tests
       ./autogen.sh deps [--full]               install what check needs

demo, check and deps install missing packages with apt where there is apt,
through sudo where needed; --no-deps leaves that out. Elsewhere they name the
packages. check --full wants Debian: it adds a browser, Node.js, more terminals,
a second compiler, sanitizers, distcheck, the packages, the format of the code,
and most of this on the other of Debian 12 and 13, too. With STAGEs only those
run, in what an earlier check has left in build-check/.
END
}

# What is needed to build, and for the tests. After the Debian package stand the
# command or pkg-config module that does as well, wherever it came from, and the
# names that dnf, pacman, apk and zypper have for the package ("=" is the Debian
# name, "-" none).
build_packages='
gcc gcc = = = =
libc6-dev - glibc-devel glibc musl-dev glibc-devel
linux-libc-dev - kernel-headers linux-api-headers linux-headers linux-glibc-devel
make make = = = =
autoconf autoconf = = = =
automake automake = = = =
pkg-config pkg-config pkgconf-pkg-config pkgconf pkgconf pkgconf-pkg-config
ca-certificates - = = = =
libncurses-dev ncursesw ncurses-devel ncurses ncurses-dev ncurses-devel
libcurl4-openssl-dev libcurl libcurl-devel curl curl-dev libcurl-devel
libcjson-dev libcjson cjson-devel cjson cjson-dev cJSON-devel
libqrencode-dev libqrencode qrencode-devel qrencode = qrencode-devel
libconfig-dev libconfig libconfig-devel libconfig = libconfig-devel
libsodium-dev libsodium libsodium-devel libsodium = libsodium-devel
libssl-dev libcrypto openssl-devel openssl openssl-dev libopenssl-devel
libmicrohttpd-dev libmicrohttpd libmicrohttpd-devel libmicrohttpd = libmicrohttpd-devel
zlib1g-dev zlib zlib-devel zlib zlib-dev zlib-devel
gettext msgfmt = = = gettext-tools
'
check_packages='
libcmocka-dev cmocka libcmocka-devel cmocka cmocka-dev libcmocka-devel
python3-pytest - = python-pytest py3-pytest =
python3-pytest-xdist - = python-pytest-xdist py3-pytest-xdist =
python3-dotenv - = python-dotenv py3-dotenv python3-python-dotenv
python3-pil - python3-pillow python-pillow py3-pillow python3-Pillow
fonts-dejavu-core - dejavu-sans-mono-fonts ttf-dejavu font-dejavu dejavu-fonts
ncurses-term - = ncurses ncurses-terminfo terminfo
tmux tmux = = = =
zbar-tools zbarimg zbar zbar zbar zbar
openssl openssl = = = =
faketime faketime libfaketime libfaketime libfaketime libfaketime
procps ps procps-ng procps-ng procps-ng =
man-db man = = = man
openssh-server sshd = openssh = =
openssh-client ssh openssh-clients openssh openssh-client-default openssh-clients
'
# These are for Debian alone, as is check --full.
full_packages='
ccache ccache
clang clang
clang-format clang-format
clang-tidy clang-tidy
libclang-rt-dev -
cppcheck cppcheck
shellcheck shellcheck
musl-tools musl-gcc
git git
curl curl
chromium chromium
chromium-driver chromedriver
python3-selenium -
nodejs node
python3-authlib -
python3-flask -
systemd systemd-analyze
qemu-system-x86 qemu-system-x86_64
busybox-static -
e2fsprogs mkfs.ext4
valgrind valgrind
strace strace
iproute2 ip
nftables nft
prometheus promtool
prometheus-node-exporter prometheus-node-exporter
kubernetes-client kubectl
zsh zsh
fish fish
debootstrap debootstrap
debhelper -
dpkg-dev dpkg-buildpackage
lintian lintian
xterm xterm
xvfb Xvfb
xdotool xdotool
kitty kitty
foot foot
weston weston
screen screen
dtach dtach
mosh mosh-server
'
# Some builds of Node.js bring it along.
npm_packages='
npm npm
'

find_manager()
{
	for manager in apt-get dnf pacman apk zypper; do
		command -v $manager >/dev/null && return
	done
	manager=
}

# is_there PACKAGE SUBSTITUTE
is_there()
{
	case $manager in
	apt-get)
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$1")" = installed ]
		;;
	dnf | zypper) rpm -q --whatprovides "$1" ;;
	pacman) pacman -T "$1" ;;
	apk) apk info -e "$1" ;;
	*) false ;;
	esac >/dev/null 2>&1 || command -v "$2" >/dev/null ||
		pkg-config --exists "$2" 2>/dev/null
}

# find_missing LIST
# Sets missing to the packages of that list that are not there, by the names
# that they have here.
find_missing()
{
	missing=
	while read -r debian substitute dnf pacman apk zypper; do
		case $manager in
		dnf) name=$dnf ;;
		pacman) name=$pacman ;;
		apk) name=$apk ;;
		zypper) name=$zypper ;;
		*) name=$debian ;;
		esac
		[ "$name" != = ] || name=$debian
		case "$missing - " in
		*" ${name:--} "*) ;; # none, or named already
		*) is_there "$name" "$substitute" || missing="$missing $name" ;;
		esac
	done <<END
$1
END
	[ -z "$missing" ]
}

say_missing()
{
	case $manager in
	apt-get) with="apt-get install --no-install-recommends" ;;
	dnf | zypper) with="$manager install" ;;
	pacman) with="pacman -S --needed" ;;
	apk) with="apk add" ;;
	*)
		echo "Packages are missing (these are their Debian names):$missing"
		return
		;;
	esac
	# shellcheck disable=SC2086 # a list of words
	[ "$manager" != apt-get ] || apt-cache show $missing >/dev/null 2>&1 ||
		with="apt-get update && $with"
	echo "Packages are missing; an administrator installs them with: $with$missing"
} >&2

apt_get()
{
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o DPkg::Lock::Timeout=300 "$@"
}

# Installs what is missing.
install_missing()
{
	[ "$manager" = apt-get ] || return
	sudo=
	if [ "$(id -u)" -ne 0 ]; then
		sudo=sudo
		command -v sudo >/dev/null && sudo -v || return
	fi
	echo "Installing with apt-get:$missing"
	# shellcheck disable=SC2086 # a list of words
	set -- install -y --no-install-recommends $missing
	# shellcheck disable=SC2086
	apt-cache show $missing >/dev/null 2>&1 || apt_get update
	apt_get "$@" || { apt_get update && apt_get "$@"; }
}

# need LIST
need()
{
	find_missing "$1" || install_missing || {
		say_missing
		return 1
	}
}

# expect LIST
# What is missing is only named; without what is needed to build, that is all.
expect()
{
	find_missing "$1" || {
		say_missing
		find_missing "$build_packages"
	}
}

generate()
{
	tools=$(echo "$build_packages" | grep -e '^auto' -e '^pkg-config')
	find_missing "$tools" || {
		say_missing
		return 1
	}
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

find_manager
verb=${1-generate}
[ $# -eq 0 ] || shift
full=
need=need
while :; do
	case $verb,${1-} in
	check,--full | deps,--full) full=--full ;;
	check,--no-deps | demo,--no-deps) need=expect ;;
	*) break ;;
	esac
	shift
done

case $verb,$# in
generate,0)
	generate
	;;
demo,*)
	$need "$build_packages" && demo "$@"
	;;
check,* | deps,0)
	list=$build_packages$check_packages
	[ -z "$full" ] || list=$list$full_packages
	$need "$list" || exit
	[ -z "$full" ] || $need "$npm_packages" || exit
	[ "$verb" = deps ] || exec tests/check $full "$@"
	;;
-h,0 | --help,0)
	usage
	;;
*)
	usage >&2
	exit 2
	;;
esac

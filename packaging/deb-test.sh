#!/usr/bin/env bash
# Tries the Debian package on a bare Debian 12, as its user would: packaging/deb-test.sh [BEFORE.deb NOW.deb]
# Without packages it builds them, the version before as -rc0. Installs the newer one, runs `dank demo`, opens the window,
# removes and purges it, and upgrades to it from the version before.
# Needs root, for a folder to change into (chroot), and Debian's archive. DANK_MIRROR names a mirror of it.
# Prints a line for each thing tried; what the programs said is in build/deb-test/log. Ends with 1 at the first that fails.
set -euo pipefail
(($# != 2)) || set -- "$(readlink -f "$1")" "$(readlink -f "$2")"
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
source packaging/common.sh

((EUID == 0)) || fail "Run this as root: it makes a system in a folder and changes into it."
# Mounts of its own, which end with it.
[[ ${DANK_DEB_TEST:-} ]] || DANK_DEB_TEST=apart exec unshare --mount "$PWD/packaging/deb-test.sh" "$@"

install_missing "${packages[@]}" "${deb_packages[@]}"
work=$PWD/build/deb-test
root=$work/root
log=$work/log
mkdir -p "$work"
: >"$log"

if (($# == 2)); then
    before=$1 now=$2
else
    before=$(packaging/deb.sh -rc0)
    now=$(packaging/deb.sh)
fi
# programs_version PACKAGE: what the programs in it say, 1.0.0-rc1 of 1.0.0~rc1-1.
programs_version() { dpkg-deb --field "$1" Version | sed 's/-[0-9]*$//; s/~/-/'; }
version=$(programs_version "$now")

if [[ ! -f $work/bare/etc/debian_version ]]; then
    say "A bare Debian 12"
    rm -rf "$work/bare"
    debootstrap --variant=minbase bookworm "$work/bare" ${DANK_MIRROR:+"$DANK_MIRROR"} >>"$log" 2>&1 ||
        fail "debootstrap could not make one: see $log"
fi
rm -rf --one-file-system "$root"
cp -a "$work/bare" "$root"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # starts no service
chmod 755 "$root/usr/sbin/policy-rc.d"
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/thrown-away" # nobody minds if it does not survive a power cut
mount -t proc proc "$root/proc"
mount --rbind --make-rslave /dev "$root/dev"
mkdir "$root/packages"
window=
display=
cleanup() {
    [[ ! $window ]] || kill -KILL "$window" 2>/dev/null || true
    [[ ! $display ]] || kill "$display" 2>/dev/null || true
}
trap cleanup EXIT

# inside COMMAND…: as root in there; as_user: as somebody who was never there before.
clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8)
inside() { "${clean[@]}" DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
as_user() { "${clean[@]}" HOME=/home/user chroot --userspec=user:user "$root" "$@"; }

# step WORDS COMMAND…: tries one thing.
step() {
    local words=$1
    shift
    printf '\n== %s\n' "$words" >>"$log"
    if "$@" >>"$log" 2>&1; then
        printf 'ok     %s\n' "$words"
    else
        printf 'FAILED %s\n' "$words"
        tail -n 20 "$log" >&2
        exit 1
    fi
}
install_package() {
    cp "$1" "$root/packages/"
    inside apt-get install -y "/packages/${1##*/}"
}
says_version() { [[ $(as_user "$1" --version) == "$1 $2" ]]; }
engine_is_whole() {
    local linked
    linked=$(inside ldd "$(inside dpkg -L dank-learning | grep '/libdank_engine\.so$')")
    [[ $linked == *libtorch* && $linked != *'not found'* ]]
}
ends_well() { # the window that was started, asked to end
    kill -TERM "$window"
    local code=0
    wait "$window" || code=$?
    window=
    echo "Exit code $code"
    ((code == 0))
}
open_window() {
    local number
    rm -f "$work/display"
    mkfifo "$work/display"
    Xvfb -displayfd 3 -screen 0 1366x768x24 -nolisten tcp -ac 3>"$work/display" &
    display=$!
    read -r number <"$work/display"
    export DISPLAY=:$number
    "${clean[@]}" HOME=/home/user DISPLAY="$DISPLAY" chroot --userspec=user:user "$root" dank-learning /home/user/sample &
    window=$!
    timeout 120 xdotool search --sync --onlyvisible --name 'Dank Learning'
    sleep 5
    kill -0 "$window"
}
# Nothing of ours outside of what the user made.
is_gone() {
    local left
    left=$(find "$root" -xdev -iname '*dank*' -not -path "$root/packages/*" -not -path "$root/home/*" -not -path "$root/tmp/*")
    echo "Left: ${left:-nothing}"
    [[ ! $left ]] && ! inside dpkg-query -s dank-learning
}
keeps_what_users_made() { [[ -f $root/home/user/.local/share/dank-learning/library.sqlite ]]; }

step "the packages can be read" inside apt-get update
inside useradd --create-home user
printf 'On Debian %s with %s packages\n' "$(<"$root/etc/debian_version")" "$(inside dpkg-query -f '.' -W | wc -c)"
step "apt-get install ./${now##*/}" install_package "$now"
printf 'Now with %s packages\n' "$(inside dpkg-query -f '.' -W | wc -c)"
step "the engine that is opened late finds all its libraries" engine_is_whole
step "dank --version says $version" says_version dank "$version"
step "dank-learning --version says so too" says_version dank-learning "$version"
step "dank doctor" as_user dank doctor
step "dank demo" as_user dank demo --count 60 /home/user/sample
step "the window opens on a display and stays" open_window
step "the window ends with 0 when it is asked to (SIGTERM)" ends_well
step "apt-get remove" inside apt-get remove -y dank-learning
step "dpkg --purge" inside dpkg --purge dank-learning # apt does not know a package any more that left nothing to purge
step "nothing is left of it" is_gone
step "what the user made is still there" keeps_what_users_made
step "apt-get install ./${before##*/}" install_package "$before"
step "that is the version before" says_version dank "$(programs_version "$before")"
step "apt-get install ./${now##*/} upgrades it" install_package "$now"
step "dank --version says $version" says_version dank "$version"
step "the library from before is read" as_user dank runs list
step "apt-get purge" inside apt-get purge -y dank-learning
step "nothing is left of it" is_gone
echo "All well."

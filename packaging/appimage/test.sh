#!/usr/bin/env bash
# Runs the AppDir of build.sh on the bare Debian 12 that packaging/deb-test.sh made, with nothing installed there:
# packaging/appimage/test.sh, as root.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

((EUID == 0)) || fail "Run this as root: it changes into another system's folder."
[[ ${DANK_APPDIR_TEST:-} ]] || DANK_APPDIR_TEST=apart exec unshare --mount "$PWD/packaging/appimage/test.sh" "$@"
bare=build/deb-test/bare
[[ -f $bare/etc/debian_version ]] || fail "Run packaging/deb-test.sh first: it makes the bare system."
install_missing "${deb_packages[@]}"
app=$(packaging/appimage/build.sh)

root=build/appimage/root
rm -rf --one-file-system "$root"
cp -a "$bare" "$root"
mkdir "$root/app"
mount --bind "$app" "$root/app"
mount -t proc proc "$root/proc"
mount --rbind --make-rslave /dev "$root/dev"
run() { env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME=/tmp/home DISPLAY="${DISPLAY:-}" chroot --userspec=65534:65534 "$root" "$@"; }
mkdir -m 777 "$root/tmp/home"

run /app/AppRun dank --version
run /app/AppRun dank demo --count 60 --progress none /tmp/home/sample | tail -n 5
rm -f build/appimage/display
mkfifo build/appimage/display
Xvfb -displayfd 3 -screen 0 1366x768x24 -nolisten tcp -ac 3>build/appimage/display &
display=$!
trap 'kill $display' EXIT
read -r number <build/appimage/display
export DISPLAY=:$number
run /app/AppRun &
window=$!
timeout 120 xdotool search --sync --onlyvisible --name 'Dank Learning' >/dev/null
sleep 5
kill -TERM $window
wait $window
echo "The AppDir runs on a bare Debian $(<"$bare/etc/debian_version"): the command line and the window."

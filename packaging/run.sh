#!/usr/bin/env bash
# Installs what is missing from Debian's packages, builds the release, and opens the window with the sample dataset.
# Without a display it shows the same on the command line. Options are passed on to the program.
set -euo pipefail
from=$PWD
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cd "$root"
source packaging/common.sh

install_missing "${packages[@]}"
build release
cd "$from"

if [[ -n ${DISPLAY:-} || -n ${WAYLAND_DISPLAY:-} ]]; then
    exec "$root"/build/release/bin/dank-learning --sample "$@"
fi
say "There is no display (DISPLAY and WAYLAND_DISPLAY are empty), so this is 'dank demo' instead of the window."
exec "$root"/build/release/bin/dank demo "$@"

#!/usr/bin/env bash
# Builds the release for /usr, packs it as a Debian package, and has lintian judge it: packaging/deb.sh [-SUFFIX]
# Prints the package's path. The suffix stands in the place of the version's own, for example -rc0, or "" for none.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
source packaging/common.sh

install_missing "${packages[@]}" "${deb_packages[@]}"
# The same source makes the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
umask 022

options=(-U DANK_VERSION_SUFFIX)
(($# == 0)) || options=(-D "DANK_VERSION_SUFFIX=$1")
cmake --preset deb "${options[@]}" >&2 || fail "CMake could not configure build/deb: see above."
build deb
rm -rf build/deb/_CPack_Packages
packed=$(cpack --config build/deb/CPackConfig.cmake | tee /dev/stderr) ||
    fail "CPack could not pack build/deb: see above."
package=$(sed -n 's/^CPack: - package: \(.*\) generated\.$/\1/p' <<<"$packed")
say "lintian"
lintian --fail-on error,warning --tag-display-limit 0 "$package" >&2 || fail "lintian objects: see above."
readlink -f "$package"

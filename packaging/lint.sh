#!/usr/bin/env bash
# What can be said about the source without running it: clang-format over the whole tree, shellcheck over the scripts,
# the layers' rules, and clang-tidy over what needs neither LibTorch, OpenCV nor Qt: packaging/lint.sh [--quick]
# --quick leaves out clang-tidy, which takes minutes; a file that it passed is read again only when the file, a header of
# ours that it includes, or .clang-tidy has changed since. Ends with 1 when there is anything to say.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
source packaging/common.sh

install_missing "${lint_packages[@]}"
failed=0

say "clang-format"
git ls-files -coz --exclude-standard '*.cpp' '*.h' | xargs -0 clang-format --dry-run -Werror || failed=1
say "shellcheck"
git grep --untracked -lzE '^#!.*[/ ](ba)?sh$|^# shellcheck shell=' -- ':!*.md' | xargs -0 shellcheck -x || failed=1
say "The layers"
tests/arch/check_layers.sh . || failed=1
[[ ${1:-} != --quick ]] || exit $failed

# clang 14 cannot read LibTorch 1.13's headers as C++20; files with OpenCV or Qt take it most of a minute each.
mapfile -t files < <(git ls-files -co --exclude-standard 'core/*.cpp' 'app/cli/*.cpp' | grep -vE '^core/(image|nn|pipeline)/')
configure test
ninja -C build/test dank_engine_abi >/dev/null || fail "A header could not be made." # one that is made by the build
stamps=build/test/tidy
mkdir -p "$stamps"
# The headers that each file includes, as the last build found them; without a build, every file is read.
ninja -C build/test -t deps 2>/dev/null | awk '/^ / { sub(/^ *(\.\.\/\.\.\/)?/, ""); if ($0 !~ /^\/usr\//) print; next } { print "" }' \
    >"$stamps/includes"
stale=()
for file in "${files[@]}"; do
    stamp=$stamps/${file//\//.}
    includes=$(awk -v RS= -v FS='\n' -v file="$file" '{ name = $1; sub(ENVIRON["PWD"] "/", "", name) } name == file' "$stamps/includes")
    # shellcheck disable=SC2086 # no file of ours has a space in its name
    [[ -f $stamp && -n $includes && -z $(find .clang-tidy $includes -newer "$stamp" -print -quit) ]] || stale+=("$file")
done
say "clang-tidy, ${#stale[@]} of ${#files[@]} files"
# shellcheck disable=SC2016 # the inner shell expands it
((${#stale[@]} == 0)) || printf '%s\0' "${stale[@]}" | xargs -0 -P "$(build_jobs)" -n 1 bash -c '
    said=$(clang-tidy -p build/test --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>&1) || {
        printf "%s\n" "$said"
        exit 1
    }
    touch "$0/${1//\//.}"' "$stamps" || failed=1
exit $failed

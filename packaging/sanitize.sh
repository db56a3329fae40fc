#!/usr/bin/env bash
# Builds the tests of core, the store and the window's session with AddressSanitizer and UndefinedBehaviorSanitizer, then
# with ThreadSanitizer, and runs them: packaging/sanitize.sh [asan|tsan] [CTEST-OPTION…]
# Warnings are for the preset test to end on: GCC 12 sees things uninitialised in code that its sanitizers changed.
# What is not looked at stands, with its reason, in tests/sanitize. Ends with 1 when a test fails or a fault was found.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
source packaging/common.sh

presets=(asan tsan)
case ${1:-} in asan | tsan)
    presets=("$1")
    shift
    ;;
esac
install_missing "${packages[@]}" "${test_packages[@]}"
failed=0
for preset in "${presets[@]}"; do
    configure "$preset"
    mapfile -t tests < <(ctest --preset "$preset" -N "$@" 2>/dev/null | sed -n 's/^ *Test *#[0-9]*: //p')
    build "$preset" "${tests[@]}"
    ctest --preset "$preset" "$@" || failed=1
done
exit $failed

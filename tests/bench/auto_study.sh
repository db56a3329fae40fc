#!/usr/bin/env bash
# Holds the preset `auto` against each of its parts alone on twenty planted tasks, and writes the table in
# docs/benchmarks.md:
#     tests/bench/auto_study.sh [-r SHARE] [-o DOCUMENT] [-k FILE]
# SHARE of the repetitions, at least one each; all of them take half an hour or so. -k keeps the figures in FILE. Ends with 1
# when `auto` is within 0.02 of the best part in fewer than nineteen.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

share=1 document=docs/benchmarks.md kept=
while getopts r:o:k: option; do
    case $option in
        r) share=$OPTARG ;;
        o) document=$OPTARG ;;
        k) kept=$OPTARG ;;
        *) fail "Usage: tests/bench/auto_study.sh [-r SHARE] [-o DOCUMENT] [-k FILE]" ;;
    esac
done

install_missing "${packages[@]}"
cmake --preset release -B build/bench -DDANK_BENCH=ON -DDANK_GUI=OFF >&2
cmake --build build/bench -j "$(build_jobs)" --target auto_study >&2

if [[ -z $kept ]]; then
    kept=$(mktemp)
    trap 'rm -f "$kept"' EXIT
fi
build/bench/bin/auto_study -r "$share" >"$kept"
/usr/bin/python3 tests/bench/auto_study_table.py "$kept" "$document"

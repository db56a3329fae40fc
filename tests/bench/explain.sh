#!/usr/bin/env bash
# Counts how often a map's largest place is what decides, and how often the checks tell a head that learned nothing, and
# writes the table in docs/explain.md:
#     tests/bench/explain.sh [-t TASKS] [-p PICTURES] [-o DOCUMENT]
# 20 tasks of 5 pictures each for two presets take some minutes.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

tasks=20 pictures=5 document=docs/explain.md
while getopts t:p:o: option; do
    case $option in
        t) tasks=$OPTARG ;;
        p) pictures=$OPTARG ;;
        o) document=$OPTARG ;;
        *) fail "Usage: tests/bench/explain.sh [-t TASKS] [-p PICTURES] [-o DOCUMENT]" ;;
    esac
done

install_missing "${packages[@]}"
cmake --preset release -B build/bench -DDANK_BENCH=ON -DDANK_GUI=OFF >&2
cmake --build build/bench -j "$(build_jobs)" --target explain_study >&2

results=$(mktemp)
trap 'rm -f "$results"' EXIT
for preset in auto standard; do
    say "$preset"
    build/bench/bin/explain_study "$preset" "$tasks" "$pictures" 240 60 >>"$results"
done
/usr/bin/python3 tests/bench/explain_table.py "$results" "$document"
say "Written: $document"

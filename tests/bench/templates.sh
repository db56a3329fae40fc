#!/usr/bin/env bash
# How well templates are told apart, made memes and real pictures, as a table in docs/benchmarks.md:
#     tests/bench/templates.sh [-b FOLDER] [-o DOCUMENT] PICTURES
# PICTURES is the folder that tests/bench/real_pictures.sh fills, which this calls. -b: a folder with dank, its engine and
# made_templates, instead of building them. Ends with 1 where a seed has fewer than 98 % of pairs together or one wrong
# pair, or where of 1,000 real pictures more than two are joined wrongly. PICTURES/joins.png shows the joins that
# tests/bench/same_pictures.txt does not know: look at them before believing the figure.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

usage() { fail "Usage: tests/bench/templates.sh [-b FOLDER] [-o DOCUMENT] PICTURES"; }
bin='' document=docs/benchmarks.md
while getopts b:o: option; do
    case $option in
        b) bin=$OPTARG ;;
        o) document=$OPTARG ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
[[ $# -eq 1 ]] || usage
pictures=$1
mkdir -p "$pictures"

if [[ -z $bin ]]; then
    install_missing "${packages[@]}"
    cmake --preset release -B build/bench -DDANK_BENCH=ON -DDANK_GUI=OFF >&2
    cmake --build build/bench -j "$(build_jobs)" --target dank made_templates >&2
    bin=build/bench/bin
fi
tests/bench/real_pictures.sh "$pictures" | tee "$pictures/counts.txt" >&2
"$bin/made_templates" 0 13 | tee "$pictures/made.txt" >&2 || true
for feed in chosen judged all; do
    "$bin/dank" --library "$pictures/library" --json templates "$pictures/$feed.csv" >"$pictures/$feed.json"
done
/usr/bin/python3 tests/bench/templates_table.py "$pictures" "$document"

#!/usr/bin/env bash
# Counts how often the verdict believes upvotes that were shuffled, and writes the table in docs/benchmarks.md:
#     tests/bench/false_beliefs.sh [-n SHUFFLES] [-o DOCUMENT] [-k FOLDER]
# The preset `standard` on samples of 400 and 800 memes, described by `classic` and by an untrained network, and `auto`
# with their titles: 200 shuffles each take an hour or so. -k keeps the samples, their features and every shuffle's figures in FOLDER.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

shuffles=200 document=docs/benchmarks.md folder=
while getopts n:o:k: option; do
    case $option in
        n) shuffles=$OPTARG ;;
        o) document=$OPTARG ;;
        k) folder=$OPTARG ;;
        *) fail "Usage: tests/bench/false_beliefs.sh [-n SHUFFLES] [-o DOCUMENT] [-k FOLDER]" ;;
    esac
done

install_missing "${packages[@]}"
cmake --preset release -B build/bench -DDANK_BENCH=ON -DDANK_GUI=OFF >&2
cmake --build build/bench -j "$(build_jobs)" --target false_beliefs >&2

if [[ -z $folder ]]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder"
: >"$folder/results.jsonl"
while read -r backbone rows split preset; do
    say "$preset, $backbone, $rows memes, $split split"
    build/bench/bin/false_beliefs "$folder" "$backbone" "$rows" "$shuffles" "$split" "$preset" \
        >>"$folder/results.jsonl" 2>"$folder/$preset-$backbone-$rows-$split.tsv"
done <<'END'
classic 400 same standard
inception_v3 400 same standard
classic 400 own standard
inception_v3 400 own standard
classic 800 own standard
classic 400 own auto
END
/usr/bin/python3 tests/bench/false_beliefs_table.py "$folder/results.jsonl" "$document"
say "Written: $document"

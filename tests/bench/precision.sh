#!/usr/bin/env bash
# What bfloat16 changes in features and in the order of predictions, and writes the table in docs/benchmarks.md:
#     tests/bench/precision.sh [-n PICTURES] [-o DOCUMENT] [-b FOLDER]
# On the dataset that DANK_TEST_REDDIT names, or on `dank sample` without it. Installs what is missing from Debian's
# packages. Builds our own program unless -b names the folder that holds it.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

pictures=300 document=docs/benchmarks.md bin=
while getopts n:o:b: option; do
    case $option in
        n) pictures=$OPTARG ;;
        o) document=$OPTARG ;;
        b) bin=$OPTARG ;;
        *) fail "Usage: tests/bench/precision.sh [-n PICTURES] [-o DOCUMENT] [-b FOLDER]" ;;
    esac
done

install_missing "${packages[@]}" python3-torch python3-torchvision python3-pil python3-numpy python3-sklearn
if [[ -z $bin ]]; then
    cmake --preset release -B build/bench -DDANK_BENCH=ON >&2
    cmake --build build/bench -j "$(build_jobs)" >&2
    bin=build/bench/bin
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dataset=${DANK_TEST_REDDIT:-}
if [[ -z $dataset ]]; then
    dataset=$work/sample
    "$bin/dank" sample "$dataset" --count "$pictures" >/dev/null 2>&1
fi
/usr/bin/python3 tests/bench/peers_weights.py "$work" "$dataset" "$pictures" >&2
mv "$work/weights.pth" "$work/formula.pth"
/usr/bin/python3 tests/bench/precision.py weights "$work/he.pth" "$work/memes.txt"
for kind in formula he; do
    for precision in fp32 bf16; do
        say "$kind, $precision"
        "$bin/dank" --library "$work/library" --progress none extract "$work/memes" --backbone inception_v3 \
            --weights "$work/$kind.pth" --precision "$precision" --out "$work/$kind-$precision.npy" >/dev/null
    done
done
/usr/bin/python3 tests/bench/precision.py table "$work" "$document"
say "Written: $document"

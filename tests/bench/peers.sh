#!/usr/bin/env bash
# Times Dank Learning beside other ways to do the same job, in rounds in which the programs take turns, and writes the
# table in docs/benchmarks.md:
#     tests/bench/peers.sh [-r ROUNDS] [-n PICTURES] [-t THREADS] [-f FEATURES] [-o DOCUMENT] [-m FOLDER] [-b FOLDER] [ROW…]
# ROW: extract, forward, start, rate, cached, memory; all without one. The pictures are those of the dataset that
# DANK_TEST_REDDIT names, or of `dank sample` without it. Installs what is missing: python3-torch and what a program of
# ours needs from Debian, sharp and onnxruntime-node from npm into -m FOLDER (build/peers). Builds our own
# programs unless -b names the folder that holds them. Leave the machine alone meanwhile. Training has a script of its own.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

usage="Usage: tests/bench/peers.sh [-r ROUNDS] [-n PICTURES] [-t THREADS] [-f FEATURES] [-o DOCUMENT] [-m FOLDER] [-b FOLDER] [ROW…]"
rounds=3 pictures=120 threads=$(nproc) features=100000 document=docs/benchmarks.md modules=build/peers bin=
while getopts r:n:t:f:o:m:b: option; do
    case $option in
        r) rounds=$OPTARG ;;
        n) pictures=$OPTARG ;;
        t) threads=$OPTARG ;;
        f) features=$OPTARG ;;
        o) document=$OPTARG ;;
        m) modules=$OPTARG ;;
        b) bin=$OPTARG ;;
        *) fail "$usage" ;;
    esac
done
shift $((OPTIND - 1))
wanted=("$@")
((${#wanted[@]})) || wanted=(extract forward start rate cached memory)

install_missing "${packages[@]}" python3-torch python3-torchvision python3-pil python3-numpy libdnnl-dev
if [[ -z $bin ]]; then
    cmake --preset release -B build/bench -DDANK_BENCH=ON >&2
    cmake --build build/bench -j "$(build_jobs)" >&2
    bin=build/bench/bin
fi

mkdir -p "$modules"
modules=$(readlink -f "$modules")
if command -v npm >/dev/null && [[ ! -d $modules/node_modules/onnxruntime-node ]]; then
    [[ -f $modules/package.json ]] || echo '{}' >"$modules/package.json"
    # Without the part for CUDA, which npm does not hold.
    ONNXRUNTIME_NODE_INSTALL=skip npm install --prefix "$modules" --no-audit --no-fund sharp onnxruntime-node >&2 ||
        say "npm could not install sharp and onnxruntime-node: their row is left out."
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results=$work/results
dataset=${DANK_TEST_REDDIT:-}
if [[ -z $dataset ]]; then
    dataset=$work/sample
    "$bin/dank" sample "$dataset" --count "$pictures" >/dev/null 2>&1
fi
/usr/bin/python3 tests/bench/peers_weights.py "$work" "$dataset" "$pictures" >&2

precisions=(fp32)
grep -qE '^flags.*(avx512_bf16|amx_bf16)' /proc/cpuinfo && precisions+=(bf16)
dank() { "$bin/dank" --threads "$threads" --progress none --json "$@" 2>/dev/null; }
extract() { # LIBRARY PRECISION DATASET
    dank --library "$1" extract "$3" --backbone inception_v3 --weights "$work/weights.pth" --precision "$2"
}

row_extract() {
    local precision
    for ((round = 1; round <= rounds; ++round)); do
        say "extract, round $round of $rounds"
        for precision in "${precisions[@]}"; do
            rm -rf "$work/library"
            extract "$work/library" "$precision" "$work/memes" |
                /usr/bin/python3 -c 'import json, sys; r = json.load(sys.stdin); print(json.dumps({"row": "extract",
                    "program": "dank " + r["precision"], "value": r["images_per_second"], "pictures": r["computed"]}))' \
                    >>"$results"
        done
        for way in paper careful; do
            /usr/bin/python3 tests/bench/peers_extract.py $way "$work/weights.pth" "$work/memes.txt" "$threads" >>"$results"
        done
        if [[ -d $modules/node_modules/onnxruntime-node && -f $work/network.onnx ]]; then
            node tests/bench/peers_extract.mjs "$modules" "$work/network.onnx" "$work/memes.txt" "$threads" >>"$results"
        fi
    done
}

row_forward() {
    for ((round = 1; round <= rounds; ++round)); do
        say "forward, round $round of $rounds"
        for precision in "${precisions[@]}"; do
            "$bin/bench_networks" --backbone inception_v3 --precision "$precision" --threads "$threads" --seconds 3 |
                /usr/bin/python3 -c 'import json, sys; r = json.load(sys.stdin); print(json.dumps({"row": "forward",
                    "program": "dank " + r["precision"], "value": r["images_per_second"]}))' >>"$results"
        done
        if [[ -x $bin/bench_product ]]; then "$bin/bench_product" "$threads" >>"$results"; fi
    done
}

# Seconds of whole processes: our command and another in turn.
compare() { /usr/bin/python3 tests/bench/peers_time.py "$@" >>"$results"; }

row_start() {
    say "start"
    local flags=()
    read -ra flags < <(pkg-config --cflags --libs Qt6Widgets)
    g++ -O2 tests/bench/peer_bare.cpp -o "$work/bare"
    g++ -O2 -fPIC tests/bench/peer_window.cpp -o "$work/window" "${flags[@]}"
    g++ -O2 -fPIC -shared tests/bench/peer_first_frame.cpp -o "$work/first_frame.so"
    compare --row help --rounds $((rounds * 7)) -- "$bin/dank" --help -- "$work/bare"
    QT_QPA_PLATFORM=offscreen XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work \
        compare --row window --rounds $((rounds * 7)) --preload "$work/first_frame.so" \
        -- "$bin/dank-learning" --library "$work/window-library" -- "$work/window"
}

row_rate() {
    say "rate"
    local picture library=$work/rating
    picture=$(head -n 1 "$work/memes.txt")
    rm -rf "$library"
    dank --library "$library" train "$work/memes" --backbone inception_v3 --weights "$work/weights.pth" \
        --precision "${precisions[-1]}" --epochs 2 --model "$work/rate.dankmodel" >/dev/null
    # Cold: a library that knows the weights and this picture's features as little as the first time.
    compare --row rate --rounds "$rounds" --fresh "$work/cold" \
        -- "$bin/dank" --library "$library" rate "$work/rate.dankmodel" "$picture" \
        -- "$bin/dank" --library "$work/cold" rate "$work/rate.dankmodel" "$picture"
    "$bin/bench_rate" "$work/rate.dankmodel" "$library" $((rounds * 10)) >>"$results"
}

row_cached() {
    say "cached: writing $features feature vectors"
    "$bin/bench_store" "$work/store" "$features" >&2
    compare --row cached --rounds "$rounds" -- "$bin/bench_store" "$work/store" -- cat "$work/store/library.sqlite"
    rm -rf "$work/store"
}

row_memory() {
    say "memory"
    mkdir "$work/half"
    /usr/bin/python3 tests/bench/peers_weights.py "$work/half" "$dataset" $((pictures / 3)) >&2
    for part in "$work/half" "$work"; do
        for precision in "${precisions[@]}"; do
            rm -rf "$work/library"
            /usr/bin/python3 tests/bench/peers_time.py --row "memory $precision" --rounds 1 --memory \
                -- "$bin/dank" --threads "$threads" --library "$work/library" extract "$part/memes" --backbone inception_v3 \
                --weights "$work/weights.pth" --precision "$precision" >>"$results"
        done
    done
}

for row in "${wanted[@]}"; do
    "row_$row"
done
/usr/bin/python3 tests/bench/peers_table.py "$results" "$document" "$rounds" "$threads" "$(wc -l <"$work/memes.txt")" \
    "$([[ -n ${DANK_TEST_REDDIT:-} ]] && echo real || echo sample)"
say "Written: $document"

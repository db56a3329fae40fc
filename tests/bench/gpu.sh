#!/usr/bin/env bash
# Builds core/nn alone on a machine with CUDA and Python's torch package, which LibTorch lies in, checks it there, times it
# beside torch and writes the card's table into docs/benchmarks.md; the tables of other cards stay:
#     tests/bench/gpu.sh [-d DEVICE] [-o DOCUMENT] [-r RESULTS] [-p PICTURES] [-c SECONDS] [-b BUILD] [ID…]
# Needs a C++20 compiler, cmake, torch, torchvision, numpy and Pillow; neither Qt nor OpenCV. Where nlohmann-json's headers
# are not installed, CMAKE_INCLUDE_PATH names a folder that holds nlohmann/json.hpp. PYTHON: another python3. Installs
# nothing. -d cpu tries the script where there is no GPU. RESULTS keeps each figure as it comes, so that a script that
# is stopped leaves what it had. PICTURES: a folder of JPEGs and PNGs to decode; else they are drawn. -c: how long to go on
# compiling networks by torch.compile. Takes some five minutes on 16 cores; each part has a limit of its own.
set -euo pipefail
[[ -z ${CMAKE_INCLUDE_PATH:-} ]] || CMAKE_INCLUDE_PATH=$(readlink -f "$CMAKE_INCLUDE_PATH")
export CMAKE_INCLUDE_PATH=${CMAKE_INCLUDE_PATH:-}
from=$PWD
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

usage="Usage: tests/bench/gpu.sh [-d DEVICE] [-o DOCUMENT] [-r RESULTS] [-p PICTURES] [-c SECONDS] [-b BUILD] [ID…]"
device=cuda document=docs/benchmarks.md results='' pictures='' compile=60 folder=build/nn-alone
here() { [[ $1 == /* ]] && echo "$1" || echo "$from/$1"; }
while getopts d:o:r:p:c:b: option; do
    case $option in
        d) device=$OPTARG ;;
        o) document=$(here "$OPTARG") ;;
        r) results=$(here "$OPTARG") ;;
        p) pictures=$(here "$OPTARG") ;;
        c) compile=$OPTARG ;;
        b) folder=$(here "$OPTARG") ;;
        *) fail "$usage" ;;
    esac
done
shift $((OPTIND - 1))
python=${PYTHON:-python3}
cores=$(nproc)
if [[ -z $results ]]; then
    results=$(mktemp)
    trap 'rm -f "$results"' EXIT
else
    : >"$results"
fi

# With CUDA all has to be over in eight minutes.
total=470
[[ $device == cuda* ]] || total=36000

# part NAME SECONDS COMMAND…: adds what it prints to the results. A part that fails or takes too long is noted, and the
# others go on.
part() {
    local name=$1 limit=$2 start=$SECONDS status=0
    shift 2
    [[ $device == cuda* ]] || limit=$total
    ((limit <= total - SECONDS)) || limit=$((total - SECONDS))
    say "$name, at most $limit s"
    if ((limit > 0)); then
        timeout "$limit" "$@" >>"$results" || status=$?
    else
        status=124
    fi
    ((status == 0)) || say "  It ended with $status."
    printf '\n{"part": "done", "name": "%s", "seconds": %d, "status": %d}\n' "$name" $((SECONDS - start)) "$status" >>"$results"
    return "$status"
}

"$python" tests/bench/gpu_peer.py --machine --device "$device" >>"$results" || fail "There is no torch for $device in $python."

generator=()
! command -v ninja >/dev/null || generator=(-G Ninja)
torch=$("$python" -c 'import torch; print(torch.utils.cmake_prefix_path)')
if [[ $device == cuda* && -z ${TORCH_CUDA_ARCH_LIST:-} ]]; then # else CMake compiles a program to find out
    TORCH_CUDA_ARCH_LIST=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1)
    export TORCH_CUDA_ARCH_LIST
fi
# shellcheck disable=SC2016 # the inner shell expands it
part "build" 300 bash -c 'cmake -S core/nn -B "$1" "${@:4}" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$2" >&2 &&
    cmake --build "$1" -j "$3" >&2' _ "$folder" "$torch" "$(build_jobs)" "${generator[@]}" ||
    fail "core/nn could not be built: see above."

# shellcheck disable=SC2016
part "self-test" 90 bash -c 'set -o pipefail
    "$1" --checks | tee /dev/stderr | tr -d "\"\\\\" | sed -nE "
        s/^ok +(.*)/{\"part\": \"check\", \"ok\": true, \"text\": \"\1\"}/p
        s/^FAIL +(.*)/{\"part\": \"check\", \"ok\": false, \"text\": \"\1\"}/p"' _ "$folder/dank-nn-selftest" || true

precisions=fp32,tf32,bf16,fp16 batches=8,128 callers=4 seconds=0.2
if [[ $device != cuda* ]]; then
    precisions=fp32 batches=8 callers=$cores seconds=2
    grep -qE '^flags.*(avx512_bf16|amx_bf16)' /proc/cpuinfo && precisions=fp32,bf16
fi
part "networks" 160 "$folder/dank-gpu-networks" --device "$device" --batches "$batches" --callers "$callers" \
    --seconds "$seconds" "$@" || true

[[ $device != cuda* ]] || part "memory" 30 "$folder/dank-gpu-networks" --device "$device" --memory 3 "$@" || true

part "decode" 30 "$python" tests/bench/gpu_peer.py --decode --seconds 4 ${pictures:+--pictures "$pictures"} || true

for threads in 1 4 "$cores"; do
    ((threads <= cores)) || continue
    part "training, $threads threads" 20 env GOMP_SPINCOUNT=2000 "$folder/dank-bench-trainer" paper 8 3338 2048 "$threads" || true
    part "torch's training, $threads threads" 30 env OMP_WAIT_POLICY=passive OMP_NUM_THREADS="$threads" \
        "$python" tests/bench/training_peer.py python3-torch --threads "$threads" --epochs 6 || true
done
[[ $device != cuda* ]] || part "torch's training on the device" 30 env OMP_WAIT_POLICY=passive \
    "$python" tests/bench/training_peer.py python3-torch --device "$device" --epochs 8 || true

part "torch's networks" $((120 + compile)) "$python" tests/bench/gpu_peer.py --device "$device" --precisions "$precisions" \
    --batches "$batches" --seconds "$seconds" --compile-seconds "$compile" "$@" || true

"$python" tests/bench/gpu_table.py "$results" "$document"
say "Written after $SECONDS s: $document"

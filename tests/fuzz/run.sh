#!/usr/bin/env bash
# Builds the fuzzers with clang and runs each for some minutes: tests/fuzz/run.sh MINUTES [NAME…]
# Ends with 1 when one found a fault; the input then lies in build/fuzz/found. What is new about the inputs found stays
# in build/fuzz/corpus; `-merge=1` as in the comment below brings the best of them back into tests/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

(($# >= 1)) || fail "How long? tests/fuzz/run.sh MINUTES [NAME…]"
minutes=$1
shift
names=("$@")
((${#names[@]})) || names=(torch_file safetensors tfjs_model keras_hdf5 onnx_file feed)

install_missing "${fuzz_packages[@]}"
build fuzz
mkdir -p build/fuzz/found
failed=0
for name in "${names[@]}"; do
    mkdir -p "build/fuzz/corpus/$name"
    most=8192
    [[ $name == keras_hdf5 ]] && most=25600 # an HDF5 file of a few layers is as large
    say "fuzz_$name for $minutes minutes"
    # To keep what was found: fuzz_NAME -merge=1 tests/fuzz/corpus/NAME build/fuzz/corpus/NAME
    build/fuzz/bin/fuzz_"$name" -max_total_time="$((minutes * 60))" -max_len=$most -timeout=10 -rss_limit_mb=2048 \
        -malloc_limit_mb=64 -print_final_stats=1 -dict="tests/fuzz/$name.dict" -artifact_prefix="build/fuzz/found/" \
        "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" tests/weights/golden \
        >"build/fuzz/$name.log" 2>&1 || failed=1
    grep -E 'SUMMARY|ERROR|Test unit|stat::|Done' "build/fuzz/$name.log" || true
    grep -E ' cov: ' "build/fuzz/$name.log" | tail -n 1
done
exit $failed

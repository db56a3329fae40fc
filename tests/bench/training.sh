#!/usr/bin/env bash
# Times the paper's network beside the same loop in Debian's python3-torch and scikit-learn's MLPRegressor, and a
# cross-validation of 5 folds and 5 seeds, and writes the section in docs/benchmarks.md:
#     tests/bench/training.sh [-r ROUNDS] [-e EPOCHS] [-o DOCUMENT]
# Installs what is missing from Debian's packages. Leave the machine alone meanwhile.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

rounds=5 epochs=6 document=docs/benchmarks.md
while getopts r:e:o: option; do
    case $option in
        r) rounds=$OPTARG ;;
        e) epochs=$OPTARG ;;
        o) document=$OPTARG ;;
        *) fail "Usage: tests/bench/training.sh [-r ROUNDS] [-e EPOCHS] [-o DOCUMENT]" ;;
    esac
done

install_missing "${packages[@]}" python3-torch python3-sklearn
cmake --preset release -B build/bench -DDANK_BENCH=ON -DDANK_GUI=OFF >&2
cmake --build build/bench -j "$(build_jobs)" --target bench_trainer bench_folds >&2

results=$(mktemp)
trap 'rm -f "$results"' EXIT
for ((round = 1; round <= rounds; ++round)); do
    say "Round $round of $rounds"
    for threads in 1 2; do
        # As both programs set it for themselves (core/engine/loader).
        GOMP_SPINCOUNT=2000 build/bench/bin/bench_trainer paper "$epochs" 3338 2048 "$threads" >>"$results"
        for peer in python3-torch scikit-learn; do
            OMP_WAIT_POLICY=passive OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads \
                /usr/bin/python3 tests/bench/training_peer.py "$peer" --threads "$threads" --epochs "$epochs" >>"$results"
        done
    done
done
say "5 folds × 5 seeds of the standard preset"
build/bench/bin/bench_folds 5 5 standard >>"$results"
/usr/bin/python3 tests/bench/training_table.py "$results" "$document" "$rounds"
say "Written: $document"

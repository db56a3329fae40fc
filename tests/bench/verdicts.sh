#!/usr/bin/env bash
# Runs every planted dataset of tests/evaluate/planted.h many times and counts the verdicts:
#     tests/bench/verdicts.sh [RUNS [NAME]]
# 100 runs each take some minutes. Ends with 1 when a dataset gets its right verdict in fewer than 95 of 100.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

install_missing "${packages[@]}"
[[ -f build/test/build.ninja ]] || cmake --preset test >&2
cmake --build build/test -j "$(build_jobs)" --target verdict_study >&2
build/test/bin/verdict_study "$@"

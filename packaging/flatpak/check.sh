#!/usr/bin/env bash
# Whether flatpak-builder takes the manifest; it builds nothing: packaging/flatpak/check.sh
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

install_missing flatpak-builder
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
flatpak-builder --state-dir "$state" --show-manifest packaging/flatpak/org.danklearning.DankLearning.yml >/dev/null
echo "flatpak-builder reads the manifest."

#!/usr/bin/env bash
# Gathers photos, drawings and screenshots of different things from Debian's packages, for a look at which of them
# `dank templates` takes for one (tests/bench/templates.sh):
#     tests/bench/real_pictures.sh FOLDER
# FOLDER gets packages/ (a gigabyte, kept for the next time), memes/ and three lists of them, all.csv, chosen.csv and judged.csv. Where DANK_TEST_REDDIT names the
# folder of a real dataset, its memes are among them. Nothing is installed. What is left out, and by which rules, says
# tests/bench/real_pictures.py.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

[[ $# -eq 1 && $1 != -* ]] || fail "Usage: tests/bench/real_pictures.sh FOLDER"
folder=$1
mkdir -p "$folder/packages"
folder=$(cd "$folder" && pwd)

# Package, and the folders of pictures in it that people drew, took or shot from a screen, one of each thing: no frames of
# animations, no sheets of tiles, no icons, no letters, no plots.
stamps=usr/share/tuxpaint/stamps
space=usr/share/games/endless-sky/images
scratch=usr/share/scratch/Media
wesnoth=usr/share/games/wesnoth/1.16/data/core/images
sources=(
    "tuxpaint-stamps-default $stamps/animals $stamps/clothes $stamps/food $stamps/hobbies $stamps/household"
    "tuxpaint-stamps-default $stamps/medical $stamps/military $stamps/naturalforces $stamps/people $stamps/plants"
    "tuxpaint-stamps-default $stamps/seasonal $stamps/space $stamps/sports $stamps/town $stamps/vehicles"
    "endless-sky-data $space/land $space/scene"
    "scratch $scratch/Backgrounds $scratch/Costumes/Animals $scratch/Costumes/Fantasy $scratch/Costumes/People"
    "scratch $scratch/Costumes/Things $scratch/Costumes/Transportation"
    "wesnoth-1.16-data $wesnoth/portraits $wesnoth/story"
    "stellarium-data usr/share/stellarium/nebulae/default"
    "kstars-data usr/share/doc/HTML/en/kstars"
    "gnome-user-docs usr/share/help/C"
    "gnome-backgrounds usr/share/backgrounds"
    "mate-backgrounds usr/share/backgrounds"
    "plasma-workspace-wallpapers usr/share/wallpapers"
    "lomiri-wallpapers-16.04 usr/share/backgrounds"
    "lomiri-wallpapers-20.04 usr/share/backgrounds"
    "ukui-wallpapers usr/share/backgrounds"
    "sway-backgrounds usr/share/backgrounds"
    "desktop-base usr/share/desktop-base"
)

cd "$folder/packages"
for package in $(printf '%s\n' "${sources[@]}" | cut -d' ' -f1 | sort -u); do
    [[ -d $package ]] && continue
    rm -rf "$package.part"
    mkdir "$package.part"
    (cd "$package.part" && apt-get download -qq "$package") ||
        fail "The package $package could not be had. Run apt-get update, or take it from the list in this script."
    dpkg-deb -x "$package.part"/*.deb "$package.part"
    rm "$package.part"/*.deb
    mv "$package.part" "$package"
done
cd - >/dev/null
printf '%s\n' "${sources[@]}" | /usr/bin/python3 tests/bench/real_pictures.py "$folder" "${DANK_TEST_REDDIT:-}"

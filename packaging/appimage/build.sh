#!/usr/bin/env bash
# Makes an AppDir: the release with every library that it needs but the C library, for a Linux at least as new as Debian 12:
# packaging/appimage/build.sh
# Prints its path. Where appimagetool is on the path, an AppImage is made of it; without (Debian has none) the AppDir runs
# as it lies. NOT BUILT HERE: neither the AppDir, which
# packaging/appimage/test.sh tries, nor the AppImage.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
source packaging/common.sh

install_missing "${packages[@]}" patchelf
cmake --preset deb >&2
build deb
app=$PWD/build/appimage/DankLearning.AppDir
rm -rf "$app"
DESTDIR=$app cmake --install build/deb --strip >/dev/null
library=$app/usr/lib
multiarch=$(gcc -print-multiarch)
engine=$(find "$library" -name libdank_engine.so)

# Opened late, so no linker names them: Qt's plugins, and the quick BLAS in the place of the slow one.
plugins=/usr/lib/$multiarch/qt6/plugins
mkdir -p "$library/qt6/plugins"
for kind in platforms platforminputcontexts xcbglintegrations wayland-shell-integration iconengines imageformats platformthemes; do
    [[ ! -d $plugins/$kind ]] || cp -r "$plugins/$kind" "$library/qt6/plugins/"
done

# All but the C library, which must be the system's. The window draws without OpenGL, so that no driver has to fit.
theirs='^(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util|anl|BrokenLocale|nss_.*))\.so'
mapfile -t files < <(find "$app/usr/bin" "$library" -type f \( -perm /111 -o -name '*.so*' \))
for file in "${files[@]}"; do ldd "$file" 2>/dev/null; done |
    awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
    while read -r needed; do
        [[ ${needed##*/} =~ $theirs ]] || cp -Ln "$needed" "$library/"
    done
for quick in libblas.so.3 liblapack.so.3; do
    [[ ! -f /usr/lib/$multiarch/openblas-pthread/$quick ]] || cp -L "/usr/lib/$multiarch/openblas-pthread/$quick" "$library/"
done
# The programs' own path, which holds for what their libraries need too; an environment's would go on to browsers they open.
relative=$(realpath --relative-to "$(dirname "$engine")" "$library")
# shellcheck disable=SC2016 # the dynamic loader's word
patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$app/usr/bin/dank" "$app/usr/bin/dank-learning"
patchelf --force-rpath --set-rpath "\$ORIGIN/$relative" "$engine"
find "$library/qt6/plugins" -name '*.so' -exec patchelf --force-rpath --set-rpath "\$ORIGIN/../../.." {} +

mkdir -p "$app/usr/share/tesseract-ocr/5/tessdata"
cp /usr/share/tesseract-ocr/5/tessdata/eng.traineddata "$app/usr/share/tesseract-ocr/5/tessdata/"
cp packaging/appimage/AppRun "$app/AppRun"
id=org.danklearning.DankLearning
cp "$app/usr/share/applications/$id.desktop" "$app/usr/share/icons/hicolor/scalable/apps/$id.svg" "$app/"
ln -sf "$id.svg" "$app/.DirIcon"
desktop-file-validate "$app/$id.desktop"

if command -v appimagetool >/dev/null; then
    appimagetool "$app" "build/appimage/Dank_Learning-$(uname -m).AppImage" >&2
else
    say "There is no appimagetool: the AppDir is made, no AppImage."
fi
echo "$app"

#!/bin/sh
# What the desktop reads, judged by the desktop's own tools: check_desktop.sh RESOURCES VERSION. 77: a tool is missing.
set -eu
for tool in desktop-file-validate appstreamcli update-mime-database; do
    command -v $tool >/dev/null || {
        echo "skipped: $tool is not installed"
        exit 77
    }
done
id=org.danklearning.DankLearning
desktop-file-validate "$1/$id.desktop"
appstreamcli validate --no-net --explain "$1/$id.metainfo.xml"
newest=$(sed -n 's/.*<release version="\([^"]*\)".*/\1/p' "$1/$id.metainfo.xml" | head -n 1)
[ "$newest" = "$(echo "$2" | tr - '~')" ] || { echo "The newest release told of is $newest, but this is $2"; exit 1; }

prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
mkdir -p "$prefix/mime/packages"
cp "$1/$id.mime.xml" "$prefix/mime/packages/$id.xml"
update-mime-database "$prefix/mime"
grep -qx 'application/x-dankmodel:\*.dankmodel' "$prefix/mime/globs"

# Every icon follows the palette.
for icon in "$1"/icons/*.svg; do
    grep -q 'stroke="currentColor"' "$icon" || { echo "$icon does not draw in the current colour"; exit 1; }
    ! grep -qE '#[0-9A-Fa-f]{3}' "$icon" || { echo "$icon has a colour of its own"; exit 1; }
done

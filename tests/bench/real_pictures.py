"""Copies the pictures below the folders on stdin ("package folder…", below FOLDER/packages) to FOLDER/memes and writes
FOLDER/all.csv: real_pictures.py FOLDER [DATASET]. Run by tests/bench/real_pictures.sh. Its rows are in chosen.csv or in
judged.csv too, by a hash of the name: constants of core/templates are chosen on the one and judged on the other.

Left out are:
- links, and what Pillow cannot open;
- pictures of which a side has fewer than 100 pixels;
- files of the same bytes as an earlier one;
- the same picture in another size: of the paths in one package that differ in nothing but a resolution ("1920x1080", as
  a folder or a part of a name), the scale ("@2x") and the extension, only the one with the most pixels is taken;
- a wallpaper's own preview, which is called screenshot, preview or thumbnail.

No picture is left out for what is seen on it, so that some show the same thing still: templates.sh asks about those.
The memes of DATASET, a folder with memes/, are added as they are.
"""

import csv
import hashlib
import os
import re
import shutil
import sys

from PIL import Image

Image.MAX_IMAGE_PIXELS = None
KINDS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
LEAST = 100


def is_for_choosing(name):
    """FNV-1a, 32 bits, folded once."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return (value ^ value >> 15) % 2 == 0


def same_picture(path):
    stem = os.path.splitext(path)[0].lower()
    return re.sub(r"[-_ ]?\d{3,5}x\d{3,5}|@\dx", "", stem)


def name_of(package, path):
    return package + "." + re.sub(r"[^A-Za-z0-9.]+", "-", os.path.splitext(path)[0]).strip("-")


def pictures_below(folder):
    for where, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = os.path.join(where, file)
            if file.lower().endswith(KINDS) and not os.path.islink(path):
                yield path


def is_preview(path):
    return os.path.splitext(os.path.basename(path))[0].lower() in ("screenshot", "preview", "thumbnail")


def side_lengths(path):
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, ValueError, SyntaxError):
        return 0, 0


def main():
    folder = sys.argv[1]
    dataset = sys.argv[2] if len(sys.argv) > 2 else ""
    out = os.path.join(folder, "memes")
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    chosen = {}  # name -> (pixels, path, source)
    for line in sys.stdin:
        package, *folders = line.split()
        for below in folders:
            root = os.path.join(folder, "packages", package, below)
            if not os.path.isdir(root):
                sys.exit(f"{package} has no folder {below} any more.")
            for path in pictures_below(root):
                if is_preview(path):
                    continue
                width, height = side_lengths(path)
                if min(width, height) < LEAST:
                    continue
                key = (package, same_picture(path))
                if key not in chosen or chosen[key][0] < width * height:
                    name = name_of(package, os.path.relpath(path, os.path.dirname(root)))
                    chosen[key] = (width * height, path, name)
    if dataset:
        for path in pictures_below(os.path.join(dataset, "memes")):
            chosen["", path] = (0, path, name_of("meme", os.path.basename(path)))

    seen, names, counts = set(), set(), {}
    rows = {"all": [], "chosen": [], "judged": []}
    for (package, _), (_, path, name) in chosen.items():
        with open(path, "rb") as picture:
            digest = hashlib.sha256(picture.read()).digest()
        if digest in seen:
            continue
        seen.add(digest)
        while name in names:
            name += "+"
        names.add(name)
        copy = name + os.path.splitext(path)[1].lower()
        shutil.copyfile(path, os.path.join(out, copy))
        for feed in ("all", "chosen" if is_for_choosing(name) else "judged"):
            rows[feed].append([name, len(names), name, copy])
        counts[package or "the dataset"] = counts.get(package or "the dataset", 0) + 1
    for feed, lines in rows.items():
        with open(os.path.join(folder, feed + ".csv"), "w", newline="") as file:
            csv.writer(file).writerows([["id", "ups", "title", "image"], *lines])
    for package, count in counts.items():
        print(f"{count:6}  {package}")
    print(f"{len(names):6}  different files, {len(rows['judged'])} of them to judge by")


if __name__ == "__main__":
    main()

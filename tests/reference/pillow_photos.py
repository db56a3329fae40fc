#!/usr/bin/python3
"""How far our decoding and resizing is from Pillow's on real photographs:
    pillow_photos.py PREPARE_PICTURE FOLDER
PREPARE_PICTURE is the tool of tests/bench (built with -DDANK_BENCH=ON). For each rule and size, with JPEG decoded whole
and at a reduced scale, it prints the largest difference in grey levels over all pictures and the mean over all bytes.
Needs Debian's python3-pil and python3-torchvision. Writes nothing."""

import pathlib
import subprocess
import sys

import numpy as np
from PIL import Image, ImageOps

from preprocess import photograph

CASES = [("warp", 299, 342), ("warp", 224, 256), ("crop", 299, 342), ("crop", 224, 256), ("letterbox", 299, 342)]


def rgb(path):
    """Upright, over white: what our decode rule promises."""
    image = ImageOps.exif_transpose(Image.open(path))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def ours(tool, case, decoding, files):
    """Yields [side, side, 3] for each file, None for one that gave no picture."""
    command = [tool, *map(str, case), decoding, *map(str, files)]
    data, at = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout, 0
    for _ in files:
        header = data[at : at + 32].split(b"\n", 3)[:3]
        width, height = map(int, header[1].split())
        at += sum(len(line) + 1 for line in header)
        pixels = np.frombuffer(data, np.uint8, width * height * 3, at).reshape(height, width, 3)
        at += pixels.size
        yield pixels if (width, height) == (case[1], case[1]) else None


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tool, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    pictures = [rgb(path) for path in files]
    jpegs = [Image.open(path).format == "JPEG" for path in files]
    print("| Rule | Side | JPEG decoding | Files | Largest | Largest in the median file | Mean | Off by more than 1 |")
    print("|---|---|---|---|---|---|---|---|")
    for case in CASES:
        expected = [np.asarray(photograph(picture, *case), np.int16) for picture in pictures]
        for decoding in ("full", "reduced"):
            largest, total, beyond, count = [], 0, 0, 0
            for path, is_jpeg, theirs, mine in zip(files, jpegs, expected, ours(tool, case, decoding, files)):
                if mine is None or (decoding == "reduced" and not is_jpeg):
                    continue
                off = np.abs(theirs - mine)
                largest.append(off.max())
                if decoding == "full" and off.max() > 1:
                    print(f"{path.name}: up to {off.max()}", file=sys.stderr)
                total, beyond, count = total + off.sum(), beyond + (off > 1).sum(), count + off.size
            print(
                f"| {case[0]} | {case[1]} | {decoding} | {len(largest)} | {max(largest)} | {int(np.median(largest))} | "
                f"{total / count:.4f} | {beyond / count:.4%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Golden pictures for preprocess(): tests/pipeline/golden/WxH-RULE-SIDE-CROPSIDE.rgb, SIDE × SIDE RGB bytes each, made
from a W × H picture by formula.

warp is Pillow's resize; crop is torchvision's own Resize(CROPSIDE) and CenterCrop(SIDE) on a Pillow picture, what its
published weights are meant to be fed with; letterbox is ours alone and described here: the long side becomes SIDE, the
short one follows, rounded, and lies in the middle of mid grey. Needs Debian's python3-torchvision and python3-pil
(made with 0.14.1 and 9.4). photograph() is what pillow_photos.py holds real photographs against."""

import pathlib

import numpy as np
from PIL import Image
from torchvision import transforms

import formula

SOURCES = [(97, 61), (61, 97), (640, 80), (50, 50), (20, 31)]
# Differences of 5 and 7, so that a half pixel to crop occurs on either side of an even number.
SIDES = [(32, 37), (33, 40)]
GREY = 128


def letterbox(image, side):
    longest = max(image.size)
    width, height = (max(1, int(length * side / longest + 0.5)) for length in image.size)
    square = np.full((side, side, 3), GREY, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = image.resize((width, height), Image.BILINEAR)
    return Image.fromarray(square)


def photograph(image, rule, side, crop_side):
    """An RGB picture made side × side."""
    if rule == "warp":
        return image.resize((side, side), Image.BILINEAR)
    if rule == "crop":
        return transforms.CenterCrop(side)(transforms.Resize(crop_side)(image))
    return letterbox(image, side)


if __name__ == "__main__":
    out = pathlib.Path(__file__).resolve().parent.parent / "pipeline" / "golden"
    out.mkdir(exist_ok=True)
    for width, height in SOURCES:
        pixels = formula.picture(1, max(width, height))[:height, :width].astype(np.uint8)
        for side, crop_side in SIDES:
            for rule in ("warp", "crop", "letterbox"):
                made = photograph(Image.fromarray(pixels), rule, side, crop_side)
                (out / f"{width}x{height}-{rule}-{side}-{crop_side}.rgb").write_bytes(made.tobytes())

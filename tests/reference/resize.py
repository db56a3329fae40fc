#!/usr/bin/env python3
"""Golden pictures for resizeTriangle(): Pillow's Image.resize(BILINEAR), run once with Pillow 9.4.

Writes tests/image/data/resize-source.png and, for each size, resize-WxH.png beside it. The source has edges, a
ramp and noise, so that a wrong filter, order of passes or rounding shows.
"""
import pathlib
import random

from PIL import Image

SIZES = [(16, 16), (7, 31), (48, 40), (47, 1), (1, 40), (96, 90), (30, 40), (48, 13), (3, 2)]

out = pathlib.Path(__file__).resolve().parent.parent / "image" / "data"
rng = random.Random(7)
source = Image.new("RGB", (48, 40))
for y in range(40):
    for x in range(48):
        if x < 16:
            pixel = (255, 255, 255) if (x + y) % 2 else (0, 0, 0)
        elif x < 32:
            pixel = (x * 5, y * 6, 255 - x * 3)
        else:
            pixel = tuple(rng.randrange(256) for _ in range(3))
        source.putpixel((x, y), pixel)
source.save(out / "resize-source.png", optimize=True)
for width, height in SIZES:
    source.resize((width, height), Image.BILINEAR).save(out / f"resize-{width}x{height}.png", optimize=True)

#!/usr/bin/env python3
"""Golden hashes for perceptualHash(), by fractions in NumPy and Pillow 9.4: no code shared with ours.

Reads the pictures of tests/image/data that Pillow decodes to the very bytes that our decoders give (PNG), and writes
tests/image/golden/perceptual.txt: name, then the hash in hex.
"""
import pathlib
from fractions import Fraction

import numpy
from PIL import Image

tests = pathlib.Path(__file__).resolve().parent.parent


def cells(values, count):
    """Exact means of `count` equal cells along the first axis; a sample on a border counts by its parts."""
    length = len(values)
    result = []
    for cell in range(count):
        low, high = Fraction(cell * length, count), Fraction((cell + 1) * length, count)
        total = 0
        for at in range(length):
            part = min(high, Fraction(at + 1)) - max(low, Fraction(at))
            if part > 0:
                total = total + values[at] * part
        result.append(total / (high - low))
    return numpy.array(result, dtype=object)


def difference_hash(image):
    rgb = numpy.asarray(image.convert("RGB")).astype(object)
    grey = (rgb[..., 0] * 299 + rgb[..., 1] * 587 + rgb[..., 2] * 114) * Fraction(1, 1000)
    grid = cells(cells(grey, 8).T, 9).T
    bits = "".join("1" if grid[row, column] - grid[row, column + 1] > 1 else "0"
                   for row in range(8) for column in range(8))
    return int(bits, 2)


lines = []
for path in sorted((tests / "image" / "data").glob("resize-*.png")) + sorted((tests / "image" / "golden").glob("*.png")):
    with Image.open(path) as image:
        lines.append(f"{path.parent.name}/{path.name} {difference_hash(image):016x}\n")
(tests / "image" / "golden" / "perceptual.txt").write_text("".join(lines))

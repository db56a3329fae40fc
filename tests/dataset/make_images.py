#!/usr/bin/env python3
"""Draws the small pictures in tests/dataset/images with Pillow; each name says its format and size.

    python3 tests/dataset/make_images.py
"""
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parent / "images"


def main():
    FOLDER.mkdir(exist_ok=True)
    picture = Image.new("RGB", (13, 7))
    picture.putdata([(x * 19 % 256, y * 36 % 256, x * y % 256) for y in range(7) for x in range(13)])
    picture.save(FOLDER / "baseline_13x7.jpg", quality=60)
    picture.save(FOLDER / "progressive_13x7.jpg", quality=60, progressive=True)
    picture.save(FOLDER / "rgb_13x7.png")
    picture.convert("P").save(FOLDER / "palette_13x7.png")
    picture.convert("P").save(FOLDER / "still_13x7.gif")
    frames = [picture.rotate(90 * i).convert("P") for i in range(3)]
    frames[0].save(FOLDER / "moving_13x7.gif", save_all=True, append_images=frames[1:])
    picture.save(FOLDER / "lossy_13x7.webp", quality=50)
    picture.save(FOLDER / "lossless_13x7.webp", lossless=True)
    rgba = picture.convert("RGBA")
    rgba.putalpha(128)
    rgba.save(FOLDER / "alpha_13x7.webp", quality=50)
    picture.save(FOLDER / "rgb_13x7.bmp")
    picture.convert("1").save(FOLDER / "bits_13x7.bmp")


if __name__ == "__main__":
    main()

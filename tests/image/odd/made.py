"""What the makers of odd pictures share: a picture to draw, EXIF blocks, and calls of other programs."""

import io
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
from typing import NamedTuple, Union

from PIL import Image

ORIENTATIONS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
                5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
                8: Image.Transpose.ROTATE_90}  # fmt: skip


class Odd(NamedTuple):
    """A file, and where its maker knows it the picture that it must give (RGB, upright, over white), or the refusal."""

    name: str
    data: bytes
    right: Union[Image.Image, str, None] = None
    differs: str = ""  # why Pillow's picture is another one


def paint(width=61, height=43):
    """No two corners alike, so that any turn or channel swap shows; no two neighbours alike, so that any shift does."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x * 37 + y * 101) % 256 // 4 + (90 if x > y else 0))
                   for y in range(height) for x in range(width)])  # fmt: skip
    return image


def over_white(image):
    """RGB, by Pillow. Not by alpha_composite(), which rounds some samples the wrong way."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image.convert("RGB"), mask=image.getchannel("A"))
        return white
    return image.convert("RGB")


def turned(image, orientation):
    return image.transpose(ORIENTATIONS[orientation]) if orientation in ORIENTATIONS else image


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff(entries, big=False, gap=0):
    """An EXIF block: entries are (tag, type, count, four bytes of value), after `gap` bytes of nothing."""
    order = ">" if big else "<"
    data = (b"MM\0*" if big else b"II*\0") + struct.pack(order + "I", 8 + gap) + bytes(gap)
    data += struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        data += struct.pack(order + "HHI", tag, kind, count) + value
    return data + bytes(4)


def orientation_block(value, big=False, kind=3, before=(), gap=0):
    """Tells an orientation, as a SHORT (3) or a LONG (4)."""
    number = struct.pack((">" if big else "<") + ("H" if kind == 3 else "I"), value).ljust(4, b"\0")
    return tiff([*before, (0x0112, kind, 1, number)], big, gap)


def has(tool):
    return shutil.which(tool) is not None


def piped(command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def by_imagemagick(image, kinds):
    """What ImageMagick makes of the picture: {name: (format, option …)} gives {name: bytes}. All by one process, whose
    start is what takes time, with one thread: more wait by spinning. Choosing a palette takes it a second: give it one."""
    with tempfile.TemporaryDirectory() as folder:
        source, command = f"{folder}/in.png", ["convert", "-respect-parentheses"]
        image.save(source)
        for number, (kind, *options) in enumerate(kinds.values()):
            command += ["(", source, *options, "-write", f"{kind}:{folder}/{number}", ")"]
        subprocess.run([*command, "null:"], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        return {name: (pathlib.Path(folder) / str(number)).read_bytes() for number, name in enumerate(kinds)}

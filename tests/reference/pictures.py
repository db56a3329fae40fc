#!/usr/bin/env python3
"""Small picture files for the decoder's tests, each with the pixels it must give, by Pillow 9.4.

Writes tests/image/data/NAME.EXT and NAME.EXT.rgb: width and height as little-endian 16-bit numbers, then RGB rows.
Lossless files have exact pixels; those of lossy ones are Pillow's own decoding.
"""
import io
import pathlib
import struct
import subprocess
import tempfile
import zlib

from PIL import Image, ImageOps

out = pathlib.Path(__file__).resolve().parent.parent / "image" / "data"
W, H = 13, 9


def paint(width=W, height=H):
    """No two corners alike, so that any turn or channel swap shows."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            image.putpixel((x, y), (x * 255 // (width - 1), y * 255 // (height - 1), 40 if x + y < 9 else 200))
    return image


def golden(name, image):
    image = image.convert("RGB")
    (out / (name + ".rgb")).write_bytes(struct.pack("<HH", *image.size) + image.tobytes())


def over_white(image):
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def save(name, image, expected=None, **options):
    image.save(out / name, **options)
    golden(name, expected if expected is not None else over_white(Image.open(out / name)))


def chunk(tag, data):
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


def png(name, width, height, depth, kind, rows, extra=b""):
    """A PNG made by hand: what Pillow cannot write."""
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)) + extra
    data += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)) + chunk(b"IEND", b"")
    (out / name).write_bytes(data)


rgb = paint()
alpha = Image.new("L", (W, H))
alpha.putdata([(x * 21 + y * 7) % 256 for y in range(H) for x in range(W)])
rgba = rgb.copy()
rgba.putalpha(alpha)
grey = rgb.convert("L")

# PNG
save("rgb.png", rgb)
save("rgba.png", rgba)
save("grey.png", grey)
grey_alpha = Image.merge("LA", (grey, alpha))
save("grey-alpha.png", grey_alpha)
save("palette.png", rgb.quantize(12))
see_through = rgb.quantize(12)
save("palette-alpha.png", see_through, transparency=3)
save("bit.png", grey.point(lambda v: 255 if v > 90 else 0).convert("1"))
save("colour-key.png", rgb.quantize(8).convert("RGB"), transparency=rgb.quantize(8).convert("RGB").getpixel((6, 4)))
save("grey-key.png", grey.quantize(8).convert("L"), transparency=grey.quantize(8).convert("L").getpixel((6, 4)))
bits = bytes([0b10110011, 0b01011000])  # 13 dots of one bit, the dark ones see-through: all white
png("bit-key.png", W, H, 1, 0, [bits] * H, chunk(b"tRNS", b"\0\0"))
golden("bit-key.png", Image.new("RGB", (W, H), "white"))


def eight(v):
    return (v * 255 + 32767) // 65535


wide = [[(x * 65535 // (W - 1), y * 65535 // (H - 1), (x * y * 997) % 65536) for x in range(W)] for y in range(H)]
png("rgb16.png", W, H, 16, 2, [b"".join(struct.pack(">HHH", *p) for p in row) for row in wide])
expected = Image.new("RGB", (W, H))
expected.putdata([tuple(eight(v) for v in p) for row in wide for p in row])
golden("rgb16.png", expected)
png("grey16.png", W, H, 16, 0, [b"".join(struct.pack(">H", p[2]) for p in row) for row in wide])
expected.putdata([(eight(p[2]),) * 3 for row in wide for p in row])
golden("grey16.png", expected)


def interlaced(name, source):
    """The same picture in Adam7's order, by ImageMagick."""
    subprocess.run(["convert", out / source, "-define", "png:preserve-colormap", "-interlace", "PNG", out / name], check=True)
    (out / (name + ".rgb")).write_bytes((out / (source + ".rgb")).read_bytes())


interlaced("interlaced.png", "rgb.png")
interlaced("interlaced-rgba.png", "rgba.png")
interlaced("interlaced-palette-alpha.png", "palette-alpha.png")
interlaced("interlaced16.png", "rgb16.png")

# JPEG
save("rgb.jpg", rgb, quality=90, subsampling=0)
save("subsampled.jpg", paint(32, 24), quality=90, subsampling=2)
save("progressive.jpg", rgb, quality=90, subsampling=0, progressive=True)
save("grey.jpg", grey, quality=90)
cmyk = Image.merge("CMYK", [grey, ImageOps.invert(grey), alpha.point(lambda v: v // 2), grey.point(lambda v: v // 3)])
save("cmyk.jpg", cmyk, quality=95, subsampling=0)

def jpegtran(name, source, *options):
    """Other scans of the same coefficients; jpegtran is in Debian's libjpeg-turbo-progs."""
    (out / name).write_bytes(subprocess.run(["jpegtran", "-copy", "all", *options, out / source],
                                            stdout=subprocess.PIPE, check=True).stdout)
    golden(name, Image.open(out / name))


jpegtran("restarts.jpg", "subsampled.jpg", "-restart", "1B")
with tempfile.NamedTemporaryFile("w", suffix=".txt") as script:
    script.write("0;\n1;\n2;\n")
    script.flush()
    jpegtran("scans.jpg", "subsampled.jpg", "-scans", script.name)
side = paint(24, 16)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"exif-{orientation}.jpg"
    side.save(out / name, quality=90, subsampling=0, exif=exif)
    golden(name, ImageOps.exif_transpose(Image.open(out / name)))

# WebP, lossy ones decoded by Pillow
save("lossy.webp", paint(32, 24), quality=80)
save("lossless.webp", rgb, lossless=True)
save("alpha.webp", rgba, lossless=True, exact=True)

# BMP
save("rgb.bmp", rgb)
save("palette.bmp", rgb.quantize(12))

# GIF: two frames; the first smaller than its screen, at an offset, with a see-through colour
palette = rgb.quantize(7)
frame = palette.crop((2, 1, 11, 8))
first = io.BytesIO()
frame.save(first, "GIF", transparency=2)
data = bytearray(first.getvalue())
struct.pack_into("<HH", data, 6, W, H)
place = data.index(b"\x2c", 13 + 3 * (2 << (data[10] & 7)))
struct.pack_into("<HH", data, place + 1, 2, 1)
second = bytes(data[place - 8:-1])  # graphics control and picture once more, as a second frame
(out / "frames.gif").write_bytes(bytes(data[:-1]) + second + b";")
expected = Image.new("RGB", (W, H), "white")
loaded = Image.open(io.BytesIO(first.getvalue()))
transparent = loaded.info["transparency"]
table = loaded.getpalette()
for y in range(frame.height):
    for x in range(frame.width):
        index = loaded.getpixel((x, y))
        if index != transparent:
            expected.putpixel((x + 2, y + 1), tuple(table[3 * index:3 * index + 3]))
golden("frames.gif", expected)
save("plain.gif", palette)
save("interlaced.gif", paint(17, 18).quantize(16), interlace=1)  # Pillow interlaces from 16 pixels on

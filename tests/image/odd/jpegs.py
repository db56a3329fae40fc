"""JPEG files that are odd but valid."""

import io
import struct

from PIL import Image, ImageCms

from made import Odd, by_imagemagick, has, orientation_block, paint, piped, saved, tiff

LONG_TYPE = "Pillow takes an orientation of type LONG; EXIF says SHORT, and we take no other"


def segment(marker, body):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def exif(block):
    return segment(0xE1, b"Exif\0\0" + block)


def ppm(image):
    return b"P6 %d %d 255\n" % image.size + image.tobytes()


def segments(data):
    """[(marker, whole segment)] up to the first scan, and the rest from there."""
    parts, at = [], 2
    while data[at + 1] != 0xDA:
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        parts.append((data[at + 1], data[at:end]))
        at = end
    return parts, data[at:]


def joined(parts, rest):
    return b"\xff\xd8" + b"".join(body for _, body in parts) + rest


def with_segments(data, extra, where=0, keep_jfif=True):
    """`extra` in front of the segment of that number."""
    parts, rest = segments(data)
    if not keep_jfif:
        parts = [part for part in parts if part[0] != 0xE0]
    return joined([*parts[:where], (0, extra), *parts[where:]], rest)


def with_frame(data, change, scan=None):
    """change(bytearray of the frame's header, from its marker on); scan the same of the first scan's."""
    parts, rest = segments(data)
    parts = [(marker, change(bytearray(body)) if marker in (0xC0, 0xC1, 0xC2) else body) for marker, body in parts]
    return joined(parts, scan(bytearray(rest)) if scan else rest)


def renamed(data, names):
    """The components under other numbers."""

    def frame(body):
        for i, name in enumerate(names):
            body[10 + 3 * i] = name
        return bytes(body)

    def scan(body):
        for i, name in enumerate(names):
            body[5 + 2 * i] = name
        return bytes(body)

    return with_frame(data, frame, scan)


def byte_at(place, value):
    def change(body):
        body[place] = value
        return bytes(body)

    return change


def adobe(transform):
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def by_pillow(rgb):
    grey = rgb.convert("L")
    for quality in (1, 30, 75, 100):
        for sampling, name in enumerate(("444", "422", "420")):
            yield f"quality-{quality}-{name}", saved(rgb, "JPEG", quality=quality, subsampling=sampling)
    for sampling, name in enumerate(("444", "422", "420")):
        yield f"progressive-{name}", saved(rgb, "JPEG", quality=85, subsampling=sampling, progressive=True)
    yield "optimised", saved(rgb, "JPEG", optimize=True)
    yield "grey", saved(grey, "JPEG")
    yield "grey-progressive", saved(grey, "JPEG", progressive=True)
    yield "own-tables", saved(rgb, "JPEG", qtables=[[1 + i for i in range(64)], [64 - i for i in range(64)]])
    yield "three-tables", saved(rgb, "JPEG", qtables=[[3] * 64, [9] * 64, [17] * 64])
    yield "comment", saved(rgb, "JPEG", comment=b"\xff\xd8 not a picture \xff\xd9")
    for width, height in ((1, 1), (1, 17), (17, 1), (8, 8), (9, 9), (16, 16), (17, 17), (2, 3), (16384, 3), (3, 16384), (65500, 1)):
        yield f"{width}x{height}", saved(paint(width, height), "JPEG", quality=90)
    yield "7x5-progressive", saved(paint(7, 5), "JPEG", quality=90, progressive=True)
    four = Image.merge("CMYK", [*rgb.split(), grey.point(lambda v: v // 3)])
    yield "cmyk", saved(four, "JPEG", quality=95, subsampling=0)
    yield "cmyk-progressive", saved(four, "JPEG", quality=80, progressive=True)
    ycck = saved(four, "JPEG", quality=95, subsampling=0)
    place = ycck.index(b"Adobe") + 11
    yield "ycck", ycck[:place] + b"\2" + ycck[place + 1 :]
    yield "several-pictures", saved(rgb, "MPO", save_all=True, append_images=[rgb.rotate(180)])
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "icc", saved(rgb, "JPEG", icc_profile=profile)
    yield "icc-in-pieces", saved(rgb, "JPEG", icc_profile=profile + bytes(150_000))


def from_imagemagick(rgb):
    kinds = {
        "sampling-411-progressive": ("jpeg", "-interlace", "JPEG", "-sampling-factor", "4x1,1x1,1x1"),
        "density": ("jpeg", "-density", "300x150", "-units", "PixelsPerInch"),
        "linear-grey": ("jpeg", "-colorspace", "Gray", "-quality", "60"),
        "cmyk-by-imagemagick": ("jpeg", "-colorspace", "CMYK", "-quality", "92"),
        "smallest-by-imagemagick": ("jpeg", "-quality", "3", "-interlace", "JPEG"),
    }
    for factors in ("4x1,1x1,1x1", "1x2,1x1,1x1", "4x2,1x1,1x1", "1x4,1x1,1x1", "2x4,1x1,1x1", "3x1,1x1,1x1", "2x2,1x2,1x2",
                    "2x2,2x1,2x1", "2x2,2x1,1x2", "1x1,2x2,2x2", "2x1,2x1,2x1"):  # fmt: skip
        kinds["sampling-" + factors.replace(",", "-")] = ("jpeg", "-quality", "85", "-sampling-factor", factors)
    yield from by_imagemagick(rgb, kinds).items()


def by_cjpeg(rgb):
    raw, base = ppm(rgb), saved(rgb, "JPEG", quality=88, subsampling=2)
    for name, options in {"rgb": ["-rgb"], "arithmetic": ["-arithmetic"], "arithmetic-progressive": ["-arithmetic", "-progressive"],
                          "restart-each-block": ["-restart", "1B"], "restart-each-row": ["-restart", "1"],
                          "restart-progressive": ["-restart", "2B", "-progressive"], "fast-dct": ["-dct", "fast"],
                          "smoothed": ["-smooth", "40"], "arithmetic-restart": ["-arithmetic", "-restart", "3B"],
                          "rgb-progressive": ["-rgb", "-progressive"], "tables-of-16-bits": ["-quality", "1"]}.items():  # fmt: skip
        yield f"cjpeg-{name}", piped(["cjpeg", "-quality", "80", *options], raw)
    for name, options in {"arithmetic": ["-arithmetic"], "progressive": ["-progressive"], "grey": ["-grayscale"],
                          "restart": ["-restart", "7B"], "turned": ["-rotate", "90"], "mirrored": ["-flip", "vertical"]}.items():  # fmt: skip
        yield f"jpegtran-{name}", piped(["jpegtran", *options], base)


def by_hand(rgb):
    plain, fine = saved(rgb, "JPEG", quality=85), saved(rgb, "JPEG", quality=85, subsampling=0)
    grey = saved(rgb.convert("L"), "JPEG", quality=85)
    without = with_segments(fine, b"", keep_jfif=False)
    yield "no-jfif", without
    yield "components-named-rgb", renamed(without, b"RGB")
    yield "components-from-0", renamed(without, b"\0\1\2")
    yield "components-of-any-number", renamed(without, b"\x22\x23\x24")
    yield "components-rgb-behind-jfif", renamed(fine, b"RGB")
    for transform in (0, 1):
        yield f"adobe-{transform}", with_segments(fine, adobe(transform), keep_jfif=False)
    yield "adobe-behind-jfif", with_segments(plain, adobe(1), where=1)
    four = Image.merge("CMYK", [*rgb.split(), rgb.convert("L")])
    parts, rest = segments(saved(four, "JPEG", quality=95, subsampling=0))
    yield "cmyk-without-adobe", joined([part for part in parts if part[0] != 0xEE], rest)
    yield "extended-sequential", with_frame(plain, byte_at(1, 0xC1))
    yield "grey-of-2x2", with_frame(grey, byte_at(11, 0x22))
    yield "grey-of-4x1", with_frame(grey, byte_at(11, 0x41))

    # What stands between the marks.
    parts, rest = segments(plain)
    tables = b"".join(body[4:] for marker, body in parts if marker == 0xC4)
    yield "one-huffman-segment", joined([p for p in parts if p[0] != 0xC4] + [(0xC4, segment(0xC4, tables))], rest)
    yield "fill-bytes", joined([(marker, b"\xff" * 5 + body) for marker, body in parts], b"\xff\xff" + rest)
    yield "jfif-thumbnail", joined([(0xE0, segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\4\3" + bytes(range(36))))] + parts[1:], rest)
    thumbnail = saved(rgb.resize((16, 12)), "JPEG", quality=40)
    yield "jfxx-thumbnail", with_segments(plain, segment(0xE0, b"JFXX\0\x10" + thumbnail), where=1)
    yield "empty-comments", with_segments(plain, segment(0xFE, b"") * 30)
    yield "long-comments", with_segments(plain, segment(0xFE, b"\xff\xda" * 32766) * 4)
    yield "unknown-segments", with_segments(plain, b"".join(segment(m, b"?" * m) for m in range(0xE2, 0xF0) if m != 0xEE))
    yield "photoshop", with_segments(plain, segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0"), where=1)
    for name, tail in {"text": b"posted with a phone", "zeros": bytes(4096), "picture": thumbnail, "end-marks": b"\xff\xd9" * 9,
                       "film": b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 300}.items():  # fmt: skip
        yield f"trailing-{name}", plain + tail

    # EXIF.
    for value in range(1, 9):
        yield f"orientation-{value}", with_segments(plain, exif(orientation_block(value)))
        yield f"orientation-{value}-big-endian", with_segments(fine, exif(orientation_block(value, big=True)), keep_jfif=False)
    for value in (0, 9, 65535):
        yield f"orientation-{value}", with_segments(plain, exif(orientation_block(value)))
    six = exif(orientation_block(6))
    for where in range(1, len(parts) + 1):
        yield f"exif-in-front-of-segment-{where}", with_segments(plain, six, where)
    yield "exif-behind-12-segments", with_segments(plain, segment(0xFE, b"a") * 6 + segment(0xE5, b"b" * 60_000) * 6 + six, 1)
    yield "exif-behind-xmp", with_segments(plain, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>") + six)
    yield "exif-twice", with_segments(plain, six + exif(orientation_block(3)))
    yield "exif-and-icc", with_segments(saved(rgb, "JPEG", icc_profile=bytes(100_000)), six, 3)
    yield "exif-behind-other-tags", with_segments(
        plain, exif(orientation_block(8, before=[(0x0100, 4, 1, b"\1\0\0\0"), (0x010F, 2, 4, b"abc\0")])))  # fmt: skip
    yield "exif-directory-far-away", with_segments(plain, exif(orientation_block(5, gap=5000)))
    yield "exif-without-orientation", with_segments(plain, exif(tiff([(0x0100, 4, 1, b"\1\0\0\0")])))
    yield "exif-empty-directory", with_segments(plain, exif(tiff([])))
    yield "orientation-of-cmyk", with_segments(saved(four, "JPEG", quality=90), six)
    yield "orientation-of-grey", with_segments(grey, six)
    yield "orientation-of-1xN", with_segments(saved(paint(1, 19), "JPEG"), six)


def pictures():
    rgb = paint()
    makers = [by_pillow, from_imagemagick, by_hand] + ([by_cjpeg] if has("cjpeg") and has("jpegtran") else [])
    for maker in makers:
        for name, data in maker(rgb):
            yield Odd(name + ".jpg", data)
    base = saved(rgb, "JPEG", quality=85)
    upright = Image.open(io.BytesIO(base)).convert("RGB")
    yield Odd("orientation-long.jpg", with_segments(base, exif(orientation_block(6, kind=4))), upright, LONG_TYPE)

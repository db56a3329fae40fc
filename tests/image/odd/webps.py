"""WebP files that are odd but valid."""

import struct

from PIL import Image

from made import Odd, by_imagemagick, orientation_block, over_white, paint, saved, turned


def chunk(tag, data):
    return tag + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bitstream(data):
    """The picture's chunk of a simple file."""
    return data[12:]


def extended(size, flags):
    return chunk(b"VP8X", struct.pack("<I", flags) + struct.pack("<I", size[0] - 1)[:3] + struct.pack("<I", size[1] - 1)[:3])


def animation(screen, frames, background=0):
    """Frames are (left, top, size, flags, chunk)."""
    parts = [extended(screen, 0x12), chunk(b"ANIM", struct.pack("<IH", background, 0))]
    for left, top, size, flags, picture in frames:
        three = [struct.pack("<I", value)[:3] for value in (left // 2, top // 2, size[0] - 1, size[1] - 1, 100)]
        parts.append(chunk(b"ANMF", b"".join(three) + bytes([flags]) + picture))
    return riff(*parts)


def pictures():
    rgb = paint()
    alpha = rgb.getchannel("B").point(lambda v: v if v > 40 else 0)
    rgba = rgb.copy()
    rgba.putalpha(alpha)
    for quality in (0, 50, 80, 100):
        for method in (0, 6):
            yield Odd(f"lossy-{quality}-{method}.webp", saved(rgb, "WEBP", quality=quality, method=method))
    yield Odd("lossy-alpha.webp", saved(rgba, "WEBP", quality=70))
    yield Odd("lossy-poor-alpha.webp", saved(rgba, "WEBP", quality=70, alpha_quality=10))
    for method in (0, 3, 6):
        yield Odd(f"lossless-{method}.webp", saved(rgb, "WEBP", lossless=True, method=method), rgb)
        yield Odd(f"lossless-alpha-{method}.webp", saved(rgba, "WEBP", lossless=True, exact=method > 0, method=method), over_white(rgba))
    yield Odd("palette.webp", saved(rgb.quantize(9).convert("RGB"), "WEBP", lossless=True), rgb.quantize(9).convert("RGB"))
    yield Odd("grey.webp", saved(rgb.convert("L"), "WEBP", lossless=True), rgb.convert("L").convert("RGB"))
    for width, height in ((1, 1), (1, 33), (33, 1), (2, 2), (16, 16), (17, 15), (16383, 2), (2, 16383)):
        yield Odd(f"{width}x{height}.webp", saved(paint(width, height), "WEBP", quality=60))
        yield Odd(f"{width}x{height}-lossless.webp", saved(paint(width, height), "WEBP", lossless=True), paint(width, height))
    lossy, lossless = (bitstream(saved(rgb, "WEBP", lossless=l)) for l in (False, True))
    with_alpha = bitstream(saved(rgba, "WEBP", lossless=True, exact=True))
    for value in range(1, 9):
        block = orientation_block(value, big=value % 2 == 0)
        yield Odd(f"orientation-{value}.webp", riff(extended(rgb.size, 8), lossless, chunk(b"EXIF", block)), turned(rgb, value))
        yield Odd(f"orientation-{value}-prefixed.webp", riff(extended(rgb.size, 8), lossy, chunk(b"EXIF", b"Exif\0\0" + block)))
    yield Odd("orientation-by-pillow.webp", saved(rgba, "WEBP", lossless=True, exif=b"Exif\0\0" + orientation_block(6)), turned(over_white(rgba), 6))
    yield Odd("icc.webp", riff(extended(rgb.size, 0x20), chunk(b"ICCP", b"?" * 501), lossless), rgb)
    yield Odd("xmp.webp", riff(extended(rgb.size, 4), lossless, chunk(b"XMP ", b"<x:xmpmeta/>")), rgb)
    yield Odd("everything.webp", riff(extended(rgb.size, 0x3C), chunk(b"ICCP", b"?" * 500), with_alpha, chunk(b"EXIF", orientation_block(5)),
                                      chunk(b"XMP ", b"<x:xmpmeta/>")), turned(over_white(rgba), 5))  # fmt: skip
    yield Odd("unknown-chunks.webp", riff(extended(rgb.size, 0), chunk(b"junk", b"?" * 77), lossless, chunk(b"more", b"!")), rgb)
    yield Odd("orientation-not-told-of.webp", riff(extended(rgb.size, 0), lossless, chunk(b"EXIF", orientation_block(6))))
    yield Odd("extended-of-nothing.webp", riff(extended(rgb.size, 0), lossy))
    for name, tail in {"text": b"end of post", "zeros": bytes(3001)}.items():
        yield Odd(f"trailing-{name}.webp", riff(lossless) + tail, rgb)
    small = paint(20, 14)
    inner = bitstream(saved(small, "WEBP", lossless=True))
    cut = rgba.crop((0, 0, 20, 14))
    see_through = bitstream(saved(cut, "WEBP", lossless=True, exact=True))
    frames = [(0, 0, rgb.size, 0, lossless), (8, 6, small.size, 1, inner)]
    yield Odd("animation.webp", animation(rgb.size, frames), rgb)
    yield Odd("animation-lossy.webp", animation(rgb.size, [(0, 0, rgb.size, 2, lossy), *frames]))
    for background in (0, 0xFF2040C0):
        for name, picture, shown in (("", inner, small), ("-transparent", see_through, over_white(cut))):
            for flags in (0, 2):
                right = Image.new("RGB", rgb.size, "white")
                right.paste(shown, (8, 6))
                yield Odd(f"first-frame-smaller{name}-{flags}-{background % 7}.webp",
                          animation(rgb.size, [(8, 6, small.size, flags, picture), frames[0]], background), right)  # fmt: skip
    for source, kinds in ((rgb, {"lossy": ("-quality", "40"), "near-lossless": ("-define", "webp:near-lossless=40"),
                                 "filtered": ("-quality", "10", "-define", "webp:filter-strength=90"),
                                 "photo": ("-define", "webp:image-hint=photo"),
                                 "partitions": ("-define", "webp:partitions=3", "-define", "webp:segment=4")}),
                          (rgba, {"lossless": ("-define", "webp:lossless=true"),
                                  "alpha": ("-quality", "90", "-define", "webp:alpha-compression=0")})):  # fmt: skip
        for name, data in by_imagemagick(source, {name: ("webp", *options) for name, options in kinds.items()}).items():
            yield Odd(f"imagemagick-{name}.webp", data)
    yield Odd("pillow-animation.webp", saved(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(180)], duration=90))
    yield Odd("pillow-animation-transparent.webp", saved(rgba, "WEBP", save_all=True, append_images=[rgba.rotate(180)], lossless=True))

"""PNG files that are odd but valid, most written by hand, so that their pixels are known."""

import struct
import zlib

from PIL import Image, PngImagePlugin

from made import Odd, by_imagemagick, orientation_block, over_white, paint, saved, turned

WIDE_GREY = "Pillow cuts 16-bit grey off at 255 when it makes RGB of it"
WIDE = "Pillow takes the high byte of 16-bit samples, we round"
WIDE_KEY = "Pillow compares a transparent colour of 16 bits with the high bytes alone"
SMALL_KEY = "Pillow compares a transparent grey of 2 or 4 bits with samples of 8"
SIDEWAYS = "Pillow also turns by an orientation in a text chunk (XMP, ImageMagick's raw profile), we only by eXIf, where PNG has it"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(tag, data=b""):
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


def filtered(kind, row, above, step):
    """A row under one of PNG's five filters."""
    out = bytearray([kind])
    for i, value in enumerate(row):
        a, b = row[i - step] if i >= step else 0, above[i]
        c = above[i - step] if i >= step else 0
        nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
        out.append((value - (0, a, b, (a + b) // 2, nearest)[kind]) & 255)
    return bytes(out)


class Raster:
    """Samples of any kind of PNG: rows of pixels, each a tuple of numbers."""

    def __init__(self, kind, depth, rows):
        self.kind, self.depth, self.rows = kind, depth, rows

    def packed(self, rows, filters):
        bits, data, above = self.depth * CHANNELS[self.kind], b"", None
        for number, row in enumerate(rows):
            text = "".join(format(sample, f"0{self.depth}b") for pixel in row for sample in pixel)
            raw = int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")
            data += filtered(filters[number % len(filters)], raw, above or bytes(len(raw)), max(bits // 8, 1))
            above = raw
        return data

    def file(self, before=b"", after=b"", interlaced=False, filters=(0,), pieces=None, level=9, window=15):
        width, height = len(self.rows[0]), len(self.rows)
        passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
        data = b""
        for left, top, dx, dy in passes:
            part = [row[left::dx] for row in self.rows[top::dy]]
            if part and part[0]:
                data += self.packed(part, filters)
        packer = zlib.compressobj(level, zlib.DEFLATED, window)
        data = packer.compress(data) + packer.flush()
        cuts = [data[i : i + pieces] for i in range(0, len(data), pieces)] if pieces else [data]
        header = struct.pack(">IIBBBBB", width, height, self.depth, self.kind, 0, 0, int(interlaced))
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + b"".join(chunk(b"IDAT", cut) for cut in cuts) + after
                + chunk(b"IEND"))  # fmt: skip

    def shown(self, palette=None, alphas=b"", key=None):
        """The picture by PNG's own rules, over white."""
        most = (1 << self.depth) - 1
        pixels = []
        for row in self.rows:
            for pixel in row:
                if self.kind == 3:
                    alpha = alphas[pixel[0]] if pixel[0] < len(alphas) else 255
                    colour = palette[pixel[0]]
                else:
                    eight = [(2 * sample * 255 + most) // (2 * most) for sample in pixel]
                    alpha = eight.pop() if self.kind in (4, 6) else 0 if key == pixel else 255
                    colour = eight * 3 if len(eight) == 1 else eight
                pixels.append(tuple((2 * (c * alpha + 255 * (255 - alpha)) + 255) // 510 for c in colour))
        image = Image.new("RGB", (len(self.rows[0]), len(self.rows)))
        image.putdata(pixels)
        return image


def raster(kind, depth, width=23, height=17):
    most = (1 << depth) - 1

    def pixel(x, y):
        samples = (x * most // max(width - 1, 1), y * most // max(height - 1, 1), (x * 4099 + y * 997) & most, (x * y * 613 + y) & most)
        return {1: (samples[2],), 2: (samples[0], samples[3]), 3: samples[:3], 4: samples}[CHANNELS[kind]]

    return Raster(kind, depth, [[pixel(x, y) for x in range(width)] for y in range(height)])


KINDS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)]


def of_every_kind():
    for kind, depth in KINDS:
        name = f"{ {0: 'grey', 2: 'rgb', 3: 'palette', 4: 'grey-alpha', 6: 'rgba'}[kind]}{depth}"
        some = raster(kind, depth)
        palette = [(i * 7 % 256, 255 - i * 5 % 256, i * 31 % 256) for i in range(1 << depth)] if kind == 3 else None
        before = chunk(b"PLTE", bytes(sum(palette, ()))) if palette else b""
        differs = "" if depth < 16 else WIDE_GREY if kind == 0 else WIDE
        for interlaced in (False, True):
            yield Odd(f"{name}{'-interlaced' if interlaced else ''}.png", some.file(before, interlaced=interlaced, filters=(0, 1, 2, 3, 4)),
                      some.shown(palette), differs)  # fmt: skip
        if kind == 3:
            alphas = bytes((i * 90) % 256 for i in range(min(1 << depth, 40)))
            yield Odd(f"{name}-transparent.png", some.file(before + chunk(b"tRNS", alphas)), some.shown(palette, alphas))
            yield Odd(f"{name}-first-transparent.png", some.file(before + chunk(b"tRNS", b"\0"), interlaced=True), some.shown(palette, b"\0"))
            yield Odd(f"{name}-transparency-of-none.png", some.file(before + chunk(b"tRNS", b"\xff")), some.shown(palette, b"\xff"))
        if kind in (0, 2):
            key = some.rows[5][7]
            keyed = some.file(before + chunk(b"tRNS", struct.pack(f">{len(key)}H", *key)))
            differs = WIDE_GREY if (kind, depth) == (0, 16) else WIDE_KEY if depth == 16 else SMALL_KEY if depth in (2, 4) else ""
            yield Odd(f"{name}-key.png", keyed, some.shown(key=key), differs)


def structure():
    rgb, rgba = raster(2, 8), raster(6, 8)
    right = rgb.shown()
    for kind, name in enumerate(("none", "sub", "up", "average", "paeth")):
        yield Odd(f"filter-{name}.png", rgba.file(filters=(kind,)), rgba.shown())
    yield Odd("stored.png", rgb.file(level=0), right)
    yield Odd("idat-of-one-byte.png", rgb.file(pieces=1), right)
    yield Odd("window-of-512.png", rgb.file(window=9), right)
    start, data = rgb.file().split(b"IDAT", 1)
    yield Odd("idat-empty-first.png", start[:-4] + chunk(b"IDAT") * 3 + start[-4:] + b"IDAT" + data, right)
    yield Odd("palette-of-one.png", raster(3, 1).file(chunk(b"PLTE", b"\x11\x22\x33\x44\x55\x66")),
              raster(3, 1).shown([(0x11, 0x22, 0x33), (0x44, 0x55, 0x66)]))  # fmt: skip
    few = Raster(3, 8, [[((x + y) % 3,) for x in range(9)] for y in range(7)])
    yield Odd("palette-of-three.png", few.file(chunk(b"PLTE", bytes(range(0, 180, 20)))), few.shown([(0, 20, 40), (60, 80, 100), (120, 140, 160)]))
    for width, height in ((1, 1), (1, 21), (21, 1), (2, 2), (3, 5), (5, 3)):
        one = raster(2, 8, width, height)
        yield Odd(f"{width}x{height}-interlaced.png", one.file(interlaced=True), one.shown())
    yield Odd("16384x3.png", saved(paint(16384, 3), "PNG"), paint(16384, 3))
    yield Odd("1x30000.png", saved(paint(1, 30000), "PNG"), paint(1, 30000))
    for name, tail in {"text": b"end of post", "zeros": bytes(5000), "picture": rgb.file()}.items():
        yield Odd(f"trailing-{name}.png", rgb.file() + tail, right)


def chunks():
    rgb, right = raster(2, 8), raster(2, 8).shown()
    profile = b"sRGB\0\0" + zlib.compress(b"no profile at all" * 9)
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0"
    for name, before in {
        "gAMA": chunk(b"gAMA", struct.pack(">I", 100000)),
        "gAMA-of-screens": chunk(b"gAMA", struct.pack(">I", 45455)),
        "cHRM": chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
        "sRGB": chunk(b"sRGB", b"\0"),
        "iCCP": chunk(b"iCCP", profile),
        "iCCP-and-sRGB": chunk(b"iCCP", profile) + chunk(b"sRGB", b"\1"),
        "sBIT": chunk(b"sBIT", b"\5\6\5"),
        "bKGD": chunk(b"bKGD", b"\0\xff\0\0\0\0"),
        "pHYs": chunk(b"pHYs", struct.pack(">IIB", 2835, 1000, 1)),
        "tIME": chunk(b"tIME", struct.pack(">H5B", 2019, 2, 28, 23, 59, 60)),
        "tEXt": chunk(b"tEXt", b"Title\0me\xefrl"),
        "zTXt": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 5000)),
        "iTXt": chunk(b"iTXt", b"Title\0\1\0en\0T\0" + zlib.compress("ü".encode())),
        "suggested-palette": chunk(b"PLTE", bytes(range(30))),
        "hIST": chunk(b"PLTE", bytes(range(30))) + chunk(b"hIST", bytes(20)),
        "sPLT": chunk(b"sPLT", b"six\0\x08" + bytes(range(60))),
        "private": chunk(b"prVt", b"?" * 999) + chunk(b"vpAg", bytes(9)),
        "XMP": chunk(b"iTXt", xmp + b"<x:xmpmeta/>"),
        "animation-whose-first-frame-it-is": chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", struct.pack(">5I2H2B", 0, 23, 17, 0, 0, 1, 10, 0, 0)),
        "animation-that-it-stands-before": chunk(b"acTL", struct.pack(">II", 1, 0)),
    }.items():  # fmt: skip
        after = b""
        if name.startswith("animation"):
            number = 1 if "first" in name else 0
            after = chunk(b"fcTL", struct.pack(">5I2H2B", number, 4, 3, 2, 1, 1, 10, 1, 1))
            after += chunk(b"fdAT", struct.pack(">I", number + 1) + zlib.compress(bytes(3 * 13)))
        yield Odd(f"{name}.png", rgb.file(before, after, interlaced=name < "c"), right)
    for value in range(1, 9):
        for big in (False, True):
            block, after = chunk(b"eXIf", orientation_block(value, big)), value % 2 == 0 and big
            yield Odd(f"eXIf-{value}{'-big-endian' if big else ''}.png", rgb.file(b"" if after else block, block if after else b""),
                      turned(right, value))  # fmt: skip
    keyed = raster(3, 4)
    palette = [(i * 17, 255 - i * 9, i * 5) for i in range(16)]
    yield Odd("eXIf-of-palette-transparent.png", keyed.file(chunk(b"PLTE", bytes(sum(palette, ()))) + chunk(b"tRNS", b"\0\x80")
              + chunk(b"eXIf", orientation_block(7)), interlaced=True), turned(keyed.shown(palette, b"\0\x80"), 7))  # fmt: skip
    tiff = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    yield Odd("orientation-in-XMP.png", rgb.file(chunk(b"iTXt", xmp + tiff)), right, SIDEWAYS)
    block = (b"Exif\0\0" + orientation_block(6)).hex().encode()
    raw = b"\nexif\n%8d\n" % (len(block) // 2) + b"\n".join(block[i : i + 72] for i in range(0, len(block), 72)) + b"\n"
    yield Odd("orientation-in-raw-profile.png", rgb.file(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw))), right, SIDEWAYS)


def by_others():
    rgb = paint()
    rgba = rgb.copy()
    rgba.putalpha(rgb.getchannel("B"))
    kinds = {"png8": ("png8",), "png32": ("png32",), "png00": ("png00",), "png64": ("png64",),
             "png8-interlaced": ("png8", "-interlace", "PNG"), "png32-interlaced": ("png32", "-interlace", "PNG")}  # fmt: skip
    for name, data in by_imagemagick(rgba, kinds).items():
        yield Odd(f"imagemagick-{name}.png", data, None if "png8" in name else over_white(rgba))
    kinds = {"png24": ("png24",), "png24-interlaced": ("png24", "-interlace", "PNG"), "png48": ("png48",), "bilevel": ("png", "-threshold", "50%"),
             "4-greys": ("png", "-colorspace", "Gray", "-posterize", "4"), "16-bits": ("png", "-depth", "16")}  # fmt: skip
    for name, data in by_imagemagick(rgb, kinds).items():
        yield Odd(f"imagemagick-{name}.png", data, rgb if name.startswith("png") else None)
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Title", "Überschrift", "de", "Titel")
    text.add_text("Comment", "x" * 9000, zip=True)
    yield Odd("pillow-texts.png", saved(rgb, "PNG", pnginfo=text), rgb)
    yield Odd("pillow-animation.png", saved(rgb, "PNG", save_all=True, append_images=[paint(61, 43).rotate(180)], duration=100), rgb)
    yield Odd("pillow-animation-behind-picture.png",
              saved(rgb, "PNG", save_all=True, default_image=True, append_images=[rgb.rotate(180)]), rgb)  # fmt: skip
    for name, source in {"palette": rgb.quantize(200), "grey-alpha": rgba.convert("LA"), "bits": rgb.convert("1")}.items():
        yield Odd(f"pillow-{name}.png", saved(source, "PNG", optimize=True), over_white(source))


def pictures():
    for maker in (of_every_kind, structure, chunks, by_others):
        yield from maker()

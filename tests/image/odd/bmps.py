"""BMP files that are odd but valid, most written by hand, so that their pixels are known."""

import struct

from PIL import Image

from made import Odd, by_imagemagick, over_white, paint, saved

SKIPPED = "Pillow paints the pixels that run-length codes pass over in colour 0; browsers leave them see-through, here white"
UNREAD = "Pillow 9.4 cannot read it; browsers show it"
CLEAR = "Pillow takes a declared alpha that is 0 everywhere at its word; browsers show such a picture, since many programs leave it 0"
SHORT_OF_ONE = "Pillow 9.4 takes a byte too few for an odd count of 4-bit pixels"
SHALLOW = "Pillow passes over the alpha of 16-bit pixels"


def rows_of(indices, depth):
    """Packed rows of palette indices, each to a multiple of four bytes."""
    out = []
    for row in indices:
        text = "".join(format(index, f"0{depth}b") for index in row)
        out.append(int(text.ljust(-(-len(text) // 32) * 32, "0"), 2).to_bytes(-(-len(text) // 32) * 4, "big"))
    return out


def words_of(pixels, depth):
    out = []
    for row in pixels:
        data = b"".join(value.to_bytes(depth // 8, "little") for value in row)
        out.append(data.ljust(-(-len(data) // 4) * 4, b"\0"))
    return out


def bmp(size, depth, rows, header=40, compression=0, colours=(), masks=(), top_down=False, used=None, gap=0, told=None, tail=b""):
    """Rows as they are seen, from the top; bytes, for run-length codes, as they are."""
    width, height = size
    data = rows if isinstance(rows, bytes) else b"".join(rows if top_down else reversed(rows))
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, depth)
        table = b"".join(bytes((b, g, r)) for r, g, b in colours)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, -height if top_down else height, 1, depth, compression, len(data), 2835, 2835,
                           used if used is not None else len(colours), 0)  # fmt: skip
        if header >= 52 and header != 64:
            info += struct.pack("<4I", *masks, *[0] * (4 - len(masks)))
        info = info[:header].ljust(header, b"\0")
        table = struct.pack(f"<{len(masks)}I", *masks) if header == 40 and compression in (3, 6) else b""
        table += b"".join(bytes((b, g, r, 0)) for r, g, b in colours)
    start = 14 + len(info) + len(table) + gap
    length = start + len(data)
    return b"BM" + struct.pack("<IHHI", length if told is None else told, 0, 0, start) + info + table + bytes(gap) + data + tail


def palette(count):
    return [((i * 37 + 11) % 256, (255 - i * 19) % 256, (i * 71) % 256) for i in range(count)]


def indices(depth, width=27, height=19):
    return [[(x * y + x // 2 + y) % (1 << depth) for x in range(width)] for y in range(height)]


def shown(some, colours):
    image = Image.new("RGB", (len(some[0]), len(some)), "white")
    image.putdata([colours[index] if index is not None else (255, 255, 255) for row in some for index in row])
    return image


def with_palette():
    for depth in (1, 4, 8):
        some, colours = indices(depth), palette(1 << depth)
        right, size, rows = shown(some, colours), (27, 19), rows_of(some, depth)
        for header in (12, 40, 52, 56, 64, 108, 124):
            yield Odd(f"{depth}-bit-header-{header}.bmp", bmp(size, depth, rows, header, colours=colours), right,
                      UNREAD if header in (52, 56) else "")  # fmt: skip
        yield Odd(f"{depth}-bit-top-down.bmp", bmp(size, depth, rows, colours=colours, top_down=True), right)
        yield Odd(f"{depth}-bit-gap.bmp", bmp(size, depth, rows, colours=colours, gap=33), right)
        yield Odd(f"{depth}-bit-colours-not-counted.bmp", bmp(size, depth, rows, colours=colours, used=0), right)
    few = [[index % 5 for index in row] for row in indices(8)]
    yield Odd("8-bit-of-5-colours.bmp", bmp((27, 19), 8, rows_of(few, 8), colours=palette(5)), shown(few, palette(5)))
    yield Odd("4-bit-of-5-colours.bmp", bmp((27, 19), 4, rows_of(few, 4), colours=palette(5)), shown(few, palette(5)))
    greys = [(i, i, i) for i in range(256)]
    yield Odd("8-bit-grey.bmp", bmp((27, 19), 8, rows_of(indices(8), 8), colours=greys), shown(indices(8), greys))
    for colours in ([(0, 0, 0), (255, 255, 255)], [(255, 255, 255), (0, 0, 0)]):
        yield Odd(f"1-bit-{'white' if colours[0][0] else 'black'}-first.bmp", bmp((27, 19), 1, rows_of(indices(1), 1), colours=colours),
                  shown(indices(1), colours))  # fmt: skip
    for width in (1, 2, 3, 7, 8, 9, 31, 32, 33):
        some = indices(1, width, 3)
        yield Odd(f"1-bit-{width}-wide.bmp", bmp((width, 3), 1, rows_of(some, 1), colours=palette(2)), shown(some, palette(2)))


def in_runs(some, depth, absolute=False):
    """Run-length codes, of rows as they are seen; None is passed over."""
    data = b""
    for row in reversed(some):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end] is None:
                end += 1
            if end > x:
                data += bytes([0, 2, end - x, 0])
            elif absolute and x + 3 <= len(row) and None not in row[x:]:
                end = min(x + 201, len(row))
                part = row[x:end]
                packed = bytes(part) if depth == 8 else bytes(a << 4 | b for a, b in zip(part[::2], [*part[1::2], 0]))
                data += bytes([0, len(part)]) + packed + b"\0" * (len(packed) % 2)
            else:
                while end < len(row) and row[end] == row[x] and end - x < 255:
                    end += 1
                data += bytes([end - x, row[x] if depth == 8 else row[x] << 4 | row[x]])
            x = end
        data += b"\0\0"
    return data[:-2] + b"\0\1"


def run_lengths():
    for depth, compression in ((8, 1), (4, 2)):
        colours, size = palette(1 << depth), (27, 19)
        some = [[index // 3 * 3 % (1 << depth) for index in row] for row in indices(depth)]
        for absolute in (False, True):
            yield Odd(f"rle{depth}{'-absolute' if absolute else ''}.bmp",
                      bmp(size, depth, in_runs(some, depth, absolute), compression=compression, colours=colours), shown(some, colours),
                      SHORT_OF_ONE if absolute and depth == 4 else "")  # fmt: skip
        yield Odd(f"rle{depth}-v5.bmp", bmp(size, depth, in_runs(some, depth), 124, compression, colours), shown(some, colours))
        yield Odd(f"rle{depth}-os2.bmp", bmp(size, depth, in_runs(some, depth), 64, compression, colours), shown(some, colours))
        holes = [[None if 4 < x < 9 or (x + y) % 11 == 0 else index for x, index in enumerate(row)] for y, row in enumerate(some)]
        yield Odd(f"rle{depth}-with-holes.bmp", bmp(size, depth, in_runs(holes, depth), compression=compression, colours=colours),
                  shown(holes, colours), SKIPPED)  # fmt: skip
        early = [[None] * 27] * 6 + some[6:]
        data = in_runs(some[6:], depth)
        yield Odd(f"rle{depth}-ends-early.bmp", bmp(size, depth, data, compression=compression, colours=colours), shown(early, colours), SKIPPED)
        wide = [[x // 90 % 3 for x in range(700)]]
        yield Odd(f"rle{depth}-700-wide.bmp", bmp((700, 1), depth, in_runs(wide, depth), compression=compression, colours=colours), shown(wide, colours))
    alternating = bytes([27, 0x12, 0, 1])
    some = [[1 + x % 2 for x in range(27)]]
    yield Odd("rle4-two-in-turn.bmp", bmp((27, 1), 4, alternating, compression=2, colours=palette(16)), shown(some, palette(16)))
    full = [[(x * 9 % 256, y * 13 % 256, 200) for x in range(9)] for y in range(5)]
    data = b"".join(b"".join(bytes([1, p[2], p[1], p[0]]) for p in row) + b"\0\0" for row in reversed(full)) + b"\0\1"
    right = Image.new("RGB", (9, 5))
    right.putdata([p for row in full for p in row])
    yield Odd("rle24-os2.bmp", bmp((9, 5), 24, data, 64, 4), right, UNREAD)


def scaled(value, most):
    return value * 255 // most


def in_masks():
    """Bit fields of many kinds, with what they show."""
    rgb = paint(27, 19)
    colours = [[rgb.getpixel((x, y)) for x in range(27)] for y in range(19)]
    kinds = {
        "555": (16, 3, (0x7C00, 0x3E0, 0x1F)), "565": (16, 3, (0xF800, 0x7E0, 0x1F)), "444": (16, 3, (0xF00, 0xF0, 0xF)),
        "565-bgr": (16, 3, (0x1F, 0x7E0, 0xF800)), "888": (32, 3, (0xFF0000, 0xFF00, 0xFF)), "888-bgr": (32, 3, (0xFF, 0xFF00, 0xFF0000)),
        "888-high": (32, 3, (0xFF000000, 0xFF0000, 0xFF00)), "10-10-10": (32, 3, (0x3FF00000, 0xFFC00, 0x3FF)),
        "8888": (32, 4, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)), "8888-rgba": (32, 4, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
        "8888-alpha-low": (32, 4, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)), "1555": (16, 4, (0x7C00, 0x3E0, 0x1F, 0x8000)),
        "4444": (16, 4, (0xF00, 0xF0, 0xF, 0xF000)),
    }  # fmt: skip
    pillows = {"555", "565", "888", "888-high", "8888", "8888-rgba", "8888-alpha-low"}
    for name, (depth, count, masks) in kinds.items():
        shifts = [(mask & -mask).bit_length() - 1 for mask in masks]
        mosts = [mask >> shift for mask, shift in zip(masks, shifts)]
        pixels, right = [], Image.new("RGB", (27, 19))
        for y, row in enumerate(colours):
            pixels.append([])
            for x, colour in enumerate(row):
                samples = [v * most // 255 for v, most in zip((*colour, (x * 9 + y * 5) % 256), mosts)]
                pixels[-1].append(sum(sample << shift for sample, shift in zip(samples, shifts)))
                eight = [scaled(sample, most) for sample, most in zip(samples, mosts)]
                alpha = eight.pop() if count == 4 else 255
                right.putpixel((x, y), tuple((2 * (v * alpha + 255 * (255 - alpha)) + 255) // 510 for v in eight))
        rows = words_of(pixels, depth)
        for header in (40, 52, 56, 108, 124):
            if count == 4 and header == 52:
                continue
            differs = SHALLOW if name == "1555" and header > 56 else UNREAD if name not in pillows or header in (52, 56) else ""
            if count == 4 and header == 40:  # six is bit fields with alpha
                differs = UNREAD
            yield Odd(f"{name}-header-{header}.bmp", bmp((27, 19), depth, rows, header, 6 if count == 4 and header == 40 else 3, masks=masks),
                      right, differs)  # fmt: skip
    plain = [[r >> 3 << 10 | g >> 3 << 5 | b >> 3 for r, g, b in row] for row in colours]
    right = Image.new("RGB", (27, 19))
    right.putdata([tuple(scaled(v >> 3, 31) for v in colour) for row in colours for colour in row])
    for top_down in (False, True):
        yield Odd(f"16-bit{'-top-down' if top_down else ''}.bmp", bmp((27, 19), 16, words_of(plain, 16), top_down=top_down), right)
    for fourth in (0, 128, 255):
        words = words_of([[fourth << 24 | r << 16 | g << 8 | b for r, g, b in row] for row in colours], 32)
        for header in (40, 108, 124):
            yield Odd(f"32-bit-fourth-{fourth}-header-{header}.bmp", bmp((27, 19), 32, words, header), rgb)
    clear = words_of([[r << 16 | g << 8 | b for r, g, b in row] for row in colours], 32)
    yield Odd("8888-alpha-0.bmp", bmp((27, 19), 32, clear, 124, 3, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000)), rgb, CLEAR)


def of_24_bits():
    for width in (1, 2, 3, 4, 5, 27):
        rgb = paint(width, 11)
        rows = words_of([[r << 16 | g << 8 | b for r, g, b in (rgb.getpixel((x, y)) for x in range(width))] for y in range(11)], 24)
        yield Odd(f"24-bit-{width}-wide.bmp", bmp((width, 11), 24, rows), rgb)
    for header in (12, 16, 52, 56, 64, 108, 124):
        yield Odd(f"24-bit-header-{header}.bmp", bmp((27, 11), 24, rows, header), rgb, UNREAD if header in (16, 52, 56) else "")
    yield Odd("24-bit-top-down.bmp", bmp((27, 11), 24, rows, top_down=True), rgb)
    yield Odd("24-bit-gap.bmp", bmp((27, 11), 24, rows, gap=1000), rgb)
    yield Odd("24-bit-palette-for-small-screens.bmp", bmp((27, 11), 24, rows, colours=palette(16)), rgb)
    for told in (0, 77, 0xFFFFFFFF):
        yield Odd(f"24-bit-length-{told}.bmp", bmp((27, 11), 24, rows, told=told), rgb)
    yield Odd("24-bit-trailing.bmp", bmp((27, 11), 24, rows, tail=b"end of post" * 99), rgb)
    yield Odd("24-bit-profile.bmp", bmp((27, 11), 24, rows, 124, tail=b"\0" * 560), rgb)
    yield Odd("1x1.bmp", saved(paint(1, 1), "BMP"), paint(1, 1))
    yield Odd("16384x2.bmp", saved(paint(16384, 2), "BMP"), paint(16384, 2))
    yield Odd("1x16384.bmp", saved(paint(1, 16384), "BMP"), paint(1, 16384))


def by_others():
    rgb = paint()
    rgba = rgb.copy()
    rgba.putalpha(rgb.getchannel("B"))
    for mode in ("1", "L", "P", "RGB"):
        yield Odd(f"pillow-{mode}.bmp", saved(rgb.convert(mode), "BMP"), rgb.convert(mode).convert("RGB"))
    sources = {"colour": rgb, "40-colours": rgb.quantize(40), "9-colours": rgb.quantize(9), "2-colours": rgb.quantize(2)}
    for name, source in sources.items():
        kinds = {kind: (kind,) for kind in ("bmp", "bmp2", "bmp3")}
        if "colours" in name:
            kinds["rle"] = ("bmp", "-compress", "RLE")
        for kind, data in by_imagemagick(source, kinds).items():
            yield Odd(f"imagemagick-{name}-{kind}.bmp", data, source.convert("RGB"))
    for name, data in by_imagemagick(rgb, {form: ("bmp", "-define", f"bmp:subtype=rgb{form}") for form in ("555", "565")}).items():
        yield Odd(f"imagemagick-{name}.bmp", data)
    kinds = {"alpha": ("bmp",), "bmp3-alpha": ("bmp3",), "1555": ("bmp", "-define", "bmp:subtype=argb1555")}
    for name, data in by_imagemagick(rgba, kinds).items():
        yield Odd(f"imagemagick-{name}.bmp", data, over_white(rgba) if name == "alpha" else None)


def pictures():
    for maker in (with_palette, run_lengths, in_masks, of_24_bits, by_others):
        yield from maker()

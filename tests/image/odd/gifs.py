"""GIF files that are odd but valid, most written by hand, so that their pixels are known."""

import struct

from PIL import Image

from made import Odd, by_imagemagick, over_white, paint, saved

UNCOVERED = "Pillow paints what a first frame leaves of its screen in colour 0; browsers leave it see-through, here white"
NO_COLOURS = "A GIF without any palette: Pillow takes indices for greys, browsers show nothing, we refuse it"


def squeezed(indices, bits, clears=True, end=True):
    """LZW as GIF has it, in sub-blocks' data. `clears`: the table is emptied when full, and not left as it is."""
    clear = 1 << bits
    codes, table, size, text = [], {bytes([i]): i for i in range(clear)}, bits + 1, b""

    def put(code):
        codes.append((code, size))

    put(clear)
    following = clear + 2
    for index in indices:
        longer = text + bytes([index])
        if longer in table:
            text = longer
            continue
        put(table[text])
        if following < 4096:
            table[longer] = following
            if following == 1 << size and size < 12:
                size += 1
            following += 1
        elif clears:
            put(clear)
            table, size, following = {bytes([i]): i for i in range(clear)}, bits + 1, clear + 2
        text = bytes([index])
    if text:
        put(table[text])
        # A decoder enters this one too.
        if following == 1 << size and size < 12:
            size += 1
    if end:
        put(clear + 1)
    stream = "".join(format(code, f"0{width}b") for code, width in reversed(codes))  # the first in the lowest bits
    return int(stream, 2).to_bytes(-(-len(stream) // 8), "little")


def sub_blocks(data, size=255):
    return b"".join(bytes([len(data[i : i + size])]) + data[i : i + size] for i in range(0, len(data), size)) + b"\0"


def extension(kind, data, *more):
    return b"!" + bytes([kind, len(data)]) + data + b"".join(bytes([len(m)]) + m for m in more) + b"\0"


def control(transparent=None, disposal=0, delay=0):
    return extension(0xF9, struct.pack("<BHB", disposal << 2 | (transparent is not None), delay, transparent or 0))


def table(colours):
    """With its length's bits for the flags."""
    bits = max((len(colours) - 1).bit_length(), 1)
    return bits - 1, bytes(sum(colours, ())).ljust(3 << bits, b"\0")


class Frame:
    def __init__(self, width=29, height=21, colours=16):
        self.width, self.height, self.colours = width, height, colours
        self.rows = [[(x * y + x // 3 + y) % colours for x in range(width)] for y in range(height)]

    def block(self, left=0, top=0, local=None, interlaced=False, size=255, **squeezing):
        order = range(self.height)
        if interlaced:
            order = [*order[0::8], *order[4::8], *order[2::4], *order[1::2]]
        bits = max((self.colours - 1).bit_length(), 2)
        flags, colours = (table(local) if local else (0, b""))
        flags |= (0x80 if local else 0) | (0x40 if interlaced else 0)
        indices = [index for y in order for index in self.rows[y]]
        return (struct.pack("<cHHHHB", b",", left, top, self.width, self.height, flags) + colours + bytes([bits])
                + sub_blocks(squeezed(indices, bits, **squeezing), size))  # fmt: skip

    def shown(self, colours, screen=None, at=(0, 0), transparent=None):
        image = Image.new("RGB", screen or (self.width, self.height), "white")
        for y, row in enumerate(self.rows):
            for x, index in enumerate(row):
                if index != transparent:
                    image.putpixel((x + at[0], y + at[1]), colours[index])
        return image


def palette(count, seed=3):
    return [((i * 53 * seed) % 256, (200 + i * 91) % 256, (i * 17 + seed * 40) % 256) for i in range(count)]


def screen(width, height, colours=None, background=0, aspect=0, version=b"89a"):
    flags, data = table(colours) if colours else (0, b"")
    return b"GIF" + version + struct.pack("<HHBBB", width, height, flags | (0xF0 if colours else 0), background, aspect) + data


def simple():
    for count in (2, 3, 4, 8, 16, 32, 64, 128, 256):
        frame, colours = Frame(colours=count), palette(count)
        yield Odd(f"{count}-colours.gif", screen(29, 21, colours) + frame.block() + b";", frame.shown(colours))
    frame, colours = Frame(), palette(16)
    right, whole = frame.shown(colours), screen(29, 21, colours)
    yield Odd("87a.gif", screen(29, 21, colours, version=b"87a") + frame.block() + b";", right)
    yield Odd("background.gif", screen(29, 21, colours, background=9) + frame.block() + b";", right)
    yield Odd("aspect.gif", screen(29, 21, colours, aspect=200) + frame.block() + b";", right)
    yield Odd("local-palette.gif", screen(29, 21) + frame.block(local=colours) + b";", right)
    yield Odd("both-palettes.gif", screen(29, 21, palette(16, 7)) + frame.block(local=colours) + b";", right)
    yield Odd("small-global-palette.gif", screen(29, 21, palette(2)) + frame.block(local=colours) + b";", right)
    yield Odd("sub-blocks-of-one.gif", whole + frame.block(size=1) + b";", right)
    yield Odd("without-end-code.gif", whole + frame.block(end=False) + b";", right)
    for kind, transparent in (("plain", 5), ("first", 0), ("last", 15)):
        yield Odd(f"transparent-{kind}.gif", whole + control(transparent) + frame.block() + b";", frame.shown(colours, transparent=transparent))
    yield Odd("transparent-beyond.gif", whole + control(200) + frame.block() + b";", right)
    yield Odd("transparent-local.gif", screen(29, 21, palette(2)) + control(3) + frame.block(local=colours, interlaced=True) + b";",
              frame.shown(colours, transparent=3))  # fmt: skip
    for disposal in range(4):
        yield Odd(f"disposal-{disposal}.gif", whole + control(7, disposal, 10) + frame.block() + b";", frame.shown(colours, transparent=7))
    greys = [(i * 16, i * 16, i * 16) for i in range(16)]
    yield Odd("grey-palette.gif", screen(29, 21, greys) + frame.block() + b";", frame.shown(greys))
    ramp, many = [(i, i, i) for i in range(256)], Frame(colours=256)
    yield Odd("grey-ramp.gif", screen(29, 21, ramp) + many.block() + b";", many.shown(ramp))
    few = palette(5)
    beyond = Frame(colours=8)
    yield Odd("index-beyond-what-is-told.gif", screen(29, 21, few) + beyond.block() + b";", beyond.shown(few + [(0, 0, 0)] * 3))
    yield Odd("without-palette.gif", screen(29, 21) + frame.block() + b";", "it has no colours", NO_COLOURS)
    large = Frame(160, 130, 256)
    for clears in (True, False):
        yield Odd(f"full-table-{'cleared' if clears else 'kept'}.gif", screen(160, 130, palette(256)) + large.block(clears=clears) + b";",
                  large.shown(palette(256)))  # fmt: skip
    for height in (1, 2, 3, 4, 5, 6, 8, 9, 20):
        low = Frame(13, height)
        yield Odd(f"interlaced-of-{height}.gif", screen(13, height, colours) + low.block(interlaced=True) + b";", low.shown(colours))
    for width, height in ((1, 1), (1, 999), (16384, 2)):
        thin = Frame(width, height)
        yield Odd(f"{width}x{height}.gif", screen(width, height, colours) + thin.block() + b";", thin.shown(colours))


def around():
    frame, colours = Frame(), palette(16)
    right, whole = frame.shown(colours), screen(29, 21, colours)
    loop = extension(0xFF, b"NETSCAPE2.0", b"\1\0\0")
    text = extension(1, struct.pack("<HHHHBBBB", 0, 0, 8, 8, 8, 8, 1, 2), b"hello")
    for name, before in {
        "loop": loop,
        "comment": extension(0xFE, b"made by hand"),
        "long-comment": b"!\xfe" + sub_blocks(b"," * 3000),
        "empty-comment": b"!\xfe\0",
        "text-extension": text,
        "XMP": extension(0xFF, b"XMP DataXMP", b"<x:xmpmeta/>"),
        "ICC": b"!\xff" + b"\x0bICCRGBG1012" + sub_blocks(bytes(700)),
        "unknown-extension": extension(0x42, b"?" * 200, b"!" * 255),
        "all-of-them": loop + extension(0xFE, b"a") + text + extension(0xFE, b"b") + loop,
    }.items():
        yield Odd(f"{name}.gif", whole + before + frame.block() + b";", right)
    for name, tail in {"text": b"end of post", "zeros": bytes(3000), "picture": whole + frame.block() + b";"}.items():
        yield Odd(f"trailing-{name}.gif", whole + frame.block() + b";" + tail, right)
    other = Frame(10, 8, 4)
    second = control(1, 1, 5) + other.block(3, 2)
    yield Odd("animation.gif", whole + loop + control(None, 1, 5) + frame.block() + second + b";", right)
    yield Odd("animation-transparent.gif", whole + loop + control(4, 2, 5) + frame.block() + second * 20 + b";", frame.shown(colours, transparent=4))
    # First frames that are not the whole screen.
    for transparent in (None, 6):
        for name, where in {"middle": (5, 4), "corner": (11, 9), "top": (0, 0)}.items():
            yield Odd(f"first-frame-{name}{'' if transparent is None else '-transparent'}.gif",
                      screen(40, 30, colours, background=3) + control(transparent) + frame.block(*where) + second + b";",
                      frame.shown(colours, (40, 30), where, transparent), "" if transparent is not None else UNCOVERED)  # fmt: skip
    yield Odd("frame-larger-than-screen.gif", screen(12, 9, colours) + frame.block() + b";", right)
    yield Odd("frame-beyond-screen.gif", screen(30, 22, colours) + control(0) + frame.block(8, 5) + b";",
              frame.shown(colours, (37, 26), (8, 5), 0))  # fmt: skip


def by_others():
    rgb = paint()
    for name, options in {"plain": {}, "optimised": {"optimize": True}, "looping": {"save_all": True, "append_images": [rgb.rotate(180)], "loop": 0},
                          "interlaced": {"interlace": 1}, "commented": {"comment": b"x" * 600}}.items():  # fmt: skip
        yield Odd(f"pillow-{name}.gif", saved(rgb.quantize(60), "GIF", **options))
    see_through = rgb.quantize(30)
    yield Odd("pillow-transparent.gif", saved(see_through, "GIF", transparency=4))
    half = rgb.quantize(60).convert("RGB")
    half.putalpha(rgb.getchannel("R").point(lambda v: 255 if v > 99 else 0))
    see_through = {"transparent": ("gif",), "transparent-animation": ("gif", "(", "+clone", "-flip", ")", "-layers", "optimize")}
    for name, data in by_imagemagick(half, see_through).items():
        yield Odd(f"imagemagick-{name}.gif", data, over_white(half), UNCOVERED if "animation" in name else "")
    kinds = {"plain": ("gif",), "interlaced": ("gif", "-interlace", "GIF"), "87a": ("gif87",),
             "animation": ("gif", "-duplicate", "2", "-layers", "optimize", "-loop", "0")}  # fmt: skip
    for colours in (2, 60, 200):
        few = rgb.quantize(colours)
        for name, data in by_imagemagick(few, kinds).items():
            yield Odd(f"imagemagick-{name}-{colours}.gif", data, few.convert("RGB"))


def pictures():
    for maker in (simple, around, by_others):
        yield from maker()

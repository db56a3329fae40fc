#!/usr/bin/env python3
"""Small HEIC and AVIF files for the decoder's tests, each with the picture it must give, by programs that are not libheif.

Writes tests/image/heif/NAME.EXT and NAME.right.png. AVIF is written by avifenc and read by avifdec (libavif); HEIC is written by
heif-enc (libheif, x265) or by hand around x265's stream, and its stream is taken out by hand and decoded by FFmpeg. Neither avifdec
nor FFmpeg turns, crops or lays over white: that is done here, by Pillow. Needs Debian's libavif-bin, libheif-examples, ffmpeg and
python3-pil.
"""
import io
import pathlib
import struct
import subprocess
import tempfile

from PIL import Image

out = pathlib.Path(__file__).resolve().parent.parent / "image" / "heif"
work = pathlib.Path(tempfile.mkdtemp())
W, H = 29, 19
TURN = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}
MIRROR = {0: Image.Transpose.FLIP_TOP_BOTTOM, 1: Image.Transpose.FLIP_LEFT_RIGHT}


def run(*command, data=None):
    return subprocess.run([str(part) for part in command], input=data, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


def paint(width=W, height=H, flip=False):
    """No two corners alike, so that any turn or channel swap shows."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), 40 if (x + y < height) != flip else 200)
                   for y in range(height) for x in range(width)])  # fmt: skip
    return image


def over_white(image):
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return white


def right(name, image):
    over_white(image).save(out / (name + ".right.png"), optimize=True)


def source(image, name="source.png"):
    image.save(work / name)
    return work / name


def avif(name, image, *options, after=lambda image: image):
    """By avifenc; the picture by avifdec, after what a file only tells of."""
    files = [source(part, f"{i}.png") for i, part in enumerate(image if isinstance(image, list) else [image])]
    run("avifenc", "-s", "0", *options, *files, out / f"{name}.avif")
    run("avifdec", "-d", "8", "-u", "nearest", out / f"{name}.avif", work / "decoded.png")
    right(name, after(Image.open(work / "decoded.png")))


def boxes(data, start=0, end=None):
    while start < (len(data) if end is None else end):
        length, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start + 8, start + length
        start += length


def find(data, *path):
    """Where the body of a box begins and ends; meta, iinf … are gone into behind their version."""
    start, end = 0, len(data)
    for kind in path:
        start, end = next((a, b) for k, a, b in boxes(data, start, end) if k == kind)
        start += {b"meta": 4}.get(kind, 0)
    return start, end


def units(stream):
    """The units of a stream with start codes."""
    parts = stream.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [part for part in parts if part]


def hevc(image, *parameters, pixels="yuv420p"):
    """Coded by x265: its parameter sets, and its picture."""
    options = ":".join(("log-level=none", "info=0", *parameters))
    stream = run("ffmpeg", "-v", "error", "-f", "image2pipe", "-i", "-", "-vf", "scale=out_range=full:out_color_matrix=bt601",
                 "-pix_fmt", pixels, "-color_range", "pc", "-frames:v", "1", "-c:v", "libx265", "-preset", "medium",
                 "-x265-params", options, "-f", "hevc", "-", data=png(image))  # fmt: skip
    found = units(stream)
    return [u for u in found if u[0] >> 1 in (32, 33, 34)], [u for u in found if u[0] >> 1 < 32]


def png(image):
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def rgb_of(stream, width, height, pixels):
    """FFmpeg's samples of a stream, in RGB by the formula of BT.601 in full range, chroma repeated."""
    raw = run("ffmpeg", "-v", "error", "-f", "hevc", "-i", "-", "-f", "rawvideo", "-frames:v", "1", "-", data=stream)
    wide = pixels.endswith("le")
    if wide:
        raw = [round(v * 255 / 1023, 6) for v in struct.unpack(f"<{len(raw) // 2}H", raw)]
    halve = "420" in pixels
    cw, ch = ((width + 1) // 2, (height + 1) // 2) if halve else (width, height)
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            luma = raw[y * width + x]
            at = width * height + ((y // 2) * cw + x // 2 if halve else y * cw + x)
            if pixels.startswith("gray"):
                image.putpixel((x, y), (int(luma + 0.5),) * 3)
                continue
            a, b = raw[at], raw[at + cw * ch]
            middle = 128 * 255 / 255 if not wide else 512 * 255 / 1023
            cb, cr = a - middle, b - middle
            rgb = (luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb)
            image.putpixel((x, y), tuple(min(255, max(0, int(v + 0.5))) for v in rgb))
    return image


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind, *parts, version=0, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def configuration(parameters, depth=8, chroma=1):
    """hvcC: what is in front of the sets matters to no decoder here."""
    head = struct.pack(">BBIIHBHBBBBHBB", 1, 3, 0x70000000, 0x90000000, 0, 30, 0xF000, 0xFC, 0xFC | chroma, 0xF8 | depth - 8,
                       0xF8 | depth - 8, 0, 0x0F, len(parameters))  # fmt: skip
    return box(b"hvcC", head, *(struct.pack(">BHH", u[0] >> 1, 1, len(u)) + u for u in parameters))


def heic(name, items, references=(), primary=1):
    """By hand: items are (kind, data, properties); the first has number 1."""
    properties, links, entries = [], [], []
    for number, (kind, data, wanted) in enumerate(items, 1):
        indices = []
        for wish in wanted:
            if wish not in properties:
                properties.append(wish)
            indices.append(properties.index(wish) + 1)
        links.append(struct.pack(">HB", number, len(indices)) + bytes(indices))
        entries.append(full(b"infe", struct.pack(">HH4sB", number, 0, kind, 0), version=2))

    def meta(base):
        places, at = [], base
        for number, (_, data, _) in enumerate(items, 1):
            places.append(struct.pack(">HHHII", number, 0, 1, at, len(data)))
            at += len(data)
        return full(b"meta", full(b"hdlr", struct.pack(">I4s12sB", 0, b"pict", b"", 0)), full(b"pitm", struct.pack(">H", primary)),
                    full(b"iloc", struct.pack(">HH", 0x4400, len(items)), *places), full(b"iinf", struct.pack(">H", len(entries)), *entries),
                    full(b"iref", *(box(k, struct.pack(f">HH{len(to)}H", of, len(to), *to)) for k, of, to in references)) if references else b"",
                    box(b"iprp", box(b"ipco", *properties), full(b"ipma", struct.pack(">I", len(links)), *links)))  # fmt: skip

    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    base = len(head) + len(meta(0)) + 8
    (out / f"{name}.heic").write_bytes(head + meta(base) + box(b"mdat", *(data for _, data, _ in items)))


def sized(width, height):
    return full(b"ispe", struct.pack(">II", width, height))


def with_lengths(found):
    return b"".join(struct.pack(">I", len(u)) + u for u in found)


def annex_b(found):
    return b"".join(b"\0\0\0\1" + u for u in found)


def by_heif_enc(name, image, *options, width=W, height=H, pixels="yuv420p"):
    """By heif-enc, which makes a grid of one tile of 64 × 64; the picture by FFmpeg of the first stream in the file."""
    file = image if isinstance(image, pathlib.Path) else source(image)
    run("heif-enc", "-p", "x265:info=0", *options, "-o", out / f"{name}.heic", file)
    data = (out / f"{name}.heic").read_bytes()
    start, end = find(data, b"meta", b"iprp", b"ipco")
    first = next(a for kind, a, _ in boxes(data, start, end) if kind == b"hvcC")
    at, found = first + 23, []
    for _ in range(data[first + 22]):
        length = struct.unpack_from(">H", data, at + 3)[0]
        found.append(data[at + 5 : at + 5 + length])
        at += 5 + length
    at = data.index(b"mdat") + 4
    while True:  # up to the first slice
        length = struct.unpack_from(">I", data, at)[0]
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
        if found[-1][0] >> 1 < 32:
            break
    right(name, rgb_of(annex_b(found), 64, 64, pixels).crop((0, 0, width, height)))


def main():
    out.mkdir(exist_ok=True)
    rgb, alpha = paint(), Image.new("L", (W, H))
    alpha.putdata([(x * 21 + y * 7) % 256 for y in range(H) for x in range(W)])
    rgba = rgb.copy()
    rgba.putalpha(alpha)

    avif("lossless", rgb, "-l")
    avif("lossy", rgb, "--min", "10", "--max", "20", "-y", "420")
    avif("limited", rgb, "--min", "5", "--max", "10", "-y", "444", "-r", "limited")
    for angle in (1, 2, 3):
        avif(f"irot-{angle}", rgb, "-l", "--irot", angle, after=lambda image: image.transpose(TURN[angle]))
    for mode in (0, 1):
        avif(f"imir-{mode}", rgb, "-l", "--imir", mode, after=lambda image: image.transpose(MIRROR[mode]))
    avif("irot-imir", rgb, "-l", "--irot", "1", "--imir", "1", after=lambda image: image.transpose(TURN[1]).transpose(MIRROR[1]))
    avif("crop", rgb, "-l", "--crop", "4,2,20,12", after=lambda image: image.crop((4, 2, 24, 14)))
    avif("alpha", rgba, "-l")
    avif("premultiplied", rgba, "-p", "--min", "0", "--max", "4", "--minalpha", "0", "--maxalpha", "0")
    avif("alpha-irot", rgba, "-l", "--irot", "3", after=lambda image: image.transpose(TURN[3]))
    avif("grey", rgb.convert("L"), "-y", "400", "--min", "0", "--max", "0")
    for depth in (10, 12):
        avif(f"{depth}-bit", rgb, "-d", depth, "--min", "2", "--max", "8", "-y", "444")
    avif("10-bit-alpha", rgba, "-d", "10", "--min", "2", "--max", "8", "--minalpha", "0", "--maxalpha", "0", "-y", "444")
    avif("10-bit-grey", rgb.convert("L"), "-d", "10", "-y", "400", "--min", "2", "--max", "8")
    for size in ((1, 1), (1, 7), (64, 3)):
        avif("{}x{}".format(*size), paint(*size), "-l")
    tiles = paint(128, 64)
    avif("grid", [tiles.crop((0, 0, 64, 64)), tiles.crop((64, 0, 128, 64))], "-g", "2x1", "--min", "10", "--max", "20", "-y", "444")
    avif("sequence", [rgb, paint(flip=True)], "-l")
    exif = Image.Exif()
    exif[0x0112] = 6
    (work / "exif").write_bytes(exif.tobytes()[6:])  # avifenc makes a turn of it besides: not to be made twice
    avif("irot-and-exif", rgb, "-l", "--exif", work / "exif", after=lambda image: image.transpose(TURN[3]))

    even = paint(28, 20)
    by_heif_enc("plain", even, width=28, height=20)
    by_heif_enc("odd", rgb)
    by_heif_enc("lossless-444", even, "-L", "-p", "chroma=444", width=28, height=20, pixels="yuv444p")
    even.save(work / "turned.jpg", quality=95, exif=exif)
    by_heif_enc("exif-6", work / "turned.jpg", width=28, height=20)  # no turn in the file, and EXIF is not asked

    parameters, slices = hevc(even)
    stream, config = with_lengths(slices), configuration(parameters)
    shown = rgb_of(annex_b(parameters + slices), 28, 20, "yuv420p")
    for angle in (1, 3):
        heic(f"by-hand-irot-{angle}", [(b"hvc1", stream, [config, sized(28, 20), box(b"irot", bytes([angle]))])])
        right(f"by-hand-irot-{angle}", shown.transpose(TURN[angle]))
    heic("by-hand-imir", [(b"hvc1", stream, [config, sized(28, 20), box(b"imir", b"\1")])])
    right("by-hand-imir", shown.transpose(MIRROR[1]))
    transparent, covering = hevc(alpha.crop((0, 0, 28, 20)), pixels="gray")
    heic("by-hand-alpha", [(b"hvc1", stream, [config, sized(28, 20)]),
                           (b"hvc1", with_lengths(covering), [configuration(transparent, chroma=0), sized(28, 20),
                                                              full(b"auxC", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")])],
         [(b"auxl", 2, [1])])  # fmt: skip
    shown.putalpha(rgb_of(annex_b(transparent + covering), 28, 20, "gray").convert("L"))
    right("by-hand-alpha", shown)
    deep, deep_slices = hevc(even, pixels="yuv444p10le")
    heic("by-hand-10-bit", [(b"hvc1", with_lengths(deep_slices), [configuration(deep, 10, 3), sized(28, 20)])])
    right("by-hand-10-bit", rgb_of(annex_b(deep + deep_slices), 28, 20, "yuv444p10le"))
    grey, grey_slices = hevc(even.convert("L"), pixels="gray")
    heic("by-hand-grey", [(b"hvc1", with_lengths(grey_slices), [configuration(grey, chroma=0), sized(28, 20)])])
    right("by-hand-grey", rgb_of(annex_b(grey + grey_slices), 28, 20, "gray"))

    # As telephones write them: tiles of one size, of which the last ones reach over the edge.
    whole, canvas, numbers = paint(128, 128), Image.new("RGB", (128, 128)), []
    items = [(b"grid", struct.pack(">BBBBHH", 0, 0, 1, 1, 100, 90), [sized(100, 90)])]
    for y in (0, 64):
        for x in (0, 64):
            tile_parameters, tile = hevc(whole.crop((x, y, x + 64, y + 64)))
            canvas.paste(rgb_of(annex_b(tile_parameters + tile), 64, 64, "yuv420p"), (x, y))
            items.append((b"hvc1", with_lengths(tile), [configuration(tile_parameters), sized(64, 64)]))
            numbers.append(len(items))
    heic("by-hand-grid", items, [(b"dimg", 1, numbers)])
    right("by-hand-grid", canvas.crop((0, 0, 100, 90)))


if __name__ == "__main__":
    main()

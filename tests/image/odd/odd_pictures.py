#!/usr/bin/python3
"""Writes odd but valid picture files and holds what our decoder makes of them against Pillow.

    tests/image/odd/odd_pictures.py DECODED_PIXELS [--keep FOLDER] [--document FILE]

DECODED_PIXELS is the tool beside this script. Pillow's picture is upright by ImageOps.exif_transpose() and laid over white.
Where the maker of a file knows its pixels, ours must be those; where Pillow's are others, the file's maker says why, and
--document writes the table of them. Ends with 1 where a file gives another picture than it must, with 77 where Pillow or
ImageMagick is missing.
"""

import argparse
import collections
import io
import pathlib
import subprocess
import sys
import tempfile

try:
    from PIL import Image, ImageChops, ImageOps, __version__
except ImportError:
    print("skipped: Pillow (python3-pil) is not installed")
    sys.exit(77)

sys.dont_write_bytecode = True  # nothing beside the sources
from made import has, over_white

LEAST = 150
JPEG_TOLERANCE = 1  # grey levels; PNG, GIF, BMP and WebP are exact
BEGIN, END = "<!-- differences: begin, written by tests/image/odd/odd_pictures.py -->", "<!-- differences: end -->"


def ours(tool, files):
    """Yields a picture, or why there is none, for each file."""
    data, at = subprocess.run([tool, *files], check=True, stdout=subprocess.PIPE).stdout, 0
    for _ in files:
        if data[at : at + 1] == b"!":
            end = data.index(b"\n", at)
            yield data[at + 1 : end].decode()
            at = end + 1
            continue
        lines = data[at : at + 40].split(b"\n", 3)[:3]
        size = tuple(map(int, lines[1].split()))
        at += sum(len(line) + 1 for line in lines)
        end = at + 3 * size[0] * size[1]
        yield Image.frombytes("RGB", size, data[at:end])
        at = end


def pillows(data):
    try:
        return over_white(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    except Exception as error:  # whatever a plugin throws is its refusal
        return f"{type(error).__name__}: {error}"


def difference(a, b):
    """In grey levels, or in words; 0 where they are alike."""
    for picture in (a, b):
        if isinstance(picture, str):
            return picture
    if a.size != b.size:
        return f"{a.width} × {a.height} against {b.width} × {b.height}"
    return max(most for _, most in ImageChops.difference(a, b).getextrema())


def is_more(off, tolerance):
    return isinstance(off, str) or off > tolerance


def together(names):
    """`a-1.png`, `a-2.png` as `a-{1,2}.png`."""
    stems = collections.defaultdict(list)
    for name in names:
        stem, _, last = name.rpartition("-")
        stems[stem].append(last)
    for stem, lasts in stems.items():
        kind = lasts[0].rpartition(".")[2]
        ends = ",".join(last.rpartition(".")[0] for last in lasts)
        yield f"`{stem}-{{{ends}}}.{kind}`" if len(lasts) > 1 and stem else ", ".join(f"`{stem}-{last}`".replace("`-", "`") for last in lasts)


def table(listed):
    rows = ["| Reason | Files | Pillow's picture |", "|---|---|---|"]
    for reason, files in listed.items():
        told = sorted({off if isinstance(off, str) else f"off by up to {off}" for _, off in files})
        rows.append(f"| {reason} | {', '.join(together(name for name, _ in files))} | {'; '.join(told)} |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder to write the files into")
    parser.add_argument("--document", type=pathlib.Path, help="where to put the table of differences")
    options = parser.parse_args()
    if not has("convert"):
        print("skipped: ImageMagick is not installed")
        return 77
    import bmps, gifs, jpegs, pngs, webps

    kinds = {"JPEG": jpegs, "PNG": pngs, "GIF": gifs, "WebP": webps, "BMP": bmps}
    odd = [(kind, picture) for kind, maker in kinds.items() for picture in maker.pictures()]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        for _, picture in odd:
            (folder / picture.name).write_bytes(picture.data)
        decoded = list(ours(options.tool, [folder / picture.name for _, picture in odd]))

    counts, equal, listed, wrong = collections.Counter(kind for kind, _ in odd), 0, collections.defaultdict(list), []
    for (kind, picture), mine in zip(odd, decoded):
        tolerance = JPEG_TOLERANCE if kind == "JPEG" else 0
        theirs = pillows(picture.data)
        off = difference(mine, theirs)
        if isinstance(mine, str) and mine == picture.right:
            listed[picture.differs].append((picture.name, "a picture"))
        elif isinstance(mine, str):
            wrong.append(f"{picture.name}: refused: {mine}")
        elif picture.right is not None and is_more(difference(mine, picture.right), tolerance):
            wrong.append(f"{picture.name}: not what was drawn: {difference(mine, picture.right)}; Pillow: {difference(theirs, picture.right)}")
        elif not is_more(off, tolerance):
            equal += 1  # also where a later Pillow has mended what is told of
        elif picture.differs and picture.right is not None:
            listed[picture.differs].append((picture.name, off))
        else:
            wrong.append(f"{picture.name}: not Pillow's: {off}")
    names = [picture.name for _, picture in odd]
    wrong += [f"{name}: made twice" for name, count in collections.Counter(names).items() if count > 1]
    if len(odd) < LEAST:
        wrong.append(f"only {len(odd)} files were made")

    summary = (f"{len(odd)} files ({', '.join(f'{count} {kind}' for kind, count in counts.items())}): {equal} equal Pillow {__version__}, "
               f"{sum(map(len, listed.values()))} differ for a reason that is known, {len(wrong)} are wrong.")  # fmt: skip
    print(*wrong, summary, sep="\n")
    if options.document:
        text = options.document.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        written = f"{before}{BEGIN}\n{summary}\n\n{table(listed)}\n{END}{rest.split(END)[1]}"
        options.document.write_text(written, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

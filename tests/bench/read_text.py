#!/usr/bin/python3
"""What `dank read` finds beside what a person reads, as a table in docs/benchmarks.md:

    tests/bench/read_text.py MEMES [--bin DIR] [--reader NAME] [--networks DIR] [--document FILE]

MEMES: the folder of pictures that tests/words/golden/transcriptions.json names, as of a db.json that DANK_TEST_REDDIT
names. --networks: of PP-OCR's files, as tests/reference/fetch_networks.sh fetches them. Character error: edits by the
transcription's characters; word F1: of each picture's bag of words; both over all pictures together, in lower case, with
one space between words. Seconds are the processor's, start included, which other work beside it does not change much.
tests/words/transcriptions_test.cpp counts alike.
"""

import argparse
import collections
import datetime
import json
import pathlib
import resource
import subprocess
import tempfile

BEGIN, END = "<!-- read text: begin, written by tests/bench/read_text.py -->", "<!-- read text: end -->"
TRANSCRIPTIONS = pathlib.Path(__file__).parent.parent / "words/golden/transcriptions.json"
PPOCR = ("ch_PP-OCRv4_det_infer.onnx", "ch_PP-OCRv4_rec_infer.onnx", "ppocr_keys_v1.txt")
QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "..."})


def plain(text):
    return " ".join(text.translate(QUOTES).lower().split())


def edits(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def scores(read, written):
    wrong = sum(edits(a, b) for a, b in zip(read, written))
    bags = [(collections.Counter(a.split()), collections.Counter(b.split())) for a, b in zip(read, written)]
    shared = sum((a & b).total() for a, b in bags)
    return wrong / sum(map(len, written)), 2 * shared / sum(a.total() + b.total() for a, b in bags)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("memes", type=pathlib.Path)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--reader", action="append")
    parser.add_argument("--networks", type=pathlib.Path, default="build/test-networks")
    parser.add_argument("--document", type=pathlib.Path, default="docs/benchmarks.md")
    options = parser.parse_args()
    parts = json.loads(TRANSCRIPTIONS.read_text(encoding="utf-8"))
    rows = []
    for reader in options.reader or ["tesseract", "ppocr"]:
        for name, memes in (("drawn at random", parts["judged"]), ("to choose the preparation by", parts["tuned"])):
            files = [str(next(options.memes.glob(identity + ".*"))) for identity in memes]
            with tempfile.TemporaryDirectory() as library:
                for file in PPOCR if reader == "ppocr" else []:
                    subprocess.run([f"{options.bin}/dank", "--library", library, "--progress", "none", "weights", "add",
                                    str(options.networks / file)], check=True, capture_output=True)
                began = processor_seconds()
                run = subprocess.run([f"{options.bin}/dank", "--library", library, "--progress", "none", "read", *files,
                                      "--reader", reader, "--json"], check=True, capture_output=True, text=True)
                seconds = (processor_seconds() - began) / len(files)
            read = [plain(picture.get("text", "")) for picture in json.loads(run.stdout)]
            error, f1 = scores(read, [plain("\n".join(lines)) for lines in memes.values()])
            rows.append(f"| `{reader}` | {len(files)}, {name} | {error:.3f} | {f1:.3f} | {seconds:.1f} |")
            print(rows[-1], flush=True)
    table = "\n".join([f"{datetime.date.today()}.", "", "| Reader | Memes | Character error | Word F1 | Processor seconds a picture |",
                       "|---|---|---:|---:|---:|", *rows])
    text = options.document.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    options.document.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()

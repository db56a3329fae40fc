#!/usr/bin/python3
"""Times the search of the Dataset page, key press by key press:
    tests/bench/search.py [--bin FOLDER] [--rows N] [--document FILE]
Makes N memes (100,000) of 8 words in the title and 16 in the picture, as frequent as in a language, and asks for what
stands in the field after each key (bench_search, -DDANK_BENCH=ON). With --document the table goes between the markers of
that file. Times are the processor's, on which one thread works: what it takes on a machine that does nothing else."""

import argparse
import json
import pathlib
import subprocess

BEGIN, END = "<!-- search: begin, written by tests/bench/search.py -->", "<!-- search: end -->"
TYPED = ["t", "th", "the", "the ", "the m", "the me", "the mem", "the meme", "when", "me", "ight", "qua str", "zzzz"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, default="build/release/bin")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--document")
    options = parser.parse_args()
    said = json.loads(subprocess.run([options.bin / "bench_search", str(options.rows), *TYPED], check=True,
                                     capture_output=True, text=True).stdout)
    lines = [BEGIN, f"{said['rows']:,} memes; the index takes {said['index_ms'] / 1000:.1f} s once, "
                    f"{said['peak_mb']:.0f} MB with the memes themselves.", "",
             "| In the field | Memes found | Median, ms | Slowest of 31, ms |", "|---|---:|---:|---:|"]
    lines += [f"| `{word['word']}` | {word['found']:,} | {word['median_ms']:.1f} | {word['slowest_ms']:.1f} |"
              for word in said["words"]]
    table = "\n".join(lines + [END])
    print(table)
    if options.document:
        document = pathlib.Path(options.document)
        before, rest = document.read_text().split(BEGIN)
        document.write_text(before + table + rest.split(END)[1])


if __name__ == "__main__":
    main()

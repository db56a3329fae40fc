#!/usr/bin/python3
"""peers_table.py RESULTS DOCUMENT ROUNDS THREADS PICTURES real|sample: turns the JSON lines of peers.sh into a Markdown
table and puts it between the markers of DOCUMENT. Rows that were not measured this time are left out."""

import collections
import datetime
import json
import pathlib
import statistics
import sys

from networks_table import processor, spread

BEGIN, END = "<!-- peers: begin, written by tests/bench/peers.sh -->", "<!-- peers: end -->"
GIGAFLOP_A_PICTURE = 11.4
NAMES = {"paper": "Python, Pillow, one picture a pass, eager float32",
         "careful": "python3-torch: reading threads, batches of 32, channels-last, frozen, float32",
         "sharp": "sharp and ONNX Runtime, float32"}


class Table:
    def __init__(self, results):
        self.values = collections.defaultdict(list)
        for result in results:
            self.values[result["row"], result["program"]].append(result["value"])
        self.lines = ["| Work | Dank Learning | Spread | Beside | Its figure | Spread | Ratio | Target | |",
                      "|---|---:|---:|---|---:|---:|---:|---:|---|"]

    def has(self, row, *programs):
        return all((row, program) in self.values for program in programs)

    def of(self, row, program):
        return statistics.median(self.values[row, program])

    def add(self, work, ours, beside, other, ratio, target, good, show, beside_show=None):
        mine, theirs = self.values[ours], self.values[other]
        self.lines.append(
            f"| {work} | {show(statistics.median(mine))} | {spread(mine):.0%} | {beside} | "
            f"{(beside_show or show)(statistics.median(theirs))} | {spread(theirs):.0%} | {ratio:.2f} | {target} | "
            f"{'met' if good else '**missed**'} |")


def rate(value):
    return f"{value:.1f}/s"


def milliseconds(value):
    return f"{1e3 * value:.1f} ms"


def build(results):
    table = Table(results)
    peers = [way for way in NAMES if table.has("extract", way)]
    if table.has("extract", "dank bf16"):
        for way, target in (("paper", 8), ("careful", 4.5), ("sharp", 4)):
            if way in peers:
                ratio = table.of("extract", "dank bf16") / table.of("extract", way)
                table.add("memes to features, bfloat16", ("extract", "dank bf16"), NAMES[way], ("extract", way), ratio,
                          f"≥ {target}", ratio >= target, rate)
    if table.has("extract", "dank fp32") and peers:
        others = [way for way in peers if way != "paper"]
        best = max(others, key=lambda way: table.of("extract", way)) if others else None
        for way, target in (("paper", 2), (best, 1.15)):
            if way in peers:
                ratio = table.of("extract", "dank fp32") / table.of("extract", way)
                table.add("memes to features, float32", ("extract", "dank fp32"), NAMES[way], ("extract", way), ratio,
                          f"≥ {target}", ratio >= target, rate)
    for precision, target in (("fp32", 0.85), ("bf16", None)):
        if table.has("forward", f"dank {precision}", f"product {precision}"):
            ratio = GIGAFLOP_A_PICTURE * table.of("forward", f"dank {precision}") / table.of("forward", f"product {precision}")
            table.add(f"forward alone, {precision}", ("forward", f"dank {precision}"), "a matrix product of 2048³",
                      ("forward", f"product {precision}"), ratio, "≥ 0.85" if target else "–", not target or ratio >= target,
                      rate, lambda value: f"{value:.0f} GFLOP/s")
    for threads in ("1 thread", "all threads"):
        if table.has("score", "dank"):
            ratio = table.of("score", "dank") / table.of("score", f"forward, {threads}")
            table.add("first score of a JPEG of 1080 pixels, open program", ("score", "dank"), f"one forward pass, {threads}",
                      ("score", f"forward, {threads}"), ratio, "≤ 1.8", ratio <= 1.8, milliseconds)
    for row, work, beside in (("help", "`dank --help`", "a bare C++ program"),
                              ("window", "the window's first frame", "a bare Qt Widgets program with a list")):
        if table.has(row, "dank", "other"):
            ratio = table.of(row, "dank") / table.of(row, "other")
            table.add(work, (row, "dank"), beside, (row, "other"), ratio, "≤ 2", ratio <= 2, milliseconds)
    if table.has("rate", "dank", "other"):
        ratio = table.of("rate", "other") / table.of("rate", "dank")
        table.add("second `dank rate` of a stored picture", ("rate", "dank"), "a cold one", ("rate", "other"), ratio, "≥ 10",
                  ratio >= 10, milliseconds)
    if table.has("cached", "dank", "other"):
        ratio = table.of("cached", "dank") / table.of("cached", "other")
        table.add("cached features into a matrix", ("cached", "dank"), "`cat` of the library's file", ("cached", "other"),
                  ratio, "≤ 4", ratio <= 4, milliseconds)
    notes = []
    for precision in ("fp32", "bf16"):
        peaks = table.values.get((f"memory {precision}", "dank"))
        if peaks:
            notes.append(f"Peak memory of extraction in {precision}: {peaks[0] / 1e6:.0f} MB for a third of the pictures, "
                         f"{peaks[-1] / 1e6:.0f} MB for all (target: under 1,500 MB, and the same).")
    return table.lines, notes


results_file, document, rounds, threads, pictures, kind = sys.argv[1:]
results = [json.loads(line) for line in pathlib.Path(results_file).read_text().splitlines()]
versions = sorted({result["version"] for result in results if "version" in result})
lines, notes = build(results)
intro = (f"{processor()}, {threads} threads, medians of {rounds} rounds (of more for what takes milliseconds) in which the "
         f"programs take turns; {datetime.date.today()}. {pictures} {'real memes' if kind == 'real' else 'memes of `dank sample`'}, "
         f"Inception V3 with the same weights everywhere. Beside: {'; '.join(versions) or 'see the rows'}. Spread: largest "
         "less smallest, by the median.")
text = "\n".join([intro, "", *lines, *(["", *notes] if notes else [])])
path = pathlib.Path(document)
old = path.read_text() if path.exists() else "# Benchmarks\n"
if BEGIN not in old or END not in old:
    old = old.rstrip() + f"\n\n## Beside other ways to do the same\n\n{BEGIN}\n{END}\n"
before, after = old.split(BEGIN)[0], old.split(END)[1]
path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")

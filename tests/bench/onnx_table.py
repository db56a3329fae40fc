#!/usr/bin/python3
"""The table of tests/bench/onnx.sh: onnx_table.py RESULTS DOCUMENT ROUNDS"""

import collections
import datetime
import json
import pathlib
import statistics
import sys

BEGIN, END = "<!-- onnx: begin, written by tests/bench/onnx.sh -->", "<!-- onnx: end -->"


def main():
    results, document, rounds = sys.argv[1:]
    times = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in pathlib.Path(results).read_text(encoding="utf-8").splitlines():
        file, shape, threads, answer = line.split(" ", 3)
        answer = json.loads(answer)
        times[file, shape, threads][answer["program"]].append(answer["ms"])
    rows = []
    for (file, shape, threads), programs in times.items():
        ours, theirs = (statistics.median(programs[name]) for name in ("dank", "onnxruntime"))
        spread = (max(programs["dank"]) - min(programs["dank"])) / ours
        rows.append(f"| {file} | {shape} | {threads} | {ours:.1f} | {spread:.0%} | {theirs:.1f} | {ours / theirs:.2f} |")
    table = "\n".join([f"Milliseconds a forward pass, medians of {rounds} rounds in which the programs take turns; "
                       f"{datetime.date.today()}. Target: 1.3 times ONNX Runtime's (onnxruntime-node) at most.", "",
                       "| Network | Input | Threads | Dank Learning | Spread | ONNX Runtime | Ratio |",
                       "|---|---|---:|---:|---:|---:|---:|", *rows])
    path = pathlib.Path(document)
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text:
        text += f"\n## ONNX files\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()

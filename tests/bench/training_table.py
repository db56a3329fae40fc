#!/usr/bin/python3
"""training_table.py RESULTS DOCUMENT ROUNDS: turns the JSON lines that training.sh gathered into Markdown and puts it
between the markers of DOCUMENT, which is made if it is not there."""

import collections
import datetime
import json
import pathlib
import platform
import statistics
import sys

BEGIN, END = "<!-- training: begin, written by tests/bench/training.sh -->", "<!-- training: end -->"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def table(results, rounds):
    groups = collections.defaultdict(list)
    folds = [result for result in results if result["program"] == "folds"]
    for result in results:
        if result["program"] != "folds":
            groups[result["program"], result["threads"]].append(result)
    ours = {
        threads: statistics.median(result["milliseconds"] for result in group)
        for (program, threads), group in groups.items()
        if program == "dank"
    }
    versions = {name: groups[name, 1][0]["version"] for name in ("python3-torch", "scikit-learn")}
    lines = [
        f"Epochs a second of the paper's network (2048-512-256-128-32-8-1, batches of 100, Adam, float32) on 3,338 × 2,048 "
        f"seeded numbers, nine tenths of the rows to learn from and the others looked at after each epoch; {processor()}, "
        f"medians of {rounds} rounds in which the programs take turns, {datetime.date.today()}. python3-torch "
        f"{versions['python3-torch']} by the usual loop and scikit-learn {versions['scikit-learn']}'s MLPRegressor, which "
        "has no dropout, both with OMP_WAIT_POLICY=passive. Spread: largest less smallest, by the median. Ratio: Dank Learning's speed by theirs on as "
        "many threads.",
        "",
        "| Program | Threads | ms an epoch | Epochs a second | Spread | Ratio |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for (program, threads), group in sorted(groups.items(), key=lambda item: item[0][1]):
        times = [result["milliseconds"] for result in group]
        median = statistics.median(times)
        spread = (max(times) - min(times)) / median
        name = "Dank Learning" if program == "dank" else program
        ratio = "" if program == "dank" else f"{median / ours[threads]:.2f}"
        lines.append(f"| {name} | {threads} | {median:.0f} | {1e3 / median:.2f} | {spread:.0%} | {ratio} |")
    for result in folds:
        lines += [
            "",
            f"Cross-validation, {result['folds']} folds × {result['seeds']} seeds of the {result['preset']} preset on "
            f"{result['rows']:,} × {result['columns']:,} on {result['threads']} threads: **{result['seconds']:.0f} s** in "
            f"all, {result['trained']:.0f} s of it for the {result['folds'] * result['seeds']} trainings and the "
            "baselines that need none, the rest for the controls and the intervals.",
        ]
    return "\n".join(lines)


results_file, document, rounds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
text = table([json.loads(line) for line in results_file.read_text().splitlines()], rounds)
old = document.read_text() if document.exists() else "# Benchmarks\n"
if BEGIN not in old or END not in old:
    old = old.rstrip() + f"\n\n## Training\n\n{BEGIN}\n{END}\n"
before, after = old.split(BEGIN)[0], old.split(END)[1]
document.parent.mkdir(parents=True, exist_ok=True)
document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")

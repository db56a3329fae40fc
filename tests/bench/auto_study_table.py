#!/usr/bin/python3
"""auto_study_table.py RESULTS DOCUMENT: turns the JSON lines of auto_study into a Markdown table and puts it between the
markers of DOCUMENT. Ends with 1 when `auto` is within 0.02 of the best part in fewer than 19 of 20."""

import datetime
import json
import pathlib
import sys

BEGIN, END = "<!-- auto study: begin, written by tests/bench/auto_study.sh -->", "<!-- auto study: end -->"
PARTS = ["line", "words", "perceptron"]
NEAR = 0.02


def number(value, digits=2):
    return f"{value:.{digits}f}".replace("-", "−")


def row(task):
    best = max(task[part][0] for part in PARTS)
    behind = round(task["auto"][0] - best, 4)
    cells = [f"{number(task[part][0])} / {number(task[part][1])}" for part in PARTS]
    weights = " · ".join(number(task[f"weight_{part}"]) for part in PARTS)
    told = f"| {task['task']} | {task['rows']:,} | {task['columns']:,} | {task['picture_tells']:.0%} | {task['title_tells']:.0%} | "
    told += f"{task['repetitions']} | **{number(task['auto'][0])} / {number(task['auto'][1])}** | " + " | ".join(cells)
    return f"{told} | {'+' if behind >= 0 else ''}{number(behind, 3)} | {'yes' if behind >= -NEAR else '**no**'} | {weights} |"


def main():
    tasks = [json.loads(line) for line in pathlib.Path(sys.argv[1]).read_text().splitlines()]
    near = sum(task["auto"][0] >= max(task[part][0] for part in PARTS) - NEAR for task in tasks)
    r2 = sum(task["auto"][1] >= max(task[part][1] for part in PARTS) - NEAR for task in tasks)
    table = "\n".join([
        f"{datetime.date.today()}. Spearman / R² on 500 to 8,000 memes that nothing was chosen by. `auto` is within {NEAR} "
        f"of the best part's Spearman in **{near} of {len(tasks)}**, and of the best part's R² in {r2}.", "",
        "| Planted | Memes | Columns | Picture tells | Title tells | Times | `auto` | line | words | perceptron | "
        "To the best | Within 0.02 | Weights: line · words · perceptron |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---|", *map(row, tasks)])
    document = pathlib.Path(sys.argv[2])
    text = document.read_text()
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    document.write_text(text[:before] + "\n" + table + "\n" + text[after:])
    print(f"within {NEAR} in {near} of {len(tasks)}")
    return 0 if near * 20 >= len(tasks) * 19 else 1


if __name__ == "__main__":
    sys.exit(main())

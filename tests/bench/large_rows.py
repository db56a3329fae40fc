#!/usr/bin/python3
"""Times what comes before the first epoch of a large training whose features are stored, stage by stage:
    tests/bench/large_rows.py [--bin FOLDER] [--window] [--rows N] [--pictures N] [--links] [--work FOLDER] [--label TEXT] [--document FILE]
Writes a db.json of N rows (100,000) that show the pictures of `dank sample` (2,400), extracts them with `classic`, and
trains on it for one epoch from stored features. Rows name their picture in `media`; with --links each row has a file of
its own, a hard link. With --window it is the window that trains, by bench_window (preset test, -DDANK_BENCH=ON), from Train
pressed, so without loading; it goes on until the run is judged. With --document the table goes between the markers of that file, beside the rows of other labels.
Leave the machine alone meanwhile."""

import argparse
import datetime
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

BEGIN, END = "<!-- large rows: begin, written by tests/bench/large_rows.py -->", "<!-- large rows: end -->"
HEAD = "| Build | Rows | Pictures | Files | Stages before the first epoch, s | First epoch begins after | Ends after | Peak memory |"


def write_rows(folder, rows, links):
    """The dataset of `rows` rows over the pictures of `folder`/sample; made once."""
    large = folder / ("links" if links else "media")
    if (large / "db.json").exists():
        return large
    source = [row for row in json.loads((folder / "sample/db.json").read_text())["_default"].values()
              if isinstance(row, dict) and isinstance(row.get("ups"), int) and row["ups"] >= 0]
    files = {path.stem: path for path in (folder / "sample/memes").iterdir()}
    source = list({row["id"]: row for row in source if row.get("id") in files}.values())
    (large / "memes").mkdir(parents=True)
    draw = random.Random(1)
    table = {}
    for number in range(1, rows + 1):
        row = source[number % len(source)]
        picture = files[row["id"]]
        name = f"row{number}{picture.suffix}" if links else picture.name
        if links or number <= len(source):
            os.link(picture, large / "memes" / name)
        table[str(number)] = {"id": f"row{number}", "title": f"{row.get('title', '')} {number % 97}",
                              "author": f"author{draw.randrange(rows // 3)}",
                              "ups": max(0, int(row["ups"] * draw.lognormvariate(0, 0.5))),
                              "media": f"https://example.invalid/{name}"}
    (large / "db.json").write_text(json.dumps({"_default": table}))
    return large


def dank(options, *words):
    return [str(pathlib.Path(options.bin) / "dank"), "--library", str(options.work / "library"), *map(str, words)]


def timed_training(options, large):
    """Seconds of each stage until the first epoch begins, when that is, when it ends, and the peak memory in MB."""
    command = dank(options, "--progress", "ndjson", "train", large, "--backbone", "classic", "--epochs", 1,
                   "--split", "random")  # copies of so few pictures tie all authors together
    begin = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    stages, stage, since = {}, "start", begin
    started = ended = None
    for line in process.stderr:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        now = time.monotonic()
        if event.get("note", "").startswith("Run ") and started is None:
            started = now
        name = event.get("stage", stage)
        if name != stage:
            stages[stage] = stages.get(stage, 0) + now - since
            stage, since = name, now
        if name == "train" and event.get("done") == 1 and ended is None:
            ended = now
            break
    for line in process.stderr:
        pass
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0 or started is None or ended is None:
        raise SystemExit(f"dank train ended with {status}")
    return stages, started - begin, ended - begin, usage.ru_maxrss / 1024


def timed_window(options, large):
    """The same of the window, whose run bar names the stages; ends when the first epoch has ended."""
    said = json.loads(subprocess.run([str(options.bin / "bench_window"), str(options.work / "library"), str(large)],
                                     check=True, capture_output=True, text=True,
                                     env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}).stdout)
    if "message" in said:
        raise SystemExit(said["message"])
    print(json.dumps(said))
    stages = {step["step"]: step["seconds"] for step in said["steps"]}
    return stages, said["first_epoch"], said["judged"], said["peak_mb"]


def put_into(document, line):
    text = pathlib.Path(document).read_text()
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    label = line.split("|")[1:5]
    rows = [row for row in old.splitlines() if row.startswith("| ") and row != HEAD and row.split("|")[1:5] != label]
    table = [BEGIN, HEAD, "|---|---:|---:|---|---|---:|---:|---:|", *rows, line, END]
    pathlib.Path(document).write_text(before + "\n".join(table) + after)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, default="build/release/bin")
    parser.add_argument("--window", action="store_true")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pictures", type=int, default=2_400)
    parser.add_argument("--links", action="store_true")
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--label", default="now")
    parser.add_argument("--document")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        options.work = options.work or pathlib.Path(kept)
        if not (options.work / "sample/db.json").exists():
            subprocess.run(dank(options, "sample", options.work / "sample", "--count", options.pictures), check=True,
                           capture_output=True)
        large = write_rows(options.work, options.rows, options.links)
        # Of the pictures alone, which any build does once; then of the rows.
        for folder in (options.work / "sample", large):
            subprocess.run(dank(options, "extract", folder, "--backbone", "classic"), check=True, capture_output=True)
        time.sleep(2.5)  # what has only just changed is not remembered
        stages, begins, ends, memory = (timed_window if options.window else timed_training)(options, large)
        told = ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages.items() if seconds >= 0.05)
        line = (f"| {options.label} | {options.rows:,} | {options.pictures:,} | {'links' if options.links else 'shared'} | "
                f"{told} | {begins:.1f} s | {ends:.1f} s | {memory:.0f} MB |")
        print(f"{datetime.date.today()} {line}")
        if options.document:
            put_into(options.document, line)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The default head beside everything simpler, over folds and seeds, as a table in docs/benchmarks.md:

    tests/bench/auto_head.py DB [--bin DIR] [--weights INCEPTION.safetensors] [--document FILE] [--preset NAME]

DB: a db.json with its pictures, such as the one that DANK_TEST_REDDIT names. With weights of Inception V3
(tests/reference/trained_inception.py fetches trained ones) its features are judged beside those of `classic`.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import tempfile

BEGIN, END = "<!-- auto head: begin, written by tests/bench/auto_head.py -->", "<!-- auto head: end -->"
COLUMNS = [("linear", "straight line"), ("image_stats", "colours and size"), ("title", "title's words"),
           ("picture_part", "its picture alone"), ("title_part", "its title's words alone")]


def judged(dank, library, db, backbone, preset):
    run = subprocess.run([dank, "--library", library, "--progress", "none", "train", db, *backbone, "--preset", preset,
                          "--folds", "5", "--seeds", "3", "--json"], check=True, capture_output=True, text=True)
    return json.loads(run.stdout)["cross_validation"]


def cell(figures):
    def text(value):
        return "–" if value is None else f"{value:.2f}".replace("-", "−")
    return f"{text(figures.get('spearman'))} / {text(figures.get('r2'))}"


def row(name, preset, cross):
    own = {key: cross["metrics"][key]["mean"] for key in ("spearman", "r2") if key in cross["metrics"]}
    spread = cross["metrics"]["spearman"]["sd"]
    cells = [cell(cross["baselines"][key]) if key in cross["baselines"] else "–" for key, _ in COLUMNS]
    return f"| {name} | `{preset}` | {cross['rows']} | **{cell(own)}** | {spread:.2f} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("db")
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--weights")
    parser.add_argument("--document", default="docs/benchmarks.md")
    parser.add_argument("--preset", action="append")
    options = parser.parse_args()
    backbones = {"classic": ["--backbone", "classic"]}
    if options.weights:
        backbones["Inception V3, trained"] = ["--backbone", "inception_v3", "--weights", options.weights]
    rows = []
    with tempfile.TemporaryDirectory() as library:
        for name, backbone in backbones.items():
            for preset in options.preset or ["auto", "standard"]:
                cross = judged(f"{options.bin}/dank", library, options.db, backbone, preset)
                rows.append(row(name, preset, cross))
                print(rows[-1], flush=True)
    titles = " | ".join(title for _, title in COLUMNS)
    table = "\n".join([f"{datetime.date.today()}. Spearman / R², mean of 3 seeds.", "",
                       f"| Features | Preset | Memes | The head | sd of Spearman | {titles} |",
                       "|---|---|---:|---:|---:|" + "---:|" * len(COLUMNS), *rows])
    document = pathlib.Path(options.document)
    text = document.read_text()
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    document.write_text(text[:before] + "\n" + table + "\n" + text[after:])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""false_beliefs_table.py RESULTS DOCUMENT: turns the JSON lines of false_beliefs into a Markdown table and puts it
between the markers of DOCUMENT."""

import datetime
import json
import pathlib
import platform
import sys

BEGIN = "<!-- false beliefs: begin, written by tests/bench/false_beliefs.sh -->"
END = "<!-- false beliefs: end -->"


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = fields.get("flags", "").split()
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return f"{fields.get('model name', platform.machine())} ({vectors})"


def counted(result, key, decided):
    count = result[key]
    return f"{count['count']} of {decided} | {count['rate']:.1%} | {count['low']:.1%} to {count['high']:.1%}"


def table(results):
    lines = [
        f"Verdicts on shuffled upvotes that are not *no evidence*, of those that were not *too few rows*; {processor()}, "
        f"{datetime.date.today()}. Presets with their controls, `auto` with titles. Intervals are Clopper and Pearson's bounds, "
        "each one-sided at 95 %.",
        "",
        "| Preset | Features | Memes | Judged | Authors or pictures | Split | By the interval alone | Rate | Bounds | "
        "With the p-value | Rate | Bounds |",
        "|---|---|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        backbone = "classic" if result["backbone"] == "classic" else f"{result['backbone']}, random weights"
        split = "the default seed's" if result["split"] == "same" else "one each"
        lines.append(
            f"| `{result.get('preset', 'standard')}` | {backbone} | {result['rows']} | {result['judged_rows']:.0f} | {result['clusters']:.0f} | {split} | "
            f"{counted(result, 'by_interval', result['decided'])} | {counted(result, 'believed', result['decided'])} |"
        )
    return "\n".join(lines)


results_file, document = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
text = table([json.loads(line) for line in results_file.read_text().splitlines()])
old = document.read_text() if document.exists() else "# Benchmarks\n"
if BEGIN not in old or END not in old:
    old = old.rstrip() + f"\n\n## How often luck is believed\n\n{BEGIN}\n{END}\n"
before, after = old.split(BEGIN)[0], old.split(END)[1]
document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")

#!/usr/bin/python3
"""explain_table.py RESULTS DOCUMENT: turns the JSON lines of explain_study into a Markdown table and puts it between
the markers of DOCUMENT."""

import json
import pathlib
import sys

BEGIN = "<!-- explain: begin, written by tests/bench/explain.sh -->"
END = "<!-- explain: end -->"
HEADS = {"trained": "trained", "untrained": "untrained: random weights", "shuffled": "trained on shuffled upvotes"}


def table(results):
    lines = [
        "| Preset | Head | Maps | Largest place is the dot | Warned | by the verdict | same map | chance | deletion |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        for head, name in HEADS.items():
            count = result[head]
            cells = [count[key] for key in ("maps", "dot", "warned", "verdict", "same_map", "weak", "deletion")]
            lines.append(f"| {result['preset']} | {name} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


results_file, document = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
text = table([json.loads(line) for line in results_file.read_text().splitlines() if line.strip()])
old = document.read_text()
before, after = old.split(BEGIN)[0], old.split(END)[1]
document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")

#!/usr/bin/python3
"""networks_table.py RESULTS DOCUMENT ROUNDS: turns the JSON lines of bench_networks and networks_peer.py into a
Markdown table and puts it between the markers of DOCUMENT, which is made if it is not there."""

import collections
import datetime
import json
import pathlib
import platform
import statistics
import sys

BEGIN, END = "<!-- networks: begin, written by tests/bench/networks.sh -->", "<!-- networks: end -->"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def spread(values):
    return (max(values) - min(values)) / statistics.median(values)


def table(results, rounds):
    groups = collections.defaultdict(list)
    for result in results:
        groups[result["backbone"], result["precision"], result["program"]].append(result)
    ours = [result for result in results if result["program"] == "dank"]
    peers = [result for result in results if result["program"] != "dank"]
    lines = [
        f"Pictures a second, {processor()}, {ours[0]['threads']} threads, batches of {ours[0]['batch']}, medians of "
        f"{rounds} rounds in which the programs take turns; {datetime.date.today()}. Dank Learning {ours[0]['version']} "
        f"from RGB bytes to features; python3-torch {peers[0]['version']} from normalised numbers, by the quickest of "
        "eager, frozen channels-last and optimised-for-inference TorchScript. Spread: largest less smallest, by the "
        "median.",
        "",
        "| Network | Precision | Dank Learning | Spread | python3-torch | Spread | Quickest way | Eager | Ratio |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|",
    ]
    for (backbone, precision, program), mine in groups.items():
        theirs = groups.get((backbone, precision, "python3-torch"))
        if program != "dank" or not theirs:
            continue
        known = [way for way in ("eager", "frozen", "optimised") if way in theirs[0]]
        ways = {way: statistics.median(r[way] for r in theirs) for way in known}
        best = max(ways, key=ways.get)
        our_speeds, their_speeds = [r["images_per_second"] for r in mine], [r[best] for r in theirs]
        speed = statistics.median(our_speeds)
        lines.append(
            f"| {backbone} | {precision} | {speed:.2f} | {spread(our_speeds):.0%} | {ways[best]:.2f} | "
            f"{spread(their_speeds):.0%} | {best} | {ways['eager']:.2f} | {speed / ways[best]:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    results_file, document, rounds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    text = table([json.loads(line) for line in results_file.read_text().splitlines()], rounds)
    old = document.read_text() if document.exists() else f"# Benchmarks\n\n## Networks\n\n{BEGIN}\n{END}\n"
    if BEGIN not in old or END not in old:
        old = old.rstrip() + f"\n\n## Networks\n\n{BEGIN}\n{END}\n"
    before, after = old.split(BEGIN)[0], old.split(END)[1]
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")

#!/usr/bin/python3
"""gpu_table.py RESULTS DOCUMENT: turns the JSON lines that gpu.sh gathered into Markdown and puts it between the markers of
the card in DOCUMENT; a card that has none yet gets them at the end of the section "On a GPU", which is made if it is not
there."""

import datetime
import json
import pathlib
import sys

SECTION = "## On a GPU"


def figure(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def networks(lines, decoded):
    """The table of speeds, and of how far the features are off."""
    speeds = {(l["network"], l["precision"], l["program"], l["batch"]): l["images_per_second"] for l in lines["speed"]}
    batches = sorted({batch for *_, batch in speeds})
    most = batches[-1]
    compiled = any(program == "compiled" for _, _, program, _ in speeds)
    ways = [("dank", batch) for batch in batches] + [("eager", batch) for batch in batches]
    titles = [f"{'Dank Learning' if way == 'dank' else 'torch'}, batches of {batch}" for way, batch in ways]
    if compiled:
        ways.append(("compiled", most))
        titles.append(f"torch.compile, {most}")
    header = ["Network", "Precision", *titles, "Ratio", "The limit", "Off from the CPU", "1 − cosine"]
    rows = ["| " + " | ".join(header) + " |", "|---|---|" + "---:|" * (len(ways) + 1) + "---|---:|---:|"]
    for agreement in lines["agreement"]:
        key = agreement["network"], agreement["precision"]
        got = {way: speeds.get((*key, *way)) for way in ways}
        mine = got["dank", most]
        peers = [speed for (way, batch), speed in got.items() if way != "dank" and batch == most and speed]
        ratio = f"{mine / max(peers):.2f}" if mine and peers else "–"
        limit = "–" if not (mine and decoded) else "decoding" if mine > decoded else "the network"
        cells = [*key, *map(figure, got.values()), ratio, limit]
        rows.append(
            "| " + " | ".join(cells) + f" | {agreement['relative']:.1e} | {agreement['one_less_cosine']:.1e} |"
        )
    return rows


def training(lines, device):
    rows = ["| Program | On | Threads | ms an epoch | Epochs a second |", "|---|---|---:|---:|---:|"]
    for line in lines["training"]:
        where = line.get("device", "cpu")
        name = "Dank Learning" if line["program"] == "dank" else "torch"
        threads = line["threads"] if where == "cpu" else "–"
        on = "the processor" if where == "cpu" else device
        rows.append(f"| {name} | {on} | {threads} | {line['milliseconds']:.1f} | {1e3 / line['milliseconds']:.1f} |")
    return rows


def table(lines):
    machine = lines["machine"][0]
    device = machine.get("card", machine["processor"])
    done = {line["name"]: line for line in lines["done"]}
    checks = lines["check"]
    bad = [check["text"] for check in checks if not check["ok"]]
    about = f"**{device}**"
    if "card" in machine:
        about += (
            f" ({machine['memory_gb']:.0f} GB), driver {machine['driver']}, CUDA {machine['cuda']}, cuDNN {machine['cudnn']}"
            f"; beside it {machine['processor']}"
        )
    about += (
        f", {machine['cores']} cores; LibTorch and torch {machine['torch']}; {datetime.date.today()}. `core/nn` built alone in "
        f"{done['build']['seconds']} s; its self-test: "
    )
    if not checks:
        about += "did not run."
    elif bad:
        about += f"{len(bad)} of {len(checks)} checks failed: " + "; ".join(bad) + "."
    else:
        about += f"all {len(checks)} checks passed."
    failed = [f"{name} ended with {line['status']}" for name, line in done.items() if line["status"]]
    if failed:
        about += " Not whole: " + ", ".join(failed) + "."
    text = [about, ""]

    decoded = max((line["images_per_second"] for line in lines["decode"]), default=None)
    if lines["speed"]:
        callers = next((line["callers"] for line in lines["speed"] if "callers" in line), "?")
        text += [
            "Pictures a second, both from RGB bytes in the computer's memory to features there, random weights, "
            f"channels-last; Dank Learning called from {callers} threads as extraction does, torch eager and compiled with one "
            "batch computed while the last one's features come back. Ratio: to torch's quickest at the larger batch. Off: "
            "of the features from Dank Learning's own in fp32 on the processor, the largest difference by the largest value, and one less the "
            "smallest cosine of a picture.",
            "",
            *networks(lines, decoded),
            "",
        ]
    for line in lines["pictures"]:
        what = "drawn JPEGs of 1080 × 1080" if line["drawn"] else "real pictures"
        by_processes = ", ".join(f"{figure(d['images_per_second'])} on {d['processes']}" for d in lines["decode"])
        text += [
            f"What feeds it: Pillow {line['pillow']} decodes and resizes {line['count']} {what} of {line['kilobytes']:.0f} KB at "
            f"{by_processes} processes, pictures a second.",
            "",
        ]
    if lines["training"]:
        text += [
            "The paper's perceptron (2048-512-256-128-32-8-1, batches of 100, Adam, float32) on 3,338 × 2,048 seeded numbers. "
            "Dank Learning trains on the processor whatever the device.",
            "",
            *training(lines, device),
            "",
        ]
    for line in lines["memory"]:
        text.append(
            f"With {line['left_gb']} GB of the device's memory left free and {line['asked']:,} pictures asked for at once, "
            f"{line['network']} in fp32 went on with {line['held']} at a time; its features differ by {line['relative']:.1e} "
            "from those of a small batch."
        )
    return device, "\n".join(text).rstrip()


def put(document, device, text):
    begin, end = f"<!-- gpu, {device}: begin, written by tests/bench/gpu.sh -->", f"<!-- gpu, {device}: end -->"
    old = document.read_text() if document.exists() else "# Benchmarks\n"
    if begin not in old:
        if SECTION not in old:
            old = f"{old.rstrip()}\n\n{SECTION}\n"
        head, section = old.split(SECTION, 1)
        body, *rest = section.split("\n## ", 1)
        tail = "".join("\n## " + part for part in rest)
        old = f"{head}{SECTION}{body.rstrip()}\n\n{begin}\n{end}\n{tail}"
    before, after = old.split(begin)[0], old.split(end)[1]
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def main():
    lines = {name: [] for name in ("machine", "check", "done", "speed", "agreement", "decode", "pictures", "training", "memory")}
    for text in pathlib.Path(sys.argv[1]).read_text().splitlines():
        try:
            line = json.loads(text)
        except ValueError:  # nothing, or what a program was stopped in the middle of
            continue
        lines[line.get("part", "training")].append(line)
    put(pathlib.Path(sys.argv[2]), *table(lines))


main()

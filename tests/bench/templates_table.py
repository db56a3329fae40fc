"""Writes the section of docs/benchmarks.md on templates: templates_table.py PICTURES DOCUMENT. Run by
tests/bench/templates.sh, which says what PICTURES holds. Of a cluster with pictures of N different things, N - 1 joins
are wrong. Ends with 1 where the target is missed.
"""

import csv
import datetime
import json
import os
import sys

from PIL import Image, ImageDraw

BEGIN, END = "<!-- templates: begin, written by tests/bench/templates.sh -->", "<!-- templates: end -->"
HERE = os.path.dirname(os.path.abspath(__file__))
SIDE, PER_ROW = 150, 12
FEEDS = {"chosen": "The half that a constant was chosen by", "judged": "The other half", "all": "All"}


def known_same():
    same = {}
    with open(os.path.join(HERE, "same_pictures.txt")) as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    for number, line in enumerate(lines):
        for name in line:
            same[name] = number
    return same


def parts(members, same):
    """What a cluster shows: a list of lists of names."""
    things = {}
    for name in members:
        things.setdefault(same.get(name, name), []).append(name)
    return list(things.values())


def sheet(clusters, images, path):
    rows = [members[at : at + PER_ROW] for members in clusters for at in range(0, len(members), PER_ROW)]
    whole = Image.new("RGB", (PER_ROW * SIDE, max(1, len(rows)) * (SIDE + 8)), (200, 0, 0))
    for y, row in enumerate(rows):
        for x, name in enumerate(row):
            cell = Image.new("RGB", (SIDE, SIDE), (90, 90, 90))
            with Image.open(images[name]) as image:
                small = image.convert("RGBA")
            small.thumbnail((SIDE, SIDE - 16))
            cell.paste(small, (0, 0), small)
            ImageDraw.Draw(cell).text((2, SIDE - 14), name[-24:], fill=(255, 255, 0))
            whole.paste(cell, (x * SIDE, y * (SIDE + 8)))
    whole.save(path)


def main():
    folder, document = sys.argv[1:3]
    same = known_same()
    with open(os.path.join(folder, "all.csv"), newline="") as file:
        images = {row["id"]: os.path.join(folder, "memes", row["image"]) for row in csv.DictReader(file)}
    with open(os.path.join(folder, "made.txt")) as file:
        made = file.read().strip()
    held = True
    for line in made.splitlines()[2:]:
        seed, _, _, percent, wrong = [cell.strip() for cell in line.strip("|").split("|")][:5]
        if seed != "all":
            held = held and float(percent) >= 98 and int(wrong) == 0

    lines = [
        "| Pictures | Number | Joins | of them wrong | in 1,000 | Threshold |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    told, doubtful = [], []
    for feed, title in FEEDS.items():
        with open(os.path.join(folder, feed + ".json")) as file:
            found = json.load(file)
        clusters = [cluster["members"] for cluster in found["templates"]]
        joins = sum(len(members) - 1 for members in clusters)
        wrong = sum(len(parts(members, same)) - 1 for members in clusters)
        count = found["memes"] - len(found["skipped"])
        lines.append(
            f"| {title} | {count:,} | {joins} | {wrong} | {1000 * wrong / count:.1f} | {found['threshold']} |"
        )
        held = held and count >= 1000 and wrong * 1000 <= 2 * count
        if feed == "all":
            doubtful = [members for members in clusters if len(parts(members, same)) > 1]
            told = [", ".join(sorted(part[0] for part in parts(members, same))) for members in doubtful]
    sheet(doubtful, images, os.path.join(folder, "joins.png"))
    with open(os.path.join(folder, "counts.txt")) as file:
        sources = "; ".join(" ".join(line.split()) for line in file.read().strip().splitlines()[:-1])
    text = "\n".join(
        [
            f"{datetime.date.today()}.",
            "",
            made.replace("|---|---|---|---|---|---|---|", "|---|---:|---:|---:|---:|---:|---:|"),
            "",
            *lines,
            "",
            "Wrong among all: " + ("; ".join(f"`{one}`" for one in told) if told else "none") + ".",
            "",
            "Real pictures: " + sources + ".",
        ]
    )
    with open(document) as file:
        before, rest = file.read().split(BEGIN)
    after = rest.split(END)[1]
    with open(document, "w") as file:
        file.write(f"{before}{BEGIN}\n{text}\n{END}{after}")
    print("held" if held else "MISSED")
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()

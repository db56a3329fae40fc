#!/usr/bin/python3
"""Time and memory of `dank inspect` on a long file of JSON lines:
    tests/bench/large_feed.py [--bin FOLDER] [--rows N] [--work FOLDER] [--document FILE]
Three files of N rows (1,000,000): short rows whose pictures are missing, so that each is told with its reason; short rows
that can be used, all of a few hundred pictures; and rows as Reddit's archives hold them, with some sixty fields (2 GB).
With --document the table goes between the markers of that file. Leave the machine alone meanwhile."""

import argparse
import datetime
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

BEGIN, END = "<!-- large feed: begin, written by tests/bench/large_feed.py -->", "<!-- large feed: end -->"
PICTURES = 300
BMP = bytes.fromhex("424d3a0000000000000036000000280000000100000001000000010018000000"
                    "00000400000000000000000000000000000000000000808080ff")


def short_row(draw, number, missing):
    name = f"missing{number:06x}" if missing else f"p{number % PICTURES}"
    return {"id": f"t3_{number:06x}", "title": f"when the title of a meme has its usual length {number}",
            "author": f"user_{draw.randrange(200_000)}", "subreddit": draw.choice(["memes", "dankmemes", "me_irl"]),
            "ups": int(draw.paretovariate(0.7)) % 2**31, "created_utc": 1_500_000_000 + number,
            "url": f"https://i.redd.it/{name}.bmp"}


def archive_row(draw, number):
    row = short_row(draw, number, False)
    row["score"] = row.pop("ups")
    row |= {f"is_{what}": draw.random() < 0.1 for what in (
        "self", "video", "original_content", "meta", "crosspostable", "robot_indexable", "reddit_media_domain")}
    row |= {f"flag_{i}": draw.choice([True, False, None]) for i in range(20)}
    row |= {"permalink": f"/r/{row['subreddit']}/comments/{number:06x}/when_the_title_of_a_meme/",
            "name": row["id"], "domain": "i.redd.it", "num_comments": draw.randrange(2_000), "gilded": 0,
            "author_fullname": f"t2_{draw.randrange(2**31):x}", "author_flair_text": draw.choice([None, "pepe", "OC"]),
            "link_flair_text": draw.choice(["meme", "OC", "repost", None]), "selftext": "", "media": None,
            "thumbnail": f"https://b.thumbs.example.invalid/{draw.getrandbits(160):040x}.jpg", "thumbnail_width": 140,
            "retrieved_on": 1_600_000_000 + number, "subreddit_id": "t5_2zmfe", "subreddit_subscribers": 100_000 + number // 9,
            "all_awardings": [], "gildings": {}, "whitelist_status": "all_ads", "wls": 6, "pwls": 6,
            "upvote_ratio": round(draw.random(), 2),
            "preview": {"enabled": True, "images": [{"id": f"{draw.getrandbits(256):064x}", "variants": {}, "source": {
                "url": f"https://preview.example.invalid/p{number % PICTURES}.bmp?s={draw.getrandbits(160):040x}",
                "width": 1080, "height": 1080}, "resolutions": [
                    {"url": f"https://preview.example.invalid/p.bmp?width={w}&amp;s={draw.getrandbits(160):040x}",
                     "width": w, "height": w} for w in (108, 216, 320, 640)]}]}}
    return row


def write(path, rows, make):
    draw = random.Random(1)
    with open(path, "w") as out:
        for number in range(rows):
            out.write(json.dumps(make(draw, number)) + "\n")


def measured(binary, path):
    """Seconds, and the peak of the resident memory in MB."""
    begin = time.monotonic()
    process = subprocess.Popen([binary, "inspect", path, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    size = 0
    while piece := process.stdout.read(1 << 20):
        size += len(piece)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"inspect ended with {status}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024, size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default="build/bench/bin")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--document", type=pathlib.Path)
    options = parser.parse_args()
    scratch = tempfile.TemporaryDirectory()
    work = options.work or pathlib.Path(scratch.name)
    (work / "memes").mkdir(parents=True, exist_ok=True)
    for i in range(PICTURES):
        (work / f"memes/p{i}.bmp").write_bytes(BMP)
    kinds = [("pictures missing", lambda draw, n: short_row(draw, n, True)),
             ("pictures there", lambda draw, n: short_row(draw, n, False)),
             ("as in an archive, pictures there", archive_row)]
    lines = ["| Rows | Kind | File | Seconds | Peak memory |", "|---:|---|---:|---:|---:|"]
    for place, (kind, make) in enumerate(kinds):
        path = work / f"{place}.ndjson"
        if not path.exists():
            write(path, options.rows, make)
        seconds, peak, _ = measured(pathlib.Path(options.bin) / "dank", path)
        lines.append(f"| {options.rows:,} | {kind} | {path.stat().st_size / 1e6:,.0f} MB | {seconds:.1f} | {peak:.0f} MB |")
        print(lines[-1], flush=True)
    if options.document:
        text = options.document.read_text()
        head, rest = text.split(BEGIN)
        stamp = f"Written {datetime.date.today()} by `tests/bench/large_feed.py`.\n\n"
        options.document.write_text(head + BEGIN + "\n" + stamp + "\n".join(lines) + "\n" + END + rest.split(END)[1])


main()

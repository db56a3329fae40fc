#!/usr/bin/env python3
"""Extracts a sample dataset in parts, kills `dank merge` with SIGKILL at N random moments, lets it end, and compares the
library with the one that a single process made: tests/bench/merge_kills.py [-b FOLDER] [-r SEED] [-p PARTS] [-c COUNT] N

FOLDER holds `dank` and its engine (build/test/bin). SEED repeats the moments of another time; it is printed. A merge of
a sample takes some hundredths of a second, so that a round goes on killing and repeating until one call came to its end: a
round has one kill at least. Ends with 1 where a library differs in a row of features, facts or texts."""
import argparse, os, random, signal, sqlite3, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("-b", default="build/test/bin")
parser.add_argument("-r", type=int, default=random.randrange(2**31))
parser.add_argument("-p", type=int, default=4)
parser.add_argument("-c", type=int, default=400)
parser.add_argument("n", type=int)
asked = parser.parse_args()
chance = random.Random(asked.r)
dank = os.path.abspath(os.path.join(asked.b, "dank"))


def run(*words):
    subprocess.run([dank, "--progress", "none", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def dump(library):
    database = sqlite3.connect(os.path.join(library, "library.sqlite"))
    return [row for query in (
        "SELECT name, image_hash, vector FROM features JOIN backbones ON id = backbone ORDER BY 1, 2",
        "SELECT name FROM backbones ORDER BY 1",
        "SELECT key, value FROM facts WHERE key NOT LIKE 'speed/%' ORDER BY 1",
        "SELECT image_hash, reader, text, confidence, words FROM texts ORDER BY 1, 2",
        "PRAGMA integrity_check") for row in database.execute(query)]


with tempfile.TemporaryDirectory() as work:
    feed = os.path.join(work, "sample", "db.json")
    run("sample", os.path.dirname(feed), "--count", str(asked.c))
    time.sleep(2.1)  # what changed just now is not remembered by its stamp
    extract = ("extract", feed, "--backbone", "classic")
    whole = os.path.join(work, "whole")
    run("--library", whole, *extract)
    expected = dump(whole)
    parts = [os.path.join(work, f"part-{i}") for i in range(1, asked.p + 1)]
    for i, part in enumerate(parts, 1):
        run("--library", part, *extract, "--shard", f"{i}/{asked.p}")
    merge = [dank, "--progress", "none", "merge", *parts, "--no-check", "--into"]
    began = time.monotonic()
    subprocess.run([*merge, os.path.join(work, "timed")], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    if dump(os.path.join(work, "timed")) != expected:
        sys.exit("FAILED without a kill")
    kills = rounds = midway = 0
    while kills < asked.n:
        into = os.path.join(work, f"round-{rounds}")
        rounds += 1
        while True:
            process = subprocess.Popen([*merge, into], stdout=subprocess.DEVNULL)
            if kills < asked.n:
                time.sleep(chance.uniform(0, seconds))
                process.send_signal(signal.SIGKILL)
            code = process.wait()
            if code == 0:
                break
            if code != -signal.SIGKILL:
                sys.exit(f"FAILED: exit code {code}")
            kills += 1
            if os.path.exists(os.path.join(into, "library.sqlite")):
                with sqlite3.connect(os.path.join(into, "library.sqlite")) as database:
                    tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'features'").fetchone()[0]
                    rows = database.execute("SELECT count(*) FROM features").fetchone()[0] if tables else 0
                midway += 0 < rows < 3 * asked.c
        if dump(into) != expected:
            sys.exit(f"FAILED in round {rounds}; seed {asked.r}")
    print(f"{kills} kills in {rounds} rounds, {midway} of them with some rows joined and not all; {len(expected)} rows the "
          f"same each time; a merge takes {seconds * 1000:.0f} ms; seed {asked.r}")

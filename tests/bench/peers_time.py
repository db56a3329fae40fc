#!/usr/bin/python3
"""Seconds of a command as a whole process, and of another beside it in turn:
    peers_time.py --row NAME --rounds N [--preload LIBRARY] [--fresh FOLDER] [--memory] -- COMMAND… [-- OTHER…]

--preload: into both. --fresh: a folder that is removed before each run. --memory: the largest resident set in bytes
instead of seconds. The first run of each is not counted. Prints one line of JSON a round."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time

parts, at = [[]], 0
for word in sys.argv[1:]:
    if word == "--":
        parts.append([])
    else:
        parts[-1].append(word)
parser = argparse.ArgumentParser()
parser.add_argument("--row", required=True)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--preload")
parser.add_argument("--fresh")
parser.add_argument("--memory", action="store_true")
options = parser.parse_args(parts[0])
environment = dict(os.environ, **({"LD_PRELOAD": options.preload} if options.preload else {}))


def run(command):
    if options.fresh:
        shutil.rmtree(options.fresh, ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {said.decode(errors='replace')}")
    return usage.ru_maxrss * 1024 if options.memory else seconds


if not options.memory:
    for command in parts[1:]:
        run(command)
for _ in range(options.rounds):
    for program, command in zip(("dank", "other"), parts[1:]):
        print(json.dumps({"row": options.row, "program": program, "value": run(command)}))

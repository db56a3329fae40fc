#!/usr/bin/env python3
"""Has single calls of `dank` fail, or kills it in the middle of them, and looks at what is left.

    tests/faults/campaign.py [--bin DIR] [--faults N] [--kills N] [--seed S] [--jobs J] [--only OPERATION,…] [--keep DIR]

Each operation (extract, train, resume, convert, export, open) runs once untouched, which counts its calls; then N faults and
N kills are spread evenly over operations, kinds of calls and errors, at places drawn by the seed. After each:

  - a fault ends the command with 0 or 1, never with a crash, "a bug" or no end within two minutes; with 1 it says why;
  - the library passes SQLite's integrity check, and an earlier run, its epochs, evaluation and model are untouched;
  - what ends with 0 is what it would have been, or says what is missing: a picture, or a run's judging;
  - a fault leaves no temporary file, and no file under its final name that is not whole;
  - the same command (after a killed training `dank resume`) then succeeds, with the very bits of the untouched one.

Prints a table; each broken promise on a line of its own, with what repeats it. Ends with 1 when there is one.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import errno
import hashlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
from model_fingerprint import model_fingerprint  # noqa: E402

KINDS = ["write", "fsync", "rename", "open", "read", "change", "memory", "thread"]
ERRORS = {
    "write": ["ENOSPC", "EIO", "EINTR"],
    "fsync": ["EIO", "ENOSPC", "EINTR"],
    "rename": ["ENOSPC", "EIO"],
    "open": ["EMFILE", "EACCES", "EINTR", "EIO"],
    "read": ["EIO", "EINTR"],
    "change": ["ENOSPC", "EIO"],
    "memory": ["ENOMEM"],
    "thread": ["EAGAIN"],
}
KILLED_IN = ["write", "fsync", "rename", "open", "read", "change", "memory"]
TIME_LIMIT = 120  # seconds; the longest operation takes a few
EARLIER = 1  # the run that every prepared library holds


def rows(library, query, *values):
    # As a reader of files: what a kill left in the write-ahead log is taken in.
    with contextlib.closing(sqlite3.connect(library / "library.sqlite")) as database:
        return database.execute(query, values).fetchall()


def features_fingerprint(library):
    return hashlib.sha256(
        repr(rows(library, "SELECT b.name, f.image_hash, f.vector FROM features f JOIN backbones b ON b.id = f.backbone ORDER BY 1, 2")).encode()
    ).hexdigest()


def earlier_run(library):
    """Everything that is kept of the run that was there before."""
    parts = [rows(library, f"SELECT * FROM {table} WHERE run = ? ORDER BY 1, 2", EARLIER) for table in ("runs", "epochs", "evaluations")]
    return hashlib.sha256(repr(parts).encode() + (library / "models" / f"run-{EARLIER}.dankmodel").read_bytes()).hexdigest()


class Broken(Exception):
    """A promise that was not kept."""


Operation = collections.namedtuple("Operation", "name start arguments fingerprint")


class Campaign:
    def __init__(self, bin_folder, work):
        self.dank = str(bin_folder / "dank")
        self.injector = str(bin_folder / "libdank_faults.so")
        self.work = work
        train = ["train", "@sample", "--backbone", "classic", "--preset", "standard", "--epochs", "12", "--patience", "0", "--seed", "5"]
        self.operations = [
            Operation("extract", "empty", ["extract", "@sample", "--backbone", "classic", "--batch", "4"], lambda place: features_fingerprint(place / "library")),
            Operation("train", "trained", train + ["--model", "@out.dankmodel"], lambda place: model_fingerprint(place / "out.dankmodel")),
            Operation("resume", "interrupted", ["resume", "2", "--model", "@out.dankmodel"], lambda place: model_fingerprint(place / "out.dankmodel")),
            Operation("convert", "empty", ["convert", "@sample/posts.csv", "@sample/out.json"], lambda place: (place / "sample/out.json").read_bytes()),
            Operation("export", "trained", ["runs", "export", str(EARLIER), "--out", "@losses.csv"], lambda place: (place / "losses.csv").read_bytes()),
            Operation("open", "trained", ["runs"], lambda place: earlier_run(place / "library")),
        ]
        self.prepare(train)

    def run(self, place, arguments, fault=None):
        """The outcome of one call in `place`: exit code (None: no end), output, errors, counts of calls."""
        environment = dict(os.environ)
        counts = place / "counts"
        if fault is not None:
            environment.update(LD_PRELOAD=self.injector, DANK_FAULT_UNDER=str(place), DANK_FAULT_COUNTS=str(counts))
            counts.unlink(missing_ok=True)
            if fault:
                environment["DANK_FAULT"] = fault
        whole = [argument.replace("@", f"{place}/") if argument.startswith("@") else argument for argument in arguments]
        try:
            done = subprocess.run(
                [self.dank, "--library", f"{place}/library", "--threads", "2", "--progress", "none", *whole],
                capture_output=True, env=environment, timeout=TIME_LIMIT, cwd=place, check=False)  # fmt: skip
        except subprocess.TimeoutExpired:
            return None, "", "", []
        numbers = struct.unpack("<9Q", counts.read_bytes()) if fault is not None else []
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), numbers

    def must(self, place, arguments):
        code, _, said, _ = self.run(place, arguments)
        if code != 0:
            sys.exit(f"dank {' '.join(arguments)} ended with {code} in {place}: {said}")

    def prepare(self, train):
        """The states that operations begin in, made once: nothing there, a finished run, an interrupted one."""
        empty = self.work / "empty"
        empty.mkdir()
        self.must(empty, ["sample", "@sample", "--count", "24", "--seed", "3"])
        memes = json.loads((empty / "sample/db.json").read_text())["_default"]
        with (empty / "sample/posts.csv").open("w") as feed:
            feed.write("id,title,ups\n")
            for meme in memes.values():
                feed.write(f"{meme.get('id', '')},\"{meme.get('title', '')}\",{meme.get('ups', '')}\n")
        trained = self.work / "trained"
        shutil.copytree(empty, trained)
        self.must(trained, [*("2" if word == "12" else word for word in train)])
        interrupted = self.work / "interrupted"
        shutil.copytree(trained, interrupted)
        calls = self.run(interrupted, train, "")[3]
        shutil.rmtree(interrupted)
        shutil.copytree(trained, interrupted)
        self.run(interrupted, train, f"write:{calls[0] // 2}:KILL")
        states = rows(interrupted / "library", "SELECT run, (SELECT count(*) FROM epochs e WHERE e.run = r.run) FROM runs r ORDER BY 1")
        if len(states) != 2 or states[1][1] == 0:
            sys.exit(f"The training could not be interrupted between two epochs: {states}")
        self.earlier = {name: earlier_run(self.work / name / "library") for name in ("trained", "interrupted")}
        self.references, self.calls = {}, {}
        # What is taken while LibTorch is loaded cannot fail without its ending the process; that is known.
        loading = dict(zip(KINDS, self.run(trained, ["doctor"], "")[3]))["memory"]
        self.known = {name: loading for name in ("extract", "train", "resume")}
        for operation in self.operations:
            place = self.fresh(operation, 0)
            code, _, said, calls = self.run(place, operation.arguments, "")
            if code != 0:
                sys.exit(f"{operation.name} fails untouched: {said}")
            self.references[operation.name] = operation.fingerprint(place)
            self.calls[operation.name] = dict(zip(KINDS, calls))
            shutil.rmtree(place)

    def fresh(self, operation, number):
        place = self.work / f"{operation.name}-{number}"
        shutil.copytree(self.work / operation.start, place)
        return place

    def judge(self, operation, fault, number):
        """What became of one fault; throws Broken. "told": done, without what could not be read or judged."""
        place = self.fresh(operation, number)
        killed = "KILL" in fault
        code, _, said, calls = self.run(place, operation.arguments, fault)
        if code is None:
            raise Broken("it did not end")
        if not calls or not calls[len(KINDS)]:
            shutil.rmtree(place)
            return "no fault"
        if killed and code != -9:
            raise Broken(f"it outlived its kill with {code}: {said}")
        if not killed and code not in (0, 1):
            raise Broken(f"it ended with {code}: {said}")
        # OpenMP has words of its own for the thread that it cannot have.
        ours = ("dank: ", "libgomp: ") if fault.startswith("thread") else ("dank: ",)
        if "This is a bug" in said or (code == 1 and not any(line.startswith(ours) for line in said.splitlines())):
            raise Broken(f"it said: {said!r}")
        if not killed:
            left = [str(file.relative_to(place)) for file in place.rglob(".dank-*.tmp")]
            if left and not fault.startswith("change"):  # where unlink fails, something is left
                raise Broken(f"it left {left}")
        library = place / "library"
        if (library / "library.sqlite").exists():
            verdict = rows(library, "PRAGMA integrity_check")
            if verdict != [("ok",)] or rows(library, "PRAGMA foreign_key_check"):
                raise Broken(f"the library is damaged: {verdict}")
            if operation.start in self.earlier and earlier_run(library) != self.earlier[operation.start]:
                raise Broken("the earlier run is another")
        for model in place.rglob("*.dankmodel"):
            model_fingerprint(model)  # throws where it is torn
        kind, _, error = fault.split(":")[:3]
        # A picture is left out, or a run is kept without its judging.
        told = not killed and (
            (kind in ("open", "read") and os.strerror(getattr(errno, error)) in said) or "it could not be judged" in said
        )
        if code == 0 and not told and operation.fingerprint(place) != self.references[operation.name]:
            raise Broken(f"it ended with 0 and another result, and said {said!r}")

        again = operation.arguments
        if operation.name in ("train", "resume") and code != 0:
            last = rows(library, "SELECT max(run), (SELECT count(*) FROM epochs e WHERE e.run = max(r.run)) FROM runs r")[0]
            unfinished = json.loads(self.run(place, ["runs", "--json"])[1])["runs"]
            state = next(run["state"] for run in unfinished if run["run"] == last[0])
            if last[0] > EARLIER and state in ("interrupted", "failed", "stopped") and last[1] > 0:
                again = ["resume", str(last[0]), "--model", "@out.dankmodel"]
            elif operation.name == "resume" and state == "done":
                shutil.copy(library / "models/run-2.dankmodel", place / "out.dankmodel")
                again = ["runs"]
        elif operation.name == "resume":
            again = ["runs"]  # it is finished
        code_again, _, said_again, _ = self.run(place, again)
        if code_again != 0:
            raise Broken(f"afterwards `{' '.join(again)}` ended with {code_again}: {said_again}")
        if operation.name == "resume" and told:
            pass  # it is finished, as it said
        elif operation.fingerprint(place) != self.references[operation.name]:
            raise Broken(f"afterwards `{' '.join(again)}` gave another result")
        shutil.rmtree(place)
        return "killed" if killed else "refused" if code == 1 else "told" if told else "harmless"

    def draw(self, names, left_out, count, kills, dice):
        """`count` faults, spread evenly over operations, kinds and errors."""
        groups = [
            (operation, kind, error)
            for operation in self.operations if not names or operation.name in names
            for kind in (KILLED_IN if kills else KINDS) if self.calls[operation.name][kind] and (kills or kind not in left_out)
            for error in (["KILL"] if kills else ERRORS[kind])
        ]  # fmt: skip
        dice.shuffle(groups)
        drawn = []
        for i in range(count):
            operation, kind, error = groups[i % len(groups)]
            calls = self.calls[operation.name][kind]
            first = self.known.get(operation.name, 0) + 1 if kind == "memory" and not kills else 1
            if first > calls:
                continue
            stays = not kills and error != "EINTR" and kind != "thread" and dice.random() < 0.2
            stays = stays or (kind == "thread" and dice.random() < 0.5)
            if kind == "thread":  # the engine asks for all that it may need before it is loaded; no library is asked later
                calls = min(calls, 4 * len(os.sched_getaffinity(0)))
            drawn.append((operation, f"{kind}:{dice.randint(first, calls)}:{error}{':on' if stays else ''}"))
        return drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--bin", default="build/test/bin", type=pathlib.Path, help="holds dank, its engine and libdank_faults.so")
    parser.add_argument("--faults", default=200, type=int)
    parser.add_argument("--kills", default=100, type=int)
    parser.add_argument("--seed", default=1, type=int)
    parser.add_argument("--jobs", default=1, type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--leave-out", default="", metavar="KIND,…", help="kinds of calls that do not fail")
    parser.add_argument("--keep", type=pathlib.Path, help="leave the folders of broken promises there")
    parser.add_argument("--one", help="OPERATION=FAULT, as a broken promise is printed")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="dank-faults-", dir=options.keep)).resolve()
    try:
        campaign = Campaign(options.bin.resolve(), work)
        dice = random.Random(options.seed)
        names, left_out = set(filter(None, options.only.split(","))), set(options.leave_out.split(","))
        if options.one:
            name, fault = options.one.split("=")
            drawn = [(next(operation for operation in campaign.operations if operation.name == name), fault)]
        else:
            drawn = campaign.draw(names, left_out, options.faults, False, dice)
            drawn += campaign.draw(names, left_out, options.kills, True, dice)
        table, broken = collections.Counter(), []

        def one(numbered):
            number, (operation, fault) = numbered
            try:
                return operation.name, fault, campaign.judge(operation, fault, number + 1)
            except Exception as problem:  # a file that cannot be read is a broken promise, too
                broken.append(f"{operation.name}={fault}: {problem}")
                print(broken[-1], flush=True)
                return operation.name, fault, "BROKEN"

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for name, fault, outcome in pool.map(one, enumerate(drawn)):
                table[name, fault.split(":")[0], outcome] += 1
        outcomes = ["harmless", "told", "refused", "killed", "no fault", "BROKEN"]
        print(f"{'operation':<10} {'call':<8}" + "".join(f"{outcome:>10}" for outcome in outcomes))
        for name, kind in sorted({key[:2] for key in table}):
            print(f"{name:<10} {kind:<8}" + "".join(f"{table[name, kind, outcome]:>10}" for outcome in outcomes))
        totals = [sum(count for key, count in table.items() if key[2] == outcome) for outcome in outcomes]
        print(f"{'all':<19}" + "".join(f"{total:>10}" for total in totals))
        return 1 if broken else 0
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

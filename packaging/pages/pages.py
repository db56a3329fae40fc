#!/usr/bin/env python3
"""Makes the manual page and the shells' completions of PROGRAM from what its --help says, so that they never lag:
pages.py PROGRAM SKELETON.1.in VERSION OUT. Writes OUT/NAME.1, OUT/NAME.bash, OUT/_NAME and OUT/NAME.fish."""

import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import completions  # noqa: E402
from command_line import ask, lend_ids  # noqa: E402
from manual import manual  # noqa: E402


def main() -> None:
    program, skeleton, version, out = sys.argv[1:]
    os.environ["LC_ALL"] = "C.UTF-8"
    name = Path(program).name
    told = ask(program, [name])
    lend_ids(told)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in {
        f"{name}.1": manual(told, Path(skeleton).read_text(encoding="utf-8"), version),
        f"{name}.bash": completions.bash(told),
        f"_{name}": completions.zsh(told),
        f"{name}.fish": completions.fish(told),
    }.items():
        (folder / file).write_text(text, encoding="utf-8")


main()

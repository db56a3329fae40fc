"""What a program's --help says, as values: for pages.py."""

import re
import subprocess
from dataclasses import dataclass, field

KINDS_OF_FILES = {"FILE", "FEED", "DB", "PATH", "MODEL", "PICTURE", "IN", "OUT", "LIBRARY"}
KINDS_OF_IDS = {"ID", "BACKBONE"}


@dataclass
class Option:
    """An option, or what may stand without one."""

    names: list[str]  # ["-h", "--help"]; of an operand its name alone
    kind: str = ""  # "FILE"; empty where it takes no value
    choices: list[str] = field(default_factory=list)
    limits: str = ""  # "0 to 1024"
    default: str = ""
    many: bool = False
    required: bool = False
    text: str = ""
    suggestions: list[str] = field(default_factory=list)  # for completions; else the choices

    @property
    def value(self) -> str:
        """How the value is completed: "words", "folders", "runs", "files" or "anything"."""
        if self.suggestions:
            return "words"
        if self.kind == "DIR":
            return "folders"
        if self.kind == "RUN":
            return "runs"
        return "files" if self.kind in KINDS_OF_FILES or "." in self.kind else "anything"


@dataclass
class Command:
    path: list[str]  # ["dank", "runs", "show"]
    summary: str = ""
    usage: str = ""
    operands: list[Option] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    commands: list["Command"] = field(default_factory=list)
    example: str = ""

    @property
    def key(self) -> str:
        return " ".join(self.path[1:])

    def all(self):
        """This one and all below it."""
        yield self
        for command in self.commands:
            yield from command.all()


def choices_of(kind: str, text: str) -> list[str]:
    """The words that a value can be: listed by CLI11, by "a|b|c", or in the description as "a, b or c"."""
    if "{" in kind:
        return kind[kind.index("{") + 1 : kind.rindex("}")].split(",")
    if re.fullmatch(r"[a-z0-9_]+(\|[a-z0-9_]+)+", kind):
        return kind.split("|")
    plain = re.sub(r" \([^)]*\)", "", " ".join(text.split()))
    found = re.search(r"(?:^|: )([a-z0-9_]+(?:, [a-z0-9_]+)*),? or ([a-z0-9_]+)(?=[.;,:]|$)", plain) or re.search(
        r"(?:^|: )([a-z0-9_]+(?:, [a-z0-9_]+){2,})(?=[.;]|, or |$)", plain
    )
    return list(dict.fromkeys(word for part in found.groups() for word in part.split(", "))) if found else []


def parse_kind(told: str, option: Option) -> None:
    """Takes apart what stands behind an option's name: KIND:{a,b}=default ... REQUIRED (CLI11), or <FILE> (Qt)."""
    told = told.removeprefix("{false}")  # a flag that can be taken back
    told = re.sub(r" \[b, .*?\]", "", told)  # units of a size
    option.required = bool(re.search(r"\bREQUIRED\b", told))
    told = re.sub(r" ?(REQUIRED|Needs:.*|Excludes:.*)", "", told)
    option.many = told.endswith(" ...")
    told = told.removesuffix(" ...").strip().strip("<>")
    limits = re.search(r":?\w* ?in \[(\S+) - (\S+)\]", told)
    if limits:
        option.limits = f"{limits[1]} to {limits[2]}"
        told = told.replace(limits[0], "")
    if "=" in told and not re.fullmatch(r"[A-Z]+=[A-Z]+", told):
        told, option.default = told.split("=", 1)
    option.choices = option.suggestions = choices_of(told, option.text) if told else []
    option.kind = re.sub(r":(?![A-Za-z]+$).*|:[A-Z ]+$", "", told)


def items(block: list[str]) -> list[tuple[str, str]]:
    """Two columns: each item's name, and its description with its line breaks."""
    found: list[tuple[str, list[str]]] = []
    for line in block:
        # CLI11's description begins in column 30, after a single space where the name is that long.
        entry = re.match(r"^  (\S(?:(?!Needs:|Excludes:|  ).){26}) (\S.*)$", line) or re.match(
            r"^  (\S.*?)(?: {2,}(\S.*))?$", line
        )
        if entry:
            found.append((entry[1], [entry[2]] if entry[2] else []))
        elif line.strip() and found:
            found[-1][1].append(line.strip())
    return [(name, "\n".join(text)) for name, text in found]


def parse_help(path: list[str], text: str) -> Command:
    command = Command(path)
    blocks: dict[str, list[str]] = {"": []}
    heading = ""
    for line in text.splitlines():
        if re.match(r"^[A-Z][A-Za-z ]*:$", line):
            heading = line[:-1]
            blocks[heading] = []
        elif line.startswith("Usage: "):
            command.usage = line.removeprefix("Usage: ")
        else:
            if heading and line and not line.startswith(" "):  # what is said at the end
                heading = "Remarks"
            blocks.setdefault(heading, []).append(line)
    command.summary = " ".join(line for line in blocks[""] if line)
    command.example = "\n".join(line.strip() for line in blocks.get("Example", []) if line.strip())
    for name, described in items(blocks.get("Positionals", []) + blocks.get("Arguments", [])):
        operand = Option([name.split()[0]], text=described)
        parse_kind(name.partition(" ")[2], operand)
        operand.kind = operand.names[0] if operand.kind in ("", "TEXT", "UINT", "INT") else operand.kind
        command.operands.append(operand)
    for name, described in items(blocks.get("Options", [])):
        names = re.match(r"-{1,2}[\w-]+(?:, ?-{1,2}[\w-]+)*", name)
        assert names, f"no option: {name}"
        option = Option(re.split(r", ?", names[0]), text=described)
        parse_kind(name[names.end() :].strip(), option)
        command.options.append(option)
    for name, described in items(blocks.get("Subcommands", [])):
        command.commands.append(Command(path + [name.split()[0]], " ".join(described.split())))
    return command


def lend_ids(program: Command) -> None:
    """Options and operands that take an id without listing them can be what others list."""
    takers = [each for command in program.all() for each in command.options + command.operands if each.kind in KINDS_OF_IDS]
    known = next((each.choices for each in takers if each.choices), [])
    for taker in takers:
        taker.suggestions = taker.choices or known


def ask(program: str, path: list[str]) -> Command:
    """Asks PROGRAM what it and each of its commands takes."""
    told = subprocess.run([program, *path[1:], "--help"], capture_output=True, text=True, check=True).stdout
    command = parse_help(path, told)
    command.commands = [ask(program, below.path) for below in command.commands]
    return command

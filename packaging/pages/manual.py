"""A manual page out of a described command line and a page written by hand around it: for pages.py."""

import re

from command_line import Command, Option


def quoted(text: str) -> str:
    """As roff takes it: dashes that can be copied, no line that begins with a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    return re.sub(r"^\.", "\\\\&.", text.replace("~", "\\(ti"), flags=re.M)


def sentence(text: str) -> str:
    """Ends with a full stop."""
    return text if not text or text.endswith((".", "!", "?", ":")) else text + "."


def described(option: Option) -> str:
    """The description, and what its form alone tells."""
    told = [sentence(re.sub(r"(?<!\.)\n", " ", option.text))]  # a line that ends a sentence stays one
    listed = ", ".join(option.choices)
    if option.choices and "|" not in option.kind and not all(re.search(rf"\b{re.escape(word)}\b", option.text) for word in option.choices):
        told.append(f"One of: {listed}.")
    if option.limits:
        told.append(f"From {option.limits}.")
    if option.default:
        told.append(f"Default: {option.default}.")
    if option.many and option.names[0].startswith("-") and not re.search("again|several", option.text):
        told.append("May be given several times.")
    return quoted(" ".join(filter(None, told))).replace("\n", "\n.br\n")


def item(option: Option) -> str:
    if not option.names[0].startswith("-"):
        head = f"\\fI{quoted(option.names[0])}\\fR" + (" ..." if option.many else "")
    else:
        head = ", ".join(f"\\fB{quoted(name)}\\fR" for name in option.names)
        if option.kind:
            head += f" \\fI{quoted(option.kind)}\\fR"
    return f".TP\n{head}\n{described(option)}\n"


def synopsis(command: Command) -> str:
    line = f"\\fB{' '.join(map(quoted, command.path))}\\fR"
    if any(option.names != ["-h", "--help"] for option in command.options):
        line += " [\\fIOPTION\\fR ...]"
    for operand in command.operands:
        told = f"\\fI{quoted(operand.names[0])}\\fR" + (" ..." if operand.many else "")
        line += f" {told}" if operand.required else f" [{told}]"
    return line


def options_of(command: Command, with_help: bool) -> str:
    return "".join(item(option) for option in command.options if with_help or "--help" not in option.names)


def section(command: Command) -> str:
    page = f".SS {' '.join(command.path[1:])}\n{synopsis(command)}\n.PP\n{quoted(sentence(command.summary))}\n"
    page += "".join(map(item, command.operands)) + options_of(command, False)
    if command.example and len(command.path) == 2:
        page += f".PP\nExample:\n.PP\n.RS 4\n.nf\n{quoted(command.example)}\n.fi\n.RE\n"
    return page + "".join(map(section, command.commands))


def manual(command: Command, skeleton: str, version: str) -> str:
    """SKELETON with @VERSION@, @OPTIONS@ and @COMMANDS@ filled in."""
    parts = {
        "@VERSION@": quoted(version),
        "@OPTIONS@": ("".join(map(item, command.operands)) + options_of(command, True)).rstrip("\n"),
        "@COMMANDS@": "".join(map(section, command.commands)).rstrip("\n"),
    }
    for name, text in parts.items():
        skeleton = skeleton.replace(name, text)
    return skeleton

"""Completions for bash, zsh and fish out of a described command line: for pages.py."""

import re

from command_line import Command, Option

RUNS = "dank runs list --format csv 2>/dev/null | sed -n '2,$s/,.*//p'"  # asked when a run's number is to be completed


def shared(program: Command) -> list[Option]:
    """The options that every command takes too."""
    return [option for option in program.options if not {"--help", "--version"} & set(option.names)]


def options_of(program: Command, command: Command) -> list[Option]:
    own = {name for option in command.options for name in option.names}
    inherited = [] if command is program else [option for option in shared(program) if not own & set(option.names)]
    return command.options + inherited


def long_names(options: list[Option]) -> list[str]:
    return [name for option in options for name in option.names if name.startswith("--")]


def shell_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def short(text: str) -> str:
    """The first sentence, in one line."""
    line = " ".join(text.split())
    return re.split(r"(?<=\w)[.;] ", line)[0]


def bash(program: Command) -> str:
    name = program.path[0]
    function = "_" + name.replace("-", "_")
    keys = [command.key for command in program.all() if command.key]

    def answer(option: Option) -> str:
        return {
            "words": f"words={shell_quoted(' '.join(option.suggestions))}",
            "folders": "kind=folders",
            "files": "kind=files",
            "runs": f"words=$({RUNS})",
            "anything": "kind=",
        }[option.value]

    values, commands = [], []
    for command in program.all():
        for option in options_of(program, command):
            if option.kind:
                asked = "|".join(shell_quoted(f"{command.key} {each}") for each in option.names)
                values.append(f"        {asked}) {answer(option)} ;;")
        names = " ".join(long_names(options_of(program, command)))
        below = " ".join(each.path[-1] for each in command.commands)
        operand = command.operands[0] if command.operands else None
        operands = f"words={shell_quoted(below)}" if below else answer(operand) if operand else "kind="
        commands.append(f"        {shell_quoted(command.key)}) names={shell_quoted(names)} {operands} ;;")
    newline = "\n"
    return f"""# Completion of {name} for bash, made from its --help.

# Whether option $2 of command $1 takes a value; if so, sets words or kind to what it can be.
{function}_value() {{
    case "$1 $2" in
{newline.join(values)}
        *) return 1 ;;
    esac
}}

{function}() {{
    local word key= option= names= words= kind= taking= # taking: the option whose value comes next
    local current=${{COMP_WORDS[COMP_CWORD]}}
    [[ $current != = ]] || current= # --name=value comes as three words
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD - 1}}" =; do
        [[ $word != = ]] || continue
        if [[ $taking ]]; then
            taking=
        elif {function}_value "$key" "$word"; then
            taking=$word
        elif [[ $word != -* ]]; then
            case {shell_quoted("|" + "|".join(keys) + "|")} in *"|${{key:+$key }}$word|"*) key+=${{key:+ }}$word ;; esac
        fi
    done
    words= kind=
    if [[ $taking ]]; then
        {function}_value "$key" "$taking"
    else
        case $key in
{newline.join(commands)}
        esac
    fi
    COMPREPLY=()
    if [[ ! $taking && $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$names" -- "$current")
    elif [[ $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    elif [[ $kind ]]; then
        compopt -o filenames 2>/dev/null
        if [[ $kind == folders ]]; then
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
        fi
    fi
}}
complete -F {function} {name}
"""


def zsh(program: Command) -> str:
    name = program.path[0]
    lines: list[str] = []

    def bare(text: str) -> str:
        return re.sub(r"([\[\]:\\])", r"\\\1", short(text))

    def action(option: Option) -> str:
        return {
            "words": f"({' '.join(option.suggestions)})",
            "folders": "_files -/",
            "files": "_files",
            "runs": f"{{compadd -- ${{(f)\"$({RUNS})\"}}}}",
            "anything": " ",
        }[option.value]

    def specs(option: Option) -> list[str]:
        others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
        told = []
        for each in option.names:
            head = ("*" if option.many else others) + each + ("=" if option.kind and each.startswith("--") else "")
            value = f":{bare(option.kind)}:{action(option)}" if option.kind else ""
            told.append(shell_quoted(f"{head}[{bare(option.text)}]{value}"))
        return told

    def function(command: Command) -> str:
        called = "_" + "_".join(command.path).replace("-", "_")
        arguments = [spec for option in options_of(program, command) for spec in specs(option)]
        if command.commands:
            arguments += ["'1: :->command'", "'*:: :->operand'"]
        for place, operand in enumerate(command.operands):
            if not command.commands:
                where = "*" if operand.many else str(place + 1)
                arguments.append(shell_quoted(f"{where}:{bare(operand.kind or operand.names[0])}:{action(operand)}"))
        lines.append(f"{called}() {{")
        if command.commands:
            lines.append("    local curcontext=$curcontext state line ret=1")
            lines.append("    local -a commands=(")
            lines.extend(f"        {shell_quoted(below.path[-1] + ':' + short(below.summary))}" for below in command.commands)
            lines.append("    )")
        lines.append(f"    _arguments {'-C ' if command.commands else ''}-S \\")
        lines.extend(f"        {spec} \\" for spec in arguments)
        lines.append("        && return 0" if not command.commands else "        && ret=0")
        if command.commands:
            lines.append("    case $state in")
            lines.append("        command) _describe -t commands command commands && ret=0 ;;")
            lines.append("        operand)")
            lines.append("            case $words[1] in")
            for below in command.commands:
                lines.append(f"                {below.path[-1]}) {called}_{below.path[-1].replace('-', '_')} && ret=0 ;;")
            lines.append("            esac ;;")
            lines.append("    esac")
            lines.append("    return ret")
        lines.append("}\n")
        for below in command.commands:
            function(below)
        return called

    called = function(program)
    body = "\n".join(lines)
    return f"#compdef {name}\n# Completion of {name} for zsh, made from its --help.\n\n{body}\n{called} \"$@\"\n"


def fish(program: Command) -> str:
    name = program.path[0]
    at = "__" + name.replace("-", "_") + "_at"
    keys = " ".join(shell_quoted(command.key) for command in program.all() if command.key)
    taking = " ".join(
        shell_quoted(f"{command.key} {each}")
        for command in program.all()
        for option in options_of(program, command)
        if option.kind
        for each in option.names
    )
    lines = [
        f"# Completion of {name} for fish, made from its --help.",
        f"function {at} --argument-names wanted --description 'Whether the words so far name this command'",
        "    set -l key ''",
        "    set -l value 0",
        "    for word in (commandline -opc)[2..]",
        "        if test $value = 1",
        "            set value 0",
        f"        else if contains -- \"$key $word\" {taking}",
        "            set value 1",
        f"        else if contains -- (string trim \"$key $word\") {keys}",
        "            set key (string trim \"$key $word\")",
        "        end",
        "    end",
        "    test \"$key\" = \"$wanted\"",
        "end",
        f"complete -c {name} -f",
    ]
    for command in program.all():
        where = f"complete -c {name} -n {shell_quoted(f'{at} {shell_quoted(command.key)}')}"
        for below in command.commands:
            lines.append(f"{where} -a {below.path[-1]} -d {shell_quoted(short(below.summary))}")
        operand = command.operands[0].value if command.operands and not command.commands else "anything"
        if operand in ("files", "folders"):
            lines.append(f"{where} -a '({'__fish_complete_directories' if operand == 'folders' else '__fish_complete_path'} (commandline -ct))'")
        elif operand == "runs":
            lines.append(f"{where} -a \"({RUNS.replace('$s', chr(92) + '$s')})\"")
        elif operand == "words":
            lines.append(f"{where} -a {shell_quoted(' '.join(command.operands[0].suggestions))}")
        for option in options_of(program, command):
            told = "".join(f" -l {each[2:]}" if each.startswith("--") else f" -s {each[1:]}" for each in option.names)
            if option.kind:
                told += {
                    "words": f" -x -a {shell_quoted(' '.join(option.suggestions))}",
                    "folders": " -x -a '(__fish_complete_directories (commandline -ct))'",
                    "files": " -r -F",
                    "runs": f" -x -a \"({RUNS.replace('$s', chr(92) + '$s')})\"",
                    "anything": " -x",
                }[option.value]
            lines.append(f"{where}{told} -d {shell_quoted(short(option.text))}")
    return "\n".join(lines) + "\n"

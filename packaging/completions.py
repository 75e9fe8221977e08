"""Completions for bash, zsh and fish from the program's own --help, so that they cannot fall behind it."""

import re
import subprocess
import sys
from pathlib import Path

HEADING = "# Made from `kinfold --help` by packaging/completions.py.\n"


def help_of(program, *verbs):
    return subprocess.run([program, *verbs, "--help"], capture_output=True, text=True, check=True).stdout


def read(text):
    """Options and verbs of one help text, each with the first line of its description."""
    options, verbs, section = {}, {}, ""
    for line in text.splitlines():
        if re.match(r"\S.*:$", line):
            section = line.rstrip(":").lower()
            continue
        entry = re.match(r"  (\S+)(.*)", line)
        if not entry:
            continue
        name, rest = entry.groups()
        words = re.split(r"\s{2,}", rest.strip(), maxsplit=1)[-1] if rest.strip() else ""
        if section == "subcommands":
            verbs[name] = words
        elif section == "options":
            for option in name.split(","):
                if option.startswith("-"):
                    options[option] = (words, bool(re.match(r" (TEXT|INT|UINT|FLOAT|\S*:)", rest)))
    return options, verbs


def tree(program, *path):
    options, verbs = read(help_of(program, *path))
    return {"options": options, "verbs": {verb: (words, tree(program, *path, verb)) for verb, words in verbs.items()}}


def flatten(node, path=()):
    yield path, node
    for verb, (_, below) in node["verbs"].items():
        yield from flatten(below, (*path, verb))


def bash(node):
    cases = "".join(
        f"    '{' '.join(path)}') words='{' '.join([*below['verbs'], *(o for o in below['options'] if o.startswith('--'))])}' ;;\n"
        for path, below in flatten(node))
    verbs = " ".join(sorted({verb for path, _ in flatten(node) for verb in path}))
    return HEADING + f"""_kinfold() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} path='' word words='' known=' {verbs} '
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $known in *" $word "*) path=${{path:+$path }}$word ;; esac
  done
  case $path in
{cases}  esac
  if [[ $current == -* || -z ${{words%%--*}} ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -W "${{words%%--*}}" -- "$current")); fi
  [[ ${{#COMPREPLY[@]}} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}}
complete -o filenames -F _kinfold kinfold
"""


def quoted(text):
    return text.replace("'", "’").replace("[", "(").replace("]", ")").replace(":", " -")


def zsh_function(name, node):
    options = " \\\n    ".join(f"'{option}[{quoted(words)}]{':value:_files' if takes else ''}'" for option, (words, takes) in node["options"].items())
    if not node["verbs"]:
        return f"{name}() {{\n  _arguments -s \\\n    {options} \\\n    '*:file:_files'\n}}\n"
    verbs = " ".join(f"'{verb}:{quoted(words)}'" for verb, (words, _) in node["verbs"].items())
    cases = "\n".join(f"      {verb}) {name}_{verb.replace('-', '_')} ;;" for verb in node["verbs"])
    own = (f"{name}() {{\n  local state line\n  _arguments -C \\\n    {options} \\\n    '1:verb:->verb' '*::rest:->rest'\n"
           f"  case $state in\n    verb) local -a verbs; verbs=({verbs}); _describe verb verbs ;;\n"
           f"    rest) case $line[1] in\n{cases}\n    esac ;;\n  esac\n}}\n")
    return own + "".join(zsh_function(f"{name}_{verb.replace('-', '_')}", below) for verb, (_, below) in node["verbs"].items())


def zsh(node):
    return "#compdef kinfold\n" + HEADING + zsh_function("_kinfold", node) + '_kinfold "$@"\n'


def fish(node):
    lines = [HEADING.rstrip()]
    for path, below in flatten(node):
        seen = " ".join(f"; and __fish_seen_subcommand_from {verb}" for verb in path)
        none = f"; and not __fish_seen_subcommand_from {' '.join(below['verbs'])}" if below["verbs"] else ""
        when = f"true{' ' if seen else ''}{seen.strip()}{none}".replace("true; and ", "", 1)
        for verb, (words, _) in below["verbs"].items():
            lines.append(f"complete -c kinfold -f -n '{when}' -a {verb} -d '{quoted(words)}'")
        for option, (words, takes) in below["options"].items():
            kind = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
            lines.append(f"complete -c kinfold -n '{when}' {kind}{' -r' if takes else ''} -d '{quoted(words)}'")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    program, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    whole = tree(program)
    for name, make in (("kinfold.bash", bash), ("_kinfold", zsh), ("kinfold.fish", fish)):
        (folder / name).write_text(make(whole), encoding="utf-8")

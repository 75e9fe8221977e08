"""Completions for bash, zsh and fish from the program's own --help, so that they cannot fall behind it."""

import re
import subprocess
import sys
from pathlib import Path

HEADING = "# Made from `kinfold --help` by packaging/completions.py.\n"


def help_of(program, *verbs):
    return subprocess.run([program, *verbs, "--help"], capture_output=True, text=True, check=True).stdout


def read(text):
    """Options and verbs of one help text: an option's words, whether it takes a value, and which values there are.

    What does not fit into the column of names has its words on the next line.
    """
    options, verbs, section, last = {}, {}, "", None
    for line in text.splitlines():
        if re.match(r"\S.*:$", line):
            section, last = line.rstrip(":").lower(), None
        elif last is not None and re.match(r" {30}\S", line):
            options.update({name: (line.strip(), *options[name][1:]) for name in last if not options[name][0]})
        elif section == "subcommands" and (entry := re.match(r"  (\S+)\s{2,}(.*)", line)):
            verbs[entry[1]] = entry[2]
        elif section not in ("positionals", "examples") and (entry := re.match(r"  (-\S+)(.*)", line)):
            fits = len(line) > 30 and line[29] == " " and line[30] != " " and line[:30].strip().startswith("-")
            spec, words = (line[:30], line[30:]) if fits else (line, "")
            values = re.search(r"TEXT:\{([^}]*)\}", spec)
            takes = bool(re.search(r" (TEXT|INT|UINT|FLOAT)\b", spec))
            last = [name for name in entry[1].split(",") if name.startswith("-")]
            options.update({name: (words, takes, values[1].split(",") if values else []) for name in last})
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
        f"    '{' '.join(path)}') verbs='{' '.join(below['verbs'])}' options='{' '.join(o for o in below['options'] if o.startswith('--'))}' ;;\n"
        for path, below in flatten(node))
    known = " ".join(sorted({verb for path, _ in flatten(node) for verb in path}))
    chosen = "".join(f"    '{' '.join([*path, option])}') COMPREPLY=($(compgen -W '{' '.join(values)}' -- \"$current\")); return ;;\n"
                     for path, below in flatten(node) for option, (_, _, values) in below["options"].items() if values)
    taking = "|".join(f"'{' '.join([*path, option])}'" for path, below in flatten(node) for option, (_, takes, values) in below["options"].items() if takes and not values)
    return HEADING + f"""_kinfold() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} path='' word verbs='' options='' known=' {known} '
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $known in *" $word "*) path=${{path:+$path }}$word ;; esac
  done
  case "${{path:+$path }}${{COMP_WORDS[COMP_CWORD-1]}}" in
{chosen}    {taking}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case $path in
{cases}  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $verbs ]]; then COMPREPLY=($(compgen -W "$verbs" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}}
complete -o filenames -F _kinfold kinfold
"""


def quoted(text):
    return text.replace("'", "’").replace("[", "(").replace("]", ")").replace(":", " -")


def zsh_function(name, node):
    what = {option: f":value:({' '.join(values)})" if values else ":value:_files" if takes else "" for option, (_, takes, values) in node["options"].items()}
    options = " \\\n    ".join(f"'{option}[{quoted(words)}]{what[option]}'" for option, (words, _, _) in node["options"].items())
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
        for option, (words, takes, values) in below["options"].items():
            kind = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
            value = f" -x -a '{' '.join(values)}'" if values else " -r -F" if takes else ""
            lines.append(f"complete -c kinfold -n '{when}' {kind}{value} -d '{quoted(words)}'")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    program, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    whole = tree(program)
    for name, make in (("kinfold.bash", bash), ("_kinfold", zsh), ("kinfold.fish", fish)):
        (folder / name).write_text(make(whole), encoding="utf-8")

#!/usr/bin/env python3
"""Holds the include graph of src/ against the DEPENDS of each room, and the walls against both.

    check_tree.py ROOT

Prints every breach with its place and ends with 1 if there is one.
"""
import pathlib
import re
import sys

# Wall of DESIGN.md: the research side can reach nothing that knows a name or unlocks a holding.
RESEARCH_SIDE = ("research", "evaluation", "disclosure")
OUT_OF_REACH = ("identity", "person", "holding", "seal")
SOURCE_SUFFIXES = {".h", ".cc", ".in", ".S"}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
# One door: the only files that may call what decrypts. Data at rest is opened in holding alone, a sealed file by
# the one verb that receives it; custody and key_file open a site's own keys.
DECRYPTING = {
    r"crypto_\w+_(?:open|decrypt|init_pull|pull)\w*":
        {"holding/cipher.cc", "seal/age.cc", "seal/custody.cc", "seal/key_file.cc",
         "seal/state_file.cc"},  # the console's own accounts and sessions, which are no holding
    r"\bStateFile\b": {"seal/state_file.cc", "seal/state_file.h", "console/accounts.cc", "console/sessions.cc", "console/sessions.h",
                       "console/console.cc"},
    r"\b(?:unwrap|open_stream)\s*\(": {"holding/cipher.cc", "holding/cipher_internal.h", "holding/door.cc", "holding/records.cc",
                                       "seal/age.cc"},  # age has an unwrap of its own, of a file key
    r"\bage_(?:decrypt|opened)\s*\(": {"seal/age.cc", "seal/age.h", "seal/package.cc"},
    r"\bopen_(?:package|sealed)\s*\(": {"seal/package.cc", "seal/package.h", "site/receive.cc"},
}
KEYWORDS = {"SOURCES", "DEPENDS", "USES", "PUBLIC_USES"}


def cmake_text(path):
    return "\n".join(line.split("#", 1)[0] for line in path.read_text(encoding="utf-8").splitlines())


def depends_of(text, room):
    """The DEPENDS of kinfold_add_room(room ...), or None if there is no such call."""
    call = re.search(r"kinfold_add_room\s*\(\s*" + re.escape(room) + r"\b([^)]*)\)", text)
    if call is None:
        return None
    names, inside = [], False
    for word in call.group(1).split():
        if word in KEYWORDS:
            inside = word == "DEPENDS"
        elif inside:
            names.append(word)
    return names


def closure(depends, room):
    reached, waiting = set(), list(depends.get(room, ()))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(depends.get(name, ()))
    return reached


def read_rooms(root, breaches):
    depends = {}
    for folder in sorted(path for path in (root / "src").iterdir() if path.is_dir()):
        room, lists = folder.name, folder / "CMakeLists.txt"
        if not lists.exists():
            if any(folder.iterdir()):
                breaches.append(f"src/{room}: has files and no CMakeLists.txt, so nothing builds them")
            continue
        text = cmake_text(lists)
        names = depends_of(text, room)
        if names is None:
            breaches.append(f"src/{room}/CMakeLists.txt: has no kinfold_add_room({room} ...)")
            continue
        depends[room] = names
        for target in set(re.findall(r"\bkinfold(?:::|_)(\w+)", text)):
            if (root / "src" / target).is_dir() and target != room and target not in names:
                breaches.append(f"src/{room}/CMakeLists.txt: links {target} beside DEPENDS")
    return depends


def check_graph(depends, breaches):
    for room, names in depends.items():
        for name in names:
            if name not in depends:
                breaches.append(f"src/{room}/CMakeLists.txt: depends on {name}, which is no room")
        reached = closure(depends, room)
        if room in reached:
            breaches.append(f"src/{room}/CMakeLists.txt: depends on itself, through others")
        if room in RESEARCH_SIDE:
            for name in OUT_OF_REACH:
                if name in reached:
                    breaches.append(f"src/{room}: the research side reaches {name}")


def check_includes(root, depends, breaches):
    for room in depends:
        allowed = closure(depends, room) | {room}
        for path in sorted((root / "src" / room).rglob("*")):
            if path.suffix not in SOURCE_SUFFIXES:
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found = INCLUDE.match(line)
                if found is None:
                    continue
                included, place = found.group(1), f"{path.relative_to(root)}:{number}"
                owner = included.split("/", 1)[0]
                if not re.fullmatch(r"[a-z_]+/[\w.]+", included) or not (root / "src" / owner).is_dir():
                    breaches.append(f'{place}: "{included}" is not "room/file.h"')
                elif owner not in allowed:
                    breaches.append(f"{place}: {room} includes {owner}, which its DEPENDS does not reach")
                elif owner != room and included.endswith("_internal.h"):
                    breaches.append(f"{place}: {included} is private to {owner}")


def check_one_door(root, breaches):
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in {".h", ".cc"}:
            continue
        name = str(path.relative_to(root / "src"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = line.split("//", 1)[0]
            for call, allowed in DECRYPTING.items():
                if name not in allowed and re.search(call, code):
                    breaches.append(f"src/{name}:{number}: decrypts; only {', '.join(sorted(allowed))} may")


def check_every_test_is_built(root, breaches):
    for pattern in ("tests/**/*_test.cc", "bench/**/*_bench.cc", "fuzz/**/*_fuzz.cc"):
        for path in sorted(root.glob(pattern)):
            lists = path.parent / "CMakeLists.txt"
            text = cmake_text(lists) if lists.exists() else ""
            globbed = f"*{path.stem[path.stem.rfind('_'):]}.cc" in text
            if path.name not in text and path.stem not in text and not globbed:
                breaches.append(f"{path.relative_to(root)}: no CMakeLists.txt beside it builds it")


def check(root):
    root, breaches = pathlib.Path(root), []
    depends = read_rooms(root, breaches)
    check_graph(depends, breaches)
    check_includes(root, depends, breaches)
    check_one_door(root, breaches)
    check_every_test_is_built(root, breaches)
    return breaches


if __name__ == "__main__":
    found_breaches = check(sys.argv[1])
    print("\n".join(found_breaches) or "every include is in the reach of its room's DEPENDS")
    sys.exit(1 if found_breaches else 0)

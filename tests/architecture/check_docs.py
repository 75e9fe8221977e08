#!/usr/bin/env python3
"""Every path, link, make target and test that the documents name is there.

    check_docs.py ROOT

Read: README.md and its neighbours, and docs/. Paths are relative links, and code spans that start with
a folder of the repository or name a file at its top. `a/*` needs one match; spans with blanks, <...>,
{...} or an ellipsis are no paths. Tests are code spans like `Suite.SaysWhatHolds`. Prints every breach and ends with 1 if there is one.
"""
import pathlib
import re
import sys

TOP_FOLDERS = ("src", "tests", "docs", "scripts", "charters", "cmake", "bench", "fuzz", "models", "plans", ".ci")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
TEST = re.compile(r"[A-Z]\w+\.[A-Z]\w+")
NO_PATH = re.compile(r"[\s<>{}…]|\.\.\.|NNNN")


def documents(root):
    yield from sorted(path for path in root.glob("*.md"))
    yield from sorted((root / "docs").rglob("*.md"))


def without_blocks(text):
    """Fenced blocks hold commands, with paths of the reader's own; lines keep their numbers."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            inside = not inside
            kept.append("")
        else:
            kept.append("" if inside else line)
    return kept


def is_there(root, name):
    name = re.sub(r":\d+(-\d+)?$", "", name).rstrip("/")
    return any(True for _ in root.glob(name)) if any(c in name for c in "*?[") else (root / name).exists()


def make_targets(root):
    makefile = root / "Makefile"
    text = makefile.read_text(encoding="utf-8") if makefile.exists() else ""
    return set(re.findall(r"^([a-z][\w-]*):", text, flags=re.MULTILINE))


def tests(root):
    found = set()
    for source in (root / "tests").rglob("*.cc"):
        found.update(".".join(names) for names in re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", source.read_text(encoding="utf-8"), flags=re.MULTILINE))
    return found


def check(root):
    root = pathlib.Path(root)
    breaches, targets, known_tests = [], make_targets(root), tests(root)
    for document in documents(root):
        place = document.relative_to(root)
        for number, line in enumerate(without_blocks(document.read_text(encoding="utf-8")), 1):
            for span in CODE.findall(line):
                command = re.fullmatch(r"make ([a-z][\w-]*)", span)
                if command and command.group(1) not in targets:
                    breaches.append(f"{place}:{number}: there is no `{span}`")
                if TEST.fullmatch(span) and span not in known_tests:
                    breaches.append(f"{place}:{number}: there is no test `{span}`")
                if NO_PATH.search(span) or span.split("/", 1)[0] not in TOP_FOLDERS or "/" not in span:
                    continue
                if not is_there(root, span):
                    breaches.append(f"{place}:{number}: `{span}` is not there")
            for link in LINK.findall(line):
                if re.match(r"[a-z]+:", link) or link.startswith("#"):
                    continue
                if not (document.parent / link.split("#", 1)[0]).exists():
                    breaches.append(f"{place}:{number}: the link to {link} leads nowhere")
    return breaches


if __name__ == "__main__":
    found_breaches = check(sys.argv[1])
    print("\n".join(found_breaches) or "every path that the documents name is there")
    sys.exit(1 if found_breaches else 0)

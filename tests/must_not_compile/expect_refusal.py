#!/usr/bin/env python3
"""Compiles a file twice: as it is, which must work, and with -DOFFENCE, which must be refused for the
reason that the file gives in a line `// REFUSED: part of the compiler's message`.

    expect_refusal.py FILE COMPILER FLAGS...
"""
import pathlib
import re
import subprocess
import sys

source, command = sys.argv[1], [*sys.argv[2:], "-fsyntax-only"]
reasons = re.findall(r"^// REFUSED: (.+)$", pathlib.Path(source).read_text(encoding="utf-8"), flags=re.MULTILINE)
if not reasons:
    sys.exit(f"{source}: says no reason in a line `// REFUSED: ...`")


def compiled(*flags):
    return subprocess.run([*command, *flags, source], capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})


plain = compiled()
if plain.returncode != 0:
    sys.exit(f"{source}: must compile without the offence, and does not:\n{plain.stderr}")
offence = compiled("-DOFFENCE")
if offence.returncode == 0:
    sys.exit(f"{source}: compiles with the offence")
for reason in reasons:
    if reason not in offence.stderr:
        sys.exit(f"{source}: is refused, but not because of '{reason}':\n{offence.stderr}")

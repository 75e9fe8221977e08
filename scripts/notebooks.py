#!/usr/bin/env python3
"""Executes the notebooks of docs/notebooks in order, each in a fresh kernel.

    scripts/notebooks.py            says which cells show something else than what is kept; ends with 1 if any does
    scripts/notebooks.py --write    keeps what they show now

Needs the package kinfold and scripts/python-requirements.txt; KINFOLD_DATA names the public data (`make data`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "docs/notebooks"


def executed(path: Path) -> Any:
    """The notebook after a run, without what differs from run to run: counters of time and what a progress bar left."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    # An hour for a kernel to start is for a machine with much else to do.
    NotebookClient(notebook, kernel_name="python3", timeout=None, startup_timeout=3600, resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("data", {}).get("text/html") != ""]
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def shown(cell: Any) -> list[Any]:
    """What a cell shows: HTML where there is some, else text."""
    seen = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        seen.append(data.get("text/html") or data.get("text/plain") or output.get("text") or output.get("ename"))
    return seen


def differences(path: Path) -> list[str]:
    """Which cells show something else now than what is kept."""
    import nbformat

    kept, now = nbformat.read(path, as_version=4), executed(path)
    return [f"{path.name}: cell {n}: kept {shown(a)}, now {shown(b)}" for n, (a, b) in enumerate(zip(kept.cells, now.cells)) if shown(a) != shown(b)]


def main() -> int:
    import nbformat

    found = []
    for path in sorted(FOLDER.glob("*.ipynb")):
        if "--write" in sys.argv[1:]:
            nbformat.write(executed(path), path)
        else:
            found += differences(path)
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

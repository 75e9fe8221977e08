"""The notebooks run, and show what they are kept with."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs/notebooks"


@pytest.fixture(autouse=True)
def public_data() -> None:
    pytest.importorskip("nbclient")
    if not Path(os.environ.get("KINFOLD_DATA", "none"), "evaluation/lalonde.csv").exists():
        pytest.skip("the public data are not here: make data")


def test_the_evaluation_shows_every_figure_it_is_kept_with() -> None:
    import nbformat
    from notebooks import executed, shown

    def rows(notebook: Any) -> set[str]:
        return {row for cell in notebook.cells for text in shown(cell) for row in re.findall(r"<tr.*?</tr>", text, re.S)}

    path = FOLDER / "evaluating-lalonde.ipynb"
    kept = rows(nbformat.read(path, as_version=4))
    assert len(kept) > 30 and kept <= rows(executed(path))


def test_the_linkage_finds_at_least_what_it_is_kept_with() -> None:
    """Not to the letter: a better model moves its weights."""
    import nbformat
    from notebooks import executed, shown

    path = FOLDER / "linking-two-files.ipynb"
    kept, now = nbformat.read(path, as_version=4), executed(path)
    assert [len(shown(cell)) for cell in kept.cells] == [len(shown(cell)) for cell in now.cells]

    def truth(notebook: Any) -> dict[str, float]:
        (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith("truth = ")]
        read: dict[str, float] = ast.literal_eval(shown(cell)[0])
        return read

    assert truth(now)["f1"] >= truth(kept)["f1"] and truth(now)["true_pairs"] == truth(kept)["true_pairs"]

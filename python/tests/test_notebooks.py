"""The notebooks show what they are kept with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "docs/notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_is_kept_with(path: Path) -> None:
    pytest.importorskip("nbclient")
    if not Path(os.environ.get("KINFOLD_DATA", "none"), "evaluation/lalonde.csv").exists():
        pytest.skip("the public data are not here: make data")
    from notebooks import differences

    assert differences(path) == []

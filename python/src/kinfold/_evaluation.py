"""Effects and costs by a plan."""

from __future__ import annotations

import html
import json
import os
from pathlib import Path
from typing import Any

from . import _native
from ._chart import intervals
from ._disclosure import text_of
from ._progress import Progress, Shown
from ._table import Table, html_table, native_table


class Evaluation:
    """What a plan found: estimates, every table of the report, and the report itself."""

    def __init__(self, native: _native.Evaluation, data_name: str) -> None:
        self._native = native
        self._data_name = data_name

    @property
    def estimates(self) -> list[dict[str, Any]]:
        """One dict for each estimated effect, as the command line's ``--json``."""
        return list(json.loads(self._native.estimates_json))

    @property
    def notes(self) -> list[str]:
        """What the reader must know: rows left out, and why."""
        return self._native.notes

    @property
    def outputs(self) -> dict[str, Table]:
        """Every table of the report by its file name without ending. Not checked for disclosure yet."""
        return {id: Table(table) for id, table in self._native.outputs()}

    def summary(self) -> list[str]:
        """The headline in sentences."""
        return self._native.summary()

    def report_html(self) -> str:
        """The report as a page of its own."""
        return self._native.report_html(self._data_name)

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Writes ``report.html`` and one CSV for each table, as the command line does."""
        self._native.write_tables(os.fspath(folder))
        (Path(folder) / "report.html").write_text(self.report_html(), encoding="utf-8", newline="")

    def __repr__(self) -> str:
        return f"<kinfold.Evaluation: {len(self.estimates)} estimates, {len(self._native.outputs())} tables>"

    def _repr_html_(self) -> str:
        names = ["outcome", "subgroup", "method", "estimand", "estimate", "ci_low", "ci_high", "n_treated", "n_comparison"]
        estimates = self.estimates
        rows = [tuple(one[name] for name in names) for one in estimates[:20]]
        sentences = "".join(f"<li>{html.escape(line)}</li>" for line in self.summary()[:6])
        return f"<ul>{sentences}</ul>{self._chart(estimates)}{html_table(names, rows, len(estimates))}"

    @staticmethod
    def _chart(estimates: list[dict[str, Any]]) -> str:
        """The first outcome's estimates, by method and subgroup: other outcomes have other units."""
        own = [one for one in estimates if one["outcome"] == estimates[0]["outcome"] and None not in (one["ci_low"], one["ci_high"])][:20]
        names = [str(one["method"]) if one["subgroup"] == "all" else f"{one['method']}, {one['subgroup']}" for one in own]
        return intervals(names, [one["estimate"] for one in own], [one["ci_low"] for one in own], [one["ci_high"] for one in own],
                         f"estimates of {estimates[0]['outcome']} with their intervals" if own else "")


def evaluate(table: Any, plan: str | os.PathLike[str], *, panel: Any = None, truth: Any = None, threads: int = 0,
             data_name: str | None = None, progress: Progress = None) -> Evaluation:
    """Describes, matches, estimates and counts the costs, as `plan` (TOML: a path, or the text itself) says.

    `table` has one row for each unit; `panel` one for each unit and quarter. What cannot be estimated is a row with
    its reason, not an error. The result is the same on any number of threads.
    """
    people = native_table(table, all_strings=False)
    second = None if panel is None else native_table(panel, all_strings=False)
    third = None if truth is None else native_table(truth, all_strings=False)
    name = data_name or (Path(table).name if isinstance(table, (str, os.PathLike)) else "a table in memory")
    with Shown(progress) as told:
        return Evaluation(_native.evaluate(people, second, third, text_of(plan), threads, told), name)

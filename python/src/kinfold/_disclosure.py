"""The disclosure check of tables that are to leave."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from . import _native
from ._progress import Progress, Shown
from ._table import Table, native_table


def is_text(source: str | os.PathLike[str]) -> TypeGuard[str]:
    """It has a line break or a bracket in it, so that it is no path."""
    return isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("[", "{"))


def text_of(source: str | os.PathLike[str]) -> str:
    """TOML or JSON given as a path, or as the text itself."""
    if is_text(source):
        return source
    from ._errors import MachineError

    try:
        return Path(source).read_text(encoding="utf-8")
    except OSError:
        raise MachineError(f"{Path(source).name} cannot be read; check its name and permissions") from None


def folder_of(source: str | os.PathLike[str]) -> str:
    """The folder of a path; "" for the text itself."""
    if is_text(source):
        return ""
    return str(Path(source).parent)


class Checked:
    """The outcome of a disclosure check. Index it by table for what may be published."""

    def __init__(self, native: _native.Checked) -> None:
        self._native = native

    @property
    def publishable(self) -> bool:
        """Whether every table may be published as protected."""
        return self._native.publishable

    @property
    def ids(self) -> list[str]:
        """The tables that were checked."""
        return self._native.ids

    def __getitem__(self, id: str) -> Table:
        return Table(self._native.table(id))

    def refusals(self, id: str) -> list[str]:
        """Why a table may not be published, and what to do."""
        return self._native.refusals(id)

    def findings(self) -> dict[str, Any]:
        """Everything the check found, as the command line's ``check.json``. Holds true figures: for the checker only."""
        return dict(json.loads(self._native.json))

    def to_csv(self, id: str) -> str:
        """What may be published, as CSV text with [c] for what is hidden."""
        return self._native.public_csv(id)

    def checker_page(self) -> str:
        """The page that an output checker works from. Holds true figures."""
        return self._native.checker_page()

    def __repr__(self) -> str:
        return f"<kinfold.Checked: {', '.join(self._line(id) for id in self.ids)}>"

    def _line(self, id: str) -> str:
        shown, primary, secondary = self._native.counts(id)
        return f"{id}: {shown} figures shown, {primary} fail a rule, {secondary} hidden besides"

    def _repr_html_(self) -> str:
        parts = []
        for id in self.ids:
            parts.append(f"<p>{html.escape(self._line(id))}</p>")
            refused = self.refusals(id)
            parts.append("".join(f"<p>refused: {html.escape(why)}</p>" for why in refused) or self._native.public_html(id))
        return "".join(parts)


def check(table: Any, rules: str | os.PathLike[str], *, released: str | os.PathLike[str] | None = None, id: str = "table",
          progress: Progress = None) -> Checked:
    """Checks a table of counts (or a dict of tables, which are attacked together) against disclosure rules.

    `rules` is TOML, a path or the text itself; `released` the ledger of what was published before. Deterministic.

    >>> counts = {"area": ["North", "South", "West", "all"], "n": [120, 4, 61, 185]}
    >>> checked = check(counts, "[disclosure]\\nthreshold = 10\\n[table.columns.area]\\nrole = 'dimension'\\ntotal = 'all'\\n")
    >>> checked["table"]["n"][1] is None
    True
    """
    tables = table if isinstance(table, Mapping) and not _is_lists(table) else {id: table}
    handles = [(str(name), native_table(own, all_strings=False)) for name, own in tables.items()]
    with Shown(progress) as told:
        return Checked(_native.check(handles, text_of(rules), text_of(released) if released is not None else "", told))


def _is_lists(table: Mapping[Any, Any]) -> bool:
    return all(isinstance(values, (list, tuple)) for values in table.values())

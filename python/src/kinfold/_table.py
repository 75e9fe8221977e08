"""Tables in and out: whatever speaks Arrow, a file, or a dict of lists."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Mapping
from typing import Any

from . import _native
from ._errors import InvalidInput


class Table:
    """A table that Kinfold hands back.

    It speaks Arrow's PyCapsule protocol, so that pyarrow, Polars, pandas and DuckDB take it as it is:
    ``pyarrow.table(t)``, ``polars.DataFrame(t)``, ``pandas.DataFrame.from_arrow(t)``. Text, whole numbers and
    floating-point numbers are handed over without a copy.

    >>> people = Table.of({"id": ["a", "b"], "age": [34, None]})
    >>> people.column_names
    ['id', 'age']
    >>> list(people)
    [('a', 34), ('b', None)]
    """

    def __init__(self, native: _native.Table) -> None:
        self._native = native

    @staticmethod
    def of(source: Any, *, progress: Any = None) -> Table:
        """`source` as a table: a data frame or Arrow table, the path of a CSV or Parquet file, or a dict of lists."""
        return Table(native_table(source, all_strings=False))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return self._native.column_names

    def __len__(self) -> int:
        return len(self._native)

    def __getitem__(self, name: str) -> list[Any]:
        return self._native.column(name)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for begin in range(0, len(self), 1024):
            yield from self._native.rows(begin, begin + 1024)

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table``."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """A ``polars.DataFrame``."""
        import polars

        return polars.DataFrame(self)

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Writes the table as the command line does: UTF-8, commas, LF; what a spreadsheet would run is disarmed."""
        self._native.write_csv(os.fspath(path))

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes the table as the command line does."""
        self._native.write_parquet(os.fspath(path))

    def __repr__(self) -> str:
        return f"<kinfold.Table: {len(self):,} rows of {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        return html_table(self.column_names, self._native.rows(0, 10), len(self))


def shown(value: Any) -> str:
    """One value as people read it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def html_table(names: list[str], rows: list[tuple[Any, ...]], count: int) -> str:
    """A table for a notebook; at most the rows given are shown and the rest is counted."""
    head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(shown(value))}</td>" for value in row) + "</tr>" for row in rows)
    more = f"<p>{count - len(rows):,} more rows</p>" if count > len(rows) else ""
    return f"<div style='overflow-x:auto'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"


def native_table(source: Any, *, all_strings: bool, threads: int = 0, told: _native.Told = None) -> _native.Table:
    """`source` for a room; `all_strings` leaves 007 in a CSV what it is."""
    if isinstance(source, Table):
        return source._native
    if isinstance(source, (str, os.PathLike)):
        return _native.read_file(os.fspath(source), all_strings, threads, told)
    if hasattr(source, "__arrow_c_stream__"):
        return _native.from_arrow(source.__arrow_c_stream__())
    if isinstance(source, Mapping):
        return _native.from_lists({str(name): list(values) for name, values in source.items()})
    raise InvalidInput(
        f"a {type(source).__name__} is no table; pass a pandas or Polars data frame, a pyarrow table, a DuckDB relation, "
        "anything else with __arrow_c_stream__, the path of a CSV or Parquet file, or a dict of lists"
    )

"""The charter: what may be done with whose data, and the notice that says so."""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import dataclass
from typing import Any

from . import _native


def _day(today: datetime.date | None) -> str:
    return (today or datetime.datetime.now(datetime.timezone.utc).date()).isoformat()


@dataclass(frozen=True)
class Answer:
    """What the charter says to a question. True where it allows it.

    >>> bool(Answer(False, "ends", "the programme has ended"))
    False
    """

    allowed: bool
    rule: str
    reason: str

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        return f"{'yes' if self.allowed else 'no'}: {self.reason} ({self.rule})"


class Charter:
    """The executable privacy notice of one programme, read from TOML.

    >>> charter = Charter("charters/family-focus-demo.toml")
    >>> day = datetime.date(2021, 1, 5)
    >>> answer = charter.ask("ons-demo send request to nobody for linkage", today=day)
    >>> answer.allowed
    False
    >>> charter.notice().startswith("#")
    True
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._native = _native.load_charter(os.fspath(path))

    @property
    def title(self) -> str:
        """What the programme is called."""
        return self._native.title

    @property
    def hash(self) -> str:
        """SHA-256 of the charter's text, which every sealed file names."""
        return self._native.hash

    def ask(self, question: str, *, today: datetime.date | None = None) -> Answer:
        """Asks as the command line does: ``ons-demo send request to dwp for linkage``,
        ``dwp hold request for linkage``, ``ons-demo open vault as linkage for rights by ann-1``."""
        return Answer(**self._native.ask(question, _day(today)))

    def notice(self, format: str = "markdown") -> str:
        """The notice that families read: ``markdown``, or ``html`` as a page of its own."""
        if format not in ("markdown", "html"):
            raise ValueError("format is markdown or html")
        return self._native.notice_html() if format == "html" else self._native.notice_markdown()

    def promises(self) -> list[dict[str, Any]]:
        """Every promise of the notice with what keeps it."""
        read = json.loads(self._native.promises_json())
        return list(read["promises"]) if isinstance(read, dict) else list(read)

    def warnings(self, *, today: datetime.date | None = None) -> list[str]:
        """What a reader should know although the charter is valid."""
        return self._native.warnings(_day(today))

    def __str__(self) -> str:
        return self._native.words(_day(None))

    def __repr__(self) -> str:
        return f"<kinfold.Charter: {self.title}, version {self._native.version}, {self._native.starts} to {self._native.ends}>"

    def _repr_markdown_(self) -> str:
        return self.notice()

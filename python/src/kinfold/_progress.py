"""Progress of long work: a line in a terminal, a bar in a notebook, or whatever one passes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from . import _native

Progress = bool | Callable[[str, int, int], None] | None

_SHOWN_AFTER_SECONDS = 0.5


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    got = shell.get_ipython() if shell is not None else None
    return got is not None and "IPKernelApp" in getattr(got, "config", {})


class Shown:
    """Shows what it is told for as long as it is entered: ``with Shown(progress) as told: native(..., told)``.

    True: always; None: where somebody looks (a terminal or a notebook) and it takes more than half a second; False:
    never; a function is called with stage, done and total.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begin = time.monotonic()
        self._handle: Any = None
        self._drawn = False

    def __enter__(self) -> _native.Told:
        if self._progress is False:
            return None
        if callable(self._progress):
            return self._progress
        self._notebook = _in_notebook()
        if self._progress is None and not self._notebook and not sys.stderr.isatty():
            return None
        return self._draw

    def _draw(self, stage: str, done: int, total: int) -> None:
        if self._progress is None and time.monotonic() - self._begin < _SHOWN_AFTER_SECONDS:
            return
        seconds = time.monotonic() - self._begin
        share = done / total if total > 1 else None
        if self._notebook:
            from IPython.display import HTML, display

            value = f" value='{share:.3f}'" if share is not None else ""
            bar = HTML(f"<progress{value}></progress> {stage} {seconds:.0f} s")
            if self._handle is None:
                self._handle = display(bar, display_id=True)
            else:
                self._handle.update(bar)
        else:
            filled = "" if share is None else " [" + "#" * int(share * 30) + "." * (30 - int(share * 30)) + f"] {share:4.0%}"
            sys.stderr.write(f"\r\x1b[K{stage}{filled} {seconds:.0f} s")
            sys.stderr.flush()
        self._drawn = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._drawn:
            return
        if self._handle is not None:
            from IPython.display import HTML

            self._handle.update(HTML(""))
        else:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

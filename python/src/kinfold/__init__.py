"""Record linkage, evaluation and disclosure control: the engine of the command ``kinfold``, with the same results.

Tables go in as they are (pandas, Polars, pyarrow, DuckDB relations, paths of CSV and Parquet files) and come out as
Arrow. Long work shows its progress, lets other threads run, and ends at Ctrl-C.
"""

from __future__ import annotations

import atexit as _atexit

from . import _native
from ._charter import Answer, Charter
from ._disclosure import Checked, check
from ._errors import Error, InternalError, InvalidInput, MachineError, Refused
from ._evaluation import Evaluation, evaluate
from ._linkage import Explanation, Linker, Links, Model, draw_review, link, link_files, review_page
from ._table import Table

__version__: str = _native.version
__all__ = [
    "Answer", "Charter", "Checked", "Error", "Evaluation", "Explanation", "InternalError", "InvalidInput", "Linker", "Links",
    "MachineError", "Model", "Refused", "Table", "check", "draw_review", "evaluate", "link", "link_files", "review_page",
]

_atexit.register(_native.stop_tasks)

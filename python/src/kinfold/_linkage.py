"""Linking two files, or finding the duplicates in one."""

from __future__ import annotations

import html
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import _native
from ._chart import stacked_bars, waterfall
from ._disclosure import folder_of, text_of
from ._progress import Progress, Shown
from ._table import Table, html_table, native_table


class Model:
    """What to compare, how, and how much each agreement is worth.

    `source` is a path, or the text itself: Kinfold's TOML, or a model that Splink saved
    (``linker.misc.save_model_to_json``). Without one it is the starting model for people, which finds its columns by
    common names and needs no tuning. Tables of frequencies that a model names are looked for in its own folder.

    >>> Model().fitted
    False
    """

    def __init__(self, source: str | os.PathLike[str] | None = None) -> None:
        self._native = _native.people_model() if source is None else _native.parse_model(text_of(source), folder_of(source))

    @staticmethod
    def _of(native: _native.Model) -> Model:
        own = Model.__new__(Model)
        own._native = native
        return own

    @staticmethod
    def coerce(model: Any) -> Model:
        """`model` itself, or read from a path, text, or a dict of Splink's settings."""
        if isinstance(model, Model):
            return model
        return Model(json.dumps(model) if isinstance(model, dict) else model)

    @property
    def name(self) -> str:
        return self._native.name

    @property
    def fitted(self) -> bool:
        """Whether m, u and the match rate were estimated (or given): scores then follow from the model alone."""
        return self._native.fitted

    @property
    def match_rate(self) -> float:
        """Share of all random pairs that match; 0 where it is not known yet."""
        return self._native.match_rate

    @property
    def notes(self) -> list[str]:
        """What a reader of a foreign model left out."""
        return self._native.notes

    def levels(self) -> Table:
        """Every level of every comparison with its m, u and weight."""
        return Table(self._native.levels())

    def to_toml(self) -> str:
        """The model as the file that the command line writes and reads."""
        return self._native.to_toml()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model; the same bytes as the command line's ``model.toml``."""
        Path(path).write_bytes(self.to_toml().encode("utf-8"))

    def __repr__(self) -> str:
        return f"<kinfold.Model: {self.name}, {'fitted' if self.fitted else 'not fitted'}>"

    def _repr_html_(self) -> str:
        levels = self.levels()
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{html_table(levels.column_names, list(levels), len(levels))}"


@dataclass(frozen=True)
class Explanation:
    """Why a pair weighs what it does: from the prior to the answer, in bits, each of which doubles the odds."""

    prior_bits: float
    related_bits: float
    weight_bits: float
    probability: float
    steps: Table

    def _lines(self) -> list[tuple[str, float]]:
        lines = [("two records drawn at random", self.prior_bits)]
        for comparison, level, _, _, bits, rare in self.steps:
            lines.append((f"{comparison}: {level}" if level else comparison, bits))
            if abs(rare) >= 0.005:
                lines.append((f"{comparison}: a {'rare' if rare > 0 else 'common'} value", rare))
        if self.related_bits < -0.005:
            lines.append(("relatives or namesakes agree like this too", self.related_bits))
        return lines

    def __str__(self) -> str:
        lines = [f"{bits:+8.2f}  {name}" for name, bits in self._lines()]
        return "\n".join([*lines, f"{self.prior_bits + self.weight_bits:+8.2f}  together; probability {self.probability:.6f}"])

    def _repr_html_(self) -> str:
        names, bits = zip(*self._lines())
        return waterfall(list(names), list(bits), f"a pair of probability {self.probability:.4f}, step by step")


class Links:
    """What a run found: pairs, clusters, the fitted model and what it says about itself."""

    def __init__(self, native: _native.Run) -> None:
        self._native = native
        self._report: dict[str, Any] = json.loads(native.report_json)

    @property
    def pairs(self) -> Table:
        """Every pair above the floor: left_id, right_id, weight_bits, probability, linked and the level of each
        comparison. ``linked`` is the answer."""
        return Table(self._native.pairs())

    @property
    def clusters(self) -> Table:
        """The cluster of each record: cluster, source, id."""
        return Table(self._native.clusters())

    @property
    def model(self) -> Model:
        """The fitted model."""
        return Model._of(self._native.model)

    @property
    def threshold(self) -> float:
        """The probability from which a pair was taken."""
        return float(self._report["threshold"])

    @property
    def report(self) -> dict[str, Any]:
        """Counts, threshold and notes, as the command line's ``--json``."""
        return dict(self._report)

    @property
    def blocking_recall(self) -> float:
        """Estimated share of all matches that the blocking rules find."""
        return self._native.blocking_recall

    def blocking(self) -> Table:
        """What each blocking rule brought in."""
        return Table(self._native.blocking())

    def thresholds(self) -> Table:
        """Expected precision, recall and F1 at each threshold, reckoned without a truth."""
        return Table(self._native.thresholds())

    def evaluate(self, truth: str = "", *, pattern: str = "") -> dict[str, float]:
        """Precision, recall and F1 (pairwise) by the column `truth`, in which equal values mean the same person;
        `pattern` is a regular expression whose first group is the person, for it or the id."""
        return self._native.evaluate(truth, pattern)

    def write(self, folder: str | os.PathLike[str]) -> list[str]:
        """Writes what the command line writes to ``--out``; the names of the files."""
        return self._native.write(os.fspath(folder))

    def __repr__(self) -> str:
        own = self._report
        return f"<kinfold.Links: {own['pairs']:,} pairs, {own['clusters']:,} people, threshold {own['threshold']:.3f}>"

    def _repr_html_(self) -> str:
        own = self._report
        rows = [("records", f"{own['left_rows']:,}" + (f" and {own['right_rows']:,}" if own["right_rows"] else "")),
                ("pairs compared", own["candidate_pairs"]), ("pairs linked", own["pairs"]), ("people", own["clusters"]),
                ("threshold", own["threshold"])]
        histogram = Table(self._native.histogram())
        chart = stacked_bars(histogram["weight_bits"], histogram["linked"], histogram["not_linked"], ("linked", "not linked"),
                             "pairs by weight, linked and not")
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in own["notes"])
        return html_table(["", ""], rows, len(rows)) + chart + notes


class Linker:
    """Links two files, or finds the duplicates in one, step by step.

    >>> people = {"id": ["a", "b", "c", "d"], "first_name": ["Ann", "Ann", "Bob", "Cy"],
    ...           "surname": ["Featherstonehaugh", "Featherstonehaugh", "Okonkwo", "Lindqvist"],
    ...           "date_of_birth": ["1980-02-01", "1980-02-01", "1975-07-30", "1991-11-11"]}
    >>> linker = Linker(people)
    >>> links = linker.predict(threshold=0.5)
    >>> [(left, right) for left, right, _, _, linked, *_ in links.pairs if linked]
    [('a', 'b')]
    """

    def __init__(self, left: Any, right: Any = None, model: Any = None, *, id_column: str | None = None, pairing: str = "auto",
                 threads: int = 0, progress: Progress = None) -> None:
        """`left` and `right` are tables (see :class:`Table`) or paths of CSV and Parquet files; without `right`, the
        duplicates within `left` are found. `pairing` says how often a record of two files may be
        linked: auto (it is looked whether a file holds people more than once), one-to-one, one-to-many, many-to-one or many."""
        self._progress = progress
        with Shown(progress) as told:
            self._left = native_table(left, all_strings=True, threads=threads, told=told)
            self._right = None if right is None else native_table(right, all_strings=True, threads=threads, told=told)
        self._model = Model.coerce(model)
        if id_column is not None:
            self._model = Model._of(self._model._native.with_id_column(id_column))
        self._pairing = pairing
        self._threads = threads
        self._links: Links | None = None
        #: How the fit went: converged, iterations, match_rate ... Empty before :meth:`train`.
        self.fit: dict[str, Any] = {}

    @property
    def model(self) -> Model:
        """The model; fitted once :meth:`train` or :meth:`predict` was called."""
        return self._model

    def train(self) -> Model:
        """Fits the model to these files by expectation-maximisation; no truth is used. A model that is fitted
        already comes back as it is."""
        with Shown(self._progress) as told:
            fitted, self.fit = _native.train(self._left, self._right, self._model._native, self._threads, told)
        self._model = Model._of(fitted)
        return self._model

    def predict(self, threshold: float | None = None) -> Links:
        """Scores every pair that blocking finds, decides which are linked, and forms clusters; fits the model first
        where that was not done. `threshold` is a probability; left out, it is chosen so that the expected F1 is
        highest, from the fitted probabilities alone."""
        if threshold is not None and not 0.0 <= threshold <= 1.0:
            raise ValueError("threshold is a probability: between 0 and 1")
        with Shown(self._progress) as told:
            run = _native.link(self._left, self._right, self._model._native, threshold, self._threads, self._pairing, told)
        self._links = Links(run)
        if self._links.model.fitted:
            self._model = self._links.model
        return self._links

    def cluster(self, threshold: float | None = None) -> Table:
        """The cluster of each record: those of the last :meth:`predict`, or of a new one where `threshold` is given."""
        if self._links is None or threshold is not None:
            self.predict(threshold)
        assert self._links is not None
        return self._links.clusters

    def evaluate(self, truth: str = "", *, pattern: str = "") -> dict[str, float]:
        """Precision, recall and F1 of the last :meth:`predict`; see :meth:`Links.evaluate`."""
        if self._links is None:
            self.predict()
        assert self._links is not None
        return self._links.evaluate(truth, pattern=pattern)

    def explain(self, left_id: Any, right_id: Any) -> Explanation:
        """Why the pair of records with these ids weighs what it does, whether or not a blocking rule finds it."""
        if not self._model.fitted:
            self.train()
        with Shown(self._progress) as told:
            got = _native.explain(self._left, self._right, self._model._native, str(left_id), str(right_id), told)
        return Explanation(**{**got, "steps": Table(got["steps"])})

    def save_model(self, path: str | os.PathLike[str]) -> None:
        """Writes the model as TOML, which the command line reads."""
        self._model.save(path)


def link(left: Any, right: Any = None, model: Any = None, *, threshold: float | None = None, id_column: str | None = None,
         pairing: str = "auto", threads: int = 0, progress: Progress = None) -> Links:
    """Links two tables, or finds the duplicates in one: what ``kinfold link`` does, in memory.

    >>> left = {"id": [1, 2], "first_name": ["Ann", "Bob"], "surname": ["Featherstonehaugh", "Okonkwo"],
    ...         "date_of_birth": ["1980-02-01", "1975-07-30"]}
    >>> right = {"id": [7, 8], "first_name": ["Bob", "Ann"], "surname": ["Okonkwo", "Featherstonehaugh"],
    ...          "date_of_birth": ["1975-07-30", "1980-02-01"]}
    >>> [(a, b) for a, b, _, _, linked, *_ in link(left, right, threshold=0.5).pairs if linked]
    [('1', '8'), ('2', '7')]
    """
    linker = Linker(left, right, model, id_column=id_column, pairing=pairing, threads=threads, progress=progress)
    return linker.predict(threshold)


def link_files(left: str | os.PathLike[str], right: str | os.PathLike[str] | None = None, *, out: str | os.PathLike[str],
               model: str | os.PathLike[str] | None = None, truth: str = "", pattern: str = "", threshold: float | None = None,
               pairing: str = "auto", threads: int = 0, progress: Progress = None) -> dict[str, Any]:
    """``kinfold link LEFT RIGHT --out OUT``: files in, files out; what its ``--json`` prints."""
    with Shown(progress) as told:
        text = _native.link_files(os.fspath(left), "" if right is None else os.fspath(right), "" if model is None else os.fspath(model),
                                  os.fspath(out), truth, pattern, threshold, threads, pairing, told)
    return dict(json.loads(text))


def draw_review(run_folder: str | os.PathLike[str], review_folder: str | os.PathLike[str], *, pairs: int = 200, clusters: int = 0,
                seed: int = 1, progress: Progress = None) -> dict[str, Any]:
    """Draws pairs for people to judge, blind, from a folder that :func:`link_files` or the command line wrote: `pairs` by
    chance from each weight band, and so many clusters besides. People's values are in the file that is written."""
    with Shown(progress) as told:
        return _native.draw_review(os.fspath(run_folder), os.fspath(review_folder), pairs, clusters, seed, told)


def review_page(review_folder: str | os.PathLike[str], coder: str) -> str:
    """A page on which `coder` judges the pairs that were drawn; it works offline, and saves its decisions as a file."""
    return _native.review_page(os.fspath(review_folder), coder)

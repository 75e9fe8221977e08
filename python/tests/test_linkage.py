"""Linkage from Python is linkage from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import kinfold
import pandas
import polars
import pyarrow
import pyarrow.csv
import pytest

SAME = ["pairs.csv", "pairs.parquet", "clusters.csv", "clusters.parquet", "model.toml"]


def assert_same_files(one: Path, other: Path) -> None:
    for name in SAME:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@pytest.fixture(scope="module")
def by_command(command: Any, files: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("command")
    command.json("link", *files, "--out", out, "--truth", "person")
    return out


def as_arrow(path: Path) -> pyarrow.Table:
    names = path.read_text().splitlines()[0].split(",")
    texts = pyarrow.csv.ConvertOptions(column_types={name: pyarrow.string() for name in names}, strings_can_be_null=True)
    return pyarrow.csv.read_csv(path, convert_options=texts)


FORMS = {
    "path": lambda path: path,
    "text of a path": str,
    "pyarrow": as_arrow,
    "pyarrow, many batches": lambda path: pyarrow.Table.from_batches(as_arrow(path).to_batches(max_chunksize=100)),
    "pyarrow, a stream": lambda path: as_arrow(path).to_reader(),
    "pyarrow, dictionaries": lambda path: pyarrow.table({name: column.dictionary_encode() for name, column in zip(as_arrow(path).column_names, as_arrow(path).columns)}),
    "pyarrow, 64-bit offsets": lambda path: as_arrow(path).cast(pyarrow.schema([(name, pyarrow.large_string()) for name in as_arrow(path).column_names])),
    "pandas": lambda path: pandas.read_csv(path, dtype=str),
    "polars": lambda path: polars.read_csv(path, infer_schema=False),
    "duckdb": lambda path: duckdb.read_csv(str(path), all_varchar=True),
    "dict of lists": lambda path: as_arrow(path).to_pydict(),
    "kinfold": lambda path: kinfold.Table.of(as_arrow(path)),
}


@pytest.mark.parametrize("form", FORMS)
def test_whatever_the_tables_are_the_files_are_those_of_the_command(form: str, files: Any, by_command: Path, tmp_path: Path) -> None:
    links = kinfold.link(*(FORMS[form](path) for path in files))
    links.write(tmp_path)
    assert_same_files(tmp_path, by_command)


def test_one_file_and_files_to_files(command: Any, files: Any, tmp_path: Path) -> None:
    said = command.json("link", files[0], "--out", tmp_path / "command")
    kinfold.link(files[0]).write(tmp_path / "memory")
    assert_same_files(tmp_path / "command", tmp_path / "memory")
    report = kinfold.link_files(files[0], out=tmp_path / "files")
    assert {name: report[name] for name in ("pairs", "clusters", "threshold")} == {name: said[name] for name in ("pairs", "clusters", "threshold")}
    for name in [*SAME, "manifest.json"]:
        assert (tmp_path / "command" / name).read_bytes() == (tmp_path / "files" / name).read_bytes(), name


def test_training_first_changes_nothing(files: Any, by_command: Path, tmp_path: Path) -> None:
    linker = kinfold.Linker(*files)
    assert not linker.model.fitted
    assert linker.train().fitted and linker.fit["converged"]
    links = linker.predict()
    links.write(tmp_path)
    assert_same_files(tmp_path, by_command)
    linker.save_model(tmp_path / "saved.toml")
    assert (tmp_path / "saved.toml").read_bytes() == (by_command / "model.toml").read_bytes()


def test_a_saved_model_gives_the_same_scores(files: Any, by_command: Path) -> None:
    again = kinfold.link(*files, model=by_command / "model.toml").pairs
    first = kinfold.link(*files).pairs
    assert again["left_id"] == first["left_id"]
    assert again["weight_bits"] == pytest.approx(first["weight_bits"], abs=1e-9)


def test_a_threshold_of_ones_own(command: Any, files: Any, tmp_path: Path) -> None:
    command.json("link", *files, "--out", tmp_path / "command", "--threshold", "0.99", "--pairing", "many")
    kinfold.link(*files, threshold=0.99, pairing="many").write(tmp_path / "python")
    assert_same_files(tmp_path / "command", tmp_path / "python")
    with pytest.raises(ValueError, match="between 0 and 1"):
        kinfold.link(*files, threshold=99)


def test_quality_is_that_of_the_command(command: Any, files: Any, tmp_path: Path) -> None:
    said = command.json("link", *files, "--out", tmp_path, "--truth", "person")
    linker = kinfold.Linker(*files)
    linker.predict()
    assert linker.evaluate("person") == {name: said[name] for name in ("precision", "recall", "f1", "true_pairs")}
    assert said["f1"] > 0.9
    assert linker.cluster().column_names == ["cluster", "source", "id"]


def test_a_pair_is_explained_as_the_command_does(command: Any, files: Any, tmp_path: Path) -> None:
    said = command.json("link", *files, "--out", tmp_path, "--explain", "l3", "r5")["explanation"]
    explained = kinfold.Linker(*files).explain("l3", "r5")
    assert explained.probability == said["probability"] and explained.weight_bits == said["weight_bits"]
    assert explained.steps["comparison"] == [step["comparison"] for step in said["steps"]]
    assert explained.prior_bits + sum(explained.steps["weight_bits"]) + sum(explained.steps["term_frequency_bits"]) + explained.related_bits == pytest.approx(
        explained.prior_bits + explained.weight_bits)
    assert "two records drawn at random" in str(explained)


def test_review_files_are_those_of_the_command(command: Any, files: Any, tmp_path: Path) -> None:
    kinfold.link_files(*files, out=tmp_path / "run")
    drawn = kinfold.draw_review(tmp_path / "run", tmp_path / "python", pairs=5)
    done = command("review", "draw", tmp_path / "run", "--out", tmp_path / "command", "--pairs", "5")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "python" / drawn["file"]).read_bytes() == (tmp_path / "command" / drawn["file"]).read_bytes()
    assert drawn["pairs"] > 0 and "<html" in kinfold.review_page(tmp_path / "python", "ann")
    with pytest.raises(kinfold.InvalidInput):
        kinfold.review_page(tmp_path / "python", "ann/../bob")


def test_numbers_and_dates_are_read_as_their_text(files: Any) -> None:
    typed = polars.read_csv(files[0], try_parse_dates=True)
    assert typed["date_of_birth"].dtype == polars.Date
    assert list(kinfold.link(typed).clusters) == list(kinfold.link(files[0]).clusters)


def test_the_result_is_the_same_on_any_number_of_threads(files: Any) -> None:
    assert list(kinfold.link(*files, threads=1).pairs) == list(kinfold.link(*files, threads=3).pairs)


def test_messages_are_those_of_the_command(command: Any, tmp_path: Path) -> None:
    (tmp_path / "twice.csv").write_text("id,surname\n1,Dunn\n1,Gill\n")
    said = command("link", tmp_path / "twice.csv", "--out", tmp_path / "out")
    with pytest.raises(kinfold.InvalidInput) as raised:
        kinfold.link(tmp_path / "twice.csv")
    assert str(raised.value) in said.stderr and isinstance(raised.value, (kinfold.Error, ValueError))
    assert "Dunn" not in str(raised.value)
    with pytest.raises(kinfold.MachineError):
        kinfold.link(tmp_path / "nowhere.csv")
    with pytest.raises(kinfold.InvalidInput, match="a list is no table"):
        kinfold.link([1, 2])
    with pytest.raises(kinfold.InvalidInput, match="line"):
        kinfold.Model("name = \n")


def test_results_show_themselves_and_escape_what_they_show(files: Any) -> None:
    links = kinfold.link(*files)
    page = links._repr_html_()
    assert "<svg" in page and "pairs linked" in page and "<script" not in page and "http" not in page
    assert "<svg" in kinfold.Linker(*files).explain("l1", "r1")._repr_html_()
    assert "<b>" not in kinfold.Table.of({"<b>x": ["<b>y"]})._repr_html_()
    assert "fitted" in repr(links.model) and "<table" in links.model._repr_html_()

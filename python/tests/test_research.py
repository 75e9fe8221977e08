"""Evaluation, disclosure check and charter from Python are those of the command line."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import kinfold
import polars
import pytest

DAY = datetime.date(2021, 1, 5)


@pytest.fixture(scope="module")
def plan_and_data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("evaluation")
    draw = random.Random(3)
    lines = ["id,treat,age,income,later"]
    for n in range(400):
        treat, age = n % 3 == 0, draw.randint(18, 60)
        income = draw.gauss(20_000, 4_000)
        lines.append(f"{n},{int(treat)},{age},{income:.0f},{income + 1500 * treat + 40 * age + draw.gauss(0, 900):.0f}")
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    (folder / "plan.toml").write_text(PLAN)
    return folder / "plan.toml", folder / "data.csv"


PLAN = """
[plan]
title = "Did it help?"
[treatment]
column = "treat"
treated = "1"
comparison = "0"
[[outcome]]
id = "later"
title = "Income later"
population = "people"
column = "later"
better = "more"
[[covariate]]
column = "age"
[[covariate]]
column = "income"
[[method]]
id = "nearest"
title = "nearest neighbour"
kind = "nearest"
"""


def test_an_evaluation_is_that_of_the_command(command: Any, plan_and_data: Any, tmp_path: Path) -> None:
    plan, data = plan_and_data
    said = command.json("evaluate", data, "--plan", plan, "--out", tmp_path / "command")
    done = kinfold.evaluate(data, plan)
    assert done.estimates == said and said
    done.write(tmp_path / "python")
    names = sorted(path.name for path in (tmp_path / "command").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "python").iterdir()) and "report.html" in names
    for name in names:
        assert (tmp_path / "command" / name).read_bytes() == (tmp_path / "python" / name).read_bytes(), name
    assert kinfold.evaluate(polars.read_csv(data), plan.read_text()).estimates == said
    assert "<table" in done._repr_html_() and done.summary()
    with pytest.raises(kinfold.InvalidInput, match="plan"):
        kinfold.evaluate(data, "[treatment]\ncolumn = 1\n")


def test_a_check_is_that_of_the_command(command: Any, tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text("area,n\nNorth,120\nSouth,4\nWest,61\nall,185\n")
    rules = "[disclosure]\nthreshold = 10\n[table.columns.area]\nrole = \"dimension\"\ntotal = \"all\"\n"
    (tmp_path / "rules.toml").write_text(rules)
    said = command("check", tmp_path / "counts.csv", "--rules", tmp_path / "rules.toml", "--out", tmp_path / "out", "--json")
    checked = kinfold.check(tmp_path / "counts.csv", tmp_path / "rules.toml", id="counts")
    assert (said.returncode == 0) == checked.publishable is True
    assert (tmp_path / "out" / "check.json").read_bytes().decode() == checked._native.json
    assert (tmp_path / "out" / "counts.csv").read_bytes().decode() == checked.to_csv("counts")
    assert (tmp_path / "out" / "check.html").read_bytes().decode() == checked.checker_page()
    assert checked["counts"]["n"][1] is None and checked["counts"]["n"].count(None) >= 2
    assert "[c]" in checked._repr_html_() and "fail a rule" in repr(checked)
    refused = kinfold.check({"area": ["a", "b"], "n": [120, 65], "secret": [1.5, 2.5]}, rules)
    assert not refused.publishable and "column secret: it is not said what its figures are" in refused.refusals("table")[0]
    assert "refused: column secret" in refused._repr_html_()


def test_a_table_without_figures_is_no_table_to_check(command: Any, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("area,secret\na,1.5\nb,2.5\n")
    (tmp_path / "rules.toml").write_text("[disclosure]\nthreshold = 10\n")
    said = command("check", tmp_path / "table.csv", "--rules", tmp_path / "rules.toml", "--out", tmp_path / "out")
    with pytest.raises(kinfold.InvalidInput, match="output table: no column is known to hold figures") as raised:
        kinfold.check({"area": ["a", "b"], "secret": [1.5, 2.5]}, tmp_path / "rules.toml")
    assert said.returncode == 1 and str(raised.value) in said.stderr


def test_a_charter_answers_as_the_command_does(command: Any, root: Path) -> None:
    path = root / "charters/family-focus-demo.toml"
    charter = kinfold.Charter(path)
    question = "ons-demo send request to dwp-demo for linkage"
    said = command("charter", "show", path, "--ask", question + " on 2021-01-05")
    answer = charter.ask(question, today=DAY)
    assert str(answer) in said.stdout + said.stderr
    assert bool(answer) == (said.returncode == 0)
    assert charter.notice() == command("charter", "notice", path).stdout
    assert charter.notice("html") == command("charter", "notice", path, "--format", "html").stdout
    assert charter.promises() and charter._repr_markdown_().startswith("#")
    with pytest.raises(kinfold.InvalidInput):
        charter.ask("what may one do", today=DAY)
    with pytest.raises(kinfold.Error):
        kinfold.Charter(root / "README.md")

"""Every example in a docstring and in a document runs; the types hold."""

from __future__ import annotations

import ast
import doctest
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kinfold
import pytest
from conftest import write_csv

MODULES = ["kinfold._table", "kinfold._linkage", "kinfold._evaluation", "kinfold._disclosure", "kinfold._charter"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    module = importlib.import_module(name)
    ran = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert ran.failed == 0


def test_the_examples_are_there() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name))) > 15


def test_everything_public_says_what_it_does() -> None:
    for name in kinfold.__all__:
        own = getattr(kinfold, name)
        assert own.__doc__, name
        for attribute, member in vars(own).items() if isinstance(own, type) else ():
            if not attribute.startswith("_") and callable(member) and attribute not in ("coerce",):
                assert member.__doc__, f"{name}.{attribute}"


PLAN = Path(__file__).with_name("test_research.py")


@pytest.mark.parametrize("document", ["README.md", "docs/python.md", "docs/coming-from-splink.md"])
def test_python_in_documents(document: str, root: Path, tmp_path: Path, left_and_right: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (root / document).read_text(encoding="utf-8"), re.S)
    assert blocks
    left, right = left_and_right
    write_csv(tmp_path / "left.csv", [{**row, "person_id": row["person"]} for row in left])
    write_csv(tmp_path / "right.csv", [{**row, "person_id": row["person"]} for row in right])
    from test_research import PLAN as plan

    (tmp_path / "plan.toml").write_text(plan)
    (tmp_path / "data.csv").write_text("id,treat,age,income,later\n" + "".join(f"{n},{n % 2},{20 + n % 31},{100 + n % 17},{n % 13 + n % 2}\n" for n in range(200)))
    (tmp_path / "counts.csv").write_text("area,n\nNorth,120\nSouth,40\n")
    (tmp_path / "rules.toml").write_text("[disclosure]\nthreshold = 10\n")
    (tmp_path / "charter.toml").write_text((root / "charters/family-focus-demo.toml").read_text())
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {}
    for block in blocks:
        if "pyspark" not in block and "spark." not in block:
            exec(compile(block, document, "exec"), space)


def test_types_are_clean(root: Path) -> None:
    pytest.importorskip("mypy")
    checked = subprocess.run([sys.executable, "-m", "mypy", "--config-file", str(root / "pyproject.toml"), "--cache-dir", os.devnull,
                              str(root / "python/src/kinfold")], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def _of_stub(body: list[ast.stmt], before: str = "") -> dict[str, list[str]]:
    """The parameters of every function and property of a stub."""
    found: dict[str, list[str]] = {}
    for one in body:
        if isinstance(one, ast.ClassDef):
            found.update(_of_stub(one.body, one.name + "."))
        elif isinstance(one, ast.FunctionDef):
            found[before + one.name] = _parameters(one)
    return found


def _parameters(function: ast.FunctionDef) -> list[str]:
    """Names, in order; those that have none for a caller are a slash."""
    return ["/" for _ in function.args.posonlyargs] + [argument.arg for argument in function.args.args]


def _of_module(own: Any, before: str = "") -> dict[str, list[str]]:
    """The same of the module itself: nanobind keeps the signatures of what it binds, which mypy's stubtest cannot read."""
    found: dict[str, list[str]] = {}
    for name, member in vars(own).items():
        if isinstance(member, type):
            found.update(_of_module(member, member.__name__ + "."))
            continue
        signatures = getattr(member.fget if isinstance(member, property) else member, "__nb_signature__", None)
        if signatures:
            assert len(signatures) == 1, f"{before}{name} is overloaded"
            inside = re.sub(r"= \\\d+", "= None", re.sub(r"^def \w* ?\(", "def own(", signatures[0][0]))
            function = ast.parse(inside + ": ...").body[0]
            assert isinstance(function, ast.FunctionDef)
            found[before + name] = _parameters(function)
    return found


def test_the_stub_is_that_of_the_module(root: Path) -> None:
    stub = _of_stub(ast.parse((root / "python/src/kinfold/_native.pyi").read_text(encoding="utf-8")).body)
    assert len(stub) > 40 and stub == _of_module(kinfold._native)

"""Made-up people with mistakes, the command line, the files of the repository, and Spark."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kinfold
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))  # notebooks.py
COMMAND = Path(os.environ.get("KINFOLD", ROOT / "build/release/src/cli/kinfold"))

_FORENAMES = "Ada Ben Cleo Dan Edith Farid Grace Hugo Iris Jack Kofi Lena Maya Nils Olga Pavel Quinn Rosa Samir Tessa Zoë".split()
_SURNAMES = "Abara Bright Costa Dunn Ellis Farrow Gill Hassan Iqbal Jarvis Kaur Lowe Mistry Novak Okoro Price Quirke Rahman Silva Turner".split()


def people(count: int, seed: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Two lists of `count` records each; nine in ten of the second are somebody of the first, written down again."""
    draw = random.Random(seed)

    def person(n: int) -> dict[str, str]:
        return {
            "person": f"p{n}", "first_name": draw.choice(_FORENAMES), "surname": draw.choice(_SURNAMES) + draw.choice(["", "-Webb", "son"]),
            "date_of_birth": f"{draw.randint(1950, 2010)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "postcode": f"SY{draw.randint(1, 25)} {draw.randint(1, 9)}{draw.choice('ABDEFGH')}{draw.choice('JLNPQR')}",
        }

    def written_again(one: dict[str, str]) -> dict[str, str]:
        again = dict(one)
        if draw.random() < 0.2:
            at = draw.randrange(len(again["surname"]))
            again["surname"] = again["surname"][:at] + draw.choice("aeiou") + again["surname"][at + 1 :]
        if draw.random() < 0.1:
            again["postcode"] = ""
        return again

    left = [person(n) for n in range(count)]
    right = [written_again(left[n]) if n % 10 else person(count + n) for n in range(count)]
    draw.shuffle(right)
    return ([{"id": f"l{n}", **one} for n, one in enumerate(left)], [{"id": f"r{n}", **one} for n, one in enumerate(right)])


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def left_and_right() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    return people(600, 5)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, left_and_right: Any) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("files")
    return write_csv(folder / "left.csv", left_and_right[0]), write_csv(folder / "right.csv", left_and_right[1])


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


class Command:
    """The command line; a test that needs it is skipped where it was not built."""

    def __call__(self, *arguments: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(COMMAND), *map(str, arguments)], capture_output=True, text=True)

    def json(self, *arguments: Any) -> Any:
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def command() -> Command:
    if not COMMAND.exists():
        pytest.skip("the command line is not built: make build")
    return Command()


LOCAL = "local[2]"
# A master, and two workers with an executor each; the executors are processes of their own.
CLUSTER = "local-cluster[2,1,1024]"
# A server with two threads, and this process its client. Spark has that and the others in one process not at once.
CONNECT = "connect"


@pytest.fixture(scope="session")
def fitted(files: Any) -> kinfold.Model:
    """Fitted on one machine; its rules have so little room that blocks are left out."""
    start = kinfold.Model().to_toml().replace("pairs_per_record_max = 400", "pairs_per_record_max = 0.5")
    assert "pairs_per_record_max = 0.5\n" in start
    return kinfold.Linker(*files, start).train()


@pytest.fixture(scope="session", params=[CONNECT] if "KINFOLD_TEST_CONNECT" in os.environ else [LOCAL, CLUSTER])
def master(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def spark(master: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pyspark = pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    os.environ.update(SPARK_HOME=str(Path(pyspark.__file__).parent), PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1",
                      SPARK_WORKER_DIR=str(folder / "work"))
    # Java machines that live for minutes do not repay what their second compiler costs.
    short_lived = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    settings = {"spark.driver.extraJavaOptions": short_lived, "spark.executor.extraJavaOptions": short_lived, "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false", "spark.local.dir": folder,
                "spark.sql.warehouse.dir": folder / "warehouse", "spark.driver.memory": "1g", "spark.sql.shuffle.partitions": 2,
                "spark.sql.execution.arrow.maxRecordsPerBatch": 100}
    builder = SparkSession.builder.remote(LOCAL) if master == CONNECT else SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, str(value))
    session = builder.getOrCreate()
    if master != CONNECT:
        session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()

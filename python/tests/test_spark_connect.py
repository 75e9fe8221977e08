"""Spark Connect: what is tried on `local[2]`, from a client of a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.spark


def test_spark_connect_does_what_a_session_does() -> None:
    pyspark = pytest.importorskip("pyspark")
    pytest.importorskip("grpc")
    if int(pyspark.__version__.split(".")[0]) < 4:
        pytest.skip("PySpark 3 comes without a server")
    tests = [str(Path(__file__).with_name(name)) for name in ("test_spark.py", "test_spark_refusals.py")]
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", *tests], env=os.environ | {"KINFOLD_TEST_CONNECT": "1"}, capture_output=True, text=True)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0 and passed is not None and int(passed[1]) > 10, done.stdout

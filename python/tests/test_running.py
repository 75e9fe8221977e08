"""Long work: other threads run, progress is told, Ctrl-C ends it."""

from __future__ import annotations

import os
import pty
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import kinfold
import pytest
from conftest import people
from test_research import PLAN


@pytest.fixture(scope="module")
def many() -> dict[str, list[str]]:
    rows, _ = people(20_000, 9)
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_other_threads_run_meanwhile(many: dict[str, list[str]]) -> None:
    ticks, done = [], threading.Event()

    def tick() -> None:
        while not done.wait(0.005):
            ticks.append(time.monotonic())

    other = threading.Thread(target=tick)
    other.start()
    begin = time.monotonic()
    kinfold.link(many, threads=1)
    end = time.monotonic()
    done.set()
    other.join()
    within = [tick for tick in ticks if begin < tick < end]
    assert len(within) > 3 and max(b - a for a, b in zip([begin, *within], [*within, end])) < (end - begin) / 2


def test_progress_is_told_by_stage(many: dict[str, list[str]]) -> None:
    told: list[tuple[str, int, int]] = []
    kinfold.link(many, threads=1, progress=lambda *news: told.append(news))
    assert told and all(0 <= done <= total for _, done, total in told)


def test_what_a_progress_function_raises_ends_the_work(many: dict[str, list[str]]) -> None:
    def refuse(stage: str, done: int, total: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        kinfold.link(many, threads=1, progress=refuse)
    assert kinfold.link({"id": [1, 2], "first_name": ["Ann", "Bob"], "surname": ["Dunn", "Gill"], "date_of_birth": ["1980-02-01", "1975-07-30"]}).report["pairs"] == 0


SCRIPT = """
import signal, sys, kinfold
signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell in the background ignores it for all its children.
rows = {name: values * 1 for name, values in kinfold.Table.of(sys.argv[1]).to_arrow().to_pydict().items()}
plan = sys.argv[2]
try:
    print("ready", flush=True)
    while True:
        kinfold.evaluate(rows, plan, threads=1) if plan else kinfold.link(rows, threads=1)
except KeyboardInterrupt:
    print("stopped", kinfold.link({"id": [1, 2], "first_name": ["Ann", "Bob"], "surname": ["Dunn", "Gill"], "date_of_birth": ["1980-02-01", "1975-07-30"]}).report["pairs"], flush=True)
"""


@pytest.fixture(scope="module")
def tables(many: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with many.csv to link and units.csv to evaluate."""
    folder = tmp_path_factory.mktemp("tables")
    kinfold.Table.of(many).write_csv(folder / "many.csv")
    (folder / "units.csv").write_text("treat,age,income,later\n" + "".join(f"{n % 3 // 2},{18 + n * 7 % 50},{n * 7919 % 10007},{n * 104729 % 9973 + 500 * (n % 3 // 2)}\n" for n in range(20_000)))
    return folder


@pytest.mark.parametrize("seconds", [0.05, 0.4])
@pytest.mark.parametrize(("data", "plan"), [("many.csv", ""), ("units.csv", PLAN + "[settings]\nbootstrap = 500\n")], ids=["link", "evaluate"])
def test_ctrl_c_ends_it_and_the_next_call_works(data: str, plan: str, seconds: float, tables: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(tables / data), plan], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(seconds)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
    assert (out, child.returncode) == ("stopped 0\n", 0), err


AT_ANY_MOMENT = """
import os, random, signal, sys, threading, time, kinfold
signal.signal(signal.SIGINT, signal.default_int_handler)
rows = {name: values[:5000] for name, values in kinfold.Table.of(sys.argv[1]).to_arrow().to_pydict().items()}
draw = random.Random(int(sys.argv[3]))
model = kinfold.Linker(rows).train()
work = {"link": lambda: list(kinfold.link(rows, model=model).pairs), "train": lambda: kinfold.Linker(rows).train().to_toml()}[sys.argv[2]]
begin = time.monotonic()
whole = work()
seconds = time.monotonic() - begin
stopped = 0
for _ in range(20):
    timer = threading.Timer(draw.random() * seconds, os.kill, (os.getpid(), signal.SIGINT))
    try:
        timer.start()
        while timer.is_alive():
            work()
        timer.join()
    except KeyboardInterrupt:
        stopped += 1
print(stopped, work() == whole)
"""


@pytest.mark.parametrize("work", ["link", "train"])
def test_ctrl_c_may_come_at_any_moment(work: str, tables: Path) -> None:
    seed = random.randrange(2**32)
    done = subprocess.run([sys.executable, "-c", AT_ANY_MOMENT, str(tables / "many.csv"), work, str(seed)], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("20 True\n", 0), f"seed {seed}: {done.stderr}"


# Shown from the first moment on, so that a quick machine shows it too.
SHOWN = "import sys, kinfold\nfrom kinfold import _progress\n_progress._SHOWN_AFTER_SECONDS = 0\n"


def test_a_pipe_sees_no_bar(files: Any, capfd: pytest.CaptureFixture[str]) -> None:
    kinfold.link(*files)
    assert capfd.readouterr().err == ""


def test_a_terminal_sees_a_bar_that_goes_again(tables: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", SHOWN + "kinfold.link(sys.argv[1], threads=1)", str(tables / "many.csv")], stderr=theirs) as child:
        os.close(theirs)
        seen = b""
        try:
            while more := os.read(ours, 4096):
                seen += more
        except OSError:  # What a terminal says when nobody has it open any more.
            pass
    os.close(ours)
    assert child.returncode == 0
    lines = seen.decode().split("\r\x1b[K")
    assert any(line.endswith(" s") and "[" in line and "%" in line for line in lines), seen
    assert lines[-1] == ""


def test_a_notebook_sees_a_bar_that_goes_again(tables: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    seen: list[str] = []

    class Reader(nbclient.NotebookClient):  # type: ignore[misc, name-defined]
        def process_message(self, message: Any, cell: Any, index: int) -> Any:
            if message["msg_type"] in ("display_data", "update_display_data"):
                seen.append(message["content"]["data"]["text/html"])
            return super().process_message(message, cell, index)

    cell = nbformat.v4.new_code_cell(SHOWN + f"kinfold.link({str(tables / 'many.csv')!r}, threads=1).threshold")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    Reader(notebook, timeout=None, startup_timeout=3600, kernel_name="python3").execute()
    assert [bar for bar in seen if re.fullmatch(r"<progress value='0\.\d{3}'></progress> \w[\w ]* \d+ s", bar)], seen
    assert seen[-1] == "" and len(seen) > 2
    kept = [output for output in notebook.cells[0].outputs if output.output_type == "display_data"]
    assert [output.data["text/html"] for output in kept] == [""]

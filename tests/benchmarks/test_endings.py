"""How commands end: one line, and a status that says which way."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.endings import LONGEST_MESSAGE, command, status_of
from benchmarks.specs import InputError

ROOT = Path(__file__).parents[2]
MODULES = (
    "reference", "contract", "tuning", "extractors", "analysis.simulate", "speed.__main__", "report.pages.__main__",
)  # fmt: skip


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Those of the tests come back: a stopped command leaves SIGINT ignored, since it is about to end."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before, hook = {number: signal.getsignal(number) for number in numbers}, sys.unraisablehook
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever an earlier test left
    yield
    sys.unraisablehook = hook
    for number, handler in before.items():
        signal.signal(number, handler)


def stopped_by(number: int) -> int:
    os.kill(os.getpid(), number)
    time.sleep(10)
    raise AssertionError


def refused(message: str) -> int:
    raise InputError(message)


def full_disk() -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "rows.csv")


def test_what_is_well_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("name", lambda: 0) == 0 and status_of("name", lambda: 1) == 1
    assert capsys.readouterr().err == ""


def test_bad_input_is_one_line_and_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("name", lambda: refused("no such\nthing; give another")) == 2
    assert capsys.readouterr().err == "name: no such thing; give another\n"
    assert status_of("name", lambda: refused("a" * 5000 + " give b")) == 2
    said = capsys.readouterr().err
    assert said.endswith(" give b\n") and len(said) <= len("name: \n") + LONGEST_MESSAGE


def test_a_full_disk_is_one_line_and_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("name", full_disk, "; go on") == 1
    assert capsys.readouterr().err == "name: No space left on device (rows.csv); go on\n"


@pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_stopped_command_is_one_line(number: int, status: int, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("name", lambda: stopped_by(number), "; go on") == status
    assert capsys.readouterr().err == f"\nname: {word}; go on\n"


def test_a_function_becomes_a_command_that_keeps_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    @command("name")
    def main(words: list[str], status: int = 0) -> int:
        """What it does."""
        return refused(" ".join(words)) if words else status

    assert main([], status=3) == 3 and main(["give", "a"]) == 2 and main.__doc__ == "What it does."
    assert capsys.readouterr().err == "name: give a\n"


@pytest.mark.parametrize("name", MODULES)
def test_every_module_that_is_run_ends_so(name: str) -> None:
    assert hasattr(importlib.import_module(f"benchmarks.{name}").main, "__wrapped__")


def test_no_module_that_is_run_is_forgotten() -> None:
    """Whoever adds one adds it above."""
    runs = {
        ".".join(path.relative_to(ROOT / "benchmarks").with_suffix("").parts)
        for path in (ROOT / "benchmarks").rglob("*.py")
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    assert runs == set(MODULES)


LITTLE = "import sys; from benchmarks.endings import status_of; sys.exit(status_of('name', lambda: print('a') or 0))"


@pytest.mark.parametrize("words", [["-m", "benchmarks.contract", "pca"], ["-c", LITTLE]], ids=["much", "little"])
def test_a_reader_that_has_had_enough_is_no_error_to_tell(words: list[str]) -> None:
    """Neither while it is written nor, where all of it fits a buffer, when Python ends."""
    read, write = os.pipe()
    os.close(read)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=buffered, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert done.stderr == "" and done.returncode == 1


def test_ctrl_c_ends_a_simulation_and_its_workers_in_one_line(tmp_path: Path) -> None:
    """As a terminal sends it: to all processes of the command."""
    words = [sys.executable, "-m", "benchmarks.analysis.simulate", "--workers", "2", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        while len(psutil.Process(process.pid).children()) < 3:  # two workers, and who keeps account of shared things
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        _, error = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert error == "\nsimulate: interrupted\n"

"""Input of all sorts: one line that says what is wrong, exit status 2, nothing written; never a traceback."""

from __future__ import annotations

import multiprocessing
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import planning
from benchmarks.command_line import main
from benchmarks.options import RunOptions, make_options, option_names
from benchmarks.specs import InputError

FORK = multiprocessing.get_context("fork")
NOBODY = 65_534

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.text(),
    st.integers(),
    st.floats(),
    st.lists(st.text()),
    st.binary(),
    st.just("x" * 10**6),
)
FLAGS = "all experiment claim model dataset seeds device jobs timeout overwrite profile results-dir image-size config sample"
VALUES = "list verify mixtures quality-order nan -1 1e999 ../.. <script> \\input{x} ä\u202e own smoke never cuda:99"
words = st.one_of(
    st.sampled_from([*(f"--{flag}" for flag in FLAGS.split()), *VALUES.split(), ""]),
    st.text(max_size=20).filter(lambda text: "\0" not in text),
)


@settings(max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.one_of(st.sampled_from(option_names()), st.text()), anything))
def test_any_options_are_accepted_or_refused_in_one_line(given_options: dict[str, object]) -> None:
    message = ""
    try:
        make_options(given_options)
    except InputError as error:
        message = str(error)
    assert "\n" not in message


@settings(
    max_examples=1_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(words, max_size=6))
def test_any_words_are_understood_or_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given_words: list[str]
) -> None:
    """Up to the plan, which is not made here."""

    def no_plan(options: RunOptions, *rest: object) -> None:
        raise InputError("planned")

    monkeypatch.setattr(planning, "make_plan", no_plan)
    try:
        status = main([*given_words, "--dry-run"] if given_words[:1] not in (["list"], ["verify"]) else given_words)
    except SystemExit as asked_for_help:
        status = int(asked_for_help.code or 0)
    error = capsys.readouterr().err
    assert status in (0, 2)
    assert "Traceback" not in error
    if status == 2:
        assert error.startswith("run_bench.py: ") and error.count("\n") == 1, error


def as_nobody(said: Path, action: Callable[[], int]) -> None:
    """In a process: with the rights of an ordinary user, what is printed goes to a file."""
    with said.open("w", encoding="utf-8") as file:
        if os.geteuid() == 0:
            os.setegid(NOBODY)
            os.seteuid(NOBODY)
        sys.stderr = sys.stdout = file
        status = action()
        file.flush()
        os._exit(status)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A directory that every user can enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="fairtrial-test-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path


def refused(path: Path, action: Callable[[], int]) -> str:
    """What an ordinary user is told; exit status 2."""
    if os.geteuid() == 0 and not all(
        folder.stat().st_mode & stat.S_IXOTH for folder in Path(__file__).resolve().parents
    ):
        pytest.skip("the repository lies where an ordinary user may not go, and root may do anything")
    said = path / "said"
    process = FORK.Process(target=as_nobody, args=(said, action))
    process.start()
    process.join()
    text = said.read_text(encoding="utf-8")
    assert process.exitcode == 2, text
    assert text.startswith("run_bench.py: ") and text.count("\n") == 1, text
    return text


def test_a_results_directory_that_may_not_be_written_to(open_path: Path) -> None:
    kept = open_path / "kept"
    kept.mkdir(mode=0o555)
    run = ["--experiment", "gaussian-fit", "--profile", "smoke", "--device", "cpu", "--results-dir"]
    for root in (kept, kept / "below"):
        text = refused(open_path, partial(main, [*run, str(root)]))
        assert "cannot be written to (Permission denied)" in text
    assert not list(kept.iterdir())


def test_files_that_may_not_be_read(open_path: Path) -> None:
    config = open_path / "run.toml"
    config.write_text('experiment = "mixtures"\n')
    config.chmod(0)
    assert "cannot be read" in refused(open_path, partial(main, ["--config", str(config)]))
    raw = open_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ):
        (raw / name).write_bytes(b"there")
        (raw / name).chmod(0)
    words = [
        "--experiment",
        "images",
        "--dataset",
        "mnist",
        "--data-dir",
        str(open_path / "data"),
        "--offline",
        "--device",
        "cpu",
    ]
    text = refused(open_path, partial(main, [*words, "--results-dir", str(open_path / "results")]))
    assert "train-images-idx3-ubyte" in text and "Permission denied" in text


def test_links_that_lead_in_a_circle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    for given_words in (
        ["--experiment", "mixtures", "--results-dir", str(circle)],
        ["--experiment", "mixtures", "--results-dir", str(circle / "below")],
        ["--config", str(circle)],
        ["--dataset", "own", "--own-data", str(circle)],
        ["--dataset", "mnist", "--experiment", "images", "--data-dir", str(circle), "--offline"],
        ["verify", str(circle)],
    ):
        assert main(given_words) == 2, given_words
        error = capsys.readouterr().err
        assert error.startswith("run_bench.py: ") and error.count("\n") == 1, error

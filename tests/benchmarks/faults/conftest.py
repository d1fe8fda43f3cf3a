"""One unit of work, done in processes of its own that can be killed; fixtures give it to the tests."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import torch

from benchmarks.options import make_options
from benchmarks.planning import Environment, Unit, make_plan
from benchmarks.specs import Profile
from benchmarks.store import Kind, Store
from benchmarks.worker import Work, run_unit

CONTEXT = multiprocessing.get_context("fork")
"""What has been imported is there at once: hundreds of processes are started and killed."""
ORIGIN = {"commit": None, "dirty": None}

Target = Callable[..., object]


@dataclass(frozen=True)
class Job:
    """A block and its measurements, and what they give where nothing goes wrong.

    Attributes:
        unit: what is to be done.
        environment: of its keys.
        plain: rows, arrays and weights by path, as they are where nothing goes wrong.
    """

    unit: Unit
    environment: Environment
    plain: dict[str, bytes]

    @staticmethod
    def do(unit: Unit, work: Work) -> None:
        """In a process: the unit, as a worker does it."""
        torch.set_num_threads(1)
        outcome = run_unit(unit, work)
        assert not outcome.failures, outcome.details

    def start(self, root: Path, target: Target | None = None, *more: object) -> BaseProcess:
        """A process that does the unit, its results below ``root``, with a checkpoint at every point of the curves.

        Args:
            target: does it in another way, with ``more`` to go by.
        """
        work = Work(root, Path("data"), self.environment, ORIGIN, checkpoint_seconds=0)
        process = CONTEXT.Process(target=target or self.do, args=(self.unit, work, *more))
        process.start()
        return process

    @staticmethod
    def steps_saved(root: Path) -> list[int]:
        """Steps of the checkpoints that are there."""
        folder = root / "checkpoints"
        return sorted(int(path.name.rpartition("-")[2]) for path in (folder.iterdir() if folder.is_dir() else ()))

    @staticmethod
    def results(root: Path) -> dict[str, bytes]:
        """Rows, arrays and weights of everything stored, all of it whole."""
        store = Store(root, read_only=True)
        kinds: tuple[Kind, ...] = ("blocks", "measurements")
        units = [(kind, path) for kind in kinds for path in sorted((root / kind).iterdir())]
        assert all(store.has(kind, path.name) for kind, path in units)
        return {
            f"{kind}/{path.name}/{name}": (path / name).read_bytes()
            for kind, path in units
            for name in ("rows.csv", "arrays.npz", "weights.safetensors")
            if (path / name).exists()
        }


def make_job(root: Path, profile: Profile) -> Job:
    """A GAN on the ring, two seeds, done once where nothing goes wrong."""
    asked = {"experiment": ["mixtures"], "dataset": ["ring"], "model": ["gan"], "seeds": 2, "device": "cpu"}
    plan = make_plan(make_options({**asked, "profile": profile, "results_dir": str(root)}), Store(root))
    unit = next(unit for unit in plan.todo if unit.block is not None)
    process = Job(unit, plan.environment, {}).start(root)
    process.join()
    assert process.exitcode == 0
    return Job(unit, plan.environment, Job.results(root))


@pytest.fixture(scope="session")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """2,000 updates, some seconds."""
    return make_job(tmp_path_factory.mktemp("plain"), "standard")


@pytest.fixture(scope="session")
def short_job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """20 updates, with a checkpoint after each."""
    return make_job(tmp_path_factory.mktemp("plain"), "smoke")

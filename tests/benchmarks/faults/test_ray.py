"""A Ray cluster of two machines, which are both this one: the same rows, whatever dies."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

ray = pytest.importorskip("ray", reason="Ray is not installed (the extra ray)")

from benchmarks import runner, tuning  # noqa: E402
from benchmarks.executors.base import WorkerEndedError  # noqa: E402
from benchmarks.executors.ray_cluster import VARIABLES, RayExecutor, do, reachable  # noqa: E402
from benchmarks.options import make_options  # noqa: E402
from benchmarks.outputs import write_outputs  # noqa: E402
from benchmarks.planning import make_plan  # noqa: E402
from benchmarks.specs import InputError  # noqa: E402
from benchmarks.store import Store  # noqa: E402
from benchmarks.worker import Outcome, Work  # noqa: E402

ORIGIN = {"commit": None, "dirty": None}
ASKED = {"experiment": ["mixtures"], "dataset": ["ring"], "profile": "smoke", "device": "cpu", "jobs": 2}
NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 100 * 2**20}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head node and another one, each with one core."""
    os.environ.update(VARIABLES)
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args=NODE)
    made.add_node(**NODE)
    yield made
    made.shutdown()


def run(root: Path, **more: Any) -> tuple[list[Outcome], bytes]:
    """Outcomes and rows of a run."""
    root.mkdir(exist_ok=True)  # as the command line does
    options = make_options({**ASKED, "results_dir": str(root), **more})
    plan = make_plan(options, Store(root))
    outcomes = runner.run(plan, ORIGIN, progress_bar=False)
    write_outputs(plan, Store(root), outcomes)
    return outcomes, (root / "rows.csv").read_bytes()


def on(cluster: Any) -> dict[str, str]:
    return {"executor": "ray", "address": cluster.address}


def tasks() -> list[psutil.Process]:
    """Ray's workers that are at a unit."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any("ray::do" in word for word in process.info["cmdline"] or ()):
            found.append(process)
    return found


def meanwhile(act: Callable[[threading.Event], None]) -> Iterator[threading.Thread]:
    over = threading.Event()
    thread = threading.Thread(target=act, args=(over,))
    thread.start()
    yield thread
    over.set()
    thread.join()


def test_two_nodes_give_the_bytes_of_one_machine(cluster: Any, tmp_path: Path) -> None:
    outcomes, rows = run(tmp_path / "cluster", model=["ae", "vae"], **on(cluster))
    assert [outcome.failures for outcome in outcomes if outcome.failures] == []
    assert sum(outcome.computed for outcome in outcomes) > 0
    _, plain = run(tmp_path / "plain", model=["ae", "vae"])
    assert rows == plain
    outcomes, again = run(tmp_path / "cluster", model=["ae", "vae"], **on(cluster))
    assert outcomes == [] and again == plain
    assert not ray.is_initialized()


def test_a_search_on_the_cluster_chooses_as_on_one_machine(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "GRIDS", {"ring": {"ae": {"learning_rate": (1e-4, 1e-2)}}})
    monkeypatch.setattr(tuning, "STAGES", (("ae",),))
    found = []
    for name, where in (("plain", []), ("cluster", ["--executor", "ray", "--address", cluster.address])):
        words = ["--dataset", "ring", "--seeds", "2", "--profile", "smoke", "--device", "cpu", "--jobs", "2", "--quiet"]
        assert tuning.main([*words, "--results-dir", str(tmp_path / name), *where]) == 0
        found.append((tmp_path / name / "tuned.json").read_text(encoding="utf-8"))
    assert found[0] == found[1]


def test_what_cannot_be_is_refused_at_once(cluster: Any, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match="no machine of the Ray cluster has 1 CPU and 4 GPU") as caught:
        run(tmp_path, model=["ae"], gpus_per_cell=4.0, **on(cluster))
    assert "the most that one has: 1 CPU, 0 GPU" in str(caught.value) and "\n" not in str(caught.value)
    for address, words in (("127.0.0.1:1", "no Ray cluster answers there"),):
        with pytest.raises(InputError, match=words):
            run(tmp_path, model=["ae"], executor="ray", address=address)
    assert time.monotonic() - began < 30
    assert not list((tmp_path / "blocks").glob("*"))
    reachable("auto")


def test_what_ray_refuses_fails_and_nobody_waits_for_it(cluster: Any, tmp_path: Path) -> None:
    """A share of GPUs that Ray does not give is found among the options; whatever else it refuses ends the units."""
    options = make_options({**ASKED, "model": ["ae"], "results_dir": str(tmp_path), **on(cluster)})
    plan = make_plan(options, Store(tmp_path))
    executor = RayExecutor(cluster.address, 2, 0.0, plan.environment.facts(), None)
    try:
        executor.task = ray.remote(do).options(num_cpus=1, num_gpus=1.5)
        work = Work(tmp_path, tmp_path, plan.environment, ORIGIN)
        future = executor.submit(plan.units[0], work, 0.0)
        with pytest.raises(WorkerEndedError, match="whole numbers"):
            future.result(timeout=60)
    finally:
        executor.stop()


def test_an_exception_is_recorded_and_not_tried_again(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine is not what the plan's keys were made for: every unit says so."""
    options = make_options({**ASKED, "model": ["ae"], "results_dir": str(tmp_path), **on(cluster)})
    plan = make_plan(options, Store(tmp_path))
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "another")  # here, not there
    outcomes = runner.run(plan, ORIGIN, progress_bar=False)
    failures = [failure for outcome in outcomes for failure in outcome.failures.values()]
    assert failures and {failure.status for failure in failures} == {"failed"}
    assert all("instead of 'another'" in failure.message for failure in failures)


def test_a_cluster_that_is_lost_is_not_waited_for(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(executor: RayExecutor) -> None:
        raise ConnectionError("no head node")

    monkeypatch.setattr(RayExecutor, "_finish", gone)
    outcomes, _ = run(tmp_path, model=["ae"], **on(cluster))
    failures = [failure for outcome in outcomes for failure in outcome.failures.values()]
    assert failures and {failure.status for failure in failures} == {"crashed"}
    assert "does not answer any more (ConnectionError: no head node)" in failures[0].message


@pytest.mark.slow
def test_a_unit_that_takes_too_long_is_stopped(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RayExecutor, "retries", 0)
    outcomes, _ = run(tmp_path, model=["vae"], profile="standard", seeds=8, timeout=1.0, **on(cluster))
    failures = [failure for outcome in outcomes for failure in outcome.failures.values()]
    assert {failure.status for failure in failures} == {"timeout"}
    assert failures[0].message == "not finished after 1 seconds (--timeout)"


@pytest.mark.slow
@pytest.mark.parametrize(("wanted", "models"), [(2, ["vae"]), (20, ["ae", "gan", "vae"])])
def test_killed_workers_lose_nothing(cluster: Any, tmp_path: Path, wanted: int, models: list[str]) -> None:
    rng = random.Random(0)
    kills = 0

    def kill(over: threading.Event) -> None:
        nonlocal kills
        while kills < wanted and not over.wait(rng.uniform(1.0, 3.0)):
            for process in tasks()[:1]:
                process.kill()
                kills += 1

    root = tmp_path / "cluster"
    more = {"model": models, "profile": "standard", "seeds": 2, "checkpoint_seconds": 0.5}
    for _ in meanwhile(kill):
        outcomes, rows = run(root, **more, **on(cluster))
    while any(outcome.failures for outcome in outcomes):  # one was killed more often than it is tried
        outcomes, rows = run(root, **more, **on(cluster))
    print(f"{kills} workers killed")
    assert kills == wanted
    assert rows == run(tmp_path / "plain", **more)[1]


@pytest.mark.slow
def test_a_node_that_goes_loses_nothing(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that comes helps."""
    node = cluster.add_node(**NODE)
    gone, came = threading.Event(), threading.Event()
    # a node's handler of signals can be set in the main thread alone; the cluster ends its nodes itself
    monkeypatch.setattr(ray._private.node.Node, "_register_shutdown_hooks", lambda self: None)

    def remove(over: threading.Event) -> None:
        if not over.wait(6.0):
            cluster.remove_node(node, allow_graceful=False)
            gone.set()
            cluster.add_node(**NODE)
            came.set()

    more = {"model": ["ae", "gan", "vae"], "profile": "standard", "seeds": 2, "checkpoint_seconds": 0.5}
    for _ in meanwhile(remove):
        outcomes, rows = run(tmp_path / "cluster", **more, **on(cluster))
    assert gone.is_set() and came.is_set() and not any(outcome.failures for outcome in outcomes)
    assert rows == run(tmp_path / "plain", **more)[1]

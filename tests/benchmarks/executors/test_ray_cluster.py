"""What can be said of a cluster's address without a cluster, and without Ray."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.executors import ray_cluster
from benchmarks.executors.ray_cluster import RayExecutor, reachable
from benchmarks.specs import InputError


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of a service that says this to whoever comes, and then waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(answer)
                over.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


def test_whoever_speaks_as_ray_does_is_let_through() -> None:
    with answering(bytes([0, 0, 6, 4, 0, 0, 0, 0, 0]) + bytes(6)) as address:
        reachable(address)
    reachable("auto")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "what answers there is no Ray cluster"),
        (b"SSH", "no Ray cluster"),
        (b"", "no Ray cluster answers there"),
    ],
)
def test_another_service_is_told_from_a_cluster(answer: bytes, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray itself would wait for it, for minutes."""
    monkeypatch.setattr(ray_cluster, "REACH_SECONDS", 0.2)
    with answering(answer) as address, pytest.raises(InputError, match=message):
        reachable(address)


def test_nobody_there() -> None:
    with pytest.raises(InputError, match="no Ray cluster answers there"):
        reachable("127.0.0.1:1")


def test_a_unit_on_a_gpu_needs_some_of_it() -> None:
    with pytest.raises(InputError, match="leaves a unit without its GPU; give a share"):
        RayExecutor(None, None, 0.0, {"hardware": "NVIDIA H200"}, None)

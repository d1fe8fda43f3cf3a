"""Where a block's training leaves its state on disk, so that a stopped run goes on within a block."""

from __future__ import annotations

import re
import time

from safetensors.torch import load, save

from benchmarks.store import Store
from benchmarks.training.randomness import Stack

FILE = "state.safetensors"


class StoredCheckpoints:
    """States of the training of one stack of seeds; the last one that is whole counts.

    Args:
        store: where they are kept, each as a unit ``checkpoints/<key>-<first seed>-<evaluations>``.
        key: of the block.
        first: the stack's first seed.
        seconds: time between two states, the writing not counted; 0: at every point of the curves.
    """

    def __init__(self, store: Store, key: str, first: int, seconds: float) -> None:
        self.store = store
        self.prefix = f"{key}-{first}-"
        self.seconds = seconds
        self.saved_at = time.monotonic()

    def names(self) -> list[str]:
        """Units of earlier states, the last one first."""
        folder = self.store.root / "checkpoints"
        pattern = re.compile(re.escape(self.prefix) + r"(\d+)")
        found = [
            match for path in (folder.iterdir() if folder.is_dir() else ()) if (match := pattern.fullmatch(path.name))
        ]
        return [match.string for match in sorted(found, key=lambda match: -int(match.group(1)))]

    def latest(self) -> Stack | None:
        """The last state that is whole; a damaged one is put aside, and the one before it taken, if it is still there."""
        for name in self.names():
            if self.store.has("checkpoints", name):
                return load(self.store.read("checkpoints", name, FILE))
        return None

    def due(self) -> bool:
        """Whether the last state is old enough."""
        return time.monotonic() - self.saved_at >= self.seconds

    def save(self, state: Stack) -> None:
        """Write a state and remove earlier ones. Where the disk is full, nothing is saved and the training goes on."""
        earlier = self.names()
        name = f"{self.prefix}{int(state['counts/step'])}"
        try:
            self.store.write("checkpoints", name, {FILE: save(state)})
        except OSError:
            return
        finally:
            self.saved_at = time.monotonic()
        for old in earlier:
            if old != name:
                self.store.remove("checkpoints", old)

    def clear(self) -> None:
        """Remove all states: the block is stored."""
        for name in self.names():
            self.store.remove("checkpoints", name)

"""Loss curves for TensorBoard (``--tensorboard DIR``): those of every block that the command trains, when it is trained.

TensorBoard draws them while the run goes on; nothing of the results rests on them. A folder for each seed,
``<data set>/<arm>-<key>/seed-<seed>``, so that its filter finds data sets, arms and seeds; blocks of one arm differ in their keys.
"""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.specs import Block
from benchmarks.training.loop import Trained

KEY_DIGITS = 8
"""Of a block's key in the name of its folder."""


def folder_name(label: str) -> str:
    """An arm's label as the name of a folder: nothing in it that a path or a shell has another use for.

    Example:
        >>> folder_name("GAN (non-saturating), z = 2")
        'GAN-non-saturating-z-2'
    """
    return re.sub(r"[^\w.-]+", "-", label).strip("-.")


def log_curves(root: Path, key: str, label: str, block: Block, trained: Trained) -> None:
    """Write a block's curves.

    Args:
        root: TensorBoard's directory.
        key: the block's.
        label: its arm.
        block: data set and seeds.
        trained: curves, (S, T), recorded after ``steps``, (T,), updates.
    """
    from torch.utils.tensorboard import SummaryWriter

    arm = root / block.dataset / f"{folder_name(label)}-{key[:KEY_DIGITS]}"
    for index, seed in enumerate(block.seeds):
        with SummaryWriter(str(arm / f"seed-{seed}")) as writer:
            for name, curve in trained.curves.items():
                for step, value in zip(trained.steps.tolist(), curve[index].tolist(), strict=True):
                    writer.add_scalar(f"loss/{name}", value, step)

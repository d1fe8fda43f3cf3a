"""Rows as a run writes them: what was measured, on what, and what stands in the place of what failed."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.planning import PlannedMeasurement
from benchmarks.recipes import RECIPES
from benchmarks.specs import SCHEMA_VERSION, Block, FailureStatus, canonical_json
from models import MODELS


def identity(planned: PlannedMeasurement, block_key: str | None) -> dict[str, Any]:
    """The columns of a measurement's rows that say what was measured."""
    measurement, block = planned.measurement, planned.measurement.block
    own = {name: value for name, value in measurement.options.items() if name not in ("sampler", "weights", "n")}
    training = block.training.model_dump(mode="json") if block else {}
    if measurement.split != "test":
        own["split"] = measurement.split
    return {
        "schema_version": SCHEMA_VERSION,
        "block": block_key,
        "measure": measurement.measure,
        "dataset": measurement.label,
        "model": block.model if block else None,
        "network": block.network.label if block else None,
        "sampler": measurement.options.get("sampler"),
        "weights": measurement.options.get("weights", "last") if block else None,
        "setting": canonical_json({**(block.settings if block else {}), **training, **own}),
    }


def failed_rows(planned: PlannedMeasurement, block_key: str | None, status: FailureStatus) -> list[dict[str, Any]]:
    """One NaN row, with the reason as its status, for every metric and seed that was planned."""
    measurement = planned.measurement
    common = identity(planned, block_key)
    return [
        {**common, "seed": seed, "status": status, "metric": metric, "value": math.nan, "step": None, "n": None}
        for seed in measurement.seeds
        for metric in planned.metrics
    ]


def label_of(block: Block) -> str:
    """Name of a block's arm for tables and pictures: the model under its settings, and what its network has that the recipe's has
    not."""
    model = MODELS[block.model]
    usual = RECIPES[block.dataset].network
    parts = [
        f"{block.network.kind} {block.network.upsampling or ''}".strip() if block.network.kind != usual.kind else "",
        f"z = {block.network.latent}" if block.network.latent != usual.latent else "",
    ]
    return ", ".join([model.describe(model.Settings(**block.settings)), *(part for part in parts if part)])

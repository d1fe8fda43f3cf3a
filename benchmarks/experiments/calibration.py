"""How far off are the estimators of KL and JSD, on pairs of densities whose divergence is known?"""

from __future__ import annotations

from benchmarks.datasets.variations import VARIATIONS
from benchmarks.evaluation.base import FEW
from benchmarks.evaluation.mixtures import KERNEL_POINTS
from benchmarks.experiments.base import Experiment, Request
from benchmarks.experiments.mixtures import DATASETS, FURTHER_DATASETS
from benchmarks.recipes import RECIPES
from benchmarks.specs import Measurement, Profile

DRAWS: dict[Profile, int] = {"smoke": 2, "standard": 4, "full": 16}
"""The first so many of the run's seeds draw samples."""
SMALL = (1_000, 3_000, 10_000)
"""Sample sizes that ``full`` tries below the one at which an estimator is used."""
SMOKE_PAIRS = ("identical", "shifted-1")


def sizes(request: Request) -> dict[str, tuple[int, ...]]:
    """Sample sizes for each measure: the one that the metrics on models use, and in ``full`` smaller ones too."""
    used = {"calibration-hist": RECIPES[request.dataset].samples, "calibration-knn": FEW["mixture"]}
    if request.profile == "smoke":
        return dict.fromkeys(used, SMALL[:1])
    if request.profile == "standard":
        return {name: (n,) for name, n in used.items()}
    used["calibration-kde"] = KERNEL_POINTS
    return {name: (*(small for small in SMALL if small < n), n) for name, n in used.items()}


def measurements(request: Request) -> list[Measurement]:
    seeds = tuple(seed for block in request.seeds for seed in block)[: DRAWS[request.profile]]
    pairs = SMOKE_PAIRS if request.profile == "smoke" else tuple(VARIATIONS)
    return [
        Measurement(measure=name, dataset=request.dataset, options={"pair": pair, "n": n}, data_seeds=seeds)
        for pair in pairs
        for name, ns in sizes(request).items()
        for n in ns
    ]


EXPERIMENT = Experiment(
    name="calibration",
    question="How far off are the estimators of KL and JSD, on pairs of densities whose divergence is known?",
    datasets={"smoke": ("ring",), "standard": DATASETS, "full": DATASETS + FURTHER_DATASETS},
    supports=DATASETS + FURTHER_DATASETS,
    measurements=measurements,
)

"""Claims on how random variables are sampled."""

from __future__ import annotations

from benchmarks.claims.arms import GAN
from benchmarks.claims.spec import Claim, Direction, Evidence, Margin, Setting

DRAWS = 20_000


def generator_map(metric: str) -> Evidence:
    """How near a trained generator of one dimension comes to the quantile function."""
    return Evidence(
        measure="quantile-map",
        metric=metric,
        model="gan",
        settings=dict(GAN[1]),
        options={"weights": "last", "sampler": "prior", "observation": "mean"},
        samples=True,
    )


OF_A_GENERATOR: tuple[tuple[str, str, str | None, Direction, Margin], ...] = (
    (
        "ks",
        "samples of a generator",
        None,
        "lower",
        Margin(value=0.1, unit="KS distance", reason="a tenth of the mass misplaced at most"),
    ),
    (
        "map-rank-correlation",
        "monotone map",
        "|rank correlation| of the generator's map with the uniform variable",
        "higher",
        Margin(value=0.95, unit="|ρ|", reason="nearly monotone: folds would show", limit=1.0),
    ),
)
"""Metric, words, quantity where it is another, direction and margin of what is asked of a generator."""

CLAIMS = (
    Claim(
        id="inverse-cdf",
        statement="CDF⁻¹ of a uniform variable has the wanted distribution, and a generator learns such a map",
        document="004",
        passage="'Generator 基本原理', inverse transform, and '生成能合成图片的本质'",
        kind="bound",
        quantity="distance of Kolmogorov and Smirnov to the exact distribution",
        contrast="exact draws by inverse transform, and a GAN's generator with one-dimensional noise; a falling map is as valid",
        direction="lower",
        margin=Margin(
            value=0.02, unit="KS distance", reason="twice what 95 % of exact samples of this size stay below"
        ),
        scale="ratio",
        family="secondary",
        settings=(
            Setting(
                label="pair-1d, exact draws",
                dataset="pair-1d",
                groups={"inverse CDF": Evidence(measure="inverse-cdf", metric="ks", options={"n": DRAWS})},
            ),
            *(
                Setting(
                    label=f"{dataset}, {words}",
                    dataset=dataset,
                    groups={"GAN": generator_map(metric)},
                    direction=direction,
                    margin=margin,
                    quantity=quantity,
                    scale="difference" if metric == "map-rank-correlation" else None,
                    decisive=dataset == "pair-1d",
                )
                for dataset in ("pair-1d", "comb-1d")
                for metric, words, quantity, direction, margin in OF_A_GENERATOR
            ),
        ),
    ),
    Claim(
        id="rejection-and-mh",
        statement="Rejection sampling and Metropolis–Hastings chains draw from the wanted distribution",
        document="004",
        passage="'怎么获得随机变量的采样值'",
        kind="bound",
        quantity="distance of Kolmogorov and Smirnov to the exact distribution",
        contrast="rejection from a Gaussian; ten random-walk chains with steps as wide as the density",
        direction="lower",
        margin=Margin(
            value=0.04,
            unit="KS distance",
            reason="what exact draws stay below at a thousand effective samples: 1.36 / √1000 = 0.043",
        ),
        scale="ratio",
        family="secondary",
        settings=(
            *(
                Setting(
                    label=f"{dataset}, rejection",
                    dataset=dataset,
                    groups={"rejection": Evidence(measure="rejection", metric="ks", options={"n": DRAWS})},
                    decisive=dataset == "comb-1d",
                )
                for dataset in ("comb-1d", "pair-1d")
            ),
            *(
                Setting(
                    label=f"{dataset}, Metropolis, {step} steps",
                    dataset=dataset,
                    groups={"chains": Evidence(measure="metropolis", metric="ks", options={"n": DRAWS, "step": step})},
                    decisive=step == "whole",
                )
                for dataset in ("pair-1d", "comb-1d")
                for step in ("whole", "mode")
            ),
        ),
    ),
    Claim(
        id="seeds-reproduce",
        statement="With a fixed seed results can be reproduced",
        document="004",
        passage="'计算机如何获得某种指定的随机变量', pseudorandom numbers",
        kind="exact",
        quantity="largest difference between the weights after two trainings of 50 updates with one seed on the CPU",
        contrast="the same seed twice; beside it another seed, and the seed in a stack of two",
        direction="lower",
        margin=Margin(value=0.0, unit="", reason="bit by bit"),
        settings=tuple(
            Setting(
                label=f"{dataset}, {model}",
                dataset=dataset,
                groups={
                    model: Evidence(
                        measure="reproduction",
                        metric="same-seed-difference",
                        options={"model": model, "settings": {}, "updates": 50},
                    )
                },
            )
            for dataset, model in (("ring", "gan"), ("ring", "vae"), ("digits", "gan"))
        ),
        controls=(
            Setting(
                label="ring, another seed",
                dataset="ring",
                groups={
                    "gan": Evidence(
                        measure="reproduction",
                        metric="other-seed-difference",
                        options={"model": "gan", "settings": {}, "updates": 50},
                    )
                },
            ),
        ),
    ),
)

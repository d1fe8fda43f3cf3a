"""Three ways to draw from the registered mixtures of the line, against their exact distribution function."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks.datasets import load
from benchmarks.datasets.line import cdf
from benchmarks.datasets.mixtures import GaussianMixture, comb_1d, pair_1d
from benchmarks.evaluation import MEASURES, Measured, measure_data
from benchmarks.evaluation.sampling_methods import CHAINS, log_envelope, on_line, proposal, quantiles

SEEDS = tuple(range(100, 160))
ON_LINE = pytest.mark.parametrize("dataset", ["pair-1d", "comb-1d"])


def values_of(measured: Measured) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


def taken(measure: str, dataset: str, options: dict[str, object], seeds: tuple[int, ...] = SEEDS) -> Measured:
    return measure_data(MEASURES[measure], options, load(dataset, Path(), offline=True), "cpu", seeds)


@ON_LINE
@pytest.mark.parametrize("measure", ["inverse-cdf", "rejection"])
def test_exact_draws_are_refused_at_the_nominal_rate(measure: str, dataset: str) -> None:
    values = values_of(taken(measure, dataset, {"n": 500}))
    p = np.array(values["ks-p"])
    for level in (0.05, 0.5):
        assert stats.binomtest(int((p < level).sum()), len(p), level).pvalue > 0.001
    assert np.mean(values["ks"]) == pytest.approx(0.8687 / np.sqrt(500), rel=0.15)  # mean of Kolmogorov's distribution


@ON_LINE
def test_rejection_accepts_one_in_m(dataset: str) -> None:
    values = values_of(taken("rejection", dataset, {"n": 3000}, SEEDS[:20]))
    gap, rate = np.array(values["acceptance-gap"]), np.mean(values["acceptance-rate"])
    proposed = 20 * 10_000  # at least
    assert abs(gap.mean()) < 4 * np.sqrt(rate * (1 - rate) / proposed)


@ON_LINE
def test_quantiles_are_inverted_to_their_tolerance(dataset: str) -> None:
    density = load(dataset, Path(), offline=True).density
    assert density is not None
    u = np.linspace(1e-4, 1 - 1e-4, 999)
    np.testing.assert_allclose(cdf(density, quantiles(density, u)), u, atol=1e-8)
    assert max(values_of(taken("inverse-cdf", dataset, {"n": 2000}, SEEDS[:3]))["inversion-error"]) < 1e-8


@pytest.mark.parametrize("density", [pair_1d(), comb_1d()], ids=["pair-1d", "comb-1d"])
def test_the_envelope_lies_above_the_density_and_touches_it(density: GaussianMixture) -> None:
    centre, scale = proposal(density)
    x = np.linspace(-20, 20, 400_001)
    log_ratio = on_line(density, x) - stats.norm.logpdf(x, centre, scale) - log_envelope(density)
    assert -1e-3 < log_ratio.max() < 0


def test_chains_on_the_pair_draw_from_it() -> None:
    measured = taken("metropolis", "pair-1d", {"n": 5000, "step": "whole"}, SEEDS[:4])
    values = values_of(measured)
    assert min(values["ks-p"]) > 0.001
    assert max(values["r-hat"]) < 1.1
    assert all(200 < effective < 2500 for effective in values["effective-samples"])
    assert measured.arrays["trace"].shape == (4, CHAINS, 500)


def test_chains_with_small_steps_are_stuck_in_the_combs_modes() -> None:
    """Modes ten standard deviations apart: a chain that moves by 2.4 of them hardly ever crosses, one with wide steps does."""
    small, wide = (
        values_of(taken("metropolis", "comb-1d", {"n": 5000, "step": step}, SEEDS[:2])) for step in ("mode", "whole")
    )
    assert max(small["modes-per-chain"]) < 3
    assert min(small["r-hat"]) > 1.2
    assert max(small["effective-samples"]) < 50
    assert min(wide["modes-per-chain"]) > 4.5
    assert max(wide["r-hat"]) < 1.2
    assert min(small["acceptance-rate"]) > 2 * max(wide["acceptance-rate"])


def test_curves_are_distribution_functions() -> None:
    for measure, options in (("inverse-cdf", {}), ("rejection", {}), ("metropolis", {"step": "whole"})):
        arrays = taken(measure, "pair-1d", {"n": 2000, **options}, SEEDS[:1]).arrays
        for name in ("cdf", "empirical"):
            assert (np.diff(arrays[name][0]) >= 0).all()
            assert arrays[name][0, [0, -1]] == pytest.approx([0, 1], abs=1e-6)
        assert np.abs(arrays["cdf"] - arrays["empirical"]).max() < 0.15
    envelope = taken("rejection", "pair-1d", {"n": 10}, SEEDS[:1]).arrays
    assert (envelope["envelope"] >= envelope["density"]).all()

"""A telling picture for each claim that has one; the others show what was measured in every setting (``report.verdicts``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from matplotlib.figure import Figure

from benchmarks.report.claims.effort import quality_by_cost
from benchmarks.report.claims.gradients import gradient_against_output
from benchmarks.report.claims.optimum import d_against_formula, value_against_jsd
from benchmarks.report.claims.printed_value import stated_against_printed
from benchmarks.report.claims.quantile_map import maps_over_u
from benchmarks.report.claims.regions import accepted_by_negatives, scores_by_negatives
from benchmarks.report.claims.rounds import score_by_round
from benchmarks.report.claims.samples import samples_side_by_side
from benchmarks.report.claims.scatter import classifier_against_distance, kl_against_quality
from benchmarks.report.claims.schedules import jsd_against_k, jsd_by_schedule
from benchmarks.report.claims.spread import arms_in_band, values_by_step_size
from benchmarks.report.claims.strips import ROWS, image_strips
from benchmarks.report.results import Results

PICTURES: dict[str, Callable[[Results], Figure | None]] = {
    "optimal-discriminator": d_against_formula,
    "value-is-jsd": value_against_jsd,
    "saturation": gradient_against_output,
    "discriminator-generates": score_by_round,
    "generator-replaces-search": partial(samples_side_by_side, claim="generator-replaces-search"),
    "quality-order": partial(samples_side_by_side, claim="quality-order"),
    "no-mode-collapse": partial(samples_side_by_side, claim="no-mode-collapse"),
    "pixel-loss-blurs": partial(samples_side_by_side, claim="pixel-loss-blurs", controls=True),
    "inverse-cdf": maps_over_u,
    "positives-only": scores_by_negatives,
    "noise-negatives-coarse": accepted_by_negatives,
    "erratum-value": stated_against_printed,
    "kl-tracks-quality": kl_against_quality,
    "balance-k": jsd_against_k,
    "schedules": jsd_by_schedule,
    "vae-is-stabler": values_by_step_size,
    "gans-differ-little": arms_in_band,
    "two-sample-classifier": classifier_against_distance,
    "latent-generator": partial(samples_side_by_side, claim="latent-generator"),
    "batchnorm-adam-help": partial(samples_side_by_side, claim="batchnorm-adam-help"),
    "codes-save-time": quality_by_cost,
    **{claim: partial(image_strips, claim=claim) for claim in ROWS},
}
"""Claim → its picture, None where the run lacks what it shows."""

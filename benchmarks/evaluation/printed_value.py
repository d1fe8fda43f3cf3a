"""The GAN's value as it is and as one source prints it, over D, on a known pair of densities."""

from __future__ import annotations

import numpy as np

from benchmarks.datasets.variations import lattice
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.evaluation.calibration import variation
from metrics.printed_value import maximiser, printed_value, stated_value
from metrics.quadrature import jsd

RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""p / q of the curves that are shown, with p + q = 1."""
CURVE = np.linspace(0.001, 0.999, 999)
LEAST = np.array([1e-1, 1e-2, 1e-4, 1e-8, 1e-16])
"""ε: D is kept in [ε, 1]."""
LATTICE = np.geomspace(LEAST[-1], 1, 65)
PRINTED_METRICS = ("stated-optimum-error", "stated-value-error", "printed-interior-share", "printed-growth")


def printed_against_stated(subject: Subject) -> tuple[Values, Arrays]:
    """See :func:`printed_value_over_d`; the same for every seed."""
    density, other = subject.dataset.density, variation(subject)
    assert density is not None
    points, cell = lattice(density, other)
    log_p, log_q = density.log_density(points), other.log_density(points)
    # where D is best depends on p / q alone, which stays exact where both densities underflow
    p, q = np.exp(log_p), np.exp(log_q)
    p_share = np.exp(log_p - np.logaddexp(log_p, log_q))
    q_share = np.exp(log_q - np.logaddexp(log_p, log_q))
    best = maximiser(lambda d: stated_value(p_share, q_share, d), 1e-16, 1 - 1e-16, p.shape)
    ends = np.array([np.maximum(printed_value(p, q, np.full_like(p, least)), q).sum() * cell for least in LEAST])
    facts = {
        "found": best,
        "p": p_share,
        "q": q_share,
        "value": float(stated_value(p, q, best).sum() * cell),
        "jsd": jsd(log_p, log_q, cell),
        "printed_curves": printed_value(p_share[:, None], q_share[:, None], LATTICE),
        "suprema": ends,
        "smallest": LEAST,
    }
    ratios = np.array(RATIOS)[:, None]
    p_curve, q_curve = ratios / (1 + ratios), 1 / (1 + ratios)
    return compute(PRINTED_METRICS, facts), {
        "d": CURVE,
        "ratios": np.array(RATIOS),
        "stated": stated_value(p_curve, q_curve, CURVE),
        "printed": printed_value(p_curve, q_curve, CURVE),
        "least": LEAST,
        "suprema": ends,
    }


def printed_value_over_d(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Where both values have their maximum over D at each point, and how the printed one grows, on the pair that the options name.

    Arrays: curves over D for some ratios p / q, and the printed value's supremum over D in [ε, 1] at several ε.
    """
    return subject.once(printed_against_stated)


MEASURES: dict[str, Measure] = {
    "printed-value": Measure(
        printed_value_over_d,
        lambda dataset: PRINTED_METRICS,
        "the GAN's value as it is and as one source prints it, over D",
        exact=True,
    ),
}

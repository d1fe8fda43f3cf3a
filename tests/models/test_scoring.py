"""What a score says: the threshold and the probability, for every loss."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.discriminator import Discriminator
from models.divergences import DIVERGENCES, divergence_named
from models.gan import GAN, LossName
from models.networks import MLP
from models.scoring import ScoringModel

NETWORKS = MLP((2,), 2, (4,), "none", "identity")
ROWS: list[tuple[str, float | None]] = [
    *((name, None) for name in DIVERGENCES if name != "total-variation"),
    ("weighted-jensen-shannon", 0.3),
    ("alpha", -0.5),
    ("alpha", 0.5),
    ("alpha", 1.5),
]


def discriminator(name: str, parameter: float | None = None) -> Discriminator:
    return Discriminator(NETWORKS, Discriminator.Settings.model_validate({"divergence": name, "parameter": parameter}))


def gan(loss: LossName) -> GAN:
    return GAN(NETWORKS, GAN.Settings(loss=loss))


def best_score(model: ScoringModel, p: float, q: float) -> Tensor:
    """The score of least loss at a point with densities p and q, by search over a fine grid."""
    v = torch.linspace(-6, 6, 240_001, dtype=torch.float64)
    zero = torch.zeros((), dtype=torch.float64)
    losses = torch.func.vmap(
        lambda one: (
            p * (model.discriminator_loss(one[None], zero[None]) - model.discriminator_loss(zero[None], zero[None]))
            + q * model.discriminator_loss(zero[None], one[None])
        )
    )(v)
    return v[losses.argmin()][None]


@pytest.mark.parametrize(("name", "parameter"), ROWS)
def test_the_best_score_says_p_over_p_plus_q(name: str, parameter: float | None) -> None:
    """By brute force, not by derivatives; and the threshold is where p = q."""
    model = discriminator(name, parameter)
    for p, q in ((1.0, 1.0), (0.6, 0.4), (0.35, 0.65)):
        best = best_score(model, p, q)
        assert float(model.probability(best)) == pytest.approx(p / (p + q), abs=1e-3)
        assert bool(best > model.threshold + 1e-3) == (p > q)
    assert float(model.probability(torch.tensor([model.threshold], dtype=torch.float64))) == pytest.approx(
        0.5, abs=1e-9
    )


@pytest.mark.parametrize("loss", ["saturating", "non-saturating", "least-squares"])
def test_the_gans_losses_too(loss: LossName) -> None:
    model = gan(loss)
    for p, q in ((1.0, 1.0), (0.7, 0.3)):
        assert float(model.probability(best_score(model, p, q))) == pytest.approx(p / (p + q), abs=1e-3)
    assert float(best_score(model, 1, 1)) == pytest.approx(model.threshold, abs=1e-3)


def test_vanilla_probability_is_the_sigmoid_also_far_out() -> None:
    scores = torch.tensor([-400.0, -3, 0, 0.5, 30, 400], dtype=torch.float64)
    torch.testing.assert_close(gan("non-saturating").probability(scores), scores.sigmoid())
    torch.testing.assert_close(discriminator("gan").probability(scores), scores.sigmoid())


def test_least_squares_probability_is_the_score_cut_to_the_unit_interval() -> None:
    scores = torch.tensor([-0.5, 0.0, 0.25, 1.0, 1.5], dtype=torch.float64)
    torch.testing.assert_close(gan("least-squares").probability(scores), scores.clamp(0, 1))


def test_hinge_says_sure_or_undecided() -> None:
    scores = torch.tensor([-2.0, -0.5, 0.5, 2.0], dtype=torch.float64)
    assert gan("hinge").probability(scores).tolist() == [0, 0.5, 0.5, 1]
    assert gan("hinge").threshold == 0


def test_total_variation_says_which_and_not_how_much() -> None:
    model = discriminator("total-variation")
    assert model.threshold == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="not by how much"):
        model.probability(torch.zeros(3))


@pytest.mark.parametrize(("name", "parameter"), [("total-variation", None), *ROWS])
def test_score_threshold_is_where_t_is_at_the_threshold(name: str, parameter: float | None) -> None:
    row = divergence_named(name, parameter)
    at = row.activation(torch.tensor(row.score_threshold, dtype=torch.float64))
    assert float(at) == pytest.approx(row.threshold, abs=1e-9)

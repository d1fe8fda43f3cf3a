"""Adversarial models: schedules and their counts, who is fooled, the misprinted loss, labels, refusals."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from models.base import Phase, Step
from models.fgan import FGAN
from models.gan import GAN, LOSSES, AdversarialModel
from models.latent_gan import LatentGAN
from models.networks import MLP

NETWORKS = MLP((4,), 2, (8,), "none", "identity")


def gan(**settings: object) -> GAN:
    return GAN(NETWORKS, GAN.Settings(**settings))  # type: ignore[arg-type]


def counts(model: AdversarialModel | LatentGAN, updates: int) -> Counter[str]:
    """Updates of every player in a budget, where none is left to choice."""
    found: Counter[str] = Counter()
    for phase in model.schedule():
        assert phase.choice is None
        for step in phase.cycle:
            found[step.player] += step.repeats * phase.cycles(updates)
    return found


def test_k_below_one_has_several_generator_updates_to_one_of_the_discriminator() -> None:
    model = gan(generator_steps=5)
    assert model.schedule() == (Phase((Step("discriminator"), Step("generator", 5))),)
    assert counts(model, 100) == {"discriminator": 20, "generator": 100}


@given(
    d=st.integers(1, 30), g=st.integers(1, 30), rounds=st.integers(1, 60), updates=st.integers(1, 3000),
    head_start=st.sampled_from([0.0, 0.1, 0.5, 0.9]),
)  # fmt: skip
def test_rounds_have_as_many_updates_of_both_as_alternating(
    d: int, g: int, rounds: int, updates: int, head_start: float
) -> None:
    shared = {"discriminator_steps": d, "generator_steps": g, "head_start": head_start}
    in_rounds = gan(schedule="rounds", rounds=rounds, **shared)
    assert counts(in_rounds, updates) == counts(gan(**shared), updates)


def test_rounds_are_discriminator_then_generator_and_divide_the_budget() -> None:
    phases = gan(schedule="rounds", rounds=3, discriminator_steps=2).schedule()
    assert [phase.cycle for phase in phases] == 3 * [(Step("discriminator", 2),), (Step("generator"),)]
    assert [phase.span(100) for phase in phases[::2]] == [range(33), range(33, 66), range(66, 100)]
    assert [phase.span(100) for phase in phases[1::2]] == [range(33), range(33, 66), range(66, 100)]
    once = gan(schedule="rounds", rounds=1).schedule()
    assert [(phase.cycle[0].player, phase.cycles(100)) for phase in once] == [
        ("discriminator", 100),
        ("generator", 100),
    ]


@pytest.mark.parametrize("schedule", [{}, {"schedule": "rounds", "rounds": 4}, {"schedule": "who-loses"}], ids=str)
def test_a_head_start_of_everything_leaves_the_generator_untrained(schedule: dict[str, object]) -> None:
    assert counts(gan(head_start=1.0, **schedule), 100) == {"discriminator": 100}


def test_a_head_start_takes_its_share_of_the_budget() -> None:
    assert counts(gan(head_start=0.9, discriminator_steps=2), 2000) == {"discriminator": 1800 + 400, "generator": 200}


def test_who_loses_has_as_many_updates_in_all_as_alternating() -> None:
    (phase,) = gan(schedule="who-loses").schedule()
    assert phase.choice == "fooled"
    assert phase.cycle == (Step("discriminator"), Step("generator"))  # fooled: the discriminator
    assert phase.cycles(100) == 200


def test_a_choice_is_between_two_single_steps() -> None:
    for cycle in ((Step("a"),), (Step("a"), Step("b", 2)), (Step("a"), Step("b"), Step("c"))):
        with pytest.raises(ValueError, match="two single steps"):
            Phase(cycle, choice="fooled")


def test_latent_gan_plays_its_schedule_after_the_autoencoder() -> None:
    settings = LatentGAN.Settings(schedule="rounds", rounds=2, generator_steps=4, prior="uniform")
    model = LatentGAN(NETWORKS, settings)
    assert counts(model, 40) == {"autoencoder": 40, "discriminator": 10, "generator": 40}
    assert model.sample_spec() == model.noise_spec("generator") == model.gan.sample_spec()
    assert model.sample_spec()["latent"].kind == "standardised-uniform"


def fooled(model: AdversarialModel, scores: list[float]) -> float:
    """The scalar by which players are chosen, of a batch of samples with these scores."""
    score = torch.tensor(scores)
    model.score = lambda x: score  # type: ignore[method-assign]
    _, scalars = model("generator", None, {"latent": torch.zeros(len(scores), 2)})
    return float(scalars["fooled"])


def test_fooled_is_taking_more_than_half_of_the_samples_for_data() -> None:
    model = gan(schedule="who-loses")
    assert fooled(model, [0.1, 0.2, -9.0]) == 1
    assert fooled(model, [0.1, -0.2, 9.0, -0.1]) == 0  # half is not more than half
    assert fooled(model, [-0.1, -0.2, 9.0]) == 0
    assert fooled(model, [torch.nan] * 3) == 0


def test_the_threshold_is_that_of_the_loss() -> None:
    """Least squares aims at 1 for data and 0 for samples; the f-GAN with Jensen–Shannon is the GAN."""
    assert fooled(gan(schedule="who-loses", loss="least-squares"), [0.4, 0.4, 0.6]) == 0
    assert fooled(gan(schedule="who-loses", loss="least-squares"), [0.4, 0.6, 0.6]) == 1
    scores = torch.linspace(-3, 3, 101)
    settings = FGAN.Settings(divergence="jensen-shannon", generator_objective="exact")
    assert torch.equal(FGAN(NETWORKS, settings).taken_for_data(scores), gan().taken_for_data(scores))


def test_who_is_fooled_is_recorded_only_where_it_matters() -> None:
    _, scalars = gan()("generator", None, {"latent": torch.zeros(3, 2)})
    assert set(scalars) == {"generator_loss"}


def test_misprinted_loss_against_the_printed_logarithms() -> None:
    model = gan(loss="misprinted")
    real, fake = torch.randn(6, dtype=torch.float64), torch.randn(6, dtype=torch.float64)
    printed = real.sigmoid().log().mean() + (1 - fake.sigmoid().log()).mean()
    torch.testing.assert_close(model.discriminator_loss(real, fake), -printed)
    torch.testing.assert_close(model.generator_loss(fake), (1 - fake.sigmoid().log()).mean())


def slope(loss: str, scores: Tensor) -> Tensor:
    return torch.func.grad(lambda t: LOSSES[loss].generator(t).sum())(scores)  # type: ignore[index]


def test_misprinted_loss_has_no_optimal_discriminator_between_0_and_1() -> None:
    """Its objective at a point is (p − q) log D + q: falling in D without bound where q > p, rising where p > q."""
    scores = torch.linspace(-200, 200, 401, dtype=torch.float64)
    loss = LOSSES["misprinted"]
    for p, q in ((0.2, 0.5), (0.5, 0.2)):
        objective = -(p * loss.real(scores) + q * loss.fake(scores))
        torch.testing.assert_close(objective, (p - q) * torch.nn.functional.logsigmoid(scores) + q)
        assert ((objective.diff() <= 0) if q > p else (objective.diff() >= 0)).all()
    assert float(-(0.2 * loss.real(scores) + 0.5 * loss.fake(scores))[0]) == pytest.approx(0.3 * 200 + 0.5)
    torch.testing.assert_close(slope("misprinted", scores), slope("non-saturating", scores))


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({}, "GAN (non-saturating)"),
        ({"loss": "saturating", "discriminator_steps": 5}, "GAN (saturating, k = 5)"),
        ({"generator_steps": 5}, "GAN (non-saturating, k = 1/5)"),
        ({"discriminator_steps": 2, "generator_steps": 5}, "GAN (non-saturating, k = 2/5)"),
        ({"schedule": "rounds", "rounds": 1}, "GAN (non-saturating, 1 round)"),
        ({"schedule": "rounds", "rounds": 20}, "GAN (non-saturating, 20 rounds)"),
        ({"schedule": "who-loses", "prior": "uniform"}, "GAN (non-saturating, who loses moves, uniform noise)"),
        ({"head_start": 0.9, "optimiser": "sgd"}, "GAN (non-saturating, head start 0.9, SGD)"),
        ({"loss": "misprinted", "beta1": 0.0}, "GAN (misprinted, beta1 0)"),
    ],
    ids=str,
)
def test_labels(settings: dict[str, object], label: str) -> None:
    assert GAN.describe(GAN.Settings(**settings)) == label  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"schedule": "rounds"}, "rounds .* belongs to schedule 'rounds'"),
        ({"rounds": 3}, "rounds .* belongs to schedule 'rounds'"),
        ({"schedule": "rounds", "rounds": 0}, "rounds"),
        ({"schedule": "who-loses", "discriminator_steps": 2}, "one player at a time"),
        ({"schedule": "who-loses", "generator_steps": 2}, "one player at a time"),
        ({"schedule": "simultaneous"}, "who-loses"),
        ({"optimiser": "sgd", "beta1": 0.9}, "are Adam's"),
        ({"optimiser": "rmsprop"}, "sgd"),
        ({"prior": "exponential"}, "uniform"),
        ({"head_start": 1.5}, "head_start"),
    ],
    ids=str,
)
def test_settings_that_say_nothing_or_contradict_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GAN.Settings.model_validate(settings)


def test_regression_is_added_to_the_generators_loss_and_to_no_other() -> None:
    torch.manual_seed(0)
    plain = gan()
    both = gan(regression_weight=0.5)
    both.load_state_dict(plain.state_dict())
    x, noise = torch.randn(6, 4), {"latent": torch.randn(6, 2)}
    assert both.uses_data("generator") and not plain.uses_data("generator")
    added = both("generator", x, noise)[0] - plain("generator", None, noise)[0]
    expected = 0.5 * (x - plain.sample(noise)).square().sum(1).mean()
    torch.testing.assert_close(added, expected)
    torch.testing.assert_close(both("discriminator", x, noise)[0], plain("discriminator", x, noise)[0])
    assert GAN.describe(GAN.Settings(regression_weight=0.5)) == "GAN (non-saturating, L2 0.5)"

"""The discriminator alone: its bound, its negatives, its samples."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from models.discriminator import Discriminator
from models.fgan import FGAN
from models.gan import GAN
from models.networks import MLP, Conv

TWO = {"name": "two", "weights": [0.25, 0.75], "means": [[-1.0, 0.0], [2.0, 1.0]], "scales": [0.1, 0.3]}


def build(**settings: object) -> Discriminator:
    torch.manual_seed(0)
    networks = MLP((2,), 2, (8, 8), "none", "identity")
    return Discriminator(networks, Discriminator.Settings.model_validate(settings))


def noise_of(model: Discriminator, n: int, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    draws = {"normal": torch.randn, "uniform": torch.rand}
    spec = model.noise_spec("discriminator")
    return {name: draws[one.kind]((n, *one.shape), generator=generator) for name, one in spec.items()}


def negatives_of(model: Discriminator, n: int) -> Tensor:
    """The negatives that a step sees: what goes through the discriminator behind the data."""
    seen: list[Tensor] = []
    handle = model.discriminator.register_forward_hook(lambda module, given, out: seen.append(given[0]))
    model("discriminator", torch.zeros(1, 2), noise_of(model, n))
    handle.remove()
    return seen[-1][1:]


def test_same_network_as_the_gans_discriminator() -> None:
    networks = MLP((2,), 2, (8, 8), "none", "identity")
    gan = GAN(networks, GAN.Settings())
    shapes = [(name, p.shape) for name, p in build().discriminator.named_parameters()]
    assert shapes == [(name, p.shape) for name, p in gan.discriminator.named_parameters()]


@pytest.mark.parametrize("row", ["gan", "kl", "squared-hellinger", "total-variation"])
def test_its_loss_is_the_f_gans_discriminators(row: str) -> None:
    real, fake = torch.randn(20), torch.randn(20)
    networks = MLP((2,), 2, (8, 8), "none", "identity")
    fgan = FGAN(networks, FGAN.Settings.model_validate({"divergence": row, "generator_objective": "exact"}))
    torch.testing.assert_close(
        build(divergence=row).discriminator_loss(real, fake), fgan.discriminator_loss(real, fake)
    )


def test_an_undecided_discriminator_has_value_minus_log_four() -> None:
    assert float(-build().discriminator_loss(torch.zeros(4), torch.zeros(4))) == pytest.approx(-math.log(4))


def test_with_positives_only_the_loss_is_the_datas_term_and_falls_with_the_score() -> None:
    model = build(negatives="none")
    assert model.noise_spec("discriminator") == {}
    x = torch.randn(10, 2)
    loss, _ = model("discriminator", x, {})
    torch.testing.assert_close(loss, -model.score(x).sigmoid().log().mean())


def test_uniform_negatives_fill_the_box_of_the_data() -> None:
    model = build(negatives="uniform")
    model.fit(torch.tensor([[0.0, 0.0], [10.0, 1.0]]))
    drawn = negatives_of(model, 4000)
    torch.testing.assert_close(drawn.mean(0), torch.tensor([5.0, 0.5]), atol=0.2, rtol=0)
    assert (drawn.amin(0) > torch.tensor([-1.0, -0.1])).all()
    assert (drawn.amin(0) < torch.tensor([-0.9, -0.09])).all()
    assert (drawn.amax(0) < torch.tensor([11.0, 1.1])).all()


def test_negatives_of_a_mixture_have_its_weights_means_and_scales() -> None:
    drawn = negatives_of(build(negatives="mixture", mixture=TWO), 20_000)
    first = drawn[:, 0] < 0.25
    assert float(first.float().mean()) == pytest.approx(0.25, abs=0.01)
    torch.testing.assert_close(drawn[first].mean(0), torch.tensor([-1.0, 0.0]), atol=0.01, rtol=0)
    torch.testing.assert_close(drawn[~first].mean(0), torch.tensor([2.0, 1.0]), atol=0.02, rtol=0)
    torch.testing.assert_close(drawn[first].std(0), torch.full((2,), 0.1), atol=0.01, rtol=0)
    torch.testing.assert_close(drawn[~first].std(0), torch.full((2,), 0.3), atol=0.01, rtol=0)


def test_all_that_it_stores_is_finite() -> None:
    """A seed with anything else among its weights counts as diverged."""
    assert all(tensor.isfinite().all() for tensor in build(negatives="mixture", mixture=TWO).state_dict().values())


def test_every_uniform_number_chooses_exactly_one_component() -> None:
    """Also where the weights' sum is rounded, at both ends."""
    settings = {
        "name": "ten",
        "weights": [0.1] * 10,
        "means": [[float(k), 0.0] for k in range(10)],
        "scales": [1e-9] * 10,
    }
    model = build(negatives="mixture", mixture=settings)
    component = torch.tensor([0.0, 0.05, 0.15, 0.999999, 1 - 2**-24])[:, None]
    noise = {"component": component, "normal": torch.zeros(5, 2)}
    seen: list[Tensor] = []
    model.discriminator.register_forward_hook(lambda module, given, out: seen.append(given[0]))
    model("discriminator", torch.zeros(1, 2), noise)
    assert seen[0][1:, 0].tolist() == [0, 0, 1, 9, 9]


class Peak(nn.Module):
    """Score −‖x − (1, 1)‖², and a parameter that a gradient can reach."""

    def __init__(self) -> None:
        super().__init__()
        self.height = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.height - (x - 1).square().sum(-1, keepdim=True)


@pytest.mark.parametrize("negatives", ["ascent", "langevin"])
def test_mined_negatives_are_near_the_peak_and_carry_no_gradient(negatives: str) -> None:
    model = build(negatives=negatives, mining_steps=60)
    model.fit(torch.tensor([[-4.0, -4.0], [4.0, 4.0]]))
    model.discriminator = Peak()
    found = negatives_of(model, 300)
    assert not found.requires_grad
    distance = (found - 1).norm(dim=-1)
    uniform = build(negatives="uniform")
    uniform.fit(torch.tensor([[-4.0, -4.0], [4.0, 4.0]]))
    assert float(distance.median()) < 0.35 * float((negatives_of(uniform, 300) - 1).norm(dim=-1).median())
    if negatives == "ascent":
        assert float(distance.max()) < 0.1


def test_samples_are_found_on_the_final_score_with_more_steps() -> None:
    model = build(negatives="none", sampling_steps=100).eval()
    model.fit(torch.tensor([[-4.0, -4.0], [4.0, 4.0]]))
    model.discriminator = Peak()
    with torch.no_grad():
        found = model.sample({"start": torch.rand(50, 2)})
    torch.testing.assert_close(found, torch.ones(50, 2), atol=0.02, rtol=0)


def test_pixels_stay_in_the_unit_interval_and_convolutions_are_searched_too() -> None:
    networks = Conv((8, 8), 3, (6, 4), "batch", "sigmoid", "nearest")
    model = Discriminator(networks, Discriminator.Settings(negatives="ascent", mining_steps=3, sampling_steps=3))
    model.fit(torch.randint(0, 200, (30, 64), dtype=torch.uint8))
    loss, _ = model("discriminator", torch.rand(5, 64), {"start": torch.rand(5, 64)})
    assert loss.isfinite()
    drawn = model.sample({"start": torch.rand(5, 64)})
    assert (drawn >= 0).all()
    assert (drawn <= 1).all()


def test_a_gradient_penalty_is_added() -> None:
    model, plain = build(r1_weight=2.0), build()
    x, noise = torch.randn(6, 2), noise_of(plain, 6)
    with_penalty, scalars = model("discriminator", x, noise)
    torch.testing.assert_close(with_penalty - plain("discriminator", x, noise)[0], scalars["r1_penalty"])
    torch.testing.assert_close(scalars["r1_penalty"], plain.squared_slope(x).mean())


def test_arms_are_told_apart() -> None:
    settings = [
        {}, {"negatives": "none"}, {"negatives": "ascent"}, {"negatives": "langevin"}, {"search": "langevin"},
        {"divergence": "kl"}, {"negatives": "mixture", "mixture": TWO},
        {"negatives": "mixture", "mixture": {**TWO, "name": "other"}}, {"r1_weight": 1.0},
    ]  # fmt: skip
    names = {Discriminator.describe(Discriminator.Settings.model_validate(one)) for one in settings}
    assert len(names) == len(settings)
    assert "discriminator (negatives: uniform)" in names


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"negatives": "mixture"}, "mixture is given where"),
        ({"negatives": "uniform", "mixture": TWO}, "mixture is given where"),
        ({"negatives": "mixture", "mixture": {**TWO, "weights": [0.5, 0.6]}}, "add up to 1, not to 1.1"),
        ({"negatives": "mixture", "mixture": {**TWO, "scales": [1.0]}}, "2 scales"),
        ({"negatives": "mixture", "mixture": {**TWO, "scales": [1.0, -1.0]}}, "greater than 0"),
        ({"negatives": "noise"}, "negatives"),
        ({"divergence": "alpha"}, "needs a parameter"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Discriminator.Settings.model_validate(settings)


def test_a_mixture_of_other_dimensions_is_refused() -> None:
    with pytest.raises(ValueError, match="in 2 dimensions is no negative for data of 3"):
        Discriminator(
            MLP((3,), 2, (4,), "none", "identity"),
            Discriminator.Settings.model_validate({"negatives": "mixture", "mixture": TWO}),
        )

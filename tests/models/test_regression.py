"""Regression on noise: its loss, and that its optimum is a constant."""

from __future__ import annotations

import pytest
import torch

from models.code_regression import CodeRegression
from models.networks import MLP
from models.regression import ErrorName, Regression

DATA = torch.tensor([[0.0, 0.1], [0.0, 0.2], [0.6, 0.9]], dtype=torch.float64)
CENTRES = {"squared": DATA.mean(0), "absolute": DATA.median(0).values}


def model(error: ErrorName) -> Regression:
    torch.manual_seed(0)
    return Regression(MLP((2,), 1, (8,), "none", "identity"), Regression.Settings(error=error)).double()


def test_losses_against_sums_written_out() -> None:
    x, noise = DATA[:2], {"latent": torch.randn(2, 1, dtype=torch.float64)}
    for error, power in (("squared", 2), ("absolute", 1)):
        one = model(error)  # type: ignore[arg-type]
        out = one.sample(noise).detach()
        by_hand = sum(abs(float(x[i, j] - out[i, j])) ** power for i in range(2) for j in range(2)) / 2
        loss, scalars = one("decoder", x, noise)
        assert float(loss.detach()) == pytest.approx(by_hand)
        assert float(scalars[f"{error}_error"]) == pytest.approx(by_hand)


@pytest.mark.parametrize("error", ["squared", "absolute"])
def test_the_optimum_is_the_mean_or_the_median_whatever_the_noise(error: ErrorName) -> None:
    """All pairs of a datum and a noise vector, so that the two are independent: the loss at the centre of the data is the least."""
    one = model(error)
    latent = torch.linspace(-2, 2, 5, dtype=torch.float64)[:, None]
    x, z = DATA.repeat_interleave(5, 0), latent.repeat(3, 1)
    optimiser = torch.optim.Adam(one.parameters(), lr=0.01)
    for step in range(1500):
        optimiser.param_groups[0]["lr"] = 0.01 * (1 - step / 1500)
        optimiser.zero_grad()
        one("decoder", x, {"latent": z})[0].backward()
        optimiser.step()
    torch.testing.assert_close(one.sample({"latent": latent}), CENTRES[error].expand(5, 2), atol=1e-2, rtol=0)


def test_labels() -> None:
    assert Regression.describe(Regression.Settings()) == "regression (squared error)"
    assert Regression.describe(Regression.Settings(error="absolute")) == "regression (absolute error)"


def test_a_decoder_with_codes_of_its_own_learns_what_belongs_to_each() -> None:
    """One code for each datum: the loss falls to 0, which no constant reaches."""
    torch.manual_seed(0)
    one = CodeRegression(MLP((2,), 1, (16,), "none", "identity"), CodeRegression.Settings()).double()
    pairs = torch.cat([torch.tensor([[-1.0], [0.0], [1.0]], dtype=torch.float64), DATA], dim=1)
    optimiser = torch.optim.Adam(one.parameters(), lr=0.01)
    for _ in range(1500):
        optimiser.zero_grad()
        one("decoder", pairs, {})[0].backward()
        optimiser.step()
    assert float(one("decoder", pairs, {})[0]) < 1e-4
    torch.testing.assert_close(one.sample({"latent": pairs[:, :1]}), DATA, atol=0.02, rtol=0)
    assert one.noise_spec("decoder") == {}

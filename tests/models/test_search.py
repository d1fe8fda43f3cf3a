"""Search in a box: to the maximum of a score, and to the density that a score stands for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.search import MARGIN, ascend, box_of, langevin, step_sizes

LOW, HIGH = torch.tensor([[-1.0, 0.0]]), torch.tensor([[3.0, 1.0]])


def starts(n: int, seed: int = 0) -> Tensor:
    return torch.rand((n, 2), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_ascent_goes_to_the_maximum_of_a_quadratic_score(scale: float) -> None:
    """Whatever the score's scale; to within a few of the last steps."""
    top = torch.tensor([0.7, 0.25])
    found = ascend(lambda x: -scale * (x - top).square().sum(-1), starts(200), LOW, HIGH, 200, 0.05)
    torch.testing.assert_close((found - top) / (HIGH - LOW), torch.zeros(200, 2), atol=2e-3, rtol=0)


def test_ascent_ends_at_the_nearest_of_two_maxima() -> None:
    def score(x: Tensor) -> Tensor:
        return -(x[..., 0] - 1).abs().sub(1).square()  # maxima at 0 and 2

    start = torch.tensor([[0.3, 0.5], [0.7, 0.5]])  # x = 0.2 and 1.8
    found = ascend(score, start, LOW, HIGH, 100, 0.05)
    torch.testing.assert_close(found, torch.tensor([[0.0, 0.5], [2.0, 0.5]]), atol=0.01, rtol=0)


def test_a_score_that_rises_forever_is_followed_to_the_border_and_a_flat_one_nowhere() -> None:
    found = ascend(lambda x: x[..., 0] / 4 - x[..., 1], starts(50), LOW, HIGH, 60, 0.05)
    torch.testing.assert_close(found, torch.tensor([[3.0, 0.0]]).expand(50, 2))
    torch.testing.assert_close(
        ascend(lambda x: 0 * x.sum(-1), starts(50), LOW, HIGH, 20, 0.05), LOW + (HIGH - LOW) * starts(50)
    )


def test_ascents_reach_is_half_the_box_with_twenty_steps_of_a_twentieth() -> None:
    assert sum(step_sizes(1 / 20, 20)) == pytest.approx(0.525)
    assert step_sizes(0.3, 3) == pytest.approx([0.3, 0.2, 0.1])


def test_langevin_samples_the_density_that_the_score_is_the_logarithm_of() -> None:
    """A Gaussian of a tenth of the box's side, many small steps: mean and standard deviation."""
    n, steps, scale = 4000, 400, 0.1
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn((n, steps, 2), generator=generator)
    centre = LOW + 0.5 * (HIGH - LOW)
    found = langevin(
        lambda x: -0.5 * ((x - centre) / (HIGH - LOW) / scale).square().sum(-1), starts(n), noise, LOW, HIGH, 0.04
    )
    u = (found - LOW) / (HIGH - LOW)
    torch.testing.assert_close(u.mean(0), torch.full((2,), 0.5), atol=0.01, rtol=0)
    torch.testing.assert_close(u.std(0), torch.full((2,), scale), atol=0.01, rtol=0)


def test_langevins_drift_is_cut_where_the_score_is_steep() -> None:
    """Without noise a huge slope moves a point by no more than the sum of ascent's steps."""
    start = torch.zeros((1, 2))
    found = langevin(lambda x: 1e12 * x[..., 0], start, torch.zeros((1, 4, 2)), LOW, HIGH, 0.02)
    moved = float((found[0, 0] - LOW[0, 0]) / 4.0)
    assert moved == pytest.approx(2**0.5 * sum(step_sizes(0.02, 4)))


def test_seeds_of_a_stack_are_searched_alone() -> None:
    tops = torch.tensor([[[0.0, 0.5]], [[2.0, 0.5]]])
    stack = starts(10).expand(2, 10, 2)
    found = ascend(lambda x: -(x - tops).square().sum(-1), stack, LOW, HIGH, 100, 0.05)
    for index in range(2):
        alone = ascend(lambda x: -(x - tops[index]).square().sum(-1), stack[index], LOW, HIGH, 100, 0.05)  # noqa: B023
        torch.testing.assert_close(found[index], alone)


def test_box_of_pixels_and_of_coordinates() -> None:
    low, high = box_of(torch.randint(50, 200, (30, 4), dtype=torch.uint8))
    assert low.tolist() == [0] * 4
    assert high.tolist() == [1] * 4
    low, high = box_of(torch.tensor([[0.0, -1], [10, 1]]))
    torch.testing.assert_close(low, torch.tensor([-10 * MARGIN, -1 - 2 * MARGIN]))
    torch.testing.assert_close(high, torch.tensor([10 + 10 * MARGIN, 1 + 2 * MARGIN]))

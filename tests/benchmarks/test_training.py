"""The training loop: stacks against solo runs, fast paths against plain ones, purity of seeds, divergence, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import stack_module_state

from benchmarks.blocks import train_block
from benchmarks.datasets import load
from benchmarks.experiments.base import block
from benchmarks.recipes import ARMS, FURTHER_ARMS, FURTHER_IMAGE_ARMS
from benchmarks.specs import Training
from benchmarks.training.loop import Trained, begin, denormals_as_zero, train
from benchmarks.training.optimisers import learning_rate_factor
from benchmarks.training.randomness import BatchStream, NoiseStream, generator_for, initialise
from benchmarks.training.seed_axis import ModelContractError, SeedAxis
from models import MODELS, GenerativeModel
from models.autoencoder import Autoencoder
from models.base import Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import MLP, Conv, Norm

TWO = {"name": "two", "weights": [0.3, 0.7], "means": [[0.2] * 12, [0.8] * 12], "scales": [0.1, 0.2]}
TRAINED = [(name, settings) for name, settings in ARMS + FURTHER_ARMS + FURTHER_IMAGE_ARMS if name != "pca"]
TRAINED += [
    ("discriminator", {"negatives": "uniform", "divergence": "kl", "r1_weight": 1.0}),
    ("discriminator", {"negatives": "mixture", "mixture": TWO}),
    ("discriminator", {"negatives": "ascent", "mining_steps": 3}),
    ("discriminator", {"negatives": "langevin", "mining_steps": 3}),
    ("ae", {"error": "absolute"}),
    ("gan", {"regression_weight": 0.1}),
    ("latent-gan", {"regression_weight": 0.1}),
]
EVERY_ARM = pytest.mark.parametrize(("name", "settings"), TRAINED, ids=lambda value: str(value))
EVERY_MODEL = pytest.mark.parametrize(
    ("name", "settings"), list(dict(TRAINED[:12]).items()), ids=lambda value: str(value)
)
SEEDS = (3, 4, 5)
DATA = torch.rand((200, 12), generator=torch.Generator().manual_seed(0))
EXACT = DATA.double()  # where rounding errors must not grow
SHORT = Training(updates=40, batch=16)
TINY = torch.finfo(torch.float32).tiny


def builder(name: str, settings: Mapping[str, object], norm: Norm = "batch") -> Callable[[], GenerativeModel]:
    networks = MLP((12,), 4, (16, 24), norm, "sigmoid")
    resolved = MODELS[name].Settings(**settings)
    return lambda: MODELS[name](networks, resolved)  # type: ignore[call-arg]


GAUGE = re.compile(r"encoder\.\d+\.bias|.*running_mean")
"""What a code's bias before batch normalisation moves: its gradient is rounding error alone, which differs between processors, and
which Adam magnifies to some 1e-8; means that run over what it shifts."""


def assert_same(a: Trained, b: Trained, rows: slice = slice(None)) -> None:
    assert a.weights.keys() == b.weights.keys()
    for name in a.weights:
        tolerance = 1e-7 if GAUGE.fullmatch(name) else 1e-9
        torch.testing.assert_close(a.weights[name][rows], b.weights[name], rtol=1e-7, atol=tolerance, msg=name)


def assert_bit_equal(a: Trained, b: Trained, seeds: list[int] | slice = slice(None)) -> None:
    for name in a.weights:
        assert torch.equal(a.weights[name][seeds], b.weights[name][seeds]), name
    for name in a.curves:
        np.testing.assert_array_equal(a.curves[name][seeds], b.curves[name][seeds])


SOLO = [(name, settings, True) for name, settings in TRAINED]
SOLO += [(name, settings, False) for name, settings in dict(TRAINED[:12]).items()]


@pytest.mark.parametrize(("name", "settings", "fast"), SOLO, ids=lambda value: str(value))
def test_stack_equals_solo(name: str, settings: Mapping[str, object], fast: bool) -> None:
    """Every seed of a stack ends where it ends when trained alone; also mapped, where the layers could be stacked."""
    build = builder(name, settings)
    stack = train(build, EXACT, SHORT, SEEDS, fast=fast)
    for index, seed in enumerate(SEEDS):
        solo = train(build, EXACT, SHORT, (seed,), fast=fast)
        assert_same(stack, solo, slice(index, index + 1))


@EVERY_ARM
def test_stack_equals_plain_module(name: str, settings: Mapping[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed trained by itself as an ordinary module, neither stacked nor mapped, ends in the same place."""
    build = builder(name, settings)
    stack = train(build, EXACT, SHORT, SEEDS)
    monkeypatch.setattr(MODELS[name], "stacked", False)
    assert_same(stack, train(build, EXACT, SHORT, SEEDS[1:2]), slice(1, 2))


@EVERY_ARM
def test_stacked_layers_equal_vmap(name: str, settings: Mapping[str, object]) -> None:
    build = builder(name, settings)
    assert MODELS[name].stacked
    assert_same(train(build, EXACT, SHORT, SEEDS), train(build, EXACT, SHORT, SEEDS, fast=False))


@EVERY_MODEL
@pytest.mark.parametrize("fast", [True, False], ids=["stacked", "vmap"])
def test_fused_optimiser_equals_unfused(name: str, settings: Mapping[str, object], fast: bool) -> None:
    build = builder(name, settings)
    fused = train(build, EXACT, SHORT, SEEDS, fast=fast)
    assert_same(fused, train(build, EXACT, SHORT, SEEDS, fast=fast, fused=False))


@pytest.mark.parametrize("fused", [True, False])
def test_transposed_gradients_reach_the_optimiser_in_order(fused: bool) -> None:
    """PyTorch's own linear layers give gradients as transposed views, and fused Adam on the CPU ignores strides."""

    class TorchLayers(MLP):
        def encoder(self, outputs: int, norm: Norm = "none") -> nn.Sequential:
            return nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, outputs))

        def decoder(self, norm: Norm | None = None) -> nn.Sequential:
            return nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 12))

    networks = TorchLayers((12,), 4, (24,), "none", "identity")
    reference = Autoencoder(networks, Autoencoder.Settings()).double()

    def same_start(models: list[GenerativeModel]) -> None:
        for model in models:
            model.load_state_dict(reference.state_dict())

    def build() -> Autoencoder:
        return Autoencoder(networks, Autoencoder.Settings())

    trained = train(build, EXACT, Training(updates=1, batch=16), (3, 4), fast=False, fused=fused, prepare=same_start)
    for index, seed in enumerate((3, 4)):
        alone = Autoencoder(networks, Autoencoder.Settings()).double()
        alone.load_state_dict(reference.state_dict())
        optimiser = torch.optim.Adam(alone.parameters(), lr=1e-3, betas=(0.9, 0.999))
        alone("autoencoder", BatchStream(EXACT, 16, (seed,)).next()[0], {})[0].backward()
        optimiser.step()
        for name, parameter in alone.named_parameters():
            torch.testing.assert_close(trained.weights[name][index], parameter.detach())


@EVERY_MODEL
def test_same_block_twice_is_byte_equal(name: str, settings: Mapping[str, object]) -> None:
    build = builder(name, settings)
    first = train(build, DATA, SHORT, SEEDS)
    torch.randn(1000)  # whatever else was drawn does not matter
    assert_bit_equal(first, train(build, DATA, SHORT, SEEDS))


@EVERY_MODEL
def test_other_seeds_differ(name: str, settings: Mapping[str, object]) -> None:
    trained = train(builder(name, settings), DATA, SHORT, SEEDS)
    first = next(iter(trained.weights.values()))
    assert not torch.equal(first[0], first[1])
    losses = [curve for curve_name, curve in trained.curves.items() if curve_name != "likelihood_scale"]
    assert losses
    for curve in losses:
        assert len({*curve[:, -1].tolist()}) == len(SEEDS)


@EVERY_MODEL
def test_a_seed_turned_nan_leaves_its_neighbours_bit_equal(name: str, settings: Mapping[str, object]) -> None:
    def poison(models: list[GenerativeModel]) -> None:
        with torch.no_grad():
            for parameter in models[1].parameters():
                parameter.fill_(torch.nan)

    build = builder(name, settings)
    healthy = train(build, DATA, SHORT, SEEDS)
    poisoned = train(build, DATA, SHORT, SEEDS, prepare=poison)
    assert_bit_equal(healthy, poisoned, [0, 2])
    assert healthy.diverged_at.tolist() == [-1, -1, -1]
    assert poisoned.diverged_at.tolist() == [-1, 0, -1]


def test_nan_in_the_middle_is_recorded_at_its_step() -> None:
    class Late(Autoencoder):
        def forward(
            self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]
        ) -> tuple[Tensor, Scalars]:
            loss, scalars = super().forward(objective, x, noise)
            self.count += 1
            return torch.where(self.count == 7, torch.nan, loss), scalars

        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            self.register_buffer("count", torch.zeros(()))

        count: Tensor

    networks = MLP((12,), 4, (16,), "none", "sigmoid")
    trained = train(lambda: Late(networks, Late.Settings()), DATA, SHORT, SEEDS)
    assert trained.diverged_at.tolist() == [6, 6, 6]


@pytest.mark.parametrize("seeds", [(1,), (1, 2)])
@pytest.mark.parametrize("stacked", [True, False])
def test_a_model_that_draws_its_own_noise_is_refused(seeds: tuple[int, ...], stacked: bool) -> None:
    class Selfish(Autoencoder):
        def corrupt(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
            return x + torch.randn_like(x)

    Selfish.stacked = stacked
    networks = MLP((12,), 4, (16,), "none", "sigmoid")
    with pytest.raises(ModelContractError, match=r"Selfish draws its own noise in objective 'autoencoder'.*noise_spec"):
        train(lambda: Selfish(networks, Selfish.Settings()), DATA, SHORT, seeds)


def test_a_loss_that_is_not_a_scalar_is_refused() -> None:
    class Wide(Autoencoder):
        def forward(
            self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]
        ) -> tuple[Tensor, Scalars]:
            assert x is not None
            return (x - self.decoder(self.encoder(x))).square().sum(-1), {}

    networks = MLP((12,), 4, (16,), "none", "sigmoid")
    with pytest.raises(ModelContractError, match=r"shape \(16,\) for one seed; it must be \(\)"):
        train(lambda: Wide(networks, Wide.Settings()), DATA, SHORT, SEEDS)


@pytest.mark.parametrize("players", [{"autoencoder": ("encoder",)}, {"a": ("encoder",), "b": ("encoder", "decoder")}])
def test_a_parameter_without_exactly_one_owner_is_refused(players: dict[Player, tuple[str, ...]]) -> None:
    class Torn(Autoencoder):
        def players(self) -> dict[Player, tuple[str, ...]]:
            return players

    networks = MLP((12,), 4, (16,), "none", "sigmoid")
    with pytest.raises(ModelContractError, match="exactly one owner"):
        train(lambda: Torn(networks, Torn.Settings()), DATA, SHORT, SEEDS)


def test_discriminator_steps_and_images_seen() -> None:
    """k discriminator updates for each generator update; only the discriminator reads data."""
    trained = train(builder("gan", {"discriminator_steps": 3}), DATA, SHORT, SEEDS)
    assert trained.evaluations == {"discriminator": 120, "generator": 40}
    assert trained.images == 120 * 16


@EVERY_MODEL
def test_equal_budget(name: str, settings: Mapping[str, object]) -> None:
    """What must be equal: updates of the generating network's player, and examples seen for each step that reads data."""
    trained = train(builder(name, settings), DATA, SHORT, SEEDS)
    model = builder(name, settings)()
    assert trained.evaluations[model.schedule()[-1].cycle[-1].player] == SHORT.updates
    reading = {"latent-gan": 2}.get(name, 1)  # its autoencoder, then its discriminator
    assert trained.images == SHORT.updates * SHORT.batch * reading


def test_data_order_is_the_seeds_own() -> None:
    """The same batches for a seed whatever its company; every example once an epoch."""
    alone = BatchStream(DATA, 16, (4,))
    company = BatchStream(DATA, 16, (3, 4, 5))
    seen = []
    for _ in range(25):  # two epochs of 200
        batch = alone.next()
        assert torch.equal(batch[0], company.next()[1])
        seen.append(batch[0])
    examples = torch.cat(seen)[:200]
    assert torch.equal(examples.sort(0).values, DATA.sort(0).values)


def test_every_seed_can_have_data_of_its_own() -> None:
    """It is trained as it would be alone on them."""
    own = torch.stack([EXACT, EXACT.flip(1), EXACT + 1])
    company = BatchStream(own, 16, (3, 4, 5))
    alone = [BatchStream(data, 16, (seed,)) for data, seed in zip(own, (3, 4, 5), strict=True)]
    for _ in range(25):  # over the end of an epoch
        assert torch.equal(company.next(), torch.cat([stream.next() for stream in alone]))
    build = builder("ae", {})
    together = train(build, own, SHORT, (3, 4, 5)).weights
    for place, seed in enumerate((3, 4, 5)):
        for name, weight in train(build, own[place], SHORT, (seed,)).weights.items():
            torch.testing.assert_close(together[name][place], weight[0])


def test_uint8_pixels_become_numbers_in_the_unit_interval() -> None:
    pixels = torch.tensor([[0, 51, 255]], dtype=torch.uint8).repeat(4, 1)
    torch.testing.assert_close(BatchStream(pixels, 2, (0,)).next()[0, 0], torch.tensor([0.0, 0.2, 1.0]))


def test_noise_is_the_seeds_own_and_of_its_kind() -> None:
    normal, uniform = Noise("normal", (3,)), Noise("uniform", (3,))
    alone = NoiseStream(normal, 64, (4,), "generator/latent", torch.device("cpu"))
    company = NoiseStream(normal, 64, (3, 4), "generator/latent", torch.device("cpu"))
    other = NoiseStream(normal, 64, (4,), "discriminator/latent", torch.device("cpu"))
    draws = [alone.next() for _ in range(40)]
    for draw in draws:
        assert torch.equal(draw[0], company.next()[1])
        assert not torch.equal(draw, other.next())
    values = torch.cat(draws).flatten()
    assert abs(float(values.mean())) < 0.05
    assert abs(float(values.std()) - 1) < 0.05
    flat = torch.cat([NoiseStream(uniform, 64, (s,), "u", torch.device("cpu")).next() for s in range(40)])
    assert 0 <= float(flat.min()) < 0.01 < 0.99 < float(flat.max()) < 1


def test_learning_rate_is_constant_then_linear_to_zero() -> None:
    assert [learning_rate_factor(t, 0.5) for t in (0, 0.5, 0.75, 1)] == [1, 1, 0.5, 0]
    assert learning_rate_factor(0.3, 1.0) == 1


class TwoPlayers(GenerativeModel):
    """Each player minimises half the squared distance to the other; the fixed point tells the order of updates."""

    title = "toy"
    schedule_: tuple[Phase, ...] = ()

    def __init__(self) -> None:
        super().__init__(MLP((1,), 1, (1,), "none", "identity"))
        self.a = nn.Parameter(torch.tensor([1.0]))
        self.b = nn.Parameter(torch.tensor([-1.0]))

    @property
    def generating_network(self) -> nn.Module:
        return self

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"a": ("a",), "b": ("b",)}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(learning_rate=1e-3, betas=(0.9, 0.999))

    def schedule(self) -> tuple[Phase, ...]:
        return self.schedule_

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {}

    def uses_data(self, objective: Objective) -> bool:
        return False

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        difference = self.a - self.b.detach() if objective == "a" else self.b - self.a.detach()
        return 0.5 * difference.square().sum(-1), {f"gap_{objective}": difference.detach().squeeze(-1)}

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return noise["latent"]


@pytest.mark.parametrize("simultaneous", [True, False])
def test_simultaneous_and_alternating_cycles(simultaneous: bool) -> None:
    """In the single-step method both players see the other where the cycle began."""

    class Toy(TwoPlayers):
        schedule_ = (Phase((Step("a"), Step("b")), simultaneous=simultaneous),)

    trained = train(Toy, torch.zeros(4, 1), Training(updates=1, batch=2), (0, 1))
    gap_a, gap_b = trained.curves["gap_a"][0, 0], trained.curves["gap_b"][0, 0]
    assert gap_a == 2.0
    assert gap_b == (-2.0 if simultaneous else pytest.approx(-2.0 + 1e-3, abs=1e-6))


def test_phases_share_the_budget() -> None:
    """One player first, then the other; one generator-like player five times per cycle."""

    class Toy(TwoPlayers):
        schedule_ = (Phase((Step("a"),), share=0.25), Phase((Step("a"), Step("b", 5)), share=0.75))

    trained = train(Toy, torch.zeros(4, 1), Training(updates=40, batch=2), (0,))
    assert trained.evaluations == {"a": 10 + 6, "b": 30}


def test_generators_differ_by_seed_and_purpose() -> None:
    draws = {float(torch.rand((), generator=generator_for(seed, purpose))) for seed in (0, 1) for purpose in ("a", "b")}
    assert len(draws) == 4


def test_averaged_weights_follow_the_recursion() -> None:
    """Against the recursion written out on snapshots after every update; the discriminator is not averaged."""
    build = builder("gan", {"ema_decay": 0.6})
    every = tuple((step + 1) / 10 for step in range(10))
    trained = train(build, EXACT, Training(updates=10, batch=16, snapshots=every), SEEDS)
    assert len(trained.snapshots) == 10
    assert {name.partition(".")[0] for name in trained.averaged} == {"generator"}
    start = stack_module_state([initialise(build, seed).double() for seed in SEEDS])
    expected = {name: {**start[0], **start[1]}[name].detach().clone() for name in trained.averaged}
    for step, snapshot in enumerate(trained.snapshots, start=1):
        decay = min(0.6, (1 + step) / (10 + step))
        for name, average in expected.items():
            average.copy_(decay * average + (1 - decay) * snapshot[name])
    for name, average in expected.items():
        torch.testing.assert_close(trained.averaged[name], average)
        assert not torch.equal(trained.averaged[name], trained.weights[name])


def test_a_latent_gans_average_begins_with_its_second_phase() -> None:
    """With a decay near 1 an average that counted the autoencoder's updates would still be the initialisation."""
    build = builder("latent-gan", {"ema_decay": 0.999})
    trained = train(build, EXACT, Training(updates=20, batch=16), SEEDS)
    name = "gan.generator.0.weight"
    start = torch.stack([initialise(build, seed).double().get_parameter(name).detach() for seed in SEEDS])
    moved = (trained.averaged[name] - start).norm() / (trained.weights[name] - start).norm()
    assert moved > 0.1
    assert {n.rpartition(".generator.")[0] for n in trained.averaged} == {"gan"}


def test_averaging_changes_nothing_else() -> None:
    with_average = train(builder("gan", {"ema_decay": 0.9}), DATA, SHORT, SEEDS)
    assert_bit_equal(train(builder("gan", {}), DATA, SHORT, SEEDS), with_average)
    assert train(builder("gan", {}), DATA, SHORT, SEEDS).averaged == {}


def test_snapshots_are_the_weights_of_their_moment() -> None:
    """The one at the end is the outcome; an earlier one is where a training of the same course stood then."""
    constant = Training(updates=40, batch=16, constant=1.0, snapshots=(0.25, 1.0))
    trained = train(builder("gan", {}), DATA, constant, SEEDS)
    quarter = train(builder("gan", {}), DATA, Training(updates=10, batch=16, constant=1.0), SEEDS)
    for name in trained.weights:
        assert torch.equal(trained.snapshots[1][name], trained.weights[name])
        assert torch.equal(trained.snapshots[0][name], quarter.weights[name])


def test_pca_is_fitted_and_the_same_for_every_seed() -> None:
    trained = train(builder("pca", {}), DATA, SHORT, SEEDS)
    for stack in trained.weights.values():
        assert torch.equal(stack[0], stack[1])
    assert trained.evaluations == {}
    assert trained.curves == {}
    assert trained.images == 0
    assert trained.diverged_at.tolist() == [-1, -1, -1]
    mean = trained.weights["decoder.bias"][0]
    torch.testing.assert_close(mean, DATA.mean(0))


@pytest.mark.parametrize("name", ["ae", "gan"])
def test_convolutional_networks_train_as_they_would_alone(name: str) -> None:
    networks = Conv((4, 4), 3, (4, 4), "batch", "sigmoid", "nearest")
    resolved = MODELS[name].Settings()
    data = torch.rand((100, 16), generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def build() -> GenerativeModel:
        return MODELS[name](networks, resolved)  # type: ignore[call-arg]

    stack = train(build, data, SHORT, SEEDS)
    assert_same(stack, train(build, data, SHORT, SEEDS[1:2]), slice(1, 2))


def test_what_is_kept_of_convolutions_can_be_written_as_it_lies_in_memory() -> None:
    """Channels are last in memory while a seed trains alone, and nowhere else: not in averages, not in snapshots."""
    networks = Conv((4, 4), 3, (4, 4), "batch", "sigmoid", "nearest")
    settings = MODELS["gan"].Settings(ema_decay=0.9)  # type: ignore[call-arg]
    data = torch.rand((100, 16), generator=torch.Generator().manual_seed(0))
    budget = Training(updates=4, batch=8, snapshots=(0.5, 1.0))

    def build() -> GenerativeModel:
        return MODELS["gan"](networks, settings)  # type: ignore[call-arg]

    trained = train(build, data, budget, SEEDS[:1])
    for stacks in (trained.weights, trained.averaged, *trained.snapshots):
        assert stacks and all(stack.is_contiguous() for stack in stacks.values())


def test_numbers_below_the_smallest_normal_one_are_zero_in_training_alone() -> None:
    """Gradients of what reads a pixel that is always black are zero from the first update on; no weight depends on it."""
    data = torch.where(torch.arange(12) < 6, DATA, 0.0)
    budget = Training(updates=1100, batch=4)

    def means(within: Callable[[], AbstractContextManager[None]]) -> tuple[Trained, int]:
        """What is trained, and how many of Adam's means are such numbers."""
        loop = begin(builder("ae", {}), data, budget, SEEDS)
        loop.within = within
        list(loop.run())
        kept = [value for name, value in loop.state().items() if name.endswith("/exp_avg")]
        return loop.outcome(), sum(int(((value != 0) & (value.abs() < TINY)).sum()) for value in kept)

    flushed, few = means(denormals_as_zero)
    assert torch.tensor([TINY]).div(2).item() > 0
    kept, many = means(nullcontext)
    assert few == 0 and many > 0
    for name, stack in kept.weights.items():
        assert torch.equal(flushed.weights[name], stack)


@pytest.mark.parametrize("fast", [True, False])
def test_convolutions_of_one_seed_have_their_channels_last_in_memory(fast: bool) -> None:
    """Also the first one, of a single channel; not where they are mapped."""
    networks = Conv((4, 4), 3, (4, 4), "batch", "sigmoid", "transposed")
    axis = SeedAxis([Autoencoder(networks, Autoencoder.Settings())], "cpu", fast)
    weights = [stack for stack in axis.parameters.values() if stack.dim() == 5]
    assert len(weights) == 4 and all(stack.requires_grad for stack in weights)
    assert {stack.stride(2) == 1 for stack in weights} == {fast}


def test_a_latent_gans_autoencoder_is_the_one_that_stands_alone() -> None:
    """Same initialisation, same data order: the two arms differ in where codes come from, and in nothing else."""
    alone = train(builder("ae", {}), DATA, SHORT, SEEDS)
    latent = train(builder("latent-gan", {}), DATA, SHORT, SEEDS)
    for name, stack in alone.weights.items():
        assert torch.equal(latent.weights[f"autoencoder.{name}"], stack)


def test_a_curve_ends_with_its_phase() -> None:
    """What the autoencoder of a latent GAN recorded is not drawn on while the GAN trains."""
    trained = train(builder("latent-gan", {}), DATA, Training(updates=20, batch=16), SEEDS)
    recorded = {name: np.isfinite(curve[0]).tolist() for name, curve in trained.curves.items()}
    assert trained.steps.tolist() == list(range(1, 41))
    assert recorded["squared_error"] == [True] * 20 + [False] * 20
    assert recorded["generator_loss"] == [False] * 20 + [True] * 20


def test_a_block_sees_no_other_than_its_examples() -> None:
    """Trained on 40 images as a data set of these alone would be."""
    data = load("digits", Path(), offline=True)
    spec = block("digits", "ae", {}, "smoke", (100,))
    few = spec.model_copy(update={"training": spec.training.model_copy(update={"examples": 40})})
    trained = train_block(few, Autoencoder, data, "cpu", 1)
    alone = train_block(spec, Autoencoder, replace(data, train=data.train[:40]), "cpu", 1)
    every = train_block(spec, Autoencoder, data, "cpu", 1)
    for name, weight in trained.weights.items():
        torch.testing.assert_close(weight, alone.weights[name], rtol=0, atol=0)
    assert any(not torch.equal(weight, every.weights[name]) for name, weight in trained.weights.items())

"""The contract of the model interface, over all models and settings, and known answers for each objective."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from models import MODELS, GenerativeModel
from models.autoencoder import Autoencoder
from models.denoising_autoencoder import DenoisingAutoencoder
from models.divergences import DIVERGENCES, divergence_named
from models.fgan import FGAN
from models.gan import GAN
from models.latent_gan import LatentGAN
from models.networks import MLP, Affine, Conv, Networks, Norm, count_parameters
from models.pca import PCA
from models.vae import VAE

ROWS: list[tuple[str, float | None]] = [
    *((name, None) for name in DIVERGENCES),
    ("weighted-jensen-shannon", 0.3),
    *(("alpha", alpha) for alpha in (-0.5, 0.5, 1.5)),
]
FGANS: list[tuple[str, dict[str, object]]] = [
    ("fgan", {"divergence": name, "parameter": parameter, "generator_objective": objective})
    for name, parameter in ROWS
    for objective in ("exact", "heuristic")
]
PIXELS = {"name": "two", "weights": [0.3, 0.7], "means": [[0.2] * 16, [0.8] * 16], "scales": [0.1, 0.2]}
"""A known mixture of negatives, as settings hold it."""
DISCRIMINATORS: list[tuple[str, dict[str, object]]] = [
    ("discriminator", {"divergence": name, "parameter": parameter}) for name, parameter in ROWS
]
VARIANTS: list[tuple[str, dict[str, object]]] = [
    ("pca", {}),
    ("ae", {}),
    ("dae", {}),
    ("dae", {"corruption": "masking"}),
    ("dae", {"corruption": "salt-and-pepper"}),
    ("vae", {"likelihood": "gaussian-fixed"}),
    ("vae", {"likelihood": "gaussian-learned", "kl_weight": 4.0}),
    ("vae", {"likelihood": "bernoulli"}),
    ("gan", {"loss": "saturating"}),
    ("gan", {"loss": "non-saturating", "discriminator_steps": 3}),
    ("gan", {"loss": "least-squares"}),
    ("gan", {"loss": "hinge"}),
    ("gan", {"r1_weight": 2.0, "ema_decay": 0.9}),
    ("gan", {"schedule": "single-step", "discriminator_steps": 2}),
    ("gan", {"generator_norm": "none", "discriminator_norm": "batch"}),
    ("gan", {"generator_norm": "group", "discriminator_norm": "group", "r1_weight": 1.0}),
    *FGANS,
    ("latent-gan", {}),
    ("latent-gan", {"loss": "hinge", "r1_weight": 1.0, "ema_decay": 0.9}),
    ("gan", {"loss": "misprinted"}),
    ("gan", {"schedule": "who-loses", "prior": "uniform", "optimiser": "sgd"}),
    ("gan", {"schedule": "rounds", "rounds": 2, "generator_steps": 5, "head_start": 0.5}),
    ("latent-gan", {"schedule": "who-loses", "prior": "uniform"}),
    ("regression", {"error": "squared"}),
    ("regression", {"error": "absolute"}),
    ("discriminator", {"negatives": "none"}),
    ("discriminator", {"negatives": "uniform", "r1_weight": 1.0}),
    ("discriminator", {"negatives": "mixture", "mixture": PIXELS}),
    ("discriminator", {"negatives": "ascent", "mining_steps": 3}),
    ("discriminator", {"negatives": "langevin", "mining_steps": 3, "search": "langevin", "sampling_steps": 4}),
    *DISCRIMINATORS,
]
EVERY = pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=lambda value: str(value))
BATCH, LATENT, SIDE = 6, 3, 4


def build(
    name: str, settings: dict[str, object], norm: Norm = "batch", networks: Networks | None = None
) -> GenerativeModel:
    torch.manual_seed(0)
    networks = networks or MLP((SIDE, SIDE), LATENT, (8, 10), norm, "sigmoid")
    return MODELS[name](networks, MODELS[name].Settings(**settings))  # type: ignore[call-arg]


DRAWS = {"normal": torch.randn, "uniform": torch.rand, "standardised-uniform": torch.rand}
"""Noise of each kind, up to shift and scale."""


def inputs(model: GenerativeModel, objective: str) -> tuple[Tensor | None, dict[str, Tensor]]:
    x = torch.rand(BATCH, model.data) if model.uses_data(objective) else None
    return x, {name: DRAWS[spec.kind](BATCH, *spec.shape) for name, spec in model.noise_spec(objective).items()}


def test_every_model_is_covered() -> None:
    assert {name for name, _ in VARIANTS} == set(MODELS)


@EVERY
def test_forward_gives_a_scalar_loss_and_detached_scalars(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings)
    for player in model.players():
        loss, scalars = model(player, *inputs(model, player))
        assert loss.shape == ()
        assert loss.isfinite()
        assert scalars
        for value in scalars.values():
            assert value.shape == ()
            assert not value.requires_grad


@EVERY
def test_forward_is_pure(name: str, settings: dict[str, object]) -> None:
    """The same inputs give the same loss, and no random number is drawn."""
    model = build(name, settings).eval()
    for player in model.players():
        x, noise = inputs(model, player)
        state = torch.get_rng_state()
        first = model(player, x, noise)[0]
        assert torch.equal(state, torch.get_rng_state())
        assert torch.equal(first, model(player, x, noise)[0])


@EVERY
def test_each_player_reaches_all_its_parameters(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings)
    for player, prefixes in model.players().items():
        loss, _ = model(player, *inputs(model, player))
        own = [p for n, p in model.named_parameters() if any(f"{n}.".startswith(f"{q}.") for q in prefixes)]
        assert own
        for gradient in torch.autograd.grad(loss, own):
            assert gradient.isfinite().all()
            assert gradient.any() or name in ("fgan", "discriminator")  # a bounded output activation may saturate


@EVERY
def test_players_own_every_parameter_once(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings)
    for parameter in (name for name, p in model.named_parameters() if p.requires_grad):
        owners = [
            p for p, prefixes in model.players().items() if any(f"{parameter}.".startswith(f"{q}.") for q in prefixes)
        ]
        assert len(owners) == 1


@EVERY
def test_samples_are_independent_rows(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings).eval()
    for observation in model.observations:
        spec = model.sample_spec()
        names = [n for n in spec if n != "observation" or observation == "draw"]
        noise = {n: DRAWS[spec[n].kind](5, *spec[n].shape) for n in names}
        together = model.sample(noise)
        assert together.shape == (5, model.data)
        alone = torch.cat([model.sample({n: tensor[i : i + 1] for n, tensor in noise.items()}) for i in range(5)])
        torch.testing.assert_close(together, alone)


@EVERY
def test_codes(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings).eval()
    x = torch.rand(5, model.data)
    if model.has_codes:
        codes = model.encode(x, {})
        assert codes.shape == (5, LATENT)
        assert model.decode(codes, {}).shape == x.shape
    else:
        assert model.samplers == ("prior",)
        with pytest.raises(TypeError, match="has no encoder"):
            model.encode(x, {})
        with pytest.raises(TypeError, match="has no codes"):
            model.decode(x, {})


@EVERY
def test_unknown_setting_is_refused(name: str, settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="lerning_rate"):
        MODELS[name].Settings.model_validate({**settings, "lerning_rate": 1e-3})


@pytest.mark.parametrize(
    ("name", "settings"),
    [v for v in VARIANTS if v[0] not in ("pca", "regression", "discriminator") and "generator_norm" not in v[1]],
    ids=str,
)
def test_what_must_match_matches(name: str, settings: dict[str, object]) -> None:
    """The generating network and the encoder's trunk are the same in every model, layer by layer."""
    model = build(name, settings)
    reference = build("ae", {})

    def layers(module: nn.Module, last: int | None = None) -> list[tuple[str, tuple[int, ...]]]:
        return [(n, tuple(p.shape)) for n, p in list(module.named_parameters())[:last]]

    assert layers(model.generating_network) == layers(reference.generating_network)
    inner = model.autoencoder if isinstance(model, LatentGAN) else model
    encoder = getattr(inner, "encoder", None) or inner.discriminator
    assert isinstance(encoder, nn.Module)
    assert isinstance(reference.encoder, nn.Module)
    assert layers(encoder, -2) == layers(reference.encoder, -2)
    outputs = {"vae": 2 * LATENT, "gan": 1, "fgan": 1}.get(name, LATENT)
    difference = count_parameters(encoder) - count_parameters(reference.encoder)
    assert difference == (outputs - LATENT) * (8 + 1)


def test_generator_objective_of_an_fgan_is_never_silent() -> None:
    with pytest.raises(ValueError, match="generator_objective"):
        FGAN.Settings(divergence="kl")  # type: ignore[call-arg]


@pytest.mark.parametrize(("schedule", "simultaneous"), [("single-step", True), ("alternating", False)])
def test_single_step_is_a_simultaneous_phase(schedule: str, simultaneous: bool) -> None:
    """And nothing else: the players' turns are the same."""
    (phase,) = build("gan", {"schedule": schedule, "discriminator_steps": 3}).schedule()
    assert phase.simultaneous == simultaneous
    assert [(step.player, step.repeats) for step in phase.cycle] == [("discriminator", 3), ("generator", 1)]


def test_autoencoder_loss_is_the_squared_error() -> None:
    model = build("ae", {}, norm="none")
    x = torch.rand(BATCH, model.data)
    expected = (x - model.decode(model.encode(x, {}), {})).square().sum(1).mean()
    torch.testing.assert_close(model("autoencoder", x, {})[0], expected)


def test_denoising_autoencoder_compares_with_the_clean_input() -> None:
    model = build("dae", {"noise_scale": 0.5}, norm="none")
    assert isinstance(model, DenoisingAutoencoder)
    x, noise = torch.rand(BATCH, model.data), torch.randn(BATCH, model.data)
    expected = (x - model.decoder(model.encoder(x + 0.5 * noise))).square().sum(1).mean()
    torch.testing.assert_close(model("autoencoder", x, {"corruption": noise})[0], expected)


@pytest.mark.parametrize("likelihood", ["gaussian-fixed", "gaussian-learned"])
def test_vae_loss_is_the_negative_elbo(likelihood: str) -> None:
    """Against PyTorch's own normal distributions and their KL divergence."""
    model = build("vae", {"likelihood": likelihood, "scale": 0.3}, norm="none")
    assert isinstance(model, VAE)
    x, noise = torch.rand(BATCH, model.data), torch.randn(BATCH, LATENT)
    mean, log_variance = model.posterior(x)
    posterior = Normal(mean, (0.5 * log_variance).exp())
    code = mean + posterior.stddev * noise
    log_likelihood = Normal(model.decoder(code), 0.3).log_prob(x).sum(1)
    kl = kl_divergence(posterior, Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(model("vae", x, {"posterior": noise})[0], (kl - log_likelihood).mean())


def test_learned_scale_minimises_at_the_root_mean_squared_error() -> None:
    """σ-VAE: at the optimum s² is the mean squared error per dimension (Rybkin et al. 2021, eq. 6)."""
    model = build("vae", {"likelihood": "gaussian-learned"}, norm="none")
    assert isinstance(model, VAE)
    x, noise = torch.rand(BATCH, model.data), torch.randn(BATCH, LATENT)
    mean, log_variance = model.posterior(x)
    with torch.no_grad():
        error = (x - model.decoder(mean + (0.5 * log_variance).exp() * noise)).square().mean()
    model.log_scale.data.fill_(0.5 * math.log(error.item()))
    (slope,) = torch.autograd.grad(model("vae", x, {"posterior": noise})[0], model.log_scale)
    assert float(slope) == pytest.approx(0, abs=1e-4)


def test_drawn_observation_adds_the_likelihoods_noise() -> None:
    model = build("vae", {"likelihood": "gaussian-fixed", "scale": 0.25}).eval()
    noise = {"latent": torch.randn(4, LATENT), "observation": torch.ones(4, model.data)}
    difference = model.sample(noise) - model.sample({"latent": noise["latent"]})
    torch.testing.assert_close(difference, torch.full_like(difference, 0.25))


def test_gan_losses_against_the_papers_logarithms() -> None:
    gan = build("gan", {"loss": "saturating"})
    assert isinstance(gan, GAN)
    real, fake = torch.randn(BATCH, dtype=torch.float64), torch.randn(BATCH, dtype=torch.float64)
    log_d, log_not_d = real.sigmoid().log().mean(), (1 - fake.sigmoid()).log().mean()
    torch.testing.assert_close(gan.discriminator_loss(real, fake), -(log_d + log_not_d))
    torch.testing.assert_close(gan.generator_loss(fake), log_not_d)
    heuristic = build("gan", {"loss": "non-saturating"})
    assert isinstance(heuristic, GAN)
    torch.testing.assert_close(heuristic.generator_loss(fake), -fake.sigmoid().log().mean())


def test_undecided_discriminator_has_value_minus_log_four() -> None:
    gan = build("gan", {})
    assert isinstance(gan, GAN)
    zero = torch.zeros(BATCH)
    assert float(-gan.discriminator_loss(zero, zero)) == pytest.approx(-math.log(4))


@pytest.mark.parametrize(("objective", "loss"), [("exact", "saturating"), ("heuristic", "non-saturating")])
def test_jensen_shannon_fgan_is_the_gan(objective: str, loss: str) -> None:
    """Equal gradients: one arm under two names, to be counted once."""
    fgan = build("fgan", {"divergence": "jensen-shannon", "generator_objective": objective})
    gan = build("gan", {"loss": loss})
    for player in gan.players():
        x, noise = inputs(gan, player)
        gradients = [
            torch.autograd.grad(model(player, x, noise)[0], list(model.get_submodule(player).parameters()))
            for model in (fgan, gan)
        ]
        for a, b in zip(*gradients, strict=True):
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize(("name", "parameter"), ROWS)
def test_fgan_bound_at_a_constant_critic(name: str, parameter: float | None) -> None:
    """A critic at the threshold f'(1) everywhere bounds the divergence by f'(1) − f*(f'(1)) = f(1)."""
    model = build("fgan", {"divergence": name, "parameter": parameter, "generator_objective": "exact"})
    assert isinstance(model, FGAN)
    row = divergence_named(name, parameter)
    scores = torch.linspace(-5, 5, 100_001, dtype=torch.float64)
    v = scores[(row.activation(scores) - row.threshold).abs().argmin()].repeat(BATCH)
    assert float(-model.discriminator_loss(v, v)) == pytest.approx(row.at_one, abs=1e-6)


@pytest.mark.parametrize(
    ("divergence", "parameter"), [("kl", 0.5), ("alpha", None), ("alpha", 1.0), ("weighted-jensen-shannon", 1.0)]
)
def test_parameters_of_divergences_are_checked(divergence: str, parameter: float | None) -> None:
    with pytest.raises(ValueError, match=r"parameter|weight|alpha"):
        FGAN.Settings.model_validate({"divergence": divergence, "parameter": parameter, "generator_objective": "exact"})


def test_discriminator_step_leaves_the_generator_without_gradient() -> None:
    gan = build("gan", {})
    loss, _ = gan("discriminator", *inputs(gan, "discriminator"))
    loss.backward()
    assert all(p.grad is None for p in gan.generating_network.parameters())


def test_corruptions_change_the_share_that_they_name() -> None:
    x, share = torch.full((2000, SIDE * SIDE), 0.5), 0.3
    uniform = torch.rand(2000, SIDE * SIDE)
    for corruption, values in (("masking", {0.0: share}), ("salt-and-pepper", {0.0: share / 2, 1.0: share / 2})):
        model = build("dae", {"corruption": corruption, "corrupted_share": share})
        assert isinstance(model, DenoisingAutoencoder)
        corrupted = model.corrupt(x, {"corruption": uniform})
        assert set(corrupted.unique().tolist()) == {0.5, *values}
        for value, expected in values.items():
            assert float((corrupted == value).float().mean()) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("name", "settings"), [("dae", {"corruption": "salt-and-pepper"}), ("vae", {"likelihood": "bernoulli"})]
)
def test_what_needs_pixels_refuses_coordinates(name: str, settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needs pixels"):
        build(name, settings, networks=MLP((2,), 2, (4,), "none", "identity"))


def test_bernoulli_likelihood_against_pytorchs_distribution() -> None:
    model = build("vae", {"likelihood": "bernoulli"}, norm="none")
    assert isinstance(model, VAE)
    x, code = torch.rand(BATCH, model.data).round(), torch.randn(BATCH, LATENT)
    expected = torch.distributions.Bernoulli(model.decoder(code)).log_prob(x).sum(1)
    torch.testing.assert_close(model.log_likelihood(x, code), expected)


def test_bernoulli_draws_have_the_means_frequency() -> None:
    model = build("vae", {"likelihood": "bernoulli"}).eval()
    latent = torch.randn(1, LATENT).expand(4000, -1)
    mean = model.sample({"latent": latent[:1]})
    drawn = model.sample({"latent": latent, "observation": torch.rand(4000, model.data)})
    assert set(drawn.unique().tolist()) <= {0.0, 1.0}
    torch.testing.assert_close(drawn.mean(0, keepdim=True), mean, atol=0.04, rtol=0)


def test_kl_weight_multiplies_the_kl_term_alone() -> None:
    losses = {}
    for weight in (0.0, 1.0, 4.0):
        model = build("vae", {"likelihood": "gaussian-fixed", "kl_weight": weight}, norm="none")
        x, noise = torch.rand(BATCH, model.data, generator=torch.Generator().manual_seed(1)), torch.zeros(BATCH, LATENT)
        losses[weight], scalars = model("vae", x, {"posterior": noise})
    torch.testing.assert_close(losses[1.0] - losses[0.0], scalars["kl_nats"])
    torch.testing.assert_close(losses[4.0] - losses[0.0], 4 * scalars["kl_nats"])


def test_log_weight_averages_to_the_elbo_and_its_log_mean_to_the_likelihood() -> None:
    """A linear decoder on one code: log p(x) is Gaussian in closed form, and with the exact posterior every weight equals it."""
    model = build(
        "vae", {"likelihood": "gaussian-fixed", "scale": 0.5}, networks=MLP((2,), 1, (4,), "none", "identity")
    )
    assert isinstance(model, VAE)
    model = model.double()
    loading, scale = torch.tensor([[0.7, -0.4]], dtype=torch.float64), 0.5
    model.decoder = nn.Linear(1, 2, bias=False).double()
    model.decoder.weight.data = loading.T.clone()
    x = torch.randn(BATCH, 2, dtype=torch.float64)
    covariance = loading.T @ loading + scale**2 * torch.eye(2, dtype=torch.float64)
    exact = torch.distributions.MultivariateNormal(torch.zeros(2, dtype=torch.float64), covariance).log_prob(x)
    precision = 1 + (loading @ loading.T).item() / scale**2
    mean = x @ loading.T / scale**2 / precision
    log_variance = torch.full_like(mean, -math.log(precision))
    noise = {"posterior": torch.randn(BATCH, 1, dtype=torch.float64)}
    model.posterior = lambda x: (mean, log_variance)  # type: ignore[method-assign]
    torch.testing.assert_close(model.log_weight(x, noise), exact)
    # with another posterior the mean of log weights is below, by the KL between the two, and the log mean still equals log p(x)
    many = 200_000
    model.posterior = lambda x: (mean[:1].expand(many, 1) + 0.3, log_variance[:1].expand(many, 1))  # type: ignore[method-assign]
    weights = model.log_weight(x[:1].expand(many, 2), {"posterior": torch.randn(many, 1, dtype=torch.float64)}).detach()
    gap = 0.5 * 0.3**2 * precision
    assert float(weights.mean()) == pytest.approx(float(exact[0]) - gap, abs=0.01)
    assert float(weights.logsumexp(0)) - math.log(many) == pytest.approx(float(exact[0]), abs=0.01)


def test_least_squares_and_hinge_losses() -> None:
    real, fake = torch.tensor([0.5, 2.0]), torch.tensor([-2.0, 0.5])
    least_squares, hinge = build("gan", {"loss": "least-squares"}), build("gan", {"loss": "hinge"})
    assert isinstance(least_squares, GAN)
    assert isinstance(hinge, GAN)
    assert float(least_squares.discriminator_loss(real, fake)) == pytest.approx((0.25 + 1 + 4 + 0.25) / 4)
    assert float(least_squares.generator_loss(fake)) == pytest.approx((9 + 0.25) / 4)
    assert float(hinge.discriminator_loss(real, fake)) == pytest.approx((0.5 + 0 + 0 + 1.5) / 2)
    assert float(hinge.generator_loss(fake)) == pytest.approx(0.75)


def test_gradient_penalty_of_a_linear_discriminator() -> None:
    """∇ (w·x) = w, so the penalty is γ/2 ‖w‖² whatever the data; its own gradient is γ w."""
    gan, plain = (build("gan", {"r1_weight": weight}, norm="none") for weight in (3.0, 0.0))
    linear = nn.Linear(gan.data, 1, bias=False)
    linear.weight.data.fill_(0.5)
    gan.discriminator = plain.discriminator = linear
    x, noise = inputs(gan, "discriminator")
    loss, scalars = gan("discriminator", x, noise)
    expected = 0.5 * 3.0 * gan.data * 0.25
    assert float(scalars["r1_penalty"]) == pytest.approx(expected)
    (slope,) = torch.autograd.grad(loss, linear.weight)
    (without,) = torch.autograd.grad(plain("discriminator", x, noise)[0], linear.weight)
    torch.testing.assert_close(slope - without, torch.full_like(slope, 3.0 * 0.5))


def test_a_vanilla_arm_stays_vanilla() -> None:
    settings = GAN.Settings()
    assert settings.additions() == ""
    assert (settings.r1_weight, settings.ema_decay, settings.generator_norm, settings.discriminator_norm) == (
        0,
        None,
        None,
        "none",
    )
    assert build("gan", {}).averaging() is None
    assert "r1_penalty" not in build("gan", {})("discriminator", *inputs(build("gan", {}), "discriminator"))[1]


def test_batch_norm_in_a_discriminator_keeps_real_and_fake_apart() -> None:
    """The loss on real data does not depend on the fakes: their statistics are not shared."""
    gan = build("gan", {"discriminator_norm": "batch"}, norm="none")
    assert isinstance(gan, GAN)
    x, noise = inputs(gan, "discriminator")
    assert x is not None
    fake = gan.generator(noise["latent"]).detach()
    expected = gan.discriminator_loss(gan.score(x), gan.score(fake))
    torch.testing.assert_close(gan("discriminator", x, noise)[0], expected)


def test_latent_gan_plays_on_standardised_codes() -> None:
    model = build("latent-gan", {}).train()
    assert isinstance(model, LatentGAN)
    x, noise = inputs(model, "discriminator")
    assert x is not None
    codes = model.autoencoder.encoder(x)
    standard = (codes - codes.mean(0)) / (codes.var(0, unbiased=False) + model.standardise.eps).sqrt()
    torch.testing.assert_close(model("discriminator", x, noise)[0], model.gan("discriminator", standard, noise)[0])


def test_latent_gan_samples_are_decoded_codes_at_the_codes_scale() -> None:
    model = build("latent-gan", {}).eval()
    assert isinstance(model, LatentGAN)
    assert model.standardise.running_mean is not None and model.standardise.running_var is not None
    model.standardise.running_mean.fill_(3.0)
    model.standardise.running_var.fill_(4.0)
    latent = torch.randn(4, LATENT)
    codes = 3.0 + math.sqrt(4.0 + model.standardise.eps) * model.gan.generator(latent)
    torch.testing.assert_close(model.sample({"latent": latent}), model.autoencoder.decoder(codes))


def test_latent_gan_gives_the_autoencoder_the_whole_budget_first() -> None:
    phases = build("latent-gan", {"discriminator_steps": 2}).schedule()
    assert [[step.player for step in phase.cycle] for phase in phases] == [
        ["autoencoder"],
        ["discriminator", "generator"],
    ]
    assert [phase.cycles(100) for phase in phases] == [100, 100]


def fitted_pca(data: Tensor, latent: int) -> PCA:
    model = PCA(MLP((data.shape[1],), latent, (4,), "none", "identity"), PCA.Settings()).double().eval()
    model.fit(data)
    return model


def test_pca_reconstruction_error_is_the_sum_of_the_other_eigenvalues() -> None:
    """Eckart and Young: the residual variance is what the left-out directions hold; codes are white."""
    mixing = torch.randn(6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x = torch.randn(500, 6, dtype=torch.float64) @ mixing + 5
    model = fitted_pca(x, 2)
    codes = model.encode(x, {})
    eigenvalues = torch.linalg.eigvalsh(torch.cov(x.T))
    residual = (x - model.decode(codes, {})).square().sum() / (len(x) - 1)
    assert float(residual) == pytest.approx(float(eigenvalues[:-2].sum()), rel=1e-9)
    torch.testing.assert_close(torch.cov(codes.T), torch.eye(2, dtype=torch.float64))
    torch.testing.assert_close(codes.mean(0), torch.zeros(2, dtype=torch.float64), atol=1e-9, rtol=0)


def test_pca_with_all_components_samples_the_datas_gaussian() -> None:
    x = torch.randn(4000, 3, dtype=torch.float64) @ torch.tensor([[2.0, 1, 0], [0, 1, 0], [0, 0, 0.5]]).double() - 1
    model = fitted_pca(x, 3)
    torch.testing.assert_close(model.decode(model.encode(x, {}), {}), x)
    drawn = model.sample({"latent": torch.randn(100_000, 3, dtype=torch.float64)})
    torch.testing.assert_close(drawn.mean(0), x.mean(0), atol=0.05, rtol=0)
    torch.testing.assert_close(torch.cov(drawn.T), torch.cov(x.T), atol=0.15, rtol=0)


def test_pca_of_pixels_without_variance() -> None:
    """Constant directions get code 0 and come back as they are."""
    pixels = torch.zeros(50, 4, dtype=torch.uint8)
    pixels[:, 0] = torch.arange(50, dtype=torch.uint8) * 5
    pixels[:, 1] = 200
    model = fitted_pca(pixels, 3)
    x = pixels.double() / 255
    assert model.encode(x, {}).isfinite().all()
    torch.testing.assert_close(model.decode(model.encode(x, {}), {}), x)


def test_pca_with_too_many_components_is_refused() -> None:
    with pytest.raises(ValueError, match="has no 3 components"):
        PCA(MLP((2,), 3, (4,), "none", "identity"), PCA.Settings())


@pytest.mark.parametrize(
    ("name", "settings"),
    [("ae", {}), ("vae", {}), ("gan", {"r1_weight": 1.0}), ("latent-gan", {}), ("regression", {})],
    ids=str,
)
def test_models_run_on_convolutional_networks(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings, networks=Conv((8, 8), LATENT, (6, 4), "batch", "sigmoid", "nearest"))
    assert not model.takes_stacks
    for player in model.players():
        loss, _ = model(player, *inputs(model, player))
        for gradient in torch.autograd.grad(loss, list(model.parameters_of(player).values())):
            assert gradient.isfinite().all()
    assert model.eval().sample({"latent": torch.randn(3, LATENT)}).shape == (3, 64)


def test_a_penalty_on_gradients_and_batch_norm_in_the_discriminator_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="discriminator_norm 'batch' mixes the batch"):
        GAN.Settings(r1_weight=1.0, discriminator_norm="batch")


def test_bernoulli_likelihood_of_a_model_that_diverged_is_nan_and_no_error() -> None:
    model = build("vae", {"likelihood": "bernoulli"}, norm="none")
    assert isinstance(model, VAE)
    x, code = torch.rand(2, model.data), torch.zeros(2, LATENT)
    code[1] = torch.nan
    values = model.log_likelihood(x, code)
    assert values[0].isfinite()
    assert values[1].isnan()


def test_an_autoencoder_with_an_affine_decoder_ends_in_pcas_subspace() -> None:
    """Of all affine decoders, with whatever encoder, one that spans the leading components has the least squared error."""
    torch.manual_seed(0)
    deviations = torch.tensor([2.0, 1.2, 0.3, 0.2, 0.1])
    turned, _ = torch.linalg.qr(torch.randn(5, 5))
    x = (torch.randn(2000, 5) * deviations) @ turned.T
    networks = Affine((5,), 2, (32, 32), "none", "identity")
    model = Autoencoder(networks, Autoencoder.Settings())
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    for step in range(1500):
        optimiser.param_groups[0]["lr"] = 3e-3 * (1 - step / 1500)
        optimiser.zero_grad()
        model("autoencoder", x, {})[0].backward()
        optimiser.step()
    spanned = next(p for p in model.decoder.parameters() if p.dim() == 2).detach().T.numpy()
    leading = torch.linalg.svd(x - x.mean(0)).Vh[:2].T.numpy()
    assert np.degrees(subspace_angles(spanned, leading)).max() < 3
    pca = PCA(networks, PCA.Settings())
    pca.fit(x)
    errors = [float((x - one.decode(one.encode(x, {}), {})).detach().square().mean()) for one in (model, pca)]
    assert errors[1] < errors[0] < 1.1 * errors[1]

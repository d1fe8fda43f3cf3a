"""The contract of the model interface, over all models and settings, and known answers for each objective."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from models import MODELS, GenerativeModel
from models.denoising_autoencoder import DenoisingAutoencoder
from models.divergences import DIVERGENCES
from models.fgan import FGAN
from models.gan import GAN
from models.networks import MLP, count_parameters
from models.vae import VAE

VARIANTS = [
    ("ae", {}),
    ("dae", {}),
    ("vae", {"likelihood": "gaussian-fixed"}),
    ("vae", {"likelihood": "gaussian-learned"}),
    ("gan", {"generator_loss": "saturating"}),
    ("gan", {"generator_loss": "non-saturating", "discriminator_steps": 3}),
    *(
        ("fgan", {"divergence": name, "generator_objective": objective})
        for name in DIVERGENCES
        for objective in ("exact", "heuristic")
    ),
]
EVERY = pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=lambda value: str(value))
BATCH, LATENT, SIDE = 6, 3, 4


def build(name: str, settings: dict[str, object], batch_norm: bool = True) -> GenerativeModel:
    torch.manual_seed(0)
    networks = MLP((SIDE, SIDE), LATENT, (8, 10), batch_norm, "sigmoid")
    return MODELS[name](networks, MODELS[name].Settings(**settings))  # type: ignore[call-arg]


def inputs(model: GenerativeModel, objective: str) -> tuple[Tensor | None, dict[str, Tensor]]:
    x = torch.rand(BATCH, model.data) if model.uses_data(objective) else None
    return x, {name: torch.randn(BATCH, *spec.shape) for name, spec in model.noise_spec(objective).items()}


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


@EVERY
def test_players_own_every_parameter_once(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings)
    for parameter, _ in model.named_parameters():
        owners = [
            p for p, prefixes in model.players().items() if any(f"{parameter}.".startswith(f"{q}.") for q in prefixes)
        ]
        assert len(owners) == 1


@EVERY
def test_samples_are_independent_rows(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings).eval()
    for observation in model.observations:
        spec = model.sample_spec()
        names = ["latent"] if observation == "mean" else list(spec)
        noise = {n: torch.randn(5, *spec[n].shape) for n in names}
        together = model.sample(noise)
        assert together.shape == (5, model.data)
        alone = torch.cat([model.sample({n: tensor[i : i + 1] for n, tensor in noise.items()}) for i in range(5)])
        torch.testing.assert_close(together, alone)


@EVERY
def test_codes(name: str, settings: dict[str, object]) -> None:
    model = build(name, settings).eval()
    x = torch.rand(5, model.data)
    if model.has_codes:
        assert model.encode(x, {}).shape == (5, LATENT)
    else:
        with pytest.raises(TypeError, match="has no encoder"):
            model.encode(x, {})


@EVERY
def test_unknown_setting_is_refused(name: str, settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="lerning_rate"):
        MODELS[name].Settings.model_validate({**settings, "lerning_rate": 1e-3})


@EVERY
def test_what_must_match_matches(name: str, settings: dict[str, object]) -> None:
    """The generating network and the encoder's trunk are the same in every model, layer by layer."""
    model = build(name, settings)
    reference = build("ae", {})

    def layers(module: nn.Module, last: int | None = None) -> list[tuple[str, tuple[int, ...]]]:
        return [(n, tuple(p.shape)) for n, p in list(module.named_parameters())[:last]]

    assert layers(model.generating_network) == layers(reference.generating_network)
    encoder = getattr(model, "encoder", None) or model.discriminator
    assert isinstance(encoder, nn.Module)
    assert isinstance(reference.encoder, nn.Module)
    assert layers(encoder, -2) == layers(reference.encoder, -2)
    outputs = {"vae": 2 * LATENT, "gan": 1, "fgan": 1}.get(name, LATENT)
    difference = count_parameters(encoder) - count_parameters(reference.encoder)
    assert difference == (outputs - LATENT) * (8 + 1)


def test_generator_objective_of_an_fgan_is_never_silent() -> None:
    with pytest.raises(ValueError, match="generator_objective"):
        FGAN.Settings(divergence="kl")  # type: ignore[call-arg]


def test_autoencoder_loss_is_the_squared_error() -> None:
    model = build("ae", {}, batch_norm=False)
    x = torch.rand(BATCH, model.data)
    expected = (x - model.sample({"latent": model.encode(x, {})})).square().sum(1).mean()
    torch.testing.assert_close(model("autoencoder", x, {})[0], expected)


def test_denoising_autoencoder_compares_with_the_clean_input() -> None:
    model = build("dae", {"noise_scale": 0.5}, batch_norm=False)
    assert isinstance(model, DenoisingAutoencoder)
    x, noise = torch.rand(BATCH, model.data), torch.randn(BATCH, model.data)
    expected = (x - model.decoder(model.encoder(x + 0.5 * noise))).square().sum(1).mean()
    torch.testing.assert_close(model("autoencoder", x, {"corruption": noise})[0], expected)


@pytest.mark.parametrize("likelihood", ["gaussian-fixed", "gaussian-learned"])
def test_vae_loss_is_the_negative_elbo(likelihood: str) -> None:
    """Against PyTorch's own normal distributions and their KL divergence."""
    model = build("vae", {"likelihood": likelihood, "scale": 0.3}, batch_norm=False)
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
    model = build("vae", {"likelihood": "gaussian-learned"}, batch_norm=False)
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
    gan = build("gan", {"generator_loss": "saturating"})
    assert isinstance(gan, GAN)
    real, fake = torch.randn(BATCH, dtype=torch.float64), torch.randn(BATCH, dtype=torch.float64)
    log_d, log_not_d = real.sigmoid().log().mean(), (1 - fake.sigmoid()).log().mean()
    torch.testing.assert_close(gan.discriminator_loss(real, fake), -(log_d + log_not_d))
    torch.testing.assert_close(gan.generator_loss(fake), log_not_d)
    heuristic = build("gan", {"generator_loss": "non-saturating"})
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
    gan = build("gan", {"generator_loss": loss})
    for player in gan.players():
        x, noise = inputs(gan, player)
        gradients = [
            torch.autograd.grad(model(player, x, noise)[0], list(model.get_submodule(player).parameters()))
            for model in (fgan, gan)
        ]
        for a, b in zip(*gradients, strict=True):
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_fgan_bound_at_a_constant_critic(name: str) -> None:
    """A critic at the threshold f'(1) everywhere bounds the divergence by f'(1) − f*(f'(1)) = 0."""
    model = build("fgan", {"divergence": name, "generator_objective": "exact"})
    assert isinstance(model, FGAN)
    row = DIVERGENCES[name]
    scores = torch.linspace(-5, 5, 100_001, dtype=torch.float64)
    v = scores[(row.activation(scores) - row.threshold).abs().argmin()].repeat(BATCH)
    assert float(model.discriminator_loss(v, v)) == pytest.approx(0, abs=1e-6)


def test_discriminator_step_leaves_the_generator_without_gradient() -> None:
    gan = build("gan", {})
    loss, _ = gan("discriminator", *inputs(gan, "discriminator"))
    loss.backward()
    assert all(p.grad is None for p in gan.generating_network.parameters())

"""The matched networks: shapes, sizes, and the stacked form against the plain one."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.func import functional_call, stack_module_state

from models.networks import (
    MLP,
    Affine,
    BatchNorm,
    Conv,
    GroupNorm,
    Norm,
    PatchMLP,
    Upsampling,
    count_parameters,
    groups_of,
)


def networks(norm: Norm = "batch") -> MLP:
    return MLP((4, 3), latent=5, hidden=(7, 9), norm=norm, output="sigmoid")


def test_shapes_and_ranges() -> None:
    built = networks()
    assert built.data == 12
    x = built.decoder()(torch.randn(6, 5)).detach()
    assert x.shape == (6, 12)
    assert 0 <= float(x.min()) <= float(x.max()) <= 1
    assert built.encoder(3)(x).shape == (6, 3)


def test_encoder_mirrors_decoder() -> None:
    built = networks(norm="none")
    decoder = [p.shape for p in built.decoder().parameters() if p.dim() == 2]
    encoder = [p.shape[::-1] for p in built.encoder(5).parameters() if p.dim() == 2]
    assert decoder == encoder[::-1]


def test_count_parameters() -> None:
    assert count_parameters(networks(norm="none").decoder()) == (5 * 7 + 7) + (7 * 9 + 9) + (9 * 12 + 12)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("norm", ["none", "batch", "group"])
def test_stacked_layers_equal_plain_ones(training: bool, norm: Norm) -> None:
    """Outputs, gradients and running statistics of S stacked networks are those of the S networks alone."""
    torch.manual_seed(0)
    alone = [networks(norm).decoder().double().train(training) for _ in range(3)]
    for decoder in alone:
        for module in decoder:
            if isinstance(module, BatchNorm):
                module.running_mean.normal_()  # type: ignore[union-attr]
                module.running_var.uniform_(0.5, 2)  # type: ignore[union-attr]
    parameters, buffers = stack_module_state(alone)
    z = torch.randn(3, 8, 5, dtype=torch.float64)
    stacked = functional_call(alone[0], (parameters, buffers), (z,))
    stacked.square().sum().backward()
    for index, decoder in enumerate(alone):
        out = decoder(z[index])
        out.square().sum().backward()
        torch.testing.assert_close(stacked[index], out)
        for name, parameter in decoder.named_parameters():
            torch.testing.assert_close(parameters[name].grad[index], parameter.grad)
        for name, buffer in decoder.named_buffers():
            torch.testing.assert_close(buffers[name][index], buffer)


def test_normalisation_of_encoders_leaves_the_first_layer_out() -> None:
    encoder = networks().encoder(1, "group")
    kinds = [type(layer).__name__ for layer in encoder]
    assert kinds == ["Linear", "ReLU", "Linear", "GroupNorm", "ReLU", "Linear"]


def test_group_norm_is_pytorchs() -> None:
    x = torch.randn(5, 24)
    ours, theirs = GroupNorm(24), nn.GroupNorm(6, 24)
    with torch.no_grad():
        for name in ("weight", "bias"):
            getattr(theirs, name).copy_(getattr(ours, name).normal_())
    torch.testing.assert_close(ours(x), theirs(x))


@pytest.mark.parametrize(("width", "groups"), [(256, 8), (64, 8), (24, 6), (8, 2), (7, 1), (1, 1)])
def test_groups_are_at_most_eight_and_never_of_one_unit_alone(width: int, groups: int) -> None:
    """A group of one unit would be normalised to nothing."""
    assert groups_of(width) == groups


def test_networks_on_codes_map_codes_to_codes() -> None:
    built = networks().on_codes()
    assert built.decoder()(torch.randn(4, 5)).shape == (4, 5)
    assert built.encoder(1)(torch.randn(4, 5)).shape == (4, 1)
    assert not any(isinstance(layer, BatchNorm | nn.Sigmoid) for layer in built.decoder())


CONV = pytest.mark.parametrize("upsampling", ["nearest", "transposed"])


@CONV
@pytest.mark.parametrize("shape", [(8, 12), (3, 8, 8)])
def test_convolutional_shapes(upsampling: Upsampling, shape: tuple[int, ...]) -> None:
    built = Conv(shape, 5, (6, 4), "batch", "sigmoid", upsampling)
    x = built.decoder()(torch.randn(7, 5)).detach()
    assert x.shape == (7, built.data)
    assert 0 <= float(x.min()) <= float(x.max()) <= 1
    assert built.encoder(3, "group")(x).shape == (7, 3)


@CONV
def test_convolutional_layers_are_what_they_are_called(upsampling: Upsampling) -> None:
    """Down by pooling; up by nearest-neighbour upsampling or by transposed convolution, never by both."""
    built = Conv((8, 8), 5, (6, 4), "none", "sigmoid", upsampling)
    up, down = built.decoder(), built.encoder(1)
    assert sum(isinstance(layer, nn.Upsample) for layer in up) == (2 if upsampling == "nearest" else 0)
    assert sum(isinstance(layer, nn.ConvTranspose2d) for layer in up) == (2 if upsampling == "transposed" else 0)
    assert sum(isinstance(layer, nn.MaxPool2d) for layer in down) == 2


def test_convolution_moves_with_the_image() -> None:
    """An image moved by a whole pooling window gives features moved by one: no layer mixes up rows, columns and channels."""
    built = Conv((3, 24, 24), 5, (6, 4), "none", "identity", "nearest")
    features = built.encoder(1)[:-2]
    x = torch.zeros(1, 3, 24, 24)
    x[..., 4:12, 4:12] = torch.rand(3, 8, 8)
    here, moved = features(x.flatten(1)), features(x.roll((4, 4), (-2, -1)).flatten(1))
    torch.testing.assert_close(here[..., 1:4, 1:4], moved[..., 2:5, 2:5])


@pytest.mark.parametrize("shape", [(2,), (6, 8), (3, 8, 10)])
def test_data_that_convolutions_cannot_halve_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="sides are divisible by 4"):
        Conv(shape, 5, (6, 4), "none", "identity", "nearest")


def test_an_affine_decoder_is_one_linear_map_and_its_encoder_has_tanh() -> None:
    """μ + σ z on the line, and two layers of tanh: 2 and 64 + 64 + 64² + 64 + 64 + 1 parameters."""
    built = Affine((1,), 1, (64, 64), "none", "identity")
    decoder, encoder = built.decoder(), built.encoder(1)
    z = torch.linspace(-3, 3, 7)[:, None]
    weight, bias = decoder.parameters()
    torch.testing.assert_close(decoder(z), bias + weight * z)
    assert count_parameters(decoder) == 2
    assert count_parameters(encoder) == 64 + 64 + 64**2 + 64 + 64 + 1
    assert [type(layer).__name__ for layer in encoder] == ["Linear", "Tanh", "Linear", "Tanh", "Linear"]


def test_an_affine_decoder_of_pixels_stays_affine() -> None:
    """Also on images: with a sigmoid it would span no linear subspace, and could not be held against PCA."""
    built = Affine((8, 8), 4, (16, 24), "none", "sigmoid")
    assert [p.shape for p in built.encoder(3).parameters() if p.dim() == 2] == [(64, 24), (24, 16), (16, 3)]
    decoder = built.decoder()
    a, b = torch.randn(5, 4), torch.randn(5, 4)
    torch.testing.assert_close(decoder(0.3 * a + 0.7 * b), 0.3 * decoder(a) + 0.7 * decoder(b))


def test_an_affine_decoder_has_nothing_to_normalise() -> None:
    with pytest.raises(ValueError, match="norm must be none, not batch"):
        Affine((1,), 1, (64,), "none", "identity").decoder("batch")


def test_quarters_know_nothing_of_each_other() -> None:
    """Another part of the latent vector changes its own quarter of the image, and no other pixel."""
    torch.manual_seed(0)
    decoder = PatchMLP((3, 8, 12), 8, (16, 32), "none", "sigmoid").decoder()
    z = torch.randn(5, 8)
    image = decoder(z).unflatten(-1, (3, 8, 12))
    upper, lower, left, right = slice(0, 4), slice(4, 8), slice(0, 6), slice(6, 12)
    for part, (rows, columns) in enumerate([(upper, left), (upper, right), (lower, left), (lower, right)]):
        moved = z.clone()
        moved[:, 2 * part : 2 * part + 2] += 1
        changed = (decoder(moved).unflatten(-1, (3, 8, 12)) != image).any(0).any(0)
        assert changed[rows, columns].all()
        changed[rows, columns] = False
        assert not changed.any()


def test_stacked_quarters_equal_quarters_alone() -> None:
    built = PatchMLP((8, 8), 4, (8, 16), "batch", "sigmoid")
    alone = [built.decoder() for _ in range(3)]
    parameters, buffers = stack_module_state(alone)
    z = torch.randn(3, 6, 4)
    stacked = functional_call(alone[0], (parameters, buffers), (z,))
    for index, decoder in enumerate(alone):
        torch.testing.assert_close(stacked[index], decoder(z[index]))


@pytest.mark.parametrize(
    ("shape", "latent", "hidden", "message"),
    [((64,), 4, (8,), "no quarters"), ((7, 8), 4, (8,), "no quarters"), ((8, 8), 6, (8,), "divisible by 4")],
)
def test_what_cannot_be_quartered_is_refused(
    shape: tuple[int, ...], latent: int, hidden: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        PatchMLP(shape, latent, hidden, "none", "sigmoid").decoder()

"""Networks of published protocols: sizes as published, shapes, and what they take."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.func import functional_call, stack_module_state

from models.networks import count_parameters
from models.published_networks import InfoGAN, Maxout, MaxoutMLP, RegularisedAE


def test_a_maxout_unit_is_the_largest_of_its_pieces() -> None:
    layer = Maxout(3, 4, pieces=5)
    x = torch.randn(6, 3)
    assert layer.linear.bias is not None
    pieces = (x @ layer.linear.weight + layer.linear.bias).reshape(6, 4, 5)
    torch.testing.assert_close(layer(x), pieces.max(-1).values)


def test_maxout_layers_stack() -> None:
    alone = [Maxout(3, 4, pieces=2) for _ in range(3)]
    parameters, _ = stack_module_state(alone)
    x = torch.randn(3, 6, 3)
    stacked = functional_call(alone[0], parameters, (x,))
    for index, layer in enumerate(alone):
        torch.testing.assert_close(stacked[index], layer(x[index]))


def test_the_networks_of_pacgan_have_the_published_sizes() -> None:
    """Their code: a generator 2-400-400-400-400-2 with batch normalisation in the place of hidden biases, and a discriminator
    2-200-200-200-1 of maxout units with five pieces; weights from N(0, 0.02²), biases 0."""
    built = MaxoutMLP((2,), 2, (400, 400, 400, 400), "batch", "identity")
    decoder, encoder = built.decoder(), built.encoder(1)
    assert count_parameters(decoder) == 2 * 400 + 3 * 400**2 + 400 * 2 + 2 + 4 * 2 * 400
    assert count_parameters(encoder) == 1000 * (2 + 1) + 2 * 1000 * (200 + 1) + 200 + 1
    weights = torch.cat([p.detach().flatten() for p in encoder.parameters() if p.dim() == 2])
    assert float(weights.std()) == pytest.approx(0.02, rel=0.02)
    for network in (decoder, encoder):
        assert not any(p.detach().any() for name, p in network.named_parameters() if name.endswith("bias"))
    with pytest.raises(ValueError, match="norm must be none"):
        built.encoder(1, "batch")


def spread(network: nn.Module) -> float:
    """Standard deviation of all weights of more than one dimension."""
    return float(torch.cat([p.detach().flatten() for p in network.parameters() if p.dim() > 1]).std())


def test_infogans_networks_have_the_published_sizes() -> None:
    """64-1024-(7 × 7 × 128)-(14 × 14 × 64)-(28 × 28), with batch normalisation in the place of hidden biases; the discriminator
    likewise in reverse, its first layer not normalised."""
    built = InfoGAN((28, 28), 64, (1024, 128, 64), "batch", "sigmoid")
    decoder, encoder = built.decoder(), built.encoder(1, "batch")
    hidden = 64 * 1024 + 1024 * 6272 + 16 * 128 * 64
    assert count_parameters(decoder) == hidden + 2 * (1024 + 6272 + 64) + 16 * 64 + 1
    assert count_parameters(encoder) == 16 * 64 + 64 + 16 * 64 * 128 + 6272 * 1024 + 2 * (128 + 1024) + 1024 + 1
    assert count_parameters(built.encoder(1)) == 16 * 64 + 64 + 16 * 64 * 128 + 128 + 6272 * 1024 + 1024 + 1024 + 1
    for network in (decoder, encoder):
        assert spread(network) == pytest.approx(0.02, rel=0.02)
    image = decoder(torch.randn(3, 64)).detach()
    assert image.shape == (3, 784) and 0 < float(image.min()) < float(image.max()) < 1
    assert encoder(image).shape == (3, 1)


def test_networks_of_regularised_autoencoders_have_the_published_sizes() -> None:
    """Convolutions 4 × 4 from 128 to 1,024 channels on 32 × 32 pixels; from 8 × 8 × 1,024 by two transposed ones to the image."""
    built = RegularisedAE((28, 28), 16, (1024, 512, 256, 128), "batch", "sigmoid")
    decoder, encoder = built.decoder(), built.encoder(16)
    down = sum(16 * a * b + 2 * b for a, b in ((1, 128), (128, 256), (256, 512), (512, 1024)))
    assert count_parameters(encoder) == down + 4 * 1024 * 16 + 16
    up = sum(16 * a * b + 2 * b for a, b in ((1024, 512), (512, 256)))
    assert count_parameters(decoder) == 16 * 65536 + 65536 + up + 16 * 256 + 1


@pytest.mark.parametrize("shape", [(28, 28), (3, 32, 32), (9, 20)])
def test_images_of_any_size_stand_in_a_frame(shape: tuple[int, ...]) -> None:
    built = RegularisedAE(shape, 4, (16, 8, 8, 4), "batch", "sigmoid")
    decoder, encoder = built.decoder(), built.encoder(5)
    x = torch.rand(2, built.data)
    assert encoder(x).shape == (2, 5)
    decoded = decoder(torch.randn(2, 4)).detach()
    assert decoded.shape == x.shape and float(decoded.min()) >= 0 and float(decoded.max()) <= 1
    framed = encoder[0](x)
    assert all(side % 16 == 0 for side in framed.shape[-2:])
    torch.testing.assert_close(framed.sum(), (2 * x - 1).sum() - (framed.numel() - x.numel()))  # −1 is black
    torch.testing.assert_close(nn.Sequential(encoder[0], decoder[-2])(x), 2 * x - 1)  # the cut undoes the frame


def test_what_the_published_networks_refuse() -> None:
    with pytest.raises(ValueError, match="divisible by 4"):
        InfoGAN((9, 8), 4, (16, 8, 4), "batch", "sigmoid")
    with pytest.raises(ValueError, match="divisible by 4"):
        InfoGAN((8,), 4, (16, 8, 4), "batch", "sigmoid")
    with pytest.raises(ValueError, match="3 hidden layers"):
        InfoGAN((8, 8), 4, (16, 8), "batch", "sigmoid")
    with pytest.raises(ValueError, match="4 hidden layers"):
        RegularisedAE((8, 8), 4, (16, 8), "batch", "sigmoid")

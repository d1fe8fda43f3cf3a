"""The matched networks: shapes, sizes, and the stacked form against the plain one."""

from __future__ import annotations

import pytest
import torch
from torch.func import functional_call, stack_module_state

from models.networks import MLP, BatchNorm, count_parameters


def networks(batch_norm: bool = True) -> MLP:
    return MLP((4, 3), latent=5, hidden=(7, 9), batch_norm=batch_norm, output="sigmoid")


def test_shapes_and_ranges() -> None:
    built = networks()
    assert built.data == 12
    x = built.decoder()(torch.randn(6, 5)).detach()
    assert x.shape == (6, 12)
    assert 0 <= float(x.min()) <= float(x.max()) <= 1
    assert built.encoder(3)(x).shape == (6, 3)


def test_encoder_mirrors_decoder() -> None:
    built = networks(batch_norm=False)
    decoder = [p.shape for p in built.decoder().parameters() if p.dim() == 2]
    encoder = [p.shape[::-1] for p in built.encoder(5).parameters() if p.dim() == 2]
    assert decoder == encoder[::-1]


def test_count_parameters() -> None:
    assert count_parameters(networks(batch_norm=False).decoder()) == (5 * 7 + 7) + (7 * 9 + 9) + (9 * 12 + 12)


@pytest.mark.parametrize("training", [True, False])
def test_stacked_layers_equal_plain_ones(training: bool) -> None:
    """Outputs, gradients and running statistics of S stacked networks are those of the S networks alone."""
    torch.manual_seed(0)
    alone = [networks().decoder().double().train(training) for _ in range(3)]
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

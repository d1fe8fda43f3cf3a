"""The matched networks: one builder makes the encoder, the decoder and the discriminator of every model.

The decoder of an autoencoder *is* the generator of a GAN (same builder, same call); the encoder's hidden layers *are*
the discriminator's trunk. Only the last linear layer of an encoder differs in width: z codes, 2 z for a Gaussian
posterior, 1 for a score.

Layers here accept parameters with a leading seed axis S as well as plain ones: ``Linear`` then multiplies S matrices at
once (``baddbmm``), which on small networks is faster than mapping over seeds and gives the same numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Output = Literal["sigmoid", "identity"]


class Linear(nn.Module):
    """Affine map x W + b; W of shape (in, out) with x (B, in), or W (S, in, out) with x (S, B, in).

    As ``nn.Linear``, with the same initialisation, but for the weight's orientation: so its gradient comes out contiguous.
    """

    bias: nn.Parameter | None

    def __init__(self, inputs: int, outputs: int, bias: bool = True) -> None:
        super().__init__()
        plain = nn.Linear(inputs, outputs, bias)
        self.weight = nn.Parameter(plain.weight.detach().t().contiguous())
        self.bias = plain.bias

    def forward(self, x: Tensor) -> Tensor:
        if self.bias is None:
            return x @ self.weight
        if self.weight.dim() == 2:
            return torch.addmm(self.bias, x, self.weight)
        return torch.baddbmm(self.bias.unsqueeze(-2), x, self.weight)


class BatchNorm(nn.BatchNorm1d):
    """Batch normalisation (Ioffe and Szegedy 2015) of x (B, H), or of x (S, B, H) with statistics for each seed."""

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 2:
            return super().forward(x)
        seeds, batch, width = x.shape
        # Seeds do not mix: S networks of width H are one of width S·H as far as batch normalisation is concerned.
        # (reshape of the contiguous parameters and buffers is a view, so running statistics are updated in place)
        flat = F.batch_norm(
            x.transpose(0, 1).reshape(batch, seeds * width),
            self.running_mean.view(-1) if self.running_mean is not None else None,
            self.running_var.view(-1) if self.running_var is not None else None,
            self.weight.reshape(-1),
            self.bias.reshape(-1),
            training=self.training,
            momentum=self.momentum if self.momentum is not None else 0.1,
            eps=self.eps,
        )
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        return flat.view(batch, seeds, width).transpose(0, 1)


class Networks(ABC):
    """Builder of matched networks.

    Attributes:
        data: D, number of data dimensions (pixels of an image, coordinates of a point).
        latent: z, number of latent dimensions.
    """

    data: int
    latent: int

    @abstractmethod
    def decoder(self) -> nn.Module:
        """Decoder or generator, (B, z) → (B, D)."""

    @abstractmethod
    def encoder(self, outputs: int) -> nn.Module:
        """Encoder or discriminator, (B, D) → (B, outputs)."""


class MLP(Networks):
    """Fully connected networks with ReLU.

    Args:
        shape: shape of one datum; its product is D.
        latent: z ≥ 1.
        hidden: widths of the decoder's hidden layers, from the latent side; the encoder has them in reverse.
        batch_norm: batch normalisation after the decoder's hidden linear layers. The encoder never has it: as a
            discriminator it would couple the examples of a batch.
        output: ``sigmoid`` for pixels in [0, 1], ``identity`` for coordinates.
    """

    def __init__(
        self, shape: tuple[int, ...], latent: int, hidden: tuple[int, ...], batch_norm: bool, output: Output
    ) -> None:
        self.data = int(torch.Size(shape).numel())
        self.latent = latent
        self.hidden = hidden
        self.batch_norm = batch_norm
        self.output = output

    def decoder(self) -> nn.Sequential:
        layers: list[nn.Module] = []
        for inputs, outputs in zip((self.latent, *self.hidden), self.hidden, strict=False):
            # a bias before batch normalisation is cancelled by it: its gradient is rounding error, which Adam would amplify
            layers.append(Linear(inputs, outputs, bias=not self.batch_norm))
            if self.batch_norm:
                layers.append(BatchNorm(outputs))
            layers.append(nn.ReLU())
        layers.append(Linear(self.hidden[-1], self.data))
        if self.output == "sigmoid":
            layers.append(nn.Sigmoid())
        return nn.Sequential(*layers)

    def encoder(self, outputs: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        widths = self.hidden[::-1]
        for before, after in zip((self.data, *widths), widths, strict=False):
            layers += [Linear(before, after), nn.ReLU()]
        return nn.Sequential(*layers, Linear(widths[-1], outputs))


NETWORKS: dict[str, type[MLP]] = {"mlp": MLP}


def count_parameters(module: nn.Module) -> int:
    """Number of trainable scalars of a module."""
    return sum(p.numel() for p in module.parameters())

"""The matched networks: one builder makes the encoder, the decoder and the discriminator of every model.

The decoder of an autoencoder *is* the generator of a GAN (same builder, same call); the encoder's hidden layers *are*
the discriminator's trunk. Only the last linear layer of an encoder differs in width: z codes, 2 z for a Gaussian
posterior, 1 for a score.

The layers of the fully connected networks accept parameters with a leading seed axis S as well as plain ones: ``Linear`` then
multiplies S matrices at once (``baddbmm``), which on small networks is faster than mapping over seeds and gives the same
numbers. Convolutional networks are mapped.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Output = Literal["sigmoid", "identity"]
Norm = Literal["none", "batch", "group"]
Upsampling = Literal["nearest", "transposed"]


def groups_of(width: int) -> int:
    """Groups of a layer under group normalisation: the most, up to 8, that are equal and have at least 4 units each, or 1."""
    return max((groups for groups in range(1, 9) if width % groups == 0 and width // groups >= 4), default=1)


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
            self.weight.reshape(-1) if self.affine else None,
            self.bias.reshape(-1) if self.affine else None,
            training=self.training,
            momentum=self.momentum if self.momentum is not None else 0.1,
            eps=self.eps,
        )
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        return flat.view(batch, seeds, width).transpose(0, 1)


class GroupNorm(nn.Module):
    """Group normalisation (Wu and He, ECCV 2018) of x (B, H), or of x (S, B, H) with parameters for each seed."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.groups = groups_of(width)
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        grouped = x.unflatten(-1, (self.groups, -1))
        normal = F.layer_norm(grouped, grouped.shape[-1:]).flatten(-2)
        return normal * self.weight.unsqueeze(-2) + self.bias.unsqueeze(-2)


NORMS: dict[Norm, Callable[[int], list[nn.Module]]] = {
    "none": lambda width: [],
    "batch": lambda width: [BatchNorm(width)],
    "group": lambda width: [GroupNorm(width)],
}
NORMS_2D: dict[Norm, Callable[[int], list[nn.Module]]] = {
    "none": lambda channels: [],
    "batch": lambda channels: [nn.BatchNorm2d(channels)],
    "group": lambda channels: [nn.GroupNorm(groups_of(channels), channels)],
}


class Networks(ABC):
    """Builder of matched networks.

    Args:
        shape: shape of one datum, as (D,), (height, width) or (channels, height, width); its product is D.
        latent: z ≥ 1, number of latent dimensions.
        norm: normalisation of the decoder's hidden layers. The encoder has none unless it is asked for: as a discriminator,
            batch normalisation would couple the examples of a batch.
        output: ``sigmoid`` for pixels in [0, 1], ``identity`` for coordinates.

    Attributes:
        data: D, number of data dimensions (pixels of an image, coordinates of a point).
        stacked: whether its layers accept parameters with a leading seed axis.
    """

    stacked: ClassVar[bool]

    def __init__(self, shape: tuple[int, ...], latent: int, norm: Norm, output: Output) -> None:
        self.shape = shape
        self.data = math.prod(shape)
        self.latent = latent
        self.norm = norm
        self.output = output

    @abstractmethod
    def decoder(self, norm: Norm | None = None) -> nn.Module:
        """Decoder or generator, (B, z) → (B, D); ``norm`` replaces the builder's own."""

    @abstractmethod
    def encoder(self, outputs: int, norm: Norm = "none") -> nn.Module:
        """Encoder or discriminator, (B, D) → (B, outputs). ``norm`` is that of its hidden layers but the first, which sees
        the data (Radford, Metz and Chintala, *DCGAN*, ICLR 2016)."""

    @abstractmethod
    def on_codes(self) -> MLP:
        """Builder of fully connected networks whose data are this one's codes: (B, z) in place of (B, D)."""


class MLP(Networks):
    """Fully connected networks, with ReLU unless a subclass says otherwise.

    Args:
        hidden: widths of the decoder's hidden layers, from the latent side; the encoder has them in reverse.
        shape: see :class:`Networks`, as the rest.
    """

    stacked = True
    activation: ClassVar[type[nn.Module]] = nn.ReLU

    def __init__(
        self, shape: tuple[int, ...], latent: int, hidden: tuple[int, ...], norm: Norm, output: Output
    ) -> None:
        super().__init__(shape, latent, norm, output)
        self.hidden = hidden

    def decoder(self, norm: Norm | None = None) -> nn.Sequential:
        norm = self.norm if norm is None else norm
        layers: list[nn.Module] = []
        for inputs, outputs in zip((self.latent, *self.hidden), self.hidden, strict=False):
            # a bias before batch normalisation is cancelled by it: its gradient is rounding error, which Adam would amplify
            layers += [Linear(inputs, outputs, bias=norm != "batch"), *NORMS[norm](outputs), self.activation()]
        layers.append(Linear(self.hidden[-1], self.data))
        if self.output == "sigmoid":
            layers.append(nn.Sigmoid())
        return nn.Sequential(*layers)

    def encoder(self, outputs: int, norm: Norm = "none") -> nn.Sequential:
        layers: list[nn.Module] = []
        widths = self.hidden[::-1]
        for index, (before, after) in enumerate(zip((self.data, *widths), widths, strict=False)):
            kind: Norm = norm if index else "none"
            layers += [Linear(before, after, bias=kind != "batch"), *NORMS[kind](after), self.activation()]
        return nn.Sequential(*layers, Linear(widths[-1], outputs))

    def on_codes(self) -> MLP:
        return MLP((self.latent,), self.latent, self.hidden, "none", "identity")


class Affine(MLP):
    """An affine decoder, and fully connected encoders with tanh.

    The networks of the Gaussian experiment in Nowozin, Cseke and Tomioka (*f-GAN*, NeurIPS 2016): a generator μ + σ z on the line
    and a critic with two hidden layers of 64. On images the decoder stays affine: pixels may leave [0, 1].

    Args:
        hidden: widths of the encoder's hidden layers, the last one first; the decoder has none.
        norm: ``none``.
        shape: see :class:`Networks`, as the rest.
    """

    activation = nn.Tanh

    def decoder(self, norm: Norm | None = None) -> nn.Sequential:
        norm = self.norm if norm is None else norm
        if norm != "none":
            raise ValueError(f"an affine decoder has no hidden layers to normalise: norm must be none, not {norm}")
        return nn.Sequential(Linear(self.latent, self.data))


class Patches(nn.Module):
    """An image of independent quarters: each from its own part of the latent vector, by its own network, (B, z) → (B, D).

    Args:
        parts: four networks, of the upper left, upper right, lower left and lower right quarter, each (B, z / 4) → (B, D / 4).
        shape: of the image, (H, W) or (C, H, W), with even sides.
    """

    def __init__(self, parts: list[nn.Sequential], shape: tuple[int, ...]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.quarter = (*shape[:-2], shape[-2] // 2, shape[-1] // 2)

    def forward(self, z: Tensor) -> Tensor:
        latents = z.chunk(len(self.parts), dim=-1)
        quarters = [part(own).unflatten(-1, self.quarter) for part, own in zip(self.parts, latents, strict=True)]
        rows = [torch.cat(quarters[row : row + 2], dim=-1) for row in (0, 2)]
        return torch.cat(rows, dim=-2).flatten(-len(self.quarter))


class PatchMLP(MLP):
    """A decoder that makes the quarters of an image independently of each other; the encoder is that of :class:`MLP`.

    Each quarter has a quarter of the latent dimensions and of the units of every hidden layer: a generator whose components cannot
    agree with each other, whatever it is trained by.

    Args:
        shape: see :class:`Networks`, with even sides.
        latent: divisible by 4.
        hidden: see :class:`MLP`, divisible by 4.
        norm: see :class:`Networks`, as the rest.

    Raises:
        ValueError: sides, latent dimensions or widths that cannot be divided.
    """

    QUARTERS = 4

    def decoder(self, norm: Norm | None = None) -> nn.Module:  # type: ignore[override]
        if len(self.shape) < 2 or any(side % 2 for side in self.shape[-2:]):
            raise ValueError(f"data of shape {self.shape} have no quarters; give images with even sides")
        sizes = (self.latent, *self.hidden)
        if any(size % self.QUARTERS for size in sizes):
            raise ValueError(f"latent dimensions and widths {sizes} must be divisible by {self.QUARTERS}")
        latent, *hidden = (size // self.QUARTERS for size in sizes)
        part = MLP((self.data // self.QUARTERS,), latent, tuple(hidden), self.norm, self.output)
        return Patches([part.decoder(norm) for _ in range(self.QUARTERS)], self.shape)


class Conv(Networks):
    """Convolutional networks with ReLU: k convolutions with pooling down, k doublings up.

    The encoder is k times (3 × 3 convolution, ReLU, 2 × 2 max-pooling), then linear. The decoder is linear to a map of
    1 / 2ᵏ of the image's side, then k doublings: either nearest-neighbour upsampling, the unpooling that a generator can do, and a
    3 × 3 convolution, or a 4 × 4 transposed convolution with stride 2 (Odena, Dumoulin and Olah, *Deconvolution and Checkerboard
    Artifacts*, Distill 2016, compare the two).

    Args:
        shape: (height, width) or (channels, height, width), both sides divisible by 2ᵏ.
        hidden: k channel counts from the latent side; the encoder has them in reverse.
        upsampling: how the decoder doubles.
        latent: see :class:`Networks`, as the rest.

    Raises:
        ValueError: the data are no images, or a side is not divisible by 2ᵏ.
    """

    stacked = False

    def __init__(
        self,
        shape: tuple[int, ...],
        latent: int,
        hidden: tuple[int, ...],
        norm: Norm,
        output: Output,
        upsampling: Upsampling,
    ) -> None:
        super().__init__(shape, latent, norm, output)
        halvings = 2 ** len(hidden)
        if len(shape) not in (2, 3) or any(side % halvings for side in shape[-2:]):
            raise ValueError(
                f"data of shape {shape}: {len(hidden)} convolutional layers need images whose sides are divisible by {halvings}"
            )
        self.hidden = hidden
        self.upsampling: Upsampling = upsampling
        self.image = (1, *shape) if len(shape) == 2 else shape
        self.small = (shape[-2] // halvings, shape[-1] // halvings)

    def _doubling(self, before: int, after: int, bias: bool) -> list[nn.Module]:
        if self.upsampling == "transposed":
            return [nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=bias)]
        return [nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv2d(before, after, 3, padding=1, bias=bias)]

    def decoder(self, norm: Norm | None = None) -> nn.Sequential:
        norm = self.norm if norm is None else norm
        first, bias = self.hidden[0], norm != "batch"
        layers: list[nn.Module] = [
            Linear(self.latent, first * math.prod(self.small)),
            nn.Unflatten(-1, (first, *self.small)),
            *NORMS_2D[norm](first),
            nn.ReLU(),
        ]
        for before, after in zip(self.hidden, self.hidden[1:], strict=False):
            layers += [*self._doubling(before, after, bias), *NORMS_2D[norm](after), nn.ReLU()]
        layers += [*self._doubling(self.hidden[-1], self.image[0], True), nn.Flatten(-3)]
        if self.output == "sigmoid":
            layers.append(nn.Sigmoid())
        return nn.Sequential(*layers)

    def encoder(self, outputs: int, norm: Norm = "none") -> nn.Sequential:
        layers: list[nn.Module] = [nn.Unflatten(-1, self.image)]
        channels = self.hidden[::-1]
        for index, (before, after) in enumerate(zip((self.image[0], *channels), channels, strict=False)):
            kind: Norm = norm if index else "none"
            convolution = nn.Conv2d(before, after, 3, padding=1, bias=kind != "batch")
            layers += [convolution, *NORMS_2D[kind](after), nn.ReLU(), nn.MaxPool2d(2)]
        return nn.Sequential(*layers, nn.Flatten(-3), Linear(channels[-1] * math.prod(self.small), outputs))

    def on_codes(self) -> MLP:
        widths = (CODE_WIDTH, CODE_WIDTH)
        return MLP((self.latent,), self.latent, widths, "none", "identity")


CODE_WIDTH = 128
"""Width of the fully connected networks on the codes of convolutional ones."""


def count_parameters(module: nn.Module) -> int:
    """Number of scalars in a module's parameters, trained or fitted."""
    return sum(p.numel() for p in module.parameters())

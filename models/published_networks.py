"""Networks of published protocols, whose numbers the suite computes anew. They are not matched to each other.

Each follows the paper, and where that is silent the authors' published code; what is left out stands with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from models.networks import CODE_WIDTH, MLP, NORMS, NORMS_2D, Linear, Networks, Norm, Output

Draw = Callable[[Tensor], object]
"""Fills a layer's weight with its first values."""
SMALL_NORMAL: Draw = partial(nn.init.normal_, std=0.02)
"""Weights from N(0, 0.02²)."""


def initialised(network: nn.Sequential, draw: Draw) -> nn.Sequential:
    """The network with weights of all layers drawn so and biases 0; normalisation as it is."""
    for module in network.modules():
        if isinstance(module, Linear | nn.Conv2d | nn.ConvTranspose2d):
            draw(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def image_of(shape: tuple[int, ...], divisor: int, what: str) -> tuple[int, int, int]:
    """Channels, height and width of image data.

    Args:
        shape: of a datum.
        divisor: of both sides.
        what: needs it, for the error.

    Raises:
        ValueError: the data are no images, or a side cannot be divided.
    """
    if len(shape) not in (2, 3) or any(side % divisor for side in shape[-2:]):
        raise ValueError(f"data of shape {shape}: {what} needs images whose sides are divisible by {divisor}")
    channels, height, width = (1, *shape) if len(shape) == 2 else shape
    return channels, height, width


class Maxout(nn.Module):
    """Maximum of k affine maps (Goodfellow et al., *Maxout Networks*, ICML 2013); x and parameters as for :class:`Linear`."""

    def __init__(self, inputs: int, outputs: int, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = Linear(inputs, outputs * pieces)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).unflatten(-1, (-1, self.pieces)).amax(-1)


class MaxoutMLP(MLP):
    """The networks of the experiments on mixtures in Lin et al. (*PacGAN*, NeurIPS 2018), which are not matched.

    The decoder is fully connected with ReLU; the encoder has three maxout layers of 200 units with five pieces, whatever the
    decoder's widths. All weights are drawn from N(0, 0.02²), all biases are 0 (the authors' published configuration).

    Args:
        hidden: widths of the decoder's hidden layers.
        norm: normalisation of the decoder's hidden layers; the encoder has none.
        shape: see :class:`Networks`, as the rest.
    """

    WIDTHS = (200, 200, 200)
    PIECES = 5

    def decoder(self, norm: Norm | None = None) -> nn.Sequential:
        return initialised(super().decoder(norm), SMALL_NORMAL)

    def encoder(self, outputs: int, norm: Norm = "none") -> nn.Sequential:
        if norm != "none":
            raise ValueError(f"the encoder with maxout layers has no normalisation: norm must be none, not {norm}")
        layers = [
            Maxout(before, after, self.PIECES)
            for before, after in zip((self.data, *self.WIDTHS), self.WIDTHS, strict=False)
        ]
        return initialised(nn.Sequential(*layers, Linear(self.WIDTHS[-1], outputs)), SMALL_NORMAL)


class InfoGAN(Networks):
    """The networks of Lucic et al. (*Are GANs Created Equal?*, NeurIPS 2018), which are InfoGAN's (Chen et al., NeurIPS 2016).

    Generator: linear to 1,024, linear to a map of 128 channels at a quarter of the side, 4 × 4 transposed convolutions with
    stride 2 to 64 channels and to the image; normalisation and leaky ReLU (0.2) after each but the last. Discriminator, and a
    VAE's encoder: 4 × 4 convolutions with stride 2 to 64 and 128 channels, linear to 1,024, linear to the outputs; leaky ReLU, and
    normalisation after the second and third layer if it is asked for. Weights from N(0, 0.02²). Batch normalisation's constants
    are PyTorch's.

    Args:
        hidden: width of the linear layer, then channels, from the latent side: 1,024, 128, 64 in the paper.
        shape: (height, width) or (channels, height, width), both sides divisible by 4.
        latent: see :class:`~models.networks.Networks`, as the rest.

    Raises:
        ValueError: other than three hidden layers, or no such images.
    """

    stacked = False
    SLOPE = 0.2

    def __init__(
        self, shape: tuple[int, ...], latent: int, hidden: tuple[int, ...], norm: Norm, output: Output
    ) -> None:
        super().__init__(shape, latent, norm, output)
        if len(hidden) != 3:
            raise ValueError(f"InfoGAN's networks have 3 hidden layers, a width and two channel counts, not {hidden}")
        self.width, self.deep, self.shallow = hidden
        self.image = image_of(shape, 4, "InfoGAN's network")
        self.small = (self.image[1] // 4, self.image[2] // 4)

    def decoder(self, norm: Norm | None = None) -> nn.Sequential:
        norm = self.norm if norm is None else norm
        bias, map_size = norm != "batch", self.deep * math.prod(self.small)
        layers: list[nn.Module] = []
        for before, after in ((self.latent, self.width), (self.width, map_size)):
            layers += [Linear(before, after, bias=bias), *NORMS[norm](after), nn.LeakyReLU(self.SLOPE)]
        layers += [
            nn.Unflatten(-1, (self.deep, *self.small)),
            nn.ConvTranspose2d(self.deep, self.shallow, 4, stride=2, padding=1, bias=bias),
            *NORMS_2D[norm](self.shallow),
            nn.LeakyReLU(self.SLOPE),
            nn.ConvTranspose2d(self.shallow, self.image[0], 4, stride=2, padding=1),
            nn.Flatten(-3),
        ]
        if self.output == "sigmoid":
            layers.append(nn.Sigmoid())
        return initialised(nn.Sequential(*layers), SMALL_NORMAL)

    def encoder(self, outputs: int, norm: Norm = "none") -> nn.Sequential:
        bias = norm != "batch"
        return initialised(
            nn.Sequential(
                nn.Unflatten(-1, self.image),
                nn.Conv2d(self.image[0], self.shallow, 4, stride=2, padding=1),
                nn.LeakyReLU(self.SLOPE),
                nn.Conv2d(self.shallow, self.deep, 4, stride=2, padding=1, bias=bias),
                *NORMS_2D[norm](self.deep),
                nn.LeakyReLU(self.SLOPE),
                nn.Flatten(-3),
                Linear(self.deep * math.prod(self.small), self.width, bias=bias),
                *NORMS[norm](self.width),
                nn.LeakyReLU(self.SLOPE),
                Linear(self.width, outputs),
            ),
            SMALL_NORMAL,
        )

    def on_codes(self) -> MLP:
        return MLP((self.latent,), self.latent, (CODE_WIDTH, CODE_WIDTH), "none", "identity")


class Framed(nn.Module):
    """Images (B, D) put into the middle of a black frame, (B, channels, height, width), their pixels from [0, 1] to [−1, 1]."""

    def __init__(self, image: tuple[int, int, int], height: int, width: int) -> None:
        super().__init__()
        self.image = image
        self.top, self.left = (height - image[1]) // 2, (width - image[2]) // 2
        self.bottom, self.right = height - image[1] - self.top, width - image[2] - self.left

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(2 * x.unflatten(-1, self.image) - 1, (self.left, self.right, self.top, self.bottom), value=-1.0)


class Cut(nn.Module):
    """The middle of maps (B, channels, height, width), as images (B, D)."""

    def __init__(self, image: tuple[int, int, int]) -> None:
        super().__init__()
        self.image = image

    def forward(self, x: Tensor) -> Tensor:
        _, height, width = self.image
        top, left = (x.shape[-2] - height) // 2, (x.shape[-1] - width) // 2
        return x[..., top : top + height, left : left + width].flatten(-3)


class RegularisedAE(Networks):
    """The networks of Ghosh et al. (*From Variational to Deterministic Autoencoders*, ICLR 2020) on MNIST and CIFAR-10.

    Images stand in a frame whose sides are divisible by 16 (MNIST's become 32). Encoder: 4 × 4 convolutions with stride 2 to 128,
    256, 512 and 1,024 channels, then linear. Decoder: linear to 1,024 channels at a quarter of the side, 4 × 4 transposed
    convolutions with stride 2 to 512 and 256, a 4 × 4 convolution to the image. Normalisation and ReLU after every hidden
    convolution, whatever the encoder is asked for; weights by Glorot and Bengio's uniform rule.

    Args:
        hidden: channels from the latent side: 1,024, 512, 256, 128 in the paper.
        shape: (height, width) or (channels, height, width).
        latent: see :class:`~models.networks.Networks`, as the rest.

    Raises:
        ValueError: other than four hidden layers, or data that are no images.
    """

    stacked = False
    FRAME = 16

    def __init__(
        self, shape: tuple[int, ...], latent: int, hidden: tuple[int, ...], norm: Norm, output: Output
    ) -> None:
        super().__init__(shape, latent, norm, output)
        if len(hidden) != 4:
            raise ValueError(f"these networks have 4 hidden layers, not {hidden}")
        self.hidden = hidden
        self.image = image_of(shape, 1, "a convolutional network")
        self.frame = tuple(-(-side // self.FRAME) * self.FRAME for side in self.image[1:])

    def decoder(self, norm: Norm | None = None) -> nn.Sequential:
        norm = self.norm if norm is None else norm
        small = tuple(side // 4 for side in self.frame)
        first, second, third, _ = self.hidden
        layers: list[nn.Module] = [
            Linear(self.latent, first * math.prod(small)),
            nn.Unflatten(-1, (first, *small)),
        ]
        for before, after in ((first, second), (second, third)):
            up = nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=norm != "batch")
            layers += [up, *NORMS_2D[norm](after), nn.ReLU()]
        layers += [nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(third, self.image[0], 4), Cut(self.image)]
        if self.output == "sigmoid":
            layers.append(nn.Sigmoid())
        return initialised(nn.Sequential(*layers), nn.init.xavier_uniform_)

    def encoder(self, outputs: int, norm: Norm = "none") -> nn.Sequential:
        channels = (self.image[0], *self.hidden[::-1])
        layers: list[nn.Module] = [Framed(self.image, *self.frame)]
        for before, after in pairwise(channels):
            down = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=self.norm != "batch")
            layers += [down, *NORMS_2D[self.norm](after), nn.ReLU()]
        positions = math.prod(side // self.FRAME for side in self.frame)
        layers += [nn.Flatten(-3), Linear(self.hidden[0] * positions, outputs)]
        return initialised(nn.Sequential(*layers), nn.init.xavier_uniform_)

    def on_codes(self) -> MLP:
        return MLP((self.latent,), self.latent, (CODE_WIDTH, CODE_WIDTH), "none", "identity")

r"""Principal component analysis (PCA): the linear baseline, fitted in closed form.

With mean μ and the z leading eigenvalues λ and eigenvectors W of the training data's covariance (Pearson 1901; Hotelling 1933),

.. math:: c(x) = \Lambda^{-1/2} W^T (x - \mu), \qquad x(c) = \mu + W \Lambda^{1/2} c .

Among all linear maps to z numbers and back it has the least squared error on the training data (Eckart and Young 1936). Codes are
whitened, so that sampling them from N(0, I) is sampling from PCA's Gaussian N(μ, W Λ Wᵀ). Nothing is trained: the fit is the same
for every seed, only the draws differ. Reconstructions and samples are not clipped: pixels may leave [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from sklearn import decomposition
from torch import Tensor, nn

from models import base
from models.base import GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars
from models.networks import Linear, Networks


class PCA(GenerativeModel):
    """PCA with as many components as the other models have latent dimensions.

    Raises:
        ValueError: more components than data dimensions.
    """

    class Settings(base.Settings):
        """None."""

    title = "PCA"
    trained = False
    has_codes = True
    samplers = ("prior", "gmm")

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        if networks.latent > networks.data:
            raise ValueError(f"PCA of {networks.data} dimensions has no {networks.latent} components; give latent ≤ D")
        self.encoder = Linear(networks.data, networks.latent).requires_grad_(False)
        self.decoder = Linear(networks.latent, networks.data).requires_grad_(False)

    @property
    def generating_network(self) -> nn.Module:
        return self.decoder

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {}

    def optimiser(self, player: Player) -> Optimiser:
        raise TypeError("PCA has no player: it is fitted, not trained")

    def schedule(self) -> tuple[Phase, ...]:
        return ()

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        raise TypeError("PCA has no objective: it is fitted, not trained")

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        raise TypeError("PCA has no objective: it is fitted, not trained")

    def fit(self, data: Tensor) -> None:
        pixels = data.dtype == torch.uint8
        x = data.cpu().double() / (255 if pixels else 1)
        fitted = decomposition.PCA(self.latent, svd_solver="covariance_eigh").fit(x.numpy())
        mean = torch.from_numpy(fitted.mean_)
        components = torch.from_numpy(fitted.components_)  # (z, D)
        deviations = torch.from_numpy(fitted.explained_variance_).clamp_min(0).sqrt()[:, None]
        # a direction without variance carries nothing: its code is 0
        whitening = torch.where(deviations > 1e-12, components / deviations, 0)
        assert self.encoder.bias is not None and self.decoder.bias is not None
        with torch.no_grad():
            self.encoder.weight.copy_(whitening.T)
            self.encoder.bias.copy_(-whitening @ mean)
            self.decoder.weight.copy_(deviations * components)
            self.decoder.bias.copy_(mean)

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.decode(noise["latent"], noise)

    def encode(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return self.encoder(x)

    def decode(self, codes: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return self.decoder(codes)

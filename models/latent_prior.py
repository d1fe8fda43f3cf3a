"""Ex-post densities on codes.

A density fitted, after training, to the codes of the training data, from which codes are drawn and decoded (Ghosh et al.,
*From Variational to Deterministic Autoencoders*, ICLR 2020, section 4). Beside the prior N(0, I) they are the other way
to sample from a model that has codes. For a VAE the codes are draws from its posteriors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.mixture import GaussianMixture


class LatentPrior(ABC):
    """A density on codes that is fitted, not trained by gradients."""

    title: str

    @abstractmethod
    def fit(self, codes: np.ndarray, seed: int) -> None:
        """Fit to codes of shape (n, z), n > z.

        Args:
            codes: finite values.
            seed: seeds the fit's initialisation, 0 ≤ seed < 2³².

        Raises:
            ValueError: codes that are not finite, or too few of them.
        """

    @abstractmethod
    def sample(self, n: int, seed: int) -> np.ndarray:
        """n codes, shape (n, z), float32, the same for the same seed."""


class ExPostMixture(LatentPrior):
    """Gaussian mixture with full covariances by expectation–maximisation (scikit-learn).

    Args:
        components: number of Gaussians; Ghosh et al. use 10. One component is the maximum-likelihood Gaussian.
    """

    def __init__(self, components: int) -> None:
        self.title = "Gaussian" if components == 1 else f"GMM ({components})"
        self.components = components

    def fit(self, codes: np.ndarray, seed: int) -> None:
        self.mixture = GaussianMixture(self.components, covariance_type="full", reg_covar=1e-6, random_state=seed)
        self.mixture.fit(codes.astype(np.float64))

    def sample(self, n: int, seed: int) -> np.ndarray:
        self.mixture.random_state = seed
        codes, _ = self.mixture.sample(n)
        # scikit-learn returns the draws sorted by component
        return np.random.default_rng(seed).permutation(codes).astype(np.float32)


LATENT_PRIORS: dict[str, Callable[[], LatentPrior]] = {
    "gaussian": partial(ExPostMixture, 1),
    "gmm": partial(ExPostMixture, 10),
}

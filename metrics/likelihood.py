r"""How well a model with a posterior explains data, and how much of its latent space it uses.

For a latent-variable model with posterior q, the log-weights :math:`\log w = \log p(x, z) - \log q(z \mid x)` at draws z
from q give two bounds on log p(x): their mean (the ELBO; Kingma and Welling, ICLR 2014) and, with k draws per example, the log of
their mean (Burda, Grosse and Salakhutdinov, *Importance Weighted Autoencoders*, ICLR 2016, eq. 8). All in nats per example. For
grey pixels or coordinates likelihoods are densities: bounds may be positive, and compare only between models with the same kind
of likelihood.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

ACTIVE_VARIANCE = 0.01
"""A latent dimension is active if its posterior mean varies by more than this over the data (Burda et al., section 5.2)."""


def elbo(log_weights: np.ndarray) -> float:
    """Evidence lower bound: the mean of log-weights, shape (k, n), over k posterior draws and n examples."""
    return float(log_weights.mean())


def importance_weighted_elbo(log_weights: np.ndarray) -> float:
    """Importance-weighted bound of k draws, shape (k, n); between the ELBO and log p(x) in expectation."""
    return float((logsumexp(log_weights, axis=0) - np.log(len(log_weights))).mean())


def posterior_kl(mean: np.ndarray, log_variance: np.ndarray) -> float:
    """Mean of KL(q(z | x) ‖ N(0, I)) over examples, nats; posterior means and log-variances of shape (n, z)."""
    return float(0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(1).mean())


def active_units(mean: np.ndarray) -> float:
    """Number of latent dimensions whose posterior mean, shape (n, z), has a variance above ``ACTIVE_VARIANCE`` over the data."""
    return float((mean.var(0) > ACTIVE_VARIANCE).sum())


def posterior_collapsed(mean: np.ndarray) -> float:
    """1 if no latent dimension is active, so that the code says nothing about x (posterior collapse), else 0."""
    return float(active_units(mean) == 0)

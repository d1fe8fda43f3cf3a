"""How samples spread over the classes of the data, as a classifier sees them.

A classifier is confident on garbage too: these say what is missing, not whether what is there is good.
"""

from __future__ import annotations

import numpy as np
from scipy.special import entr


def label_shares(probabilities: np.ndarray) -> np.ndarray:
    """Share of images whose most probable class is c, shape (C,), sum 1.

    Args:
        probabilities: of each image and class, shape (n, C).
    """
    return np.bincount(probabilities.argmax(1), minlength=probabilities.shape[1]) / len(probabilities)


def classes_covered(samples: np.ndarray, reference: np.ndarray) -> float:
    """Number of classes that get at least a quarter of their fair share of the samples (as modes captured do).

    The fair share is the class's share of the reference, as the same classifier sees it; a class without any counts for
    nothing.

    Args:
        samples: class probabilities of the samples, shape (n, C).
        reference: class probabilities of real images, shape (m, C).
    """
    fair = label_shares(reference)
    return float(((label_shares(samples) >= 0.25 * fair) & (fair > 0)).sum())


def label_entropy(samples: np.ndarray) -> float:
    """Entropy of the distribution of predicted classes, −Σ p log p, in nats: from 0 (one class) to log C (all alike).

    Args:
        samples: class probabilities of the samples, shape (n, C).
    """
    return float(entr(label_shares(samples)).sum())

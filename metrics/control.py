"""Whether elements of a latent vector stand for attributes of what is decoded: rank correlations that were not chosen by luck.

Of z elements and several attributes some pair always correlates. So the pair is chosen on the first half of the draws, and its
correlation is that of the second half.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr


def halves(latents: np.ndarray, attributes: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The first and the second half of the draws whose attributes are all known.

    Raises:
        ValueError: fewer than 20 draws are left, or an attribute does not vary.
    """
    known = ~np.isnan(attributes).any(1)
    latents, attributes = latents[known], attributes[known]
    if len(latents) < 20:
        raise ValueError(f"attributes of only {len(latents)} images are known; 20 are needed")
    middle = len(latents) // 2
    parts = [(latents[:middle], attributes[:middle]), (latents[middle:], attributes[middle:])]
    if any((known == known[0]).all(0).any() for _, known in parts):
        raise ValueError("an attribute is the same for all images")
    return parts


def rank_correlations(latents: np.ndarray, attributes: np.ndarray) -> np.ndarray:
    """``|Spearman's ρ|`` of every element (n, z) with every attribute (n, A), shape (z, A); 0 for an element that does not vary."""
    return np.array(
        [
            [
                0.0 if np.ptp(element) == 0 else abs(spearmanr(element, attribute).statistic)
                for attribute in attributes.T
            ]
            for element in latents.T
        ]
    )


def element_control(latents: np.ndarray, attributes: np.ndarray) -> float:
    """``|Spearman's ρ|``, in [0, 1], of the element and the attribute that go best together.

    Args:
        latents: n latent vectors, shape (n, z).
        attributes: of what was decoded from them, shape (n, A); draws with NaN are left out.

    Raises:
        ValueError: too few draws, or an attribute that does not vary.
    """
    first, second = halves(latents, attributes)
    element, attribute = np.unravel_index(rank_correlations(*first).argmax(), (latents.shape[1], attributes.shape[1]))
    return float(rank_correlations(second[0][:, [element]], second[1][:, [attribute]])[0, 0])


def linear_control(latents: np.ndarray, attributes: np.ndarray) -> float:
    """The same of the best direction in place of an element: that of least squares, fitted on the first half for each attribute."""
    (x, y), (latents, attributes) = halves(latents, attributes)
    design = np.column_stack([x, np.ones(len(x))])
    directions = np.linalg.lstsq(design, y, rcond=None)[0][:-1]  # (z, A)
    on_first, on_second = (np.diag(rank_correlations(a @ directions, b)) for a, b in ((x, y), (latents, attributes)))
    return float(on_second[on_first.argmax()])

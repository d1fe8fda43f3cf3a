"""Image search by image: are the images with the nearest codes of the query's class?"""

from __future__ import annotations

import numpy as np

from metrics.neighbours import nearest_examples

RETRIEVED = 10
"""Images that a query returns."""


def retrieval_error(
    query_codes: np.ndarray, query_labels: np.ndarray, pool_codes: np.ndarray, pool_labels: np.ndarray
) -> float:
    """One minus the precision at ten: the share of retrieved images that are of another class than the query, in [0, 1].

    Args:
        query_codes: of the queries, shape (n, z).
        query_labels: shape (n,).
        pool_codes: of the images that are searched, shape (N, z), N ≥ 10; distances are Euclidean.
        pool_labels: shape (N,).

    Raises:
        ValueError: fewer than ten images to search.
    """
    _, found = nearest_examples(query_codes, pool_codes, RETRIEVED)
    return float((pool_labels[found] != query_labels[:, None]).mean())

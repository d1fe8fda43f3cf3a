"""Classifier two-sample test (Lopez-Paz and Oquab, ICLR 2017): can a fresh classifier tell samples from held-out data?

Its accuracy on points that it was not trained on is ½ if both come from one distribution, and near 1 if they are easily told
apart. A classifier also uses what the eye does not see, such as a pixel that is never quite black.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from metrics.discrimination import auc

HIDDEN = 20
EPOCHS = 100
"""The authors' classifier: 20 hidden rectified linear units, 100 epochs of Adam; half of the points for training."""


@dataclass(frozen=True)
class HeldOut:
    """What the classifier says of points that it was not trained on.

    Attributes:
        real: whether a point is of the data, shape (m,), bool.
        probability: the classifier's probability that it is, shape (m,).
    """

    real: np.ndarray
    probability: np.ndarray


def held_out(samples: np.ndarray, reference: np.ndarray, seed: int) -> HeldOut:
    """Train a fresh classifier to tell samples from held-out data, and let it judge others.

    As many are taken of both as the smaller set has; half of them train the classifier, the other half is judged.

    Args:
        samples: shape (n, F): coordinates, pixels or features.
        reference: held-out data, shape (m, F).
        seed: for what is taken, the split, and the classifier; in [0, 2³²).

    Raises:
        ValueError: fewer than 20 points in a set.
    """
    n = min(len(samples), len(reference))
    if n < 20:
        raise ValueError(f"{n} points are too few to train and test a classifier; give at least 20 of each")
    generator = np.random.default_rng(seed)
    taken = [points[generator.permutation(len(points))[:n]] for points in (samples, reference)]
    x, y = np.concatenate(taken).astype(np.float64), np.repeat([0, 1], n)
    train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=0.5, stratify=y, random_state=seed)
    # as many epochs without improvement as there are: else it stops early where the two differ little, and sees still less
    network = MLPClassifier(hidden_layer_sizes=(HIDDEN,), max_iter=EPOCHS, n_iter_no_change=EPOCHS, random_state=seed)
    classifier = make_pipeline(StandardScaler(), network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is fixed
        classifier.fit(train_x, train_y)
    return HeldOut(test_y == 1, classifier.predict_proba(test_x)[:, 1])


def c2st(test: HeldOut) -> float:
    """Held-out accuracy, in [0, 1]; ½ is chance, with a standard error of ½ / √n for n samples."""
    return float(((test.probability > 0.5) == test.real).mean())


def c2st_auc(test: HeldOut) -> float:
    """Area under the ROC curve of the same classifier, in [0, 1]; ½ is chance."""
    return auc(test.probability[test.real], test.probability[~test.real])

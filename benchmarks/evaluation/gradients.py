r"""What a GAN's discriminator leaves of the generator's gradient, over the course of a training.

With T the discriminator's score and D = sigmoid(T), the two losses of Goodfellow et al. (NeurIPS 2014, section 3) have

.. math:: \nabla E \log(1 - D(G(z))) = -E\, D(G(z))\, \nabla T(G(z)), \qquad
          \nabla E (-\log D(G(z))) = -E\, (1 - D(G(z)))\, \nabla T(G(z))

as gradients in the generator's parameters. The first vanishes where D(G(z)) → 0, the second where D(G(z)) → 1. Both are taken
of the same discriminator and on the same noise, whichever loss the block was trained with.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values
from benchmarks.evaluation.sampling import prior_noise
from benchmarks.training.randomness import initialise
from models.gan import GAN, LOSSES

GRADIENTS = {"gradient-saturating": LOSSES["saturating"], "gradient-non-saturating": LOSSES["non-saturating"]}
GRADIENT_METRICS = (
    *GRADIENTS,
    *(f"{name}-relative" for name in GRADIENTS),
    "discriminator-accuracy",
    "discriminator-output",
)


def gradient_norm(model: GAN, loss: Callable[[Tensor], Tensor], scores: Tensor) -> float:
    """Euclidean norm of the gradient of the mean of ``loss`` of scores of G(z), in the generator's parameters.

    Args:
        model: a GAN.
        loss: element-wise, of scores.
        scores: T(G(z)), shape (n,), with their graph, which is kept.
    """
    gradients = torch.autograd.grad(loss(scores).mean(), list(model.generator.parameters()), retain_graph=True)
    return float(torch.stack([gradient.square().sum() for gradient in gradients]).sum().sqrt())


def at_weights(model: GAN, latent: Tensor, data: Tensor) -> Values:
    """Both gradients' norms, and what the discriminator says of samples and data.

    In double precision, since D(G(z)) may be tiny, and with the networks as in training: batch normalisation by the batch.

    Args:
        model: a GAN whose discriminator is D = sigmoid(T).
        latent: z, shape (n, z).
        data: fresh data, shape (m, D).
    """
    model = model.double().train()
    latent, data = latent.double(), data.double()
    fake = model.score(model.generator(latent))
    norms = {name: gradient_norm(model, loss.generator, fake) for name, loss in GRADIENTS.items()}
    with torch.no_grad():
        real = model.score(data)
    right = model.taken_for_data(real).double().mean() + (~model.taken_for_data(fake)).double().mean()
    return {
        **norms,
        "discriminator-accuracy": float(right / 2),
        "discriminator-output": float(fake.detach().sigmoid().mean()),
    }


def generator_gradients(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The norm of the generator's gradient under the saturating and the non-saturating loss, at the end and on the way there.

    ``discriminator-accuracy`` is the mean of the shares of data and of samples that the discriminator takes for what they are,
    ``discriminator-output`` the mean of D(G(z)). The relative norms are in those of the same seed before its training, when its
    discriminator is at chance. Arrays have an entry for the untrained weights, one for each of the training's snapshots and one for
    the end, each of shape (K + 2,).

    Raises:
        NonFiniteError: weights, and so gradients, are not finite.
    """
    trained, seed = subject.trained, subject.seeds[index]
    assert trained is not None and subject.build is not None
    end = subject.model(index)
    course = [initialise(subject.build, seed).to(subject.device)]
    course += [subject.model_with(weights, index) for weights in trained.snapshots]
    course.append(end)
    latent = prior_noise(end, seed, subject.options["n"]).to(subject.device)
    data = subject.tensor(subject.dataset.test[: subject.options["n"]])
    taken = []
    for model in course:
        assert isinstance(model, GAN)
        taken.append(at_weights(model, latent, data))
    arrays = {name: np.array([values[name] for values in taken]) for name in taken[0]}
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise NonFiniteError("gradients of the generator are not finite")
    relative = {f"{name}-relative": float(arrays[name][-1] / arrays[name][0]) for name in GRADIENTS}
    return {**taken[-1], **relative}, arrays


MEASURES: dict[str, Measure] = {
    "generator-gradients": Measure(
        generator_gradients,
        lambda dataset: GRADIENT_METRICS,
        "the generator's gradient under both losses of the GAN, and what its discriminator knows",
        of_training=True,
    ),
}

"""Gradients of an adversarial model layer by layer, in both networks, over the course of a training."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.training.randomness import draw, generator_for, initialise
from models.base import GenerativeModel
from models.gan import AdversarialModel

LAYER_METRICS = ("gradient-range",)
PLAYERS = ("generator", "discriminator")


def layer_weights(network: nn.Module) -> list[nn.Parameter]:
    """The weight of every layer that multiplies, from input to output; no biases, no normalisation."""
    return [parameter for parameter in network.parameters() if parameter.dim() >= 2]


def layer_gradients(model: GenerativeModel, player: str, x: Tensor, noise: dict[str, Tensor]) -> list[float]:
    """Root-mean-square gradient of a player's loss in each of its layers' weights."""
    loss, _ = model(player, x if model.uses_data(player) else None, noise)
    weights = layer_weights(getattr(model, player))
    return [float(gradient.square().mean().sqrt()) for gradient in torch.autograd.grad(loss, weights)]


def gradients_by_layer(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Both players' gradients by layer: untrained, at the training's snapshots, and at the end.

    In double precision, on one batch of held-out data, the networks as in training.

    Arrays: ``generator`` and ``discriminator``, each of shape (K + 2, L), layers from the input to the output.

    Raises:
        NonFiniteError: weights, and so gradients, are not finite.
    """
    trained, seed, block = subject.trained, subject.seeds[index], subject.block
    assert trained is not None and subject.build is not None and block is not None
    course = [initialise(subject.build, seed).to(subject.device)]
    course += [subject.model_with(weights, index) for weights in trained.snapshots]
    course.append(subject.model(index))
    batch = block.training.batch
    x = subject.tensor(subject.dataset.test[:batch]).double()
    taken: dict[str, list[list[float]]] = {player: [] for player in PLAYERS}
    for model in course:
        assert isinstance(model, AdversarialModel)
        model.double().train()
        for player in PLAYERS:
            noise = {
                name: draw(spec, (len(x),), generator_for(seed, f"layers/{name}")).to(subject.device).double()
                for name, spec in model.noise_spec(player).items()
            }
            taken[player].append(layer_gradients(model, player, x, noise))
    arrays = {player: np.array(norms) for player, norms in taken.items()}
    if not all(np.isfinite(norms).all() for norms in arrays.values()):
        raise NonFiniteError("gradients are not finite")
    return compute(LAYER_METRICS, {"layer_gradients": list(arrays.values())}), arrays


MEASURES: dict[str, Measure] = {
    "layer-gradients": Measure(
        gradients_by_layer,
        lambda dataset: LAYER_METRICS,
        "gradients by layer in generator and discriminator, over the course of a training",
    ),
}

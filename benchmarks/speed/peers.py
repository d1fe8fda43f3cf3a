"""The suite's loop and a plain one against the trainer of a peer, on the same network, batch and data.

`pythae <https://github.com/clementchadebec/benchmark_VAE>`_ (Chadebec, Vincent and Allassonnière, *Pythae: Unifying Generative
Autoencoders in Python*, NeurIPS 2022) trains autoencoders and VAEs. It gets the suite's own encoder and decoder, squared error, and
a training set of as many batches as updates are made, in memory as tensors.
"""

from __future__ import annotations

import importlib.util
import io
import logging
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, cast

import torch
from torch import Tensor, nn

from benchmarks.blocks import model_builder
from benchmarks.speed.timing import rates, take_turns
from benchmarks.speed.training import PLAIN, Case, Contender, data_of, run
from benchmarks.training.randomness import as_float, initialise
from models import MODELS

TRAINS = ("ae", "vae")
"""Models that the peer has too."""
ABSENT = 'pythae is not installed: pip install -e ".[peers]"'


def there() -> bool:
    """Whether the peer is installed."""
    return importlib.util.find_spec("pythae") is not None


def peer_model(what: Case) -> Any:
    """The peer's model around the suite's networks."""
    from pythae.models import AE, VAE, AEConfig, VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder

    spec, data = what.spec, data_of(what.spec.dataset, what.data_dir)
    own = initialise(model_builder(spec, MODELS[spec.model], data), spec.seeds[0])
    variational = spec.model == "vae"

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            BaseEncoder.__init__(self)
            self.network = cast(nn.Module, own.encoder)

        def forward(self, x: Tensor) -> Any:
            codes = self.network(x)
            if not variational:
                return ModelOutput(embedding=codes)
            mean, log_variance = codes.chunk(2, dim=-1)
            return ModelOutput(embedding=mean, log_covariance=log_variance)

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            BaseDecoder.__init__(self)
            self.network = cast(nn.Module, own.decoder)

        def forward(self, z: Tensor) -> Any:
            return ModelOutput(reconstruction=self.network(z))

    shape = {"input_dim": (own.data,), "latent_dim": spec.network.latent}
    if variational:
        return VAE(VAEConfig(**shape, reconstruction_loss="mse"), Encoder(), Decoder())
    return AE(AEConfig(**shape), Encoder(), Decoder())


def peer_loop(what: Case) -> None:
    """The peer's trainer, for as many updates as the suite's loops."""
    from pythae.data.datasets import BaseDataset
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    spec, data = what.spec, data_of(what.spec.dataset, what.data_dir)
    examples = spec.training.updates * spec.training.batch
    index = torch.arange(examples) % len(data.train)
    train_set = as_float(torch.from_numpy(data.train))[index]
    model = peer_model(what)
    logging.getLogger(BaseTrainer.__module__).setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        config = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=1,
            per_device_train_batch_size=spec.training.batch,
            learning_rate=spec.settings["learning_rate"],
            no_cuda=what.device == "cpu",
        )
        trainer = BaseTrainer(model, BaseDataset(train_set, torch.zeros(examples)), training_config=config)
        trainer.save_model = lambda *given, **named: None  # nothing of the other loops is written either
        trainer.train()


def compare(what: Case, widths: list[int], repeats: int) -> list[dict[str, object]]:
    """Rows of the table: the plain loop and the suite's own by the side of the peer's."""
    contenders = [PLAIN, *(Contender("stacked", width) for width in widths)]
    calls: dict[Contender | str, Any] = {one: (lambda one=one: run(one, what)) for one in contenders}
    calls["pythae"] = lambda: peer_loop(what)
    times = take_turns(calls, repeats, what.device)
    work = {who: float(what.spec.training.updates * (who.width if isinstance(who, Contender) else 1)) for who in calls}
    return [
        {
            **what.facts,
            "form": who.form if isinstance(who, Contender) else who,
            "width": who.width if isinstance(who, Contender) else 1,
            **own.facts,
        }
        for who, own in rates(times, work, "pythae").items()
    ]

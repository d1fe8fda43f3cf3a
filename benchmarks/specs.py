"""What is to be trained and measured, as typed, frozen, validated data. No torch, no files.

A :class:`Block` is the unit of training, a :class:`Measurement` what is computed from one (or from data alone). Both are
plain data with a canonical JSON form, from which the store derives their keys.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION = 2
"""Of the files of a results directory. 2: manifests have a hash of their own, and a row's status may say why a run failed."""
SEED_BLOCK = 8
"""Seeds are trained in fixed blocks of this many: 3000–3007, 3008–3015, … (the last one may be shorter)."""

SeedRole = Literal["tuning", "pilot", "verdict"]
FIRST_SEED: dict[SeedRole, int] = {"tuning": 0, "pilot": 100, "verdict": 3000}
"""Seeds 0–99 are for tuning, 100–199 for pilots and power, those from 3000 for what is reported; 1000–2999 are spent: rules
were mended after verdicts on them had been seen."""

Profile = Literal["smoke", "standard", "full"]
PROFILES: tuple[Profile, ...] = ("smoke", "standard", "full")

Split = Literal["test", "validation"]
"""What models are measured on: the data set's test part, or, for tuning, a part held out from training (``datasets.splits``)."""

FailureStatus = Literal["failed", "crashed", "timeout", "oom"]
"""Why there is no value: an exception; or the worker process died, took too long, ran out of memory."""

T = TypeVar("T")


class InputError(ValueError):
    """What the user asked for cannot be done. Its message is one line: what is wrong and what would be right."""


def check_version(version: int, where: Path) -> None:
    """Check that this version of the suite can read what is there.

    Raises:
        InputError: it is newer.
    """
    if version > SCHEMA_VERSION:
        raise InputError(
            f"{where} was written by a newer version of Fairtrial (schema {version}, this one reads up to {SCHEMA_VERSION}); "
            "update Fairtrial, or give another --results-dir"
        )


def unknown(kind: str, name: str, known: Iterable[str]) -> InputError:
    """The error for a name that is not known: names the known ones and the closest match.

    Example:
        >>> str(unknown("model", "van", ["vae", "gan"]))
        "unknown model 'van'; did you mean 'vae'? Known: vae, gan"
    """
    names = list(known)
    close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return InputError(f"unknown {kind} {name!r}{hint} Known: {', '.join(names)}")


def lookup(registry: Mapping[str, T], kind: str, name: str) -> T:
    """``registry[name]``, or the :func:`unknown` error."""
    if name not in registry:
        raise unknown(kind, name, registry)
    return registry[name]


def dataset_label(dataset: str, split: Split) -> str:
    """Name of a data set in rows and reports. On the validation split it is another one, so that the two never mix.

    Example:
        >>> dataset_label("digits", "test"), dataset_label("digits", "validation")
        ('digits', 'digits-validation')
    """
    return dataset if split == "test" else f"{dataset}-{split}"


class Spec(BaseModel):
    """Base of all specifications: frozen, strict, no unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Network(Spec):
    """Architecture shared by all models on a data set.

    Attributes:
        kind: fully connected, convolutional, an affine decoder with a fully connected encoder, a fully connected decoder with
            an encoder of maxout layers, a decoder that makes the quarters of an image apart, or networks of published protocols
            (``models.published_networks``).
        latent: latent dimensions.
        hidden: widths, or channels, of the decoder's hidden layers from the latent side; the encoder has them in reverse.
        norm: normalisation of the decoder's hidden layers.
        upsampling: how a convolutional decoder doubles its map.
    """

    kind: Literal["mlp", "conv", "affine", "maxout", "patches", "infogan", "rae"] = "mlp"
    latent: Annotated[int, Field(ge=1, le=4096)]
    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=65536)], ...], Field(min_length=1)]
    norm: Literal["none", "batch", "group"]
    upsampling: Literal["nearest", "transposed"] | None = None

    @model_validator(mode="after")
    def _check_upsampling(self) -> Network:
        if (self.kind == "conv") != (self.upsampling is not None):
            raise ValueError("upsampling (nearest or transposed) belongs to a conv network, and to no other")
        return self

    @model_validator(mode="after")
    def _check_norm(self) -> Network:
        if self.kind == "affine" and self.norm != "none":
            raise ValueError(f"an affine decoder has no hidden layers to normalise: norm must be none, not {self.norm}")
        return self

    @property
    def label(self) -> str:
        """Short name for rows, e.g. ``mlp-128-256-bn-z16`` or ``conv-64-32-bn-nearest-z16``."""
        norm = {"none": [], "batch": ["bn"], "group": ["gn"]}[self.norm]
        parts = [self.kind, *map(str, self.hidden), *norm, *([self.upsampling] if self.upsampling else [])]
        return "-".join([*parts, f"z{self.latent}"])


class Training(Spec):
    """What all models on a data set share in training.

    Attributes:
        updates: updates of the decoder (AE, DAE, VAE) or generator (GAN, f-GAN).
        batch: examples per update.
        constant: share of the updates with a constant learning rate, after which it falls linearly to 0.
        snapshots: shares of the training after which the weights are kept, beside those at its end.
        examples: train on the first so many training examples; None: on all of them.
    """

    updates: Annotated[int, Field(ge=1, le=100_000_000)]
    batch: Annotated[int, Field(ge=2, le=1_000_000)]
    constant: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    snapshots: tuple[Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)], ...] = ()
    examples: Annotated[int, Field(ge=1)] | None = None


class Block(Spec):
    """One fully specified training over one block of seeds.

    ``settings`` are the model's settings in full, as its ``Settings`` class resolves them.
    """

    dataset: str
    model: str
    network: Network
    settings: dict[str, Any]
    training: Training
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**31)], ...], Field(min_length=1)]
    split: Split = "test"

    @property
    def label(self) -> str:
        """Name of the data in rows and reports."""
        return dataset_label(self.dataset, self.split)


RECALIBRATED = "prior-recalibrated"
"""Where samples may come from, beside a model's own samplers: the prior, with batch normalisation's statistics taken anew from it
(``benchmarks.evaluation.sampling``)."""


class Measurement(Spec):
    """A measure with its options, applied to a block, or to a data set alone where ``block`` is None.

    ``data_seeds`` are those that a measure of data alone draws with. Data set and split are those of the block.
    """

    measure: str
    dataset: str
    options: dict[str, Any]
    block: Block | None = None
    data_seeds: tuple[int, ...] = ()
    split: Split = "test"

    @model_validator(mode="after")
    def _as_its_block(self) -> Self:
        if self.block is not None and (self.dataset, self.split) != (self.block.dataset, self.block.split):
            raise ValueError(f"measured on {self.label}, but the block is trained on {self.block.label}")
        return self

    @property
    def label(self) -> str:
        """Name of the data in rows and reports."""
        return dataset_label(self.dataset, self.split)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the measurement's rows."""
        return self.block.seeds if self.block is not None else self.data_seeds


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text. NaN and infinities are refused.

    Example:
        >>> canonical_json({"b": 1, "a": (2.0, None)})
        '{"a":[2.0,null],"b":1}'
    """
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def seed_blocks(count: int, role: SeedRole = "verdict") -> list[tuple[int, ...]]:
    """``count`` seeds from the first of ``role`` on, in blocks of ``SEED_BLOCK``.

    Raises:
        InputError: more seeds than the role has (100 for tuning and for pilots).
    """
    first = FIRST_SEED[role]
    if role != "verdict" and count > 100:
        raise InputError(f"{count} {role} seeds: there are only 100 ({first}–{first + 99})")
    seeds = range(first, first + count)
    return [tuple(seeds[i : i + SEED_BLOCK]) for i in range(0, count, SEED_BLOCK)]

"""What the tests of measures of images share: subjects on digits."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import load
from benchmarks.evaluation import Subject
from benchmarks.experiments.base import block
from benchmarks.specs import Block
from benchmarks.training.loop import Trained
from metrics.features import in_domain_extractor
from models import MODELS

SubjectMaker = Callable[..., Subject]


@cache
def _trained(spec: str) -> Trained:
    own = Block.model_validate_json(spec)
    return train_block(own, MODELS[own.model], load("digits", Path(), offline=True), "cpu", len(own.seeds))


@pytest.fixture(scope="session")
def digits_subject() -> SubjectMaker:
    """A maker of subjects: of data alone, or of a model after so many updates; the same training is made once."""

    def make(
        model: str | None = None,
        options: dict[str, Any] | None = None,
        updates: int = 3,
        settings: dict[str, Any] | None = None,
        seeds: tuple[int, ...] = (100,),
        network: dict[str, Any] | None = None,
        **training: Any,
    ) -> Subject:
        data = load("digits", Path(), offline=True)
        extractor = in_domain_extractor("digits")
        assert extractor is not None
        if model is None:
            return Subject(data, options or {}, seeds, torch.device("cpu"), extractors=(extractor,))
        spec = block("digits", model, settings or {}, "smoke", seeds)
        own = spec.training.model_copy(update={"updates": updates, **training})
        spec = spec.model_copy(update={"training": own, "network": spec.network.model_copy(update=network or {})})
        trained = _trained(spec.model_dump_json())
        build = model_builder(spec, MODELS[model], data)
        return Subject(data, options or {}, seeds, torch.device("cpu"), build, trained, spec, (extractor,))

    return make

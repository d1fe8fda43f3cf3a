"""What a model from outside of the suite says of itself: the ``PLUGIN`` of a file or package (``benchmarks.plugins``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models.base import GenerativeModel, Settings

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Plugin:
    """A model that joins the comparison.

    Attributes:
        name: what it is called on the command line and in tables: lower-case letters, digits and single dashes.
        model: its class; it is called with the builder of the matched networks and an instance of its ``Settings``.
        arms: the settings that are compared, by name, each an arm of its own; what is not named is as ``Settings`` has it.
        kinds: the data that it models: ``mixture`` (coordinates) and ``images`` (pixels in [0, 1]).

    Raises:
        ValueError: what is wrong, and what would be right.
    """

    name: str
    model: type[GenerativeModel]
    arms: tuple[Mapping[str, Any], ...] = ({},)
    kinds: tuple[Literal["mixture", "images"], ...] = ("mixture", "images")

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name) or len(self.name) > 40:
            raise ValueError(
                f"name {self.name!r:.60} must be lower-case letters, digits and single dashes, such as 'wgan-gp', 40 at most"
            )
        if not isinstance(self.model, type) or not issubclass(self.model, GenerativeModel):
            raise ValueError(
                f"model of {self.name!r} must be a subclass of models.GenerativeModel, not {self.model!r:.60}"
            )
        missing = sorted(getattr(self.model, "__abstractmethods__", ()))
        if missing:
            raise ValueError(f"{self.model.__name__} has no {', '.join(missing)}; a model must define them")
        settings = getattr(self.model, "Settings", None)
        if not isinstance(settings, type) or not issubclass(settings, Settings):
            raise ValueError(f"{self.model.__name__} needs a class Settings derived from models.base.Settings")
        if not isinstance(getattr(self.model, "title", None), str):
            raise ValueError(f"{self.model.__name__} needs a title: a short name for tables")
        if not self.kinds or not set(self.kinds) <= {"mixture", "images"}:
            raise ValueError(f"kinds of {self.name!r} must be of 'mixture' and 'images', not {self.kinds!r:.60}")
        if not isinstance(self.arms, tuple) or not self.arms:
            raise ValueError(
                f"arms of {self.name!r} must be a tuple of settings, at least one; ({{}},) for those that it has"
            )
        for arm in self.arms:
            try:
                settings(**arm)
            except (TypeError, ValueError) as error:
                reason = " ".join(str(error).split())
                raise ValueError(f"arm {arm!r:.80} of {self.name!r} does not fit its Settings: {reason:.300}") from None

    def label(self, arm: Mapping[str, Any]) -> str:
        """What an arm is called in tables."""
        return self.model.describe(self.model.Settings(**arm))

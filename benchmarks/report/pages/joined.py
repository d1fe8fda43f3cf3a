"""Results of several runs that stand under one title: each judged other claims, on other machines perhaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from benchmarks.analysis.verdicts import ClaimResult
from benchmarks.claims.spec import Claim
from benchmarks.report.results import Results
from benchmarks.specs import InputError


class Judged(Protocol):
    """What the pages read of results."""

    @property
    def claims(self) -> Mapping[str, Claim]: ...
    @property
    def verdicts(self) -> Sequence[ClaimResult]: ...
    @property
    def trial(self) -> Mapping[str, Any]: ...


class Joined:
    """The claims of several runs as one. The evidence for a claim stays that of a single run.

    Args:
        parts: results directories, at least one.

    Raises:
        InputError: two of them judged the same claim, or by families of different sizes.
    """

    def __init__(self, parts: Sequence[Results]) -> None:
        self.provenance = [part.provenance for part in parts if part.provenance]
        self.claims: dict[str, Claim] = {}
        self.verdicts: list[ClaimResult] = []
        self.trial = parts[0].trial
        for part in parts:
            for name in part.claims:
                if name in self.claims:
                    raise InputError(
                        f"two results directories of one title judged {name}, which needs the evidence of one run; "
                        f"give {part.root} another title, as in MNIST=results/mnist"
                    )
            if part.trial["families"] != self.trial["families"]:
                raise InputError(
                    f"{part.root} was judged when the registry had other claims than for {parts[0].root}; give it another title"
                )
            self.claims |= part.claims
            self.verdicts += part.verdicts


def provenances(judged: Judged) -> list[dict[str, Any]]:
    """How the run, or each of several that stand as one, was made; empty where it is not known."""
    if isinstance(judged, Joined):
        return judged.provenance
    return [judged.provenance] if isinstance(judged, Results) and judged.provenance else []

"""Where a claim fares differently on another data set: setting by setting, from two runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.analysis.verdicts import SettingResult
from benchmarks.claims.spec import Claim
from benchmarks.report.heading import effect_in_short
from benchmarks.report.pages.joined import Judged
from benchmarks.report.table import markdown_table


@dataclass(frozen=True)
class Pair:
    """A setting that was tried on two data sets.

    Attributes:
        claim: name of the claim.
        own: what its own data set says.
        other: what the other one says.
    """

    claim: str
    own: SettingResult
    other: SettingResult

    @property
    def decisive(self) -> bool:
        """It counts for the verdict on either."""
        return self.own.decisive or self.other.decisive

    @property
    def decisions(self) -> tuple[str, str]:
        """What is decided on either; empty where it is not."""
        return decided(self.own), decided(self.other)


def moved(claim: Claim) -> Iterator[tuple[str, str]]:
    """Labels of the claim's settings, each with that of what stands for it on another data set."""
    for setting in claim.settings:
        for dataset in setting.elsewhere:
            yield setting.label, setting.on(dataset).label


def pairs(own: Judged, other: Judged) -> list[Pair]:
    """The settings that one run tried on their own data sets and the other on another, in the order of the claims."""
    there = {result.claim: {one.label: one for one in result.settings} for result in other.verdicts}
    found = []
    for result in own.verdicts:
        here = {one.label: one for one in result.settings}
        for label, label_there in moved(own.claims[result.claim]):
            one, another = here.get(label), there.get(result.claim, {}).get(label_there)
            if one is not None and another is not None:
                found.append(Pair(result.claim, one, another))
    return found


def judged_in_both(own: Judged, other: Judged) -> list[Pair]:
    """The pairs that have a verdict on either data set, if only that it cannot tell."""
    return [
        one
        for one in pairs(own, other)
        if not (one.own.missing or one.other.missing) and one.own.words != "descriptive"
    ]


def in_short(result: SettingResult, claim: Claim) -> str:
    """The verdict in a setting with its effect and interval."""
    if result.missing:
        return f"cannot be judged: {result.missing}"
    effect = effect_in_short(result, claim)
    return f"{result.words}: {effect}" if effect else result.words


def decided(result: SettingResult) -> str:
    """``supported`` or ``refuted``, however it is refuted; empty where the setting cannot tell."""
    word = result.words.partition(":")[0]
    return word if word in ("supported", "refuted") else ""


def side_by_side(runs: Mapping[str, Judged]) -> str:
    """The settings that came out otherwise on another data set, contradictions first; empty where no two runs share any.

    A run is held against that before it with which it shares most settings, the first of several: settings, networks' rule, budget
    and margins' rule are the same, the data are not.
    """
    parts = []
    for index, (name, other) in enumerate(runs.items()):
        shared = [(judged_in_both(own, other), title, own) for title, own in list(runs.items())[:index]]
        tried, title, own = max(shared, key=lambda one: len(one[0]), default=([], name, other))
        if not tried:
            continue
        opposite = [one for one in tried if set(one.decisions) == {"supported", "refuted"}]
        apart = [one for one in tried if sum(map(bool, one.decisions)) == 1]
        neither = sum(not any(one.decisions) for one in tried)
        rows = [
            [
                f"[{one.claim}](#{one.claim})",
                f"**{one.own.label}**" if one.decisive else one.own.label,
                in_short(one.own, own.claims[one.claim]),
                in_short(one.other, own.claims[one.claim]),
            ]
            for one in opposite + apart
        ]
        alike = len(tried) - len(apart) - len(opposite) - neither
        counted = (
            f"{len(tried)} settings were tried in both, each on its own data: {alike} came out alike, in {neither} neither can "
            f"tell, in {len(apart)} one cannot tell. In {len(opposite)} the two contradict each other: there the claim depends "
            "on the data. What differs follows, contradictions first, what counts bold."
        )
        table = markdown_table(["claim", "setting", title, name], rows)
        parts.append(f"## {title} and {name}, setting by setting\n\n{counted}\n\n{table.strip()}")
    return "\n\n".join(parts)

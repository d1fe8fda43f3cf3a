"""What must hold for a claim, and what would change its verdict, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.analysis.verdicts import ALPHA, IN_WORDS, ClaimResult, SettingResult
from benchmarks.analysis.wording import OPPOSITE, in_words, number
from benchmarks.claims.spec import Claim, ClaimKind, Setting
from benchmarks.report.heading import with_unit

NO_CONTRAST = "none"
"""How the registry begins a contrast that compares nothing."""
Condition = Callable[[Claim, Setting, str], str]


def what_was_done(claim: Claim) -> str:
    """Quantity and contrast of a claim, in a sentence."""
    contrast = claim.contrast.removeprefix(NO_CONTRAST).removeprefix("; ")
    return f"{'; '.join(filter(None, (sentence(claim.quantity.rstrip(',')), contrast)))}."


def _by(claim: Claim, setting: Setting, margin: str) -> str:
    return (
        f"by a factor of more than {margin.removesuffix(' times')}"
        if claim.scale_in(setting) == "ratio"
        else f"by more than {margin}"
    )


def _compared(claim: Claim, setting: Setting, margin: str) -> str:
    first, *others = setting.groups
    than = f"that of {others[0]}" if len(others) == 1 else "those of all others"
    if margin.startswith("-"):
        worse = OPPOSITE[claim.direction_in(setting)]
        return (
            f"{claim.quantity_in(setting)} of {first} is not {worse} than {than} by {margin.removeprefix('-')} or more"
        )
    better = f"{claim.direction_in(setting)} than {than} {_by(claim, setting, margin)}"
    return f"{claim.quantity_in(setting)} of {first} is {better}"


def _ordered(claim: Claim, setting: Setting, margin: str) -> str:
    steps = f"{claim.direction_in(setting)} {_by(claim, setting, margin)} from each to the next"
    return f"{claim.quantity_in(setting)} gets {steps} of {in_words(tuple(setting.groups))}"


def _alike(claim: Claim, setting: Setting, margin: str) -> str:
    return f"{claim.quantity_in(setting)} of any two of {in_words(tuple(setting.groups))} differs by less than {margin}"


def _bounded(claim: Claim, setting: Setting, margin: str) -> str:
    sides = ("above", "below") if claim.direction_in(setting) == "higher" else ("below", "above")
    beyond = getattr(claim.margin_in(setting), "refuted_beyond", None)
    not_so = f" (and not where it is {sides[1]} {number(beyond)})" if beyond is not None else ""
    return f"{claim.quantity_in(setting)} of {in_words(tuple(setting.groups))} is {sides[0]} {margin}{not_so}"


def _correlated(claim: Claim, setting: Setting, margin: str) -> str:
    side = "above" if claim.direction_in(setting) == "higher" else "below"
    return f"{claim.quantity_in(setting)}, over all runs, is {side} {margin}"


def _spread(claim: Claim, setting: Setting, margin: str) -> str:
    first, other = setting.groups
    return f"{claim.quantity_in(setting)} is more than {margin} as large for {other} as for {first}"


def _exactly(claim: Claim, setting: Setting, margin: str) -> str:
    return f"{claim.quantity_in(setting)} of {in_words(tuple(setting.groups))} is at most {margin}"


CONDITIONS: dict[ClaimKind, Condition] = {
    "superiority": _compared,
    "optimum": _compared,
    "ordering": _ordered,
    "equivalence": _alike,
    "bound": _bounded,
    "proportion": _bounded,
    "association": _correlated,
    "variance": _spread,
    "exact": _exactly,
}
"""What must hold in a setting, in words."""


def condition(claim: Claim, setting: Setting) -> str:
    """What must hold in a setting for it to support the claim."""
    margin = claim.margin_in(setting)
    assert margin is not None, "a descriptive claim has no condition"
    return CONDITIONS[claim.kind](claim, setting, with_unit(margin.value, margin.unit))


def change_of_mind(claim: Claim, result: ClaimResult, families: Mapping[str, int]) -> list[str]:
    """What runs would have to show for another verdict, as paragraphs."""
    if claim.kind == "descriptive":
        return ["Nothing is judged here: the numbers are what there is to say."]
    decisive = [setting for setting in claim.settings if setting.decisive]
    lines = [f"It holds in a setting where {condition(claim, decisive[0])}."]
    rest = [setting for setting in decisive[1:] if condition(claim, setting) != condition(claim, decisive[0])]
    lines += [f"In *{setting.label}*: where {condition(claim, setting)}." for setting in rest]
    if claim.kind == "exact":
        return [*lines, "One computation beyond the tolerance refutes it."]
    where = f" in {IN_WORDS[claim.quantifier]}" if len(decisive) > 1 else ""
    level = f"p ≤ {ALPHA:g} / {families[claim.family or 'primary']}"
    lines.append(f"Runs that show this{where}, at {level}, support it; runs that show the contrary so refute it.")
    if result.verdict == "inconclusive":
        found = "find equal groups alike within" if claim.kind == "equivalence" else "show a true value of"
        lines += [
            f"In *{one.label}* as many runs, as far apart, would {found} {with_unit(number_of(one), one.unit)} with power 0.8."
            for one in result.settings
            if one.decisive and _believable(one)
        ]
    return lines


def number_of(result: SettingResult) -> float:
    """The effect that a setting would have found."""
    return np.nan if result.detectable is None else result.detectable


def _believable(result: SettingResult) -> bool:
    """Whether there is a detectable effect, and one that there can be: not beyond a limit, nor astronomically large."""
    if not np.isfinite(number_of(result)):
        return False
    if result.limit is not None and (result.limit - result.margin) * (result.limit - number_of(result)) < 0:
        return False
    return abs(number_of(result)) < 1e3 * max(abs(result.margin), 1e-3)


def sentence(text: str) -> str:
    """Text that begins with a capital."""
    return text[:1].upper() + text[1:]

"""``docs/claims.md``: each claim with statement, source, what was done, verdict, picture, what would change our mind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from benchmarks.analysis.verdicts import ClaimResult
from benchmarks.analysis.wording import in_words, seeds_in_words
from benchmarks.claims.spec import Claim
from benchmarks.report.captions import of_claim
from benchmarks.report.conditions import change_of_mind, sentence, what_was_done
from benchmarks.report.heading import effect_cells, with_unit
from benchmarks.report.pages.joined import Judged, provenances
from benchmarks.report.pages.side_by_side import side_by_side
from benchmarks.report.table import markdown_table
from benchmarks.report.verdicts import p_value

Runs = Mapping[str, Judged]
"""What a run is called on the page → its results, the main one first."""

INTRODUCTION = """# The claims and their verdicts

Made by `python -m benchmarks.report.pages` from the results that are named; not written by hand. How claims are judged stands in
[judging.md](judging.md), what each document says besides, and what is wrong in it, in [documents.md](documents.md).
"""

BESIDE = """The runs, column by column. Those with the same seeds are no independent evidence for a claim; yet a setting that two
of them tried may have other numbers in each: other versions, instructions or numbers of seeds trained at once round otherwise,
and the training of a GAN makes another run of it ([what you can rely on](reliability.md)). Each is judged at the level of the
registry as it was then."""


def settings_table(claim: Claim, result: ClaimResult) -> str:
    """All settings that were tried: what came out, the decisive ones bold."""
    header = ["setting", "verdict there", "effect", "95 % interval", "margin", "runs", "failed"]
    body = []
    for setting in result.settings:
        label = f"**{setting.label}**" if setting.decisive else setting.label
        runs = in_words(tuple(str(count) for count in dict.fromkeys(setting.n.values())))
        failed = ", ".join(f"{count} of {name}" for name, count in setting.failed.items() if count)
        words = setting.words if not setting.missing else f"cannot be judged: {setting.missing}"
        body.append(
            [label, words, *effect_cells(setting, claim), with_unit(setting.margin, setting.unit), runs, failed]
        )
    return markdown_table(header, body)


def board(runs: Runs) -> str:
    """All claims with their verdict in every run, each a link to its section."""
    claims = {name: claim for results in runs.values() for name, claim in results.claims.items()}
    verdicts = {title: {one.claim: one.verdict for one in results.verdicts} for title, results in runs.items()}
    header = ["claim", "document", *runs]
    body = [
        [f"[{name}](#{name}): {claim.statement}", claim.document, *(own.get(name, "") for own in verdicts.values())]
        for name, claim in claims.items()
    ]
    return markdown_table(header, body)


def of_all(values: Iterable[str]) -> str:
    """What several parts of a run say, each once."""
    return "; ".join(dict.fromkeys(values))


def runs_table(runs: Runs) -> str:
    """How each run was made: what tells why one setting may come out otherwise in two of them."""
    header = ["run", "claims", "seeds", "p for a verdict", "PyTorch", "instructions", "commit"]
    body = []
    for title, judged in runs.items():
        made = provenances(judged)
        levels = ", ".join(f"{family} 0.05 / {size}" for family, size in sorted(judged.trial["families"].items()))
        body.append(
            [
                title,
                str(len(judged.claims)),
                of_all(seeds_in_words(one["seeds"]) for one in made),
                levels,
                of_all(one["versions"]["torch"] for one in made),
                of_all(one["hardware"]["instructions"] for one in made),
                of_all((one["git"]["commit"] or "unknown")[:7] for one in made),
            ]
        )
    return f"{BESIDE}\n\n{markdown_table(header, body)}"


def section(name: str, runs: Runs, picture: str | None) -> str:
    """A claim's section: the main run that judged it in full, the others by verdict and settings."""
    judged = {title: results for title, results in runs.items() if name in results.claims}
    lines: list[str] = []
    for index, (title, results) in enumerate(judged.items()):
        claim = results.claims[name]
        result = next(one for one in results.verdicts if one.claim == name)
        if index == 0:
            lines += [
                f"## {name}",
                f"*{claim.statement}* (document {claim.document}: {claim.passage})",
                f"**What was done.** {what_was_done(claim)}",
            ]
            reasons = [claim.margin_in(setting) for setting in claim.settings if setting.decisive]
            known = dict.fromkeys(f"{with_unit(m.value, m.unit)}: {m.reason}" for m in reasons if m is not None)
            if known:
                lines.append(f"**Margin.** {'; '.join(known)}.")
        p = f" (p = {p_value(result.p)})".replace("= <", "<") if np.isfinite(result.p) else ""
        lines += [
            f"**{sentence(title)}: {result.verdict}**{p}. {result.reason}.",
            settings_table(claim, result).strip(),
        ]
        if index == 0:
            if picture is not None:
                lines.append(f"![{name}: {result.verdict}]({picture})")
                lines.append(f"*{of_claim(name)}.*")
            mind = " ".join(change_of_mind(claim, result, results.trial["families"]))
            lines.append(f"**What would change our mind.** {mind}")
    return "\n\n".join(lines)


def claims_page(runs: Runs, pictures: Mapping[str, str]) -> str:
    """The whole page.

    Args:
        runs: at least one.
        pictures: claim → path of its picture, relative to the page.
    """
    names = dict.fromkeys(name for results in runs.values() for name in results.claims)
    sections = (section(name, runs, pictures.get(name)) for name in names)
    parts = [INTRODUCTION, board(runs), runs_table(runs), side_by_side(runs), *sections]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"

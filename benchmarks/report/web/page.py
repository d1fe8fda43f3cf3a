"""The report: one page that needs nothing but a browser, not even a network."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from benchmarks.analysis.verdicts import ClaimResult, SettingResult
from benchmarks.analysis.wording import in_words, seeds_in_words
from benchmarks.claims.documents import DOCUMENTS
from benchmarks.claims.spec import Claim
from benchmarks.report.captions import OF_DATA, OF_RUN, SETTINGS, Caption, caption_of
from benchmarks.report.citing import FORMATS, cite
from benchmarks.report.conditions import change_of_mind, what_was_done
from benchmarks.report.heading import effect_cells, with_unit
from benchmarks.report.results import Results
from benchmarks.report.style import VERDICT_COLOURS
from benchmarks.report.table import Page
from benchmarks.report.verdicts import p_value
from benchmarks.report.web.chart import HEIGHT, WIDTH, Chart, charts
from benchmarks.report.web.pictures import data_uri, shrunk, size_of
from benchmarks.report.web.playground import courses, planes, walks

TEMPLATES = Path(__file__).parent / "templates"
WIDEST = {"claim": 1000, "runs": 800, "data": 1200, "run": 1200}
"""Pixels of a picture's width, by what it shows."""
FURTHER = (
    "matched",
    "published_fits",
    "published_modes",
    "published_fids",
    "calibration",
    "sanity",
    "attributes",
    "tuning",
)
"""Tables behind the comparisons, in the order of the page."""
INTERACTIVE = ("interpolation", "plane")
"""Pictures of a data set that the page has to play with instead."""


@dataclass(frozen=True)
class Picture:
    """A picture in the page: its address, size in pixels, and words for it."""

    address: str
    width: int
    height: int
    caption: Caption


@dataclass(frozen=True)
class SettingRow:
    """A setting of a claim: what came out, in words, numbers and a chart."""

    result: SettingResult
    verdict: str
    effect: str
    interval: str
    margin: str
    runs: str
    failed: str
    chart: Chart | None


@dataclass(frozen=True)
class Entry:
    """A claim in the report.

    Attributes:
        name: of the claim.
        claim: as the registry had it.
        result: its verdict.
        models: that its evidence comes from, for the filter.
        datasets: likewise.
        documents: number and title.
        effect: that decides, with its unit.
        interval: its 95 % interval.
        chart: of the decisive setting that is the weakest.
        p: p-value in words; empty where there is none.
        done: what was done.
        margins: margins and their reasons.
        settings: all that were tried, decisive ones first.
        mind: what would change our mind, in paragraphs.
        pictures: of the claim.
        citations: by format.
    """

    name: str
    claim: Claim
    result: ClaimResult
    models: tuple[str, ...]
    datasets: tuple[str, ...]
    documents: tuple[tuple[str, str], ...]
    effect: str
    interval: str
    chart: Chart | None
    p: str
    done: str
    margins: tuple[str, ...]
    settings: tuple[SettingRow, ...]
    mind: tuple[str, ...]
    pictures: tuple[Picture, ...]
    citations: Mapping[str, str]


def slug(verdict: str) -> str:
    """A verdict as the name of a class."""
    return verdict.partition(":")[0].replace(" ", "-")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def as_html(text: str) -> Markup:
    """Markdown, without any HTML in it, as HTML."""
    return Markup(_markdown().render(text))  # what it renders is escaped


def picture(figures: Path, name: str, caption: Caption, kind: str) -> list[Picture]:
    """A picture of the run, if there is one of this name."""
    path = figures / f"{name}.png"
    if not path.is_file():
        return []
    png = shrunk(path, WIDEST[kind])
    return [Picture(data_uri(png), *size_of(png), caption)]


def deciding(result: ClaimResult) -> SettingResult | None:
    """The setting whose effect stands for the claim."""
    same = [
        one
        for one in result.settings
        if one.decisive and np.array_equal([one.effect, one.margin], [result.effect, result.margin], equal_nan=True)
    ]
    return same[0] if same else None


def setting_row(result: SettingResult, claim: Claim, chart: Chart | None) -> SettingRow:
    """A setting's line in the claim's table."""
    effect, interval = effect_cells(result, claim)
    return SettingRow(
        result,
        verdict=result.words if not result.missing else f"cannot be judged: {result.missing}",
        effect=effect,
        interval=interval,
        margin=with_unit(result.margin, result.unit),
        runs=in_words(tuple(str(count) for count in dict.fromkeys(result.n.values()))),
        failed=", ".join(f"{count} of {name}" for name, count in result.failed.items() if count),
        chart=chart,
    )


def entry(results: Results, result: ClaimResult, figures: Path) -> Entry:
    """Everything that the report says of a claim."""
    claim = results.claims[result.claim]
    groups = [group for setting in claim.settings for group in setting.groups.values()]
    ordered = sorted(result.settings, key=lambda one: not one.decisive)
    drawn = charts(claim, ordered)
    known = [claim.margin_in(setting) for setting in claim.settings if setting.decisive]
    shown = deciding(result)
    effect, interval = effect_cells(result, claim)
    caption = caption_of(result)
    return Entry(
        name=result.claim,
        claim=claim,
        result=result,
        models=tuple(dict.fromkeys(group.model for group in groups if group.model)),
        datasets=tuple(dict.fromkeys(setting.dataset for setting in claim.settings)),
        documents=tuple((number_, DOCUMENTS[number_].title) for number_ in claim.document.split(", ")),
        effect=effect,
        interval=interval,
        chart=charts(claim, [shown])[0] if shown is not None else None,
        p=f"p = {p_value(result.p)}".replace("= <", "<") if np.isfinite(result.p) else "",
        done=what_was_done(claim),
        margins=tuple(dict.fromkeys(f"{with_unit(m.value, m.unit)}: {m.reason}." for m in known if m is not None)),
        settings=tuple(setting_row(one, claim, chart) for one, chart in zip(ordered, drawn, strict=True)),
        mind=tuple(change_of_mind(claim, result, results.trial["families"])),
        pictures=(
            *picture(figures, f"claim-{result.claim}", caption, "claim"),
            *picture(
                figures,
                f"claim-{result.claim}-settings",
                Caption(f"{SETTINGS}.", f"{result.claim}: every run in every setting"),
                "runs",
            ),
        ),
        citations={form: cite(results, result.claim, form) for form in FORMATS},
    )


def data_set(results: Results, dataset: str, page: Page, figures: Path) -> dict[str, Any]:
    """A data set's comparison: tables, pictures, what it is."""
    shown = {
        name: picture(figures, f"{dataset}-{name}", Caption(f"{dataset}: {about.text}", about.alt), "data")
        for name, about in OF_DATA.items()
        if name not in INTERACTIVE
    }
    return {
        "name": dataset,
        "facts": results.datasets[dataset],
        "page": page,
        "pictures": [one for found in shown.values() for one in found],
        "citations": {form: cite(results, dataset, form) for form in FORMATS},
    }


def context(results: Results, pages: Mapping[str, Page], figures: Path) -> dict[str, Any]:
    """What the templates write down.

    Args:
        results: a results directory.
        pages: all its tables by name.
        figures: where its pictures are.
    """
    entries = [entry(results, result, figures) for result in results.verdicts]
    counts = Counter[str](one.result.verdict for one in entries)
    return {
        "results": results,
        "entries": entries,
        "counts": {verdict: counts[verdict] for verdict in VERDICT_COLOURS if counts[verdict]},
        "documents": sorted({number_ for one in entries for number_, _ in one.documents}),
        "models": sorted({model for one in entries for model in one.models}),
        "datasets": sorted({dataset for one in entries for dataset in one.datasets}),
        "compared": [data_set(results, dataset, pages[dataset], figures) for dataset in results.datasets],
        "further": [
            (
                name,
                pages[name],
                [p for file, about in OF_RUN.get(name, {}).items() for p in picture(figures, file, about, "run")],
            )
            for name in FURTHER
            if name in pages
        ],
        "verdict_notes": pages["verdicts"].notes if "verdicts" in pages else (),
        "planes": planes(results),
        "walks": walks(results),
        "courses": courses(results),
        "provenance": provenance_rows(results),
        "seeds": seeds_in_words(results.provenance.get("seeds", ())),
    }


def provenance_rows(results: Results) -> list[tuple[str, str]]:
    """How the run was made, as lines of a table."""
    facts = results.provenance
    if not facts:
        return []
    versions, hardware, git = facts["versions"], facts["hardware"], facts["git"]
    shown = (
        "fairtrial",
        "torch",
        "torchvision",
        "torch-fidelity",
        "numpy",
        "scipy",
        "scikit-learn",
        "pandas",
        "python",
    )
    wall = facts.get("wall_seconds", {})
    return [
        ("command", " ".join(facts["command"])),
        ("finished", facts["finished"]),
        ("commit", f"{git['commit']}{' with changes' if git['dirty'] else ''}"),
        ("rows", f"SHA-256 {results.digest}"),
        ("versions", ", ".join(f"{name} {versions[name]}" for name in shown if name in versions)),
        ("hardware", ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in hardware.items())),
        ("processes", f"{facts['jobs']}, each with {facts['threads_per_worker']} threads"),
        ("wall time", ", ".join(f"{name} {seconds:,.0f} s" for name, seconds in wall.items())),
        ("data", ", ".join(f"{name} {value}" for name, value in sorted(flat(facts["data_sha256"])))),
        ("failed", str(len(facts["failures"])) if facts["failures"] else "none"),
    ]


def flat(hashes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Hashes by name, the first digits."""
    return [(name, str(value)[:16]) for name, value in hashes.items()]


def hashed(text: str) -> str:
    """What a content policy calls this style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def report_html(results: Results, pages: Mapping[str, Page], figures: Path) -> str:
    """The report. Nothing in it is fetched from anywhere, and its content policy allows nothing that is not in it.

    Args:
        results: a results directory.
        pages: all its tables by name.
        figures: where its pictures are.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"slug": slug, "markdown": as_html}
    environment.globals |= {"chart_width": WIDTH, "chart_height": HEIGHT, "verdict_colours": VERDICT_COLOURS}
    style, script = (environment.get_template(name).render() for name in ("report.css", "report.js"))
    allowed = {"default-src": "'none'", "img-src": "data:", "style-src": hashed(style), "script-src": hashed(script)}
    policy = "; ".join(
        f"{what} {source}" for what, source in {**allowed, "base-uri": "'none'", "form-action": "'none'"}.items()
    )
    template = environment.get_template("report.html")
    return template.render(
        style=Markup(style),  # our own files
        script=Markup(script),
        policy=policy,
        **context(results, pages, figures),
    )

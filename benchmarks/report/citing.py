"""What to write when citing a claim or a table: a sentence with its numbers, and the references that it rests on."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from pybtex.database import BibliographyData, Entry, Person, parse_file
from pybtex.plugin import find_plugin

from benchmarks.analysis.wording import in_words
from benchmarks.claims.documents import DOCUMENTS
from benchmarks.claims.spec import Claim
from benchmarks.report.results import Results
from benchmarks.report.table import latex
from benchmarks.report.terminal import dataset_line
from benchmarks.specs import RECALIBRATED, lookup

Format = Literal["text", "bibtex", "latex"]
FORMATS: tuple[Format, ...] = get_args(Format)
LIBRARY = Path(__file__).parents[1] / "citations.bib"
SUITE = "fairtrial"
OF_DATA = {
    "digits": "alpaydin1998digits",
    "mnist": "lecun1998mnist",
    "fashion-mnist": "xiao2017fashion",
    "kmnist": "clanuwat2018kmnist",
    "cifar10": "krizhevsky2009cifar",
}
"""Entries of data sets that others made."""
OF_MODELS = {
    "pca": ("pearson1901pca", "hotelling1933pca"),
    "ae": ("hinton2006ae",),
    "dae": ("vincent2008dae", "vincent2010dae"),
    "vae": ("kingma2014vae", "rybkin2021vae"),
    "gan": ("goodfellow2014gan",),
    "fgan": ("nowozin2016fgan",),
    "latent-gan": ("goodfellow2014gan",),
}
"""Entries of models."""
OF_SAMPLERS = {"gaussian": "ghosh2020codes", "gmm": "ghosh2020codes", RECALIBRATED: "li2017adaptive"}
"""Entries of densities on codes, and of other ways to sample."""
OF_SPREADS = "brown1974spread"
VERDICTS = "verdicts"
"""Name of the table of all claims."""
OF_VERDICTS = ("welch1947test", "schuirmann1987tost", "holm1979procedure", "benjamini1995fdr")
"""Entries of the tests."""


@cache
def library() -> BibliographyData:
    """All entries of ``citations.bib``."""
    return parse_file(str(LIBRARY))


def in_text(entry: Entry) -> str:
    """How a text names an entry: ``Heusel et al. 2017``, ``Gelman and Rubin 1992``."""
    authors = [" ".join(person.last_names) for person in entry.persons["author"]]
    names = f"{authors[0]} et al." if len(authors) > 2 else " and ".join(authors)
    return f"{names} {entry.fields['year']}"


def cited(text: str) -> list[str]:
    """Keys of the entries that a text names."""
    found = []
    for key, entry in library().entries.items():
        if any(
            re.search(rf"\b{re.escape(name)}\b", text)
            for name in (in_text(entry), entry.fields.get("shorthand", in_text(entry)))
        ):
            found.append(key)
    return found


def document_entry(document: str) -> tuple[str, Entry]:
    """Key and entry of a source document."""
    facts = DOCUMENTS[document]
    fields = {"title": f"{{{facts.title}}}", "note": f"Source document {document}. {facts.about}"}
    fields |= {name: value for name, value in (("year", facts.year), ("url", facts.url)) if value}
    persons = {"author": [Person(facts.author)]} if facts.author else {}
    return f"{SUITE}-document-{document}", Entry("misc", fields, persons)


def claim_references(results: Results, claim: Claim) -> list[str]:
    """Keys of what a claim rests on beside its documents: the suite, data, models, metrics, tests."""
    groups = [group for setting in claim.settings if setting.decisive for group in setting.groups.values()]
    keys = [SUITE]
    keys += [OF_DATA[s.dataset] for s in claim.settings if s.decisive and s.dataset in OF_DATA]
    keys += [key for group in groups for key in OF_MODELS.get(group.model or "", ())]
    keys += [OF_SAMPLERS[name] for group in groups if (name := group.options.get("sampler")) in OF_SAMPLERS]
    keys += [key for group in groups for key in metric_references(results, group.metric)]
    keys += OF_VERDICTS if claim.family else ()
    keys += [OF_SPREADS] if claim.kind == "variance" else []
    return list(dict.fromkeys(keys))


def metric_references(results: Results, metric: str) -> list[str]:
    """Keys of the entries that a metric's summary names."""
    facts = results.run["metrics"].get(metric.partition("[")[0])
    return cited(facts["summary"]) if facts else []


def table_references(results: Results, dataset: str) -> list[str]:
    """Keys of what a data set's comparison table rests on."""
    rows = results.rows[results.rows["dataset"] == dataset]
    keys = [SUITE, *([OF_DATA[dataset]] if dataset in OF_DATA else [])]
    keys += [key for model in rows["model"].dropna().unique() for key in OF_MODELS.get(str(model), ())]
    keys += [OF_SAMPLERS[name] for name in rows["sampler"].dropna().unique() if name in OF_SAMPLERS]
    keys += [key for metric in rows["base"].unique() for key in metric_references(results, str(metric))]
    return list(dict.fromkeys(keys))


def made_by(results: Results) -> str:
    """Version of the suite, the run's profile and day, and the hash of its rows."""
    facts = results.provenance
    version = facts.get("versions", {}).get("fairtrial", "")
    day = str(facts.get("finished", ""))[:10]
    return f"Fairtrial {version}, {results.run['profile']} run of {day}, results {results.digest[:16]}"


def claim_sentence(results: Results, name: str) -> str:
    """A claim with its verdict and the numbers behind it, in one sentence."""
    result = next(one for one in results.verdicts if one.claim == name)
    claim = results.claims[name]
    found = f"{result.verdict}: {lowered(result.reason)}"
    return f"“{claim.statement}” (source document {claim.document}) is {found} ({made_by(results)})."


def table_sentence(results: Results, dataset: str) -> str:
    """A comparison's headline in one sentence."""
    seeds = results.rows.loc[(results.rows["dataset"] == dataset) & results.rows["arm"].ne(""), "seed"].nunique()
    return f"{dataset_line(results, dataset)} (mean over {seeds} seeds ± half-width of the 95 % t interval; {made_by(results)})."


def verdicts_sentence(results: Results) -> str:
    """How many claims have which verdict."""
    counts = Counter(one.verdict for one in results.verdicts)
    (word, most), *others = counts.most_common()
    parts = (f"{most} are {word}", *(f"{count} {verdict}" for verdict, count in others))
    return f"Of {len(results.verdicts)} claims about generative models {in_words(parts)} ({made_by(results)})."


def lowered(text: str) -> str:
    """Text that begins with a small letter, unless it begins with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def cite(results: Results, name: str, form: Format = "text") -> str:
    """What to write when citing a claim, the table of a data set, or that of all verdicts.

    Args:
        results: that hold it.
        name: of a claim that was on trial, or of a data set; or ``verdicts``.
        form: ``text``: the sentence and its references; ``bibtex``: entries, the first with the sentence as its note;
            ``latex``: the sentence with a ``\\cite`` command for these entries.

    Raises:
        InputError: there is no such claim, table or form.
    """
    claims, tables = list(results.claims), [*results.datasets, *([VERDICTS] if results.claims else [])]
    lookup(dict.fromkeys([*claims, *tables], ""), "claim or table", name)
    lookup(dict.fromkeys(FORMATS, ""), "format", form)
    if name in claims:
        claim = results.claims[name]
        documents = [document_entry(document) for document in claim.document.split(", ")]
        sentence, keys = claim_sentence(results, name), claim_references(results, claim)
    elif name == VERDICTS:
        documents, sentence, keys = [], verdicts_sentence(results), [SUITE, *OF_VERDICTS]
    else:
        documents, sentence, keys = [], table_sentence(results, name), table_references(results, name)
    entries = {key: library().entries[key] for key in keys} | dict(documents)
    if form == "text":
        references = [f"[{index}] {as_text(key, entry)}" for index, (key, entry) in enumerate(entries.items(), start=1)]
        return "\n".join([sentence, "", *references])
    if form == "latex":
        keyed = ",".join([f"{SUITE}-{name}", *entries])
        return f"% entries: run_bench.py cite {name} --format bibtex\n{latex(sentence)[:-1]} \\cite{{{keyed}}}."
    own = Entry(
        "misc",
        {
            "title": f"{library().entries[SUITE].fields['title']}: {name}",
            "note": sentence,
            "year": str(results.provenance.get("finished", ""))[:4],
        },
    )
    own.persons["author"] = [Person("{The Fairtrial authors}")]
    return BibliographyData({f"{SUITE}-{name}": own, **entries}).to_string("bibtex").strip()


_texts: dict[str, str] = {}


def as_text(key: str, entry: Entry) -> str:
    """A reference as plain text."""
    if key not in _texts:
        style, backend = (
            find_plugin("pybtex.style.formatting", "unsrt")(),
            find_plugin("pybtex.backends", "plaintext")(),
        )
        (formatted,) = style.format_bibliography(BibliographyData({key: entry}), [key])
        _texts[key] = " ".join(formatted.text.render(backend).split())
    return _texts[key]

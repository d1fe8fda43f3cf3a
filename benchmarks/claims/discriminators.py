"""Claims on discriminators: what they learn from which negatives, and whether they can generate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.claims.arms import GAN, MNIST, MOST_RUNS, of_arm, samples
from benchmarks.claims.spec import Claim, Event, Evidence, Margin, Setting
from benchmarks.recipes import SNAPSHOTS


def discriminator(measure: str, metric: str, settings: Mapping[str, Any]) -> Evidence:
    """A measure of a discriminator that is trained alone."""
    return Evidence(measure=measure, metric=metric, model="discriminator", settings=dict(settings))


MINED = ("discriminator", {"negatives": "langevin", "search": "langevin"})


def boundary(metric: str, negatives: str) -> Evidence:
    """Where a discriminator trained with these negatives draws its line."""
    return discriminator("boundary", metric, {"negatives": negatives})


_GAME = Evidence(measure="boundary", metric="near-false-accepts", model="gan", settings=dict(GAN[1]))
_MINED = discriminator(
    "boundary", "near-false-accepts", MINED[1]
)  # searches for samples the same way: one block for both claims


def by_round(metric: str) -> Evidence:
    """What is found on the score over the course of the training."""
    course = discriminator("score-course", metric, MINED[1])
    return course.model_copy(update={"samples": True, "training": {"snapshots": SNAPSHOTS}})


EVERYTHING = Event(side="above", threshold=0.95)
"""'Everything' with one exception in twenty."""


def nearly_all(modes: int) -> Event:
    """At most one mode is missing."""
    return Event(side="above", threshold=modes - 1.5)


def scored_real(negatives: str, event: Event | None = None) -> Evidence:
    """Share of points off the data's support that a discriminator with these negatives takes for data, or an event of it."""
    return boundary("off-support-scored-real", negatives).model_copy(update={"event": event})


TWICE = Margin(value=2.0, unit="times", reason="twice the FID: more than lies between the GANs of different losses")


def found_by(measure: str, metric: str, search: str) -> Evidence:
    """What a search on a GAN's discriminator finds with as many evaluations as its training took."""
    return of_arm(GAN, measure, metric, samples=True, options={"share": 1.0, "search": search})


def on_images(dataset: str, search: str, decisive: bool = False, **elsewhere: Margin | Setting | None) -> Setting:
    """A GAN's generator against a search for images on its discriminator."""
    return Setting(
        label=f"{dataset}, {search}",
        dataset=dataset,
        elsewhere=elsewhere,
        quantity="FID of samples",
        scale="ratio",
        margin=TWICE,
        groups={"generator": samples(GAN, "fid", on="image"), search: found_by("search-images", "fid", search)},
        decisive=decisive,
    )


CLAIMS = (
    Claim(
        id="positives-only",
        statement="A discriminator that is shown only real examples gives everything a high score",
        document="000",
        passage="'只用判别器生成图片可以吗', line 102",
        kind="proportion",
        quantity="share of runs whose discriminator scores more than 95 % of points off the data's support as real",
        contrast="a discriminator trained without negatives, on points evenly over the window",
        direction="higher",
        margin=MOST_RUNS,
        family="secondary",
        settings=tuple(
            Setting(
                label=dataset,
                dataset=dataset,
                groups={"no negatives": scored_real("none", EVERYTHING)},
                decisive=dataset != "unequal-pair",
            )
            for dataset in ("ring", "spiral", "unequal-pair")
        ),
        controls=(
            Setting(
                label="ring, share of points",
                dataset="ring",
                groups={"no negatives": scored_real("none"), "noise as negatives": scored_real("uniform")},
                quantity="share of points off the data's support that are scored as real",
            ),
        ),
    ),
    Claim(
        id="noise-negatives-coarse",
        statement="With random noise as negatives the boundary is too coarse; that of a GAN's discriminator is the tightest",
        document="000, 003",
        passage="000, lines 103 and 109; 003, 'Discriminator擅长批评', negative examples",
        kind="superiority",
        quantity="share of points near the data, off their support, that are accepted where 95 % of held-out data are",
        contrast="a GAN's discriminator against those trained on uniform noise and on mined negatives; in two dimensions, "
        "where noise comes as near to the data as samples do",
        direction="lower",
        margin=Margin(value=0.1, unit="share", reason="ten points: one near miss in ten judged otherwise"),
        family="secondary",
        settings=tuple(
            Setting(
                label=label,
                dataset=dataset,
                groups={
                    "GAN": _GAME,
                    "uniform noise": boundary("near-false-accepts", "uniform"),
                    **({"mined": _MINED} if mined else {}),
                },
                decisive=decisive,
            )
            # mined negatives cost ten times as much: beside the ring's only in full
            for label, dataset, mined, decisive in (
                ("ring", "ring", True, True),
                ("spiral, noise alone", "spiral", False, True),
                ("spiral", "spiral", True, False),
                ("unequal-pair", "unequal-pair", True, False),
            )
        ),
    ),
    Claim(
        id="discriminator-generates",
        statement="A discriminator can be trained without a generator: what it scores highest serves as negatives, again and again",
        document="003",
        passage="'Iteration方法解决' (Discriminator training)",
        kind="proportion",
        quantity="share of runs in which a search on the final score finds all modes but at most one",
        contrast="none; negatives and samples by Langevin dynamics, and beside by gradient ascent",
        direction="higher",
        margin=MOST_RUNS,
        quantifier="some",
        family="secondary",
        settings=(
            *(
                Setting(
                    label=f"ring, {search}",
                    dataset="ring",
                    groups={
                        search: samples(
                            ("discriminator", {"negatives": search, "search": search}),
                            "modes-captured",
                            event=nearly_all(8),
                        ),
                    },
                    decisive=search == "langevin",
                )
                for search in ("langevin", "ascent")
            ),
        ),
        controls=(
            *(
                Setting(
                    label=f"{dataset}, by round",
                    dataset=dataset,
                    groups={"Langevin": by_round("modes-captured")},
                    quantity="modes captured",
                    decisive=dataset == "ring",
                )
                for dataset in ("ring", "comb-1d")
            ),
            Setting(
                label="ring, JSD beside a GAN's",
                dataset="ring",
                groups={"Langevin": samples(MINED, "jsd-hist"), "GAN": samples(GAN, "jsd-hist")},
                quantity="JSD of samples",
            ),
        ),
    ),
    Claim(
        id="generator-replaces-search",
        statement="A generator solves what a discriminator is bad at: it takes the place of the search for argmax D",
        document="002, 003",
        passage="003, 'Generator与Discriminator', combination; 002, 'GANs for images' (better than a discriminator alone)",
        kind="superiority",
        quantity="JSD of samples",
        contrast="a GAN's generator against a search on the same GAN's discriminator with as many evaluations as its training "
        "took; by ascent, as the claim has it, which ends in single points, and beside by Langevin dynamics, which need not",
        direction="lower",
        margin=Margin(
            value=0.05, unit="nat", reason="a fourteenth of the largest JSD, log 2: a difference that pictures show"
        ),
        family="secondary",
        settings=(
            *(
                Setting(
                    label=f"{dataset}, {search}",
                    dataset=dataset,
                    groups={
                        "generator": samples(GAN, "jsd-hist"),
                        search: found_by("search-samples", "jsd-hist", search),
                    },
                    decisive=search == "ascent" and dataset != "grid",
                )
                for dataset in ("ring", "unequal-pair", "grid")
                for search in ("ascent", "langevin")
            ),
            on_images("digits", "ascent", mnist=on_images("mnist", "ascent", decisive=True)),
            on_images("digits", "langevin", mnist=on_images("mnist", "langevin")),
        ),
        controls=(
            Setting(
                label="digits, images found on D beside the generator's",
                dataset="digits",
                elsewhere=MNIST,
                quantity="FID of samples",
                groups={
                    "generator": samples(GAN, "fid", on="image"),
                    "ascent": found_by("search-images", "fid", "ascent"),
                },
            ),
        ),
    ),
)

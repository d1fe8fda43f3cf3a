"""Claims on the theory of the GAN, and on how it is trained."""

from __future__ import annotations

from typing import Any

from benchmarks.claims.arms import (
    F_GANS,
    GAN,
    LEAST_SQUARES,
    SATURATING,
    TITLES,
    VAE,
    Arm,
    known_mixture,
    samples,
)
from benchmarks.claims.spec import Claim, Direction, Event, Evidence, Margin, Setting
from benchmarks.recipes import SNAPSHOTS

PAIRS = ("identical", "shifted-0.25", "shifted-0.5", "shifted-1", "shifted-2", "widened", "half-lost", "disjoint")
"""Known variations of a density, from near to far (``benchmarks.datasets.variations``)."""
ROUNDING = 1e-5
"""Nat, or a factor of gradients: of values that are smaller, single precision leaves no digit, and none of them matters here."""
DECISIVE_PAIRS = (("pair-1d", "shifted-1"), ("ring", "shifted-1"), ("ring", "half-lost"))


def against(dataset: str, pair: str, measure: str, metric: str) -> Evidence:
    """A discriminator trained between a data set and a known variation of it."""
    mixture = known_mixture(dataset, pair)
    return Evidence(
        measure=measure,
        metric=metric,
        model="discriminator",
        settings={"negatives": "mixture", "mixture": mixture},
    )


def on_pairs(measure: str, metric: str, floor: float | None = None) -> tuple[Setting, ...]:
    """One setting for every pair on the line and on the ring; smaller values than the floor count as that."""
    return tuple(
        Setting(
            label=f"{dataset}, {pair}",
            dataset=dataset,
            groups={"trained D": against(dataset, pair, measure, metric)},
            decisive=(dataset, pair) in DECISIVE_PAIRS,
            floor=floor,
        )
        for dataset in ("pair-1d", "ring")
        for pair in PAIRS
    )


def loses_a_mode(modes: int) -> Event:
    """A run that captures fewer modes than there are."""
    return Event(side="below", threshold=modes - 0.5)


K_ONE: tuple[str, dict[str, Any], float] = ("k = 1", {}, 1.0)
K_TWO: tuple[str, dict[str, Any], float] = ("k = 2", {"discriminator_steps": 2}, 1.0)
"""The interior k, of 1/2, 1 and 2 those with the smallest JSD on the ring with tuning seeds 0 to 7: at equally many generator
updates 0.257, 0.231 and 0.227 nat, at equally many updates in all 0.251, 0.231 and 0.241 nat."""
FEW = {"discriminator_steps": 1, "generator_steps": 5}
MANY = {"discriminator_steps": 5}


RANKED: dict[str, Arm] = {
    "GAN": GAN,
    "GAN (saturating)": SATURATING,
    "GAN (least squares)": LEAST_SQUARES,
    **{f"f-GAN ({TITLES[name]})": arm for name, arm in F_GANS.items()},
    "VAE": VAE,
}
"""Models whose runs are ranked by divergence and by quality."""
KL_AND_QUALITY = (
    ("kl-data-model-knn", "modes-captured", "KL(data‖model) and modes captured"),
    ("kl-model-data-knn", "high-quality-share", "KL(model‖data) and high quality"),
    ("kl-data-model-knn", "high-quality-share", "KL(data‖model) and high quality"),
)

KL_DECISIVE = (
    ("grid", "kl-data-model-knn", "modes-captured"),
    ("ring", "kl-model-data-knn", "high-quality-share"),
)
"""Modes on the grid: on the ring most runs capture all eight, and ties leave a rank correlation no room."""


def quality_against_kl(arm: Arm, kl: str, quality: str) -> Evidence:
    """A divergence of an arm's samples beside a quality of them."""
    return samples(arm, kl, against=quality, observation="draw" if arm[0] == "vae" else "mean")


QUALITIES = ("coverage", "precision")


def ranked_on(images: str, quality: str, decisive: bool = False, **elsewhere: Margin | Setting | None) -> Setting:
    """Models' runs on images, ranked by KID and by a quality."""
    return Setting(
        label=f"{images}, KID and {quality}",
        dataset=images,
        elsewhere=elsewhere,
        quantity=f"Spearman's ρ of KID, in the divergence's place, and {quality}",
        groups={name: samples(arm, "kid", on="image", against=quality) for name, arm in RANKED.items()},
        decisive=decisive,
    )


ONE_ROUND: dict[str, Any] = {"schedule": "rounds", "rounds": 1}

GRADIENT_BOUNDS: tuple[tuple[str, Direction | None, Margin | None], ...] = (
    ("saturating", None, None),
    (
        "non-saturating",
        "higher",
        Margin(value=0.1, unit="times", reason="a tenth is still a gradient that training feels"),
    ),
)
"""Loss, and direction and margin where they are not the claim's own."""

AGAINST_FROZEN: dict[str, Any] = {"schedule": "rounds", "rounds": 1, "discriminator_steps": 10}
"""One round: the discriminator alone for ten times as many updates as then, against it, the generator takes."""
PLAIN_DESCENT: dict[str, Any] = {
    "optimiser": "sgd",
    "generator_learning_rate": 0.1,
    "discriminator_learning_rate": 0.1,
    "beta1": 0.5,
    "beta2": 0.999,
}
"""Gradient descent, which does not rescale gradients as Adam does; betas are Adam's, at their defaults."""

NEAR_JSD = Margin(
    value=0.05,
    unit="nat",
    reason="a fourteenth of the largest JSD, log 2, and several times its spread over seeds: a difference that pictures show",
)
QUARTER_GAP = Margin(
    value=0.02,
    unit="nat",
    reason="a quarter of the gap between VAE and GAN on the ring, 0.13 to 0.21 nat with tuning seeds 0 to 3",
)

CLAIMS = (
    Claim(
        id="optimal-discriminator",
        statement="For a fixed generator the best discriminator is p / (p + q)",
        document="001",
        passage="9.1",
        kind="bound",
        quantity="mean of |D − p/(p + q)| under (p + q)/2",
        contrast="a trained discriminator against the formula, between known densities",
        direction="lower",
        margin=Margin(
            value=0.05, unit="probability", reason="an error of five points leaves D's picture of the ratio intact"
        ),
        scale="ratio",
        family="secondary",
        settings=on_pairs("discriminator-fit", "optimum-error"),
    ),
    Claim(
        id="value-is-jsd",
        statement="The best value of the discriminator's game is 2 JSD − log 4",
        document="001",
        passage="9.2",
        kind="bound",
        quantity="|V − (2 JSD − log 4)|, V of the trained discriminator by quadrature",
        contrast="a trained discriminator against the formula, on pairs from identical to disjoint",
        direction="lower",
        margin=Margin(
            value=0.05,
            unit="nat",
            reason="a twenty-eighth of the range from −log 4 to 0, below what curves of training show",
        ),
        scale="ratio",
        family="secondary",
        settings=on_pairs("variational-bound", "bound-gap", floor=ROUNDING),
    ),
    Claim(
        id="no-mode-collapse",
        statement="GANs are not prone to mode collapse",
        document="002",
        passage="'不易受到模式崩塌影响' (The advantages of GANs)",
        kind="proportion",
        quantity="share of runs that capture fewer modes than there are",
        contrast="none",
        direction="lower",
        margin=Margin(
            value=0.2,
            refuted_beyond=0.5,
            unit="of the runs",
            reason="what happens in one run of five is an exception, what happens in every other is the rule",
        ),
        quantifier="typical",
        family="primary",
        settings=(
            *(
                Setting(
                    label=f"{dataset}, vanilla",
                    dataset=dataset,
                    groups={"GAN": samples(GAN, "modes-captured", event=loses_a_mode(modes))},
                )
                for dataset, modes in (("ring", 8), ("grid", 25), ("unequal-pair", 2))
            ),
            *(
                Setting(
                    label=f"{dataset}, {name}",
                    dataset=dataset,
                    groups={
                        "GAN": samples(
                            GAN, "modes-captured", event=loses_a_mode(modes), settings=settings, weights=weights
                        )
                    },
                    decisive=False,
                )
                for dataset, modes in (("ring", 8), ("grid", 25), ("unequal-pair", 2))
                for name, settings, weights in (
                    ("R1", {"r1_weight": 1.0}, "last"),
                    ("R1 and averaged weights", {"r1_weight": 1.0, "ema_decay": 0.999}, "ema"),
                    ("batch normalisation", {"generator_norm": "batch", "discriminator_norm": "batch"}, "last"),
                )
            ),
            *(
                Setting(
                    label=f"{dataset}, four hidden layers",
                    dataset=dataset,
                    groups={
                        "GAN": samples(
                            GAN, "modes-captured", event=loses_a_mode(modes), network={"hidden": (64, 64, 64, 64)}
                        )
                    },
                    decisive=False,
                )
                for dataset, modes in (("ring", 8), ("grid", 25), ("unequal-pair", 2))
            ),
        ),
    ),
    Claim(
        id="kl-tracks-quality",
        statement="The smaller the KL divergence, the better the samples",
        document="002",
        passage="'评估 GANs 模型' (Evaluation)",
        kind="association",
        quantity="Spearman's ρ over final models of KL divergence and quality",
        contrast="runs of all GANs, f-GANs and VAEs, sampled from the prior",
        direction="lower",
        margin=Margin(
            value=-0.5,
            limit=-1.0,
            unit="ρ",
            reason="at half, a quarter of the ranks' variance is shared: a large correlation by Cohen's usage",
        ),
        family="secondary",
        settings=(
            *(
                Setting(
                    label=f"{dataset}, {words}",
                    dataset=dataset,
                    quantity=f"Spearman's ρ of {words}",
                    groups={name: quality_against_kl(arm, kl, quality) for name, arm in RANKED.items()},
                    decisive=(dataset, kl, quality) in KL_DECISIVE,
                )
                for dataset in ("ring", "grid", "unequal-pair")
                for kl, quality, words in KL_AND_QUALITY
            ),
            *(
                Setting(
                    label=f"ring, {words}, runs of one model: {name}",
                    dataset="ring",
                    quantity=f"Spearman's ρ of {words}",
                    groups={name: quality_against_kl(RANKED[name], kl, quality)},
                    decisive=False,
                )
                for kl, quality, words in KL_AND_QUALITY
                for name in ("GAN", "VAE")
            ),
            *(ranked_on("digits", quality, mnist=ranked_on("mnist", quality, decisive=True)) for quality in QUALITIES),
        ),
    ),
    Claim(
        id="any-noise-works",
        statement="The noise that a generator starts from may follow any distribution, for instance normal or uniform",
        document="001",
        passage="6",
        kind="equivalence",
        quantity="JSD of samples",
        contrast="GAN on N(0, I) against GAN on uniform noise of mean 0 and variance 1: equal results; a refutation would say that "
        "they differ, not that one fails",
        direction="lower",
        margin=QUARTER_GAP,
        family="secondary",
        settings=tuple(
            Setting(
                label=dataset,
                dataset=dataset,
                groups={
                    "normal": samples(GAN, "jsd-hist"),
                    "uniform": samples(GAN, "jsd-hist", settings={"prior": "uniform"}),
                },
                decisive=dataset != "spiral",
            )
            for dataset in ("ring", "unequal-pair", "spiral")
        ),
    ),
    Claim(
        id="schedules",
        statement="The two networks can be trained one after the other: a good discriminator, then, against it, the generator",
        document="004",
        passage="'训练 GAN' (Training a GAN)",
        kind="superiority",
        quantity="JSD of samples",
        contrast="separate or other schedules against alternating updates, at equally many updates of both",
        direction="lower",
        margin=Margin(value=-0.05, unit="nat", reason=f"not worse by more than 0.05 nat: {NEAR_JSD.reason}"),
        quantifier="some",
        family="secondary",
        settings=tuple(
            Setting(
                label=f"{dataset}, {name}",
                dataset=dataset,
                groups={
                    name: samples(GAN, "jsd-hist", settings=settings),
                    "alternating": samples(GAN, "jsd-hist"),
                },
                decisive=name == "one round" and dataset != "unequal-pair",
            )
            for dataset in ("ring", "pair-1d", "unequal-pair")
            for name, settings in (
                ("one round", ONE_ROUND),
                ("two rounds", {"schedule": "rounds", "rounds": 2}),
                ("5 rounds", {"schedule": "rounds", "rounds": 5}),
                ("20 rounds", {"schedule": "rounds", "rounds": 20}),
                ("who loses moves", {"schedule": "who-loses"}),
            )
        ),
        controls=(
            Setting(
                label="ring, is the discriminator fooled at the end?",
                dataset="ring",
                groups={
                    "one round": samples(GAN, "fooled-share", measure="game-discriminator", settings=ONE_ROUND),
                    "alternating": samples(GAN, "fooled-share", measure="game-discriminator"),
                },
                quantity="share of samples that the game's own discriminator takes for data",
            ),
        ),
    ),
    Claim(
        id="balance-k",
        statement="The number k of discriminator updates per generator update must be neither too small nor too large",
        document="001",
        passage="10, tips",
        kind="optimum",
        quantity="JSD of samples, saturating loss",
        contrast="an interior k, chosen on tuning seeds, against the ends k = 1/5 and k = 5",
        direction="lower",
        margin=Margin(value=0.03, unit="nat", reason="about twice the spread of the GAN's JSD over seeds on the ring"),
        family="secondary",
        settings=tuple(
            Setting(
                label=f"{dataset}, equal {what}",
                dataset=dataset,
                groups={
                    name: samples(SATURATING, "jsd-hist", settings=steps, budget=budget)
                    for name, steps, budget in (interior, *ends)
                },
                decisive=dataset == "ring" and "20" not in what,
            )
            for dataset in ("ring", "unequal-pair")
            for what, interior, ends in (
                ("generator updates", K_TWO, (("k = 1/5", FEW, 1.0), ("k = 5", MANY, 1.0))),
                # in all: 2 updates a cycle for k = 1, 6 for the ends, of which 5 or 1 are the generator's
                ("updates in all", K_ONE, (("k = 1/5", FEW, 5 / 3), ("k = 5", MANY, 1 / 3))),
                (
                    "generator updates, up to 20",
                    K_TWO,
                    (("k = 1/20", {"generator_steps": 20}, 1.0), ("k = 20", {"discriminator_steps": 20}, 1.0)),
                ),
            )
        ),
        controls=(
            Setting(
                label="ring, equal generator updates, between the ends",
                dataset="ring",
                decisive=False,
                groups={
                    "k = 1/2": samples(SATURATING, "jsd-hist", settings={"generator_steps": 2}),
                    "k = 1": samples(SATURATING, "jsd-hist"),
                },
            ),
        ),
    ),
    Claim(
        id="saturation",
        statement="With a perfect discriminator the generator's gradient under log(1 − D(G(z))) vanishes, that under −log D(G(z)) "
        "does not",
        document="001",
        passage="10, tips",
        kind="bound",
        quantity="norm of the generator's gradient, relative to that with a discriminator at chance",
        contrast="the saturating and the non-saturating loss with the same discriminator, trained against a frozen generator",
        direction="lower",
        margin=Margin(
            value=0.01,
            unit="times",
            reason="a hundredth of the gradient at the start moves nothing in a budget of updates",
        ),
        scale="ratio",
        family="primary",
        settings=tuple(
            Setting(
                label=f"{dataset}, {loss}",
                dataset=dataset,
                groups={
                    "perfect D": Evidence(
                        measure="generator-gradients",
                        metric=f"gradient-{loss}-relative",
                        model="gan",
                        settings={"loss": "saturating", "head_start": 1.0},
                        samples=True,
                        training={"snapshots": SNAPSHOTS},
                    )
                },
                direction=direction,
                margin=margin,
                decisive=dataset == "ring",
                floor=ROUNDING,
            )
            for dataset in ("ring", "unequal-pair", "pair-1d")
            for loss, direction, margin in GRADIENT_BOUNDS
        ),
        controls=(
            Setting(
                label="ring, 200 steps of the generator against a trained, frozen discriminator",
                dataset="ring",
                decisive=False,
                groups={
                    "untrained": samples(GAN, "jsd-hist", budget=0.0005),
                    **{
                        f"{name}, {optimiser}": samples(
                            arm, "jsd-hist", settings={**AGAINST_FROZEN, **with_optimiser}, budget=0.1
                        )
                        for optimiser, with_optimiser in (("gradient descent", PLAIN_DESCENT), ("Adam", {}))
                        for name, arm in (("saturating", SATURATING), ("non-saturating", GAN))
                    },
                },
                quantity="JSD of samples",
            ),
        ),
    ),
    Claim(
        id="equilibrium-half",
        statement="At the end of training the discriminator gives 1/2 on average: it cannot tell samples from data",
        document="001",
        passage="3 and 9.2, tips",
        kind="bound",
        quantity="mean of |D − 1/2| of the game's discriminator; AUC of a fresh one",
        contrast="the game's own discriminator, and a fresh classifier trained on the final samples",
        direction="lower",
        margin=Margin(value=0.1, unit="probability", reason="D between 0.4 and 0.6 on average"),
        scale="ratio",
        family="secondary",
        settings=tuple(
            setting
            for dataset in ("ring", "unequal-pair", "grid")
            for setting in (
                Setting(
                    label=f"{dataset}, the game's D",
                    dataset=dataset,
                    groups={"GAN": samples(GAN, "indecision-error", measure="game-discriminator")},
                    decisive=dataset == "ring",
                    quantity="mean of |D − 1/2| of the game's discriminator",
                ),
                Setting(
                    label=f"{dataset}, a fresh classifier",
                    dataset=dataset,
                    groups={"GAN": samples(GAN, "c2st-auc", measure="mixture-two-sample")},
                    margin=Margin(
                        value=0.55,
                        unit="AUC",
                        reason="above 0.55 samples are told from data better than by chance",
                        limit=0.5,
                    ),
                    quantity="AUC of a fresh classifier on data and samples",
                    decisive=dataset == "ring",
                ),
            )
        ),
    ),
    Claim(
        id="mle-is-kl",
        statement="The model of highest likelihood is the one of smallest KL(data‖model)",
        document="001",
        passage="9, note",
        kind="exact",
        quantity="|E log q + H(p) + KL(p‖q)| and the distance between argmax and argmin, over a family of Gaussians",
        contrast="likelihood in closed form against KL by quadrature",
        direction="lower",
        margin=Margin(value=1e-6, unit="nat", reason="the accuracy of the quadrature"),
        settings=tuple(
            Setting(
                label=f"{dataset}, {words}",
                dataset=dataset,
                groups={
                    "family of Gaussians": Evidence(measure="likelihood-identity", metric=metric, options={"n": 10_000})
                },
                quantity=quantity,
                margin=margin,
                decisive=dataset == "pair-1d",
            )
            for dataset in ("pair-1d", "comb-1d")
            for metric, words, quantity, margin in (
                ("likelihood-gap", "identity", "|E log q + H(p) + KL(p‖q)|", None),
                (
                    "likelihood-argmax-distance",
                    "same model",
                    "distance between the models of argmax and argmin",
                    Margin(value=0.0, unit="steps", reason="a place on a lattice of models: the same"),
                ),
            )
        ),
    ),
    Claim(
        id="erratum-value",
        statement="1 − log D(G(z)), as printed for log(1 − D(G(z))), has no optimum p / (p + q): it is a misprint",
        document="001",
        passage="9.2, the formula after 'we only need to optimise'",
        kind="exact",
        quantity="share of points at which the printed objective has an optimal D inside (0, 1)",
        contrast="the printed and the stated objective, pointwise between known densities",
        direction="lower",
        margin=Margin(value=1e-9, unit="share", reason="a count of points: none"),
        settings=tuple(
            Setting(
                label=f"{dataset}, {pair}",
                dataset=dataset,
                groups={
                    "printed": Evidence(
                        measure="printed-value", metric="printed-interior-share", options={"pair": pair}
                    )
                },
                decisive=(dataset, pair) in DECISIVE_PAIRS,
            )
            for dataset in ("pair-1d", "ring")
            for pair in PAIRS[1:]
        ),
        controls=(
            Setting(
                label="ring, trained on it",
                dataset="ring",
                quantity="JSD of samples",
                groups={
                    "misprinted": samples(("gan", {"loss": "misprinted"}), "jsd-hist"),
                    "non-saturating": samples(GAN, "jsd-hist"),
                },
            ),
        ),
    ),
)

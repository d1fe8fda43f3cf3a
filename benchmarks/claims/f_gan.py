"""Claims on f-divergences and on GANs made from them."""

from __future__ import annotations

from benchmarks.claims.arms import F_GANS, GAN, LEAST_SQUARES, SATURATING, TITLES, VAE, known_mixture, samples
from benchmarks.claims.spec import Claim, Evidence, Margin, Setting

_ROUNDING = Margin(value=1e-6, unit="nat", reason="the accuracy of the quadrature")

CLAIMS = (
    Claim(
        id="any-f-is-a-divergence",
        statement="For a convex f with f(1) = 0, D_f measures how different two distributions are",
        document="000",
        passage="'fGAN', lines 113–118",
        kind="exact",
        quantity="how far D_f falls below 0, |D_f(p, p)|, and how far a variational bound exceeds D_f",
        contrast="every row of the table of f-divergences, over many pairs",
        direction="lower",
        margin=_ROUNDING,
        settings=tuple(
            Setting(
                label=words,
                dataset="pair-1d",
                groups={"all divergences": Evidence(measure="divergence-axioms", metric=metric)},
                quantity=quantity,
                decisive=decisive,
            )
            for metric, words, quantity, decisive in (
                ("divergence-shortfall", "never below 0", "by how much D_f falls below 0", True),
                ("self-divergence", "0 for equal distributions", "|D_f(p, p)|", True),
                ("bound-excess", "no critic's bound is above it", "by how much a critic's bound exceeds D_f", True),
                ("tight-bound-gap", "the best critic's bound is equal", "D_f less the best critic's bound", False),
            )
        ),
        controls=tuple(
            Setting(
                label=words,
                dataset="pair-1d",
                groups={"counterexample": Evidence(measure="divergence-axioms", metric=metric)},
                quantity="D_f",
            )
            for metric, words in (
                ("linear-counterexample", "0 for unequal ones: f = 3(u − 1)"),
                ("flat-counterexample", "0 for unequal ones: f flat around 1"),
            )
        ),
    ),
    Claim(
        id="any-f-trains-a-gan",
        statement="Any f-divergence can be put into the framework of GANs",
        document="000",
        passage="'fGAN', line 113",
        kind="superiority",
        quantity="JSD of samples",
        contrast="an untrained generator against the f-GAN of every divergence: the untrained one must be worse than each",
        direction="higher",
        margin=Margin(
            value=0.1,
            unit="nat",
            reason="a seventh of the largest JSD, log 2: a generator that has learnt where the data lie",
        ),
        family="secondary",
        settings=tuple(
            Setting(
                label=f"{dataset}, {objective} objective",
                dataset=dataset,
                groups={
                    "untrained": samples(GAN, "jsd-hist", budget=0.0005),
                    **{
                        TITLES[name]: samples(arm, "jsd-hist", settings={"generator_objective": objective})
                        for name, arm in F_GANS.items()
                    },
                },
                decisive=objective == "exact" and dataset != "grid",
            )
            for dataset in ("ring", "unequal-pair", "grid")
            for objective in ("exact", "heuristic")
        ),
        controls=tuple(
            Setting(
                label=f"bound on shifted-1 of pair-1d: {name}",
                dataset="pair-1d",
                quantity="|bound − divergence|",
                decisive=False,
                groups={
                    "bound − divergence": Evidence(
                        measure="variational-bound",
                        metric="bound-gap",
                        model="discriminator",
                        settings={
                            "divergence": name,
                            "negatives": "mixture",
                            "mixture": known_mixture("pair-1d", "shifted-1"),
                        },
                    )
                },
            )
            for name in F_GANS
        ),
    ),
    Claim(
        id="gans-differ-little",
        statement="The various GANs do not differ much in their results",
        document="003",
        passage="'VAE & GAN', last line",
        kind="equivalence",
        quantity="JSD of samples",
        contrast="all pairs of f-GANs, least squares, saturating and non-saturating GAN; Jensen–Shannon counts once",
        direction="lower",
        margin=Margin(
            value=0.02,
            unit="nat",
            reason="a quarter of the gap between VAE and GAN on the ring, 0.13 to 0.21 nat with tuning seeds 0 to 3",
        ),
        family="primary",
        settings=(
            *(
                Setting(
                    label=dataset,
                    dataset=dataset,
                    groups={
                        "saturating": samples(SATURATING, "jsd-hist"),
                        "non-saturating": samples(GAN, "jsd-hist"),
                        "least squares": samples(LEAST_SQUARES, "jsd-hist"),
                        **{TITLES[name]: samples(arm, "jsd-hist") for name, arm in F_GANS.items()},
                    },
                    decisive=dataset == "ring",
                )
                for dataset in ("ring", "unequal-pair", "grid")
            ),
            Setting(
                label="digits",
                dataset="digits",
                groups={
                    "saturating": samples(SATURATING, "kid", on="image"),
                    "non-saturating": samples(GAN, "kid", on="image"),
                    "least squares": samples(LEAST_SQUARES, "kid", on="image"),
                    **{TITLES[name]: samples(arm, "kid", on="image") for name, arm in F_GANS.items()},
                },
                quantity="KID of samples",
                margin=Margin(
                    value=0.014,
                    unit="KID",
                    reason="a quarter of the gap between VAE and GAN on digits, 0.084 to 0.028 with tuning seeds 0 to 3",
                ),
            ),
        ),
        controls=(
            Setting(
                label="ring, VAE beside",
                dataset="ring",
                groups={
                    "VAE": samples(VAE, "jsd-hist", observation="draw"),
                    "non-saturating": samples(GAN, "jsd-hist"),
                },
            ),
        ),
    ),
)

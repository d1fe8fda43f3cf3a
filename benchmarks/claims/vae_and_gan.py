"""Claims that compare autoencoders, VAEs and GANs as generators."""

from __future__ import annotations

from typing import Any

from benchmarks.claims.arms import (
    AE,
    AVERAGED,
    CONVOLUTIONAL,
    EQUAL_FLOPS,
    F_GANS,
    GAN,
    JSD_FLOOR,
    LEAST_SQUARES,
    MNIST,
    REGRESSION,
    SATURATING,
    STABILISED,
    TITLES,
    VAE,
    VAE_BERNOULLI,
    VAE_FIXED,
    Arm,
    samples,
)
from benchmarks.claims.spec import Claim, Evidence, Margin, Setting
from benchmarks.specs import RECALIBRATED

TENTH = Margin(
    value=1.1,
    unit="times",
    reason="a tenth is the smallest difference of FID or JSD that papers on generative models treat as one",
)

ON_IMAGES = {"AE": AE, "VAE": VAE, "GAN": GAN}
"""Models whose images are compared, with the arm that stands for each."""
BESIDE: dict[str, dict[str, dict[str, Any]]] = {
    "half the updates": {name: {"budget": 0.5} for name in ON_IMAGES},
    "twice the updates": {name: {"budget": 2.0} for name in ON_IMAGES},
    "equal FLOPs": {name: {"budget": EQUAL_FLOPS} for name in ("AE", "VAE")},
    "convolutional": {name: {"network": CONVOLUTIONAL} for name in ON_IMAGES},
    "VAE with fixed scale": {"VAE": {"arm": VAE_FIXED}},
    "VAE with Bernoulli likelihood": {"VAE": {"arm": VAE_BERNOULLI}},
    "batch normalisation recalibrated": {name: {"sampler": RECALIBRATED} for name in ("AE", "VAE")},
    "GAN with R1": {"GAN": {"settings": STABILISED}},
    "GAN with R1 and averaged weights": {"GAN": {"settings": AVERAGED, "weights": "ema"}},
}
"""What is changed in which model where images are tried beside the decisive settings: arguments of ``samples``."""


def fid(*models: str, **changes: dict[str, Any]) -> dict[str, Evidence]:
    """FID of these models' samples from N(0, I), each with what is changed of it."""
    return {
        name: samples(**{"arm": ON_IMAGES[name], "metric": "fid", "on": "image", **changes.get(name, {})})
        for name in models
    }


def beside_digits(*models: str) -> tuple[Setting, ...]:
    """The models' FID with other budgets, networks, likelihoods, and a stabilised GAN; convolutions on MNIST would take hours."""
    return tuple(
        Setting(
            label=f"digits, {words}",
            dataset="digits",
            elsewhere={} if words == "convolutional" else MNIST,
            quantity="FID of samples",
            groups=fid(*models, **changes),
            decisive=False,
        )
        for words, changes in BESIDE.items()
    )


STEP_SIZES = (5e-4, 1e-3, 2e-3)
"""Step sizes that both models are trained with where their steadiness is compared."""


def at_step_size(arm: Arm, rate: float, on_images: bool) -> Evidence:
    """FID or JSD of an arm whose every player has this step size."""
    names = {"gan": ("generator_learning_rate", "discriminator_learning_rate")}.get(arm[0], ("learning_rate",))
    settings = dict.fromkeys(names, rate)
    if on_images:
        return samples(arm, "fid", on="image", settings=settings)
    return samples(arm, "jsd-hist", settings=settings, observation="draw" if arm[0] == "vae" else "mean")


def off_support(arm: Arm, layers: int, sampler: str = "prior", rate: float | None = None) -> Evidence:
    """Share of an arm's samples off the data's support, with so many hidden layers; a VAE without its observation noise.

    ``rate`` is the step size of an arm with one player; None for the tuned one.
    """
    settings = {} if rate is None else {"learning_rate": rate}
    return samples(arm, "off-support-share", sampler=sampler, network={"hidden": (64,) * layers}, settings=settings)


def broken(arm: Arm, layers: int, sampler: str = "prior") -> Evidence:
    """Share of an arm's made images whose stroke is broken, with so many hidden layers, at one step size for both depths."""
    settings = {} if arm is GAN else {"learning_rate": STEP_SIZES[1]}
    return samples(
        arm,
        "broken-strokes",
        measure="stroke-samples",
        sampler=sampler,
        network={"hidden": (64,) * layers},
        settings=settings,
    )


def step_size_in_words(rate: float | None) -> str:
    """A step size for a label."""
    return "tuned step size" if rate is None else f"step size {rate:g}"


DEPTHS: tuple[tuple[float | None, tuple[int, ...]], ...] = (
    (STEP_SIZES[1], (4, 3, 2)),
    (STEP_SIZES[0], (4,)),
    (STEP_SIZES[2], (4,)),
    (None, (4,)),
)
"""Step size, the same for both depths, and the depths that are held against one hidden layer. The tuned step size (None) is tuned
for two layers: at that of the ring's VAE, 0.032, one with four loses a latent dimension."""


ON_MIXTURES = {
    "VAE": samples(VAE, "jsd-hist", observation="draw"),
    "GAN": samples(GAN, "jsd-hist"),
}
"""From worse to better, as an ordering wants it."""
GAN_WITH_R1: Arm = ("gan", {**GAN[1], **STABILISED})
GAN_AND_VAE = {"GAN": ON_MIXTURES["GAN"], "VAE": ON_MIXTURES["VAE"]}
"""The one that is claimed better first."""

BY_MODEL: dict[str, Arm] = {
    "AE": AE,
    "VAE": VAE,
    "GAN": GAN,
    "GAN (saturating)": SATURATING,
    "GAN (least squares)": LEAST_SQUARES,
    **{f"f-GAN ({TITLES[name]})": arm for name, arm in F_GANS.items()},
}
"""Models that a fresh classifier and the JSD rank."""


def beside_discriminator(weight: float) -> Arm:
    """A GAN whose generator is also trained by regression of images from noise."""
    return "gan", {**GAN[1], "regression_weight": weight}


TRAINED_DIRECTLY: tuple[tuple[str, str, Arm, str], ...] = (
    ("absolute error", "regression", ("regression", {"error": "absolute"}), "prior"),
    *(
        (f"a discriminator and {weight:g} times the squared error", "both", beside_discriminator(weight), "prior")
        for weight in (0.1, 1.0)
    ),
    *(
        (f"{name}, {words}", name, arm, sampler)
        for name, arm in (
            ("AE", AE),
            ("AE with absolute error", ("ae", {"error": "absolute"})),
            ("VAE", VAE),
            ("VAE with fixed scale", VAE_FIXED),
            ("VAE with Bernoulli likelihood", VAE_BERNOULLI),
        )
        for sampler, words in (("prior", "N(0, I)"), ("gmm", "GMM on codes"))
    ),
)
"""What else one and the same decoder is trained by, beside a discriminator: in words, name, arm, sampler."""

CLAIMS = (
    Claim(
        id="quality-order",
        statement="As generators, autoencoders come last, VAEs next, GANs first",
        document="000, 003",
        passage="000, line 94 (novelty); 003, VAE & GAN; the order of quality is ours",
        kind="ordering",
        quantity="JSD of samples",
        contrast="AE against VAE, VAE against GAN, on the same decoder",
        direction="lower",
        scale="ratio",
        margin=TENTH,
        family="primary",
        settings=(
            Setting(
                label="ring, N(0, I)",
                dataset="ring",
                floor=JSD_FLOOR,
                groups={"AE": samples(AE, "jsd-hist"), **ON_MIXTURES},
            ),
            Setting(
                label="digits, N(0, I)",
                dataset="digits",
                elsewhere=MNIST,
                quantity="FID of samples",
                groups=fid("AE", "VAE", "GAN"),
            ),
            Setting(
                label="digits, GMM on codes",
                dataset="digits",
                elsewhere=MNIST,
                quantity="FID of samples",
                groups={
                    "AE": samples(AE, "fid", on="image", sampler="gmm"),
                    "VAE": samples(VAE, "fid", on="image", sampler="gmm"),
                    "GAN": samples(GAN, "fid", on="image"),
                },
            ),
            Setting(
                label="ring, GMM on codes",
                dataset="ring",
                floor=JSD_FLOOR,
                groups={
                    "AE": samples(AE, "jsd-hist", sampler="gmm"),
                    "VAE": samples(VAE, "jsd-hist", sampler="gmm", observation="draw"),
                    "GAN": samples(GAN, "jsd-hist"),
                },
                decisive=False,
            ),
            Setting(
                label="grid, N(0, I)",
                dataset="grid",
                floor=JSD_FLOOR,
                groups={"AE": samples(AE, "jsd-hist"), **ON_MIXTURES},
                decisive=False,
            ),
            Setting(
                label="ring, equal FLOPs",
                dataset="ring",
                floor=JSD_FLOOR,
                groups={
                    "AE": samples(AE, "jsd-hist", budget=EQUAL_FLOPS),
                    "VAE": samples(VAE, "jsd-hist", observation="draw", budget=EQUAL_FLOPS),
                    "GAN": samples(GAN, "jsd-hist"),
                },
                decisive=False,
            ),
            *beside_digits("AE", "VAE", "GAN"),
        ),
    ),
    Claim(
        id="gan-is-better-at-the-end",
        statement="The final result of a VAE is not as good as that of a GAN",
        document="003",
        passage="'Generator与Discriminator', VAE & GAN",
        kind="superiority",
        quantity="JSD of samples of the last iterate",
        contrast="GAN (non-saturating) against VAE (learned scale), both at their tuned settings",
        direction="lower",
        scale="ratio",
        margin=TENTH,
        family="primary",
        settings=(
            Setting(label="ring", dataset="ring", groups=GAN_AND_VAE, floor=JSD_FLOOR),
            Setting(
                label="digits",
                dataset="digits",
                elsewhere=MNIST,
                quantity="FID of samples of the last iterate",
                groups=fid("GAN", "VAE"),
            ),
            Setting(label="grid", dataset="grid", groups=GAN_AND_VAE, floor=JSD_FLOOR),
            Setting(
                label="ring, fixed scale",
                dataset="ring",
                floor=JSD_FLOOR,
                groups={"GAN": ON_MIXTURES["GAN"], "VAE": samples(VAE_FIXED, "jsd-hist", observation="draw")},
                decisive=False,
            ),
            *(
                Setting(
                    label=f"ring, {words}",
                    dataset="ring",
                    floor=JSD_FLOOR,
                    groups={
                        "GAN": samples(GAN, "jsd-hist", budget=of_gan),
                        "VAE": samples(VAE, "jsd-hist", observation="draw", budget=of_vae),
                    },
                    decisive=False,
                )
                for words, of_gan, of_vae in (
                    ("half the updates", 0.5, 0.5),
                    ("twice the updates", 2.0, 2.0),
                    ("equal FLOPs", 1.0, EQUAL_FLOPS),
                )
            ),
            *beside_digits("GAN", "VAE"),
        ),
    ),
    Claim(
        id="vae-is-stabler",
        statement="The VAE is steadier than the GAN",
        document="003",
        passage="'Generator与Discriminator', VAE & GAN",
        kind="variance",
        quantity="spread over seeds of log JSD (mean distance from the median)",
        contrast="VAE against GAN at one and the same step size; failed runs counted apart",
        direction="lower",
        scale="ratio",
        margin=Margin(
            value=2.0, unit="times", reason="half the spread: a quarter of the seeds would do for the same certainty"
        ),
        family="primary",
        settings=tuple(
            Setting(
                label=f"{dataset}, step size {rate:g}, {words}",
                dataset=dataset,
                elsewhere=MNIST if dataset == "digits" and gan is GAN else {},
                groups={
                    "VAE": at_step_size(vae, rate, dataset == "digits"),
                    "GAN": at_step_size(gan, rate, dataset == "digits"),
                },
                quantity="spread over seeds of log FID (mean distance from the median)"
                if dataset == "digits"
                else None,
                floor=None if dataset == "digits" else JSD_FLOOR,
                decisive=rate == STEP_SIZES[1] and words == "learned scale" and dataset != "unequal-pair",
            )
            for dataset in ("ring", "grid", "digits", "unequal-pair")
            for rate in STEP_SIZES
            for vae, gan, words in (
                (VAE, GAN, "learned scale"),
                (VAE_FIXED, GAN, "fixed scale"),
                (VAE, GAN_WITH_R1, "learned scale, GAN with R1"),
            )
        ),
    ),
    Claim(
        id="components-need-depth",
        statement="A generator trained alone does not relate neighbouring components; more hidden layers may help",
        document="003",
        passage="'单纯的learn Generator困难的地方'",
        kind="superiority",
        quantity="share of samples off the data's support",
        contrast="four hidden layers against one at one step size, in networks trained without a discriminator",
        direction="lower",
        margin=Margin(value=0.05, unit="share", reason="five points: one sample in twenty moved onto the data"),
        quantifier="some",
        family="primary",
        settings=(
            *(
                Setting(
                    label=f"{dataset}, {name}, {layers} layers against 1, {step_size_in_words(rate)}",
                    dataset=dataset,
                    groups={
                        f"{layers} layers": off_support(arm, layers, sampler, rate),
                        "1 layer": off_support(arm, 1, sampler, rate),
                    },
                    decisive=layers == 4 and rate == STEP_SIZES[1] and (dataset, name) != ("grid", "AE"),
                )
                for dataset in ("spiral", "grid")
                for name, arm, sampler in (("VAE", VAE, "prior"), ("AE", AE, "gmm"))
                for rate, depths in DEPTHS
                for layers in depths
            ),
            *(
                Setting(
                    label=f"strokes, {name}, {layers} layers against 1",
                    dataset="strokes",
                    quantity="share of samples with a broken stroke",
                    groups={f"{layers} layers": broken(arm, layers, sampler), "1 layer": broken(arm, 1, sampler)},
                    decisive=False,
                )
                for name, arm, sampler in (("VAE", VAE, "prior"), ("AE", AE, "gmm"), ("GAN", GAN, "prior"))
                for layers in (4, 3, 2)
            ),
        ),
        controls=(
            Setting(
                label="strokes, made images of one stroke",
                dataset="strokes",
                quantity="share of samples with a broken stroke",
                groups={"VAE, 4 layers": broken(VAE, 4), "VAE, 1 layer": broken(VAE, 1)},
            ),
            Setting(
                label="spiral, GAN beside",
                dataset="spiral",
                decisive=False,
                groups={"4 layers": off_support(GAN, 4), "1 layer": off_support(GAN, 1)},
            ),
        ),
    ),
    Claim(
        id="two-sample-classifier",
        statement="Real and generated samples can be mixed for the network to tell apart",
        document="002",
        passage="'评估 GANs 模型' (Evaluation)",
        kind="descriptive",
        quantity="accuracy on fresh data and samples",
        contrast="a fresh classifier and the game's own discriminator",
        direction="higher",
        settings=(
            Setting(
                label="ring",
                dataset="ring",
                groups={
                    "fresh classifier": samples(GAN, "c2st", measure="mixture-two-sample"),
                    "game's D": samples(GAN, "game-accuracy", measure="game-discriminator"),
                },
            ),
            *(
                Setting(
                    label=f"ring, {words} by model",
                    dataset="ring",
                    groups={
                        name: samples(arm, metric, measure=measure, observation="draw" if arm[0] == "vae" else "mean")
                        for name, arm in BY_MODEL.items()
                    },
                    quantity=quantity,
                    decisive=False,
                )
                for words, measure, metric, quantity in (
                    ("fresh classifier", "mixture-two-sample", "c2st", "accuracy of a fresh classifier"),
                    ("JSD", "mixture-samples", "jsd-hist", "JSD of samples"),
                )
            ),
            Setting(
                label="digits",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    "fresh classifier": samples(GAN, "c2st[pixels]", measure="image-two-sample"),
                    "game's D": samples(GAN, "game-accuracy", measure="game-discriminator"),
                },
            ),
            *(
                Setting(
                    label=f"digits, {words} by model",
                    dataset="digits",
                    groups={name: samples(arm, metric, measure=measure) for name, arm in BY_MODEL.items()},
                    quantity=quantity,
                    decisive=False,
                )
                for words, measure, metric, quantity in (
                    ("fresh classifier", "image-two-sample", "c2st[pixels]", "accuracy of a fresh classifier"),
                    ("KID", "image-samples", "kid", "KID of samples"),
                )
            ),
        ),
    ),
    Claim(
        id="pixel-loss-blurs",
        statement="A generator that is trained directly averages the training samples and gives blurred images",
        document="001",
        passage="11.1, tips",
        kind="superiority",
        quantity="high-frequency power relative to the data's",
        contrast="one network: trained by a discriminator, or by regression of images from noise",
        direction="higher",
        margin=Margin(
            value=0.2, unit="of the data's power", reason="a fifth of the data's detail is a difference that eyes see"
        ),
        family="primary",
        settings=(
            Setting(
                label="digits, squared error",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    "GAN": samples(GAN, "sharpness", on="image"),
                    "regression": samples(REGRESSION, "sharpness", on="image"),
                },
            ),
            *(
                Setting(
                    label=f"digits, {words}",
                    dataset="digits",
                    elsewhere=MNIST,
                    groups={
                        "GAN": samples(GAN, "sharpness", on="image"),
                        name: samples(arm, "sharpness", on="image", sampler=sampler),
                    },
                    decisive=False,
                )
                for words, name, arm, sampler in TRAINED_DIRECTLY
            ),
            Setting(
                label="digits, squared error, convolutional",
                dataset="digits",
                groups={
                    "GAN": samples(GAN, "sharpness", on="image", network=CONVOLUTIONAL),
                    "regression": samples(REGRESSION, "sharpness", on="image", network=CONVOLUTIONAL),
                },
                decisive=False,
            ),
            Setting(
                label="digits, squared error, twice the updates",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    "GAN": samples(GAN, "sharpness", on="image", budget=2.0),
                    "regression": samples(REGRESSION, "sharpness", on="image", budget=2.0),
                },
                decisive=False,
            ),
        ),
        controls=(
            Setting(
                label="digits, quality beside sharpness",
                dataset="digits",
                elsewhere=MNIST,
                quantity="FID of samples",
                groups={"GAN": samples(GAN, "fid", on="image"), "regression": samples(REGRESSION, "fid", on="image")},
            ),
            Setting(
                label="ring: all samples at the mean, off the data",
                dataset="ring",
                quantity="share of samples off the data's support",
                groups={
                    "regression": samples(REGRESSION, "off-support-share"),
                    "GAN": samples(GAN, "off-support-share"),
                },
            ),
        ),
    ),
)

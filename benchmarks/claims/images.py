"""Claims on what images show: who copies and who invents, what elements of a code stand for, who judges images well."""

from __future__ import annotations

from typing import Any

from benchmarks.claims.arms import AE, CONVOLUTIONAL, GAN, MNIST, VAE, Arm, of_arm, samples
from benchmarks.claims.spec import Claim, Evidence, Margin, Setting
from benchmarks.datasets.corruptions import ALL_FAMILIES, FAMILIES

SUPPORT = "off-data-share"


def placed(metric: str, arm: Arm, source: str, **how: Any) -> Evidence:
    """Where what an arm gives of training images, or its samples, lie beside the training set."""
    measure = "image-support" if metric == SUPPORT else "image-novelty"
    sampling = {"weights": "last", "observation": "mean", **how} if source == "samples" else {}
    return of_arm(arm, measure, metric, samples=True, options={"source": source, **sampling})


def known(metric: str, source: str) -> Evidence:
    """The same for images whose place is known."""
    measure = "image-support-known" if metric == SUPPORT else "image-novelty-known"
    return Evidence(measure=measure, metric=metric, options={"source": source}, samples=True)


def same_near_new(metric: str) -> dict[str, Evidence]:
    """What the documents set side by side: an image again, one near it, one of the whole set."""
    return {
        "AE, reconstructions": placed(metric, AE, "reconstructions"),
        "VAE, posterior draws": placed(metric, VAE, "posterior"),
        "GAN, samples": placed(metric, GAN, "samples", sampler="prior"),
    }


def controlled(arm: Arm, metric: str, sampler: str = "prior", **network: Any) -> Evidence:
    """Whether an element, or a direction, of an arm's latent vectors stands for an attribute."""
    return of_arm(arm, "attribute-control", metric, options={"sampler": sampler}, network=network)


def judged(judge: str, family: str, arm: Arm | None = None, **network: Any) -> Evidence:
    """How often a judge ranks a real image before a corrupted one that is nearer in pixels."""
    options = {"family": family}
    if arm is None:
        return Evidence(measure=f"pairs-by-{judge}", metric="real-first", options=options, samples=True)
    return of_arm(arm, f"pairs-by-{judge}", "real-first", options=options, samples=True, network=network)


def seen(corruption: str, degree: float, judge: str = "score", **network: Any) -> Evidence:
    """How well corrupted images are told from real ones by a GAN's discriminator, or by single pixels."""
    options = {"corruption": corruption, "degree": degree}
    if judge == "pixels":
        return Evidence(measure="relations-by-pixels", metric="corrupted-auc", options=options)
    return of_arm(GAN, "relations-by-score", "corrupted-auc", options=options, network=network)


SAMPLERS = ((AE, "AE", "gmm"), (VAE, "VAE", "prior"), (GAN, "GAN", "prior"))
"""Models with the sampler that gives each its best images."""
WRONG_WHOLES = (("patch swap", 1.0), ("broken stroke", 1.5), ("stray pixels", 1.0))
"""Slight corruptions that leave most parts right: a pair of patches swapped, a stroke erased over three eighths of the height, a
pixel."""

CLAIMS = (
    Claim(
        id="novelty-order",
        statement="An autoencoder gives the same image again, a VAE one near it, a GAN one that draws on the whole data set",
        document="000",
        passage="'变分自编码器VAE', line 94",
        kind="ordering",
        quantity="mean distance to the nearest training image, over that of held-out images,",
        contrast="reconstructions of training images, draws from their posteriors, samples, as the document sets them side by "
        "side; and all by their samples; of each those on the data's support",
        direction="higher",
        scale="ratio",
        margin=Margin(
            value=1.1,
            unit="times",
            reason="about an AUC of 0.6 between images whose distances spread as held-out ones' do, by three tenths of their mean",
        ),
        family="primary",
        settings=(
            Setting(
                label="digits, distance to the nearest training image",
                dataset="digits",
                elsewhere=MNIST,
                groups=same_near_new("relative-distance"),
            ),
            Setting(
                label="digits, one image or many",
                dataset="digits",
                elsewhere=MNIST,
                quantity="probability that nearest and second distance are more alike than a held-out image's",
                scale="difference",
                margin=Margin(
                    value=0.1, unit="of the AUC", reason="an AUC of 0.6 is the least that is called a difference"
                ),
                groups=same_near_new("many-neighbours"),
            ),
            Setting(
                label="digits, all by their samples",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    name: placed("relative-distance", arm, "samples", sampler=sampler)
                    for arm, name, sampler in SAMPLERS
                },
            ),
        ),
        controls=(
            Setting(
                label="digits, known copies and known new images",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    "training images": known("relative-distance", "training"),
                    "held-out images": known("relative-distance", "held-out"),
                    "held-out, blurred": known("relative-distance", "blur"),
                },
            ),
            Setting(
                label="digits, off the data's support and left out",
                dataset="digits",
                elsewhere=MNIST,
                quantity="share off the data's support",
                groups={
                    **same_near_new(SUPPORT),
                    "held-out images": known(SUPPORT, "held-out"),
                    "held-out, blurred": known(SUPPORT, "blur"),
                    "held-out, noisy": known(SUPPORT, "noise"),
                },
            ),
        ),
    ),
    Claim(
        id="code-controls-attribute",
        statement="An element of the input vector can stand for a property of what is generated, as the length of hair",
        document="000",
        passage="lines 3–7",
        kind="bound",
        quantity="rank correlation of one latent element with one attribute (ink, slant, width or height) of the decoded image",
        contrast="none; element and attribute are chosen on half of the draws and tested on the other",
        direction="higher",
        margin=Margin(
            value=0.5,
            refuted_beyond=0.3,
            unit="ρ",
            reason="Cohen (1988) calls a correlation of 0.5 large and one of 0.3 medium",
            limit=1.0,
        ),
        quantifier="some",
        family="secondary",
        settings=(
            *(
                Setting(
                    label=f"digits, {name}",
                    dataset="digits",
                    elsewhere=MNIST,
                    groups={name: controlled(arm, "element-control", sampler)},
                )
                for arm, name, sampler in SAMPLERS
            ),
            *(
                Setting(
                    label=f"digits, {name}, convolutional",
                    dataset="digits",
                    groups={name: controlled(arm, "element-control", sampler, **CONVOLUTIONAL)},
                    decisive=False,
                )
                for arm, name, sampler in SAMPLERS
            ),
        ),
        controls=(
            Setting(
                label="digits, the best direction in place of an element",
                dataset="digits",
                elsewhere=MNIST,
                quantity="rank correlation of the best linear direction with an attribute",
                groups={name: controlled(arm, "linear-control", sampler) for arm, name, sampler in SAMPLERS},
            ),
        ),
    ),
    Claim(
        id="pixel-error-misleads",
        statement="An error of single pixels can rank a worse image before a better one, where a discriminator does not",
        document="000, 003",
        passage="000, '变分自编码器VAE', lines 92–93; 003, 'VAE' (six pixels' error may be better)",
        kind="bound",
        quantity="share of pairs with the real image first",
        contrast="a GAN's discriminator; a corrupted copy of an image against a real one of its class, matched so that by pixel "
        "L2 the corrupted one is always nearer",
        direction="higher",
        margin=Margin(
            value=0.6,
            unit="share",
            reason="a tenth above chance; pixel L2 has 0 by the way the pairs are made, which mere chance would beat",
        ),
        family="primary",
        settings=(
            *(
                Setting(
                    label=f"digits, {family}",
                    dataset="digits",
                    elsewhere=MNIST,
                    groups={"discriminator": judged("score", family, GAN)},
                    decisive=family != "blur",
                )
                for family in FAMILIES
            ),
            *(
                Setting(
                    label=f"digits, {family}, judged by {name}",
                    dataset="digits",
                    elsewhere=MNIST,
                    groups={name: judged(judge, family, arm)},
                    decisive=False,
                )
                for family in (ALL_FAMILIES, *FAMILIES)
                for name, judge, arm in (
                    ("SSIM", "structure", None),
                    ("features", "features", None),
                    ("the autoencoder's error", "residual", AE),
                )
            ),
            Setting(
                label="digits, all, convolutional",
                dataset="digits",
                groups={"discriminator": judged("score", ALL_FAMILIES, GAN, **CONVOLUTIONAL)},
                decisive=False,
            ),
        ),
        controls=(
            Setting(
                label="digits, all families, every judge",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    "pixel L2": judged("pixels", ALL_FAMILIES),
                    "SSIM": judged("structure", ALL_FAMILIES),
                    "features": judged("features", ALL_FAMILIES),
                    "discriminator": judged("score", ALL_FAMILIES, GAN),
                    "autoencoder's error": judged("residual", ALL_FAMILIES, AE),
                },
            ),
        ),
    ),
    Claim(
        id="discriminator-sees-relations",
        statement="Given the whole image, a discriminator easily sees whether its components fit together",
        document="003",
        passage="'Discriminator容易解决component与component之间的关系'",
        kind="superiority",
        quantity="probability that a real image scores above one whose whole is wrong",
        contrast="a GAN's discriminator against a likelihood of independent pixels, which knows every component and no relation",
        direction="higher",
        margin=Margin(value=0.1, unit="of the AUC", reason="ten points above what single pixels tell"),
        family="secondary",
        settings=tuple(
            Setting(
                label=f"digits, {corruption}{words}",
                dataset="digits",
                elsewhere={} if network else MNIST,
                groups={
                    "discriminator": seen(corruption, degree, **network),
                    "single pixels": seen(corruption, degree, "pixels"),
                },
                decisive=not network,
            )
            for network, words in (({}, ""), (CONVOLUTIONAL, ", convolutional"))
            for corruption, degree in WRONG_WHOLES
        ),
        controls=(
            Setting(
                label="digits, a generator that makes its quarters apart",
                dataset="digits",
                elsewhere=MNIST,
                quantity="FID of samples",
                decisive=False,
                groups={
                    "GAN": samples(GAN, "fid", on="image"),
                    "GAN, quarters apart": samples(GAN, "fid", on="image", network={"kind": "patches"}),
                    "VAE": samples(VAE, "fid", on="image"),
                    "VAE, quarters apart": samples(VAE, "fid", on="image", network={"kind": "patches"}),
                },
            ),
        ),
    ),
)

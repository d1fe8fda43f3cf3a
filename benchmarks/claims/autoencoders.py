"""Claims on autoencoders: what their codes hold, what decoders learn from which codes, what they generate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.claims.arms import (
    AE,
    CONVOLUTIONAL,
    DAE,
    GAN,
    LATENT,
    MNIST,
    PCA,
    VAE,
    VAE_BERNOULLI,
    VAE_FIXED,
    Arm,
    of_arm,
    samples,
)
from benchmarks.claims.spec import Claim, Evidence, Margin, Setting
from benchmarks.recipes import RECIPES
from benchmarks.specs import RECALIBRATED

TENTH_LESS = Margin(
    value=1.1, unit="times", reason="a tenth of the error: less is within what a choice of step size or width changes"
)
TEN_POINTS = Margin(value=0.1, unit="share", reason="ten points: one image in ten that is an image or is not")
ON_THE_DATA = Margin(
    value=0.2,
    refuted_beyond=0.5,
    unit="share",
    reason="four draws of five on the data's support are the rule; where half are off it, it is chance what one gets",
)


def reconstruction(arm: Arm, latent: int, budget: float = 1.0, **changed: Any) -> Evidence:
    """Squared error of an arm with codes of so many numbers, on test images."""
    network = {"latent": latent, **changed}
    return of_arm(arm, "reconstruction", "reconstruction-mse", network=network, budget=budget)


def given(codes: str, metric: str, **network: Any) -> Evidence:
    """What a fresh decoder learns from codes that it is given."""
    return of_arm(AE, "given-codes", metric, options={"codes": codes}, network=network)


def own_and_permuted(metric: str, **network: Any) -> dict[str, Evidence]:
    """A decoder on an autoencoder's codes, and on the same codes dealt out to the wrong images."""
    return {
        "an autoencoder's codes": given("own", metric, **network),
        "the codes permuted": given("permuted", metric, **network),
    }


def midpoints(
    arm: Arm, metric: str = "midpoint-off-data", examples: int | None = None, budget: float = 1.0, **network: Any
) -> Evidence:
    """Share of decoded midpoints off the data, of an arm trained on so many images."""
    training = {} if examples is None else {"examples": examples}
    return of_arm(arm, "midpoints", metric, samples=True, network=network, training=training, budget=budget)


def in_noise(arm: Arm, corruption: str | None, degree: float, **how: Any) -> Evidence:
    """Squared error to the clean test images of an arm that is given corrupted ones."""
    options = {"corruption": corruption, "degree": degree}
    return of_arm(arm, "denoising", "reconstruction-mse", options=options, **how)


def retrieval(arm: Arm, corruption: str | None = None, degree: float = 0.0, **how: Any) -> Evidence:
    """Share of wrong classes among the images that are found by an arm's codes."""
    return of_arm(arm, "retrieval", "retrieval-error", options={"corruption": corruption, "degree": degree}, **how)


def placed(arm: Arm, sampler: str, network: Mapping[str, Any] | None = None) -> Evidence:
    """Share of an arm's samples off the data's support."""
    return samples(
        arm,
        "off-data-share",
        measure="image-support",
        sampler=sampler,
        options={"source": "samples"},
        network=network,
    )


def variants(metric: str, arm: Arm = VAE, **network: Any) -> Evidence:
    """How near to its image a posterior's draw is decoded."""
    return of_arm(arm, "posterior-variants", metric, samples=True, network=network)


SALT_AND_PEPPER = ("salt and pepper", 0.25)
MASKING = ("masking", 0.25)
GAUSSIAN = ("noise", 0.3)
"""Corruptions of test images, as strong as the denoising autoencoder's own kinds."""
BY_HEART = 0.1
"""Share of the images' variance: a decoder that misses less has learnt them, if only by heart."""
BESIDE: dict[str, dict[str, Any]] = {
    "convolutional": {"network": CONVOLUTIONAL},
    "twice the updates": {"budget": 2.0},
}
"""What is changed in both models beside the decisive settings."""
MIDPOINTS_BESIDE: tuple[tuple[str, dict[str, Margin | Setting | None], Arm, dict[str, Any]], ...] = (
    ("2 numbers", MNIST, VAE, {"latent": 2}),
    ("VAE with fixed scale", {}, VAE_FIXED, {}),
    ("VAE with Bernoulli likelihood", MNIST, VAE_BERNOULLI, {}),
    ("twice the updates", MNIST, VAE, {"budget": 2.0}),
    ("convolutional", {}, VAE, CONVOLUTIONAL),
)
"""In words, where else, the VAE, and what is changed in both models."""
MASKED: Arm = ("dae", {"corruption": "masking"})

_AFFINE = {"latent": 8, "kind": "affine", "norm": "none"}
_AFFINE_SETTINGS = {"learning_rate": 4e-3}
"""By theory the best affine decoder spans the leading principal components (Eckart and Young 1936), if it is trained to the end; at
the tuned step size it is not yet."""
_WIDE = {"hidden": (256, 512)}
_WIDER = {"hidden": (512, 1024)}

CLAIMS = (
    Claim(
        id="ae-beats-pca",
        statement="An autoencoder reduces dimensions as PCA does, and it seems better",
        document="000",
        passage="'自编码器Autoencoder简介', line 55",
        kind="superiority",
        quantity="mean squared error of reconstructed test images",
        contrast="autoencoder against PCA with as many numbers in a code",
        direction="lower",
        scale="ratio",
        margin=TENTH_LESS,
        quantifier="typical",
        family="primary",
        settings=(
            *(
                Setting(
                    label=f"digits, {latent} numbers",
                    dataset="digits",
                    elsewhere=MNIST,
                    groups={"AE": reconstruction(AE, latent), "PCA": reconstruction(PCA, latent)},
                )
                for latent in (2, 8, 32)
            ),
            *(
                Setting(
                    label=f"digits, {latent} numbers, convolutional",
                    dataset="digits",
                    groups={"AE": reconstruction(AE, latent, **CONVOLUTIONAL), "PCA": reconstruction(PCA, latent)},
                    decisive=False,
                )
                for latent in (2, 8, 32)
            ),
            *(
                Setting(
                    label=f"digits, {latent} numbers, twice the updates",
                    dataset="digits",
                    groups={"AE": reconstruction(AE, latent, budget=2.0), "PCA": reconstruction(PCA, latent)},
                    decisive=False,
                )
                for latent in (2, 8, 32)
            ),
        ),
        controls=(
            Setting(
                label="digits, 8 numbers, an affine decoder: as good as PCA, and no better",
                dataset="digits",
                groups={
                    "AE, affine decoder": of_arm(
                        AE, "reconstruction", "reconstruction-mse", network=_AFFINE, settings=_AFFINE_SETTINGS
                    ),
                    "PCA": reconstruction(PCA, 8),
                },
            ),
        ),
    ),
    Claim(
        id="random-codes-fail",
        statement="A generator cannot be trained on codes drawn at random, since similar images need similar codes; a big network "
        "may learn some by heart",
        document="000, 003",
        passage="000, line 50; 003, 'Can Generator learn by itself'",
        kind="superiority",
        quantity="error on the training images, in shares of their variance,",
        contrast="one decoder, trained on an autoencoder's codes or on the same codes dealt out to the wrong images",
        direction="lower",
        scale="ratio",
        margin=Margin(
            value=2.0,
            unit="times",
            reason="twice the error of the same decoder with the same codes; what is learnt by heart, with less than a tenth of "
            "the variance missed, counts as learnt",
        ),
        family="primary",
        settings=(
            Setting(
                label="digits, the recipe's network",
                dataset="digits",
                floor=BY_HEART,
                elsewhere=MNIST,
                groups=own_and_permuted("unexplained-share"),
            ),
            Setting(
                label="digits, twice as wide",
                dataset="digits",
                floor=BY_HEART,
                groups=own_and_permuted("unexplained-share", **_WIDE),
            ),
            Setting(
                label="digits, four times as wide",
                dataset="digits",
                floor=BY_HEART,
                groups=own_and_permuted("unexplained-share", **_WIDER),
                decisive=False,
            ),
            *(
                Setting(
                    label=f"digits, {words}",
                    dataset="digits",
                    floor=BY_HEART,
                    groups={
                        "an autoencoder's codes": given("own", "unexplained-share"),
                        words: given(codes, "unexplained-share"),
                    },
                    decisive=False,
                )
                for codes, words in (("normal", "codes from N(0, I)"), ("pca", "PCA's codes"))
            ),
        ),
    ),
    Claim(
        id="codes-vary-smoothly",
        statement="Where similar images have similar codes, the image changes regularly as the code changes",
        document="000",
        passage="lines 50–52",
        kind="superiority",
        quantity="length of decoded paths between two codes, over the distance of their ends,",
        contrast="one decoder, trained on an autoencoder's codes or on the same codes dealt out to the wrong images",
        direction="lower",
        scale="ratio",
        margin=Margin(value=1.2, unit="times", reason="a detour longer by a fifth is one that a strip of images shows"),
        family="secondary",
        settings=tuple(
            Setting(
                label=f"digits, {latent} numbers{words}",
                dataset="digits",
                elsewhere=MNIST if metric == "path-length-ratio" else {},
                groups=own_and_permuted(metric, latent=latent),
                quantity=quantity,
                decisive=metric == "path-length-ratio",
            )
            for metric, words, quantity in (
                ("path-length-ratio", "", None),
                ("largest-step-ratio", ", largest step", "largest of eight steps on such a path, over their mean,"),
            )
            for latent in (2, RECIPES["digits"].network.latent)
        ),
        controls=tuple(
            Setting(
                label=f"digits, {latent} numbers, how much of the images either has learnt",
                dataset="digits",
                elsewhere=MNIST,
                groups=own_and_permuted("unexplained-share", latent=latent),
                quantity="error on the training images, in shares of their variance,",
            )
            for latent in (2, RECIPES["digits"].network.latent)
        ),
    ),
    Claim(
        id="ae-decoder-generates",
        statement="The decoder of a trained autoencoder is a generator: fed with a random vector it gives an image",
        document="000, 003",
        passage="000, 'De-noising AutoEncoder', line 71; 003, 'Auto Encoder-Decoder'",
        kind="bound",
        quantity="share of draws off the data's support",
        contrast="none; codes from N(0, I), which does not know the codes' scale, and from a density fitted to those of training "
        "images",
        direction="lower",
        margin=ON_THE_DATA,
        family="secondary",
        settings=tuple(
            Setting(
                label=f"digits, {words}",
                dataset="digits",
                elsewhere={} if network.get("kind") else MNIST,
                groups={"AE": placed(AE, sampler, network)},
                decisive=(sampler == "prior" and not network.get("kind")) or (sampler == "gmm" and not network),
            )
            for network, of in (({}, ""), ({"latent": 2}, ", 2 numbers"), (CONVOLUTIONAL, ", convolutional"))
            for sampler, how in (
                ("prior", "N(0, I)"),
                ("gmm", "GMM on codes"),
                ("gaussian", "Gaussian on codes"),
                (RECALIBRATED, "N(0, I), batch normalisation recalibrated"),
            )
            for words in (f"{how}{of}",)
        ),
        controls=(
            Setting(
                label="digits, held-out images beside",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    "held-out images": Evidence(
                        measure="image-support-known",
                        metric="off-data-share",
                        options={"source": "held-out"},
                        samples=True,
                    ),
                    "VAE, N(0, I)": placed(VAE, "prior"),
                    "GAN": placed(GAN, "prior"),
                },
            ),
        ),
    ),
    Claim(
        id="ae-decoder-off-codes",
        statement="Between the codes of two images, at ½ a + ½ b, an autoencoder may well give noise, above all where training "
        "images are few; a VAE does so less often",
        document="000, 003",
        passage="000, 'De-noising AutoEncoder', line 72; 003, 'Auto Encoder-Decoder' (few training data)",
        kind="superiority",
        quantity="share of midpoints off the data's support",
        contrast="VAE against autoencoder, trained on all and on few images",
        direction="lower",
        margin=TEN_POINTS,
        family="primary",
        settings=(
            *(
                Setting(
                    label=f"digits, {words}",
                    dataset="digits",
                    elsewhere=MNIST,
                    groups={"VAE": midpoints(VAE, examples=examples), "AE": midpoints(AE, examples=examples)},
                )
                for examples, words in ((None, "all training images"), (300, "300 of them"), (100, "100 of them"))
            ),
            *(
                Setting(
                    label=f"digits, {words}",
                    dataset="digits",
                    elsewhere=elsewhere,
                    groups={"VAE": midpoints(vae, **changes), "AE": midpoints(AE, **changes)},
                    decisive=False,
                )
                for words, elsewhere, vae, changes in MIDPOINTS_BESIDE
            ),
        ),
        controls=(
            Setting(
                label="digits, the ends themselves, and blends of pixels",
                dataset="digits",
                elsewhere=MNIST,
                quantity="share off the data's support",
                groups={
                    "AE, ends": midpoints(AE, "ends-off-data"),
                    "VAE, ends": midpoints(VAE, "ends-off-data"),
                    "blend of pixels": midpoints(AE, "blend-off-data"),
                },
            ),
        ),
    ),
    Claim(
        id="dae-generalises",
        statement="Noise on its input makes an autoencoder robust to noise, and images are searched by image the better for it",
        document="000",
        passage="'De-noising AutoEncoder', line 69",
        kind="superiority",
        quantity="mean squared error to the clean test image",
        contrast="denoising autoencoder, trained on Gaussian noise, against autoencoder: under noise of kinds not trained on, and "
        "in search of clean images",
        direction="lower",
        scale="ratio",
        margin=TENTH_LESS,
        family="primary",
        settings=(
            Setting(
                label="digits, search of images of the class",
                dataset="digits",
                elsewhere=MNIST,
                quantity="share of wrong classes among ten images found",
                groups={"DAE": retrieval(DAE), "AE": retrieval(AE)},
            ),
            *(
                Setting(
                    label=f"digits, {corruption}{words}",
                    dataset="digits",
                    elsewhere=MNIST,
                    groups={"DAE": in_noise(DAE, corruption, degree), "AE": in_noise(AE, corruption, degree)},
                    decisive=not words,
                )
                for (corruption, degree), words in (
                    (SALT_AND_PEPPER, ""),
                    (MASKING, ""),
                    (GAUSSIAN, ", the trained kind"),
                )
            ),
            Setting(
                label="digits, search by images in salt and pepper",
                dataset="digits",
                elsewhere=MNIST,
                quantity="share of wrong classes among ten images found",
                groups={"DAE": retrieval(DAE, *SALT_AND_PEPPER), "AE": retrieval(AE, *SALT_AND_PEPPER)},
                decisive=False,
            ),
            *(
                Setting(
                    label=f"digits, search of images of the class, {words}",
                    dataset="digits",
                    quantity="share of wrong classes among ten images found",
                    groups={"DAE": retrieval(DAE, **how), "AE": retrieval(AE, **how)},
                    decisive=False,
                )
                for words, how in BESIDE.items()
            ),
            *(
                Setting(
                    label=f"digits, {corruption}, {words}",
                    dataset="digits",
                    groups={
                        "DAE": in_noise(DAE, corruption, degree, **how),
                        "AE": in_noise(AE, corruption, degree, **how),
                    },
                    decisive=False,
                )
                for corruption, degree in (SALT_AND_PEPPER, MASKING)
                for words, how in BESIDE.items()
            ),
            Setting(
                label="digits, Gaussian noise for a DAE trained on masking",
                dataset="digits",
                groups={"DAE": in_noise(MASKED, *GAUSSIAN), "AE": in_noise(AE, *GAUSSIAN)},
                decisive=False,
            ),
        ),
        controls=(
            Setting(
                label="digits, clean images: what it costs",
                dataset="digits",
                elsewhere=MNIST,
                groups={"DAE": in_noise(DAE, None, 0.0), "AE": in_noise(AE, None, 0.0)},
            ),
            Setting(
                label="digits, search by pixels",
                dataset="digits",
                elsewhere=MNIST,
                quantity="share of wrong classes among ten images found",
                groups={
                    "pixels": Evidence(
                        measure="pixel-retrieval", metric="retrieval-error", options={"corruption": None, "degree": 0.0}
                    )
                },
            ),
        ),
    ),
    Claim(
        id="vae-posterior-variants",
        statement="Draws from a VAE's posterior decode to other images very close to the input",
        document="000",
        passage="'变分自编码器VAE', line 75",
        kind="bound",
        quantity="share of draws nearer to the input than its nearest training image",
        contrast="none; distances of pixels, and of features, which blur does not shrink",
        direction="higher",
        margin=Margin(
            value=0.8,
            refuted_beyond=0.5,
            unit="share",
            reason="four draws of five nearer than any known image are 'very close'; where half are not, a neighbour does as well",
        ),
        family="secondary",
        settings=(
            Setting(
                label="digits, pixels",
                dataset="digits",
                elsewhere=MNIST,
                groups={"VAE": variants("nearer-in-pixels")},
            ),
            Setting(
                label="digits, features",
                dataset="digits",
                elsewhere=MNIST,
                groups={"VAE": variants("nearer-in-features")},
            ),
            *(
                Setting(
                    label=f"digits, features, {words}",
                    dataset="digits",
                    groups={"VAE": variants("nearer-in-features", arm, **network)},
                    decisive=False,
                )
                for words, arm, network in (
                    ("fixed scale", VAE_FIXED, {}),
                    ("2 numbers", VAE, {"latent": 2}),
                    ("convolutional", VAE, CONVOLUTIONAL),
                )
            ),
        ),
        controls=(
            Setting(
                label="digits, how far variants are from each other",
                dataset="digits",
                elsewhere=MNIST,
                quantity="distance of two variants, over that of the input to its nearest training image",
                groups={"pixels": variants("spread-in-pixels"), "features": variants("spread-in-features")},
            ),
        ),
    ),
    Claim(
        id="latent-generator",
        statement="A generator may consist of an encoder, a generator in the latent space fed with noise, and a decoder",
        document="002",
        passage="'生成器网络', '潜在空间生成器'",
        kind="descriptive",
        quantity="FID of samples",
        contrast="latent GAN against the same autoencoder under N(0, I) and under a fitted GMM, and a GAN on pixels",
        direction="lower",
        settings=(
            Setting(
                label="digits",
                dataset="digits",
                elsewhere=MNIST,
                groups={
                    "latent GAN": samples(LATENT, "fid", on="image"),
                    "AE, N(0, I)": samples(AE, "fid", on="image"),
                    "AE, GMM on codes": samples(AE, "fid", on="image", sampler="gmm"),
                    "GAN": samples(GAN, "fid", on="image"),
                },
            ),
            Setting(
                label="ring",
                dataset="ring",
                quantity="JSD of samples",
                groups={
                    "latent GAN": samples(LATENT, "jsd-hist"),
                    "AE, N(0, I)": samples(AE, "jsd-hist"),
                    "AE, GMM on codes": samples(AE, "jsd-hist", sampler="gmm"),
                    "GAN": samples(GAN, "jsd-hist"),
                },
                decisive=False,
            ),
        ),
    ),
)

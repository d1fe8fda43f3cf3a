"""What every picture shows, in words: what stands below it, and what is read out to who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.analysis.verdicts import ClaimResult
from benchmarks.report.claims import PICTURES
from benchmarks.report.claims.strips import ROWS


@dataclass(frozen=True)
class Caption:
    """Words for a picture.

    Attributes:
        text: below it: what it is of.
        alt: in its place. It does not repeat the text.
    """

    text: str
    alt: str


OF_DATA = {
    "samples": Caption(
        "Samples of all models side by side, real data first",
        "A panel for each model with samples of one run, its name above in the model's colour",
    ),
    "reconstructions": Caption(
        "Test images and their reconstructions", "A row of test images; below it a row for each model that has codes"
    ),
    "interpolation": Caption(
        "From a to b along a straight line in latent space, beside the blend of pixels",
        "Rows of images that change from left to right, two pairs for each model, each above or below its pixel blend",
    ),
    "traversal": Caption(
        "One latent dimension changed at a time",
        "For each model a block of decoded images, one latent dimension a row, its value rising to the right",
    ),
    "plane": Caption(
        "What models with two latent dimensions decode all over their square",
        "For each model a square sheet of images, the first latent dimension across, the second down",
    ),
    "strip": Caption(
        "Samples during training",
        "A row for each model, a panel for each share of the training, points over the data's modes",
    ),
    "training": Caption(
        "Losses during training",
        "A panel for each model: losses over the updates, thin lines for seeds, thick ones for their median, a dash for"
        " each player",
    ),
    "intervals": Caption(
        "Every seed, means and 95 % intervals of the main metrics",
        "A panel for each metric, a row for each model and sampler: the mean with its interval, seeds as dots, real "
        "data dashed",
    ),
}
"""Pictures of a data set."""
OF_RUN = {
    "calibration": {
        "calibration": Caption(
            "Bias of every divergence estimator on pairs of known densities",
            "A row for each divergence, a column for each pair: bias by number of samples, an estimator a colour, a grey "
            "band to 0.01 nat",
        )
    },
    "sanity": {
        "sanity": Caption(
            "What the metrics of images notice of corrupted real images",
            "A row for each metric, a column for each corruption: its value by degree, green where worse images come out "
            "worse, else red",
        )
    },
    "attributes": {
        "attributes": Caption(
            "What attributes of images report of known transformations",
            "A panel for each transformation, example images above: what every attribute reports of what was done, which is"
            " dashed",
        )
    },
    "tuning": {
        "tuning": Caption(
            "Scores of all configurations that were tried",
            "A row for each data set, a column for each model: score over the step size, a line for each other setting, the"
            " chosen one circled",
        )
    },
    "published_fits": {
        "published_fits": Caption(
            "Gaussians trained under each f-divergence beside the best one",
            "A panel for each divergence: the data's density, the best Gaussian, and the trained ones",
        )
    },
}
"""Pictures of a whole run, by the table that they stand beside."""
OVERVIEW = Caption(
    "Samples of all models on all data sets", "A row for each data set, a column for each model, real data first"
)

SETTINGS = (
    "For each setting, one below the other, a dot for every run by group, with a line at each mean; beside it the "
    "effect with its "
    "interval, the margin dashed"
)
"""Of the picture that every claim has."""
SAMPLES = "A row for each decisive setting, a panel of samples for each group, its value above"
OF_CLAIMS = {
    "optimal-discriminator": (
        "D over the line, the formula dashed, a curve for each run; for pairs in the plane D over p / (p + q)"
    ),
    "value-is-jsd": "A dot for each run: the value that its discriminator attains, over 2 JSD − log 4, with the diagonal",
    "saturation": (
        "The gradient's norm over the mean of D(G(z)), on logarithmic axes, a curve for each run, a colour for each "
        "loss"
    ),
    "discriminator-generates": "Panels by round of training: the score, and the samples drawn from it",
    "generator-replaces-search": SAMPLES,
    "quality-order": SAMPLES,
    "no-mode-collapse": SAMPLES,
    "pixel-loss-blurs": f"{SAMPLES}; real images and reconstructions in rows of their own",
    "latent-generator": SAMPLES,
    "batchnorm-adam-help": SAMPLES,
    "inverse-cdf": (
        "A panel for each data set: the generator's map over u, a curve for each run, with the exact quantile function"
    ),
    "positives-only": (
        "A row for each data set, a panel for each kind of negatives: D in colours over the plane, from blue, 0, to "
        "red, 1, the data outlined"
    ),
    "noise-negatives-coarse": (
        "A row for each data set, a panel for each kind of negatives: what D accepts in blue, the data outlined in "
        "black"
    ),
    "erratum-value": "Both values over D for several ratios of the densities, their largest values marked",
    "kl-tracks-quality": (
        "A panel for each decisive setting, a mark for each run: quality of its samples over their KL divergence, a "
        "colour for each model"
    ),
    "balance-k": "JSD over k, a dot for each run, a line through the means for each way of matching",
    "schedules": "JSD by schedule, a dot for each run, alternating updates as a band",
    "vae-is-stabler": "FID or JSD over the step size on a logarithmic axis, a dot for each run, VAE beside GAN",
    "gans-differ-little": "A row for each arm, a dot for each run, the band that two means must share to be equivalent in grey",
    "two-sample-classifier": (
        "A panel for each data set, two marks for each run: accuracy of a fresh classifier, and of the game's, over JSD"
        " or FID"
    ),
    "codes-save-time": (
        "A curve for each run: KID of its samples over the operations of its game, a colour for each model, the KID to "
        "be reached dashed"
    ),
}
"""Of the telling picture of a claim, where it is not one of rows of images."""


def of_claim(claim: str) -> str:
    """What a claim's first picture shows."""
    if claim in ROWS:
        labels = [label for label in ROWS[claim].shared.values() if label]
        above = f"above, what all have in common: {', '.join(labels)}; " if labels else ""
        return (
            f"Rows of images of an example run, one column an image; {above}a row for each group, its value beside it"
        )
    return OF_CLAIMS[claim] if claim in PICTURES else SETTINGS


def caption_of(result: ClaimResult) -> Caption:
    """Words for a claim's first picture: what it shows stands below, for all; what comes out of it is said beside."""
    return Caption(f"{of_claim(result.claim)}.", f"{result.claim}: {result.verdict}")

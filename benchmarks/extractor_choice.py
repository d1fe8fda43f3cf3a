"""Which feature extractors look at a data set's images: its own, where it has one, and Inception-v3, where its weights are
given. Without either the metrics of features are left out, and a note says so."""

from __future__ import annotations

from benchmarks.datasets import Dataset
from benchmarks.options import RunOptions
from benchmarks.specs import InputError
from metrics.features import Extractor, in_domain_extractors, trained_on
from metrics.inception import OFFICIAL_SHA256, InceptionWeights, checked_weights, download, downloaded_file

DOWNLOAD = "download"


def inception_weights(options: RunOptions) -> InceptionWeights | None:
    """The Inception-v3 weights that ``--inception-weights`` names, checked; None where it is not given.

    Raises:
        InputError: no such file, another file than the expected one, or a download that is forbidden or failed.
    """
    given = options.inception_weights
    if given is None:
        if options.inception_sha256 is not None:
            raise InputError("--inception-sha256 says what --inception-weights must be, which is not given; give both")
        return None
    try:
        path = given
        if str(given) == DOWNLOAD:
            if options.offline:
                raise InputError(
                    "--inception-weights download needs the network, which --offline forbids; give the weights file instead"
                )
            if options.dry_run and not downloaded_file().exists():
                raise InputError(
                    f"--inception-weights download: {downloaded_file()} is not there yet, and --dry-run downloads nothing"
                )
            path = download()
        return checked_weights(path, options.inception_sha256 or OFFICIAL_SHA256)
    except ValueError as error:
        raise error if isinstance(error, InputError) else InputError(str(error)) from None


def images_compared(dataset: Dataset, n: int) -> int:
    """The smallest set of images whose features n samples, or n real images in their stead, are compared with or by."""
    return min(n, len(dataset.test), len(dataset.train) + len(dataset.test) - n)


def choose(
    dataset: Dataset, n: int, inception: InceptionWeights | None
) -> tuple[tuple[Extractor, ...], tuple[str, ...]]:
    """The extractors for n samples beside an image data set, each with fewer features than there are images.

    Returns:
        the extractors, the data set's own first; and notes on what is left out and what to do about it.

    Raises:
        InputError: the data set's own weights are damaged.
    """
    try:
        found = in_domain_extractors(dataset.name)
    except ValueError as error:
        raise InputError(f"{error}; restore the file, or delete it and make another: {how_to_make(dataset)}") from None
    images = images_compared(dataset, n)
    chosen, notes = [], []
    own = next((one for one in found if trained_on(one) in (None, dataset.whole or dataset.digest)), None)
    if found and own is None:
        names = " and ".join(extractor.name for extractor in found)
        were = "was trained on other data and is" if len(found) == 1 else "were trained on other data and are"
        notes.append(f"{dataset.name}: {names} {were} left out; {how_to_make(dataset)}")
    elif own is not None and own.dimensions >= images:
        notes.append(f"{dataset.name}: {images} images are too few for the {own.dimensions} features of {own.name}")
    elif own is not None:
        chosen.append(own)
    deep = inception.extractor(images) if inception is not None else None
    if deep is not None:
        chosen.append(deep)
    elif inception is not None:
        notes.append(f"{dataset.name}: {images} images are too few for Inception-v3, which has 64 features at least")
    if not found and deep is None:
        notes.append(
            f"{dataset.name} has no feature extractor, so FID, KID, precision, recall and the like are left out; "
            f"{how_to_make(dataset)}"
        )
    return tuple(chosen), tuple(notes)


def how_to_make(dataset: Dataset) -> str:
    """How to come by an extractor for a data set."""
    which = "own --own-data PATH" if dataset.name == "own" else dataset.name
    return f"to have them: python -m benchmarks.extractors {which}, or --inception-weights FILE"

"""The contract over all experiments: what they ask for exists, is complete, and is matched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import execution
from benchmarks.blocks import model_builder
from benchmarks.claims import arms
from benchmarks.datasets import DATASETS, Dataset, load
from benchmarks.datasets.variations import VARIATIONS
from benchmarks.evaluation import MEASURES
from benchmarks.evaluation.base import FEW
from benchmarks.evaluation.cost import training_cost
from benchmarks.evaluation.mixtures import KERNEL_POINTS
from benchmarks.experiments import EXPERIMENTS, Experiment, published_images, published_mixtures
from benchmarks.experiments.base import Request, arms_for, block, compared_blocks
from benchmarks.recipes import ARMS, LEFT_OUT, NOT_COMPARED, RECIPES
from benchmarks.rows import label_of
from benchmarks.specs import PROFILES, Block, Measurement, Profile, seed_blocks
from models import MODELS
from models.latent_gan import LatentGAN
from models.networks import count_parameters

EVERY = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
COMPARING = pytest.mark.parametrize(
    "experiment", [EXPERIMENTS["mixtures"], EXPERIMENTS["images"]], ids=lambda e: e.name
)


def asked(experiment: Experiment, profile: Profile, dataset: str) -> list[Measurement]:
    return experiment.measurements(Request(dataset, profile, ((1000, 1001),), RECIPES[dataset].samples))


@EVERY
@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_asked_for_exists(experiment: Experiment, profile: Profile) -> None:
    assert set(experiment.datasets[profile]) <= set(experiment.supports)
    for dataset in experiment.supports:
        for measurement in asked(experiment, profile, dataset):
            assert measurement.measure in MEASURES
            assert measurement.dataset in DATASETS
            asked_for = MEASURES[measurement.measure]
            given = (*asked_for.metrics(dataset), *asked_for.feature_metrics)
            assert given or measurement.measure == "training-strip"
            assert execution.measuring_seconds(measurement, 64) > 0
            if measurement.block:
                MODELS[measurement.block.model].Settings(**measurement.block.settings)
                assert execution.training_seconds(measurement.block, 64) > 0


@COMPARING
def test_every_model_is_in_every_comparison(experiment: Experiment) -> None:
    for profile in PROFILES:
        for dataset in experiment.datasets[profile]:
            blocks = [m.block for m in asked(experiment, profile, dataset) if m.block]
            left_out = {model for model, _ in LEFT_OUT.get(dataset, ())} if profile != "full" else set()
            assert {b.model for b in blocks} | left_out == set(MODELS) - set(NOT_COMPARED)


def test_what_is_not_compared_is_in_no_arm() -> None:
    assert set(MODELS) - {model for model, _ in ARMS} == set(NOT_COMPARED)


@EVERY
def test_standard_needs_no_file_and_no_network(experiment: Experiment) -> None:
    for profile in ("smoke", "standard"):
        assert all(DATASETS[name].embedded for name in experiment.datasets[profile])


@EVERY
@pytest.mark.parametrize("profile", PROFILES)
def test_a_floor_stands_beside_every_measure_of_samples(experiment: Experiment, profile: Profile) -> None:
    for dataset in experiment.supports:
        wanted = asked(experiment, profile, dataset)
        for kind in ("mixture", "image"):
            of_samples = {m.measure for m in wanted if m.measure.startswith(kind) and m.block}
            of_data = {m.measure for m in wanted if m.measure.startswith(kind) and not m.block}
            assert {name.removesuffix("-samples") + "-floor" for name in of_samples} == of_data


def compared(dataset: str) -> list[Block]:
    """Blocks of all arms that are trained, on the matched networks themselves."""
    return [
        block(dataset, model, settings, "full", (1000,))
        for model, settings in arms_for(dataset, "full")
        if model != "pca" and "generator_norm" not in settings
    ]


def empty(dataset: str) -> Dataset:
    """The data set's shape and kind without its data."""
    shapes: dict[str, tuple[int, ...]] = {"digits": (8, 8), "cifar10": (3, 32, 32), "pair-1d": (1,), "comb-1d": (1,)}
    shape = shapes.get(dataset, (28, 28) if DATASETS[dataset].kind == "images" else (2,))
    return Dataset(dataset, DATASETS[dataset].kind, shape, np.zeros((0, 2)), np.zeros((0, 2)))


@pytest.mark.parametrize("dataset", [name for name in RECIPES if name not in published_mixtures.DATASETS])
def test_what_must_be_equal_is_equal(dataset: str) -> None:
    """Same network, budget, batch and generating network for every arm; a discriminator no larger than an encoder."""
    blocks = compared(dataset)
    assert len({b.network.label for b in blocks}) == 1
    assert len({b.training.model_dump_json() for b in blocks}) == 1
    models = [model_builder(b, MODELS[b.model], empty(dataset))() for b in blocks]
    assert len({count_parameters(m.generating_network) for m in models}) == 1
    cycles = [m.schedule()[-1].cycles(b.training.updates) for m, b in zip(models, blocks, strict=True)]
    assert set(cycles) == {blocks[0].training.updates}
    # parameters beyond the generating network differ only by the width of the encoder's last layer, and the GAN on codes
    last = blocks[0].network.hidden[0] + 1
    width = {"vae": 2 * blocks[0].network.latent, "gan": 1, "fgan": 1}
    rest = {
        count_parameters(m)
        - last * width.get(b.model, blocks[0].network.latent)
        - (b.settings.get("likelihood") == "gaussian-learned")
        - (count_parameters(m.gan) if isinstance(m, LatentGAN) else 0)
        for m, b in zip(models, blocks, strict=True)
    }
    assert len(rest) == 1


def test_flops_are_those_of_the_matrix_products() -> None:
    """An autoencoder's step: forward, and backward for weights and activations (not for the first layer's input)."""
    ae = model_builder(compared("ring")[0], MODELS["ae"], empty("ring"))()
    batch, sizes = 128, [(2, 64), (64, 64), (64, 2), (2, 64), (64, 64), (64, 2)]
    products = sum(2 * batch * a * b for a, b in sizes)
    first = 2 * batch * 2 * 64
    assert training_cost(ae, batch) == {"autoencoder": 3 * products - first}


@pytest.mark.parametrize("dataset", ["ring", "digits", "mnist"])
def test_the_budgets_of_equal_flops_cost_as_many(dataset: str) -> None:
    """One network's updates and those of a GAN's two, within the 3 % that the constant promises."""
    cost = {}
    for model, settings in (arms.AE, arms.VAE, arms.VAE_FIXED, arms.GAN):
        spec = block(dataset, model, settings, "full", (1000,))
        built = model_builder(spec, MODELS[model], empty(dataset))()
        cost[model] = sum(training_cost(built, spec.training.batch).values())
    for model in ("ae", "vae"):
        assert arms.EQUAL_FLOPS * cost[model] == pytest.approx(cost["gan"], rel=0.03)


def test_cost_grows_with_the_number_of_pixels_as_its_products_do() -> None:
    """The estimate for data sets of other sizes against operations that are counted."""
    counted = {
        name: training_cost(model_builder(compared(name)[0], MODELS["ae"], empty(name))(), 128)
        for name in ("mnist", "cifar10")
    }
    ratio = counted["cifar10"]["autoencoder"] / counted["mnist"]["autoencoder"]
    assert execution.size_factor("cifar10", 3072) == pytest.approx(ratio, rel=0.15)
    assert execution.size_factor("mnist", 784) == execution.size_factor("digits", 64) == 1


def test_recipes_cover_every_data_set() -> None:
    assert set(RECIPES) == set(DATASETS) == set(execution.WIDTH["cpu"]) == set(execution.WIDTH["cuda"])
    for name, entry in DATASETS.items():
        if entry.kind == "images" and entry.embedded:
            data = load(name, Path(), offline=True)
            assert RECIPES[name].samples == len(data.test)


def test_kernel_densities_are_asked_for_in_full_alone() -> None:
    for profile in PROFILES:
        measures = {m.measure for m in asked(EXPERIMENTS["mixtures"], profile, "ring")}
        assert ("mixture-kde" in measures) == (profile == "full")


def test_calibration_is_at_the_sizes_that_metrics_use() -> None:
    """Standard: histograms at the n of the metrics on models, neighbours at what of it they use, four draws."""
    wanted = asked(EXPERIMENTS["calibration"], "standard", "grid")
    assert {(m.measure, m.options["n"]) for m in wanted} == {
        ("calibration-hist", RECIPES["grid"].samples),
        ("calibration-knn", FEW["mixture"]),
    }
    assert len(wanted) == 2 * len(VARIATIONS)
    request = Request("grid", "standard", (tuple(range(1000, 1008)),), 30_000)
    assert {m.data_seeds for m in EXPERIMENTS["calibration"].measurements(request)} == {(1000, 1001, 1002, 1003)}
    full = EXPERIMENTS["calibration"].measurements(
        Request("spiral", "full", (tuple(range(8)), tuple(range(8, 32))), 30_000)
    )
    assert {m.data_seeds for m in full} == {tuple(range(16))}
    sizes = {name: sorted({m.options["n"] for m in full if m.measure == name}) for name in {m.measure for m in full}}
    assert sizes == {
        "calibration-hist": [1000, 3000, 10_000, 30_000],
        "calibration-knn": [1000, 3000, 10_000],
        "calibration-kde": [1000, 3000, KERNEL_POINTS],
    }


def test_what_standard_leaves_out_is_an_arm_and_in_full() -> None:
    """Ring and digits have every arm in standard; nothing is left out everywhere."""
    for dataset, left_out in LEFT_OUT.items():
        assert set(map(str, left_out)) <= set(map(str, ARMS))
        assert not set(map(str, left_out)) & set(map(str, arms_for(dataset, "standard")))
        assert set(map(str, left_out)) <= set(map(str, arms_for(dataset, "full")))
    assert arms_for("ring", "standard") == arms_for("digits", "standard") == ARMS


@pytest.mark.parametrize("dataset", ["ring", "digits", "mnist"])
def test_every_arm_of_full_has_a_name_of_its_own(dataset: str) -> None:
    """Arms are told apart by their labels: two with one label would be averaged together."""
    blocks = compared_blocks(Request(dataset, "full", ((1000,),), RECIPES[dataset].samples))
    labels = [label_of(one) for one in blocks]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("dataset", ["ring", "digits"])
def test_the_cost_of_every_arm_can_be_counted(dataset: str) -> None:
    """Also of those whose loss takes gradients itself; and a penalty on gradients costs more than none."""
    cost = {}
    for spec in compared_blocks(Request(dataset, "full", ((1000,),), RECIPES[dataset].samples)):
        model = model_builder(spec, MODELS[spec.model], empty(dataset))()
        cost[label_of(spec)] = training_cost(model, 8)
    plain, penalised = cost["GAN (non-saturating)"], cost["GAN (non-saturating, R1 1)"]
    assert penalised["discriminator"] > 1.5 * plain["discriminator"]
    assert penalised["generator"] == plain["generator"]


def test_the_published_protocol_has_ten_trials_and_its_length_by_device() -> None:
    seeds = (tuple(range(1000, 1008)), tuple(range(1008, 1016)), tuple(range(1016, 1024)))
    for device, updates in (("cpu", 40_000), ("cuda", 400_000)):
        request = Request("wide-grid", "full", seeds, RECIPES["wide-grid"].samples, device=device)
        blocks = [m.block for m in EXPERIMENTS["published-mixtures"].measurements(request)]
        assert [one.seeds for one in blocks if one] == [seeds[0], (1008, 1009)]
        for one in blocks:
            assert one is not None
            assert (one.training.updates, one.training.batch, one.training.constant) == (updates, 100, 1.0)
            assert one.settings["generator_learning_rate"] == one.settings["discriminator_learning_rate"] == 1e-4
            assert (one.settings["beta1"], one.settings["schedule"]) == (0.8, "single-step")
    assert RECIPES["wide-grid"].samples == 2500


def test_gaussians_are_trained_as_in_the_paper_and_in_full_alone() -> None:
    standard = asked(EXPERIMENTS["gaussian-fit"], "standard", "pair-1d")
    assert [m.block for m in standard] == [None] * 5
    trained = [m.block for m in asked(EXPERIMENTS["gaussian-fit"], "full", "pair-1d") if m.block]
    assert [one.settings["divergence"] for one in trained] == [m.options["divergence"] for m in standard]
    for one in trained:
        assert (one.network.kind, one.network.hidden, one.training.batch) == ("affine", (64, 64), 1024)
        assert (one.settings["optimiser"], one.settings["schedule"]) == ("sgd", "single-step")


@pytest.mark.parametrize("dataset", published_images.DATASETS)
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_published_protocols_of_images(dataset: str, device: str) -> None:
    """The study's whole length on a GPU and a tenth on a CPU, ten runs; Ghosh et al.'s networks on a GPU alone."""
    request = Request(dataset, "full", tuple(seed_blocks(16)), 10_000, device=device)
    found = EXPERIMENTS["published-images"].measurements(request)
    assert [m.data_seeds for m in found if m.block is None] == [tuple(range(3000, 3008)), (3008, 3009)]
    study = [m.block for m in found if m.block is not None and m.block.network.kind == "infogan"]
    assert sum(len(block.seeds) for block in study) == 10 * len(published_images.STUDY_ARMS)
    whole = {"mnist": 20 * 60_000 // 64, "fashion-mnist": 20 * 60_000 // 64, "cifar10": 100 * 50_000 // 64}[dataset]
    assert {block.training.updates for block in study} == {whole if device == "cuda" else round(whole / 10)}
    others = [m for m in found if m.block is not None and m.block.network.kind != "infogan"]
    assert {m.block.network.kind for m in others if m.block} <= {"rae" if device == "cuda" else "mlp"}
    ways = {(m.block.model, m.options["sampler"]) for m in others if m.block}
    expected = {(model, sampler) for model in ("ae", "vae") for sampler in published_images.CODES_FROM}
    assert ways == (set() if dataset == "fashion-mnist" else expected)

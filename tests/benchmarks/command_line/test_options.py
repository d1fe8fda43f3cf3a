"""What can be asked for, and what is refused before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.command_line import main
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request
from benchmarks.experiments.claims import TRIALS
from benchmarks.experiments.latent_space import ON_THE_PLANE
from benchmarks.recipes import ARMS, LEFT_OUT, RECIPES
from benchmarks.specs import Profile, canonical_json
from metrics.inception import OFFICIAL_SHA256

DryRun = Callable[..., dict[str, Any]]


def blocks_of(profile: Profile) -> int:
    """Blocks that experiments and claims ask for together, with one block of seeds."""
    return len(
        {
            canonical_json(measurement.block)
            for experiment in (*EXPERIMENTS.values(), *TRIALS.values())
            for dataset in experiment.datasets[profile]
            for measurement in experiment.measurements(
                Request(dataset, profile, ((1000, 1001),), RECIPES[dataset].samples)
            )
            if measurement.block
        }
    )


def test_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], dry_run: DryRun) -> None:
    target = tmp_path / "results"
    in_standard = [name for name, experiment in EXPERIMENTS.items() if experiment.datasets["standard"]]
    compared = dry_run("--experiment", *in_standard, "--results-dir", str(target))
    left_out = sum(len(arms) for arms in LEFT_OUT.values())
    assert compared["blocks"] == compared["blocks_to_train"] == 4 * len(ARMS) - left_out + len(ON_THE_PLANE)
    facts = dry_run("--all", "--results-dir", str(target))
    assert facts["blocks"] == facts["blocks_to_train"] == blocks_of("standard") > compared["blocks"]
    assert facts["wall_seconds"]
    assert not target.exists()
    assert main(["--all", "--dry-run", "--device", "cpu", "--results-dir", str(target)]) == 0
    assert f"{facts['blocks']} of {facts['blocks']} blocks to train" in capsys.readouterr().out


def test_a_dry_run_for_a_cluster_does_not_reckon_with_this_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dry_run: DryRun
) -> None:
    pytest.importorskip("ray")
    words = ["--experiment", "mixtures", "--executor", "ray", "--results-dir", str(tmp_path / "r")]
    assert dry_run(*words)["wall_seconds"] is None
    assert main([*words, "--dry-run", "--device", "cpu"]) == 0
    assert "as many at once as the cluster has room for (--jobs N reckons with N), on cpu" in capsys.readouterr().out
    assert dry_run(*words, "--jobs", "50")["wall_seconds"] > 0


@pytest.mark.parametrize("name", ["blocks", "measurements", "writing", "tables", "figures", "damaged"])
def test_a_file_in_a_folders_place_is_found_before_training(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text("x")
    assert main(["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]) == 2
    assert f"{name} is not a directory" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["rows.csv", "run.json", "claims.json", "provenance.json"])
def test_a_folder_in_a_files_place_is_found_before_training(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).mkdir()
    assert main(["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]) == 2
    assert f"{name} is not a file" in capsys.readouterr().err


@pytest.mark.parametrize("chosen", ['experiment = "mixtures"', 'claim = "kl-tracks-quality"'])
def test_all_wins_over_a_configuration_file(tmp_path: Path, dry_run: DryRun, chosen: str) -> None:
    config = tmp_path / "run.toml"
    config.write_text(f"{chosen}\n")
    words = ["--config", str(config), "--profile", "smoke", "--results-dir", str(tmp_path / "r")]
    # all arms of the comparison; and GANs, f-GANs and a VAE
    assert dry_run(*words)["blocks"] == (len(ARMS) if "mixtures" in chosen else 16)
    assert dry_run("--all", *words)["blocks"] == blocks_of("smoke")


def test_repeated_options_add_up(tmp_path: Path, dry_run: DryRun) -> None:
    words = ["--experiment", "mixtures", "--experiment", "images", "latent-space", "--model", "ae", "--model", "dae"]
    facts = dry_run(*words, "--profile", "smoke", "--results-dir", str(tmp_path))
    assert facts["blocks"] == 4 + 1  # two data sets, and the AE with two latent dimensions


def test_the_cost_of_each_claim_and_what_is_shared(tmp_path: Path, dry_run: DryRun) -> None:
    """A claim costs among others what it costs alone; what nobody shares adds up with what is shared to no more than the whole."""
    names = ("pixel-loss-blurs", "gan-is-better-at-the-end", "mle-is-kl")
    where = ("--profile", "smoke", "--results-dir", str(tmp_path))
    together = dry_run("--claim", *names, *where)
    assert list(together["cost"]) == list(names)
    for name in names:
        alone = dry_run("--claim", name, *where)
        assert together["cost"][name]["alone"] == alone["cost"][name]["alone"] == alone["core_seconds"]
        assert alone["cost"][name]["shared"] == 0
    shared = [own["shared"] for own in together["cost"].values()]
    assert shared[0] == shared[1] > 0 == shared[2]  # the same GAN on digits
    each = sum(own["alone"] for own in together["cost"].values())
    assert each - shared[0] == pytest.approx(together["core_seconds"], abs=0.2)


def test_experiments_and_claims_add_up(tmp_path: Path, dry_run: DryRun) -> None:
    """A measurement that both want is taken once, for both; a claim of data alone trains nothing."""
    where = ["--profile", "smoke", "--results-dir", str(tmp_path)]
    both = dry_run("--experiment", "mixtures", "--claim", "gan-is-better-at-the-end", "--dataset", "ring", *where)
    measurements = [m for unit in both["units"] for m in unit["measurements"]]
    shared = [m for m in measurements if m["experiments"] == ["mixtures", "gan-is-better-at-the-end"]]
    assert both["blocks"] == len(ARMS)
    assert len(shared) == 2 and len({m["key"] for m in measurements}) == len(measurements)
    assert dry_run("--claim", "mle-is-kl", "erratum-value", "--model", "vae", *where)["blocks"] == 0


def test_a_bad_name_leaves_no_directory(tmp_path: Path) -> None:
    assert main(["--model", "nope", "--results-dir", str(tmp_path / "a" / "b")]) == 2
    assert list(tmp_path.iterdir()) == []


BAD: dict[tuple[str, ...], str] = {
    (
        "--model",
        "van",
        "--all",
    ): "unknown model 'van'; did you mean 'vae'? Known: pca, ae, dae, vae, gan, fgan, latent-gan",
    ("--experiment", "mixture"): "unknown experiment 'mixture'; did you mean 'mixtures'?",
    ("--dataset", "minst"): "unknown data set 'minst'; did you mean 'mnist'?",
    ("--all", "--profile", "quick"): "smoke, standard or full",
    ("--all", "--seeds", "0"): "option seeds",
    ("--all", "--seeds", "many"): "invalid int value: 'many'",
    ("--all", "--sedes", "3"): "unrecognized arguments: --sedes",
    ("--all", "--device", "tpu"): "auto, cpu, cuda or cuda:n",
    ("--all", "--device", "cuda:99"): "is not there",
    ("--all", "--experiment", "mixtures"): "contradict each other",
    ("--all", "--claim", "quality-order"): "--all and --claim contradict each other",
    ("--claim", "quality-oder"): "unknown claim 'quality-oder'; did you mean 'quality-order'?",
    ("--claim", "mle-is-kl", "--dataset", "digits"): "no chosen experiment supports the data set 'digits'",
    (): "say what to run",
    ("--seeds", "3"): "say what to run",
    ("--experiment", "mixtures", "--dataset", "ring", "digits"): "no chosen experiment supports the data set 'digits'",
    ("--dataset", "mnist", "--offline", "--data-dir", "/nowhere"): "train-images-idx3-ubyte is missing",
    ("--dataset", "fashion-mnist", "--offline", "--data-dir", "/nowhere"): "train-images-idx3-ubyte.gz is missing",
    ("--dataset", "cifar10", "--offline", "--data-dir", "/nowhere"): "data_batch_1 is missing",
    ("--dataset", "own"): "--dataset own needs --own-data PATH",
    ("--all", "--own-data", "x.npz"): "--own-data is given without --dataset own",
    ("--dataset", "own", "--own-data", "/nowhere.npz"): "there is no such file or folder",
    ("--dataset", "own", "--own-data", __file__): "is damaged or no .npz file",
    ("--all", "--image-size", "many"): "invalid int value: 'many'",
    ("--all", "--results-dir", __file__): "is a file; give a directory",
    ("--all", "--config", "/nowhere.toml"): "cannot be read",
    ("list", "modles"): "did you mean 'models'?",
    ("lst",): "unknown command 'lst'; did you mean 'list'? Known: list, report, cite, diff, verify",
    ("reprot", "results"): "unknown command 'reprot'; did you mean 'report'?",
    (
        "--all",
        "--inception-weights",
        "/nowhere.pth",
    ): "/nowhere.pth: no such file; expected a file with SHA-256 6726825d",
    ("--all", "--inception-weights", "/"): "Inception weights /: not a file; expected",
    ("--all", "--inception-weights", __file__): "; expected a file with SHA-256 6726825d",
    ("--all", "--inception-weights", "download", "--offline"): "--offline forbids",
    ("--all", "--inception-sha256", "0123456789"): "which is not given; give both",
    ("--all", "--inception-weights", "x", "--inception-sha256", "6726825"): "8 to 64 hexadecimal digits",
    ("--all", "--tensorboard", __file__): "directory for TensorBoard",
    ("--all", "--plugin", "x" * 300 + ".py"): "File name too long",
    ("--all", "--data-dir", "x" * 300): "File name too long",
    ("report", "x" * 300): "File name too long",
    ("report", "results", "--to", ""): "'' is no path; give one",
    ("diff", "", "results"): "'' is no path; give one",
    ("--experiment", "mixtures", "--model", "regression"): "nothing is left to measure",
    (
        "--all",
        "--executor",
        "ray",
        "--device",
        "cuda:1",
    ): "Ray gives every unit a GPU of its own choosing; give --device cuda",
    **{
        ("--all", "--executor", "ray", "--gpus-per-cell", share): "give 0, a share such as 0.25"
        for share in ("1.5", "0.00001", "2.5", "1e-10")
    },
    **{
        ("--all", "--executor", "ray", "--address", address): "give HOST:PORT"
        for address in (
            "nowhere",
            "a..b:1",
            ":",
            "localhost:²",
            f"{'a' * 64}:1",
            "h:99999",
            f"h:{'1' * 50}",
            "http://a:1",
        )
    },
}


@pytest.mark.parametrize(("words", "message"), BAD.items(), ids=lambda value: " ".join(value) if value else "nothing")
def test_bad_input_is_one_line_and_exit_status_two(
    words: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(list(words)) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert len(printed.err.strip().splitlines()) == 1
    assert printed.out == ""
    assert list(tmp_path.rglob("rows.csv")) == []


@pytest.mark.parametrize("content", ["", "# nothing", "claim = []", 'profile = "smoke"'])
def test_a_configuration_that_names_nothing_starts_nothing(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.toml").write_text(content, encoding="utf-8")
    target = tmp_path / "results"
    assert main(["--config", str(tmp_path / "run.toml"), "--device", "cpu", "--results-dir", str(target)]) == 2
    assert "say what to run" in capsys.readouterr().err
    assert not target.exists()


def test_words_that_leave_nothing_to_measure_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An earlier run's rows stay."""
    words = ["--claim", "optimal-discriminator", "--model", "gan", "--profile", "smoke", "--device", "cpu"]
    assert main([*words, "--results-dir", str(tmp_path / "results")]) == 2
    assert "nothing is left to measure" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_results_of_a_newer_version_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text('{"schema_version": 99}')
    assert main(["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]) == 2
    assert "was written by a newer version" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_terminal_that_knows_ascii_alone(run_bench: Callable[..., Any]) -> None:
    done = run_bench("list", "claims", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and "\\u" in done.stdout and not done.stderr


def test_a_long_message_keeps_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would be right stands there, however long the wrong word is."""
    assert main(["--all", "--dry-run", "--inception-weights", "/".join(["x" * 200] * 9)]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1 and len(said) < 1100
    assert said.startswith("run_bench.py: Inception weights xxx") and " … " in said
    assert said.rstrip().endswith(f"no such file; expected a file with SHA-256 {OFFICIAL_SHA256}")

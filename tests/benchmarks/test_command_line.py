"""The command line from end to end, in the smallest profile."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.blocks import train_block
from benchmarks.command_line import main
from benchmarks.evaluation import MEASURES
from benchmarks.experiments.latent_space import ON_THE_PLANE
from benchmarks.options import make_options
from benchmarks.outputs import write_outputs
from benchmarks.planning import make_plan
from benchmarks.recipes import ARMS, LEFT_OUT
from benchmarks.runner import Outcome, Work, run_unit
from benchmarks.store import ROW_FIELDS, Store
from metrics.features import in_domain_extractor
from models import MODELS

ROOT = Path(__file__).parents[2]


def run_bench(*words: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "run_bench.py"), *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
    )


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One run of everything in the profile ``smoke``."""
    root = tmp_path_factory.mktemp("results with spaces ü")
    return root, run_bench("--all", "--profile", "smoke", "--offline", "--device", "cpu", "--results-dir", str(root))


SMOKE_BLOCKS = 2 * len(ARMS) + len(ON_THE_PLANE)
"""``smoke`` has the ring and the digits."""


def rows_of(root: Path) -> list[dict[str, str]]:
    with (root / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_smoke_succeeds_and_says_so_in_ten_lines(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, finished = smoke
    assert finished.returncode == 0, finished.stderr
    assert 3 <= len(finished.stdout.splitlines()) <= 10
    assert f"{2 * SMOKE_BLOCKS} runs" in finished.stdout
    assert (
        "per seed on digits: decoder 52,032 of 101,697–180,321 parameters, 20 updates, 1,280–2,560 examples"
        in finished.stdout
    )
    assert "elapsed" not in finished.stderr  # no progress bar where there is no terminal


def test_rows_are_complete_and_tidy(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, _ = smoke
    rows = rows_of(root)
    assert tuple(rows[0]) == ROW_FIELDS
    assert {row["model"] for row in rows if row["model"]} == set(MODELS)
    assert {row["seed"] for row in rows if row["block"]} == {"1000", "1001"}
    run = json.loads((root / "run.json").read_text(encoding="utf-8"))
    own = in_domain_extractor("digits")
    assert own is not None
    planned = sum(
        len(MEASURES[e["measure"]].names(e["dataset"], (own,))) * len(e["seeds"]) for e in run["measurements"]
    )
    assert len(rows) == planned
    identity = Counter(tuple(row[name] for name in ROW_FIELDS if name != "value") for row in rows)
    assert max(identity.values()) == 1
    for row in rows:
        assert json.loads(row["setting"]) is not None
        assert (row["status"] == "ok") == (row["value"] != "nan"), row


def test_ex_post_densities_stand_beside_the_prior(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, _ = smoke
    for dataset in ("ring", "digits"):
        for model, cls in MODELS.items():
            samplers = {
                row["sampler"]
                for row in rows_of(root)
                if row["dataset"] == dataset and row["model"] == model and row["sampler"]
            }
            assert samplers == set(cls.samplers)


def test_outputs_are_there(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, _ = smoke
    tables = {path.name for path in (root / "tables").iterdir()}
    assert tables == {
        "ring.csv", "ring.md", "digits.csv", "digits.md", "matched.csv", "matched.md", "calibration.csv", "calibration.md",
        "tuning.md",
    }  # fmt: skip
    figures = {path.name for path in (root / "figures").iterdir()}
    assert figures == {
        "ring-samples.png", "ring-training.png", "ring-strip.png", "ring-intervals.png", "digits-samples.png",
        "digits-training.png", "digits-intervals.png", "digits-reconstructions.png", "digits-interpolation.png",
        "digits-traversal.png", "digits-plane.png", "overview.png", "calibration.png", "tuning.png",
    }  # fmt: skip
    for path in (root / "figures").iterdir():
        assert path.read_bytes().startswith(b"\x89PNG")
    provenance = json.loads((root / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["seeds"] == [1000, 1001]
    assert provenance["versions"]["torch"]
    run = json.loads((root / "run.json").read_text(encoding="utf-8"))
    assert sum(provenance["units"].values()) == SMOKE_BLOCKS + len(run["measurements"])
    assert provenance["unit_seconds"]["training"] > 0
    assert set(provenance["wall_seconds"]) == {"plan", "run", "report", "total"}
    assert set(provenance["data_sha256"]) == {"ring", "digits"}
    own = in_domain_extractor("digits")
    assert own is not None
    assert provenance["extractors"] == {"digits": {own.name: own.sha256}}
    assert provenance["notes"] == []
    assert len(provenance["git"]["commit"] or "0" * 40) == 40
    assert set(provenance["hardware"]) >= {"processor", "cores", "memory_gib", "device"}


def test_tables_name_the_extractor_and_the_floor(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, _ = smoke
    text = (root / "tables" / "digits.md").read_text(encoding="utf-8")
    assert "FID[digits-cnn-" in text
    assert "| real data | floor |" in text
    assert "**best**" in text


def test_a_second_run_computes_nothing_and_writes_the_same(
    smoke: tuple[Path, subprocess.CompletedProcess[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = smoke
    before = {path: path.read_bytes() for path in [*sorted(root.glob("tables/*")), root / "rows.csv"]}
    assert main(["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(root)]) == 0
    measurements = json.loads((root / "run.json").read_text(encoding="utf-8"))["measurements"]
    assert f"0 measurements computed, {len(measurements)} reused" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in before} == before


def test_a_damaged_unit_alone_is_computed_again(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, _ = smoke
    before = (root / "rows.csv").read_bytes()
    run = json.loads((root / "run.json").read_text(encoding="utf-8"))
    entry = next(e for e in run["measurements"] if e["measure"] == "reconstruction")
    arrays = root / "measurements" / entry["key"] / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:-10])
    finished = run_bench("--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(root))
    assert finished.returncode == 0
    assert f"1 measurements computed, {len(run['measurements']) - 1} reused" in finished.stdout
    assert (root / "rows.csv").read_bytes() == before


def test_jobs_do_not_change_the_rows(smoke: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """One worker or two, alone or among others: the same bytes."""
    root, _ = smoke
    words = ["--experiment", "mixtures", "--model", "fgan", "--profile", "smoke", "--device", "cpu", "--jobs", "1"]
    assert run_bench(*words, "--results-dir", str(tmp_path)).returncode == 0
    alone = {tuple(row.values()) for row in rows_of(tmp_path)}
    assert alone
    assert alone <= {tuple(row.values()) for row in rows_of(root)}


def dry_run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    capsys.readouterr()
    assert main([*words, "--dry-run", "--json", "--device", "cpu"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert isinstance(facts, dict)
    return facts


def test_adding_seeds_adds_blocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--experiment", "mixtures", "--model", "ae", "--profile", "smoke", "--results-dir", str(tmp_path)]
    assert run_bench(*words, "--seeds", "8", "--device", "cpu").returncode == 0
    more = dry_run(capsys, *words, "--seeds", "16")
    assert (more["blocks"], more["blocks_to_train"]) == (2, 1)
    assert dry_run(capsys, *words, "--seeds", "8")["measurements_to_take"] == 0


def test_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "results"
    facts = dry_run(capsys, "--all", "--results-dir", str(target))
    left_out = sum(len(arms) for arms in LEFT_OUT.values())
    assert facts["blocks"] == facts["blocks_to_train"] == 4 * len(ARMS) - left_out + len(ON_THE_PLANE)
    assert facts["wall_seconds"]
    assert not target.exists()
    assert main(["--all", "--dry-run", "--device", "cpu", "--results-dir", str(target)]) == 0
    assert f"{facts['blocks']} of {facts['blocks']} blocks to train" in capsys.readouterr().out


def test_a_crash_is_recorded_as_failed_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = make_options(
        {
            "experiment": ["mixtures"],
            "model": ["ae", "gan"],
            "profile": "smoke",
            "device": "cpu",
            "results_dir": str(tmp_path),
        }
    )
    store = Store(tmp_path)
    plan = make_plan(options, store)
    work = Work(tmp_path, Path("data"), plan.environment, {"commit": None, "dirty": None})

    def failing(block, *rest):  # type: ignore[no-untyped-def]
        if block.model == "gan":
            raise MemoryError("no memory\nleft")
        return train_block(block, *rest)

    monkeypatch.setattr("benchmarks.runner.train_block", failing)
    outcomes: list[Outcome] = [run_unit(unit, work) for unit in plan.todo]
    failures = write_outputs(plan, store, outcomes)
    assert set(failures.values()) == {"MemoryError: no memory left"}
    rows = rows_of(tmp_path)
    statuses = {model: {row["status"] for row in rows if row["model"] == model} for model in ("ae", "gan")}
    assert statuses == {"ae": {"ok"}, "gan": {"failed"}}
    failed = [row for row in rows if row["model"] == "gan"]
    assert all(row["value"] == "nan" for row in failed)
    assert {row["metric"] for row in failed} >= {"jsd-hist", "parameters"}
    from benchmarks.report.results import Results
    from benchmarks.report.write import write_report

    write_report(Results(tmp_path))  # a report with failed runs is still a report
    assert "failed" in (tmp_path / "tables" / "ring.md").read_text(encoding="utf-8")
    # nothing of the failure is in the store: the next run tries again
    again = make_plan(options, store)
    assert {unit.block.model for unit in again.todo if unit.block} == {"gan"}


def test_a_stopped_run_keeps_what_it_had(tmp_path: Path) -> None:
    words = ["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run_bench.py"), *words], stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True,
        # a shell's background jobs, and what they start, ignore the signal
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    done = tmp_path / "measurements"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and (not done.exists() or len(list(done.iterdir())) < 3):
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.strip().splitlines()[-1].startswith("run_bench.py: interrupted; what was finished is stored")
    kept = len(list(done.iterdir()))
    plan = make_plan(make_options({"profile": "smoke", "device": "cpu", "results_dir": str(tmp_path)}), Store(tmp_path))
    assert 3 <= kept < len(plan.measurements)
    assert sum(m.stored for m in plan.measurements) == kept


def test_the_users_own_files_in_a_results_directory_stay(
    smoke: tuple[Path, subprocess.CompletedProcess[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A report removes what an earlier report wrote and nothing else."""
    root, _ = smoke
    own = [root / "figures" / "thesis.png", root / "tables" / "notes.md"]
    for path in own:
        path.write_text("mine")
    words = ["--profile", "smoke", "--device", "cpu", "--results-dir", str(root)]
    assert main(["--experiment", "mixtures", *words]) == 0
    assert all(path.read_text() == "mine" for path in own)
    assert not (root / "tables" / "digits.md").exists()
    assert main(["--all", *words]) == 0
    assert (root / "tables" / "digits.md").exists()
    for path in own:
        path.unlink()


@pytest.mark.parametrize("name", ["blocks", "measurements", "writing", "tables", "figures", "damaged"])
def test_a_file_in_a_folders_place_is_found_before_training(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text("x")
    assert main(["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]) == 2
    assert f"{name} is not a directory" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["rows.csv", "run.json", "provenance.json"])
def test_a_folder_in_a_files_place_is_found_before_training(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).mkdir()
    assert main(["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]) == 2
    assert f"{name} is not a file" in capsys.readouterr().err


def test_all_wins_over_a_configuration_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "run.toml"
    config.write_text('experiment = "mixtures"\n')
    words = ["--config", str(config), "--profile", "smoke", "--results-dir", str(tmp_path / "r")]
    assert dry_run(capsys, *words)["blocks"] == len(ARMS)
    assert dry_run(capsys, "--all", *words)["blocks"] == SMOKE_BLOCKS


def test_repeated_options_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--model", "ae", "--model", "dae", "--profile", "smoke", "--results-dir", str(tmp_path)]
    assert dry_run(capsys, *words)["blocks"] == 4 + 1  # two data sets, and the AE with two latent dimensions


def test_a_bad_name_leaves_no_directory(tmp_path: Path) -> None:
    assert main(["--model", "nope", "--results-dir", str(tmp_path / "a" / "b")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    command = (
        f"{sys.executable} run_bench.py --all --dry-run --json --device cpu --results-dir '{tmp_path}/r' | head -c 5"
    )
    finished = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in finished.stderr


BAD = {
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
    (
        "--all",
        "--inception-weights",
        "/nowhere.pth",
    ): "/nowhere.pth: no such file; expected a file with SHA-256 6726825d…",
    ("--all", "--inception-weights", "/"): "Inception weights /: not a file; expected",
    ("--all", "--inception-weights", __file__): "; expected a file with SHA-256 6726825d…",
    ("--all", "--inception-weights", "download", "--offline"): "--offline forbids",
    ("--all", "--inception-sha256", "0123456789"): "which is not given; give both",
    ("--all", "--inception-weights", "x", "--inception-sha256", "6726825"): "8 to 64 hexadecimal digits",
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


def test_list_prints_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    for word in ("models:", "fgan", "datasets:", "unequal-pair", "metrics:", "jsd-hist", "experiments:", "mixtures"):
        assert word in text
    for word in ("fashion-mnist", "kmnist", "cifar10", "own images, by --own-data"):
        assert word in text
    assert main(["list", "models", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["models"]


def test_help_does_without_torch() -> None:
    code = (
        "import sys; from benchmarks.command_line import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    sys.exit('torch' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0
    assert "--results-dir" in finished.stdout


def test_quiet_prints_nothing(
    smoke: tuple[Path, subprocess.CompletedProcess[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = smoke
    assert main(["--all", "--profile", "smoke", "--quiet", "--device", "cpu", "--results-dir", str(root)]) == 0
    assert capsys.readouterr().out == ""


def test_json_summary(smoke: tuple[Path, subprocess.CompletedProcess[str]], capsys: pytest.CaptureFixture[str]) -> None:
    root, _ = smoke
    assert main(["--all", "--profile", "smoke", "--json", "--device", "cpu", "--results-dir", str(root)]) == 0
    assert json.loads(capsys.readouterr().out)["failures"] == {}


def test_mnist_experiment_runs_through_data_dir(mnist_dir: Path, tmp_path: Path) -> None:
    words = [
        "--experiment",
        "images",
        "--dataset",
        "mnist",
        "--model",
        "ae",
        "gan",
        "--profile",
        "smoke",
        "--seeds",
        "1",
    ]
    finished = run_bench(
        *words, "--data-dir", str(mnist_dir), "--offline", "--device", "cpu", "--results-dir", str(tmp_path)
    )
    assert finished.returncode == 0, finished.stderr
    assert {row["dataset"] for row in rows_of(tmp_path)} == {"mnist"}
    assert (tmp_path / "figures" / "mnist-samples.png").exists()


@pytest.fixture
def own_images(tmp_path: Path) -> dict[str, Path]:
    """The same 200 pictures as an archive (grey, labels), and as a folder (colour, some of another size)."""
    pixels = np.random.default_rng(0).integers(0, 256, (200, 8, 8), dtype=np.uint8)
    folder = tmp_path / "my pictures"
    folder.mkdir()
    for number, image in enumerate(pixels):
        Image.fromarray(image).convert("RGB").resize((8 + number % 2, 8)).save(folder / f"{number:03d}.png")
    np.savez(tmp_path / "mine.npz", images=pixels, labels=np.arange(200) % 2)
    return {"archive": tmp_path / "mine.npz", "folder": folder}


@pytest.mark.parametrize(
    ("kind", "more", "shape"), [("archive", [], [8, 8]), ("folder", ["--image-size", "6"], [3, 6, 6])]
)
def test_own_images_run_from_end_to_end(
    own_images: dict[str, Path], kind: str, more: list[str], shape: list[int], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    root = tmp_path / "results"
    words = [
        "--dataset",
        "own",
        "--own-data",
        str(own_images[kind]),
        *more,
        "--model",
        "ae",
        "gan",
        "--profile",
        "smoke",
    ]
    words += ["--seeds", "1", "--jobs", "1", "--device", "cpu", "--results-dir", str(root)]
    assert main(words) == 0
    assert len(capsys.readouterr().out.splitlines()) <= 10
    rows = rows_of(root)
    assert {row["status"] for row in rows} == {"ok"}
    assert {row["n"] for row in rows if row["measure"] == "image-samples"} == {"40"}
    facts = json.loads((root / "run.json").read_text(encoding="utf-8"))["datasets"]["own"]
    assert (facts["shape"], facts["train"], facts["test"]) == (shape, 160, 40)
    assert facts["summary"].startswith(f"own data {own_images[kind].name}: ")
    assert str(tmp_path) not in (root / "run.json").read_text(encoding="utf-8")
    assert facts["licence"] == "the user's own"
    assert (root / "figures" / "own-samples.png").exists() and (root / "figures" / "own-reconstructions.png").exists()
    assert dry_run(capsys, *words)["measurements_to_take"] == 0

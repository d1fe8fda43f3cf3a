"""Models from outside: the documented template, the examples, what is wrong with a file, and what the contract finds broken."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import contract, plugins
from benchmarks.blocks import train_block
from benchmarks.command_line import main
from benchmarks.command_line.listing import catalogue
from benchmarks.datasets import load
from benchmarks.experiments.base import arms_for, block
from benchmarks.specs import InputError
from models import MODELS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-model.md"
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
TEMPLATE = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    known, modules = dict(MODELS), set(sys.modules)
    yield
    for registry in (MODELS, plugins.JOINED):
        for name in set(registry) - set(known):
            del registry[name]
    for name in set(sys.modules) - modules:
        if name.startswith("plugin_"):
            del sys.modules[name]


def written(folder: Path, name: str, text: str = TEMPLATE, *changes: tuple[str, str]) -> Path:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


def run_bench(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "run_bench.py", *map(str, words)], capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_the_template_joins_every_comparison_as_it_is_pasted(tmp_path: Path) -> None:
    """A run with it, gone on with, reported, cited, verified; without its file what needs no code goes on, and the rest says so."""
    plugin, results = written(tmp_path, "my_model"), tmp_path / "results"
    words = [
        "--experiment",
        "mixtures",
        "images",
        "--model",
        "my-model",
        "--profile",
        "smoke",
        "--results-dir",
        results,
    ]
    words += ["--device", "cpu", "--plugin", plugin]
    done = run_bench(*words)
    assert done.returncode == 0, done.stderr
    assert "MMD net" in done.stdout
    rows = pd.read_csv(results / "rows.csv")
    assert set(rows["dataset"][rows["model"] == "my-model"]) == {"ring", "digits"}
    assert {"jsd-hist", "training-flops"} <= set(rows["metric"]) and (rows["status"] == "ok").all()
    provenance = json.loads((results / "provenance.json").read_text())
    assert provenance["plugins"]["my-model"]["origin"] == "my_model.py"
    assert "0 measurements computed" in run_bench(*words).stdout
    assert "MMD net" in (results / "report.html").read_text(encoding="utf-8")
    assert run_bench("report", results, "--to", tmp_path / "again", "--quiet").returncode == 0
    alone = run_bench("verify", results, "--sample", "9")
    assert alone.returncode == 2 and "give its file by --plugin" in alone.stderr
    verified = run_bench("verify", results, "--sample", "9", "--plugin", plugin)
    assert verified.returncode == 0 and "verified, bit-equal" in verified.stdout
    # another source, another result: nothing is taken from what the old one left
    written(tmp_path, "my_model", TEMPLATE, ("0.1 * self.data", "0.2 * self.data"))
    assert "0 reused" in run_bench(*words, "--dry-run").stdout or "0 of" in run_bench(*words, "--dry-run").stdout


def test_a_plugin_stands_in_lists_and_arms(tmp_path: Path) -> None:
    text = TEMPLATE.replace("model=MyModel)", 'model=MyModel, arms=({}, {"learning_rate": 0.01}), kinds=("images",))')
    named = '@classmethod\n    def describe(cls, settings):\n        return f"MMD net ({settings.learning_rate})"'
    text = text.replace("    stacked = True", f"    {named}\n\n    stacked = True")
    plugins.join([written(tmp_path, "listed", text)])
    assert catalogue()["models"]["my-model"].startswith("Generative moment matching network")
    own = [("my-model", {}), ("my-model", {"learning_rate": 0.01})]
    assert list(arms_for("digits", "smoke")[-2:]) == own == list(arms_for("mnist", "full")[-2:])
    assert not any(name == "my-model" for name, _ in arms_for("ring", "standard"))
    plugins.join([tmp_path / "listed.py"])  # a second time does nothing
    assert list(plugins.JOINED) == ["my-model"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_keep_the_contract(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["contract", str(path)])
    assert contract.main() == 0, capsys.readouterr().out


def test_the_diffusion_model_learns_on_a_mixture() -> None:
    """Half of a standard training; always to tell v = 0 has the loss 1, and the best that there is 0.82."""
    plugins.join([ROOT / "examples" / "diffusion.py"])
    spec = block("ring", "diffusion", {}, "standard", (100, 101))
    training = spec.training.model_copy(update={"updates": 1000, "snapshots": ()})
    data = load("ring", Path(), offline=True)
    model = MODELS["diffusion"]
    trained = train_block(spec.model_copy(update={"training": training}), model, data, "cpu", 2)
    assert (trained.curves["squared_error"][:, -40:].mean(1) < 0.93).all()


def test_there_are_two_examples() -> None:
    assert [path.stem for path in EXAMPLES] == ["diffusion", "wgan_gp"]


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"regression", "discriminator", "pca"}))
def test_the_suites_own_models_keep_it(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["contract", name])
    monkeypatch.setattr(contract, "TRIED_ON", {"mixture": "ring", "images": "strokes"})  # small networks
    assert contract.main() == 0, capsys.readouterr().out


FORWARD = 'made = self.generator(noise["latent"])'
SAMPLE = 'alone\n        return self.generator(noise["latent"])'
BROKEN = {
    "draws": ((FORWARD, 'import torch; made = self.generator(torch.randn_like(noise["latent"]))'), "declare them in noise_spec"),
    "shape": (("return loss, {", "return loss[..., None], {"), "has shape (1,), not ()"),
    "nan": (("return loss, {", "return loss / 0 * 0, {"), "is nan before any training"),
    "scalar": (('{"squared_mmd": loss.detach()}', '{"squared_mmd": loss}'), "must be a detached tensor"),
    "owner": (('{"generator": ("generator",)}', '{"generator": ("generator.0",)}'), "exactly one owner"),
    "unused": (
        (
            "self.generator = networks.decoder()",
            "self.generator = networks.decoder(); some = next(self.generator.parameters()).detach().clone(); "
            "self.generator.register_parameter('idle', nn.Parameter(some))",
        ),
        "does not depend on generator.idle",
    ),
    "in place": ((FORWARD, f'x += 0.1; {FORWARD}'), "changes its input or its parameters in place"),
    "memory": (
        (FORWARD, f'self.calls = getattr(self, "calls", 0) + 1; {FORWARD} * (1 + 0.1 * self.calls)'),
        "on the same input",
    ),
    "axis": ((".mean((-1, -2)) for", ".mean() for"), "not (3,): reduce over trailing axes only"),
    "budget": (('Phase((Step("generator"),))', 'Phase((Step("generator"),), share=2.0)'), "a budget of 100 makes 200 updates"),
    "other rows": ((SAMPLE, SAMPLE + ' * 0 + noise["latent"].mean().sigmoid()'), "depends on those that are drawn with it"),
    "size": ((SAMPLE, 'alone\n        return noise["latent"]'), "samples have shape"),
    "range": ((SAMPLE, SAMPLE + " + 1"), "beyond [0, 1]"),
    "samplers": (("stacked = True", 'samplers = ("prior", "gmm"); stacked = True'), "need codes"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_the_contract_finds_what_is_broken(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (old, new), message = BROKEN[what]
    path = written(
        tmp_path, "broken", TEMPLATE.replace("  # every row depends on its own noise alone", "  # alone"), (old, new)
    )
    monkeypatch.setattr("sys.argv", ["contract", str(path)])
    assert contract.main() == 1
    said = capsys.readouterr().out
    assert message in said and "Traceback" not in said
    assert all(len(line) < 700 for line in said.splitlines())


FILES = {
    "syntax": ("def (:", "line 1: SyntaxError"),
    "raises": ("x = 1\n\nraise RuntimeError('no\\nway')", "line 3: RuntimeError: no way"),
    "absent": ("import not_there", "line 1: ModuleNotFoundError: No module named 'not_there'"),
    "nothing": ("x = 1", "has no PLUGIN"),
    "other": ("PLUGIN = 3", "has no PLUGIN"),
    "name": (TEMPLATE.replace('"my-model"', '"My Model"'), "must be lower-case letters"),
    "taken": (TEMPLATE.replace('"my-model"', '"gan"'), "the name 'gan' is taken by the suite itself"),
    "class": (TEMPLATE.replace("model=MyModel", "model=nn.Linear"), "must be a subclass of models.GenerativeModel"),
    "abstract": (TEMPLATE.replace("def sample(", "def samples("), "has no sample"),
    "settings": (
        TEMPLATE.replace("class Settings(base.Settings)", "class Other(base.Settings)"),
        "needs a class Settings",
    ),
    "title": (TEMPLATE.replace('title = "MMD net"', "other = 1"), "needs a title"),
    "arm": (TEMPLATE.replace("model=MyModel", 'model=MyModel, arms=({"rate": 1},)'), "does not fit its Settings"),
    "arms": (TEMPLATE.replace("model=MyModel", "model=MyModel, arms=()"), "at least one"),
    "kinds": (TEMPLATE.replace("model=MyModel", 'model=MyModel, kinds=("text",)'), "'mixture' and 'images'"),
    "ends": ("import sys\n\nsys.exit(0)", "line 3: SystemExit: 0"),
    "alike": (
        TEMPLATE.replace("model=MyModel", 'model=MyModel, arms=({"learning_rate": 1e-3}, {"learning_rate": 0.1})'),
        "is called 'MMD net', as another one is; give the model a describe() that tells them apart",
    ),
    "title of the suite": (TEMPLATE.replace('"MMD net"', '"ae"'), "is called 'ae', which is ae; choose another title"),
    "empty title": (TEMPLATE.replace('"MMD net"', '" "'), "must be one line of text"),
    "two lines": (TEMPLATE.replace('"MMD net"', '"MMD\\nnet"'), "must be one line of text"),
    "infinite": (
        TEMPLATE.replace("LearningRate = 1e-3", 'LearningRate = 1e-3\n        clip: float = float("inf")'),
        "has settings that JSON cannot hold",
    ),
    "no JSON": (
        TEMPLATE.replace("LearningRate = 1e-3", "LearningRate = 1e-3\n        some: object = object()"),
        "has settings that JSON cannot hold",
    ),
    "describe": (
        TEMPLATE.replace(
            "    stacked = True",
            "    @classmethod\n    def describe(cls, settings):\n        raise KeyError('x')\n\n    stacked = True",
        ),
        "describe() fails (KeyError: 'x')",
    ),
}


@pytest.mark.parametrize("what", FILES)
def test_a_bad_file_is_one_line(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, message = FILES[what]
    path = written(tmp_path, "bad", text)
    assert main(["--all", "--profile", "smoke", "--plugin", str(path), "--results-dir", str(tmp_path / "results")]) == 2
    said = capsys.readouterr().err
    assert message in said and len(said.splitlines()) == 1 and "Traceback" not in said
    assert not (tmp_path / "results").exists()
    assert not plugins.JOINED and "plugin_bad" not in sys.modules


@pytest.mark.parametrize("what", ["other rows", "sample draws", "budget"])
def test_a_model_that_breaks_the_contract_is_refused_before_training(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it gives would fail in the end, or mean something else than is said."""
    drawing = (SAMPLE, 'alone\n        import torch; return self.generator(torch.randn_like(noise["latent"]))')
    (old, new), message = BROKEN.get(what, (drawing, "depends on those that are drawn with it"))
    text = TEMPLATE.replace("  # every row depends on its own noise alone", "  # alone")
    path, results = written(tmp_path, "broken", text, (old, new)), tmp_path / "results"
    words = ["--experiment", "mixtures", "--dataset", "ring", "--profile", "smoke", "--device", "cpu", "--offline"]
    assert main([*words, "--plugin", str(path), "--results-dir", str(results)]) == 2
    said = capsys.readouterr().err
    assert "breaks the contract on ring: " in said and message in said and len(said.splitlines()) == 1
    assert not results.exists()
    assert main([*words, "--plugin", str(path), "--model", "ae", "--dry-run"]) == 0  # which is not asked for


def test_sources_that_are_unusual_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No docstring, and another encoding than UTF-8, which the file names."""
    path = tmp_path / "plain.py"
    source = TEMPLATE.partition("\n\n")[2].replace('"MMD net"', '"MMD net é"')
    path.write_bytes(b"# -*- coding: latin-1 -*-\n" + source.encode("latin-1"))
    assert main(["list", "models", "--plugin", str(path)]) == 0
    assert "my-model" in capsys.readouterr().out
    words = ["--experiment", "mixtures", "--dataset", "ring", "--profile", "smoke", "--device", "cpu", "--offline"]
    assert main([*words, "--plugin", str(path), "--dry-run"]) == 0
    assert "MMD net é" in capsys.readouterr().out


def test_paths_that_are_no_plugins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "with-dash.py").write_text(TEMPLATE)
    (tmp_path / "text.txt").write_text(TEMPLATE)
    (tmp_path / "folder.py").mkdir()
    for name, message in {
        "absent.py": "no such file", "with-dash.py": "a Python module", "text.txt": "a Python module", "folder.py": "not a file",
    }.items():  # fmt: skip
        assert main(["--all", "--plugin", str(tmp_path / name), "--results-dir", str(tmp_path / "results")]) == 2
        assert message in capsys.readouterr().err


def test_two_files_of_one_name_and_a_file_that_changed(tmp_path: Path) -> None:
    first = written(tmp_path, "twice")
    plugins.join([first])
    (tmp_path / "other").mkdir()
    with pytest.raises(InputError, match="another plugin file of this name"):
        plugins.join([written(tmp_path / "other", "twice", TEMPLATE.replace('"my-model"', '"another"'))])
    with pytest.raises(InputError, match=r"the name 'my-model' is taken by twice\.py"):
        plugins.join([written(tmp_path, "third")])
    ((path, sha256),) = plugins.files()
    plugins.join_file(path, sha256)
    written(tmp_path, "twice", TEMPLATE + "\n")
    with pytest.raises(InputError, match="changed since the run began"):
        plugins.join_file(path, sha256)


def test_an_installed_package_joins_without_being_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "offered")
    monkeypatch.syspath_prepend(str(tmp_path))

    def offer(name: str, value: str) -> None:
        entry = importlib.metadata.EntryPoint(name, value, plugins.ENTRY_POINTS)
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [entry])

    offer("my-model", "offered:PLUGIN")
    plugins.join(())
    plugins.join(())
    assert MODELS["my-model"].title == "MMD net" and plugins.files() == ()
    assert plugins.JOINED["my-model"].origin == "offered:PLUGIN"
    for name, value, message in [
        ("other", "offered:PLUGIN", "call both alike"),
        ("broken", "not_there:PLUGIN", "ModuleNotFoundError"),
        ("nothing", "offered:MyModel", "is no models.plugin.Plugin"),
    ]:
        offer(name, value)
        with pytest.raises(InputError, match=message):
            plugins.join(())
    del sys.modules["offered"]

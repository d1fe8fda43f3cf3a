"""Models from outside of the suite: a file that the user names, or an installed package's entry point.

Either gives a ``PLUGIN`` (``models.plugin``), which is taken into the registry of models and into every comparison. A file is one
module: its source, and what it imports of the suite, is part of its blocks' keys; what it imports from elsewhere is not.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from benchmarks.datasets import DATASETS
from benchmarks.recipes import Arm
from benchmarks.specs import InputError, canonical_json
from models import MODELS
from models.plugin import Plugin

ENTRY_POINTS = "fairtrial.models"
"""The group under which an installed package offers its plugin."""
ENDINGS = (Exception, SystemExit, GeneratorExit)
"""Whatever code from outside may raise, but for what ends this program from outside."""
STEM = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST_LABEL = 60


@dataclass(frozen=True)
class Joined:
    """A plugin that was taken in.

    Attributes:
        plugin: what it says of itself.
        origin: its file's name, or the package that offers it.
        sha256: of the file that it is in.
        path: that file, if the user named it.
    """

    plugin: Plugin
    origin: str
    sha256: str
    path: Path | None


JOINED: dict[str, Joined] = {}
"""What was taken in, by the models' names."""


def join(files: Iterable[Path]) -> None:
    """Take in the plugins of installed packages, and those in files; what is in already stays.

    Raises:
        InputError: a file that cannot be read or run, or that has no sound ``PLUGIN``; a name that is taken.
    """
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        join_installed(entry)
    for path in files:
        join_file(path)


def join_file(path: Path, expected: str | None = None) -> None:
    """Take in the plugin in a file.

    Args:
        path: of a Python file.
        expected: the SHA-256 that it had when the run began; None: whatever it has.

    Raises:
        InputError: see :func:`join`; or the file is another one by now.
    """
    path = path.resolve()
    if not path.is_file():
        raise InputError(f"plugin {path}: {'not a file' if path.exists() else 'no such file'}; give a Python file")
    if path.suffix != ".py" or not STEM.fullmatch(path.stem):
        raise InputError(f"plugin {path}: its name must be one of a Python module, such as my_model.py")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"plugin {path} cannot be read: {error.strerror}; give a Python file") from None
    found = hashlib.sha256(content).hexdigest()
    known = next((one for one in JOINED.values() if one.path == path), None)
    if (expected or (known.sha256 if known else found)) != found:
        raise InputError(f"plugin {path} changed since the run began; start it again")
    if known is None:
        module = run_file(path, content)
        try:
            _take(_plugin_of(module, path), path.name, found, path)
        except InputError:
            del sys.modules[module.__name__]
            raise


def run_file(path: Path, content: bytes) -> ModuleType:
    """The module that a plugin's file makes; workers and pickles find it under ``plugin_<name of the file>``.

    Raises:
        InputError: it cannot be run, and in which line.
    """
    name = f"plugin_{path.stem}"
    if name in sys.modules:
        raise InputError(f"plugin {path}: there is another plugin file of this name; rename one")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(compile(content, str(path), "exec"), module.__dict__)
    except ENDINGS as error:
        del sys.modules[name]
        raise InputError(f"plugin {path}{_line_of(error, path)}: {_said(error)}") from None
    return module


def join_installed(entry: importlib.metadata.EntryPoint) -> None:
    """Take in the plugin that an installed package offers.

    Raises:
        InputError: it cannot be loaded, or is no plugin.
    """
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    if any(one.origin == package and one.plugin.name == entry.name for one in JOINED.values()):
        return
    where = f"of package {package} ({entry.value})"
    try:
        plugin = entry.load()
    except ENDINGS as error:
        raise InputError(f"plugin {where}: {_said(error)}; mend or uninstall the package") from None
    if not isinstance(plugin, Plugin):
        raise InputError(f"plugin {where} is no models.plugin.Plugin but {plugin!r:.60}; mend or uninstall the package")
    if plugin.name != entry.name:
        raise InputError(
            f"plugin {where}: its entry point is called {entry.name!r}, its model {plugin.name!r}; call both alike"
        )
    source = sys.modules[plugin.model.__module__].__file__
    assert source is not None
    _take(plugin, package, hashlib.sha256(Path(source).read_bytes()).hexdigest(), None)


def _plugin_of(module: ModuleType, path: Path) -> Plugin:
    plugin = getattr(module, "PLUGIN", None)
    if not isinstance(plugin, Plugin):
        raise InputError(
            f"plugin {path} has no PLUGIN = Plugin(name=…, model=…) of models.plugin; docs/adding-a-model.md shows one"
        )
    return plugin


def _take(plugin: Plugin, origin: str, sha256: str, path: Path | None) -> None:
    if plugin.name in MODELS:
        taken = JOINED[plugin.name].origin if plugin.name in JOINED else "the suite itself"
        raise InputError(f"plugin {origin}: the name {plugin.name!r} is taken by {taken}; choose another")
    check_arms(plugin, origin)
    MODELS[plugin.name] = plugin.model
    JOINED[plugin.name] = Joined(plugin, origin, sha256, path)


def check_arms(plugin: Plugin, origin: str) -> None:
    """Check that every arm has settings that can be written down, and a name of its own, by which tables tell it from others.

    Raises:
        InputError: says which arm, and what would be right.
    """
    where = f"plugin {origin}: arm"
    suite = {MODELS[name].title.casefold(): name for name in MODELS if name not in JOINED}
    others = {label: one.origin for one in JOINED.values() for label in map(one.plugin.label, one.plugin.arms)}
    labels: list[str] = []
    for arm in plugin.arms:
        try:
            canonical_json(plugin.model.Settings(**arm))
        except (ValueError, TypeError) as error:  # pydantic's own are of these
            raise InputError(f"{where} {arm!r:.80} has settings that JSON cannot hold ({_said(error):.200})") from None
        try:
            label = plugin.label(arm)
        except ENDINGS as error:
            raise InputError(f"{where} {arm!r:.80}: describe() fails ({_said(error):.200})") from None
        if not isinstance(label, str) or not label.strip() or not label.isprintable() or len(label) > LONGEST_LABEL:
            raise InputError(
                f"{where} {arm!r:.80} is called {label!r:.80}; title, or describe(), must be one line of text, {LONGEST_LABEL} "
                "characters at most"
            )
        if label in labels:
            raise InputError(
                f"{where} {arm!r:.80} is called {label!r}, as another one is; give the model a describe() that tells them apart"
            )
        taken = suite.get(label.partition("(")[0].strip().casefold()) or others.get(label)
        if taken is not None:
            raise InputError(f"{where} {arm!r:.80} is called {label!r}, which is {taken}; choose another title")
        labels.append(label)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:400]


def _line_of(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f", line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def arms(dataset: str) -> tuple[Arm, ...]:
    """The arms of all plugins that model a data set's kind of data."""
    kind = DATASETS[dataset].kind
    return tuple(
        (one.plugin.name, arm) for one in JOINED.values() if kind in one.plugin.kinds for arm in one.plugin.arms
    )


def files() -> tuple[tuple[Path, str], ...]:
    """The files that the user named, each with its SHA-256."""
    return tuple((one.path, one.sha256) for one in JOINED.values() if one.path is not None)

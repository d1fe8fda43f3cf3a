"""What a run is asked to do: validated options, from the command line and from a TOML file. No torch."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from benchmarks.specs import InputError, Profile, SeedRole, unknown

Overwrite = Literal["only-missing", "always", "never"]
ExecutorName = Literal["local", "ray"]
MAX_CONFIG_BYTES = 64_000
HOST = r"\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*"
ADDRESS = re.compile(rf"(ray://)?({HOST}):(?P<port>\d{{1,5}})", re.ASCII)
SHARES_OF_A_GPU = 10_000
"""Parts into which Ray divides a GPU."""
DEFAULT_DATA_DIR = Path("data")


def resolvable(path: Path) -> Path:
    """The path, if it leads anywhere.

    Raises:
        ValueError: its links lead in a circle, it is too long for the system, or it is not UTF-8.
    """
    try:
        str(path.resolve()).encode()  # what is written of it is UTF-8
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            os.lstat(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError(f"no path that leads anywhere ({' '.join(str(error).split()):.80})") from None
    return path


class RunOptions(BaseModel):
    """Options of a run.

    Attributes:
        experiment: experiments to run; empty for all, unless claims are named.
        claim: claims to judge; empty for all, unless experiments are named.
        model: models to keep; empty for all.
        dataset: data sets to ask the experiments for; empty for the profile's.
        plugin: files with models of your own, which join every comparison.
        seeds: number of seeds; None for the profile's.
        seed_role: which range the seeds are from: 0–99 tuning, 100–199 pilot, from 3000 verdict.
        profile: smoke, standard or full.
        device: auto, cpu, cuda or cuda:n.
        jobs: worker processes; None for the number of cores (1 on a GPU).
        executor: where units run: ``local``, in processes of this machine, or ``ray``, on a Ray cluster.
        address: the cluster's head node, ``host:port``, or ``auto``; None: Ray is started on this machine.
        gpus_per_cell: share of a GPU that a unit takes on the cluster; None: a whole one on GPUs.
        data_dir: torchvision's data root.
        own_data: an ``.npz`` file or a folder of images, for the data set ``own``.
        image_size: own images are cropped to a square and resized to this side.
        results_dir: where results go; None for ``results/<profile>``.
        offline: never download anything.
        inception_weights: file with torch-fidelity's Inception-v3 weights, or ``download``; None for no Inception-v3.
        inception_sha256: SHA-256 that this file must have, or its first digits, at least 8; None for the official file's.
        timeout: seconds that a worker may be at one unit, a block and its measurements, before it is stopped; None: any time.
        checkpoint_seconds: time between two states of a training from which it can go on; 0: as often as can be.
        overwrite: what to do where results are stored already: ``only-missing`` computes what is not there, ``always`` everything
            anew, ``never`` refuses a directory that holds results.
        tensorboard: directory for TensorBoard, with the loss curves of what is trained; None for none.
        dry_run: print the plan and stop.
        quiet: print nothing but errors.
        json_output: print machine-readable output.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)

    experiment: tuple[str, ...] = ()
    claim: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    dataset: tuple[str, ...] = ()
    plugin: tuple[Path, ...] = ()
    seeds: Annotated[int, Field(ge=1, le=10_000)] | None = None
    seed_role: SeedRole = "verdict"
    profile: Profile = "standard"
    device: Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d{1,3})?)$")] = "auto"
    jobs: Annotated[int, Field(ge=1, le=1024)] | None = None
    executor: ExecutorName = "local"
    address: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    gpus_per_cell: Annotated[float, Field(ge=0, le=64, allow_inf_nan=False)] | None = None
    data_dir: Path = DEFAULT_DATA_DIR
    own_data: Path | None = None
    image_size: Annotated[int, Field(ge=4, le=256)] | None = None
    results_dir: Path | None = None
    offline: bool = False
    inception_weights: Path | None = None
    inception_sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8,64}$")] | None = None
    timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    checkpoint_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 60.0
    overwrite: Overwrite = "only-missing"
    tensorboard: Path | None = None
    dry_run: bool = False
    quiet: bool = False
    json_output: Annotated[bool, Field(alias="json")] = False

    @field_validator("experiment", "claim", "model", "dataset", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value

    @field_validator("data_dir", "results_dir", "own_data", "tensorboard", mode="before")
    @classmethod
    def _path(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
            what = "an .npz file or of a folder of images" if info.field_name == "own_data" else "a directory"
            raise ValueError(f"give the path of {what}")
        return resolvable(Path(value))

    @field_validator("plugin", mode="before")
    @classmethod
    def _files(cls, value: Any) -> Any:
        given = (value,) if isinstance(value, str | Path) else value
        if not isinstance(given, list | tuple) or not all(
            isinstance(one, str | Path) and str(one) and "\0" not in str(one) for one in given
        ):
            raise ValueError("give paths of Python files")
        return tuple(resolvable(Path(one)) for one in given)

    @field_validator("inception_weights", mode="before")
    @classmethod
    def _file(cls, value: Any) -> Any:
        if value is not None and (not isinstance(value, str | Path) or not str(value) or "\0" in str(value)):
            raise ValueError("give the path of a file, or 'download'")
        return None if value is None else resolvable(Path(value))

    @field_validator("address")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        found = None if value is None else ADDRESS.fullmatch(value)
        if value not in (None, "auto") and not (found and 0 < int(found["port"]) < 65536):
            raise ValueError("give HOST:PORT of the cluster's head node, or auto")
        return value

    @field_validator("gpus_per_cell")
    @classmethod
    def _share(cls, value: float | None) -> float | None:
        whole = 1.0 if value is not None and value > 1 else 1 / SHARES_OF_A_GPU
        if value is not None and abs(value / whole - round(value / whole)) > 1e-9:
            raise ValueError("give 0, a share such as 0.25 of at most four decimals, or a whole number of GPUs")
        return value

    @property
    def output_dir(self) -> Path:
        """Where the results go."""
        return self.results_dir if self.results_dir is not None else Path("results") / self.profile


def option_names() -> list[str]:
    """Names of the options as a configuration file spells them (dashes and underscores are the same)."""
    return [field.alias or name for name, field in RunOptions.model_fields.items()]


def read_config(path: Path) -> dict[str, Any]:
    """Options in a TOML file, by field name, not yet validated.

    Raises:
        InputError: the file cannot be read, is not TOML, or has an unknown key.
    """
    try:
        if not path.is_file():
            raise InputError(f"configuration {path} cannot be read: it is not a file; give a TOML file")
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise InputError(
                f"configuration {path} is larger than {MAX_CONFIG_BYTES} bytes; it needs a few lines of TOML"
            )
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"configuration {path} cannot be read: {error.strerror}; give a TOML file") from None
    except UnicodeDecodeError:
        raise InputError(f"configuration {path} is not UTF-8 text; give a TOML file") from None
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(f"configuration {path} is not TOML: {' '.join(str(error).split())}") from None
    options = {}
    for key, value in content.items():
        name = key.replace("-", "_")
        if name not in option_names():
            raise unknown(f"key in {path}:", key, option_names())
        if name in options:
            raise InputError(f"configuration {path} has the key {key!r} twice, with dash and underscore; keep one")
        options[name] = value
    return options


def make_options(given: Mapping[str, Any], config: Path | None = None) -> RunOptions:
    """Options from a configuration file and, over them, those given on the command line.

    Raises:
        InputError: a value of the wrong type or out of range; the message names it and says what is allowed.
    """
    merged = {**(read_config(config) if config is not None else {}), **given}
    try:
        options = RunOptions.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        name = "".join(str(part) for part in first["loc"][:1])
        if first["type"] == "extra_forbidden":
            raise unknown("option", name, option_names()) from None
        said = first["msg"].removeprefix("Value error, ")
        expected = {
            "seed_role": "tuning, pilot or verdict",
            "profile": "smoke, standard or full",
            "device": "auto, cpu, cuda or cuda:n",
            "overwrite": "only-missing, always or never",
            "executor": "local or ray",
            "inception_sha256": "8 to 64 hexadecimal digits",
        }.get(name, said[0].lower() + said[1:])
        raise InputError(f"option {name} = {first['input']!r:.80}: {expected}") from None
    check_own_data(options)
    check_extras(options)
    return options


def check_extras(options: RunOptions) -> None:
    """Check that what only some options need is installed, and that options of the cluster come with one.

    Raises:
        InputError: it is not.
    """
    if options.tensorboard is not None and importlib.util.find_spec("tensorboard") is None:
        raise InputError('--tensorboard needs TensorBoard: pip install -e ".[tensorboard]", or leave --tensorboard out')
    if options.executor == "ray" and options.device.startswith("cuda:"):
        raise InputError(
            f"--device {options.device} with --executor ray: Ray gives every unit a GPU of its own choosing; give --device cuda"
        )
    if options.executor == "ray" and importlib.util.find_spec("ray") is None:
        raise InputError('--executor ray needs Ray: pip install -e ".[ray]", or leave --executor out')
    for name, value in (("--address", options.address), ("--gpus-per-cell", options.gpus_per_cell)):
        if value is not None and options.executor != "ray":
            raise InputError(f"{name} is for a Ray cluster: give --executor ray too, or leave {name} out")


def check_own_data(options: RunOptions) -> None:
    """Check that the data set ``own`` and the options that describe it come together.

    Raises:
        InputError: one is given without the other.
    """
    asked = "own" in options.dataset
    if asked and options.own_data is None:
        raise InputError("--dataset own needs --own-data PATH: an .npz file or a folder of images")
    if options.own_data is not None and not asked:
        raise InputError("--own-data is given without --dataset own; give both, or leave --own-data out")
    if options.image_size is not None and options.own_data is None:
        raise InputError("--image-size is for the images of --own-data PATH; give both, or leave --image-size out")

"""Options and configuration files: every bad input is one clear line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.options import RunOptions, make_options, option_names
from benchmarks.specs import InputError

BAD = {
    'sede = 3': "did you mean 'seeds'",
    "seeds = 0": "option seeds = 0",
    "seeds = -4": "greater than or equal to 1",
    "seeds = nan": "option seeds",
    "seeds = 1e9": "option seeds",
    'seeds = "8"': "option seeds",
    "seeds = true": "option seeds",
    'profile = "quick"': "smoke, standard or full",
    'device = "gpu"': "auto, cpu, cuda or cuda:n",
    "experiment = 3": "option experiment",
    "experiment = [3]": "option experiment",
    "offline = 1": "option offline",
    "seeds = 1\nseeds = 2": "is not TOML",
    "data-dir = 'a'\ndata_dir = 'b'": "twice",
    "= 3": "is not TOML",
    "jobs = 100000": "option jobs",
    'results_dir = "a\\u0000b"': "give the path of a directory",
    "data_dir = 3": "give the path of a directory",
    'dataset = "own"': "--dataset own needs --own-data PATH: an .npz file or a folder of images",
    'own-data = "x.npz"': "--own-data is given without --dataset own",
    'own-data = "x.npz"\ndataset = "digits"': "--own-data is given without --dataset own",
    "image-size = 32": "--image-size is for the images of --own-data",
    'dataset = "own"\nown-data = ""': "give the path of an .npz file or of a folder of images",
    "image_size = 3": "option image_size = 3: input should be greater than or equal to 4",
    "image_size = 257": "less than or equal to 256",
    "inception_weights = 3": "give the path of a file, or 'download'",
    'inception-weights = ""': "give the path of a file, or 'download'",
    'inception_sha256 = "6726825g"': "8 to 64 hexadecimal digits",
    "seeds = " + "9" * 5000: "is not TOML",
    "model = " + "[" * 3000 + "]" * 3000: "is not TOML",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD.items())
def test_bad_configuration_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        make_options({}, path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"#" * 64_001, "larger than"), (None, "cannot be read")],
)
def test_unreadable_configuration(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "run.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        make_options({}, path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_bytes(b"\xef\xbb\xbfseeds = 3\n")
    assert make_options({}, path).seeds == 3


def test_a_configuration_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(InputError, match="it is not a file"):
            make_options({}, path)


def test_command_line_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('experiment = "mixtures"\nseeds = 4\ndata-dir = "x"\njson = true\n')
    options = make_options({"seeds": 5, "model": ["gan", "vae"]}, path)
    assert options.seeds == 5
    assert options.experiment == ("mixtures",)
    assert options.model == ("gan", "vae")
    assert options.data_dir == Path("x")
    assert options.json_output


def test_own_data_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('dataset = ["own", "digits"]\nown-data = "pictures"\nimage-size = 32\n')
    options = make_options({}, path)
    assert (options.own_data, options.image_size) == (Path("pictures"), 32)


def test_results_go_to_the_profiles_folder() -> None:
    assert RunOptions(profile="smoke").output_dir == Path("results/smoke")
    assert make_options({"results_dir": "there"}).output_dir == Path("there")


@given(
    st.dictionaries(
        st.sampled_from(option_names()),
        st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text())),
    )
)
def test_any_value_is_accepted_or_refused_in_one_line(given_options: dict[str, object]) -> None:
    message = ""
    try:
        make_options(given_options)
    except InputError as error:
        message = str(error)
    assert "\n" not in message

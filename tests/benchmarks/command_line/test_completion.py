"""Words are completed in a real shell, and an unknown shell is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.claims import CLAIMS
from benchmarks.command_line import COMMANDS, main
from benchmarks.command_line.completion import PARSERS

ROOT = Path(__file__).parents[3]
COMPLETE = """
eval "$SCRIPT"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
function=$(complete -p run_bench.py | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
$function run_bench.py "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script() -> str:
    done = subprocess.run(
        [ROOT / "run_bench.py", "completion", "bash"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--claim qual", {"quality-order"}),
        ("--pro", {"--profile"}),
        ("--profile ", {"smoke", "standard", "full"}),
        ("--all --model v", {"vae"}),
        ("ver", {"verify"}),
        ("cite unequal", {"unequal-pair"}),
        ("cite quality-order --format b", {"bibtex"}),
        ("list cl", {"claims"}),
        ("evaluate samples.npz --dataset mn", {"mnist"}),
    ],
)
def test_words_are_completed(script: str, words: str, expected: set[str]) -> None:
    given = ["./run_bench.py", *words.split(" ")]
    environment = {"SCRIPT": script, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", *given], capture_output=True, text=True, check=False, env=environment
    )
    assert set(done.stdout.split()) == expected, done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script_with_the_names(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in (*CLAIMS, "--checkpoint-seconds", "verify", "evaluate"))


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bsh"]) == 2
    assert "unknown shell 'bsh'; did you mean 'bash'?" in capsys.readouterr().err


def test_every_command_is_completed() -> None:
    assert set(PARSERS) == set(COMMANDS)

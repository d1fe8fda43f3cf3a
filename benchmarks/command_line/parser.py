"""What every command's parser does with bad input."""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.specs import InputError


class Parser(argparse.ArgumentParser):
    """Answers bad input with one line and exit status 2."""

    def error(self, message: str) -> Any:
        raise InputError(f"{message} (see {self.prog} --help)")

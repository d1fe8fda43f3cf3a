"""Things to play with, from pictures and points that were computed in the run."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from benchmarks.report.latent_space import examples, one_per_model
from benchmarks.report.results import Results
from benchmarks.report.style import model_colour
from benchmarks.report.web.pictures import sprites

LEVELS = 127
"""Points are kept to 1 / ``LEVELS`` of the window."""


def planes(results: Results) -> list[dict[str, Any]]:
    """For each data set the decoded planes of its models with two latent dimensions."""
    found = []
    for dataset in results.datasets:
        arms = examples(results, dataset, "plane")
        if arms:
            found.append(
                {
                    "dataset": dataset,
                    "arms": [
                        {"name": arm, "colour": model_colour(model), **sheet(arrays["plane"])}
                        for arm, (model, arrays) in arms.items()
                    ],
                }
            )
    return found


def sheet(images: np.ndarray) -> dict[str, Any]:
    """A sheet of images and the sizes that one needs to cut it."""
    return {
        "sheet": sprites(images),
        "rows": images.shape[0],
        "columns": images.shape[1],
        "height": images.shape[-2],
        "width": images.shape[-1],
    }


def walks(results: Results) -> list[dict[str, Any]]:
    """For each data set the walks from a to b, a row for each pair; one arm per model, its pixel blend beside."""
    found = []
    for dataset in results.datasets:
        arms = {
            arm: e for arm, e in examples(results, dataset, "interpolation").items() if "plane" not in e[1]
        }  # of full size
        if arms:
            found.append(
                {
                    "dataset": dataset,
                    "arms": [
                        {
                            "name": arm,
                            "colour": model_colour(model),
                            "of_codes": bool(arrays["of_codes"]),
                            "blend": sprites(arrays["blend"]),
                            **sheet(arrays["interpolation"]),
                        }
                        for arm, (model, arrays) in one_per_model(arms).items()
                    ],
                }
            )
    return found


def courses(results: Results) -> list[dict[str, Any]]:
    """For each data set samples at several moments of the training, of all arms at once."""
    found = []
    for dataset, facts in results.datasets.items():
        arms = []
        for (arm, _, _), entries in results.arms(dataset, "training-strip").items():
            strip = results.example(entries).get("strip")
            if strip is None:
                continue
            shares = json.loads(entries[0]["setting"])["snapshots"]
            missing = len(shares) - strip.shape[1]  # of a short training the first moments are one and the same
            frames = np.concatenate([np.repeat(strip[:, :1], missing, axis=1), strip], axis=1)
            arms.append(
                {
                    "name": arm,
                    "colour": model_colour(entries[0]["model"]),
                    "points": packed(np.moveaxis(frames, 1, 0), facts["density"]["window"]),
                    "shares": shares,
                }
            )
        if arms:
            density = {name: facts["density"][name] for name in ("means", "scales", "window")}
            found.append({"dataset": dataset, "density": density, "arms": arms})
    return found


def packed(points: np.ndarray, window: float) -> str:
    """Points (frames, n, 2) as one byte for each coordinate, 0 for −window and 254 for window, in base64; beyond it: at its rim."""
    finite = np.nan_to_num(points.astype(float), nan=window, posinf=window, neginf=-window)
    level = np.clip(np.rint(finite / window * LEVELS), -LEVELS, LEVELS) + LEVELS
    return base64.b64encode(level.astype(np.uint8).tobytes()).decode()

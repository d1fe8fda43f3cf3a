"""How often the rules of the verdicts go wrong, and what they find: ``python -m benchmarks.analysis.simulate [--repetitions N]``.

Made-up runs go through the very functions that judge claims. Three parts:

- *single*: one setting whose θ lies exactly at the margin (for equivalence at either end of it), so that support and refutation are
  both false and each may be found in at most a share α of the repetitions; equal and unequal spreads, few and many runs,
  normal, skewed, heavy-tailed and mostly equal values, no failed runs and many, and failures of all groups or of all but the
  first; likewise how often "reversed" and "negligible" are said where they are just false;
- *family*: all claims of a registry's size at once, through :func:`~benchmarks.analysis.verdicts.judge`, with claims that
  share runs and so are dependent: the share of repetitions with any false verdict among the primary claims, and the mean
  share of false ones among the decided secondary claims;
- *power*: how often a claim that holds is supported, by effect and number of runs.

Writes ``simulation.csv`` (all rates), ``simulation.md`` and ``power.png``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

import matplotlib
import numpy as np
import pandas as pd

from benchmarks.analysis.comparisons import compare, setting_p_values
from benchmarks.analysis.made_up import CASES, DISTRIBUTIONS, MADE, SPREADS, Falsehood, made_claim, made_groups
from benchmarks.analysis.statistics import runs_needed
from benchmarks.analysis.verdicts import ALPHA, NEEDED, judge
from benchmarks.arguments import Parser, make_directory, path
from benchmarks.claims import FAMILY_SIZES
from benchmarks.claims.spec import Claim, Family, Quantifier
from benchmarks.endings import command
from benchmarks.signals import processes
from benchmarks.specs import InputError

REPETITIONS = 100_000
FAMILY_SHARE = 50
"""A repetition of the family for so many of a single test."""
POWER_SHARE = 10
"""A repetition of a point of a power curve for so many of a single test."""
CHUNK = 10_000
SEED = 20_240_101

Failing = Literal["all", "others"]
"""Runs fail in all groups, or in all but the one that is claimed better."""
FIRST_BETTER = ("superiority", "optimum", "variance")
RUNS = (4, 8, 16, 32)
FEWER_RUNS = (8, 32)
"""For the further cases."""
FAILURES = (0.0, 0.1, 0.3)
LEVELS = (ALPHA, ALPHA / (2 * FAMILY_SIZES["primary"]))
"""The plain level, and that of a one-sided test of a primary claim that is judged alone."""
FAMILY_RUNS = 8

# single tests and power -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scenario:
    """One setting that is simulated.

    Attributes:
        part: single or power.
        case: how the runs are made up.
        n: runs.
        distribution: of the values.
        spread: of the groups after the first.
        failure: share of the runs that fail.
        failing: in which groups.
        beyond: distance from the margin.
        said: what is counted.
    """

    part: str
    case: str
    n: int
    distribution: str = "normal"
    spread: float = 1.0
    failure: float = 0.0
    failing: Failing = "all"
    beyond: float = 0.0
    said: tuple[Falsehood, ...] = ("support", "refute")


def single_scenarios() -> Iterator[Scenario]:
    """Every case at its edges; where one group is better than others, also with failures of those others alone."""
    for case, made in CASES.items():
        for n, distribution, spread, failure, (edge, said) in product(
            RUNS if case in MADE else FEWER_RUNS, made.distributions, made.spreads, FAILURES, made.edges
        ):
            yield Scenario("single", case, n, distribution, spread, failure, "all", edge, said)
            if case in FIRST_BETTER and failure and distribution == "normal":
                yield Scenario("single", case, n, distribution, spread, failure, "others", edge, said)


POWER_DISTANCES: dict[str, tuple[float, ...]] = {
    "superiority": (0.5, 1, 1.5, 2, 2.5, 3, 4, 5),
    "equivalence": (0.5, 1, 1.5, 2, 2.5, 3),
    "bound": (0.5, 1, 1.5, 2, 2.5, 3, 4, 5),
    "variance": (0.35, 0.7, 1.1, 1.4, 1.8, 2.2, 2.6, 3),
    "association": (0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.5),
    "proportion": (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.49),
}
"""Distances from the margin at which power is simulated."""


def power_scenarios() -> Iterator[Scenario]:
    """Claims that hold by a growing distance; normal values, equal spreads, no failures."""
    for case, distances in POWER_DISTANCES.items():
        for n, beyond in product(RUNS, distances):
            yield Scenario("power", case, n, beyond=beyond)


def rates(scenario: Scenario, repetitions: int, seed: Sequence[int]) -> list[dict[str, object]]:
    """Rates of what is counted in one scenario at ``LEVELS``, a row each."""
    rng = np.random.default_rng(seed)
    made = CASES[scenario.case]
    claim = made_claim(scenario.case, "single", 1, "every", "primary")
    hits = {(said, level): 0 for said in scenario.said for level in LEVELS}
    for start in range(0, repetitions, CHUNK):
        shape = (min(CHUNK, repetitions - start), scenario.n)
        samples = DISTRIBUTIONS[scenario.distribution](rng, (made.samples, *shape))
        failed = rng.random((len(made.groups), *shape)) < scenario.failure
        if scenario.failing == "others":
            failed[0] = False
        groups = made_groups(scenario.case, samples, scenario.beyond, scenario.spread, failed)
        p = p_values(claim, groups, scenario.said)
        for said, level in hits:
            hits[said, level] += int((p[said] <= level).sum())
    described = {name: value for name, value in vars(scenario).items() if name != "said"}
    return [
        {
            **described,
            "verdict": said,
            "level": level,
            "rate": count / repetitions,
            "se": np.sqrt(count / repetitions * (1 - count / repetitions) / repetitions),
            "repetitions": repetitions,
        }
        for (said, level), count in hits.items()
    ]


def p_values(claim: Claim, groups: Mapping[str, np.ndarray], said: Sequence[Falsehood]) -> dict[str, np.ndarray]:
    """p-values of what is counted, each (repetitions,)."""
    setting = claim.settings[0]
    support, refute = setting_p_values(claim, setting, groups)
    p = {"support": support, "refute": refute}
    if not {"reversed", "negligible"} & set(said):
        return p
    (test,) = compare(claim, setting, groups)
    assert test.at is not None
    lower, upper = test.at(-test.margin), test.at(test.margin)
    return p | {"reversed": lower.p_below, "negligible": np.maximum(lower.p_above, upper.p_below)}


# families -------------------------------------------------------------------------------------------------------------

QUANTIFIERS: tuple[Quantifier, ...] = ("every", "typical", "some")
PATTERNS: dict[str, tuple[tuple[int, ...], ...]] = {
    "all claims at the margin": ((0, 0, 0),),
    "some claims true, some false, some at the margin": (
        (0, 0, 0), (1, 1, 1), (0, 0, 0), (-1, -1, -1), (1, 0, 0), (1, 1, 0), (-1, 0, 0), (1, -1, 0), (-1, -1, 0),
    ),
}  # fmt: skip
"""Where the settings of a claim lie: at the margin (0), far on the side of support (1), or of refutation (−1)."""


@dataclass(frozen=True)
class Truth:
    """A made-up claim of a family: where its settings lie, and which groups of runs it takes from the common ones."""

    claim: Claim
    case: str
    pattern: tuple[int, ...]
    first_sample: int

    @property
    def true_verdicts(self) -> set[str]:
        """Verdicts that say nothing false."""
        holds, fails = self.pattern.count(1), self.pattern.count(-1)
        needed = NEEDED[self.claim.quantifier](len(self.pattern))
        true = {
            "inconclusive": True,
            "supported": holds >= needed,
            "refuted": fails >= len(self.pattern) - needed + 1,
            "mixed": min(holds, fails) > 0,
        }
        return {verdict for verdict, is_true in true.items() if is_true}


def made_family(state: str) -> list[Truth]:
    """Claims of all kinds, quantifiers and one to three settings, in both families; neighbours share runs."""
    patterns = PATTERNS[state]
    truths = []
    for family, size in FAMILY_SIZES.items():
        for i in range(size):
            case = tuple(MADE)[i % len(MADE)]
            quantifier = QUANTIFIERS[i // len(MADE) % len(QUANTIFIERS)]
            pattern = patterns[i % len(patterns)][: 3 - i % 3]
            claim = made_claim(case, f"{family}-{i}", len(pattern), quantifier, family)
            truths.append(Truth(claim, case, pattern, first_sample=i % 4))
    return truths


def family_errors(state: str, failure: float, repetitions: int, seed: Sequence[int]) -> dict[str, list[float]]:
    """False verdicts of a family, by repetition: whether there is any, and the share of false ones among the decided."""
    rng = np.random.default_rng(seed)
    truths = made_family(state)
    true_verdicts = {truth.claim.id: truth.true_verdicts for truth in truths}
    errors: dict[str, list[float]] = {f"{family}, {rate}": [] for family in FAMILY_SIZES for rate in ("any", "share")}
    for _ in range(repetitions):
        # eight samples of runs in each setting, of which every claim takes some
        samples = rng.normal(size=(3, 8, FAMILY_RUNS))
        failed = rng.random((3, 8, FAMILY_RUNS)) < failure
        evidence: dict[str, Mapping[str, Mapping[str, np.ndarray]]] = {}
        for truth in truths:
            made = MADE[truth.case]
            own = slice(truth.first_sample, truth.first_sample + made.samples)
            lost = slice(truth.first_sample, truth.first_sample + len(made.groups))
            evidence[truth.claim.id] = {
                setting.label: made_groups(truth.case, samples[i, own], sign * made.far, 1.0, failed[i, lost])
                for i, (setting, sign) in enumerate(zip(truth.claim.settings, truth.pattern, strict=True))
            }
        results = judge([truth.claim for truth in truths], evidence, FAMILY_SIZES, permutations=False)
        for family in FAMILY_SIZES:
            members = [result for result, truth in zip(results, truths, strict=True) if truth.claim.family == family]
            decided = [result for result in members if result.verdict != "inconclusive"]
            false = sum(result.verdict not in true_verdicts[result.claim] for result in decided)
            errors[f"{family}, any"].append(float(false > 0))
            errors[f"{family}, share"].append(false / max(1, len(decided)))
    return errors


CONTROLLED: dict[Family, str] = {"primary": "any", "secondary": "share"}
"""What the family's procedure controls: any false verdict (Holm), or the share of false ones (Benjamini and Hochberg)."""


def family_rows(state: str, failure: float, errors: Mapping[str, Sequence[float]]) -> list[dict[str, object]]:
    """Error rates of both families, a row each."""
    rows: list[dict[str, object]] = []
    for family, rate in CONTROLLED.items():
        values = np.array(errors[f"{family}, {rate}"])
        rows.append(
            {
                "part": "family", "case": family, "n": FAMILY_RUNS, "distribution": "normal", "spread": 1.0,
                "failure": failure, "failing": "all", "beyond": np.nan, "verdict": f"{rate} false: {state}", "level": ALPHA,
                "rate": values.mean(), "se": values.std() / np.sqrt(len(values)), "repetitions": len(values),
            }
        )  # fmt: skip
    return rows


# the whole ------------------------------------------------------------------------------------------------------------


def simulate(repetitions: int, workers: int) -> pd.DataFrame:
    """All rates: columns of :class:`Scenario` and verdict, level, rate, se (Monte Carlo), repetitions.

    Args:
        repetitions: of a single test.
        workers: processes.
    """
    scenarios = [*single_scenarios(), *power_scenarios()]
    counts = [repetitions if s.part == "single" else max(1, repetitions // POWER_SHARE) for s in scenarios]
    states = list(product(PATTERNS, (0.0, 0.1)))
    pieces = 4 * workers  # a family takes long: its repetitions go to the workers in pieces
    share = max(1, repetitions // FAMILY_SHARE // pieces)
    with processes(workers) as pool:
        families = {
            (state, failure): [
                pool.schedule(family_errors, (state, failure, share, [SEED, 1, i, piece])) for piece in range(pieces)
            ]
            for i, (state, failure) in enumerate(states)
        }
        singles = [
            pool.schedule(rates, (scenario, count, [SEED, 0, i]))
            for i, (scenario, count) in enumerate(zip(scenarios, counts, strict=True))
        ]
        rows = [row for future in singles for row in future.result()]
        for (state, failure), futures in families.items():
            parts = [future.result() for future in futures]
            joined = {name: [value for part in parts for value in part[name]] for name in parts[0]}
            rows += family_rows(state, failure, joined)
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> str:
    """A table in Markdown, its index as first columns."""
    flat = table.reset_index()
    header = [str(column) for column in flat.columns]
    body = [[in_cell(cell) for cell in row] for row in flat.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *body])


def in_cell(value: object) -> str:
    """A table's cell: three digits of a float, a dash for NaN."""
    if not isinstance(value, float):
        return str(value)
    return "–" if np.isnan(value) else f"{value:.3g}"


def largest_rates(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    """Largest error rate over spreads, failures and ends of the margin, by kind, verdict and values, for each n."""
    single = rows[(rows["part"] == "single") & np.isclose(rows["level"], level)]
    table = single.pivot_table(
        index=["case", "verdict", "distribution"], columns="n", values="rate", aggfunc="max", sort=False
    )
    return table.rename(columns=lambda n: f"n = {n}")


def above_level(rows: pd.DataFrame) -> pd.DataFrame:
    """Error rates that lie above their level by more than three Monte Carlo standard errors."""
    errors = rows[rows["part"] != "power"]
    nominal = np.sqrt(errors["level"] * (1 - errors["level"]) / errors["repetitions"])
    return errors[errors["rate"] > errors["level"] + 3 * np.maximum(errors["se"], nominal)]


def worst(high: pd.DataFrame, least: int = 8) -> pd.DataFrame:
    """Of rates above their level, the worst of each case, verdict, distribution and level with at least so many runs, by excess."""
    of_enough = high[high["n"] >= least].assign(times=lambda table: table["rate"] / table["level"])
    shown = of_enough.sort_values("times", ascending=False).drop_duplicates(
        ["case", "verdict", "distribution", "level"]
    )
    columns = ["case", "verdict", "distribution", "level", "rate", "se", "n", "spread", "failure", "failing", "beyond"]
    return shown[columns].set_index("case")


def needed_runs() -> pd.DataFrame:
    """Runs per group that Welch's test needs for power 0.8, by effect and level (closed form, no simulation)."""
    effects = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
    table = {
        f"{effect:g} SD": [runs_needed(effect, (1.0, spread), level) for level in LEVELS for spread in SPREADS]
        for effect in effects
    }
    index = [f"one-sided {level:.2g}, spreads 1 : {spread:g}" for level in LEVELS for spread in SPREADS]
    return pd.DataFrame(table, index=pd.Index(index, name="level"))


def enough_runs(rows: pd.DataFrame) -> pd.DataFrame:
    """The fewest of ``RUNS`` with which a claim was supported in 80 % of the repetitions, by kind and distance."""
    power = rows[(rows["part"] == "power") & (rows["verdict"] == "support") & np.isclose(rows["level"], LEVELS[1])]
    lines = []
    for (case, beyond), group in power.groupby(["case", "beyond"], sort=False):
        enough = group.loc[group["rate"] >= 0.8, "n"]
        lines.append(
            {
                "case": case,
                "distance": f"{beyond:g}",
                "of": MADE[str(case)].distance,
                "runs": str(enough.min()) if len(enough) else f"more than {max(RUNS)}",
            }
        )
    return pd.DataFrame(lines).set_index("case")


def write_report(rows: pd.DataFrame, path: Path) -> None:
    """The tables of ``simulation.md``."""
    families = rows[rows["part"] == "family"].rename(columns={"case": "family", "verdict": "false verdicts"})
    families = families[["family", "false verdicts", "failure", "rate", "se", "repetitions"]].set_index("family")
    high = above_level(rows)
    single = rows.loc[rows["part"] == "single", "repetitions"].max()
    listed = [
        "The worst of each case, verdict, distribution and level with at least 8 runs (all are in `simulation.csv`):",
        markdown(worst(high)),
    ]
    parts = [
        "# Simulation of the verdicts' rules",
        f"Made by `python -m benchmarks.analysis.simulate`: {single} repetitions of each single test.",
        "## False verdicts of single tests, θ at the margin",
        "Largest rate over equal and unequal spreads, failures of 0, 10 and 30 % of the runs, in all groups or all but the first, "
        "and over the edges at which the verdict, or the word, is just false.",
    ]
    for level in LEVELS:
        error = np.sqrt(level * (1 - level) / single)
        parts += [f"Level {level:.4f} (Monte Carlo error {error:.2g}):", markdown(largest_rates(rows, level))]
    parts += [
        "## False verdicts of a family",
        f"{FAMILY_SIZES['primary']} primary claims (share of repetitions with any false verdict) and "
        f"{FAMILY_SIZES['secondary']} secondary ones (mean share of false verdicts among the decided), {FAMILY_RUNS} runs, "
        f"at {ALPHA}:",
        markdown(families),
        "## Rates above their level",
        f"{len(high)} of {len(rows[rows['part'] != 'power'])} rates lie above their level by more than three standard errors.",
        *(listed if len(high) else []),
        "## Runs that are needed",
        "Per group, for Welch's test and power 0.8; effects beyond the margin in standard deviations of the first group:",
        markdown(needed_runs()),
        f"Of {', '.join(map(str, RUNS))} runs the fewest that supported a true claim in 80 % of the repetitions, one-sided level "
        f"{LEVELS[1]:.4f} (a primary claim of one setting, judged alone), normal values:",
        markdown(enough_runs(rows)),
    ]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def draw_power(rows: pd.DataFrame, path: Path) -> None:
    """Power by distance from the margin, a panel for each kind and a line for each number of runs."""
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    power = rows[(rows["part"] == "power") & (rows["verdict"] == "support") & np.isclose(rows["level"], LEVELS[1])]
    figure, axes = plt.subplots(2, 3, figsize=(10, 6), sharey=True, layout="constrained")
    shades = plt.get_cmap("viridis")(np.linspace(0.85, 0.1, len(RUNS)))
    for axis, (case, group) in zip(axes.flat, power.groupby("case", sort=False), strict=True):
        for n, shade in zip(RUNS, shades, strict=True):
            line = group[group["n"] == n]
            axis.errorbar(
                line["beyond"], line["rate"], 2 * line["se"], color=shade, marker="o", ms=3, label=f"{n} runs"
            )
        axis.axhline(0.8, color="#888888", lw=0.8, ls=":")
        axis.set(title=case, xlabel=MADE[str(case)].distance, ylim=(-0.02, 1.02))
    for axis in axes[:, 0]:
        axis.set_ylabel(f"supported (one-sided {LEVELS[1]:.4f})")
    axes.flat[0].legend(frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


@command("simulate")
def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate and write.

    Returns:
        exit status: 0 done, 2 bad arguments.
    """
    parser = Parser(
        prog="python -m benchmarks.analysis.simulate",
        description="False verdicts and power of the rules, on made-up runs.",
    )
    parser.add_argument(
        "--repetitions", type=int, default=REPETITIONS,
        help=f"of each single test; a family has 1 in {FAMILY_SHARE} of them, a point of a power curve 1 in {POWER_SHARE}",
    )  # fmt: skip
    parser.add_argument("--out", type=path, default=Path("results/simulation"), help="folder of the results")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args(arguments)
    if min(options.repetitions, options.workers) < 1:
        raise InputError("--repetitions and --workers must be at least 1")
    make_directory(options.out, "--out")
    rows = simulate(options.repetitions, options.workers)
    rows.to_csv(options.out / "simulation.csv", index=False)
    write_report(rows, options.out / "simulation.md")
    draw_power(rows, options.out / "power.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())

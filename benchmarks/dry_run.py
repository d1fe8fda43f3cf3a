"""The plan as ``--dry-run`` shows it: what would be trained and measured, what is shared or stored, what it would cost."""

from __future__ import annotations

from typing import Any

from benchmarks.planning import Plan
from benchmarks.rows import label_of


def duration(seconds: float) -> str:
    """A time in minutes, or from three hours on in hours."""
    return f"{seconds / 60:.1f} minutes" if seconds < 3 * 3600 else f"{seconds / 3600:.0f} hours"


def costs(plan: Plan) -> dict[str, dict[str, float]]:
    """What every experiment and claim of the plan would cost alone, and how much of it another one wants too, in core-seconds.

    A block's training counts in full for each that measures it.
    """
    found: dict[str, dict[str, float]] = {
        experiment.name: {"alone": 0.0, "shared": 0.0} for experiment, _ in plan.requests
    }
    for unit in plan.units:
        parts = [(m.seconds, set(m.experiments)) for m in unit.missing]
        training = unit.seconds - sum(seconds for seconds, _ in parts)
        everyone = {name for m in unit.missing for name in m.experiments}
        for seconds, names in [*parts, (training, everyone)]:
            for name in names:
                found[name]["alone"] += seconds
                found[name]["shared"] += seconds if len(names) > 1 else 0.0
    return {name: {part: round(seconds, 1) for part, seconds in own.items()} for name, own in found.items()}


def plan_facts(plan: Plan) -> dict[str, Any]:
    """The plan as plain data; jobs and wall time are None where a cluster decides on them, which is not asked here."""
    known = plan.options.executor == "local" or plan.options.jobs is not None
    return {
        "results_dir": str(plan.options.output_dir),
        "profile": plan.options.profile,
        "device": plan.environment.device,
        "jobs": plan.jobs if known else None,
        "blocks": sum(unit.block is not None for unit in plan.units),
        "blocks_to_train": sum(unit.must_train for unit in plan.units),
        "measurements": len(plan.measurements),
        "measurements_to_take": sum(len(unit.missing) for unit in plan.units),
        "core_seconds": round(sum(unit.seconds for unit in plan.todo), 1),
        "wall_seconds": round(plan.wall_seconds, 1) if known else None,
        "notes": plan.notes,
        "cost": costs(plan),
        "units": [
            {
                "dataset": unit.label,
                "model": unit.block.model if unit.block else None,
                "settings": unit.block.settings if unit.block else None,
                "seeds": unit.block.seeds if unit.block else None,
                "block": unit.key,
                "trained": unit.stored,
                "core_seconds": round(unit.seconds, 1),
                "measurements": [
                    {
                        "measure": m.measurement.measure,
                        "options": m.measurement.options,
                        "key": m.key,
                        "stored": m.stored,
                        "experiments": m.experiments,
                    }
                    for m in unit.measurements
                ],
            }
            for unit in plan.units
        ],
    }


def plan_lines(plan: Plan) -> list[str]:
    """The plan in words: one line per block, then totals."""
    lines = []
    for unit in plan.units:
        name = label_of(unit.block) if unit.block else "data alone"
        seeds = f"seeds {unit.block.seeds[0]}–{unit.block.seeds[-1]}" if unit.block else ""
        state = (
            "stored" if unit.stored else "to train" if unit.must_train else "-" if unit.block is None else "not needed"
        )
        experiments = sorted({e for m in unit.measurements for e in m.experiments})
        shared = f"shared by {', '.join(experiments)}" if len(experiments) > 1 else experiments[0]
        lines.append(
            f"{unit.label:<13} {name:<22} {seeds:<16} {state:<10} "
            f"{len(unit.missing)} of {len(unit.measurements)} measurements to take  {unit.seconds:6.0f} core-s  {shared}"
        )
    facts = plan_facts(plan)
    lines += ["", "what each would cost alone, and how much of it others want too:"]
    lines += [
        f"{name:<30} {own['alone']:7.0f} core-s, {own['shared']:7.0f} shared" for name, own in facts["cost"].items()
    ]
    lines.append("")
    if facts["jobs"] is None:
        time = f"as many at once as the cluster has room for (--jobs N reckons with N), on {facts['device']}"
    else:
        time = f"{duration(facts['wall_seconds'])} with {facts['jobs']} jobs on {facts['device']}"
    lines.append(
        f"{facts['blocks_to_train']} of {facts['blocks']} blocks to train, {facts['measurements_to_take']} of "
        f"{facts['measurements']} measurements to take: about {facts['core_seconds']:.0f} core-seconds, {time}; "
        f"results in {facts['results_dir']}"
    )
    return [*lines, *(f"note: {note}" for note in plan.notes)]

"""``diff``: two results directories side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks.arguments import Parser, path

SHOWN = 30
"""Lines of metrics that are printed."""


def diff_parser() -> Parser:
    """Parser of ``diff``."""
    parser = Parser(
        prog="run_bench.py diff",
        description="Two results directories side by side: which verdicts changed, which metrics moved beyond what seeds vary.",
        allow_abbrev=False,
    )
    parser.add_argument("before", type=path, metavar="A", help="a results directory, or a small copy of one")
    parser.add_argument("after", type=path, metavar="B", help="another")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser


def compare_results(words: Sequence[str]) -> int:
    """Print what differs.

    Returns:
        0 where no verdict changed and no metric moved, else 1.

    Raises:
        InputError: bad arguments, or no results.
    """
    arguments = diff_parser().parse_args(words)
    from benchmarks.analysis.difference import moved_metrics, moved_verdicts
    from benchmarks.analysis.summary import with_arms
    from benchmarks.report.results import load
    from benchmarks.report.style import number

    before, after = load(arguments.before), load(arguments.after)
    metrics = moved_metrics(with_arms(before.all_rows, before.run), with_arms(after.all_rows, after.run))
    verdicts = moved_verdicts(before.verdicts, after.verdicts)
    moved = metrics[metrics["kind"] == "moved"]
    if arguments.json:
        facts = {
            "verdicts": [{"claim": a.claim, "before": a.verdict, "after": b.verdict} for a, b in verdicts],
            "metrics": json.loads(metrics.to_json(orient="records")),
        }
        print(json.dumps(facts, indent=1, ensure_ascii=False))
        return int(bool(verdicts) or not moved.empty)
    judged = {one.claim for one in before.verdicts} & {one.claim for one in after.verdicts}
    print(f"verdicts: {len(judged)} in both, {len(verdicts)} changed")
    for one, other in verdicts:
        print(f"  {one.claim}: {one.verdict} → {other.verdict} ({other.reason})")
    counts = metrics["kind"].value_counts()
    said = {"same": "bit-equal", "noise": "within noise", "moved": "moved", "unknown": "with too few seeds to tell"}
    parts = [f"{counts.get(kind, 0)} {words}" for kind, words in said.items()]
    print(f"metrics: {len(metrics)} in both (arm × metric), {', '.join(parts)}")
    for line in moved.head(SHOWN).to_dict("records"):
        arm = [line["dataset"], line["arm"] or line["model"], line["sampler"], line["observation"]]
        failures = (line["failed_before"], line["failed_after"])
        failed = f", failed {failures[0]} → {failures[1]}" if failures[0] != failures[1] else ""
        change = f"{number(line['mean_before'])} → {number(line['mean_after'])}"
        print(f"  {', '.join(filter(None, arm))}: {line['metric']} {change}{failed} (p adj. {line['p_adjusted']:.2g})")
    if len(moved) > SHOWN:
        print(f"  … and {len(moved) - SHOWN} more (--json prints all)")
    return int(bool(verdicts) or not moved.empty)

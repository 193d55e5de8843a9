"""The result of a run as text for people."""

from bench.faults.invariants import ARROWS, NOT_DRIVEN
from bench.faults.run import Result

SHOWN = 5
ZEROS = ("double", "lost", "false paid", "stuck", "unresolved")
HEADINGS = (
    *("", "orders", "by the pages", "people killed", "web workers and resolvers killed"),
    *("charged twice", "lost", "falsely paid", "stuck", "unresolved", "other breaches"),
    *("arrows taken", "minutes", "seed"),
)


def table(result: Result) -> str:
    """Figures, zeros, and how often every arrow was taken; the last lines sum it up."""
    lines = [
        f"{result.database}, seed {result.seed}, quiet {result.drained_s:.0f} s after the presses",
        *_part("Breaches", {name: len(found) for name, found in result.breaches.items()}),
        *_part("Figures", result.figures),
        *_part("Operations", dict(sorted(result.statuses.items()))),
        *_part("Presses", dict(result.said.most_common())),
        *_part("Workers killed (-9) at", dict(sorted(result.kills.items()))),
        *_part("Beside them", dict(sorted(result.others_killed.items()))),
        "",
        "  Arrows",
        *(_arrow(result, old, new) for old, new in sorted(ARROWS | set(result.arrows))),
        "",
        *summary(result),
    ]
    for name, found in result.breaches.items():
        lines += [f"  {name.upper()}: {sentence}" for sentence in found[:SHOWN]]
    return "\n".join(lines)


def summary(result: Result) -> list[str]:
    """One row of the README's table under its heading."""
    zeros = [len(result.breaches[name]) for name in ZEROS]
    cells = [
        result.database,
        f"{result.orders:,}",
        f"{result.through_pages:,}",
        f"{result.kills.total():,}",
        f"{result.others_killed.total():,}",
        *map(str, zeros),
        str(sum(map(len, result.breaches.values())) - sum(zeros)),
        f"{len(ARROWS & set(result.arrows))} of {len(ARROWS)}",
        f"{result.seconds / 60:.0f}",
        str(result.seed),
    ]
    return [
        f"| {' | '.join(HEADINGS)} |",
        "|---" * len(HEADINGS) + "|",
        f"| {' | '.join(cells)} |",
    ]


def _part(heading: str, figures: dict[str, int]) -> list[str]:
    return ["", f"  {heading}", *(_line(name, number) for name, number in figures.items())]


def _arrow(result: Result, old: str, new: str) -> str:
    reason = NOT_DRIVEN.get((old, new), "")
    taken = result.arrows[old, new]
    never = "" if taken else f"  never taken{f': {reason}' if reason else ''}"
    return _line(f"{old or 'nothing'} -> {new}{never}", taken)


def _line(name: str, number: int) -> str:
    return f"  {number:>9,}  {name}"

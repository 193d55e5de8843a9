"""The result of a run as text for people."""

from bench.faults.invariants import ARROWS
from bench.faults.run import Result

SHOWN = 5


def table(result: Result) -> str:
    """Figures, zeros, and how often every arrow was taken."""
    heading = (
        f"{result.database}, seed {result.seed}: {result.orders} orders, {result.kills} kills,"
        f" {len(result.faults)} kinds of fault, {result.seconds:.0f} s,"
        f" quiet {result.drained_s:.0f} s after the last press"
    )
    lines = [
        heading,
        "",
        "  Breaches",
        *(_line(name, len(found)) for name, found in result.breaches.items()),
        "",
        "  Figures",
        *(_line(name, number) for name, number in result.figures.items()),
        *(_line(f"operations {name}", number) for name, number in sorted(result.statuses.items())),
        "",
        "  Presses",
        *(_line(name, number) for name, number in result.said.most_common()),
        "",
        "  Arrows",
        *(
            _line(f"{old or 'nothing'} -> {new}", result.arrows[old, new])
            for old, new in sorted(ARROWS | set(result.arrows))
        ),
    ]
    for name, found in result.breaches.items():
        lines += [f"  {name.upper()}: {sentence}" for sentence in found[:SHOWN]]
    return "\n".join(lines)


def _line(name: str, number: int) -> str:
    return f"  {number:>9,}  {name}"

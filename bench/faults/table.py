"""The result of a run as text for people."""

from collections.abc import Sequence

from bench.faults.crew import OF_FOLLOW_UP
from bench.faults.invariants import ARROWS
from bench.faults.run import Result

SHOWN = 5
ZEROS = ("double", "lost", "false paid", "stuck", "unresolved")
HEADINGS = (
    *("", "orders", "by the pages", "people killed", "web workers and resolvers killed"),
    *("charged twice", "lost", "falsely paid", "stuck", "unresolved", "other breaches"),
    *("arrows taken", "minutes", "seed"),
)
SALE_ZEROS = (
    *("over-captured", "over-refunded", "done twice", "wrong sums", "open follow-ups"),
    *("untold follow-ups", "changed follow-ups"),
)
SALE_HEADINGS = (
    *("", "captures, voids, refunds", "by the pages", "people racing", "killed"),
    *("made at the gateway", "reversed", "lapsed", "settled by two people"),
    *("captured too much", "refunded too much", "done twice", "sums differ", "open", "untold"),
    *("changed", "seed"),
)


def table(result: Result) -> str:
    """Figures, zeros, and how often every arrow was taken; the last lines sum it up."""
    lines = [
        f"{result.database}, seed {result.seed}, quiet {result.drained_s:.0f} s after the presses",
        *_part("Breaches", {name: len(found) for name, found in result.breaches.items()}),
        *_part("Figures", result.figures),
        *_part("Operations", dict(sorted(result.statuses.items()))),
        *_part("Captures, voids and refunds", _acts(result)),
        *_part("Presses", dict(result.said.most_common())),
        *_part("Workers killed (-9) at", dict(sorted(result.kills.items()))),
        *_part("Beside them", dict(sorted(result.others_killed.items()))),
        "",
        "  Arrows",
        *(_arrow(result, old, new) for old, new in sorted(ARROWS | set(result.arrows))),
        "",
        *summary(result),
        "",
        *summary_after_sale(result),
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
    return _rows(HEADINGS, cells)


def summary_after_sale(result: Result) -> list[str]:
    """The same of captures, voids and refunds."""
    done = result.after_sale
    killed = sum(times for where, times in result.kills.items() if where.endswith(OF_FOLLOW_UP))
    figures = [
        *(done.acts.total(), done.through_pages, done.doubles.total(), killed),
        *(done.outside, done.reversed, done.lapses.total(), done.settled),
    ]
    cells = [
        result.database,
        *(f"{figure:,}" for figure in figures),
        *(str(len(result.breaches[name])) for name in SALE_ZEROS),
        str(result.seed),
    ]
    return _rows(SALE_HEADINGS, cells)


def _rows(headings: Sequence[str], cells: Sequence[str]) -> list[str]:
    return [
        f"| {' | '.join(headings)} |",
        "|---" * len(headings) + "|",
        f"| {' | '.join(cells)} |",
    ]


def _acts(result: Result) -> dict[str, int]:
    """How often each kind met each fault, and what else happened."""
    done = result.after_sale
    return {
        **{f"{kind}, {fault}": times for (kind, fault), times in sorted(done.acts.items())},
        **{f"pressed by two: {double}": times for double, times in sorted(done.doubles.items())},
        **{f"lapsed, found {way}": times for way, times in done.lapses.items()},
        "made at the gateway itself": done.outside,
        "taken back by the bank": done.reversed,
        "settled by two people": done.settled,
    }


def _part(heading: str, figures: dict[str, int]) -> list[str]:
    return ["", f"  {heading}", *(_line(name, number) for name, number in figures.items())]


def _arrow(result: Result, old: str, new: str) -> str:
    taken = result.arrows[old, new]
    never = "" if taken else "  never taken"
    return _line(f"{old or 'nothing'} -> {new}{never}", taken)


def _line(name: str, number: int) -> str:
    return f"  {number:>9,}  {name}"

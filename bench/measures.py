"""What a benchmark gives: named figures beside their budgets, as a table and as JSON."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table

Bound = Literal["at least", "at most", "none"]


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. budget: what docs and design promise, None where the figure is for comparison only.

    values: of the single rounds, in their order; `value` is their median unless `how` says otherwise.
    """

    name: str
    value: float
    unit: str
    how: str
    bound: Bound = "none"
    budget: float | None = None
    values: tuple[float, ...] = ()

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.bound == "at least" else self.value <= self.budget


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """All measures of one run and what they were measured on."""

    machine: dict[str, str]
    measures: tuple[Measure, ...]
    remarks: tuple[str, ...] = ()


def show(run: Run) -> None:
    """Print the table on stdout."""
    table = Table(title=", ".join(f"{name} {value}" for name, value in run.machine.items()))
    for heading in ("what", "measured", "budget", ""):
        table.add_column(heading, justify="right" if heading in ("measured", "budget") else "left")
    for measure in run.measures:
        table.add_row(
            measure.name,
            f"{measure.value:,.2f} {measure.unit}",
            _budget(measure),
            _verdict(measure),
        )
    console = Console(soft_wrap=True)
    console.print(table)
    for remark in (*(f"{measure.name}: {measure.how}" for measure in run.measures), *run.remarks):
        console.print(f"- {remark}", markup=False)


def as_json(run: Run) -> bytes:
    """Return the run as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n"


def middle(values: Iterable[float]) -> float:
    """Return the median; raises ValueError of no values."""
    ordered: Sequence[float] = sorted(values)
    if not ordered:
        raise ValueError("no values to take the median of")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _budget(measure: Measure) -> str:
    return "" if measure.budget is None else f"{measure.bound} {measure.budget:,g}"


def _verdict(measure: Measure) -> str:
    return {None: "", True: "kept", False: "MISSED"}[measure.met]

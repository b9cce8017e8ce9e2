"""How many answered what: counted with the record, in its transaction, and never kept by person."""

from collections import Counter
from typing import NamedTuple

from sqlalchemy.engine import Connection

from consentinel.server.ledger.events import CountKey
from consentinel.server.ledger.statements import Statement

_CELL = "site, day, type, regime, version, method, functional, performance, targeting"
_ADD = Statement(
    f"INSERT INTO counts ({_CELL}, number) VALUES",
    10,
    f"ON CONFLICT ({_CELL}) DO UPDATE SET number = counts.number + excluded.number",
)


class Cell(NamedTuple):
    """What is counted together; day: in days since 1970, by the server's clock."""

    site: str
    day: int
    type: str
    key: CountKey


def add_counts(connection: Connection, numbers: Counter[Cell]) -> None:
    """Add to the counts, within the transaction that records the events."""
    # Sorted, as all writers take the rows in the same order and none waits in a ring.
    _ADD.write(connection, sorted(_row(cell, number) for cell, number in numbers.items()))


def _row(cell: Cell, number: int) -> tuple[str | int | bool, ...]:
    key = cell.key
    by = (key.regime, key.version, key.method, key.functional, key.performance, key.targeting)
    return (cell.site, cell.day, cell.type, *by, number)

"""SQL for many rows at once, written for few numbers of them, so that the drivers keep it prepared.

A statement for each row, or one compiled anew for each number of rows, took most of the time of a group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy.engine import Connection, CursorResult, Row

# The numbers of rows that a statement is written for: these, and each up to the smallest.
_PORTIONS = (64, 32, 16)
_MOST_ROWS = _PORTIONS[0]
Values = Sequence[object]


@dataclass(frozen=True)
class Statement:
    """`before (?, ?), (?, ?), … after`, with `width` values in each pair of brackets; `after` may have more.

    on_postgresql: what PostgreSQL alone gets at the end.
    """

    before: str
    width: int
    after: str = ""
    on_postgresql: str = ""

    def write(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Execute it for all rows, in order. Raises what the database raises."""
        start = 0
        while start < len(rows):
            number = _portion(len(rows) - start)
            self._execute(connection, rows[start : start + number], ())
            start += number

    def read(self, connection: Connection, keys: Sequence[Values], *more: object) -> Iterator[Row[Any]]:
        """Yield what it finds for all keys; a key may be asked for twice. more: the values in `after`."""
        for start in range(0, len(keys), _MOST_ROWS):
            part = list(keys[start : start + _MOST_ROWS])
            spare = (1 << (len(part) - 1).bit_length()) - len(part)
            yield from self._execute(connection, part + part[-1:] * spare, more)

    def _execute(self, connection: Connection, rows: Sequence[Values], more: Values) -> CursorResult[Any]:
        sql = _text(self, len(rows), connection.dialect.name == "postgresql")
        return connection.exec_driver_sql(sql, (*(value for row in rows for value in row), *more))


def _portion(number: int) -> int:
    """Return how many of so many rows go into the next statement."""
    return next((portion for portion in _PORTIONS if portion <= number), number)


@cache
def _text(statement: Statement, number: int, on_postgresql: bool) -> str:
    row = f"({', '.join(['?'] * statement.width)})"
    sql = f"{statement.before} {', '.join([row] * number)} {statement.after}"
    return f"{sql} {statement.on_postgresql}".replace("?", "%s") if on_postgresql else sql


def insertion(table: str, *columns: str) -> Statement:
    """Return the statement that inserts rows of these columns."""
    return Statement(f"INSERT INTO {table} ({', '.join(columns)}) VALUES", len(columns))

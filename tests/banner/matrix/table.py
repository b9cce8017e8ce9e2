"""The leak table of docs/blocking.md: written from rows, and read again."""

from collections.abc import Iterable
from pathlib import Path

from tests.banner.matrix.modes import MODES
from tests.banner.matrix.rows import Row
from tests.banner.matrix.vector import ENGINES

DOCUMENT = Path(__file__).parents[3] / "docs" / "blocking.md"
BEGIN, END = "<!-- leak table: python -m bench.blocking --write -->", "<!-- end of the leak table -->"
_RACES = frozenset(("tags of the HTML", "outside"))
# promises.may_race
_RACING_FRAMES = ("standard", "chromium", "tags that ran")
_HEAD = (
    "| set up | engine | tags of the HTML | import() | anything else | outside | tags that ran |"
    " names written | released once by accepting | in order | again after withdrawal |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|---|--:|"
)


def table(rows: Iterable[Row]) -> str:
    """Return the rows as Markdown."""
    return "\n".join([_HEAD, *(_line(row) for row in rows)])


def _line(row: Row) -> str:
    requested = (row.parser, row.imports, row.others, row.outside)
    asked = (f"{row.released - row.twice} of {row.expected}", "yes" if row.in_order else "no", row.again)
    after = asked if row.expected else ("-", "-", "-")
    return f"| {' | '.join(map(str, (row.mode, row.engine, *requested, row.ran, row.written, *after)))} |"


def documented() -> dict[tuple[str, str], list[str]]:
    """Return the cells of the document's table by set-up and engine."""
    lines = _between().strip().splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {(row[0], row[1]): row[2:] for row in rows}


def cells(row: Row) -> list[str]:
    """Return the cells that `documented` has for the row."""
    return [cell.strip() for cell in _line(row).strip("| ").split(" | ")][2:]


def write(rows: Iterable[Row]) -> None:
    """Put the rows into the document; those of engines and set-ups that were not run stay."""
    fresh = {(row.mode, row.engine): _line(row) for row in rows}
    kept = [line for line in _between().strip().splitlines()[2:] if _key(line) not in fresh]
    text = DOCUMENT.read_text("utf-8")
    lines = sorted([*kept, *fresh.values()], key=lambda line: _place(_key(line)))
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    DOCUMENT.write_text("\n".join([text[:start], _HEAD, *lines, text[end:]]), "utf-8")


def _between() -> str:
    text = DOCUMENT.read_text("utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


def _key(line: str) -> tuple[str, str]:
    first, second = [cell.strip() for cell in line.strip("| ").split(" | ")][:2]
    return first, second


def _place(key: tuple[str, str]) -> tuple[int, int]:
    return [mode.name for mode in MODES].index(key[0]), ENGINES.index(key[1])


def agrees(row: Row) -> list[str]:
    """Return where a fresh row is worse than, or other than, that of the document; empty is good.

    How many tags of the HTML a browser asks for before our script has looked at them is a race, as are a
    frame that runs before it is stopped and what is outside of our reach: the document gives what was seen,
    `promises` what is allowed.
    """
    said = documented().get((row.mode, row.engine))
    if said is None:
        return [f"docs/blocking.md has no row for {row.mode}, {row.engine}"]
    pairs = zip(_HEAD.splitlines()[0].strip("| ").split(" | ")[2:], said, cells(row), strict=True)
    return [
        f"{what}: documented {old}, measured {new}"
        for what, old, new in pairs
        if old != new and what not in _RACES and (row.mode, row.engine, what) != _RACING_FRAMES
    ]

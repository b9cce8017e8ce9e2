"""Which law asks what: banner/regimes.yaml, and the rows of it that a banner is compiled with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, TypedDict, get_args

from consentinel.banner.errors import BannerError
from consentinel.scanner.catalogue.nodes import Fields, Item, read

Obligation = Literal["opt_in", "notice_and_objection", "opt_out", "signal_opt_out", "exempt"]
OBLIGATIONS: tuple[Obligation, ...] = get_args(Obligation)
FILE = "banner/regimes.yaml"
AUTO = "auto"
_PURPOSES = ("functional", "performance", "targeting")
_KEYS = (
    "id",
    "name",
    "where",
    "purposes",
    "days",
    "exempt_vendors",
    "opt_in_after_signal",
    "source",
    "reviewed",
    "unverified",
)
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?|\*")
# Browsers keep no cookie for longer (RFC 6265bis).
_MOST_DAYS = 400


@dataclass(frozen=True, kw_only=True)
class Regime:
    """One jurisdiction. `purposes` are the obligations for functional, performance and targeting."""

    id: str
    name: str
    where: tuple[str, ...]
    purposes: tuple[Obligation, Obligation, Obligation]
    days: int
    exempt_vendors: bool
    opt_in_after_signal: bool
    source: str
    reviewed: date
    unverified: bool


class _RowBase(TypedDict):
    id: str
    where: str
    purposes: list[Obligation]
    days: int


class Row(_RowBase, total=False):
    """A regime as the script knows it (banner/src/types.d.ts)."""

    exempt: list[str]
    optInWins: bool


def compiled(setting: str, exempt: Sequence[str] = ()) -> list[Row]:
    """Return the rows for the setting `regime`: one for a regime's id, all that differ for `auto`.

    exempt: slugs of vendors that the operator lists; they count where the law knows such an exemption.
    The first row is the strictest. Raises BannerError for an unknown setting.
    """
    known = regimes()
    if setting == AUTO:
        return [_row(regime, exempt) for regime in known if _adds(regime, known, exempt)]
    found = [regime for regime in known if regime.id == setting]
    if not found:
        names = ", ".join((AUTO, *(regime.id for regime in known)))
        raise BannerError(f"unknown regime {setting!r}; use one of {names}")
    return [_row(found[0], exempt)]


@cache
def regimes() -> tuple[Regime, ...]:
    """Return the packaged regimes, the strictest first."""
    return parse_regimes(files("consentinel").joinpath(FILE).read_bytes(), FILE)


def cleared_by_signal(rows: Sequence[Row]) -> frozenset[int]:
    """Return the positions of the purposes that the opt-out signal takes out of an answer.

    Where a law lets an answer given under the signal win, the answer is left: a server cannot see how it was
    given. Of several rows the visitor's is not known, so that each counts.
    """
    return frozenset(
        place
        for row in rows
        for place, obligation in enumerate(row["purposes"])
        if obligation == "signal_opt_out" and not row.get("optInWins")
    )


def parse_regimes(data: bytes, file: str) -> tuple[Regime, ...]:
    """Return the regimes in `data`; raise CatalogueError `FILE:LINE: …` for what is wrong in it."""
    root = read(data, file)
    items = root.fields("the file", ["regimes"]).list("regimes")
    found = tuple(_regime(item) for item in items)
    if not found or set(found[0].purposes) != {"opt_in"}:
        root.fail("the first regime holds where the country is not known; make it opt_in for all purposes")
    _refuse_doubles(items, found)
    return found


def _regime(item: Item) -> Regime:
    fields = item.fields("a regime", _KEYS)
    return Regime(
        id=fields.text("id"),
        name=fields.text("name"),
        where=tuple(_place(place) for place in fields.list("where")),
        purposes=_purposes(fields.need("purposes")),
        days=_days(fields.need("days")),
        exempt_vendors=fields.truth("exempt_vendors", default=False),
        opt_in_after_signal=fields.truth("opt_in_after_signal", default=False),
        source=fields.text("source"),
        reviewed=_reviewed(fields),
        unverified=fields.truth("unverified", default=False),
    )


def _place(item: Item) -> str:
    place = item.text("a place")
    if not _PLACE.fullmatch(place):
        item.fail(f'{place!r} is no ISO 3166 code; write a country like FR, a subdivision like US-CA, or "*"')
    return place


def _purposes(item: Item) -> tuple[Obligation, Obligation, Obligation]:
    fields = item.fields("'purposes'", _PURPOSES)
    functional, performance, targeting = (_obligation(fields.need(purpose)) for purpose in _PURPOSES)
    return functional, performance, targeting


def _obligation(item: Item) -> Obligation:
    text = item.text("an obligation")
    found = next((obligation for obligation in OBLIGATIONS if obligation == text), None)
    if found is None:
        item.fail(f"unknown obligation {text!r}; use one of {', '.join(OBLIGATIONS)}")
    return found


def _days(item: Item) -> int:
    text = item.text("'days'")
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _MOST_DAYS:
        item.fail(f"'days' must be a number from 1 to {_MOST_DAYS}, as browsers keep no cookie longer")
    return int(text)


def _reviewed(fields: Fields) -> date:
    item = fields.need("reviewed")
    try:
        return date.fromisoformat(item.text("'reviewed'"))
    except ValueError:
        item.fail("'reviewed' must be a date like 2026-11-22")


def _refuse_doubles(items: Sequence[Item], found: Sequence[Regime]) -> None:
    """Raise CatalogueError where an id or a place stands in two regimes."""
    taken: set[str] = set()
    for item, regime in zip(items, found, strict=True):
        for name in (regime.id, *regime.where):
            if name in taken:
                item.fail(f"{name!r} stands in an earlier regime already; keep one")
            taken.add(name)


def _adds(regime: Regime, known: Sequence[Regime], exempt: Sequence[str]) -> bool:
    """Say whether a state's row says anything else than its country's, which holds there anyway."""
    whole = next((other for other in known if regime.id.startswith(f"{other.id}-")), None)
    return whole is None or _effect(regime, exempt) != _effect(whole, exempt)


def _effect(regime: Regime, exempt: Sequence[str]) -> Row:
    return {**_row(regime, exempt), "id": "", "where": ""}


def _row(regime: Regime, exempt: Sequence[str]) -> Row:
    row: Row = {
        "id": regime.id,
        "where": " ".join(regime.where),
        "purposes": list(regime.purposes),
        "days": regime.days,
    }
    if regime.exempt_vendors and exempt:
        row["exempt"] = sorted(exempt)
    if regime.opt_in_after_signal:
        row["optInWins"] = True
    return row

"""Open Cookie Database: a CSV of cookie names (https://github.com/jkwakman/Open-Cookie-Database).

What its columns and categories mean is said in its README and contribution guide.
"""

import csv
import io
from collections.abc import Iterator
from functools import lru_cache

from consentinel.scanner.catalogue.entries import How
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.claims import Claim, settled
from consentinel.scanner.packs.parsed import Label, ParsedPack
from consentinel.scanner.packs.telling import is_telling
from consentinel.scanner.packs.texts import decoded, hosts_in, one_line

_NAME, _DOMAIN, _WORD = "Cookie / Data Key name", "Domain", "Category"
_COLUMNS = (
    "Platform",
    _WORD,
    _NAME,
    _DOMAIN,
    "Description",
    "Retention period",
    "User Privacy & GDPR Rights Portals",
    "Wildcard match",
)
_CATEGORIES: dict[str, Category] = {
    "analytics": "performance",
    "functional": "functional",
    "marketing": "targeting",
    "necessary": "strictly-necessary",
    "personalization": "functional",
    "security": "strictly-necessary",
}
# The README: "Functional (also known as technical, essential or strictly necessary)".
_LOOSE = "functional"
_CONFIDENCE, _WITHOUT_DOMAIN, _LOOSE_CONFIDENCE = 0.8, 0.7, 0.5
_TOO_COMMON = "the name is too common to decide by"
_MAX_NAME, _MAX_TEXT, _MAX_WORD = 256, 300, 60
# Fifty times as many as it has: each row is held in memory.
MAX_ROWS = 100_000
# A community's file has a bad line now and then; more of them mean that the format has changed.
_BAD_ROWS_ALLOWED = 0.05


def parse(data: bytes, label: Label) -> ParsedPack:
    """Return the pack in a CSV file; raise PackError where it is another kind of file or mostly broken."""
    claims: list[Claim] = []
    amount = 0
    for amount, row in enumerate(_rows(decoded(data)), 1):
        if amount > MAX_ROWS:
            raise PackError(f"has more than {MAX_ROWS:,} rows: check what the address serves")
        if claim := _claim(row):
            claims.append(claim)
        _check_bad(amount - len(claims), amount, MAX_ROWS)
    if not claims:
        raise PackError("has no cookies in it: check what the address serves")
    _check_bad(amount - len(claims), amount, amount)
    return settled(label, claims)


def _check_bad(bad: int, amount: int, most: int) -> None:
    """Raise where of at most `most` rows too many are bad; amount: how many have been seen."""
    if bad > _BAD_ROWS_ALLOWED * most:
        raise PackError(f"has {bad} bad rows of {amount}: its format has changed, update consentinel")


def _rows(text: str) -> Iterator[dict[str, str] | None]:
    """Yield each row by column, None for one that has not as many cells as the header."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(reader, [])
        missing = [column for column in _COLUMNS if column not in header]
        if missing:
            raise PackError(f"has no column {missing[0]!r}: check what the address serves")
        for cells in reader:
            if cells:
                yield dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None
    except csv.Error as error:
        raise PackError(f"is not CSV ({error}): check what the address serves") from None


def _claim(row: dict[str, str] | None) -> Claim | None:
    if row is None:
        return None
    how, name = _pattern(row[_NAME].strip(), row["Wildcard match"].strip())
    if not 0 < len(name) <= _MAX_NAME or not name.isprintable():
        return None
    word = one_line(row[_WORD], _MAX_WORD)
    category = _CATEGORIES.get(word.lower())
    domains = _domains(row[_DOMAIN])
    loose = word.lower() == _LOOSE
    return Claim(
        kind="cookie",
        how=how,
        text=name,
        domains=domains,
        word=word or "nothing",
        category=category,
        vendor=one_line(row["Platform"], _MAX_WORD),
        purpose=one_line(row["Description"], _MAX_TEXT),
        lifetime=one_line(row["Retention period"], _MAX_WORD) or None,
        check=one_line(row["User Privacy & GDPR Rights Portals"], _MAX_TEXT),
        confidence=_confidence(loose=loose, anywhere=not domains),
        loose=loose,
        mute="" if domains or is_telling(name) else _TOO_COMMON,
    )


def _pattern(name: str, wildcard: str) -> tuple[How, str]:
    is_prefix = wildcard == "1" or name.endswith("*")
    return ("prefix" if is_prefix else "exact"), name.rstrip("*")


@lru_cache(maxsize=2_048)
def _domains(text: str) -> tuple[str, ...]:
    return hosts_in(text)


def _confidence(*, loose: bool, anywhere: bool) -> float:
    if loose:
        return _LOOSE_CONFIDENCE
    return _WITHOUT_DOMAIN if anywhere else _CONFIDENCE

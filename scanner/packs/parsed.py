"""What a downloaded list is once it has been read."""

from typing import Literal

import msgspec

from consentinel.scanner.catalogue.entries import How, Sheet
from consentinel.scanner.catalogue.taxonomy import Category

ClaimKind = Literal["cookie", "host"]


class Label(msgspec.Struct, frozen=True):
    """How a pack is called: `id` in rules, `title` in sentences."""

    id: str
    title: str


class Hint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a pack says without deciding it: shown as evidence. domains: as in NamePattern."""

    kind: ClaimKind
    how: How
    text: str
    domains: tuple[str, ...]
    says: str


class Answer(msgspec.Struct, frozen=True):
    """One side of a conflict."""

    rule: str
    category: Category


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Sources that disagree. what: `cookie:NAME[@DOMAIN,…]` or `host:HOST`.

    answer: the category that is answered none the less, None where nobody decides or second signs do.
    """

    what: str
    answers: tuple[Answer, ...]
    answer: Category | None


class ParsedPack(msgspec.Struct, frozen=True, kw_only=True):
    """One list: entries for the matcher with their hints, or the text of a filter list.

    entries: how many rows, hosts or filters were read, for the guard against lists that shrink. conflicts:
    where the list contradicts itself. loose: rules whose `functional` may mean strictly necessary as well.
    """

    label: Label
    entries: int
    sheet: Sheet | None = None
    hints: tuple[Hint, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    loose: frozenset[str] = frozenset()
    filters: str | None = None

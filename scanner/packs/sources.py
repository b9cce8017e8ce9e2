"""The lists that can be downloaded: one row each. A further one is a parser and a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs import filter_lists, open_cookie_database, third_party_web
from consentinel.scanner.packs.parsed import Label, ParsedPack

_FILTER_LICENCE = "GPL-3.0-or-later OR CC-BY-SA-3.0"
_MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Source:
    """One row. Its place in SOURCES is its priority, the first one answers.

    gives: what is in it. file: its name in the store and in a `--from` directory. licence: SPDX expression.
    default: fetched when no pack is named. parse: raises PackError, the message completing `this file …`.
    """

    id: str
    title: str
    gives: str
    url: str
    file: str
    licence: str
    attribution: str
    parse: Callable[[bytes, Label], ParsedPack]
    default: bool = True
    max_bytes: int = 20 * _MB

    @property
    def label(self) -> Label:
        """How entries and sentences name it."""
        return Label(self.id, self.title)

    @property
    def non_commercial(self) -> bool:
        """Say whether its licence forbids commercial use: then it is fetched only where it is named."""
        return "-NC" in self.licence

    def parsed(self, data: bytes) -> ParsedPack:
        """Return what the file holds; raise PackError that begins with the pack's id."""
        try:
            return self.parse(data, self.label)
        except PackError as error:
            raise PackError(f"{self.id}: {self.file} {error}") from None
        except Exception as error:  # the fault barrier: a parser's mistake costs one pack, never a scan
            name = type(error).__name__
            raise PackError(f"{self.id}: {self.file} cannot be read ({name}): report this") from None


SOURCES: tuple[Source, ...] = (
    Source(
        id="open-cookie-database",
        title="Open Cookie Database",
        gives="cookie names",
        url="https://raw.githubusercontent.com/jkwakman/Open-Cookie-Database/master/open-cookie-database.csv",
        file="open-cookie-database.csv",
        licence="Apache-2.0",
        attribution="Open Cookie Database, by Jan Kwakman and contributors",
        parse=open_cookie_database.parse,
    ),
    Source(
        id="third-party-web",
        title="third-party-web",
        gives="hosts and who runs them",
        url="https://cdn.jsdelivr.net/npm/third-party-web/dist/entities-nostats.json",
        file="entities-nostats.json",
        licence="MIT",
        attribution="third-party-web, by Patrick Hulce and contributors",
        parse=third_party_web.parse,
        max_bytes=5 * _MB,
    ),
    Source(
        id="easylist",
        title="EasyList",
        gives="filters for advertising",
        url="https://easylist.to/easylist/easylist.txt",
        file="easylist.txt",
        licence=_FILTER_LICENCE,
        attribution="EasyList, by the EasyList authors (https://easylist.to/)",
        parse=filter_lists.parse,
    ),
    Source(
        id="easyprivacy",
        title="EasyPrivacy",
        gives="filters for trackers",
        url="https://easylist.to/easylist/easyprivacy.txt",
        file="easyprivacy.txt",
        licence=_FILTER_LICENCE,
        attribution="EasyPrivacy, by the EasyList authors (https://easylist.to/)",
        parse=filter_lists.parse,
    ),
)


def chosen(ids: Sequence[str], sources: Sequence[Source] = SOURCES) -> tuple[Source, ...]:
    """Return the sources that `ids` name, in order of priority; without ids, the default ones.

    Raises PackError for an id that no source has.
    """
    known = [source.id for source in sources]
    for wanted in ids:
        if wanted not in known:
            raise PackError(f"unknown pack {wanted!r}: use one of {', '.join(known)}")
    if ids:
        return tuple(source for source in sources if source.id in ids)
    return tuple(source for source in sources if source.default and not source.non_commercial)


def source_of(pack_id: str, sources: Sequence[Source] = SOURCES) -> Source | None:
    """Return the source with this id, or None where this version of consentinel knows none."""
    return next((source for source in sources if source.id == pack_id), None)

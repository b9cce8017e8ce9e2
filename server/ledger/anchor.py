"""How far the ledger was, kept outside of the database: no restored backup passes as the present (T35)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import msgspec

from consentinel.server.clock import DAY_MS, Clock, now_ms
from consentinel.server.errors import LedgerError, Unavailable
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.shards import Erased, Head, site_of
from consentinel.server.settings import ServerSettings

FILE = "anchor.ndjson"
# The file is written anew once so many of its lines are outdated.
MANY_LINES = 200
MISSING = (
    "the anchor is missing: nothing outside of the database says that it is the newest: put the file back "
    "(a machine that is new beside others gets a copy of theirs), or run consentinel ledger accept-restore"
)
_Natural = Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # as in JSON, and a database takes it
_Origin = Annotated[str, msgspec.Meta(pattern=r"^[^/]+/[^/]+/[0-9]{4}Q[1-4](\.[1-9][0-9]{0,8})?\Z")]
_Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """A line of the file. time_ms: when it was written."""

    time_ms: int


class BegunLine(_Line, frozen=True, tag="begun"):
    """The database of this name had no entries then: what is in it by now was never without an anchor."""

    database: str


class HeadLine(_Line, frozen=True, tag="head"):
    """How large the shard `origin` was, and its root in hex."""

    origin: _Origin
    size: _Natural
    root: _Hash


class DoubtLine(_Line, frozen=True, tag="unknown-record"):
    """A genuine receipt of this site named a record that the database never had.

    received_ms: its time; 0 where that was not kept, which is that of the line then.
    """

    site: str
    received_ms: _Natural = 0


class ErasedLine(_Line, frozen=True, tag="erased"):
    """Somebody had the content of this entry erased; the leaf is in hex. Of the time only the day is kept."""

    origin: _Origin
    position: _Natural
    leaf: _Hash


_AnyLine = BegunLine | HeadLine | DoubtLine | ErasedLine
_LINE = msgspec.json.Decoder(_AnyLine)


@dataclass(frozen=True)
class Contents:
    """What the file says, each thing once and sorted.

    doubts: sites, and the time of the newest receipt. erased: on request, none by age. begun: databases that
    were empty when it was begun.
    """

    heads: list[Head]
    doubts: dict[str, int]
    erased: list[Erased]
    begun: list[str] = field(default_factory=list)


def many_outdated(heads: Iterable[Head]) -> bool:
    """Say whether so many of these heads are smaller than others that `confirm` will forget them."""
    sizes = Counter(head.origin for head in heads)
    return sum(sizes.values()) - len(sizes) >= MANY_LINES


class Anchor:
    """The file. Safe for threads and processes of one machine.

    It keeps every head until the database was compared with a larger one of the same shard: were only the
    largest kept, a restored database that has grown again would put its own in the place of what it lacks.
    """

    def __init__(self, file: LineFile, clock: Clock = now_ms) -> None:
        self._file = file
        self._clock = clock
        self._sizes = dict[str, int]()  # what this process has remembered already
        self._is_there = False  # whether this process has seen that the file says something

    @classmethod
    def of(cls, settings: ServerSettings, clock: Clock = now_ms) -> "Anchor":
        """Return the anchor that the settings name."""
        return cls(LineFile(settings.anchor or settings.data / FILE), clock)

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._file.path

    def remember(self, heads: Sequence[Head]) -> None:
        """Keep heads of trees that are committed, durably; those no larger than this one kept are left out.

        The head of an empty tree may be kept before. Raises Unavailable where the file cannot be written or
        has gone, LedgerError where it is damaged.
        """
        self.learn([head for head in heads if head.size > self._sizes.get(head.origin, -1)])

    def learn(self, heads: Sequence[Head]) -> None:
        """As `remember`, and leave none out: an older copy of the file may have been put in its place."""
        self._add([self._head(head) for head in heads])
        self._sizes.update((head.origin, head.size) for head in heads)

    def sizes_of(self, site: str) -> dict[str, int]:
        """Return how large this process has seen the trees of a site, by their origins."""
        seen = self._sizes.copy()  # in one step: other threads add to it
        return {origin: size for origin, size in seen.items() if site_of(origin) == site}

    def agree(self, heads: Iterable[Head]) -> None:
        """Take these for all that this process has seen, after a look or an accepted loss."""
        self._sizes = {head.origin: head.size for head in heads}

    def remember_erased(self, erased: Sequence[Erased]) -> None:
        """Keep what was erased on request, for ever: a backup can be of any age.

        Raises as `remember`; the next look at the database will find out what is missing here.
        """
        self._add([self._erased(each) for each in erased])

    def begin(self, database: str) -> None:
        """Keep that the database of this name has no entries yet, so that nothing was to be missed.

        Raises as `remember`.
        """
        self._is_there = self._file.path.exists()
        self._add([BegunLine(database=database, time_ms=self._clock())])

    def doubt(self, site: str, received_ms: int) -> None:
        """Keep that a record of the site is missing, by a genuine receipt. Raises as `remember`."""
        self._add([DoubtLine(site=site, received_ms=received_ms, time_ms=self._clock())])

    def accept(self, heads: Sequence[Head], compared: Collection[Head]) -> None:
        """Put these heads in place of those of their shards, and drop all doubts. Raises as `remember`.

        compared: what was here when it was decided; what others have added since stays.
        """
        accepted, seen = {head.origin for head in heads}, set(compared)

        def change() -> None:
            before = self.contents()
            others = {head for head in before.heads if head.origin not in accepted or head not in seen}
            self._replace(replace(before, heads=sorted(others.union(heads)), doubts={}))

        self._write(change)
        self.agree([])

    def confirm(self, heads: Sequence[Head]) -> None:
        """Forget what is smaller than these heads, with which the database agrees. Raises as `remember`."""
        sizes = {head.origin: head.size for head in sorted(heads, key=lambda head: head.size)}

        def change() -> None:
            now = self.contents()
            kept = [head for head in now.heads if head.size >= sizes.get(head.origin, 0)]
            if len(now.heads) - len(kept) >= MANY_LINES:
                self._replace(replace(now, heads=kept))

        self._write(change)

    def remembered(self) -> list[Head]:
        """Return all heads that are kept, sorted. Raises LedgerError for a file that is no anchor."""
        return self.contents().heads

    def contents(self) -> Contents:
        """Return what the lines say. Raises LedgerError for a file that cannot be read or is no anchor."""
        lines = self._lines()
        self._is_there |= bool(lines)
        heads = {
            Head(line.origin, line.size, bytes.fromhex(line.root))
            for line in lines
            if isinstance(line, HeadLine)
        }
        erased = {
            Erased(line.origin, line.position, bytes.fromhex(line.leaf))
            for line in lines
            if isinstance(line, ErasedLine)
        }
        doubts = sorted(
            (line.site, line.received_ms or line.time_ms) for line in lines if isinstance(line, DoubtLine)
        )
        begun = {line.database for line in lines if isinstance(line, BegunLine)}
        return Contents(sorted(heads), dict(doubts), sorted(erased), sorted(begun))

    def remembered_ms(self) -> int | None:
        """Return when something was kept last; None where nothing was. Raises as `contents`."""
        return max((line.time_ms for line in self._lines()), default=None)

    def _lines(self) -> list[_AnyLine]:
        path = self._file.path
        try:
            return [_LINE.decode(line) for line in self._file.lines()]
        except msgspec.DecodeError as error:
            raise LedgerError(
                f"{path}: damaged ({error}): put your copy of it back; without one remove the file, and run "
                "consentinel ledger accept-restore"
            ) from error
        except OSError as error:
            raise LedgerError(f"{path}: {error.strerror}: the ledger's anchor has to be readable") from error

    def _head(self, head: Head) -> HeadLine:
        return HeadLine(origin=head.origin, size=head.size, root=head.root.hex(), time_ms=self._clock())

    def _erased(self, each: Erased) -> ErasedLine:
        now = self._clock()
        day = now - now % DAY_MS
        return ErasedLine(origin=each.origin, position=each.position, leaf=each.leaf.hex(), time_ms=day)

    def _add(self, lines: Sequence[_Line]) -> None:
        if lines:
            self._write(lambda: self._append(lines))

    def _append(self, lines: Sequence[_Line]) -> None:
        """Add lines, but never to a file that has gone since: what it had remembered would not be missed."""
        if self._is_there and not self._file.path.exists():
            raise Unavailable(MISSING)
        self._file.append(_encoded(lines))
        self._is_there = True

    def _replace(self, contents: Contents) -> None:
        now = self._clock()
        lines: list[_Line] = [BegunLine(database=name, time_ms=now) for name in contents.begun]
        lines += [*map(self._head, contents.heads), *map(self._erased, contents.erased)]
        lines += [DoubtLine(site=site, received_ms=at, time_ms=now) for site, at in contents.doubts.items()]
        self._file.replace(_encoded(lines))

    def _write(self, change: Callable[[], None]) -> None:
        try:
            with self._file.alone():
                change()
        except OSError as error:
            reason = f"{self._file.path}: {error.strerror}: the ledger's anchor cannot be written"
            raise Unavailable(reason) from error


def _encoded(lines: Iterable[_Line]) -> list[bytes]:
    return [msgspec.json.encode(line) for line in lines]

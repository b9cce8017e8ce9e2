"""What the database lacks of what its anchor remembers, and what it has again though it was erased (T35)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.engine import Connection

from consentinel.scanner.plural import plural
from consentinel.server.ledger.anchor import MISSING, Anchor, Contents
from consentinel.server.ledger.erasure import ErasableRow, rows_of
from consentinel.server.ledger.identity import identity
from consentinel.server.ledger.merkle import EMPTY_ROOT, tree_root
from consentinel.server.ledger.shards import Erased, Head, Shard, all_shards, site_of
from consentinel.server.ledger.tree_store import StoredTree
from consentinel.server.storage.database import Database


@dataclass(frozen=True)
class Loss:
    """A shard of which the database lacks entries. had: as remembered. has: what is there now."""

    had: Head
    has: Head

    def __str__(self) -> str:
        if self.has.size >= self.had.size:
            return f"{self.had.origin}: it began with {plural(self.had.size, 'other entry')}"
        return f"{self.had.origin}: it had {plural(self.had.size, 'entry')}, the database has {self.has.size}"

    @property
    def site(self) -> str:
        """The site that has lost something."""
        return site_of(self.had.origin)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a look at the anchor and the database has shown.

    losses: one for each shard that has any. returned: records that were erased and have their content.
    is_missing: there is no anchor for what is there. shards: what the trees are. database: its name.
    """

    anchored: Contents
    database: str | None
    shards: Sequence[Shard]
    losses: Sequence[Loss]
    returned: Sequence[ErasableRow]
    is_missing: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """What is wrong, a line each; nothing where nothing is."""
        again = Counter(row.origin for row in self.returned)
        return (
            *([MISSING] if self.is_missing else []),
            *map(str, self.losses),
            *(
                f"{origin}: the content of {plural(each, 'erased entry')} is there again"
                for origin, each in again.items()
            ),
            *map(told_doubt, self.anchored.doubts),
        )

    @property
    def now(self) -> list[Head]:
        """What the trees are."""
        return [shard.head for shard in self.shards]

    @property
    def is_unanchored(self) -> bool:
        """Whether nothing is in the trees, and the anchor does not know that."""
        return not any(shard.frontier.size for shard in self.shards) and (
            self.database not in self.anchored.begun
        )

    @property
    def sites(self) -> set[str]:
        """The sites that have lost something for certain."""
        return {loss.site for loss in self.losses} | {row.site for row in self.returned}

    @property
    def is_anywhere(self) -> bool:
        """Whether every site may have lost something."""
        return self.is_missing or bool(self.anchored.doubts)


def look_at(database: Database, anchor: Anchor) -> Findings:
    """Compare the database with its anchor. Raises LedgerError for a damaged anchor or tree, StorageError."""
    anchored = anchor.contents()  # before the transaction begins: what is committed meanwhile is no loss
    with database.read() as connection:
        return compare(connection, anchor, anchored)


def compare(
    connection: Connection, anchor: Anchor, anchored: Contents, known_gone: Collection[Erased] = ()
) -> Findings:
    """As `look_at`, within a transaction. anchored: what the anchor said before that began.

    known_gone: what had no content any more before; while the trees only grow, it stays so.
    """
    shards, database = all_shards(connection), identity(connection)
    losses = _losses(connection, shards, anchored.heads)
    asked = anchored.erased if losses else [each for each in anchored.erased if each not in known_gone]
    is_missing = _is_missing(shards, database, anchored)
    if is_missing:  # looked up again: what was committed meanwhile began the anchor before
        is_missing = _is_missing(shards, database, anchor.contents())
    return Findings(
        anchored=anchored,
        database=database,
        shards=shards,
        losses=losses,
        returned=rows_of(connection, asked),
        is_missing=is_missing,
    )


def told_doubt(site: str) -> str:
    """Return the line about a receipt for a record that the database never had."""
    return f"{site}: a record is missing for which there is a genuine receipt"


def _is_missing(shards: Iterable[Shard], database: str | None, anchored: Contents) -> bool:
    """Say whether something is in the trees, and the anchor knows none of them and not their beginning."""
    origins = {shard.origin for shard in shards if shard.frontier.size}
    is_known = database in anchored.begun or not origins.isdisjoint(head.origin for head in anchored.heads)
    return bool(origins) and not is_known


def _losses(connection: Connection, shards: Iterable[Shard], heads: Iterable[Head]) -> list[Loss]:
    """Return one loss for each shard that has any: of the largest head."""
    known = {shard.origin: shard for shard in shards}
    found = dict[str, Loss]()
    for origin, group in groupby(heads, key=lambda head: head.origin):
        for loss in _of_shard(connection, known.get(origin), list(group)):
            found[origin] = loss
    return list(found.values())


def _of_shard(connection: Connection, shard: Shard | None, heads: Sequence[Head]) -> Iterator[Loss]:
    """Compare a shard with all of its heads, the smallest first."""
    tree = None if shard is None else StoredTree(connection, shard.id)
    now = Head(heads[0].origin, 0, EMPTY_ROOT) if shard is None else shard.head
    for had in heads:
        if had.size >= now.size or tree is None:
            has = now
        else:
            has = Head(had.origin, had.size, tree_root(had.size, tree.node))
        if had != has:
            yield Loss(had, has)

"""The whole database against itself: each tree computed from its leaves, each record against its leaf."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.scanner.plural import plural
from consentinel.server.errors import LedgerError
from consentinel.server.keys import Keys
from consentinel.server.ledger.checkpoint import Checkpoint, checkpoints_of, note_key
from consentinel.server.ledger.events import commitment
from consentinel.server.ledger.export import Entry, pages
from consentinel.server.ledger.merkle import Frontier, leaf_hash
from consentinel.server.ledger.notes import parse_checkpoint, verify_note
from consentinel.server.ledger.record_check import differing, out_of_order
from consentinel.server.ledger.shards import Shard, all_shards
from consentinel.server.ledger.tree_store import kept
from consentinel.server.ledger.verify import erased_by
from consentinel.server.storage.tables import leaves, payloads, records, subtrees

_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}
_ENDINGS = {"sqlite": ("_update", "_delete"), "postgresql": ("",)}
_Place = tuple[str, int]


@dataclass
class Check:
    """One look at the whole ledger, in a reading transaction. shards, entries: how many were looked at."""

    connection: Connection
    keys: Keys
    shards: int = 0
    entries: int = 0
    _declared: dict[_Place, str] = field(default_factory=dict)  # what tombstones call erased, and why
    _gone: dict[_Place, str] = field(default_factory=dict)  # what has been erased, and why

    def problems(self) -> Iterator[str]:
        """Yield what is wrong, a line each; nothing where all is as it should be."""
        for name in self._missing_triggers():
            yield f"the database does not protect the tree: the trigger {name} is missing or off"
        for shard in all_shards(self.connection):
            self.shards += 1
            yield from self._tree(shard)
            yield from self._subtrees(shard)
        for origin, position in sorted(self._declared.keys() ^ self._gone.keys()):
            yield f"{origin}: entry {position} is erased, or has a tombstone, and not both"
        yield from self._strays()
        if number := out_of_order(self.connection):
            yield f"{plural(number, 'record')} in another order than in the tree"

    def _missing_triggers(self) -> list[str]:
        dialect = self.connection.dialect.name
        found = set(self.connection.exec_driver_sql(_TRIGGERS[dialect]).scalars())
        wanted = {
            f"{table}_append_only{end}" for table in ("leaves", "subtrees") for end in _ENDINGS[dialect]
        }
        return sorted(wanted - found)

    def _tree(self, shard: Shard) -> Iterator[str]:
        """Read the leaves of a shard once, and compare all that was ever said of its tree."""
        told = {
            item.size: item
            for item in checkpoints_of(self.connection, shard.site)
            if item.shard_id == shard.id
        }
        frontier = Frontier()
        for page in pages(self.connection, shard):
            for part in _cut_at(page, told):
                yield from self._entries(shard, part, frontier.size)
                frontier, _ = frontier.extend(entry.hash for entry in part)
                if frontier.size in told:
                    yield from self._checkpoint(told.pop(frontier.size), frontier)
        if frontier != shard.frontier:
            entries, grown = plural(frontier.size, "entry"), shard.frontier.size
            yield f"{shard.origin}: it grew to a tree of {grown}, which is not that of its {entries}"
        for item in told.values():
            yield f"{shard.origin}: a checkpoint signed {plural(item.size, 'entry')}, it has {frontier.size}"

    def _checkpoint(self, item: Checkpoint, frontier: Frontier) -> Iterator[str]:
        try:
            text = parse_checkpoint(verify_note(item.note, note_key(self.keys, item.origin)))
        except LedgerError as error:
            yield f"{item.origin}: the checkpoint of {plural(item.size, 'entry')}: {error}"
            return
        if (text.origin, text.size, text.root) != (item.origin, frontier.size, frontier.root()):
            yield f"{item.origin}: a checkpoint signed {plural(item.size, 'other entry')}"

    def _entries(self, shard: Shard, part: Sequence[Entry], first: int) -> Iterator[str]:
        for position, entry in enumerate(part, first):
            self.entries += 1
            problem = self._entry(shard, entry, position)
            if problem:
                yield f"{shard.origin}: entry {position}: {problem}"

    def _entry(self, shard: Shard, entry: Entry, position: int) -> str:
        if entry.position != position:
            return f"missing, the next one is {entry.position}"
        if entry.id is None:
            return "there is no record of it"
        if entry.erased is not None:
            self._gone[shard.origin, position] = entry.erased
            return "erased, and its content is still there" if entry.event is not None else ""
        return "its content is missing" if entry.event is None else self._content(shard, entry)

    def _content(self, shard: Shard, entry: Entry) -> str:
        if leaf_hash(commitment(entry.salt, entry.event)) != entry.hash:
            return "its content is not what was recorded"
        if columns := differing(shard, entry):
            return f"its record says otherwise than its content: {', '.join(columns)}"
        if entry.kind == "tombstone":
            self._declared.update(erased_by(msgspec.json.decode(entry.event)))
        return ""

    def _subtrees(self, shard: Shard) -> Iterator[str]:
        """Compare the stored roots of subtrees, which proofs are made of, with the leaves."""
        query = sa.select(subtrees.c.level, subtrees.c.position, subtrees.c.hash)
        rows = self.connection.execute(query.where(subtrees.c.shard_id == shard.id))
        stored = {(row.level, row.position): row.hash for row in rows}
        hashes = sa.select(leaves.c.hash).where(leaves.c.shard_id == shard.id).order_by(leaves.c.position)
        _, full = Frontier().extend(self.connection.execute(hashes).scalars())
        if stored != {(node.level, node.position): node.hash for node in kept(full)}:
            yield f"{shard.origin}: the stored roots of its subtrees are not those of its leaves"

    def _strays(self) -> Iterator[str]:
        own = sa.select(1).where(records.c.id == payloads.c.record_id).exists()
        at = sa.and_(leaves.c.shard_id == records.c.shard_id, leaves.c.position == records.c.position)
        leaf = sa.select(1).where(at).exists()
        for noun, lack, query in (
            ("content", "without a record", sa.select(sa.func.count()).select_from(payloads).where(~own)),
            ("record", "without a leaf", sa.select(sa.func.count()).select_from(records).where(~leaf)),
        ):
            number = self.connection.execute(query).scalar_one()
            if number:
                yield f"{plural(number, noun)} {lack}"


def _cut_at(page: list[Entry], sizes: dict[int, Checkpoint]) -> Iterator[list[Entry]]:
    """Cut a page so that each part but the last ends where a checkpoint has its size."""
    start = 0
    for number, entry in enumerate(page, 1):
        if entry.position + 1 in sizes:
            yield page[start:number]
            start = number
    if start < len(page):
        yield page[start:]

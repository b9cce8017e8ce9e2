"""Updates: each pack is read before it is taken, and one that fails keeps its installed version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from consentinel.scanner.catalogue.entries import Sheet
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.conflicts import conflicts
from consentinel.scanner.packs.downloading import Download
from consentinel.scanner.packs.manifest import Installed, Manifest
from consentinel.scanner.packs.origins import Origin
from consentinel.scanner.packs.parsed import Conflict, ParsedPack
from consentinel.scanner.packs.sources import SOURCES, Source, source_of
from consentinel.scanner.packs.store import CONFLICTS, Generation, Store

# A list that loses more than this of its entries was cut or emptied more often than tidied up.
SHRINK_ALLOWED = 0.3


@dataclass(frozen=True)
class Outcome:
    """What became of one pack. installed: what is in use now. entries_before: None for a new pack."""

    id: str
    state: Literal["updated", "unchanged", "failed"]
    installed: Installed | None
    entries_before: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class Updated:
    """What an update did. conflicts_file: None where nothing is installed."""

    outcomes: tuple[Outcome, ...]
    conflicts: tuple[Conflict, ...] = ()
    conflicts_file: Path | None = None

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The packs that could not be updated."""
        return tuple(outcome for outcome in self.outcomes if outcome.state == "failed")


@dataclass(frozen=True)
class _Pack:
    """An installed or accepted pack with its content."""

    source: Source
    installed: Installed
    data: bytes
    parsed: ParsedPack


@dataclass(frozen=True, kw_only=True)
class Update:
    """One update to be run.

    wanted: the packs to fetch; others stay as they are. today: `YYYY-MM-DD`. core: the catalogue's own
    sheets, for the list of conflicts. known: all sources there are.
    """

    store: Store
    origin: Origin
    wanted: Sequence[Source]
    today: str
    core: Sequence[Sheet] = ()
    allow_shrink: bool = False
    known: Sequence[Source] = SOURCES

    def run(self) -> Updated:
        """Fetch, check and install; raise PackError where the store cannot be used."""
        with self.store.locked():
            generation = self._generation()
            recorded = self.store.records()
            held, damaged = self._held(generation)
            installed = {pack_id: pack.installed for pack_id, pack in held.items()}
            results = self.origin.fetch(self.wanted, installed)
            packs = dict(held)
            outcomes = [self._take(source, results[source.id], packs, recorded) for source in self.wanted]
            outcomes.extend(damaged)
            return self._keep(generation, held, packs, outcomes, recorded or ())

    def _generation(self) -> Generation | None:
        """Return what is in use; a damaged store is like an empty one, since an update is what repairs it."""
        try:
            return self.store.current()
        except PackError:
            return None

    def _held(self, generation: Generation | None) -> tuple[dict[str, _Pack], list[Outcome]]:
        """Return the intact packs, and as failures those that are damaged and not about to be replaced."""
        held: dict[str, _Pack] = {}
        damaged: list[Outcome] = []
        wanted = {source.id for source in self.wanted}
        if generation is None:
            return held, damaged
        for installed in generation.manifest.packs:
            try:
                held[installed.id] = self._read(generation, installed)
            except PackError as error:
                if installed.id not in wanted:
                    damaged.append(Outcome(installed.id, "failed", None, installed.entries, str(error)))
        return held, damaged

    def _read(self, generation: Generation, installed: Installed) -> _Pack:
        source = source_of(installed.id, self.known)
        if source is None:
            raise PackError(f"{installed.id}: this version of consentinel does not know it")
        data = generation.read(installed, source.file)
        return _Pack(source, installed, data, source.parsed(data))

    def _take(
        self,
        source: Source,
        result: Download | PackError | None,
        packs: dict[str, _Pack],
        recorded: Sequence[Installed] | None,
    ) -> Outcome:
        """Put what was fetched for one source into `packs`, and say what became of it."""
        held = packs.get(source.id)
        before = next((pack.entries for pack in recorded or () if pack.id == source.id), None)
        try:
            pack = self._accepted(source, result, held)
            if result is not None:
                self._check_shrinking(source, pack.installed.entries, before, known=recorded is not None)
        except PackError as error:
            return Outcome(source.id, "failed", held.installed if held else None, before, str(error))
        packs[source.id] = pack
        same = held is not None and held.installed.sha256 == pack.installed.sha256
        return Outcome(source.id, "unchanged" if same else "updated", pack.installed, before)

    def _accepted(self, source: Source, result: Download | PackError | None, held: _Pack | None) -> _Pack:
        if isinstance(result, PackError):
            raise result
        if result is None:
            if held is None:
                raise PackError(f"{source.id}: the server says that nothing has changed: try again")
            renewed = msgspec.structs.replace(held.installed, date=self.today)
            return _Pack(source, renewed, held.data, held.parsed)
        parsed = source.parsed(result.data)
        return _Pack(source, self._record(source, result, parsed.entries), result.data, parsed)

    def _check_shrinking(self, source: Source, entries: int, before: int | None, *, known: bool) -> None:
        """Raise where a list has lost too much. before: None for a new pack, or where nothing is known."""
        if self.allow_shrink:
            return
        allow = "look at it, then take it with --allow-shrink"
        if not known:
            raise PackError(
                f"{source.id}: the records are damaged and do not say how many entries it had: {allow}"
            )
        if before and entries < before * (1 - SHRINK_ALLOWED):
            raise PackError(f"{source.id}: has {entries:,} entries now and had {before:,}: {allow}")

    def _record(self, source: Source, download: Download, entries: int) -> Installed:
        return Installed(
            id=source.id,
            title=source.title,
            url=download.url,
            source=source.url,
            licence=source.licence,
            attribution=source.attribution,
            sha256=sha256(download.data).hexdigest(),
            size_bytes=len(download.data),
            entries=entries,
            date=self.today,
            etag=download.etag,
            last_modified=download.last_modified,
        )

    def _keep(
        self,
        generation: Generation | None,
        held: Mapping[str, _Pack],
        packs: Mapping[str, _Pack],
        outcomes: Sequence[Outcome],
        recorded: Sequence[Installed],
    ) -> Updated:
        """Install what is new; where nothing is, only the records are renewed, so that rollback has sense.

        recorded: the packs that there were; those that are gone stay in the records.
        """
        if not packs or all(outcome.state == "failed" for outcome in outcomes):
            return Updated(tuple(outcomes))
        ordered = [packs[source.id] for source in self.known if source.id in packs]
        found = self._conflicts(ordered)
        lost = tuple(pack for pack in recorded if pack.id not in packs)
        manifest = Manifest(tuple(pack.installed for pack in ordered), lost)
        records = {CONFLICTS: msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"}
        if (
            generation
            and _checksums(generation.manifest.packs) == _checksums(manifest.packs)
            and (len(held) == len(packs))
        ):
            path = self.store.amend(generation, records, manifest)
        else:
            files = {pack.source.file: pack.data for pack in ordered}
            path = self.store.install({**files, **records}, manifest)
        return Updated(tuple(outcomes), found, path / CONFLICTS)

    def _conflicts(self, packs: Sequence[_Pack]) -> tuple[Conflict, ...]:
        inside = (conflict for pack in packs for conflict in pack.parsed.conflicts)
        sheets = [pack.parsed.sheet for pack in packs if pack.parsed.sheet]
        loose = frozenset().union(*(pack.parsed.loose for pack in packs))
        return (*conflicts([*self.core, *sheets], loose), *inside)


def _checksums(packs: Sequence[Installed]) -> list[tuple[str, str]]:
    return [(pack.id, pack.sha256) for pack in packs]

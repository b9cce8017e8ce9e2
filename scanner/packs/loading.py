"""The installed packs as a scan uses them. Nothing here fails a scan: what cannot be used is left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consentinel.scanner.catalogue.entries import Sheet
from consentinel.scanner.catalogue.filter_lists import FilterListText
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.conflicts import reconciled
from consentinel.scanner.packs.hints import Hints
from consentinel.scanner.packs.manifest import Installed
from consentinel.scanner.packs.parsed import ParsedPack
from consentinel.scanner.packs.sources import SOURCES, Source, source_of
from consentinel.scanner.packs.store import Generation, Store

_VERSION_LENGTH = 12


@dataclass(frozen=True)
class LoadedPacks:
    """The packs in use, the strongest first. No packs at all is normal, and everything here is empty.

    versions: id and start of the checksum, for the report. warnings: what was left out, and what to do.
    """

    sheets: tuple[Sheet, ...] = ()
    filter_lists: tuple[FilterListText, ...] = ()
    hints: Hints = field(default_factory=Hints)
    versions: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def load_packs(data_dir: Path, sources: Sequence[Source] = SOURCES) -> LoadedPacks:
    """Return the packs that are installed in a data directory; never raises, the warnings say why."""
    try:
        generation = Store(data_dir).current()
    except PackError as error:
        return LoadedPacks(warnings=(f"no packs were used: {error}",))
    if generation is None:
        return LoadedPacks()
    return _loaded(generation, sources)


def _loaded(generation: Generation, sources: Sequence[Source]) -> LoadedPacks:
    packs: list[ParsedPack] = []
    used: list[Installed] = []
    warnings: list[str] = []
    for installed in generation.manifest.packs:
        try:
            packs.append(_parsed(generation, installed, sources))
            used.append(installed)
        except PackError as error:
            warnings.append(f"a pack was left out: {error}")
    texts = (FilterListText(pack.label.id, pack.label.title, pack.filters) for pack in packs if pack.filters)
    return LoadedPacks(
        sheets=reconciled([pack.sheet for pack in packs if pack.sheet]),
        filter_lists=tuple(texts),
        hints=Hints(hint for pack in packs for hint in pack.hints),
        versions=tuple((pack.id, pack.sha256[:_VERSION_LENGTH]) for pack in used),
        warnings=tuple(warnings),
    )


def _parsed(generation: Generation, installed: Installed, sources: Sequence[Source]) -> ParsedPack:
    source = source_of(installed.id, sources)
    if source is None:
        raise PackError(f"{installed.id}: this version of consentinel does not know it: update consentinel")
    return source.parsed(generation.read(installed, source.file))

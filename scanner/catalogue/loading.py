"""From files to a catalogue: the packaged categories.yaml with its includes, and the operator's files."""

import hashlib
import stat
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from consentinel.scanner.catalogue.composing import fail, section_of
from consentinel.scanner.catalogue.entries import CaptchaProduct, Sheet
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document, includes_of, parse_sheet
from consentinel.scanner.catalogue.searching import slow_searches
from consentinel.scanner.catalogue.second_opinions import SecondOpinions
from consentinel.scanner.config_file import SECTIONS

CORE_FILE = "categories.yaml"
SETTINGS_FILE = "consentinel.yaml"
_VERSION_LENGTH = 12
_SECTION = "catalogue"
_MAX_BYTES = 16 * 1024 * 1024


def load_catalogue(
    overrides: Sequence[Path | Document] = (),
    packs: Sequence[Sheet] = (),
    opinions: SecondOpinions | None = None,
) -> Catalogue:
    """Return the packaged catalogue with the operator's files above it; of two files the later one wins.

    packs: sheets below it, the strongest first. Raises CatalogueError `FILE:LINE: what is wrong; what to do`.
    """
    documents = [item if isinstance(item, Document) else read_overrides(item) for item in overrides]
    return _catalogue(_packaged_core(), documents, packs, opinions)


def catalogue_from(
    core: Sequence[Document],
    overrides: Sequence[Document] = (),
    packs: Sequence[Sheet] = (),
    opinions: SecondOpinions | None = None,
) -> Catalogue:
    """Return the catalogue in the files of `core` with `overrides` above and `packs` below it.

    Raises CatalogueError.
    """
    return _catalogue(_Core(parse_sheet(core, "core", {}), tuple(core)), overrides, packs, opinions)


class _Core(NamedTuple):
    """The core's entries, and the files that they stand in."""

    sheet: Sheet
    documents: tuple[Document, ...]


@cache
def _packaged_core() -> _Core:
    """Read the core once a process: it takes about a second, and nothing can change it."""
    documents = read_core()
    return _Core(parse_sheet(documents, "core", {}), documents)


def _catalogue(
    core: _Core, overrides: Sequence[Document], packs: Sequence[Sheet], opinions: SecondOpinions | None
) -> Catalogue:
    known: Mapping[str, CaptchaProduct] = {product.id: product for product in core.sheet.captchas}
    own = [_own_sheet(document, known) for document in overrides]
    version = _version([*core.documents, *overrides])
    return Catalogue((*reversed(own), core.sheet, *packs), version, opinions)


def _own_sheet(document: Document, known: Mapping[str, CaptchaProduct]) -> Sheet:
    sheet = parse_sheet([document], "override", known)
    for complaint in slow_searches(sheet):
        raise complaint
    return sheet


def read_core() -> tuple[Document, ...]:
    """Return the packaged categories.yaml and the files it includes.

    Raises CatalogueError where the installation lacks one of them.
    """
    root = files("consentinel")
    entry = _packaged(root, CORE_FILE, CORE_FILE, 1)
    included = (_packaged(root, place, CORE_FILE, line) for place, line in includes_of(entry))
    return (entry, *included)


def _packaged(root: Traversable, place: str, named_in: str, line: int) -> Document:
    try:
        return Document(place, root.joinpath(place).read_bytes())
    except OSError as error:
        fail(named_in, line, f"{place} cannot be read ({error.strerror}); install consentinel again")


def read_overrides(path: Path) -> Document:
    """Return an operator's file: one in the catalogue's format, or a consentinel.yaml with `catalogue:`.

    Raises CatalogueError where it cannot be read, and where it is no regular file of at most 16 MB.
    """
    try:
        data = _content(path)
    except OSError as error:
        fail(str(path), 1, f"cannot be read ({error.strerror}); check the path and its permissions")
    except ValueError as error:
        fail(repr(str(path)), 1, f"is no file name ({error}); check the path")
    section = section_of(data, str(path), _SECTION, SECTIONS)
    if path.name == SETTINGS_FILE and section is None:
        fail(str(path), 1, "has no `catalogue:` section; add one, or name a file of entries")
    return Document(str(path), data if section is None else section)


def has_catalogue_section(path: Path) -> bool:
    """Say whether a settings file holds overrides; False where there is no such file.

    Raises CatalogueError as `read_overrides`.
    """
    return path.exists() and section_of(_content(path), str(path), _SECTION, SECTIONS) is not None


def _content(path: Path) -> bytes:
    """Return what is in a file; raise CatalogueError for one without an end, and OSError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        fail(str(path), 1, "is no regular file; name one with entries")
    if status.st_size > _MAX_BYTES:
        fail(str(path), 1, f"larger than {_MAX_BYTES >> 20} MB; split it")
    return path.read_bytes()


def _version(documents: Sequence[Document]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(hashlib.sha256(document.data.strip()).digest())
    return digest.hexdigest()[:_VERSION_LENGTH]

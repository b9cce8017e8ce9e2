"""From files to a catalogue: the packaged categories.yaml with its includes, and the operator's files."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from consentinel.scanner.catalogue.composing import fail
from consentinel.scanner.catalogue.entries import CaptchaProduct, Sheet
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document, includes_of, parse_sheet

CORE_FILE = "categories.yaml"
_VERSION_LENGTH = 12


def load_catalogue(overrides: Sequence[Path] = ()) -> Catalogue:
    """Return the packaged catalogue with the operator's files above it; of two files the later one wins.

    Raises CatalogueError with `FILE:LINE: what is wrong; what to do`.
    """
    return catalogue_from(read_core(), [Document(str(path), _read(path)) for path in overrides])


def catalogue_from(core: Sequence[Document], overrides: Sequence[Document] = ()) -> Catalogue:
    """Return the catalogue in the files of `core` with `overrides` above it; raises CatalogueError."""
    sheets: list[Sheet] = [parse_sheet(core, "core", {})]
    known: Mapping[str, CaptchaProduct] = {product.id: product for product in sheets[0].captchas}
    sheets.extend(parse_sheet([document], "override", known) for document in overrides)
    return Catalogue(tuple(reversed(sheets)), _version([*core, *overrides]))


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


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fail(str(path), 1, f"cannot be read ({error.strerror}); check the path and its permissions")
    except ValueError as error:
        fail(repr(str(path)), 1, f"is no file name ({error}); check the path")


def _version(documents: Sequence[Document]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(hashlib.sha256(document.data).digest())
    return digest.hexdigest()[:_VERSION_LENGTH]

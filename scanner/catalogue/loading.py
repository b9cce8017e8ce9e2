"""From files to a catalogue: the packaged categories.yaml, and the operator's override files above it."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from consentinel.scanner.catalogue.composing import fail
from consentinel.scanner.catalogue.entries import CaptchaProduct, Sheet
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import parse_sheet

CORE_FILE = "categories.yaml"
_VERSION_LENGTH = 12


def load_catalogue(overrides: Sequence[Path] = ()) -> Catalogue:
    """Return the packaged catalogue with the operator's files above it; of two files the later one wins.

    Raises CatalogueError with `FILE:LINE: what is wrong; what to do`.
    """
    return catalogue_from(read_core(), CORE_FILE, [(_read(path), str(path)) for path in overrides])


def catalogue_from(core: bytes, core_name: str, overrides: Sequence[tuple[bytes, str]] = ()) -> Catalogue:
    """Return the catalogue in `core` with `overrides` (content, name) above it; raises CatalogueError."""
    sheets: list[Sheet] = [parse_sheet(core, core_name, "core", {})]
    known: Mapping[str, CaptchaProduct] = {product.id: product for product in sheets[0].captchas}
    sheets.extend(parse_sheet(data, name, "override", known) for data, name in overrides)
    return Catalogue(tuple(reversed(sheets)), _version([core, *(data for data, _ in overrides)]))


def read_core() -> bytes:
    """Return the packaged categories.yaml; raise CatalogueError where the installation lacks it."""
    try:
        return files("consentinel").joinpath(CORE_FILE).read_bytes()
    except OSError as error:
        fail(CORE_FILE, 1, f"cannot be read ({error.strerror}); install consentinel again")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fail(str(path), 1, f"cannot be read ({error.strerror}); check the path and its permissions")
    except ValueError as error:
        fail(repr(str(path)), 1, f"is no file name ({error}); check the path")


def _version(contents: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:_VERSION_LENGTH]

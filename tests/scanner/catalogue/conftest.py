from collections.abc import Callable

import pytest

from consentinel.scanner.catalogue.loading import catalogue_from, load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document

VENDOR = """
vendors:
  - id: acme
    vendor: Acme
    category: targeting
    purpose: Shows anvils.
    check: https://acme.example/
"""


@pytest.fixture(scope="session")
def core() -> Catalogue:
    """The packaged catalogue."""
    return load_catalogue()


@pytest.fixture
def acme() -> Callable[..., Catalogue]:
    """Build a catalogue of one vendor from the lines that follow its head, with override files above it."""

    def build(lines: str, *overrides: str) -> Catalogue:
        core = Document("core.yaml", (VENDOR.lstrip() + lines).encode())
        return catalogue_from([core], [Document("mine.yaml", text.encode()) for text in overrides])

    return build

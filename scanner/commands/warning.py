"""What a command says on standard error and goes on."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from consentinel.scanner.rendering.escaping import visible

if TYPE_CHECKING:
    from consentinel.scanner.catalogue.matching import Catalogue
    from consentinel.scanner.settings import ScanSettings


def warn(warnings: Iterable[str]) -> None:
    """Say each warning on a line of standard error."""
    for warning in warnings:
        click.echo(f"consentinel: warning: {visible(warning)}", err=True)


def known_by(settings: "ScanSettings") -> "Catalogue":
    """Return the catalogue with all that the settings add to it, and warn of what could not be used."""
    from consentinel.scanner.knowledge import load_knowledge  # noqa: PLC0415 - a warning alone needs none

    knowledge = load_knowledge(settings)
    warn(knowledge.warnings)
    return knowledge.catalogue

"""All that classification rests on, loaded once: overrides, the core, and the installed packs below it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from consentinel.scanner.catalogue.filter_lists import Lists, build_lists
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.second_opinions import SecondOpinions
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.loading import LoadedPacks, load_packs
from consentinel.scanner.packs.places import data_directory
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.site_rules import NO_RULES, SiteRules


@dataclass(frozen=True)
class Knowledge:
    """The catalogue as it decides, and where its answers come from.

    lists: packs with the start of their checksum, and how filter lists are asked, for the report. warnings:
    what could not be used, and what to do. rules: of the site's settings, which go before the catalogue.
    """

    catalogue: Catalogue
    lists: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rules: SiteRules = NO_RULES

    @property
    def version(self) -> str:
        """The catalogue's version, another one where the settings of the site say something."""
        if self.rules == NO_RULES:
            return self.catalogue.version
        told = f"{self.catalogue.version}{self.rules}".encode()
        return hashlib.sha256(told).hexdigest()[: len(self.catalogue.version)]


def load_knowledge(settings: ScanSettings, rules: SiteRules = NO_RULES) -> Knowledge:
    """Return what the settings ask for; packs that cannot be used are left out with a warning.

    rules: of the site that is scanned.

    Raises CatalogueError for the core or an override file.
    """
    packs = LoadedPacks() if settings.ignore_packs else _installed(settings)
    lists = build_lists(packs.filter_lists) if packs.filter_lists else None
    opinions = SecondOpinions(lists, packs.hints.about) if packs.versions else None
    return Knowledge(
        catalogue=load_catalogue(settings.catalogue, packs.sheets, opinions),
        lists=tuple(_told(packs, lists)),
        warnings=packs.warnings,
        rules=rules,
    )


def _installed(settings: ScanSettings) -> LoadedPacks:
    try:
        return load_packs(data_directory(settings.data))
    except PackError as error:
        return LoadedPacks(warnings=(f"no packs were used: {error}",))


def _told(packs: LoadedPacks, lists: Lists | None) -> Iterator[str]:
    yield from (f"{pack} {version}" for pack, version in packs.versions)
    if packs.warnings:
        yield "installed packs that could not be used were left out"
    if lists is not None and lists.engine == "adblock":
        yield "filter lists asked by adblock"
    elif lists is not None:
        yield "filter lists asked by host names only (the extra adblock is not installed)"

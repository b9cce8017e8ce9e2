"""Services by their names: the slugs under which rules and choices know them."""

import re
from dataclasses import dataclass
from functools import cached_property

from consentinel.scanner.catalogue.entries import Vendor
from consentinel.scanner.catalogue.matching import Catalogue


@dataclass(frozen=True)
class Services:
    """What the catalogue knows of services."""

    catalogue: Catalogue

    @cached_property
    def known(self) -> dict[str, Vendor]:
        """What the catalogue knows of vendors, by their ids, which are their slugs; overrides last."""
        sheets = reversed(self.catalogue.sheets)
        return {vendor.id: vendor for sheet in sheets for vendor in sheet.vendors if _decides(sheet.layer)}

    def slug_named(self, name: str) -> str:
        """Return the slug for a vendor's name or id."""
        slug = slugified(name)
        if slug in self.known:
            return slug
        return self._ids_by_name.get(name.casefold(), slug)

    @cached_property
    def _ids_by_name(self) -> dict[str, str]:
        return {vendor.name.casefold(): slug for slug, vendor in sorted(self.known.items(), reverse=True)}


def slugified(name: str) -> str:
    """Return a name as a slug; '' where nothing of it can stand in one."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _decides(layer: str) -> bool:
    return layer in ("core", "override")

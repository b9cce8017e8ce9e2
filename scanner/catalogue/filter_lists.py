"""Filter lists (EasyList, EasyPrivacy) as evidence: which rule matches a request, and what that is worth.

An engine made for them answers where the optional package `adblock` is installed; without it, a table of the
hosts that they name in full. What others need of the `filter_*` modules is to be had from here.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from consentinel.scanner.catalogue.filter_engine import AdblockLists
from consentinel.scanner.catalogue.filter_hits import FilterListText, ListHit
from consentinel.scanner.catalogue.filter_hosts import HostSuffixLists
from consentinel.scanner.catalogue.filter_rules import looks_like_filter_list
from consentinel.scanner.catalogue.taxonomy import Party

__all__ = ["FilterListText", "ListHit", "Lists", "build_lists", "looks_like_filter_list"]


class Lists(Protocol):
    """Lists that can be asked. `engine`: `host-suffix` knows only the rules that name a whole host."""

    engine: Literal["adblock", "host-suffix"]

    def match(
        self, url: str, site: str | None, resource_type: str | None, party: Party | None
    ) -> ListHit | None:
        """Return the hit that says most about a request; None where no rule matches or an exception does.

        url: of the request. site: URL of the page. resource_type: as DevTools or Playwright call it.
        party: None = compare the hosts; with no site either, a third party is assumed. Never raises.
        """


def build_lists(lists: Sequence[FilterListText]) -> Lists:
    """Return the lists ready to be asked, by `adblock` if that is installed. Takes about a second."""
    try:
        return AdblockLists(lists)
    except ImportError:
        return HostSuffixLists(lists)
